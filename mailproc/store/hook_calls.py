"""Calls of hooks: what the library system is told, in the order of each request.

**How to tell it in another way** (another ``kind``): (1) name the receivers of the kind in
``flow/hook_receivers.py``: a name, the kind, and the events that it wants; the step then writes a row for
each such event, in its own commit. (2) Put a deliverer into ``app/hook_deliverers.py``: a function from a
``HookCall`` to an ``ils.hook_outcome.HookOutcome``, run in a thread of its own, which must end by itself
within its receiver's time limit and may raise nothing. It makes its message of ``HookCall.payload``, which is
the same for every kind. Order, pauses, "in doubt", giving up, the lists and `redeliver` are the same for all.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Integer, RowMapping, Select, bindparam, select, text, union_all

from mailproc.ill.hook_payload import HookPayload
from mailproc.sentence import Part, joined, stored
from mailproc.store import queue
from mailproc.store.hook_tables import UNFINISHED, HookCallRow
from mailproc.store.prepared_statements import Constant, insert_into, made, one_of, table_of, update_of
from mailproc.store.queue import Due
from mailproc.store.rows import Queued
from mailproc.store.tables import Instant

CALL = table_of(HookCallRow)
WAITING = ("prepared", "sending", "in_doubt", "held", "shelved")
"""States of a call that was not taken."""
DROPPABLE = ("prepared", "in_doubt", "held", "shelved")
"""States of a call that staff may dismiss."""


@dataclass(frozen=True)
class NewHookCall:
    """A call to be. ``trace``: by which its event is followed through the log; ``not_before``: until then the
    act can be taken back, and the call with it; None where it is made at once."""

    hook: str
    kind: str
    request_id: int
    transaction_id: int
    event_id: int
    event: str
    key: str
    payload: HookPayload
    written_at: datetime
    trace: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True)
class HookCall(Queued):
    """A call as it was read (``hook_tables.HookCallRow``)."""

    hook: str
    kind: str
    request_id: int
    transaction_id: int
    event_id: int
    event: str
    key: str
    payload: HookPayload
    written_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    reply: str
    trace: str

    @property
    def name(self) -> str:
        """Return its id as staff type it: "H12"."""
        return f"H{self.id}"


_ADD = Constant(insert_into(HookCallRow, (*NewHookCall.__dataclass_fields__, "state")))
_LOAD = Constant(select(CALL).where(CALL.c.id == bindparam("call_id")), HookCall)
_EARLIER = CALL.alias("earlier")
_WAITS_FOR_EARLIER = (
    select(_EARLIER.c.id)
    .where(
        _EARLIER.c.request_id == CALL.c.request_id,
        _EARLIER.c.hook == CALL.c.hook,
        _EARLIER.c.id < CALL.c.id,
        text(UNFINISHED.replace("state", "earlier.state")),  # said as the index says it
    )
    .exists()
)
_BEGUN = Constant(update_of(HookCallRow, ("state", "begun_at", "unfinished")))
_END = Constant(
    CALL.update()
    .where(CALL.c.id == bindparam("call_id"), CALL.c.state == "sending")
    .values({name: bindparam(name) for name in ("state", "ended_at", "unfinished", "last_error", "reply")})
)


def _due_of_hook() -> Constant[RowMapping]:
    order = (CALL.c.not_before, CALL.c.id)
    now: Any = bindparam("now", type_=Instant)
    here = (CALL.c.state == "prepared", CALL.c.hook == bindparam("of_hook"), ~_WAITS_FOR_EARLIER)
    branches = [
        select(CALL.c.id, CALL.c.unfinished)
        .where(*here, time)
        .order_by(*order)
        .limit(bindparam("most", type_=Integer))
        for time in queue.times(CALL, now)
    ]
    return Constant(union_all(*(select(branch.subquery()) for branch in branches)))


_DUE = _due_of_hook()


def add(connection: Connection, call: NewHookCall) -> int:
    """Write a call, in the commit of its event; return its id."""
    return int(_ADD.scalar(connection, {**vars(call), "state": "prepared"}))


def load(connection: Connection, call_id: int) -> HookCall | None:
    return _LOAD.row(connection, {"call_id": call_id})


def due(connection: Connection, hook: str, now: datetime, most: int) -> list[Due]:
    """Return calls of a hook that may be made now, oldest first, at most ``most``; at most one of a request.

    A call waits while an earlier one of its request and hook was not taken.
    """
    values = {"of_hook": hook, "now": now, "far": queue.far(now), "most": most}
    found = [(row["id"], row["unfinished"]) for row in _DUE.rows(connection, values)]
    return sorted(found)[:most]


def claim(connection: Connection, chosen: Sequence[Due], now: datetime) -> list[HookCall]:
    """Begin these calls, unless staff were quicker: count a try, and mark them as being made.

    One over which the process died goes alone, and after the fifth such try it is shelved.
    """
    wanted = dict(chosen)
    still = select(CALL.c.id).where(CALL.c.id.in_(list(wanted)), CALL.c.state == "prepared")
    due_still = [(one, wanted[one]) for one in sorted(connection.execute(still).scalars())]
    calls = queue.begin(connection, HookCallRow, HookCall, due_still)
    values = {"state": "sending", "begun_at": now}
    _BEGUN.run_many(connection, [{**values, "row_id": one.id, "unfinished": one.unfinished} for one in calls])
    return calls


def end(
    connection: Connection, call_id: int, state: str, *, at: datetime | None = None, error: str = "",
    reply: str = "",
) -> bool:  # fmt: skip
    """End a try; False if the call is not being made any more."""
    values = {"state": state, "ended_at": at, "unfinished": 0, "last_error": error, "reply": reply}
    return _END.count(connection, {**values, "call_id": call_id}) == 1


def in_state(connection: Connection, states: Collection[str]) -> list[HookCall]:
    """Return the calls in these states, oldest first."""
    found = made(HookCall, connection.execute(select(CALL).where(one_of(CALL.c.state, states))))
    return sorted(found, key=attrgetter("id"))


_DEATHS = Constant(update_of(HookCallRow, ("unfinished",)))


def count_deaths(connection: Connection, call_id: int, deaths: int) -> None:
    """Keep how often the process died over the call."""
    _DEATHS.run(connection, {"row_id": call_id, "unfinished": deaths})


_CHANGE = Constant(
    update_of(HookCallRow, ("state", "attempts", "unfinished", "not_before", "last_error", "ended_at"))
)
_HELD = (
    CALL.update()
    .where(CALL.c.state == bindparam("in_state"))
    .values(state="held", not_before=None, last_error=bindparam("why"))
)


def redeliver(connection: Connection, call_id: int, *, taken_at: datetime | None = None) -> None:
    """Have the call made again as staff decided, with the same key; or (``taken_at``) count it as taken."""
    fresh = {"attempts": 0, "unfinished": 0, "not_before": None, "last_error": "", "ended_at": taken_at}
    state = "prepared" if taken_at is None else "handed_over"
    _CHANGE.run(connection, {"row_id": call_id, "state": state, **fresh})


def dismiss(connection: Connection, call: HookCall, why: Part, at: datetime) -> bool:
    """Drop a call that was not taken, with its reason kept; False for any other. Later ones go on."""
    if call.state not in DROPPABLE:
        return False
    values = {"attempts": call.attempts, "unfinished": 0, "not_before": None, "ended_at": at}
    told = joined(call.last_error, why)
    _CHANGE.run(connection, {"row_id": call.id, "state": "dismissed", "last_error": told, **values})
    return True


def hold(connection: Connection, why: Part, its_event: Select[Any] | None = None) -> None:
    """Hold what waits or was given up: the store was put back from a copy, and it may have been told since.

    A call that was given up in the copy may have been made again later. With ``its_event``, which finds the
    event of a call by its id, only what is told of such a one.
    """
    statement = _HELD if its_event is None else _HELD.where(its_event.correlate(CALL).exists())
    for state in ("prepared", "sending", "shelved"):
        connection.execute(statement, {"in_state": state, "why": stored(why)})


_WAITS = Constant(select(CALL.c.id).where(CALL.c.state == "prepared").limit(1))


def wait(connection: Connection) -> bool:
    """Return whether a call waits for its turn."""
    return _WAITS.scalar(connection, {}) is not None


_OF_REQUEST = Constant(select(CALL).where(CALL.c.request_id == bindparam("of_request")), HookCall)
_UNNAME = Constant(update_of(HookCallRow, ("payload", "last_error", "reply")))


def erase_reader(connection: Connection, request_id: int) -> None:
    """Take the reader out of what hooks were told, or are to be told, of a request.

    What was answered goes as a whole: a library system may name the reader in words of its own.
    """
    calls = _OF_REQUEST.rows(connection, {"of_request": request_id})
    named = [one for one in calls if one.payload["reader"] is not None]
    nothing = {"last_error": "", "reply": ""}
    _UNNAME.run_many(
        connection,
        [{"row_id": one.id, "payload": {**one.payload, "reader": None}, **nothing} for one in named],
    )
