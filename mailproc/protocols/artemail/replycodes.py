"""The reply codes: which message a code is, and which code says a message.

A code is matched whole, never by its beginning: "DIRECT DEBIT …" is not the code DIRECT.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from mailproc.ill.apdu import APDU_CLASSES, Apdu
from mailproc.ill.terms import ApduType, Results

LONGEST_CODE = 120
"""Characters. A longer line is prose; it also bounds the work of a site's own patterns."""

DATE = r"\d{2}[-/.]\d{2}[-/.](?:\d{4}|\d{2})"
_DATE = re.compile(r"(\d{2})[-/.](\d{2})[-/.](\d{4}|\d{2})")


def read_date(text: str) -> date | None:
    """dd-mm-yyyy (or / or . between, or two figures of the year) as a date; None if there is no such day."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    day, month, year = (int(each) for each in found.groups())
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def normal(code: str) -> str:
    """Capitals, single blanks, none around a star."""
    return re.sub(r" ?\* ?", "*", " ".join(code.upper().split())).strip()


@dataclass(frozen=True)
class ReplyCode:
    """A row of data/replies.toml. ``kind`` is the APDU; the fields that apply to it are set."""

    word: str
    pattern: re.Pattern[str]
    kind: ApduType
    results: Results | None = None
    reason: str | None = None
    service: str = ""
    answer: bool | None = None
    level: int | None = None
    follows: str = ""
    renews_itself: bool = False

    @classmethod
    def of(cls, *, word: str, pattern: str, apdu: str, results: str, reason: str, **rest: Any) -> Self:
        """Raises ValueError that says what does not fit together."""
        kind = ApduType[apdu]
        if (kind is ApduType.ILL_ANSWER) != bool(results):
            raise ValueError("results: needed for ILL_ANSWER and for nothing else")
        if kind in (ApduType.CANCEL_REPLY, ApduType.RENEW_ANSWER) and rest["answer"] is None:
            raise ValueError(f"answer: {apdu} needs true or false")
        compiled = compile_pattern(pattern.replace("DATE", DATE))
        return cls(word, compiled, kind, Results(results) if results else None, reason or None, **rest)

    @property
    def message(self) -> type[Apdu]:
        return APDU_CLASSES[self.kind]


def compile_pattern(pattern: str, *needed: str) -> re.Pattern[str]:
    """Raises ValueError where the expression is broken or lacks one of the named groups."""
    try:
        compiled = re.compile(pattern, re.IGNORECASE | re.ASCII)
    except re.error as error:
        raise ValueError(f"pattern {pattern!r}: {error}") from error
    for group in needed:
        if group not in compiled.groupindex:
            raise ValueError(f"pattern {pattern!r} has no group (?P<{group}>…)")
    return compiled


@dataclass(frozen=True)
class Layout:
    """How the letters that come back look: section [layout] of data/replies.toml."""

    line: re.Pattern[str]
    stop: re.Pattern[str]
    file_ref: re.Pattern[str]
    accepted: re.Pattern[str]
    rejected: re.Pattern[str]
    most_prose: int

    @classmethod
    def of(cls, keys: Mapping[str, Any]) -> Self:
        """Raises ValueError, KeyError or TypeError where a key is wrong, missing or unknown."""
        groups = {"line": ("number", "code"), "file_ref": ("file_ref",)}
        fields: dict[str, Any] = {
            name: compile_pattern(text, *groups.get(name, ())) if isinstance(text, str) else text
            for name, text in keys.items()
        }
        return cls(**fields)


@dataclass(frozen=True)
class Found:
    """A known code and its arguments as printed."""

    code: ReplyCode
    arguments: Mapping[str, str]


class ReplyCodes:
    """The table, looked up by a code as printed."""

    def __init__(
        self, codes: Iterable[ReplyCode], layout: Layout, say: Mapping[str, str], legacy: Mapping[str, str]
    ) -> None:
        self._codes = sorted(codes, key=lambda code: len(code.word), reverse=True)
        self.layout = layout
        self.say = say
        self._legacy = legacy

    def find(self, printed: str) -> Found | None:
        """The code that ``printed`` is as a whole; None if it is none, or names no possible date."""
        if len(printed) > LONGEST_CODE or _is_prose(printed):
            return None
        text = normal(printed)
        for code in self._codes:
            if match := code.pattern.fullmatch(text):
                arguments = {name: value for name, value in match.groupdict().items() if value}
                dates = [arguments[name] for name in ("due", "date") if name in arguments]
                return Found(code, arguments) if all(read_date(each) for each in dates) else None
        return None

    def means(self, printed: str) -> str:
        """What a code of before 2012 meant; '' where nothing is known."""
        return self._legacy.get(normal(printed), "")

    def words(self) -> list[str]:
        return [code.word for code in self._codes]


def _is_prose(printed: str) -> bool:
    """One small word without a star ("not", "due") is the end of somebody's sentence, no code."""
    return printed != printed.upper() and " " not in printed.strip() and "*" not in printed
