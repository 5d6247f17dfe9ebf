"""The British Library's words as data: the shipped tables with a site's overlay laid over them.

Rows of an overlay replace rows of the same word and add new ones; single keys replace single keys.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mailproc.errors import Misconfigured, Setting
from mailproc.protocols.artemail.keywords import Keyword, Keywords
from mailproc.protocols.artemail.replycodes import Layout, ReplyCode, ReplyCodes

SETTING = "artemail.replies"
_DATA = Path(__file__).parent / "data"

Confidence = Literal["documented", "seen", "inferred", "hearsay"]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    word: str = Field(min_length=1)
    means: str = ""
    confidence: Confidence
    source: str


class _KeywordRow(_Row):
    kind: Literal["service", "delivery", "instruction"]
    service: Literal["COPY", "LOAN", ""] = ""
    electronic: bool = False
    speeds: tuple[int, ...] = ()


class _CodeRow(_Row):
    pattern: str
    apdu: Literal["SHIPPED", "ILL_ANSWER", "CANCEL_REPLY", "RENEW_ANSWER", "MESSAGE", "RECALL", "OVERDUE"]
    results: str = ""
    reason: str = ""
    service: Literal["COPY", "LOAN", ""] = ""
    answer: bool | None = None
    level: int | None = None
    follows: Literal["next", "ask", "wait", "locations", ""] = ""
    renews_itself: bool = False


_R = TypeVar("_R", bound=_Row)
_SHAPES: dict[str, type[_Row]] = {"keyword": _KeywordRow, "code": _CodeRow, "legacy": _Row}


def load(overlay: Path | None = None) -> tuple[Keywords, ReplyCodes]:
    """Both tables. Raises Misconfigured that names the file and the row of a mistake."""
    tables = _read(_DATA / "keywords.toml") | _read(_DATA / "replies.toml")
    if overlay is None:
        return _keywords(tables, _DATA / "keywords.toml"), _replies(tables, _DATA / "replies.toml")
    laid = _lay_over(tables, _read(overlay), overlay)
    return _keywords(laid, overlay), _replies(laid, overlay)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, str(error)) from error


def _wrong(file: Path, text: str) -> Misconfigured:
    return Misconfigured(f"{file}: {text}", Setting(SETTING, str(file)))


def _lay_over(tables: dict[str, Any], overlay: Mapping[str, Any], file: Path) -> dict[str, Any]:
    laid = dict(tables)
    for key, value in overlay.items():
        if key not in tables:
            raise _wrong(file, f"there is no table {key!r}; known are {', '.join(tables)}")
        if type(value) is not type(tables[key]):
            raise _wrong(file, f"{key!r} is written as {'[[' if key in _SHAPES else '['}{key} … in this file")
        if key in _SHAPES:
            laid[key] = _newer_rows(tables[key], value, key, file)
        else:
            laid[key] = tables[key] | value if isinstance(value, dict) else value
    return laid


def _newer_rows(old: list[Any], new: list[Any], key: str, file: Path) -> list[Any]:
    for number, row in enumerate(new, 1):
        if not isinstance(row, dict) or not isinstance(row.get("word"), str):
            raise _wrong(file, f"[[{key}]] row {number}: 'word' is missing")
        _check(_SHAPES[key], row, f"[[{key}]] row {number} ({row['word']})", file)
    words = {row["word"] for row in new}
    return [row for row in old if row["word"] not in words] + new


def _check(shape: type[_R], row: object, where: str, file: Path) -> _R:
    try:
        return shape.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(each) for each in first["loc"])
        raise _wrong(file, f"{where}: {key}: {first['msg']}") from error


def _keywords(tables: Mapping[str, Any], file: Path) -> Keywords:
    rows = [_check(_KeywordRow, row, f"[[keyword]] {row['word']}", file) for row in tables["keyword"]]
    if tables["default_service"] not in ("COPY", "LOAN"):
        raise _wrong(file, f"default_service: COPY or LOAN, not {tables['default_service']!r}")
    words = [Keyword(row.word, row.kind, row.service, row.electronic, row.speeds) for row in rows]
    return Keywords(words, tables["default_service"])


def _replies(tables: Mapping[str, Any], file: Path) -> ReplyCodes:
    codes = [_code(row, file) for row in tables["code"]]
    try:
        layout = Layout.of(tables["layout"])
    except (ValueError, KeyError, TypeError) as error:
        raise _wrong(file, f"[layout]: {error}") from error
    for key, word in tables["say"].items():
        if not isinstance(word, str):
            raise _wrong(file, f"[say] {key}: a text is needed here")
    legacy = {row["word"]: row["means"] for row in tables["legacy"]}
    return ReplyCodes(codes, layout, tables["say"], legacy)


def _code(row: Mapping[str, Any], file: Path) -> ReplyCode:
    where = f"[[code]] {row['word']}"
    fields = _check(_CodeRow, row, where, file).model_dump(exclude={"means", "confidence", "source"})
    try:
        return ReplyCode.of(**fields)
    except ValueError as error:
        raise _wrong(file, f"{where}: {error}") from error
