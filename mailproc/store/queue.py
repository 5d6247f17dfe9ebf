"""What all queues have in common: claim, later, shelve (docs/queue.md).

A claim counts a try in its own commit before the work: ``attempts`` (all tries; it determines the pause) and
``unfinished`` (tries begun and not ended, in a row). Every orderly end of a try sets ``unfinished`` to 0,
``later`` too. So only a process that died leaves it above 0: a relay that is down for days causes many
attempts and shelves nothing, while a letter that kills the process is claimed alone from the second time on
and shelved after its fifth try. Any other change of the row ends the try too (the column's ``onupdate``).

A claim is no lock and does not change ``state``. To end a try, the state in which the row was found is given;
if another process was quicker nothing is changed and the result is False.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    bindparam,
    select,
    union_all,
    update,
)

from mailproc.sentence import sentence, stored
from mailproc.store.letter_bytes import filled, whole
from mailproc.store.prepared_statements import Constant, made, table_of
from mailproc.store.rows import Queued
from mailproc.store.tables import Instant, QueueRow

_Row = TypeVar("_Row", bound=Queued)
Due = tuple[int, int]
"""A row that is due: its id, and how many of its tries were begun and not ended."""
BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
BACKOFF_END = timedelta(hours=12)
LONGEST = BACKOFF_END + timedelta(hours=1)
"""A row that waits longer than any pause was written while the clock was wrong: it is due."""
DEATHS = 5
"""Not three: so many kills from outside can hit one row by chance, as a row that was hit comes first."""
KILLED = sentence("process-died")


def pause(attempts: int) -> timedelta:
    """Return how long to wait after this many tries: 1 m, 5 m, 30 m, 2 h, then 12 h each time."""
    return BACKOFF[max(attempts, 1) - 1] if attempts <= len(BACKOFF) else BACKOFF_END


def waited(attempts: int) -> timedelta:
    """Return how long a row has been tried after this many tries: the pauses between them."""
    return sum((pause(each) for each in range(1, attempts)), timedelta())


def far(now: datetime) -> datetime:
    """Return the instant after which no row of a queue can wait on purpose at ``now``."""
    return now + LONGEST


def claim(
    connection: Connection,
    table: type[QueueRow],
    into: type[_Row],
    limit: int,
    now: datetime,
    state: str = "todo",
    choose: Callable[[list[Due]], list[Due]] = list,
) -> list[_Row]:
    """Count a try for the due rows, oldest first, and return them whole; at most ``limit``.

    ``choose`` may select fewer. ``into``: the class of each row. Run it in a commit of its own, then process
    the rows. A row whose last try was not ended comes alone; after its fifth such try it is shelved here and
    not returned. ``attempts`` in the result counts this try. The rows hold their letters' bytes: keep
    ``limit`` small.
    """
    return begin(connection, table, into, choose(_all_due(connection, table, limit, now, state)))


def claim_ids(connection: Connection, table: type[QueueRow], limit: int, now: datetime) -> list[int]:
    """Claim like ``claim`` but return only the ids, without decoding the rows."""
    chosen = _chosen(connection, table, _all_due(connection, table, limit, now, "todo"))
    _statements(table).count_one.run_many(connection, [{"row_id": row_id} for row_id in chosen])
    return chosen


def begin(connection: Connection, table: type[QueueRow], into: type[_Row], due: list[Due]) -> list[_Row]:
    """Claim rows that the caller chose: (id, unfinished) of each, in order of id."""
    chosen = _chosen(connection, table, due)
    if not chosen:
        return []
    if len(chosen) == 1:  # as almost always: a letter to be sent
        rows = _count_whole(table, cast(Any, into)).rows(connection, {"row_id": chosen[0]})
    else:
        rows = made(into, connection.execute(_statements(table).count, {"ids": chosen}))
    return sorted((filled(connection, row) for row in rows), key=attrgetter("id"))


def _all_due(
    connection: Connection, table: type[QueueRow], limit: int, now: datetime, state: str
) -> list[Due]:
    values = {"in_state": state, "now": now, "far": far(now), "limit": limit}
    return [(row["id"], row["unfinished"]) for row in _statements(table).due.rows(connection, values)]


def _chosen(connection: Connection, table: type[QueueRow], due: list[Due]) -> list[int]:
    """Return those whose try begins now; those that died too often are shelved."""
    killers = [row_id for row_id, unfinished in due if unfinished >= DEATHS]
    if killers:
        connection.execute(_statements(table).killed, {"ids": killers})
    return _alone([one for one in due if one[1] < DEATHS])


def _alone(due: list[Due]) -> list[int]:
    """Return the rows up to the first with an unended try, or that one alone if it is the first."""
    chosen: list[int] = []
    for row_id, unfinished in due:
        if unfinished:
            return chosen or [row_id]
        chosen.append(row_id)
    return chosen


def put_back(connection: Connection, table: type[QueueRow], row_ids: Iterable[int]) -> None:
    """Take back the claim of rows that were not begun (the daemon ends)."""
    ids = list(row_ids)
    if ids:
        connection.execute(_statements(table).put_back, {"ids": ids})


def later(
    connection: Connection,
    table: type[QueueRow],
    row_id: int,
    error: str,
    now: datetime,
    was: str = "todo",
    state: str = "",
    longest: timedelta = BACKOFF_END,
) -> bool:
    """End the try with "try later": the row is due again after its pause (at most ``longest``).

    Its state becomes ``state`` ('': stays ``was``).
    """
    statements = _statements(table)
    attempts = connection.execute(statements.attempts, {"row_id": row_id}).scalar()
    values = {"row_id": row_id, "in_state": was, "to_state": state or was, "error": error}
    due_at = now + min(pause(attempts or 1), longest)
    return connection.execute(statements.later, values | {"now": due_at}).rowcount == 1


def shelve(connection: Connection, table: type[QueueRow], row_id: int, error: str, was: str = "todo") -> bool:
    """End the try and shelve the row for staff; ``error`` gives the reason in one sentence."""
    values = {"row_id": row_id, "in_state": was, "error": error}
    return connection.execute(_statements(table).shelve, values).rowcount == 1


class _Statements:
    """The constant statements of a table, made once."""

    def __init__(self, table: Table) -> None:
        columns, state = table.c, table.c.state == bindparam("in_state")
        this, these = columns.id == bindparam("row_id"), columns.id.in_(bindparam("ids", expanding=True))
        why: BindParameter[str] = bindparam("error")
        now = bindparam("now", type_=Instant)

        self.due = Constant(_due(table, state, now))
        counted = update(table).values(attempts=columns.attempts + 1, unfinished=columns.unfinished + 1)
        self.count = counted.where(these).returning(*whole(table))
        self.count_one = Constant(counted.where(this))
        self.count_whole = counted.where(this).returning(*whole(table))
        self.killed = (
            update(table)
            .where(these)
            .values(state="shelved", attempts=columns.attempts + 1, last_error=stored(KILLED))
        )
        self.put_back = (
            update(table)
            .where(these, columns.unfinished > 0)
            .values(attempts=columns.attempts - 1, unfinished=columns.unfinished - 1)
        )
        self.shelve = (
            update(table).where(this, state).values(state="shelved", not_before=None, last_error=why)
        )
        self.attempts = select(columns.attempts).where(this)
        self.later = (
            update(table)
            .where(this, state)
            .values(state=bindparam("to_state"), not_before=now, last_error=why)
        )


def _due(table: Table, state: ColumnElement[bool], now: BindParameter[datetime]) -> Select[Any]:
    """Select ids first, without the rows' bytes.

    Branches, not one OR: each follows the index (state, not_before, id) in order and stops early.
    """
    limit: BindParameter[int] = bindparam("limit", type_=Integer)
    order = (table.c.not_before, table.c.id)
    branches = [
        select(table.c.id).where(state, time).order_by(*order).limit(limit) for time in times(table, now)
    ]
    ids = union_all(*(select(branch.subquery().c.id) for branch in branches))
    rows = select(table.c.id, table.c.unfinished).where(table.c.id.in_(ids))
    return rows.order_by(table.c.id).limit(limit)


def times(table: Any, now: BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of being due (``far`` is bound), one per branch, ordered by (not_before, id).

    That is the order of an index. For PostgreSQL IS NULL is no equality, so the order by id alone would need
    a sort.
    """
    beyond = table.c.not_before > bindparam("far", type_=Instant)
    return table.c.not_before.is_(None), table.c.not_before <= now, beyond


@cache
def _count_whole(model: type[QueueRow], into: type[_Row]) -> Constant[_Row]:
    return Constant(_statements(model).count_whole, into)


@cache
def _statements(model: type[QueueRow]) -> _Statements:
    return _Statements(table_of(model))
