"""Load the British Library's words: the shipped tables, overlaid with a site's own.

Rows of the overlay replace rows of the same word and add new ones; single keys replace single keys.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mailproc.errors import Misconfigured, Setting
from mailproc.protocols.artemail.tables.keywords import Keyword, Keywords
from mailproc.protocols.artemail.tables.pattern_budget import SETTING, PatternLocation
from mailproc.protocols.artemail.tables.phrases import Phrase, Phrases
from mailproc.protocols.artemail.tables.reply_codes import Layout, ReplyCode, ReplyCodes

_DATA = Path(__file__).parent / "data"

Confidence = Literal["documented", "seen", "inferred", "hearsay"]
_PLAIN = "layout"
"""The table of single keys; the others are lists of rows, identified by their word."""


class _RowLocations:
    """Line numbers of the rows and keys in a table's file, for error messages."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lines = dict(_numbered(file.read_text("utf-8")))

    def of(self, table: str, name: str) -> PatternLocation:
        """Return the location, without a line if the row is written in an unexpected way."""
        row = f"[{table}] {name}" if table == _PLAIN else f"[[{table}]] {name}"
        line = self._lines.get((table, name))
        return PatternLocation(self.file, f"line {line}: {row}" if line else row)


def _numbered(text: str) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield ((table, word or key), line counted from 1); of equal names the last one comes last."""
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if said.startswith("["):
            inside = said.partition("#")[0].strip(" []")
        key, _, value = (part.strip() for part in said.partition("="))
        if inside == _PLAIN:
            yield (inside, key), number
        elif key == "word" and value[:1] in ("'", '"'):
            yield (inside, value[1:].partition(value[0])[0]), number


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    word: str = Field(min_length=1)
    means: str = ""
    confidence: Confidence
    source: str


class _KeywordRow(_Row):
    kind: Literal["service", "delivery", "instruction", "action"]
    service: Literal["COPY", "LOAN", ""] = ""
    electronic: bool = False
    speeds: tuple[int, ...] = ()
    legacy: bool = False
    action: Literal["renew", "chase", ""] = ""


class _CodeRow(_Row):
    pattern: str
    apdu: Literal["SHIPPED", "ILL_ANSWER", "CANCEL_REPLY", "RENEW_ANSWER", "MESSAGE", "RECALL", "OVERDUE"]
    results: str = ""
    reason: str = ""
    service: Literal["COPY", "LOAN", ""] = ""
    answer: bool | None = None
    level: int | None = None
    follows: Literal["next", "ask", "wait", "locations", ""] = ""
    renews_itself: bool | None = None


class _TwinRow(_Row):
    patterns: tuple[str, ...] = Field(min_length=1)
    says: str = ""


_R = TypeVar("_R", bound=_Row)
_SHAPES: dict[str, type[_Row]] = {
    "keyword": _KeywordRow,
    "code": _CodeRow,
    "twin": _TwinRow,
    "legacy": _Row,
}


@dataclass(frozen=True)
class _Source:
    """The files of a table, and the rows and keys that are the site's: ("code", "NOT")."""

    shipped: _RowLocations
    overlay: _RowLocations | None = None
    overlaid: frozenset[tuple[str, str]] = frozenset()

    @property
    def file(self) -> Path:
        return (self.overlay or self.shipped).file

    def place(self, table: str, name: str) -> PatternLocation:
        own = self.overlay if (table, name) in self.overlaid else None
        return (own or self.shipped).of(table, name)


def load(overlay: Path | None = None, last_demand: int = 2) -> tuple[Keywords, ReplyCodes, Phrases]:
    """Load the tables. ``last_demand``: the level of an Overdue from which it is the last demand.

    Raise Misconfigured that names the file and the row of a mistake.
    """
    return _shipped(last_demand) if overlay is None else _load(overlay, last_demand)


@cache
def _shipped(last_demand: int) -> tuple[Keywords, ReplyCodes, Phrases]:
    """Load once per process: these files come with the program."""
    return _load(None, last_demand)


def _load(overlay: Path | None, last_demand: int) -> tuple[Keywords, ReplyCodes, Phrases]:
    tables = _read(_DATA / "keywords.toml") | _read(_DATA / "replies.toml")
    words, answers = (
        _Source(_RowLocations(_DATA / "keywords.toml")),
        _Source(_RowLocations(_DATA / "replies.toml")),
    )
    if overlay is not None:
        laid = _read(overlay)
        places = _RowLocations(overlay)
        tables = _lay_over(tables, laid, places)
        own = places, frozenset(_own_names(laid))
        words, answers = _Source(words.shipped, *own), _Source(answers.shipped, *own)
    codes = _replies(tables, answers, last_demand)
    return _keywords(tables, words), codes, _phrases(tables, codes, answers)


def _own_names(overlay: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for table, value in overlay.items():
        if isinstance(value, list | dict):
            yield from ((table, row["word"] if isinstance(row, dict) else row) for row in value)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, str(error)) from error


def _wrong(where: Path | PatternLocation, text: str) -> Misconfigured:
    file = where.file if isinstance(where, PatternLocation) else where
    return Misconfigured(f"{where}: {text}", Setting(SETTING, str(file)))


def _lay_over(tables: dict[str, Any], overlay: Mapping[str, Any], places: _RowLocations) -> dict[str, Any]:
    laid, file = dict(tables), places.file
    for key, value in overlay.items():
        if key not in tables:
            raise _wrong(file, f"there is no table {key!r}; known are {', '.join(tables)}")
        if type(value) is not type(tables[key]):
            raise _wrong(file, f"{key!r} is written as {'[[' if key in _SHAPES else '['}{key} … in this file")
        if key in _SHAPES:
            laid[key] = _newer_rows(tables[key], value, key, places)
        else:
            laid[key] = tables[key] | value if isinstance(value, dict) else value
    return laid


def _newer_rows(old: list[Any], new: list[Any], key: str, places: _RowLocations) -> list[Any]:
    for number, row in enumerate(new, 1):
        if not isinstance(row, dict) or not isinstance(row.get("word"), str):
            raise _wrong(places.file, f"[[{key}]] row {number}: 'word' is missing")
        _check(_SHAPES[key], row, places.of(key, row["word"]))
    words = {row["word"] for row in new}
    return [row for row in old if row["word"] not in words] + new


def _check(shape: type[_R], row: Mapping[str, Any], place: PatternLocation) -> _R:
    try:
        return shape.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(each) for each in first["loc"])
        raise _wrong(place, f"{key}: {first['msg']}") from error


def _keywords(tables: Mapping[str, Any], source: _Source) -> Keywords:
    rows = [_check(_KeywordRow, row, source.place("keyword", row["word"])) for row in tables["keyword"]]
    if tables["default_service"] not in ("COPY", "LOAN"):
        raise _wrong(source.file, f"default_service: COPY or LOAN, not {tables['default_service']!r}")
    words = [
        Keyword(row.word, row.kind, row.service, row.electronic, row.speeds, row.legacy, row.action)
        for row in rows
    ]
    return Keywords(words, tables["default_service"])


def _replies(tables: Mapping[str, Any], source: _Source, last_demand: int) -> ReplyCodes:
    codes = [_code(row, source) for row in tables["code"]]
    own = [name for table, name in source.overlaid if table == "layout"]
    try:
        layout = Layout.of(tables["layout"], partial(source.place, "layout"), own)
    except (ValueError, KeyError, TypeError) as error:
        raise _wrong(source.file, f"[layout]: {error}") from error
    for key, word in tables["say"].items():
        if not isinstance(word, str):
            raise _wrong(source.file, f"[say] {key}: a text is needed here")
    legacy = {row["word"]: row["means"] for row in tables["legacy"]}
    return ReplyCodes(codes, layout, tables["say"], legacy, last_demand)


def _code(row: Mapping[str, Any], source: _Source) -> ReplyCode:
    place = source.place("code", row["word"])
    fields = _check(_CodeRow, row, place).model_dump(exclude={"confidence", "source"})
    try:
        return ReplyCode.of(**fields, place=place, overlaid=("code", row["word"]) in source.overlaid)
    except ValueError as error:
        raise _wrong(place, str(error)) from error


def _phrases(tables: Mapping[str, Any], codes: ReplyCodes, source: _Source) -> Phrases:
    """Make the phrases; a site's own go first, because they are taken from real letters."""
    made = []
    for row in tables["twin"]:
        place = source.place("twin", row["word"])
        known = _check(_TwinRow, row, place)
        own = ("twin", known.word) in source.overlaid
        try:
            made.append(Phrase.of(known.word, known.patterns, known.says, codes, place, overlaid=own))
        except ValueError as error:
            if own or not source.overlaid:
                raise _wrong(place, str(error)) from error
            # a shipped phrase for a code that the site has changed is left out: the site defines its own
    return Phrases(sorted(made, key=lambda phrase: not phrase.overlaid))
