"""Lists as CSV for a spreadsheet: UTF-8, commas, a point in decimals, and no cell that is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from mailproc.formula_guard import harmless


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return the lines, the names of the columns first. Texts are made harmless; numbers stay as they are."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow([harmless(one) for one in columns])
    writer.writerows([[_cell(one) for one in row] for row in rows])
    return made.getvalue().rstrip("\n")


def _cell(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value
