"""Timers of one transaction: set after each step, and checked again when one fires."""

from datetime import date, datetime

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.matching import item_received
from mailproc.flow.timers import timer_inputs
from mailproc.ill import timer_schedule
from mailproc.ill import timers as rules
from mailproc.ill.apdu import StatusQuery
from mailproc.ill.events import Timer
from mailproc.ill.facts import Facts
from mailproc.ill.terms import Role, State
from mailproc.ill.timer_schedule import Days
from mailproc.ill.transaction_state import Step, TransactionState
from mailproc.protocols.codec import Manner
from mailproc.store import events, requests, timers
from mailproc.store.rows import Event, Transaction


def reset(
    connection: Connection,
    transaction: Transaction,
    taken: Step,
    moved_event_id: int,
    event: Event,
    context: Context,
) -> None:
    """Set the transaction's timers to what follows from its state after the step ``taken``.

    ``event`` had the step and is done; ``moved_event_id`` is the event that last moved the transaction.
    """
    moved = event if moved_event_id == event.id else events.load(connection, moved_event_id) or event
    began = taken.before.state is State.IDLE
    found = timer_inputs.of(connection, transaction, taken.after, moved, event.at, context, began=began)
    due = rules.wanted(taken.after, found, days(context))
    instants = {kind.value: context.instant(wall) for kind, wall in due.items()}
    rows = () if began else timers.waiting(connection, transaction.id)
    timers.become(connection, transaction.id, rows, instants, event.id)


def facts_of_timer(
    connection: Connection,
    event: Event,
    transaction: Transaction,
    current: TransactionState,
    context: Context,
) -> Facts:
    """Return what the step of a timer's event must know, above all whether the timer is still due."""
    return forecast(connection, Timer(event.type), event.at, transaction, current, context)


def forecast(
    connection: Connection,
    kind: Timer,
    at: datetime,
    transaction: Transaction,
    current: TransactionState,
    context: Context,
) -> Facts:
    """Return the same for a timer that is to fire at ``at`` (an aware instant), as matters stand now.

    ``{"outdated": True}`` means that the timer no longer follows from the state.
    """
    numbers, moved = days(context), events.load(connection, transaction.moved_event_id)
    if moved is None:
        return {"outdated": True}
    found = timer_inputs.of(connection, transaction, current, moved, at, context)
    due = rules.wanted(current, found, numbers).get(kind)
    if due is None or context.instant(due) > at:
        return {"outdated": True}
    level = 1 + len(timer_schedule.fired(kind, current, found))
    facts: Facts = {"of": timer_schedule.about(kind, current, found).isoformat(), "level": level}
    if not timer_inputs.has_left(connection, transaction.id):
        return facts
    if rules.is_repair(kind, current, found, numbers):
        _, letter = rules.REPAIRS[current.role, current.state]
        say = timer_inputs.repair_message(connection, transaction.id, letter)
        if say is None:
            return facts
        first = timer_inputs.request_before_repair(
            connection, transaction.id, letter, last=level == numbers.repeats
        )
        facts["say"] = say
        if first is not None:
            facts["say_first"] = first
        return facts
    if kind is Timer.UNANSWERED and current.role is Role.REQUESTER:
        facts["may_chase"] = timer_inputs.sent_as(transaction, StatusQuery.type, context) is Manner.SEND
    return facts


def facts_of_demand(
    connection: Connection, event: Event, transaction: Transaction, taken: Step, context: Context
) -> Facts:
    """Return whether a lender's Overdue is passed on to the reader, which happens once for each due date.

    At most one reminder per due date: if our own timer has already written about that day, the Overdue writes
    nothing. ``early``: it came before the due date that we hold; staff check it and the reader is not
    informed.
    """
    held = taken.before.state in (State.RECEIVED, State.RENEW_PENDING)
    due = taken.after.due_on
    if taken.after.role is not Role.REQUESTER or not held or taken.entered is None or due is None:
        return {}
    if taken.before.state is State.RENEW_PENDING and not item_received.is_here(connection, transaction.id):
        return {}
    if timer_inputs.fired(connection, transaction.id, context).get((Timer.READER_OVERDUE, due)):
        return {}
    if context.local(event.at).date() < due:
        return {"early": True}
    return {"of": due.isoformat(), "level": 1}


def is_too_late(connection: Connection, event: Event, request_id: int, context: Context) -> bool:
    """Has the day passed until which the reader needs it?"""
    need: date | None = requests.load(connection, request_id).need_before_on
    return need is not None and need < context.local(event.at).date()


def days(context: Context) -> Days:
    """[policy]'s numbers for the timers."""
    policy = context.config.policy
    return Days(
        chase=policy.chase_days,
        remind=policy.remind_days,
        overdue_every=policy.overdue_every_days,
        overdue_levels=policy.overdue_levels,
        pending=policy.pending_days,
        answer=policy.answer_days,
        repeat=policy.repeat_days,
        repeats=policy.repeats,
        status=policy.status_days,
        expire=policy.expire_days,
    )
