"""Rows that are made by position (``prepared_statements.made``), compared with their columns."""

import ast
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult

import mailproc
from mailproc.store import prepared_statements

_HOME = Path(mailproc.__file__).parent


@dataclass
class Compared:
    """``places``: (file, line) of each call that was heard; ``wrong``: those whose columns differ."""

    places: set[tuple[str, int]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def add(self, place: tuple[str, int], into: Any, columns: tuple[str, ...]) -> None:
        self.places.add(place)
        names = tuple(one.name for one in fields(into))
        if columns != names:
            self.wrong.append(f"{place[0]}:{place[1]}: {into.__name__} has {names}, the statement {columns}")


@contextmanager
def rows_compared() -> Iterator[Compared]:
    """Listen to every ``made`` of the modules that are loaded."""
    found, plain = Compared(), prepared_statements.made

    def made(into: Any, rows: Iterable[Any]) -> list[Any]:
        frame = sys._getframe(1)
        place = frame.f_code.co_filename.removeprefix(f"{_HOME}/"), frame.f_lineno
        if isinstance(rows, CursorResult):
            found.add(place, into, tuple(rows.keys()))
        else:
            rows = list(rows)
            for row in rows[:1]:
                found.add(place, into, row._fields)
        return plain(into, rows)

    users = [one for one in list(sys.modules.values()) if getattr(one, "made", None) is plain]
    for module in users:
        module.made = made  # type: ignore[attr-defined]  # those that have it
    try:
        yield found
    finally:
        for module in users:
            module.made = plain  # type: ignore[attr-defined]  # as above


def unheard(found: Compared, folders: str) -> list[str]:
    """Functions that make rows by position, and did not here. ``folders``: a pattern of files of mailproc."""
    return [
        f"{file.relative_to(_HOME)}:{function.name}"
        for file in sorted(_HOME.glob(folders))
        if "prepared_statements import" in (text := file.read_text())
        for function in ast.walk(ast.parse(text))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "made"
        if not any((str(file.relative_to(_HOME)), line) in found.places for line in _lines(call))
    ]


def _lines(node: ast.Call) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)
