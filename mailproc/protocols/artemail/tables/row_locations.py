"""Where the rows and keys of a table's file stand, so that a mistake can be named with its line."""

from collections.abc import Iterator
from pathlib import Path

from mailproc.protocols.artemail.tables.pattern_budget import PatternLocation

_PLAIN = "layout"
"""A table of keys; the others are lists of rows, known by their word."""


class Places:
    def __init__(self, file: Path) -> None:
        self.file = file
        self._lines = dict(_numbered(file.read_text("utf-8")))

    def of(self, table: str, name: str) -> PatternLocation:
        """Without its line where the row is written in a way that is not expected."""
        row = f"[{table}] {name}" if table == _PLAIN else f"[[{table}]] {name}"
        line = self._lines.get((table, name))
        return PatternLocation(self.file, f"line {line}: {row}" if line else row)


def _numbered(text: str) -> Iterator[tuple[tuple[str, str], int]]:
    """((table, word or key), line counted from 1), the last of each last."""
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if said.startswith("["):
            inside = said.partition("#")[0].strip(" []")
        key, _, value = (part.strip() for part in said.partition("="))
        if inside == _PLAIN:
            yield (inside, key), number
        elif key == "word" and value[:1] in ("'", '"'):
            yield (inside, value[1:].partition(value[0])[0]), number
