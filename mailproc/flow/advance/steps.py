"""Station ③: one event, one step, one commit. Nothing else writes a transaction's state.

The event is done, the new state, a history row with the event as its cause, and all messages are stored: all
or nothing. The command line calls ``step`` inside its own transaction, the daemon in the writer's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import (
    attempt_end,
    attention_kept,
    charging,
    forwarding,
    guards,
    hook_writing,
    hub_number,
    leaving_time,
    recorded_facts,
    status_report,
)
from mailproc.flow.advance.carry_out import carry_out
from mailproc.flow.advance.work import Work
from mailproc.flow.case import Case
from mailproc.flow.context import Context
from mailproc.flow.matching import transaction_lookup
from mailproc.flow.timers import transaction_timers
from mailproc.ill import apdu_json, policy, status_mismatch, transaction_state
from mailproc.ill.actions import event_said
from mailproc.ill.apdu import Apdu, StatusOrErrorReport
from mailproc.ill.effects import Effect, Finish, Send
from mailproc.ill.event_names import event_heard
from mailproc.ill.events import TIMERS
from mailproc.ill.facts import Facts, Promise
from mailproc.ill.findings import Noted
from mailproc.ill.summary import gist
from mailproc.ill.terms import ApduType, State
from mailproc.ill.transaction_state import DUE_CORRECTED, NOTED, Occurrence, Step, TransactionState
from mailproc.log import traced
from mailproc.notices import not_told
from mailproc.notices.language_files import ENGLISH
from mailproc.sentence import Part, note, sentence, stored
from mailproc.store import events, requests, transactions
from mailproc.store.events import NewEvent
from mailproc.store.rows import Event, EventResult, Transaction, TransactionOptions

BESIDE = ("agreed", "offered", "renewal_on", "unsent", "whereabouts", "loan_terms", "flaw")
"""Parts of a transaction's state that are stored among its options."""


@dataclass(frozen=True)
class StepOutcome:
    """The result of a step. ``state`` is the event's: done, or shelved with its ``note``.

    ``before``, ``after``: the states of the transaction by name; ``promise``: the one that stands after it.
    """

    event_id: int
    state: str
    transaction_id: int | None = None
    event: str = ""
    before: str = ""
    after: str = ""
    note: str = ""
    words: tuple[Part, ...] = ()
    promise: Promise | None = None


def step(
    connection: Connection,
    event_id: int,
    context: Context,
    *,
    attached: bool = False,
    leaves_at: datetime | None = None,
) -> StepOutcome:
    """Take the step of event ``event_id`` (state todo), with what policy makes follow from it.

    ``attached``: staff have just assigned the message to its request, so they need no letter about it.
    ``leaves_at``: of the letters of what it follows from. Raise LocalFault if an action is refused before
    anything changed, with what is possible instead; RemoteFault if no transaction matches a message: then the
    caller shelves the event.
    """
    event = events.load(connection, event_id)
    if event is None or event.state != "todo":
        return StepOutcome(event_id, "done", note=Noted.HAD_ITS_STEP)
    return _step(connection, event, context, attached, leaves_at)


def begin(connection: Connection, event: NewEvent, context: Context) -> StepOutcome:
    """Write an event and take its step. Raise as ``step`` does."""
    return _step(connection, events.born(connection, event), context, False, None)


def _step(
    connection: Connection, event: Event, context: Context, attached: bool, leaves_at: datetime | None
) -> StepOutcome:
    apdu = apdu_json.from_json(event.apdu) if event.apdu else None
    placed = transaction_lookup.place(connection, event, apdu, context)
    transaction, apdu = placed.transaction, placed.apdu
    found = state_of(transaction)
    for cancel in placed.cancels:
        found = _overtaken(connection, cancel, transaction, found, context)
    case = Case(connection, transaction, found, context)
    decided = decide(case, event, apdu)
    work = _work(case, event, decided)
    work.leaves_at = leaves_at or leaving_time.of(event, context)
    traced(work.trace)
    work.by_hand = attached or event.cause == "staff"
    forwarding.learn(work, decided.taken, decided.occurrence)
    hub_number.learn(work, decided.occurrence)
    carry_out(work, decided.effects)
    _reopen(work, decided)
    moved_event_id = _save(work, decided)
    hook_writing.write(work, decided.taken, decided.occurrence, decided.known)
    if decided.taken.moved or event.cause != "policy":  # staff may correct it, a message may end a silence
        left = replace(case, transaction=replace(transaction, attention=work.attention or None))
        transaction_timers.reset(left, decided.taken, moved_event_id, event)
    words = list(work.words)
    for follow_up in work.follow_ups:
        words += _follow(work, follow_up)
    return StepOutcome(
        event.id,
        "done",
        transaction.id,
        event.type,
        found.state.name,
        decided.taken.after.state.name,
        str(decided.taken.note),
        tuple(words),
        decided.taken.after.promise,
    )


@dataclass(frozen=True)
class Decision:
    """What state tables and policy decide about an event. ``known``: the facts stored with the event."""

    occurrence: Occurrence
    taken: Step
    effects: Sequence[Effect]
    known: Facts


def decide(case: Case, event: Event, apdu: Apdu | None) -> Decision:
    """Return what ``event`` would do; nothing is written.

    Raise LocalFault for an action that is not possible, or that cannot be sent to the partner.
    """
    known = recorded_facts.gather(case, event, apdu)
    occurrence = Occurrence(event_name(event, apdu), apdu, known)
    taken = transaction_state.step(case.current, occurrence)
    guards.check_allowed(case, event, occurrence.event, taken)
    if occurrence.event == "OVERDUE":
        known |= transaction_timers.facts_of_demand(case, event, taken)
    if taken.outcome.replies:
        known["last_said"] = recorded_facts.last_said(case)
    if "STATUS_OR_ERROR_REPORT" in taken.outcome.replies:
        known["history"] = status_report.history(case)
    effects = policy.effects(taken, occurrence, case.context.settings)
    if guards.is_told_otherwise(event, known):
        effects = tuple(effect for effect in effects if not isinstance(effect, Send))
    elif event.cause == "staff":
        guards.check_expressible(case, event, effects)
    return Decision(occurrence, taken, effects, known)


def state_of(transaction: Transaction) -> TransactionState:
    """Return the state that a row holds."""
    kept = transaction.options or {}
    renewal_on = kept.get("renewal_on")
    return TransactionState(
        role=transaction.role,
        service=transaction.service,
        state=transaction.state,
        state_before=transaction.state_before,
        due_on=transaction.due_on,
        renewable=transaction.renewable,
        promise=transaction.promise,
        agreed=tuple(kept.get("agreed") or ()),
        offered=tuple(kept.get("offered") or ()),
        renewal_on=date.fromisoformat(renewal_on) if renewal_on else None,
        unsent=bool(kept.get("unsent")),
        whereabouts=kept.get("whereabouts", ""),
        loan_terms=kept.get("loan_terms"),
        flaw=kept.get("flaw", ""),
        closed=transaction.closed_at is not None,
    )


def event_name(event: Event, apdu: Apdu | None) -> str:
    """Return the event's row in the state tables (or beside them)."""
    kind = event.type
    if kind == "undo":
        return "UNDONE"
    if kind in NOTED or kind in TIMERS or kind in ("request", "close", "expire", DUE_CORRECTED):
        return str(kind)
    if kind in ApduType.__members__ and apdu is not None:
        return event_heard(apdu)
    return event_said(kind, getattr(apdu, "answer", None))


def _overtaken(
    connection: Connection, cancel: Event, transaction: Transaction, found: TransactionState, context: Context
) -> TransactionState:
    """Apply a Cancel that arrived before its request."""
    apdu = apdu_json.from_json(cancel.apdu or {})
    occurrence = Occurrence(event_heard(apdu), apdu)
    taken = transaction_state.step(found, occurrence)
    events.finish(connection, cancel, transaction_id=transaction.id)
    _history(connection, cancel, transaction.id, taken, "CANCEL", "came before its request")
    if context.hooks:
        hook_writing.write(Work(connection, cancel, transaction, context), taken, occurrence, Facts())
    return taken.after


def _work(case: Case, event: Event, decided: Decision) -> Work:
    had = attention_kept.after(case, event, decided.taken, decided.known)
    return Work(case.connection, event, case.transaction, case.context, attention=had)


def _reopen(work: Work, decided: Decision) -> None:
    """Open a finished request again if it moves (``new_transactions`` does so for a new attempt).

    An attempt that brought the wrong item no longer counts: that it goes back opens nothing.
    """
    taken = decided.taken
    began, counts = taken.before.state is State.IDLE, not (taken.before.flaw and taken.after.flaw)
    if (
        taken.moved
        and counts
        and not began
        and not any(isinstance(effect, Finish) for effect in decided.effects)
    ):
        requests.reopen(work.connection, work.transaction.request_id)


def _save(work: Work, decided: Decision) -> int:
    """Write event and transaction; return the event that last moved the transaction."""
    event, transaction, apdu = work.event, work.transaction, decided.occurrence.apdu
    after = _after(work, decided)
    transactions.save(work.connection, after)
    known: Facts = {**decided.known}
    if work.withdrew:
        known["withdrew"] = work.withdrew
    if work.answered:
        known["answered"] = work.answered
    if work.not_told:
        known["not_told"] = work.not_told
    result: EventResult = {
        "transaction_id": transaction.id,
        "request_id": transaction.request_id,
        "partner": transaction.partner,
        "facts": known or None,
    }
    if apdu is not None and event.apdu is None:
        result["apdu"] = apdu_json.to_json(apdu)
    events.finish(work.connection, event, **result)
    charging.keep(work, decided.taken, decided.occurrence)
    beside = (
        decided.known.get("remark", ""),
        _not_looked_up(decided.known),
        *(f"we answered: {ENGLISH.told_word(said)}" for said in work.answered),
        Noted.READER_NOT_TOLD if decided.known.get("early") and decided.known.get("here") else "",
        *([ENGLISH.word(not_told.told(work.not_told))] if work.not_told else []),
    )
    note, name = _note(decided.taken, apdu, beside), decided.occurrence.event
    _history(work.connection, event, transaction.id, decided.taken, name, note)
    attempt_end.keep(work, decided.taken, decided.occurrence)
    return after.moved_event_id


def _not_looked_up(known: Facts) -> str:
    why = known.get("not_looked_up")
    return str(sentence("reader-not-looked-up", why=note(why))) if why else ""


def _after(work: Work, decided: Decision) -> Transaction:
    """Return the transaction after the step."""
    event, transaction, taken = work.event, work.transaction, decided.taken
    after, closed_at = taken.after, None
    if after.closed:
        closed_at = transaction.closed_at or event.at
    moved = (taken.before.state, taken.before.due_on) != (after.state, after.due_on)
    return replace(
        transaction,
        service=after.service,
        state=after.state,
        state_before=after.state_before,
        promise=after.promise,
        due_on=after.due_on,
        renewable=after.renewable,
        options=_options(after, transaction, work.pinned),
        last_service_at=work.last_service_at or transaction.last_service_at,
        attention=work.attention or None,
        attention_since=attention_kept.since(work.attention, work.transaction, event.at),
        moved_event_id=event.id
        if moved or decided.occurrence.event == "request"
        else transaction.moved_event_id,
        closed_at=closed_at,
        updated_at=event.at,
    )


def _options(
    after: TransactionState, transaction: Transaction, more: TransactionOptions
) -> TransactionOptions | None:
    pinned = {name: value for name, value in (transaction.options or {}).items() if name not in BESIDE}
    kept: Mapping[str, object] = transaction_state.to_json(after)
    beside = {name: kept[name] for name in BESIDE if name in kept}
    return cast(TransactionOptions, pinned | more | beside) or None


def _note(taken: Step, apdu: Apdu | None, beside: Sequence[str]) -> str:
    reported = (
        status_mismatch.told(taken.before, apdu.report) if isinstance(apdu, StatusOrErrorReport) else None
    )
    heart = gist(apdu) if apdu is not None and not apdu.reply_code else None  # a reply code says it all
    words = (apdu.reply_code, apdu.note) if apdu else ()
    said = (taken.note, reported, heart, *words, *beside)
    return "; ".join(dict.fromkeys(part for part in said if part))[:500]


def _history(
    connection: Connection, event: Event, transaction_id: int, taken: Step, name: str, note: str
) -> None:
    transactions.add_history(
        connection,
        transaction_id=transaction_id,
        event_id=event.id,
        at=event.at,
        event=name,
        from_state=taken.before.state.name,
        to_state=taken.after.state.name,
        note=note,
    )


def _follow(work: Work, event_id: int) -> tuple[Part, ...]:
    """Take a step that policy adds, in the same commit; if it is not possible it is shelved."""
    try:
        return step(work.connection, event_id, work.context, leaves_at=work.leaves_at).words
    except LocalFault as fault:
        events.shelve(work.connection, event_id, stored(fault.said))
        return (fault.said,)
