"""A library adds a language by a folder of templates and one file: here Welsh, of six plural forms."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc.app import build, self_check
from mailproc.errors import Misconfigured
from mailproc.notices.catalogue import NOTICES
from mailproc.notices.language_files import SHIPPED
from tests.support.partners import USUAL
from tests.support.world import World


def of_six_forms(english: str) -> str:
    """A text with a number that is left in English, with the plural forms of Welsh."""
    form = english.partition('other = "')[2].partition('"')[0]
    return "{ " + ", ".join(f'{name} = "{form}"' for name in FORMS) + " }"


FORMS = ("zero", "one", "two", "few", "many", "other")
CHECKED = '{ one = "{count} transaction checked", other = "{count} transactions checked" }'
DIFFERING = '{ one = "{count} differs", other = "{count} differ" }'
ATTACHMENTS = '{ one = "{count} attachment", other = "{count} attachments" }'
DOCUMENTS = '{ one = "{count} document", other = "{count} documents" }'
LETTERS = '{ one = "{count} letter needs a hand", other = "{count} letters need a hand" }'
OCTETS = '{ one = "{count} byte", other = "{count} bytes" }'
WELSH = (
    (SHIPPED / "en.toml")
    .read_text(encoding="utf-8")
    .replace('LOAN = "loan"', 'LOAN = "benthyciad"')
    .replace(
        '{ one = "{count} to be done", other = "{count} to be done" }',
        '{ zero = "dim", one = "{count} peth", two = "{count} beth", few = "{count} pheth",'
        ' many = "{count} pheth", other = "{count} peth" }',
    )
    .replace(
        '{ one = "said once", other = "said {count} times" }',
        '{ zero = "heb ei ddweud", one = "unwaith", two = "dwywaith", few = "{count} gwaith",'
        ' many = "{count} o weithiau", other = "{count} gwaith" }',
    )
    .replace(CHECKED, of_six_forms(CHECKED))
    .replace(DIFFERING, of_six_forms(DIFFERING))
    .replace(ATTACHMENTS, of_six_forms(ATTACHMENTS))
    .replace(DOCUMENTS, of_six_forms(DOCUMENTS))
    .replace(LETTERS, of_six_forms(LETTERS))
    .replace(OCTETS, of_six_forms(OCTETS))
)
ARRIVED = "Subject: Mae {{ request.title }} yma\n\nGellwch gadw'r {{ request.service }} tan {{ due }}.\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The library's own folder of templates: a text for readers, and the file of the language."""
    folder = tmp_path / "site-templates"
    for name, text in {"languages/cy.toml": WELSH, "cy/patron/arrived.txt": ARRIVED}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.usefixtures("site")
def test_a_reader_is_written_to_in_welsh(make_world: Callable[..., World], sqlite_url: str) -> None:
    world = make_world(sqlite_url)
    reader = {"id": "R1", "name": "A Reader", "email": "r@readers.example", "language": "cy"}
    number = world.place(patron=reader)
    world.hear(f"{number}-1 SHIPPED LOAN")
    world.act(number, "receive")
    (letter,) = world.reader()
    assert "Subject: Mae A book yma" in letter.text
    assert "Gellwch gadw'r benthyciad tan Llun 13 Ebr." in letter.text


@pytest.mark.usefixtures("site")
def test_plural_forms_are_those_of_the_language(make_world: Callable[..., World], sqlite_url: str) -> None:
    welsh = make_world(sqlite_url).app.context.languages.of("cy")
    said = [welsh.counted("said_times", count) for count in (0, 1, 2, 3, 6, 1234)]
    assert said == ["heb ei ddweud", "unwaith", "dwywaith", "3 gwaith", "6 o weithiau", "1,234 gwaith"]


def test_check_names_the_letters_that_the_language_lacks(
    make_world: Callable[..., World], sqlite_url: str, site: Path
) -> None:
    context = make_world(sqlite_url).app.context
    (told,) = [
        one
        for one in self_check.check(context, None, connect=False).warnings
        if one.startswith("language cy")
    ]
    assert "patron/unfilled.txt" in told and "patron/arrived.txt" not in told
    for notice in NOTICES:
        file = site / notice.path.replace("en/", "cy/", 1)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("Subject: Llythyr\n\nHelo.\n")
    assert not any(
        one.startswith("language cy") for one in self_check.check(context, None, connect=False).warnings
    )


def test_check_names_a_language_of_templates_that_has_no_file(
    make_world: Callable[..., World], sqlite_url: str, site: Path
) -> None:
    (site / "languages" / "cy.toml").unlink()
    context = make_world(sqlite_url).app.context
    (told,) = [
        one
        for one in self_check.check(context, None, connect=False).warnings
        if one.startswith("language cy")
    ]
    assert "in English" in told and str(site / "languages" / "cy.toml") in told


@pytest.mark.usefixtures("site")
def test_the_service_does_not_start_on_a_language_with_a_gap(
    make_world: Callable[..., World], sqlite_url: str, site: Path, tmp_path: Path
) -> None:
    make_world(sqlite_url, USUAL)
    file = site / "languages" / "cy.toml"
    file.write_text(WELSH.replace('LOAN = "benthyciad"\n', ""), encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"services\.LOAN: is missing"):
        build.configured(tmp_path / "config0.toml")
