"""How answers are shown: one JSON value, or tables and lines for people."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

NARROWEST = 140
"""Columns of a table that is not shown on a terminal."""


def as_json(value: Any) -> None:
    """One JSON value on stdout and nothing else."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def json_line(value: Any) -> None:
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False) + "\n")


def plain(value: Any) -> Any:
    """Dataclasses, dates and enums as JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def line(text: str = "") -> None:
    """One line for people, as it is."""
    sys.stdout.write(shown(text) + "\n")


def shown(text: str) -> str:
    """Without control characters: what a stranger wrote must not steer the terminal."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "�" for sign in text)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    """A table, or the sentence ``empty``."""
    if not rows:
        line(empty)
        return
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=max(NARROWEST, console.width))
    grid = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(shown(cell)) for cell in row))
    console.print(grid)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """ "24 Nov 10:41" in the library's zone."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y %H:%M}"
