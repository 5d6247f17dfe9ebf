"""The clock: what is due becomes an event, once, in order; also what fell due while we were down.

A timer and its event are one commit, so a crash repeats neither. The steps are taken by the
same station as every other event's, and by then the timer must still follow from the standing.
"""

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping

from mailproc.flow import manner
from mailproc.flow.premises import Premises
from mailproc.ill import timers as rules
from mailproc.ill.apdu import StatusQuery
from mailproc.ill.events import Timer
from mailproc.ill.standing import Standing, Step
from mailproc.ill.terms import Role, State
from mailproc.ill.timers import Days, Waiting
from mailproc.protocols.codec import Manner
from mailproc.store import events, outgoing, requests, timers
from mailproc.store.engine import Store

_log = logging.getLogger(__name__)

BATCH = 500
NEEDED = (State.PENDING, State.CONDITIONAL, State.IN_PROCESS)
"""Where it matters until when the reader needs it."""
TOLD_THE_READER = "OVERDUE"
"""A lender's demand of which the reader was told at once counts as a reminder of ours."""


def sweep(store: Store, premises: Premises, limit: int = BATCH) -> int:
    """Make events of the timers that are due, at most ``limit``; how many there were."""
    now = premises.clock()
    fired = store.write(lambda connection: timers.fire(connection, now, limit))
    if fired:
        _log.info("%s timers were due", fired)
    return fired


def reset(
    connection: Connection,
    transaction: RowMapping,
    taken: Step,
    moved_event_id: int,
    event: RowMapping,
    premises: Premises,
) -> None:
    """After a step: make the transaction's timers what follows from where it stands now.

    ``event`` had the step and is done; ``moved_event_id`` is the last that moved the transaction.
    """
    began = taken.before.state is State.IDLE
    since = event if moved_event_id == event["id"] else events.load(connection, moved_event_id)
    known = {} if began else _fired(connection, transaction["id"], premises)
    waiting = _waiting(connection, transaction, taken.after, (since or event, event), known, premises)
    due = rules.wanted(taken.after, waiting, days(premises))
    instants = {kind.value: premises.instant(wall) for kind, wall in due.items()}
    rows = () if began else timers.waiting(connection, transaction["id"])
    timers.become(connection, transaction["id"], rows, instants, event["id"])


def facts_of_timer(
    connection: Connection, event: RowMapping, transaction: RowMapping, standing: Standing, premises: Premises
) -> dict[str, Any]:
    """What the step of a timer's event must know; above all whether it is still to be taken."""
    kind = Timer(event["type"])
    since = events.load(connection, transaction["moved_event_id"]) or event
    known = _fired(connection, transaction["id"], premises)
    waiting = _waiting(connection, transaction, standing, (since, event), known, premises)
    due = rules.wanted(standing, waiting, days(premises)).get(kind)
    if due is None or premises.instant(due) > event["at"]:
        return {"outdated": True}
    level = 1 + len(rules.fired(kind, standing, waiting))
    facts: dict[str, Any] = {"of": rules.about(kind, standing, waiting).isoformat(), "level": level}
    if kind is Timer.UNANSWERED:
        facts["may_chase"] = _may_chase(connection, transaction, premises)
    return facts


def facts_of_demand(
    connection: Connection, event: RowMapping, transaction: RowMapping, taken: Step, premises: Premises
) -> dict[str, Any]:
    """Of a lender's OVERDUE: whether the reader is to be told of it, once for each due date.

    One clock for one fact: where our own timer has written about that day, the demand does not.
    ``due`` is what the reader is told: a demand may come before the day we hold.
    """
    holds = taken.before.state in (State.RECEIVED, State.RENEW_PENDING)
    due = taken.after.due_on
    if taken.after.role is not Role.REQUESTER or not holds or taken.entered is None or due is None:
        return {}
    known = _fired(connection, transaction["id"], premises)
    if known.get((Timer.READER_OVERDUE, due)):
        return {}
    told = min(due, premises.local(event["at"]).date())
    return {"of": due.isoformat(), "level": 1, "due": told.isoformat()}


def is_too_late(connection: Connection, event: RowMapping, request_id: int, premises: Premises) -> bool:
    """Has the day passed until which the reader needs it?"""
    need: date | None = requests.load(connection, request_id)["need_before_on"]
    return need is not None and need < premises.local(event["at"]).date()


def days(premises: Premises) -> Days:
    """[policy]'s numbers for the timers."""
    policy = premises.config.policy
    return Days(
        chase=policy.chase_days,
        remind=policy.remind_days,
        overdue_every=policy.overdue_every_days,
        overdue_levels=policy.overdue_levels,
        pending=policy.pending_days,
        answer=policy.answer_days,
    )


def _waiting(
    connection: Connection,
    transaction: RowMapping,
    standing: Standing,
    moved_and_now: tuple[RowMapping, RowMapping],
    known: Mapping[tuple[Timer, date], list[date]],
    premises: Premises,
) -> Waiting:
    need = None
    if standing.state in NEEDED:
        need = requests.load(connection, transaction["request_id"])["need_before_on"]
    since, today = (premises.local(event["at"]).date() for event in moved_and_now)
    return Waiting(since, today, need, known)


def _fired(
    connection: Connection, transaction_id: int, premises: Premises
) -> dict[tuple[Timer, date], list[date]]:
    found: dict[tuple[Timer, date], list[date]] = {}
    for row in timers.fired(connection, transaction_id):
        of = (row["facts"] or {}).get("of")
        if of is not None:
            demand = row["type"] == TOLD_THE_READER
            kind = Timer.READER_OVERDUE if demand else Timer(row["type"])
            day = premises.local(row["at"]).date()
            found.setdefault((kind, date.fromisoformat(of)), []).append(day)
    return found


def _may_chase(connection: Connection, transaction: RowMapping, premises: Premises) -> bool:
    """Can their machine be asked how it stands, and has it been asked for the thing at all?"""
    if transaction["role"] != Role.REQUESTER:
        return False
    codec = premises.registry.by_name(transaction["codec"])
    partner = premises.partners.get(transaction["partner"])
    way = manner.effective(codec, partner, StatusQuery.type, Role.REQUESTER, transaction["dialect"])
    left = outgoing.delivery(connection, transaction["id"]) in ("handed_over", "filed")
    return way is Manner.SEND and left
