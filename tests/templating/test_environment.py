"""Finding, caching, reloading; the site goes first; the shipped texts are in order."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment

from mailproc.errors import LocalFault
from mailproc.notices.catalogue import NOTICES
from mailproc.templating.check import check_names
from mailproc.templating.contract import Contract, as_context, fields_of, sample_of, samples
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from mailproc.templating.problem import BrokenTemplate
from mailproc.templating.sandbox import Sandbox
from mailproc.templating.shapes import Record, shape_of

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
    assert len(templates.check_all()) == 3


def test_a_site_folder_that_is_not_there_is_no_trouble(shipped: Path, tmp_path: Path) -> None:
    templates = Templates([tmp_path / "nowhere", shipped], [LETTER, MACHINE])
    assert templates.check_all() == []
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


def test_the_shipped_notices_are_in_order() -> None:
    templates = Templates([shipped_folder()], NOTICES)
    assert templates.check_all() == []
    assert [listed.source for listed in templates.listing()] == ["shipped"] * len(NOTICES)


@pytest.mark.parametrize("contract", NOTICES, ids=lambda contract: contract.path)
def test_every_name_of_a_contract_is_used_by_its_shipped_text(contract: Contract) -> None:
    """A name that no shipped text uses is a name nobody needs, or a text that lost it."""
    text = (shipped_folder() / contract.path).read_text()
    unused = [name for name in fields_of(contract.context) if name not in text]
    assert unused in ([], ["library"])


@pytest.mark.parametrize("contract", NOTICES, ids=lambda contract: contract.path)
def test_a_field_taken_out_of_a_contract_breaks_its_shipped_text(contract: Contract) -> None:
    text = (shipped_folder() / contract.path).read_text()
    whole = shape_of(contract.context).fields
    for gone in (name for name in whole if name in text and name != "library"):
        rest = Record({name: shape for name, shape in whole.items() if name != gone})
        problems = check_names(Sandbox().parse(text), rest, "x")
        assert problems, gone
        assert all(problem.line for problem in problems)


def test_every_sample_of_every_notice_renders_without_a_gap() -> None:
    templates = Templates([shipped_folder()], NOTICES)
    for contract in NOTICES:
        for context in samples(contract):
            text = templates.render(contract.path, context)
            assert "None" not in text
            assert "\n\n\n" not in text
