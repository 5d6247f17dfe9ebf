"""What timers depend on beside the standing, looked up: what fired, what was asked, who is silent."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from mailproc.flow import delivery_mode
from mailproc.flow.context import Context
from mailproc.flow.matching import item_received
from mailproc.ill import apdu_json
from mailproc.ill.apdu import IllAnswer, StatusQuery
from mailproc.ill.events import Timer
from mailproc.ill.terms import ApduType, Role, Service, State
from mailproc.ill.timer_schedule import TimerInputs
from mailproc.ill.timers import LENT, ON_LOAN, REPAIRS
from mailproc.ill.transaction_state import TransactionState
from mailproc.protocols.codec import Manner
from mailproc.store import events, outgoing, requests, timers
from mailproc.store.rows import Event, HeardEvent, Transaction

NEEDED = (State.PENDING, State.CONDITIONAL, State.IN_PROCESS)
"""Where it matters until when the reader needs it."""
UNDECIDED = (State.IN_PROCESS, State.CONDITIONAL)
"""We lend, and have not said what becomes of it."""
HERE_OR_NOT = (State.RENEW_PENDING, State.OVERDUE, State.RENEW_OVERDUE, State.RECALL)
"""We borrow; the lender asked for it, or we for longer, perhaps before it came."""
UNKNOWN_ID = "unknown-transaction-id"
"""Transaction-Id-Problem: what we speak of is not known there."""
RETURNED = ApduType.RETURNED.name
TOLD_THE_READER = "OVERDUE"
"""A lender's demand of which the reader was told at once counts as a reminder of ours."""


def of(
    connection: Connection,
    transaction: Transaction,
    current: TransactionState,
    moved: Event,
    at: datetime,
    context: Context,
    *,
    began: bool = False,
) -> TimerInputs:
    """``moved``: the event that last moved the transaction. ``at``: now, an aware instant.
    ``began``: this very step began it, so nothing has fired."""
    reply_by = _reply_by(connection, transaction.id, current)
    expiry = _expiry(connection, transaction, current, moved)
    ends = [day for day in (expiry, reply_by) if day]
    since = context.local(moved.at).date()
    wanted_until = (_need_before(connection, transaction, current), expiry)
    return TimerInputs(
        since=since,
        today=context.local(at).date(),
        need_before=min((day for day in wanted_until if day and day >= since), default=None),
        fired={} if began else fired(connection, transaction.id, context),
        may_ask=_may_ask(connection, transaction, current, moved, context),
        reply_by=reply_by,
        expires=min(ends) if ends and _may_expire(transaction, context) else None,
        sent_back=_sent_back(connection, transaction, current, moved, context),
        **_arrival(connection, transaction.id, current, context),
    )


def fired(
    connection: Connection, transaction_id: int, context: Context
) -> dict[tuple[Timer, date], list[date]]:
    """By kind and the day it was about: the local days on which it has fired."""
    found: dict[tuple[Timer, date], list[date]] = {}
    for row in timers.fired(connection, transaction_id):
        of_day = (row.facts or {}).get("of")
        if of_day is not None:
            demand = row.type == TOLD_THE_READER
            kind = Timer.READER_OVERDUE if demand else Timer(row.type)
            day = context.local(row.at).date()
            found.setdefault((kind, date.fromisoformat(of_day)), []).append(day)
    return found


def has_left(connection: Connection, transaction_id: int) -> bool:
    """Did what we said last reach them, as far as we know? Nobody is chased for what did not."""
    return outgoing.delivery(connection, transaction_id) in ("handed_over", "filed")


def sent_as(transaction: Transaction, kind: ApduType, context: Context) -> Manner:
    """How ``kind`` goes to the partner of this transaction."""
    codec = context.registry.by_name(transaction.codec)
    partner = context.partners.get(transaction.partner)
    return delivery_mode.effective(codec, partner, kind, transaction.role, transaction.dialect)


def to_say(connection: Connection, transaction_id: int, kind: ApduType) -> dict[str, Any] | None:
    """The letter of a repair, as JSON: a new question, or the last of its kind that was said."""
    if kind is ApduType.STATUS_QUERY:
        return apdu_json.to_json(StatusQuery())
    said = [apdu for apdu in outgoing.said(connection, transaction_id) if apdu["type"] == kind.name]
    return said[-1] if said else None


def to_say_first(
    connection: Connection, transaction_id: int, kind: ApduType, *, last: bool
) -> dict[str, Any] | None:
    """The request itself, as JSON, before a cancellation that is said once more: where they say that they
    know nothing of it, or at the ``last`` if they have never said a word, it may not have come."""
    heard = events.proven_since(connection, transaction_id, 0) if kind is ApduType.CANCEL else ()
    unknown = [_knows_nothing(event) for event in heard]
    if kind is not ApduType.CANCEL or not all(unknown) or not (unknown or last):
        return None
    return to_say(connection, transaction_id, ApduType.ILL_REQUEST)


def _knows_nothing(event: HeardEvent) -> bool:
    """A report of theirs that there is no such transaction."""
    report: Mapping[str, Any] = (event.apdu or {}).get("report") or {}
    return report.get("current_state") == State.UNKNOWN.name or report.get("problem") == UNKNOWN_ID


def _need_before(connection: Connection, transaction: Transaction, current: TransactionState) -> date | None:
    if current.state not in NEEDED:
        return None
    need: date | None = requests.load(connection, transaction.request_id).need_before_on
    return need


def _reply_by(connection: Connection, transaction_id: int, current: TransactionState) -> date | None:
    """The day that the condition names: theirs where we borrow, ours where we lend."""
    if current.state is not State.CONDITIONAL:
        return None
    names = ("ILL_ANSWER",) if current.role is Role.REQUESTER else ("conditional", "ILL_ANSWER")
    event = events.last_of(connection, transaction_id, names)
    answer = apdu_json.from_json(event.apdu) if event is not None and event.apdu else None
    conditions = answer.conditions if isinstance(answer, IllAnswer) else ()
    return next((one.reply_by for one in conditions if one.reply_by), None)


def _expiry(
    connection: Connection, transaction: Transaction, current: TransactionState, moved: Event
) -> date | None:
    """The day on which the requester wants its request to end (ISO 10161-1: expiry-date)."""
    if current.role is not Role.RESPONDER or current.state not in UNDECIDED:
        return None
    came_now = moved.type == "ILL_REQUEST"
    asked = moved if came_now else events.last_of(connection, transaction.id, ("ILL_REQUEST",))
    day = ((asked.apdu or {}) if asked is not None else {}).get("expiry")
    return date.fromisoformat(day) if day else None


def _may_expire(transaction: Transaction, context: Context) -> bool:
    """May Expired go by itself? Only where we say it (a lender), and where Shipped goes as a message:
    elsewhere an item may have left without being ticked, and would go out of sight."""
    needed = (ApduType.SHIPPED, ApduType.EXPIRED)
    return all(sent_as(transaction, kind, context) is Manner.SEND for kind in needed)


def _may_ask(
    connection: Connection,
    transaction: Transaction,
    current: TransactionState,
    moved: Event,
    context: Context,
) -> bool:
    """May the letter that repairs this state go out by itself, and has nothing made it needless?"""
    repair = REPAIRS.get((current.role, current.state))
    if repair is None or current.closed or current.unsent or not _repeat_safe(transaction, context):
        return False
    if sent_as(transaction, repair[1], context) is not Manner.SEND:
        return False
    if current.state is State.NOT_SUPPLIED:  # our own "no"; theirs needs no answer
        return moved.type == "answer-condition" and not _heard(connection, transaction, moved)
    if current.state is State.RETURNED:
        said = sent_as(transaction, ApduType.RETURNED, context) is not Manner.LOCAL
        return moved.type == "return" and said and not _is_home(_heard(connection, transaction, moved))
    if current.state in ON_LOAN:
        due = current.due_on
        if due is None or current.service is not Service.LOAN:
            return False
        heard = _heard(connection, transaction, moved)
        return all(context.local(event.at).date() <= due for event in heard)
    return True


def _sent_back(
    connection: Connection,
    transaction: Transaction,
    current: TransactionState,
    moved: Event,
    context: Context,
) -> date | None:
    """When they said it last; a demand that staff made since then says that it is not here."""
    if current.role is not Role.RESPONDER or current.state not in LENT:
        return None
    events_since: list[Event | HeardEvent] = [moved, *_heard(connection, transaction, moved)]
    said = [event.at for event in events_since if event.type == RETURNED]
    return context.local(said[-1]).date() if said else None


def _arrival(
    connection: Connection, transaction_id: int, current: TransactionState, context: Context
) -> dict[str, Any]:
    if current.role is not Role.REQUESTER or current.state not in HERE_OR_NOT:
        return {}
    came = item_received.came(connection, transaction_id)
    return {"here": came is not None, "came_on": context.local(came.at).date() if came else None}


def _is_home(heard: Sequence[HeardEvent]) -> bool:
    """Checked-In, or a report that says so."""
    return any(event.type == "CHECKED_IN" or _reported(event) == "CHECKED_IN" for event in heard)


def _reported(event: HeardEvent) -> str | None:
    report: Mapping[str, Any] = (event.apdu or {}).get("report") or {}
    state: str | None = report.get("current_state")
    return state


def _heard(connection: Connection, transaction: Transaction, moved: Event) -> Sequence[HeardEvent]:
    return events.heard_since(connection, transaction.id, moved.id)


def _repeat_safe(transaction: Transaction, context: Context) -> bool:
    return context.registry.by_name(transaction.codec).repeat_safe
