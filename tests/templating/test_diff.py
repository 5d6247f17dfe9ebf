"""What a site has changed, shown as a diff that other programs can read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.errors import LocalFault
from mailproc.templating.environment import Templates
from mailproc.templating.problem import BrokenTemplate
from mailproc.templating.site_changes import unified
from tests.support.short_form import examples

Put = Callable[[str, str], Path]


def test_a_shipped_text_has_no_difference(templates: Templates) -> None:
    assert templates.diff("wire/all.txt") == ""
    assert templates.diff("de/staff/all.txt") == ""


def test_an_equal_copy_has_no_difference(templates: Templates, put: Put) -> None:
    put("wire/all.txt", templates.shipped_text("wire/all.txt"))
    assert templates.source("wire/all.txt").origin == "site"
    assert templates.diff("wire/all.txt") == ""


def test_the_changed_lines_are_shown(templates: Templates, put: Put) -> None:
    put("en/staff/all.txt", "Subject: {{ title }}\n\nHello {{ reader.name }}\n")
    assert templates.diff("en/staff/all.txt") == (
        "--- shipped/en/staff/all.txt\n+++ site/en/staff/all.txt\n@@ -1,3 +1,3 @@\n"
        " Subject: {{ title }}\n \n-Dear {{ reader.name }}\n+Hello {{ reader.name }}\n"
    )


def test_a_broken_text_is_compared_all_the_same(templates: Templates, put: Put) -> None:
    put("wire/all.txt", "{{ titel }}\n")
    assert "+{{ titel }}\n" in templates.diff("wire/all.txt")


def test_a_text_of_our_own_language_is_compared_with_the_english(templates: Templates, put: Put) -> None:
    put("de/staff/all.txt", "Subject: Hallo\n\nText\n")
    diff = templates.diff("de-AT/staff/all.txt")
    assert diff.startswith("--- shipped/en/staff/all.txt\n+++ site/de/staff/all.txt\n")


def test_each_language_is_compared_with_its_own(templates: Templates, put: Put, shipped: Path) -> None:
    (shipped / "de" / "staff").mkdir(parents=True)
    (shipped / "de" / "staff" / "all.txt").write_text("Subject: Hallo\n\nText\n")
    put("de/staff/all.txt", "Subject: Hallo\n\nText\n")
    assert templates.diff("de-AT/staff/all.txt") == ""


def test_a_file_that_is_no_text_is_a_problem(templates: Templates, put: Put) -> None:
    put("wire/all.txt", "").write_bytes(b"\xe9")
    with pytest.raises(BrokenTemplate, match="UTF-8"):
        templates.diff("wire/all.txt")


@pytest.mark.parametrize("path", ["wire/al.txt", "../site/wire/all.txt", "/etc/passwd"])
def test_a_path_that_no_letter_uses_is_refused(templates: Templates, path: str) -> None:
    with pytest.raises(LocalFault, match="no letter uses"):
        templates.diff(path)


def test_a_text_without_a_shipped_one_has_nothing_to_differ_from(
    templates: Templates, put: Put, shipped: Path
) -> None:
    put("wire/all.txt", "x")
    (shipped / "wire" / "all.txt").unlink()
    assert templates.diff("wire/all.txt") == ""


FEW_LINES = st.lists(st.text(alphabet="ab \r\x0b\u2028é-+@", max_size=4), max_size=4).map("\n".join)


@settings(max_examples=examples(200), deadline=None)
@given(FEW_LINES, FEW_LINES)
def test_a_diff_holds_both_texts(before: str, after: str) -> None:
    """So few lines that the diff's context is the whole text: either side can be read from it."""
    diff = unified(before, after, "a", "b")
    assert (diff == "") == (before == after)
    if diff:
        assert (_side(diff, "-"), _side(diff, "+")) == (before, after)


def _side(diff: str, sign: str) -> str:
    text = ""
    lines = diff.split("\n")[3:-1]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line[0] in (" ", sign):
            text += line[1:] + ("" if following.startswith("\\") else "\n")
    return text
