"""Put a request off until a day: "Not today". What it needs stays as it is, and is counted by itself.

Any news of it shows it again at once, and so does the day. It is never put off past the day on which
something is due: by then a person must look anyway.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.flow.matching import item_received
from mailproc.ill.date_arithmetic import later
from mailproc.ill.events import PUT_OFF, PUTTING_OFF, SHOWN_AGAIN
from mailproc.ill.facts import Facts
from mailproc.ill.terms import Role, State
from mailproc.office.acts.staff_act import StaffAct
from mailproc.office.queries import agenda, pending_timers
from mailproc.office.queries.find import request_of
from mailproc.office.requests import review_steps
from mailproc.sentence import Part, Sentence, Word, sentence, stored
from mailproc.store import put_off, requests, submissions, transactions
from mailproc.store.rows import StoredRequest, Transaction

LONGEST = timedelta(days=14)
"""For longer, another act is the honest answer, or a note."""


@dataclass(frozen=True)
class Bound:
    """The last day until which a request can be put off, and why: limit | due | promise | need_before |
    timer (something happens by itself)."""

    day: date
    why: str


def dated(connection: Connection, context: Context, act: StaffAct, request_id: int) -> StaffAct:
    """Return the act with its day, the next on which we are open where staff name none; others as they are.

    Raise LocalFault if it needs nothing, if the day is out of bounds, or if it is not put off.
    """
    if act.action == SHOWN_AGAIN and put_off.until(connection, request_id, context.today()) is None:
        raise LocalFault(sentence("put-off-is-not", number=act.number))
    if act.action != PUT_OFF:
        return act
    return replace(act, on=_day(connection, context, act, requests.load(connection, request_id)))


def facts(act: StaffAct) -> Facts:
    """Return what the event says beside a note."""
    said = _until(act)
    return {"text": str(said[0]), "why": stored(*said)} if said else {}


def _until(act: StaffAct) -> tuple[Sentence, ...]:
    """Return until when the act hides its request; () of another act."""
    if act.action != PUT_OFF or act.on is None:
        return ()
    return (sentence("put-off-until", day=act.on),)


def keep(
    connection: Connection, context: Context, act: StaffAct, request_id: int, event_id: int
) -> tuple[Sentence, ...]:
    """Hide or show the request, once its event has had its step; return what that means."""
    if act.action == PUT_OFF and act.on is not None:
        put_off.keep(connection, request_id, act.on, event_id, context.today())
        return (*_until(act), sentence("put-off-means"))
    if act.action == SHOWN_AGAIN:
        put_off.drop(connection, request_id)
    return ()


def in_review(connection: Connection, context: Context, act: StaffAct) -> StepOutcome | None:
    """Do the act with a request that nobody was asked for yet; None for another act or request.

    Raise LocalFault as ``dated``; ``Overtaken`` if somebody was quicker.
    """
    if act.action not in PUTTING_OFF:
        return None
    request = request_of(connection, act.number)
    submission = submissions.load(connection, request.id)
    if submission is None or submission.state != submissions.REVIEW:
        return None
    review_steps.of(connection, act.number, act.seen)
    done = dated(connection, context, act, request.id)
    said: list[Part] = [*_until(done), *filter(None, [" ".join(act.note.split())])]
    event_id = review_steps.record(
        connection, context, submission, act.action, act.by, said, door=act.door, once=act.once
    )
    words = keep(connection, context, done, request.id, event_id)
    return StepOutcome(event_id, "done", event=act.action, words=words)


def next_day(context: Context) -> date:
    """Return the day that is meant where staff name none."""
    tomorrow = later(context.today(), 1)
    return context.closed_days.opens(tomorrow) or tomorrow


def bound(connection: Connection, request: StoredRequest, context: Context) -> Bound:
    """Return until when the request can be put off at most."""
    return min(_bounds(connection, request, context), key=lambda one: one.day)


def _bounds(connection: Connection, request: StoredRequest, context: Context) -> Iterator[Bound]:
    today, attempts = context.today(), transactions.of_request(connection, request.id)
    yield Bound(today + LONGEST, "limit")
    if request.need_before_on and request.need_before_on >= today:
        yield Bound(request.need_before_on, "need_before")
    for last in attempts[-1:]:
        if last.state.lent_out and last.due_on:
            yield Bound(last.due_on, "due")
        if wanted := item_received.wanted_by(connection, last.id, last.state):
            yield Bound(wanted, "due")
        if (promised := _promised(last)) and (last.role is Role.RESPONDER or promised >= today):
            yield Bound(promised, "promise")
    for timer in pending_timers.of_attempts(connection, attempts)[:1]:
        yield Bound(context.local(timer.at).date(), "timer")


def _promised(row: Transaction) -> date | None:
    """Return the promised day while it counts."""
    waits = row.state is State.IN_PROCESS if row.role is Role.RESPONDER else row.state.awaits_answer
    on = (row.promise or {}).get("date")
    return date.fromisoformat(on) if waits and on else None


def _day(connection: Connection, context: Context, act: StaffAct, request: StoredRequest) -> date:
    today, number = context.today(), request.number
    if not agenda.needs(connection, today, [request.id]):
        raise LocalFault(sentence("put-off-nothing", number=number))
    last = bound(connection, request, context)
    why = Word("labels.put_off", last.why)
    if last.day <= today:
        raise LocalFault(sentence("put-off-never", number=number, day=last.day, why=why))
    day = act.on or min(next_day(context), last.day)
    if day <= today:
        raise LocalFault(sentence("put-off-passed", day=day))
    if day > last.day:
        raise LocalFault(sentence("put-off-too-far", number=number, day=last.day, why=why))
    return day
