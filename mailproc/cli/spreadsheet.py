"""Lists as CSV for a spreadsheet: UTF-8, commas, a point in decimals, and no cell that is a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # also of full width, as Japanese spreadsheets take them
_AT_BEGIN = re.compile(rf"[\t\r\n]|[\s\u00a0]*[{_SIGNS}]")
_BEHIND_A_CELL = re.compile(rf";([\s\u00a0]*)(?=[{_SIGNS}])")
"""Where a spreadsheet takes a text for a formula (OWASP, CSV injection); many end a cell with a semicolon."""


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return the lines, the names of the columns first. Texts are made harmless; numbers stay as they are."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow([harmless(one) for one in columns])
    writer.writerows([[_cell(one) for one in row] for row in rows])
    return made.getvalue().rstrip("\n")


def _cell(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value


def harmless(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula, or for the end of a line."""
    guarded = f"'{cell}" if _AT_BEGIN.match(cell) else cell
    guarded = _BEHIND_A_CELL.sub(r";\1'", guarded)
    return guarded.replace("\r", " ").replace("\n", " ")
