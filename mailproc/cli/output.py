"""How answers are shown: one JSON value, or tables and lines for people."""

import json
import logging
import sys
from collections.abc import Sequence
from typing import Any

import typer

from mailproc import log
from mailproc.cli.colour import STYLES, Marked, Meaning, painted
from mailproc.invisible import UNSEEN
from mailproc.log import mask, mask_shown
from mailproc.office.wording.json_values import plain as plain
from mailproc.office.wording.plain_text import cut as cut
from mailproc.office.wording.plain_text import one_line as one_line
from mailproc.office.wording.plain_text import shown as shown

NARROWEST = 140
"""Columns of a table that is not shown on a terminal."""


def as_json(value: Any) -> None:
    """One JSON value on stdout and nothing else."""
    sys.stdout.write(_dumped(value, indent=2) + "\n")


def json_line(value: Any) -> None:
    sys.stdout.write(_dumped(value) + "\n")


def _dumped(value: Any, indent: int | None = None) -> str:
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(plain(value), ensure_ascii=not utf8, indent=indent)
    return UNSEEN.sub(lambda found: found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1], text)


def line(text: str = "", meaning: Meaning = "") -> None:
    """One line for people, without passwords. A line end within it does not end it: a stranger's word may
    hold one, and no such word makes a line of its own. (``text`` is for what has several lines.)"""
    sys.stdout.write(painted(_unbroken(mask_shown(text)), meaning, sys.stdout) + "\n")


def text(lines: str) -> None:
    """Several lines as they are, without passwords: the words of a letter or a template."""
    sys.stdout.write(shown(mask_shown(lines)) + "\n")


def page_end() -> None:
    """Let a printer begin a new page."""
    sys.stdout.write("\f")


def complain(sentence: str) -> None:
    """A sentence on stderr, without secrets; one line too, as JSON where the log is."""
    words = _unbroken(mask(sentence))
    sys.stderr.write((log.json_line(logging.ERROR, words) or painted(words, "wrong", sys.stderr)) + "\n")


def _unbroken(words: str) -> str:
    """On one line, with the blanks that put it into columns."""
    first, *others = shown(words).split("\n")
    return " ".join((first, *(part.strip() for part in others)))


def octets(content: bytes) -> None:
    """A letter's bytes: exactly as they are into a pipe or a file, harmless on a terminal."""
    if sys.stdout.isatty():
        text(content.decode("utf-8", "replace").replace("\r\n", "\n").rstrip("\n"))
    else:
        typer.echo(content, nl=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    """A table, or the sentence ``empty``."""
    if not rows:
        line(empty)
        return
    from rich.console import Console  # here: who asks for JSON needs no tables
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=max(NARROWEST, console.width))
    grid = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(one_line(cell), _style(cell)) for cell in row))
    console.print(grid)


def _style(cell: str) -> str:
    return STYLES[cell.meaning] if isinstance(cell, Marked) else ""
