"""A language is one file. What is wrong in it is named with file, line and key before any letter meets it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mailproc.errors import Misconfigured
from mailproc.notices.language_files import SHIPPED, Languages, shipped

TODAY = date(2026, 3, 2)
ENGLISH = (SHIPPED / "en.toml").read_text(encoding="utf-8")
GERMAN = (SHIPPED / "de.toml").read_text(encoding="utf-8")
Put = Callable[[str, str], Languages]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """The languages of a site with this one file."""

    def languages(tag: str, text: str) -> Languages:
        folder = tmp_path / "languages"
        folder.mkdir(exist_ok=True)
        (folder / f"{tag}.toml").write_text(text, encoding="utf-8")
        return Languages(tmp_path)

    return languages


def line_of(text: str, found: str) -> int:
    return text[: text.index(found)].count("\n") + 1


def french(text: str = ENGLISH) -> str:
    """English that says it is French: its plural forms are one, many and other."""
    return text.replace("{ one = ", '{ many = "{count}", one = ')


def test_a_whole_file_is_taken(put: Put) -> None:
    languages = put("fr", french().replace('LOST = "lost"', 'LOST = "perdu"'))
    languages.load_all()
    assert languages.of("fr").state_word("REQUESTER", "LOST") == "perdu"
    assert languages.of("fr-CH").state_word("REQUESTER", "LOST") == "perdu"
    assert languages.of("fr").day_word(date(2026, 3, 4), TODAY) == "mer. 4 mars"
    assert languages.tags() == ("en", "de", "fr")


def test_a_library_may_replace_a_shipped_language(put: Put) -> None:
    languages = put("de", GERMAN.replace('"(ohne Titel)"', '"(o. T.)"'))
    assert languages.of("de-AT").title_word("") == "(o. T.)"
    assert shipped("de").title_word("") == "(ohne Titel)"


MENDED = 'OVERDUE = "overdue: must go back"'
COST = "it would cost {value}"
AT = 'cost = "it would cost'
WRONG = {
    "missing": (f"{MENDED}\n", "", "[states.REQUESTER]", "states.REQUESTER.OVERDUE", "is missing"),
    "missing table": ("[ends]", "[end]", "# English", "ends", "is missing"),
    "unknown": (MENDED, MENDED.replace("OVERDUE", "OVERDEW"), "OVERDEW", "states.REQUESTER.OVERDEW",
                "did you mean OVERDUE?"),
    "doubled": (f"{MENDED}\n", f"{MENDED}\n" * 2, "", "states.REQUESTER.OVERDUE", "stands there twice"),
    "doubled in quotes": ('"ANSWER.promise" = "promised it"',
                          '"ANSWER.promise" = "a"\n"ANSWER.promise" = "b"',
                          '"ANSWER.promise" = "b"', "heard.ANSWER.promise", "stands there twice"),
    "doubled table": ("[ends]", "[told]\n[ends]", "[told]\n[ends]", "told", "stands there twice"),
    "no text": (MENDED, "OVERDUE = 7", "OVERDUE = 7", "states.REQUESTER.OVERDUE = 7", "must be a text"),
    "empty": (MENDED, 'OVERDUE = ""', 'OVERDUE = ""', "states.REQUESTER.OVERDUE", "must be a text"),
    "blanks": (MENDED, 'OVERDUE = "late "', 'OVERDUE = "late "', "states.REQUESTER.OVERDUE", "one line"),
    "two lines": (MENDED, 'OVERDUE = "la\\nte"', 'OVERDUE = "la', "states.REQUESTER.OVERDUE", "one line"),
    "place lost": (COST, "it would cost others", AT, "incoming.cost", "{value}"),
    "place unknown": (COST, "it would cost {v}", AT, "incoming.cost", "{value}"),
    "place where none is": (MENDED, 'OVERDUE = "late {days}"', "late {", "states.REQUESTER.OVERDUE", "none"),
    "way out": (COST, "it would cost {value.__class__}", AT, "incoming.cost",
                "{value}"),
    "conversion": (COST, "it would cost {value!r}", AT, "incoming.cost", "{value}"),
    "lonely brace": (COST, "it would cost {value", AT, "incoming.cost", "{value}"),
    "plural missing": ('{ many = "{count}", one = "said', '{ one = "said', "said_times", "counted.said_times",
                       "many, one, other"),
    "plural unknown": ('many = "{count}", one = "said', 'few = "{count}", one = "said', "said_times",
                       "counted.said_times", "many, one"),
    "plural no table": ('said_times = { many = "{count}", one = "said once", other = "said {count} times" }',
                        'said_times = "x"', "said_times", "counted.said_times", "must be a table"),
    "plural place": ('other = "said {count}', 'other = "said {number}', "said_times",
                     "counted.said_times.other", "{count}"),
    "day": ('day = "EEE d MMM"', 'day = "EEEEEEEEE d"', "EEEEEEEEE", "formats.day", "no pattern of CLDR"),
    "table for text": (MENDED, 'OVERDUE = { a = "b" }', "OVERDUE = {", "states.REQUESTER.OVERDUE", "a text"),
    "text for table": ("[ends]", 'x = "y"\n[ends]', 'x = "y"', "conditions.x", "no such key"),
}  # fmt: skip


@pytest.mark.parametrize(("was", "becomes", "at", "key", "told"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_with_file_line_and_key(
    put: Put, tmp_path: Path, was: str, becomes: str, at: str, key: str, told: str
) -> None:
    assert was in french()
    text = french().replace(was, becomes, 1)
    with pytest.raises(Misconfigured) as wrong:
        put("fr", text).load_all()
    said = [line for line in str(wrong.value).splitlines() if key in line]
    assert said, str(wrong.value)
    assert str(tmp_path / "languages" / "fr.toml") in str(wrong.value)
    assert told in said[0]
    assert not at or f"line {line_of(text, at)}: " in said[0]


def test_everything_wrong_is_said_at_once(put: Put) -> None:
    text = french().replace(f"{MENDED}\n", "").replace('"lost"', '"lost "').replace("[ends]", "[end]")
    with pytest.raises(Misconfigured, match="has 6 problems"):
        put("fr", text).load_all()


def test_broken_toml_is_named_with_its_line(put: Put) -> None:
    with pytest.raises(Misconfigured, match=r"fr\.toml, line 2: formats\.day: has no value"):
        put("fr", "[formats]\nday = \n").load_all()


def test_what_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "languages").mkdir()
    (tmp_path / "languages" / "fr.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Misconfigured, match="not UTF-8"):
        Languages(tmp_path).load_all()


@pytest.mark.parametrize("name", ["welsh", "EN", "../en", "x"])
def test_a_file_that_is_named_by_no_language_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "languages").mkdir()
    (tmp_path / "languages" / f"{Path(name).name}1.toml").write_text(ENGLISH, encoding="utf-8")
    with pytest.raises(Misconfigured, match="must be named by its language"):
        Languages(tmp_path)


def test_a_language_that_nobody_knows_is_refused(put: Put) -> None:
    with pytest.raises(Misconfigured, match="CLDR does not know the language xx"):
        put("xx", ENGLISH).load_all()


@pytest.mark.parametrize("tag", ["", "-", "../../etc/passwd", "fr", "de_AT", "\0", "en-" + "x" * 10_000])
def test_a_tag_that_no_file_has_is_english(tag: str) -> None:
    assert Languages().of(tag) is shipped("en")


def test_the_shipped_files_are_whole() -> None:
    Languages().load_all()
    assert Languages().tags() == ("en", "de")
