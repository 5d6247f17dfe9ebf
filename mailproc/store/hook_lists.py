"""What staff and operators see of the calls of hooks: how many wait, how many failed, what was said last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, func, select

from mailproc.sentence import Part, stored
from mailproc.store.hook_calls import CALL, HookCall
from mailproc.store.prepared_statements import Constant, one_of

MOST = 10_000
"""Rows that are counted at most."""
FAILED = ("shelved", "in_doubt", "held")
"""States of a call that waits for staff."""
_OF_HOOK = CALL.c.hook == bindparam("of_hook")


def _counted(*states: str) -> Constant[RowMapping]:
    some = select(CALL.c.id).where(_OF_HOOK, one_of(CALL.c.state, states)).limit(MOST).subquery()
    return Constant(select(func.count()).select_from(some))


_WAITING, _FAILED = _counted("prepared", "sending"), _counted(*FAILED)
_LAST = Constant(
    select(CALL).where(_OF_HOOK, CALL.c.ended_at.is_not(None)).order_by(CALL.c.ended_at.desc()).limit(1),
    HookCall,
)
_LATER = Constant(
    select(CALL)
    .where(_OF_HOOK, CALL.c.state == "prepared", CALL.c.not_before.is_not(None), CALL.c.attempts > 0)
    .order_by(CALL.c.not_before.desc())
    .limit(1),
    HookCall,
)
_NEXT = Constant(
    select(CALL.c.hook)
    .where(CALL.c.state == bindparam("in_state"), CALL.c.hook > bindparam("after"))
    .order_by(CALL.c.hook)
    .limit(1)
)
_AGAIN: tuple[Select[Any], ...] = (
    select(CALL.c.id).where(CALL.c.state == "shelved"),
    select(CALL.c.id).where(CALL.c.state == "prepared", CALL.c.not_before.is_not(None), CALL.c.attempts > 0),
)


@dataclass(frozen=True)
class HookCounts:
    """``waiting`` for their turn, ``failed`` for staff; each at most ``MOST``. ``last``: what ended last;
    ``later``: what failed and is tried again."""

    waiting: int
    failed: int
    last: HookCall | None
    later: HookCall | None


def counts(connection: Connection, hook: str) -> HookCounts:
    values = {"of_hook": hook}
    waiting, failed = (statement.scalar(connection, values) for statement in (_WAITING, _FAILED))
    return HookCounts(waiting, failed, _LAST.row(connection, values), _LATER.row(connection, values))


def failed(connection: Connection, hook: str) -> int:
    """Return how many calls of the hook wait for staff, at most ``MOST``."""
    found: int = _FAILED.scalar(connection, {"of_hook": hook})
    return found


def waiting(connection: Connection, hook: str) -> int:
    """Return how many calls of the hook wait for their turn, at most ``MOST``."""
    found: int = _WAITING.scalar(connection, {"of_hook": hook})
    return found


_UNTAKEN = select(CALL.c.written_at).where(_OF_HOOK, one_of(CALL.c.state, ("prepared",))).limit(MOST)
_SINCE = Constant(select(func.min(_UNTAKEN.subquery().c.written_at)))


def waits_since(connection: Connection, hook: str) -> datetime | None:
    """Return when the oldest call of the hook was written that waits; of more than ``MOST``, of some."""
    found: datetime | None = _SINCE.scalar(connection, {"of_hook": hook})
    return found


def with_calls(connection: Connection) -> list[str]:
    """Return the hooks that have calls to make, or calls for staff; also those of no configuration.

    By one look into an index for each state and hook, however many calls there are.
    """
    return sorted({hook for state in ("prepared", *FAILED) for hook in _in_state(connection, state)})


def _in_state(connection: Connection, state: str) -> Iterator[str]:
    hook = _NEXT.scalar(connection, {"in_state": state, "after": ""})
    while hook is not None:
        yield hook
        hook = _NEXT.scalar(connection, {"in_state": state, "after": hook})


def to_redeliver(connection: Connection, among: Sequence[int] = ()) -> list[int]:
    """Return the calls that failed, or wait for another try; not those in doubt, and not those held."""
    found: list[int] = []
    for wanted in _AGAIN:
        found += connection.execute(_among(wanted, among)).scalars()
    return sorted(found)


_OF_EVENT = Constant(
    select(CALL)
    .where(CALL.c.request_id == bindparam("request_id"), CALL.c.event_id == bindparam("event_id"))
    .order_by(CALL.c.id),
    HookCall,
)


def of_event(connection: Connection, request_id: int, event_id: int) -> Sequence[HookCall]:
    """Return the calls that tell this event of the request, the oldest first."""
    return _OF_EVENT.rows(connection, {"request_id": request_id, "event_id": event_id})


_HELD = Constant(select(CALL).where(CALL.c.state == "held", CALL.c.last_error == bindparam("why")), HookCall)


def held(connection: Connection, why: Part) -> Sequence[HookCall]:
    """Return the calls that are held for this reason, oldest first."""
    return sorted(_HELD.rows(connection, {"why": stored(why)}), key=attrgetter("id"))


def _among(wanted: Select[Any], ids: Sequence[int]) -> Select[Any]:
    return wanted.where(CALL.c.id.in_(ids)) if ids else wanted
