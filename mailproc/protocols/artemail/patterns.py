"""Regular expressions that stand in data: one that would plainly try endlessly is refused when it is loaded.

How many ways there are to match is counted on the expression's own tree: nested repeats multiply
past any bound, ``.*`` twice does not. The count is no proof, it names the usual mistakes before a
letter meets them; what it overlooks is stopped by the clock (``timed``).
"""

import re
from collections.abc import Collection, Sequence
from math import inf
from re import _constants as op  # type: ignore[attr-defined]  # the standard library's own parser, untyped
from re import _parser as syntax  # type: ignore[attr-defined]  # the same
from typing import Any

import regex

from mailproc.protocols.artemail.timed import SHIPPED, Pattern, Place

MOST_WAYS = 1_000_000
"""Ways to match that an expression may have."""

LONGEST_REPEAT = 200
"""No line that is matched is longer than a few hundred characters: an open repeat ends there."""

OPTION = 1.25
"""What something optional, or a choice of plain words, multiplies the ways by: the next sign nearly always
decides. Inside an open repeat it still multiplies past any bound."""

DATE = r"\d{2}[-/.]\d{2}[-/.](?:\d{4}|\d{2})"
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
DATE_IN_WORDS = (
    rf"(?<!\d)(?:{DATE}|\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS.replace(' ', '|')})[a-z]{{0,6}}\.?,? \d{{4}})"
)
"""Also as a letter to people has it: 5th August 2026."""


def compiled(pattern: str, place: Place, *needed: str, known: Collection[str] = ()) -> Pattern:
    """``known``: named groups that it may have beside those that it must.

    Raises ValueError where the expression is broken, unbounded, lacks a group, or has one more."""
    try:
        ways = _ways(syntax.parse(pattern, re.IGNORECASE | re.ASCII))
        shipped = place.file.parent == SHIPPED
        found = Pattern(regex.compile(pattern, regex.IGNORECASE | regex.ASCII), place, shipped)
    except (re.error, regex.error, RecursionError, OverflowError) as error:
        raise ValueError(f"pattern {pattern!r}: {error}") from error
    if ways > MOST_WAYS:
        text = "it could try endlessly on some lines: no repeat inside a repeat, no third .* please"
        raise ValueError(f"pattern {pattern!r}: {text}")
    for group in needed:
        if group not in found.groups:
            raise ValueError(f"pattern {pattern!r} has no group (?P<{group}>…)")
    for group in found.groups:
        if group not in (*needed, *known):
            there = ", ".join((*needed, *known)) or "none"
            raise ValueError(f"pattern {pattern!r}: there is no group {group!r} here; known are {there}")
    return found


def _ways(tree: Sequence[Any]) -> float:
    """How many ways there may be to match what follows one another."""
    ways = 1.0
    for code, argument in tree:
        ways *= _ways_of(code, argument)
        if ways > MOST_WAYS:
            return inf
    return ways


def _ways_of(code: Any, argument: Any) -> float:
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return _ways_of_repeat(*argument)
    if code is op.BRANCH:
        each = [_ways(branch) for branch in argument[1]]
        return OPTION if max(each) == 1 else sum(each)
    if code is op.SUBPATTERN:
        return _ways(argument[-1])
    if code in (op.ASSERT, op.ASSERT_NOT):
        return _ways(argument[1])
    if code is op.ATOMIC_GROUP:
        return _ways(argument)
    if code in (op.GROUPREF, op.GROUPREF_EXISTS, op.GROUPREF_IGNORE):
        return inf  # looks back, so what it matches cannot be counted here
    return 1


def _ways_of_repeat(least: int, most: int, body: Sequence[Any]) -> float:
    each = _ways(body)
    if (least, most) == (0, 1):
        return each * OPTION
    ways = 0.0
    for times in range(min(least, LONGEST_REPEAT), min(most, LONGEST_REPEAT) + 1):
        if times and each > MOST_WAYS ** (1 / times):
            return inf
        ways += each**times
    return ways
