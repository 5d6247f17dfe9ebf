"""A sentence for people as a code and its values: worded where it is shown, in the language of who reads.

The texts stand in the files of the languages, table ``sentences``. A column of the store keeps code and
values too; what an older release wrote there in words is shown as it was written.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

ENGLISH_FILE = "notices/languages/en.toml"


@dataclass(frozen=True)
class Word:
    """A value that is a code of its own, such as a state. ``table``: of a language, as "terms"."""

    table: str
    code: str


@dataclass(frozen=True)
class Sentence:
    """``values`` by the places in braces of its text. A text of others (str) is shown as it is."""

    code: str
    values: "Mapping[str, Value]"

    def __str__(self) -> str:
        """In English, days as 2026-01-31: for logs, JSON and whoever has no language."""
        return worded(self, english(), str)


Value = str | int | date | Word | Sentence | tuple["Value", ...]
"""Of a text. Several in one place (a tuple) are told one after the other."""
Part = str | Sentence
"""A sentence, or words that stand as they are: of a server, of a partner, of an older release."""


def sentence(code: str, /, **values: Value) -> Sentence:
    """The sentence ``code`` of the languages with its values."""
    return Sentence(code, MappingProxyType(values))


def worded(part: Part, texts: Mapping[str, Any], shown: Callable[[int | date], str]) -> str:
    """In the words of a language's tables; ``shown`` writes numbers and days. A code that a newer release
    stored is shown as it is."""
    if isinstance(part, str):
        return part
    values = {name: _worded(value, texts, shown) for name, value in part.values.items()}
    text: str = texts["sentences"].get(part.code, "")
    try:
        return text.format_map(values) or part.code
    except KeyError:
        return part.code


def _worded(value: Value, texts: Mapping[str, Any], shown: Callable[[int | date], str]) -> str:
    if isinstance(value, Word):
        return str(_table(texts, value.table).get(value.code, value.code))
    if isinstance(value, tuple):
        return "; ".join(_worded(one, texts, shown) for one in value)
    return worded(value, texts, shown) if isinstance(value, str | Sentence) else shown(value)


def _table(texts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    outer, _, inner = name.partition(".")
    table: Mapping[str, Any] = texts.get(outer, {})
    return table.get(inner, {}) if inner else table


@cache
def english() -> Mapping[str, Any]:
    """The English tables as they were shipped."""
    return tomllib.loads((files("mailproc") / ENGLISH_FILE).read_text(encoding="utf-8"))


class Stored(str):
    """A column as ``stored`` wrote it. Any other text is words, whatever it looks like: a stranger's are
    never read as a code (``store.tables.Told``)."""

    __slots__ = ()


def stored(*parts: Part) -> Stored:
    """Parts as a column of text: equal for equal parts. Words alone stay as they are, unless they look like
    what this makes of codes."""
    kept = [part for part in parts if part]
    if all(isinstance(part, str) for part in kept):
        text = _storable("; ".join(map(str, kept)))
        return Stored(json.dumps([text], ensure_ascii=False) if text.startswith("[") else text)
    return Stored(json.dumps([_kept(part) for part in kept], ensure_ascii=False, sort_keys=True))


def _storable(words: str) -> str:
    """NUL (PostgreSQL) and lone surrogates (SQLite too) cannot be stored: shown escaped instead."""
    return words.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


class Note(str):
    """What a column of the store says: its English, and the ``parts`` that a language words."""

    __slots__ = ("parts",)
    parts: tuple[Part, ...]

    def __new__(cls, *parts: Part) -> "Note":
        made = super().__new__(cls, "; ".join(map(str, parts)))
        made.parts = parts
        return made


def note(column: str) -> Note:
    """The column, read."""
    return Note(*read_stored(column))


def joined(column: str, *parts: Part) -> Stored:
    """The column with more behind what it says."""
    return stored(*read_stored(column), *parts)


def read_stored(text: str) -> tuple[Part, ...]:
    """What ``stored`` kept; a text of an older release is one part."""
    if not text.startswith("["):
        return (text,) if text else ()
    try:
        parts = [_read(part) for part in json.loads(text)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return (text,)
    kept = tuple(part for part in parts if isinstance(part, str | Sentence))
    return kept if len(kept) == len(parts) else (text,)


def codes(text: str) -> list[dict[str, Any]]:
    """The same column for a program: each sentence as its code and values, words as ``{"text": …}``."""
    return [_kept(part) if isinstance(part, Sentence) else {"text": part} for part in read_stored(text)]


def sentences(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Parts for a program, likewise."""
    return codes(stored(*parts))


LONGEST = 500
"""Characters of a text of others that are kept."""


def shortened(part: Part, most: int = LONGEST) -> Part:
    """With every text of others in it cut to ``most`` characters."""
    return changed(part, lambda words: words[:most])


def changed(part: Part, change: Callable[[str], str]) -> Part:
    """With ``change`` done to every text of others in it, as masking is."""
    if isinstance(part, str):
        return change(part)
    values = {name: _changed(value, change) for name, value in part.values.items()}
    return Sentence(part.code, MappingProxyType(values))


def _changed(value: Value, change: Callable[[str], str]) -> Value:
    if isinstance(value, tuple):
        return tuple(_changed(one, change) for one in value)
    return changed(value, change) if isinstance(value, str | Sentence) else value


def _kept(value: Value) -> Any:
    if isinstance(value, Sentence):
        return {"code": value.code, "values": {name: _kept(one) for name, one in value.values.items()}}
    if isinstance(value, Word):
        return {"table": value.table, "code": value.code}
    if isinstance(value, tuple):
        return [_kept(one) for one in value]
    if isinstance(value, str):
        return _storable(value)
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _read(value: Any) -> Value:
    if isinstance(value, str | int):
        return value
    if isinstance(value, list):
        return tuple(_read(one) for one in value)
    if "day" in value:
        return date.fromisoformat(value["day"])
    code, table = value["code"], value.get("table", "")
    if not (isinstance(code, str) and isinstance(table, str)):
        raise ValueError("a code is a word")
    if "table" in value:
        return Word(table, code)
    values = {name: _read(one) for name, one in value["values"].items()}
    return Sentence(code, MappingProxyType(values))
