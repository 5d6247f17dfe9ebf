"""Finding, caching, reloading; the site goes first; the shipped texts are in order."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment

from mailproc.errors import LocalFault
from mailproc.templating.contract import as_context, sample_of
from mailproc.templating.environment import Templates
from mailproc.templating.problem import BrokenTemplate

from .conftest import LETTER, MACHINE, Everything

Put = Callable[[str, str], Path]
FULL = as_context(sample_of(Everything))


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of every text that Jinja compiles."""
    names: list[str] = []
    real = Environment.compile

    def counted(self: Environment, source: object, *args: object, **named: object) -> object:
        names.append(str(named.get("filename")))
        return real(self, source, *args, **named)  # type: ignore[call-overload]  # passed on as it came

    monkeypatch.setattr(Environment, "compile", counted)
    return names


def test_a_template_is_compiled_once(templates: Templates, compiled: list[str]) -> None:
    for _ in range(50):
        assert templates.render("wire/all.txt", FULL) == "B12-1\nNNNN\n"
        assert templates.check("wire/all.txt") == []
    assert len(compiled) == 1


def test_a_broken_one_is_not_tried_again_and_again(
    templates: Templates, put: Put, compiled: list[str]
) -> None:
    put("wire/all.txt", "{{ position }}")
    for _ in range(10):
        with pytest.raises(BrokenTemplate):
            templates.render("wire/all.txt", FULL)
    assert len(compiled) == 1


def test_a_changed_file_is_taken_at_once(templates: Templates, put: Put, compiled: list[str]) -> None:
    file = put("wire/all.txt", "one\n")
    assert templates.render("wire/all.txt", FULL) == "one\n"
    file.write_text("two\n")  # same length; only the time tells
    os.utime(file, ns=(1, 1))
    assert templates.render("wire/all.txt", FULL) == "two\n"
    assert len(compiled) == 2


def test_the_site_goes_first_from_the_moment_it_is_there(
    templates: Templates, put: Put, shipped: Path
) -> None:
    assert templates.source("wire/all.txt").origin == "shipped"
    assert templates.render("wire/all.txt", FULL) == "B12-1\nNNNN\n"
    file = put("wire/all.txt", "ours\n")
    assert templates.render("wire/all.txt", FULL) == "ours\n"
    assert templates.source("wire/all.txt").origin == "site"
    assert templates.shipped_text("wire/all.txt").endswith("NNNN\n")
    file.unlink()
    assert templates.render("wire/all.txt", FULL) == "B12-1\nNNNN\n"
    assert templates.source("wire/all.txt").file == shipped / "wire/all.txt"


def test_a_site_folder_that_is_the_shipped_one_counts_once(shipped: Path) -> None:
    templates = Templates([shipped / ".", shipped], [LETTER, MACHINE])
    assert {listed.source for listed in templates.listing()} == {"shipped"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [("de", "de"), ("de-AT", "de"), ("fr", "en"), ("en", "en"), ("en-GB", "en"), ("gsw", "en")],
)
def test_language_falls_back_to_the_wider_and_to_english(
    templates: Templates, put: Put, asked: str, found: str
) -> None:
    put("de/staff/all.txt", "Subject: Hallo\n\nText\n")
    assert templates.source(f"{asked}/staff/all.txt").path == f"{found}/staff/all.txt"


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "../staff/all.txt",
        "/staff/all.txt",
        "/etc/passwd",
        "en/../../etc/passwd",
        "de/wire/all.txt",
        "wire/al.txt",
        "",
        ".",
    ],
)
def test_a_path_that_no_letter_uses_is_refused(templates: Templates, path: str) -> None:
    for act in (templates.check, templates.source, templates.shipped_text):
        with pytest.raises(LocalFault, match="no letter uses"):
            act(path)


def test_a_path_that_is_nearly_right_is_helped(templates: Templates) -> None:
    with pytest.raises(LocalFault, match=r"did you mean wire/all\.txt"):
        templates.render("wire/al.txt", FULL)


def test_a_missing_field_in_the_context_names_file_and_line(templates: Templates) -> None:
    with pytest.raises(BrokenTemplate, match=r"shipped/wire/all\.txt, line 1: .*orders"):
        templates.render("wire/all.txt", {})


def test_the_list_says_what_is_broken_and_what_nobody_uses(templates: Templates, put: Put) -> None:
    put("wire/all.txt", "\n{{ titel }}\n")
    put("de/staff/all.txt", "no subject\n")
    put("en/staff/al.txt", "unused\n")
    listing = {listed.path: listed for listed in templates.listing()}
    assert listing["en/staff/all.txt"].state == "ok"
    assert listing["wire/all.txt"].problem is not None
    assert (listing["wire/all.txt"].problem.line, listing["wire/all.txt"].source) == (2, "site")
    assert listing["de/staff/all.txt"].state == "broken"
    assert "did you mean en/staff/all.txt" in str(listing["en/staff/al.txt"].problem)
    assert sum(listed.problem is not None for listed in listing.values()) == 3


def test_a_site_folder_that_is_not_there_is_no_trouble(shipped: Path, tmp_path: Path) -> None:
    templates = Templates([tmp_path / "nowhere", shipped], [LETTER, MACHINE])
    assert [listed.problem for listed in templates.listing() if listed.problem] == []
    assert {listed.source for listed in templates.listing()} == {"shipped"}


def test_a_contract_without_a_file_is_listed_as_missing(site: Path) -> None:
    (listed,) = Templates([site], [LETTER]).listing()
    assert (listed.source, listed.state) == ("missing", "broken")


def test_a_draft_is_rendered_without_touching_the_file(templates: Templates) -> None:
    assert templates.render_text("wire/all.txt", "draft {{ title }}\n", FULL) == "draft On Letters\n"
    assert templates.render("wire/all.txt", FULL) == "B12-1\nNNNN\n"


def test_text_stands_as_it_was_typed(templates: Templates) -> None:
    text = '  <b> & "x"  \n\n  {% if due %}\n  {{ due }}\n  {% endif %}\nend\n\n'
    assert templates.render_text("wire/all.txt", text, FULL) == '  <b> & "x"  \n\n  Mon 23 Nov\nend\n\n'


def test_values_are_not_read_as_templates(templates: Templates) -> None:
    evil = "{{ 7 * 7 }}{% for x in y %}"
    assert templates.render_text("wire/all.txt", "{{ title }}", FULL | {"title": evil}) == evil


def test_the_list_has_every_language_that_was_shipped(templates: Templates, shipped: Path, put: Put) -> None:
    (shipped / "de" / "staff").mkdir(parents=True)
    (shipped / "de" / "staff" / "all.txt").write_text("no subject")
    (shipped / "wire" / "staff").mkdir()
    (shipped / "wire" / "staff" / "all.txt").write_text("no language")
    put("de/staff/all.txt", "Subject: ours\n\nText\n")
    put("fr/staff/all.txt", "Subject: ours\n\nText\n")
    states = [(listed.path, listed.source, listed.state) for listed in templates.listing()]
    assert states == [
        ("en/staff/all.txt", "shipped", "ok"),
        ("de/staff/all.txt", "site", "ok"),
        ("wire/all.txt", "shipped", "ok"),
        ("fr/staff/all.txt", "site", "ok"),
    ]


@pytest.mark.parametrize(
    ("there", "used"),
    [
        (("shipped/en", "shipped/de", "site/en", "site/de", "site/de-AT"), "site/de-AT"),
        (("shipped/en", "shipped/de", "site/en", "site/de"), "site/de"),
        (("shipped/en", "shipped/de", "site/en"), "shipped/de"),
        (("shipped/en", "site/en"), "site/en"),
        (("shipped/en", "shipped/de-AT", "site/de"), "shipped/de-AT"),
        (("shipped/en",), "shipped/en"),
    ],
)
def test_the_narrowest_language_is_used_and_in_it_the_site(
    tmp_path: Path, there: tuple[str, ...], used: str
) -> None:
    for each in there:
        file = tmp_path / each / "staff" / "all.txt"
        file.parent.mkdir(parents=True)
        file.write_text(f"Subject: {each}\n\nText\n")
    (tmp_path / "site").mkdir(exist_ok=True)
    templates = Templates([tmp_path / "site", tmp_path / "shipped"], [LETTER])
    assert templates.render("de-AT/staff/all.txt", FULL).startswith(f"Subject: {used}\n")
