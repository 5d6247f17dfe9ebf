"""On which line of a TOML file each key stands. tomllib does not say it, and operators want it.

A line-wise look is enough: what it misses (a key inside an inline table) falls back to the
line of the table around it, and nothing but the words of an error depends on it.
"""

import re
from collections.abc import Iterator

from mailproc.config_load.problem import Loc

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]#]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def lines_of(text: str) -> dict[Loc, int]:
    """Lines counted from 1 by location. The first mention wins."""
    found: dict[Loc, int] = {}
    for loc, number in keys_of(text):
        found.setdefault(loc, number)
    return found


def keys_of(text: str) -> Iterator[tuple[Loc, int]]:
    """Every table and key in the order of the lines, as often as it stands there."""
    arrays: dict[Loc, int] = {}
    table: Loc = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _enter(_parts(header[2]), header[1] == "[[", arrays)
            yield table, number
        elif key := _KEY.match(line):
            yield (*table, *_parts(key[1])), number


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]


def _enter(parts: list[str], repeats: bool, arrays: dict[Loc, int]) -> Loc:
    """The location that a header opens; a name that repeats stands for its latest entry."""
    loc: Loc = ()
    for position, part in enumerate(parts, start=1):
        loc = (*loc, part)
        if repeats and position == len(parts):
            arrays[loc] = arrays.get(loc, -1) + 1
        if loc in arrays:
            loc = (*loc, arrays[loc])
    return loc
