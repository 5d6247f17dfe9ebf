"""Compile and check the regular expressions of the tables.

An expression that does not end on some line is not found here: it has a budget while it runs
(``pattern_budget``), and the shipped ones are tried on texts made from their own parse trees (tests/linear).
"""

from collections.abc import Collection

import regex

from mailproc.protocols.artemail.tables.pattern_budget import SHIPPED, Pattern, PatternLocation

DATE = r"\d{2}[-/.]\d{2}[-/.](?:\d{4}|\d{2})"
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
DATE_IN_WORDS = (
    rf"(?<!\d)(?:{DATE}|\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS.replace(' ', '|')})[a-z]{{0,6}}\.?,? \d{{4}})"
)
"""Also as letters to people have it: 5th August 2026."""


def compiled(pattern: str, place: PatternLocation, *needed: str, known: Collection[str] = ()) -> Pattern:
    """Compile an expression. ``known``: named groups that it may have beside the ``needed`` ones.

    Raise ValueError if the expression is broken, lacks a group, or has one more.
    """
    try:
        expression = regex.compile(pattern, regex.IGNORECASE | regex.ASCII)
    except (regex.error, RecursionError, OverflowError) as error:
        raise ValueError(f"pattern {pattern!r}: {error}") from error
    found = Pattern(expression, place, shipped=place.file.parent == SHIPPED)
    for group in needed:
        if group not in found.groups:
            raise ValueError(f"pattern {pattern!r} has no group (?P<{group}>…)")
    for group in found.groups:
        if group not in (*needed, *known):
            there = ", ".join((*needed, *known)) or "none"
            raise ValueError(f"pattern {pattern!r}: there is no group {group!r} here; known are {there}")
    return found
