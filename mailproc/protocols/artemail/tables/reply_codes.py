"""The reply codes: which message a code means, and which code expresses a message.

A code is matched as a whole, never by its beginning: "DIRECT DEBIT …" is not the code DIRECT.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Self

from mailproc.ill.apdu import APDU_CLASSES, Apdu
from mailproc.ill.terms import ApduType, Results
from mailproc.protocols.artemail.dates import read_date
from mailproc.protocols.artemail.tables.pattern_budget import Pattern, PatternLocation
from mailproc.protocols.artemail.tables.patterns import DATE, compiled

LONGEST_CODE = 120
"""Characters; a longer line is prose."""

REMEMBERED = 1000
"""Codes whose meaning is cached: reports repeat few codes."""


_STAR = re.compile(r" ?\* ?")
_ARGUMENTS = ("position", "weeks", "amount", "currency", "due", "date")


def normal(code: str) -> str:
    """Return the code in capitals, with single blanks, and none around a star."""
    return _STAR.sub("*", " ".join(code.upper().split())).strip()


@dataclass(frozen=True)
class ReplyCode:
    """A row of data/replies.toml. ``kind`` is the type of APDU; the fields that apply to it are set.

    ``overlaid``: the row is the site's own.
    """

    word: str
    pattern: Pattern
    kind: ApduType
    results: Results | None = None
    reason: str | None = None
    service: str = ""
    answer: bool | None = None
    level: int | None = None
    follows: str = ""
    renews_itself: bool | None = None
    means: str = ""
    overlaid: bool = False

    @classmethod
    def of(
        cls,
        *,
        word: str,
        pattern: str,
        place: PatternLocation,
        apdu: str,
        results: str,
        reason: str,
        **rest: Any,
    ) -> Self:
        """Make a row. Raise ValueError that says what does not fit together."""
        kind = ApduType[apdu]
        if (kind is ApduType.ILL_ANSWER) != bool(results):
            raise ValueError("results: needed for ILL_ANSWER and for nothing else")
        if kind in (ApduType.CANCEL_REPLY, ApduType.RENEW_ANSWER) and rest["answer"] is None:
            raise ValueError(f"answer: {apdu} needs true or false")
        expression = compiled(pattern.replace("DATE", DATE), place, known=_ARGUMENTS)
        return cls(word, expression, kind, Results(results) if results else None, reason or None, **rest)

    @property
    def message(self) -> type[Apdu]:
        return APDU_CLASSES[self.kind]


@dataclass(frozen=True)
class Layout:
    """How replies look: section [layout] of data/replies.toml.

    ``overlaid`` names the keys that a site has changed.
    """

    line: Pattern
    stop: Pattern
    quoted: Pattern
    file_ref: Pattern
    accepted: Pattern
    rejected: Pattern
    order_rejected: Pattern
    reference: Pattern
    order_line: Pattern
    status: Pattern
    link: Pattern
    delivery: Pattern
    auto_reply: Pattern
    most_prose: int
    most_twin_prose: int
    overlaid: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, keys: Mapping[str, Any], place: Callable[[str], PatternLocation], overlaid: Iterable[str] = ()
    ) -> Self:
        """Make the layout. ``place`` returns where a key is defined.

        Raise ValueError, KeyError or TypeError if a key is wrong, missing or unknown.
        """
        known = {field.name: field.type for field in fields(cls)}
        made: dict[str, Any] = {"overlaid": frozenset(overlaid)}
        for name, value in keys.items():
            wanted = int if name.startswith("most_") else str
            if name in known and type(value) is not wanted:
                raise ValueError(f"{name}: a {'number' if wanted is int else 'text'} is needed here")
            made[name] = _named(name, value, place(name)) if wanted is str else value
        return cls(**made)


def _named(name: str, pattern: str, place: PatternLocation) -> Pattern:
    try:
        return compiled(pattern, place, *_GROUPS.get(name, ()), known=_MAY_HAVE.get(name, ()))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


_GROUPS = {
    "line": ("number", "code"),
    "file_ref": ("file_ref",),
    "order_rejected": ("number",),
    "reference": ("number",),
    "order_line": ("order_line",),
    "status": ("status",),
}
_MAY_HAVE = {"line": ("order_line",)}


@dataclass(frozen=True)
class PrintedCode:
    """A known code, with its arguments as printed."""

    code: ReplyCode
    arguments: Mapping[str, str]


class ReplyCodes:
    """The table, looked up by a code as printed.

    ``last_demand``: the level of an Overdue (at least 2) from which it is called the last.
    """

    def __init__(
        self,
        codes: Iterable[ReplyCode],
        layout: Layout,
        say: Mapping[str, str],
        legacy: Mapping[str, str],
        last_demand: int,
    ) -> None:
        self._codes = sorted(codes, key=lambda code: len(code.word), reverse=True)
        self.layout = layout
        self.say = say
        self._legacy = legacy
        self.last_demand = max(2, last_demand)
        self._looked_up = lru_cache(REMEMBERED)(self._look_up)

    def find(self, printed: str) -> PrintedCode | None:
        """Return the code that ``printed`` is as a whole; None if it is none, or names an impossible date."""
        if len(printed) > LONGEST_CODE or _is_prose(printed):
            return None
        return self._looked_up(normal(printed))

    def _look_up(self, text: str) -> PrintedCode | None:
        for code in self._codes:
            if match := code.pattern.fullmatch(text):
                arguments = {name: value for name, value in match.groupdict().items() if value}
                dates = [arguments[name] for name in ("due", "date") if name in arguments]
                return PrintedCode(code, arguments) if all(read_date(each) for each in dates) else None
        return None

    def means(self, printed: str) -> str:
        """What a code says, also one of before 2012; '' where nothing is known."""
        found = self.find(printed)
        return found.code.means if found else self._legacy.get(normal(printed), "")

    def known(self, word: str) -> ReplyCode | None:
        """Return the row with this word."""
        return next((code for code in self._codes if code.word == word), None)

    def words(self) -> list[str]:
        return [code.word for code in self._codes]


def _is_prose(printed: str) -> bool:
    """Return whether this is the end of a sentence: one lower-case word without a star ("not", "due")."""
    return printed != printed.upper() and " " not in printed.strip() and "*" not in printed
