"""Keep a spreadsheet from taking a text of others for a formula (OWASP, CSV injection).

An apostrophe before it says that it is a text. Every CSV file that mailproc writes has its cells from here.
"""

import re

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # also of full width, as Japanese spreadsheets take them
_AT_BEGIN = re.compile(rf"[\t\r\n]|[\s\u00a0]*[{_SIGNS}]")
_BEHIND_A_CELL = re.compile(rf";([\s\u00a0]*)(?=[{_SIGNS}])")
"""Many spreadsheets end a cell with a semicolon."""
_GUARD_AT_BEGIN = re.compile(rf"'(?=[\t\r\n]|[\s\u00a0]*[{_SIGNS}])")
_GUARD_BEHIND_A_CELL = re.compile(rf";([\s\u00a0]*)'(?=[{_SIGNS}])")


def harmless(cell: str) -> str:
    """Return a text of one line that no spreadsheet takes for a formula, or for the end of a line."""
    guarded = f"'{cell}" if _AT_BEGIN.match(cell) else cell
    guarded = _BEHIND_A_CELL.sub(r";\1'", guarded)
    return guarded.replace("\r", " ").replace("\n", " ")


def harmless_lines(cell: str) -> str:
    """Return a text of several lines, each of them harmless."""
    return "\n".join(map(harmless, cell.splitlines()))


def as_it_was(cell: str) -> str:
    """Return a text without the guards of ``harmless`` and ``harmless_lines``."""
    return "\n".join(map(_unguarded, cell.split("\n")))


def _unguarded(line: str) -> str:
    bare = line[1:] if _GUARD_AT_BEGIN.match(line) else line
    return _GUARD_BEHIND_A_CELL.sub(r";\1", bare)
