"""Timers of one transaction: set after each step, and checked again when one fires."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from mailproc.flow.case import Case
from mailproc.flow.context import Context
from mailproc.flow.matching import item_received, unfilled_letter
from mailproc.flow.timers import timer_inputs
from mailproc.ill import loan_terms, timer_schedule
from mailproc.ill import timers as rules
from mailproc.ill.apdu import StatusQuery
from mailproc.ill.date_arithmetic import later
from mailproc.ill.events import Timer
from mailproc.ill.facts import Facts
from mailproc.ill.terms import Role, State
from mailproc.ill.timer_schedule import Days
from mailproc.ill.transaction_state import Step
from mailproc.ill.whereabouts import reader_has
from mailproc.protocols.codec import Manner
from mailproc.store import events, outgoing, requests, timers, transactions
from mailproc.store.rows import Event

LENT_TO_US = (State.SHIPPED, State.RECEIVED, State.RENEW_PENDING)
"""States in which a loan to us has, or may have, time left."""
DEMANDED = (State.NOT_RECEIVED_OVERDUE, State.OVERDUE, State.RENEW_OVERDUE)
"""States in which its lender has demanded it."""


def reset(case: Case, taken: Step, moved_event_id: int, event: Event) -> None:
    """Set the transaction's timers to what follows from its state after the step ``taken``.

    ``event`` had the step and is done; ``moved_event_id`` is the event that last moved the transaction.
    """
    connection, context = case.connection, case.context
    moved = event if moved_event_id == event.id else events.load(connection, moved_event_id) or event
    began = taken.before.state is State.IDLE
    after = replace(case, current=taken.after)
    found = timer_inputs.of(after, moved, event.at, began=began)
    due = rules.wanted(taken.after, found, days(context))
    instants = {kind.value: context.instant(wall) for kind, wall in due.items()}
    if began and case.transaction.attempt > 1:  # another library was asked
        for kind in (Timer.UNFILLED_LETTER, Timer.ASK_AGAIN):
            timers.drop(connection, case.transaction.request_id, kind)
    rows = () if began else timers.waiting(connection, case.id)
    timers.become(connection, case.id, rows, instants, event.id)
    if taken.entered is State.CANCELLED and case.transaction.attempt > 1:
        _letter_waits_again(case, event)


def _letter_waits_again(case: Case, event: Event) -> None:
    """Set the timer of the letter to the reader again, if the order was taken back that had ended it."""
    connection, days_until = case.connection, case.context.config.policy.unfilled_letter_days
    attempts = transactions.of_request(connection, case.transaction.request_id)
    unfilled = [one for one in attempts if one.state is State.NOT_SUPPLIED and one.id != case.id]
    moved = events.load(connection, unfilled[-1].moved_event_id) if unfilled and days_until else None
    if moved is None or not unfilled_letter.is_waiting(connection, unfilled[-1], case.day(moved.at)):
        return
    due = datetime.combine(later(case.day(moved.at), days_until), rules.OFFICE_OPENS)
    kind = Timer.UNFILLED_LETTER.value
    rows = [row for row in timers.waiting(connection, unfilled[-1].id) if row.kind == kind]
    timers.become(connection, unfilled[-1].id, rows, {kind: case.context.instant(due)}, event.id)


def facts_of_timer(case: Case, event: Event) -> Facts:
    """Return what the step of a timer's event must know, above all whether the timer is still due."""
    return forecast(case, Timer(event.type), event.at)


def forecast(case: Case, kind: Timer, at: datetime) -> Facts:
    """Return the same for a timer that is to fire at ``at`` (an aware instant), as matters stand now.

    ``{"outdated": True}`` means that the timer no longer follows from the state.
    """
    current, numbers = case.current, days(case.context)
    moved = events.load(case.connection, case.transaction.moved_event_id)
    if moved is None:
        return {"outdated": True}
    found = timer_inputs.of(case, moved, at, fires=kind)
    due = rules.wanted(current, found, numbers).get(kind)
    if due is None or case.context.instant(due) > at:
        return {"outdated": True}
    level = 1 + timer_schedule.said(kind, current, found)
    facts: Facts = {"of": timer_schedule.about(kind, current, found).isoformat(), "level": level}
    said = case.context.settings.collected_said
    if kind in rules.OF_READER and not reader_has(current, collected_said=said):
        facts["with_us"] = True
    elif kind in rules.OF_READER and outgoing.waits_to_be_printed(
        case.connection, case.id, timer_inputs.REMINDERS
    ):
        facts["unprinted"] = True
    if kind is Timer.RENEWAL_SILENT and found.renewal_answered:
        return facts | {"renewal_answered": True}
    if kind is Timer.ASK_AGAIN:
        return facts | {"asks_again": _may_ask_again(case)}
    if not timer_inputs.has_left(case):
        return facts
    if rules.is_repair(kind, current, found, numbers):
        return facts | _repair(case, last=level == numbers.repeats)
    if kind is Timer.UNANSWERED and current.role is Role.REQUESTER:
        facts["may_chase"] = timer_inputs.sent_as(case, StatusQuery.type) is Manner.SEND
    return facts


def ahead(case: Case, waiting: Mapping[Timer, datetime], now: datetime) -> dict[Timer, datetime]:
    """Return what will really happen of the ``waiting`` timers, and when (aware instants).

    One that no longer follows from the state does nothing when it fires, but then all are set again.
    """
    stands = {
        kind: at for kind, at in waiting.items() if not forecast(case, kind, max(at, now)).get("outdated")
    }
    moved = events.load(case.connection, case.transaction.moved_event_id)
    if len(stands) == len(waiting) or moved is None:
        return stands
    then = min(max(at, now) for kind, at in waiting.items() if kind not in stands)
    due = rules.wanted(case.current, timer_inputs.of(case, moved, then), days(case.context))
    again = {kind: max(case.context.instant(wall), then) for kind, wall in due.items()}
    return again | {kind: at for kind, at in stands.items() if at < then}


def _repair(case: Case, *, last: bool) -> Facts:
    """Return the message that is repeated, and the one that goes before it; nothing if none was said."""
    _, letter = rules.REPAIRS[case.current.role, case.current.state]
    say = timer_inputs.repair_message(case, letter)
    if say is None:
        return {}
    first = timer_inputs.request_before_repair(case, letter, last=last)
    return {"say": say} if first is None else {"say": say, "say_first": first}


def _may_ask_again(case: Case) -> bool:
    """Return whether it is asked automatically: as often as messages are repeated, so that it ends."""
    attempts = transactions.of_request(case.connection, case.transaction.request_id)
    asked = sum(one.partner == case.transaction.partner for one in attempts)
    return asked <= case.context.config.policy.repeats


def facts_of_demand(case: Case, event: Event, taken: Step) -> Facts:
    """Return whether a lender's Overdue is passed on to the reader, which happens once for each due date.

    At most one reminder per due date: if our own timer has already written about that day, the Overdue writes
    nothing. ``early``: it came before the due date that we hold; staff check each such demand, and from the
    reader who has the item (``here``) the letter is withheld. On the day itself the item may still be kept:
    our own notice follows.
    """
    if _is_last(taken):
        return _of_last_demand(case, event, taken)
    due, day = taken.after.due_on, case.day(event.at)
    if due is None or taken.before.role is not Role.REQUESTER:
        return {}
    if taken.entered is None:
        return {"early": True} if day < due and _is_demanded_again(event, taken) else {}
    if taken.before.state not in LENT_TO_US:
        return {}
    early: Facts = {"early": True} if day < due else {}
    told = timer_inputs.fired(case).get((Timer.READER_OVERDUE, due))
    if told or not _reader_has_it(case, taken.before.state):
        return early
    if early:
        return {"early": True, "here": True}
    return {"of": due.isoformat(), "level": 1} if day > due else {}


def _is_demanded_again(event: Event, taken: Step) -> bool:
    """Return whether it demands a loan of ours that stays as it is; staff have not heard this demand yet."""
    known = {"repeat", "delivered_again", "old_responder"} & set(event.facts or {})
    return not known and taken.before.state in (*LENT_TO_US, *DEMANDED)


def _is_last(taken: Step) -> bool:
    """Return whether the lender has made its last demand just now, of a loan that is here or was demanded."""
    said = [loan_terms.is_last_demand(one.loan_terms) for one in (taken.before, taken.after)]
    demanded = taken.before.state in rules.ASKED or taken.before.state is State.OVERDUE
    return said == [False, True] and demanded


def _of_last_demand(case: Case, event: Event, taken: Step) -> Facts:
    """Return a reminder to the reader at once, whenever the one before was, if the day has passed."""
    due, day = taken.after.due_on, case.day(event.at)
    here = item_received.is_here(case.connection, case.id)
    if due is None or day <= due or not here:
        return {}
    told = timer_inputs.fired(case).get((Timer.READER_OVERDUE, due), ())
    return {"of": due.isoformat(), "level": len(told) + 1}


def _reader_has_it(case: Case, state: State) -> bool:
    if state is State.RENEW_PENDING:
        return item_received.is_here(case.connection, case.id)
    return state is State.RECEIVED


def is_to_be_reminded(case: Case) -> bool:
    """Return whether the reader's reminder before the due date is still to come."""
    return any(row.kind == Timer.DUE_SOON.value for row in timers.waiting(case.connection, case.id))


def is_too_late(case: Case, event: Event) -> bool:
    """Has the day passed until which the reader needs it?"""
    need = requests.need_before(case.connection, case.transaction.request_id)
    return need is not None and need < case.day(event.at)


def days(context: Context) -> Days:
    """[policy]'s numbers for the timers."""
    policy = context.config.policy
    return Days(
        chase=policy.chase_days,
        arrive=policy.arrive_days,
        remind=policy.remind_days,
        reader_term=context.reader_term,
        grace=policy.grace_days,
        overdue_every=policy.overdue_every_days,
        overdue_levels=policy.overdue_levels,
        pending=policy.pending_days,
        answer=policy.answer_days,
        repeat=policy.repeat_days,
        repeats=policy.repeats,
        status=policy.status_days,
        expire=policy.expire_days,
        unfilled_letter=policy.unfilled_letter_days,
    )
