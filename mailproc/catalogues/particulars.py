"""Particulars of a holding from the text that catalogues write: bounded, on one line; days."""

import re
from datetime import date

LONGEST = 200
"""Characters of one particular."""
MOST = 100
"""Holdings of one answer."""
_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")


def text(*parts: str) -> str:
    """Return the parts on one line, without signs that nobody sees."""
    words = " ".join(" ".join(part[: 2 * LONGEST].split()) for part in parts if part.strip())
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in words)[:LONGEST]


def day(said: str) -> date | None:
    """Return the day that a text begins with, as 2026-12-24 or 20261224."""
    if found := _DAY.match(said.strip()):
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            return None
    return None
