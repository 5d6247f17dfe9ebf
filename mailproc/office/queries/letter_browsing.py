"""Leaf through all letters, the newest first: from each page to the next older one, at any depth alike."""

from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from mailproc.office.queries.letter_filter import LetterFilter
from mailproc.office.queries.letters import LetterLine, came_line, went_line
from mailproc.store.letters import INBOX
from mailproc.store.outgoing import OUTGOING

BEGINNING = 2**31 - 1
IN, OUT = "in", "out"
MANY = ("done", "handed_over", "filed")
"""States in which nearly all letters are in the end: going back in time soon finds some. Of the others there
are few, and the queue's index has them."""
CAME = ("done", "todo", "shelved", "dismissed")
WENT = (
    "prepared", "held", "sending", "in_doubt", "handed_over", "filed", "bounced", "shelved", "dismissed",
    "withdrawn", "to_print", "printed",
)  # fmt: skip
"""The states of a letter that came, and of ours (docs/queue.md): a table without the state is not asked."""


@dataclass(frozen=True)
class LetterPlace:
    """Where a page begins: with the letters that have smaller numbers, those that came and those of ours."""

    came: int = BEGINNING
    went: int = BEGINNING


@dataclass(frozen=True)
class LettersBrowsed:
    """``older``: where the next page begins; None at the end."""

    lines: tuple[LetterLine, ...]
    older: LetterPlace | None


def browsed(
    connection: Connection, wanted: LetterFilter, direction: str, place: LetterPlace, limit: int
) -> LettersBrowsed:
    """Return at most ``limit`` letters from ``place`` on. ``direction``: in, out, or '' for both.

    In each direction they stand in the order of their numbers, which is that in which they came or were made.
    """
    states = {wanted.state} - {""}
    reads_came, reads_went = direction != OUT and states <= set(CAME), direction != IN and states <= set(WENT)
    came = _lines(connection, INBOX, wanted, place.came, limit) if reads_came else []
    went = _lines(connection, OUTGOING, wanted, place.went, limit) if reads_went else []
    both = list(merge(went, came, key=attrgetter("at"), reverse=True))
    lines = tuple(islice(both, limit))
    more = len(both) > limit or limit in (len(came), len(went))
    return LettersBrowsed(lines, _after(lines, place) if more and lines else None)


def _after(lines: tuple[LetterLine, ...], place: LetterPlace) -> LetterPlace:
    numbers = {kind: [int(one.id[1:]) for one in lines if one.id[0] == kind] for kind in "IO"}
    return LetterPlace(min(numbers["I"], default=place.came), min(numbers["O"], default=place.went))


def _lines(
    connection: Connection, table: Table, wanted: LetterFilter, below: int, limit: int
) -> list[LetterLine]:
    at = table.c.received_at if table is INBOX else table.c.prepared_at
    statement = select(table).where(table.c.id < below).order_by(table.c.id.desc()).limit(limit)
    if wanted.until is not None:
        statement = statement.where(table.c.id < first_since(connection, table, at, wanted.until))
    if wanted.since is not None:
        statement = statement.where(table.c.id >= first_since(connection, table, at, wanted.since))
    if wanted.state in MANY:
        statement = statement.where(table.c.state.concat("") == wanted.state)  # by no index of states
        wanted = replace(wanted, state="")
    rows = connection.execute(wanted.of(statement, table)).mappings()
    return [came_line(row) if table is INBOX else went_line(row) for row in rows]


def first_since(connection: Connection, table: Table, at: Column[Any], moment: datetime) -> int:
    """Return the number of the first letter of that moment or later; one more than the last if there is none.

    By halving: some twenty looks at the primary key, however many letters there are. Their numbers follow
    their times, but for a clock that was set back.
    """
    newest = connection.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1)).scalar() or 0
    low, high = 1, int(newest) + 1
    while low < high:
        middle = (low + high) // 2
        statement = select(table.c.id, at.label("at")).where(table.c.id >= middle)
        row = connection.execute(statement.order_by(table.c.id).limit(1)).first()
        if row is None or row.at >= moment:
            high = middle
        else:
            low = row.id + 1
    return low
