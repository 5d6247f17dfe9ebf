"""Sentences are codes and values until somebody reads them: every code has its text, with its values."""

import ast
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import mailproc
from mailproc.notices.language_check import places
from mailproc.notices.language_files import ENGLISH, shipped
from mailproc.sentence import (
    Part,
    Sentence,
    Word,
    changed,
    codes,
    note,
    read_stored,
    sentence,
    stored,
)

GERMAN = shipped("de")
TEXTS = ENGLISH.texts.sentences


def asked() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Where a sentence is made: place, code, names of its values (None: not written out)."""
    for path in Path(mailproc.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sentence":
                names = {keyword.arg for keyword in node.keywords}
                whole = None if None in names else frozenset(filter(None, names))
                for code in ast.walk(node.args[0]) if node.args else ():
                    if isinstance(code, ast.Constant) and isinstance(code.value, str):
                        yield f"{path.name}:{node.lineno}", code.value, whole


def test_every_sentence_that_the_program_says_has_its_text_and_its_values() -> None:
    for where, code, names in asked():
        if code in TEXTS or "-" in code:
            assert code in TEXTS, f'{where}: the sentence "{code}" is in no file of a language'
            assert names in (None, places(TEXTS[code])), f'{where}: the values of "{code}" are {names}'


def test_no_text_is_left_that_nothing_says() -> None:
    sources = "".join(path.read_text() for path in Path(mailproc.__file__).parent.rglob("*.py"))
    assert [code for code in TEXTS if f'"{code}"' not in sources] == []


WHY = sentence("amend-too-late", partner="UK-BL", name="B1-1", state=Word("terms", "HOLD_PLACED"))


def test_it_is_worded_by_the_language_of_who_reads() -> None:
    assert str(WHY) == "UK-BL holds the order B1-1 (Hold placed): it cannot be corrected any more."
    assert ENGLISH.word(WHY) == str(WHY)
    assert (
        GERMAN.word(WHY)
        == "UK-BL hat die Bestellung B1-1 (Vorgemerkt): Sie kann nicht mehr berichtigt werden."
    )


def test_days_and_sentences_within_are_worded_too() -> None:
    why = sentence("told-already", partner="UK-BL", event="E4", day=date(2026, 3, 4))
    assert "Mi, 04.03.2026" in GERMAN.word(why) and "2026-03-04" in str(why)
    outer = sentence("report-not-possible", event="E4", why=sentence("report-known"))
    assert GERMAN.word(outer) == "E4 kann nicht gemeldet werden: die Anfrage ist hier bekannt."


def test_several_in_one_place_are_told_one_after_the_other() -> None:
    why = sentence("proof-no-login")
    several = sentence("unproven-because", sender="a@b.example", proofs=(why, "words a\0b"))
    assert str(several) == "unproven sender a@b.example: nobody had logged in; words a\0b"
    assert GERMAN.word(several).endswith(": niemand hatte sich angemeldet; words a\0b")
    (read,) = read_stored(stored(several))
    assert str(read).endswith("; words a\\x00b")
    assert str(changed(several, str.upper)).endswith(": nobody had logged in; WORDS A\0B")


def test_what_is_unknown_is_shown_as_its_code_and_never_hides_the_row() -> None:
    of_a_newer_release = stored(Sentence("brand-new", {"x": Word("brand-newer", "X")}))
    assert GERMAN.words_stored(of_a_newer_release) == "brand-new"
    assert GERMAN.word(sentence("no-request", wrong="x")) == "no-request"
    assert ENGLISH.word(sentence("no-request", number=Word("brand-newer", "X"))).startswith("There is")


SOME_TEXT = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
WORDS = some.builds(Word, SOME_TEXT, SOME_TEXT)
ONE_VALUE = SOME_TEXT | some.integers(0, 10**9) | some.dates() | WORDS
VALUES = ONE_VALUE | some.lists(ONE_VALUE, max_size=3).map(tuple)
SENTENCES = some.recursive(
    some.builds(Sentence, SOME_TEXT, some.dictionaries(SOME_TEXT, VALUES, max_size=3)),
    lambda inner: some.builds(Sentence, SOME_TEXT, some.dictionaries(SOME_TEXT, inner, max_size=2)),
    max_leaves=4,
)
PARTS = some.lists(SOME_TEXT.filter(bool) | SENTENCES, max_size=3)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a loaded machine builds few a second
@given(PARTS)
def test_what_is_stored_is_what_is_read(parts: list[Part]) -> None:
    read = read_stored(stored(*parts))
    if any(isinstance(part, Sentence) for part in parts):
        assert list(read) == parts
    else:
        assert "; ".join(map(str, read)) == "; ".join(map(str, parts))
    assert stored(*read) == stored(*parts)


@pytest.mark.parametrize(
    "old",
    ["", "550 no such user", "[deliver] folder: /x cannot be written", '["', "[1, 2]", "[{}]", "[[[]]]",
     "[null]", '[{"code": "x"}]', '[{"code": "x", "values": 7}]', "[" * 100_000],
)  # fmt: skip
def test_a_row_of_an_older_release_is_shown_as_it_was_written(old: str) -> None:
    assert note(old) == old
    assert GERMAN.words_stored(old) == old


@pytest.mark.parametrize(("words", "shown"), [("a\0b", "a\\x00b"), ("a\udc80b", "a\\udc80b")])
def test_what_no_database_takes_is_kept_as_it_is_shown(words: str, shown: str) -> None:
    assert note(stored(words)) == shown
    (part,) = read_stored(stored(sentence("no-request", number=words)))
    assert isinstance(part, Sentence) and part.values["number"] == shown


@pytest.mark.parametrize("code", [["x"], 5, None, {"a": 1}])
def test_a_code_that_is_no_word_is_none(code: Any) -> None:
    inner = {"n": {"table": code, "code": "x"}}
    for column in ({"code": code, "values": {}}, {"code": "x", "values": inner}):
        text = json.dumps([column])
        assert note(text) == text


@given(SOME_TEXT | SENTENCES.map(stored))
def test_the_words_of_a_stranger_are_no_code(words: str) -> None:
    """Also where they look like what the store keeps."""
    assert note(stored(words)) == words
    assert all(set(one) == {"text"} for one in codes(stored(words)))


def test_a_secret_in_a_value_is_masked_wherever_it_stands() -> None:
    inner = sentence("no-request", number='a"secret')
    masked = changed(
        sentence("report-not-possible", event="E1", why=inner), lambda text: text.replace("secret", "X")
    )
    assert str(masked) == 'E1 cannot be reported: There is no request a"X..'
    assert changed("secret", lambda _text: "X") == "X"
