"""Perform an action of staff, for the command line now and a page later: an event and its step.

An action is refused before anything changes, with a sentence that names what is possible instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow import delivery_mode
from mailproc.flow.advance import station as advance
from mailproc.flow.advance import steps
from mailproc.flow.advance.steps import Decision, StepOutcome
from mailproc.flow.case import Case
from mailproc.flow.context import Context
from mailproc.flow.matching import item_received
from mailproc.ill import apdu_json
from mailproc.ill.actions import BY_NAME
from mailproc.ill.apdu import Apdu, Overdue, RenewAnswer, Shipped
from mailproc.ill.facts import Facts
from mailproc.ill.terms import Role, Service
from mailproc.office.acts import (
    act_days,
    action_names,
    attached_files,
    item_barcode,
    meaning,
    options,
    overtaken,
    putting_off,
)
from mailproc.office.acts.act_messages import apdu_of
from mailproc.office.acts.act_writing import ActWriting, at_once
from mailproc.office.acts.attached_files import AttachedFile
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.acts.once import outcome_before
from mailproc.office.acts.resend import repeated
from mailproc.office.acts.staff_act import StaffAct
from mailproc.office.patrons import live_standing
from mailproc.office.patrons.live_standing import NOT_ASKED, LiveStanding
from mailproc.office.queries import entry_details
from mailproc.office.queries.find import names_attempt, transaction_of
from mailproc.office.requests import reader_rules
from mailproc.sentence import Sentence, sentence
from mailproc.store import events, item_barcodes, patrons, requests, restored, transactions
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import Transaction

__all__ = ["StaffAct", "decided", "foresee", "perform"]


def perform(store: Store, context: Context, act: StaffAct, write: ActWriting = at_once) -> StepOutcome:
    """Write the action's event and take its step, after the older events of that transaction.

    Raise LocalFault or TryLater.
    """
    meant = replace(act, action=action_names.known_as(act.action))
    files = _files(meant, context)
    with attached_files.stored(files, store, context):
        live, out = _live(store, context, meant), item_barcode.still_out(store, meant)
        done = write(store, lambda connection: _perform(connection, context, meant, files, live))
    return _told(done, meant, context, out)


def foresee(store: Store, context: Context, act: StaffAct) -> StepOutcome:
    """Return what ``perform`` would do, and keep nothing."""
    meant = replace(act, action=action_names.known_as(act.action))
    files = _files(meant, context)
    live, out = _live(store, context, meant), item_barcode.still_out(store, meant)
    done = foreseen(store, lambda connection: _perform(connection, context, meant, files, live))
    return _told(done, meant, context, out)


def decided(connection: Connection, context: Context, act: StaffAct, transaction: Transaction) -> Decision:
    """Return what ``perform`` would do to ``transaction`` as it stands; writes nothing. Raise LocalFault."""
    act = putting_off.dated(connection, context, act, transaction.request_id)
    said = _said(connection, context, act, transaction)
    event = events.unwritten(_event(act, said, transaction, context))
    case = Case(connection, transaction, steps.state_of(transaction), context)
    return steps.decide(case, event, said)


@dataclass(frozen=True)
class _Done:
    """What was sent in ``transaction``, as that was before the step."""

    outcome: StepOutcome
    said: Apdu | None = None
    transaction: Transaction | None = None


def _files(act: StaffAct, context: Context) -> tuple[AttachedFile, ...]:
    options.check(act)
    return attached_files.read(act, context)


def _live(store: Store, context: Context, act: StaffAct) -> LiveStanding:
    """Return what the library system says of the reader whose item has come. Raise as ``transaction_of``."""
    if act.action != "receive" or context.patron_lookup is None:
        return NOT_ASKED
    with store.read() as connection:
        transaction = transaction_of(connection, act.number)
        named = requests.load(connection, transaction.request_id).patron_id
        if not named or transaction.role is not Role.REQUESTER:
            return NOT_ASKED
        reader = patrons.load(connection, named)
    return live_standing.at_arrival(context, reader, named)


def _perform(
    connection: Connection,
    context: Context,
    act: StaffAct,
    files: Sequence[AttachedFile],
    live: LiveStanding,
) -> _Done:
    if (before := outcome_before(connection, act.once)) is not None:
        return _Done(before)
    if (in_review := putting_off.in_review(connection, context, act)) is not None:
        return _Done(in_review)
    transaction = transaction_of(connection, act.number)
    if older := events.due_of_transaction(connection, transaction.id):
        for event_id in older:
            advance.take(connection, event_id, context)
        transaction = transactions.load(connection, transaction.id)
    overtaken.check(connection, act.seen, act.number, transaction.id)
    act = putting_off.dated(connection, context, act, transaction.request_id)
    said = _said(connection, context, act, transaction)
    event = _with_facts(_event(act, said, transaction, context), files, live)
    warned = _repeats(connection, context, act, transaction)
    warned += _barred(connection, context, act, transaction, live)
    outcome = steps.begin(connection, event, context)
    if barcode := (event.facts or {}).get("barcode"):
        item_barcodes.note(connection, transaction.id, barcode)
    words = (*warned, *outcome.words, *meaning.of(connection, act.action, outcome))
    words += putting_off.keep(connection, context, act, transaction.request_id, outcome.event_id)
    if context.hooks:
        words += item_barcode.wanted(connection, context, act, transaction)
    if act.action == "receive" and act.note:
        words += meaning.of_note(connection, act.note, transaction, outcome)
    if act.action == "receive":
        words += meaning.of_due(connection, transaction, outcome)
        words += meaning.of_others(connection, transaction)
    if restored.standing(connection) is not None:
        words += (sentence("entered-while-held"),)
    return _Done(replace(outcome, words=words), said, transaction)


def _barred(
    connection: Connection, context: Context, act: StaffAct, transaction: Transaction, live: LiveStanding
) -> tuple[Sentence, ...]:
    """Return why the reader should not get what has come: much may have changed since it was ordered."""
    if act.action != "receive" or transaction.role is not Role.REQUESTER:
        return ()
    request = requests.load(connection, transaction.request_id)
    if not request.patron_id:
        return ()
    failed = (live.warning,) if live.warning else ()
    found = reader_rules.barred(connection, request.patron_id, context, live.standing)
    return (*failed, sentence("reader-barred-here", **found.values)) if found else failed


def _repeats(
    connection: Connection, context: Context, act: StaffAct, transaction: Transaction
) -> tuple[Sentence, ...]:
    """Return word of an earlier order of the borrower for the item that is about to be shipped."""
    if act.action != "ship" or act.heard_by:
        return ()
    request = requests.load(connection, transaction.request_id)
    known = entry_details.asked_before(connection, request, transaction, context)
    return (sentence("same-borrower", partner=transaction.partner, number=known),) if known else ()


def _told(done: _Done, act: StaffAct, context: Context, warned: Sequence[Sentence]) -> StepOutcome:
    """Add remarks for staff to the outcome, after the write: the message is read as its receiver reads it."""
    outcome, lost = done.outcome, _untold(act, done, context)
    due = _due_back(done.said, act, context.today())
    missing = _no_due(done, act, context)
    return replace(outcome, words=(*warned, *due, *outcome.words, *missing, *lost))


def _no_due(done: _Done, act: StaffAct, context: Context) -> tuple[Sentence, ...]:
    """Return what it means that a loan leaves, or comes, without a due date; () if it has one."""
    said, row = done.said, done.transaction
    if not isinstance(said, Shipped) or said.due is not None or row is None or row.due_on is not None:
        return ()
    if said.shipped_service is not Service.LOAN or act.repeat:
        return ()
    if act.heard_by:
        days = context.config.policy.loan_days
        return (sentence("due-not-named", partner=row.partner, number=act.number, days=days),)
    return (sentence("due-not-carried", partner=row.partner, number=act.number),)


def _untold(act: StaffAct, done: _Done, context: Context) -> tuple[Sentence, ...]:
    """Return options that were not sent; () for what was only recorded, or sent again."""
    if done.said is None or done.transaction is None or act.heard_by or act.repeat:
        return ()
    return options.untold(act, done.said, done.transaction, context)


def _due_back(said: Apdu | None, act: StaffAct, today: date) -> tuple[Sentence, ...]:
    """Return the day that a loan, its renewal or its reminder names, so that staff see a mistake at once.

    Nothing is refused, because staff may record late what was done in time.
    """
    if isinstance(said, Shipped | RenewAnswer) and said.due is not None:
        passed = said.due.on < today and not act.heard_by
        return (sentence("due-back-passed" if passed else "due-back", day=said.due.on),)
    if isinstance(said, Overdue) and said.due is not None and said.due.on >= today and not act.heard_by:
        return (sentence("overdue-only-after", day=said.due.on),)
    if isinstance(said, Shipped | RenewAnswer) and act.on:
        return (sentence("date-ignored-copy" if isinstance(said, Shipped) else "date-ignored-refused"),)
    return ()


def _said(connection: Connection, context: Context, act: StaffAct, transaction: Transaction) -> Apdu | None:
    options.check(act)
    item_barcode.check(act)
    _check_cancel(connection, context, act, transaction)
    _check_whose(connection, act, transaction)
    _check_second(connection, act, transaction)
    if act.repeat and act.heard_by:
        raise LocalFault(sentence("repeat-heard"))
    if act.repeat:
        first = repeated(connection, transaction, act.action, act.answer)
        if options.given(replace(act, answer=None)):
            known = act.action in BY_NAME
            options.check_same(act, first, apdu_of(act, transaction, context) if known else None)
        return first
    act_days.check(connection, act, transaction, context)
    said = apdu_of(act, transaction, context)
    if act.heard_by and said is None:
        raise LocalFault(sentence("nothing-told", action=act.action))
    return said


def _check_cancel(connection: Connection, context: Context, act: StaffAct, transaction: Transaction) -> None:
    """Raise LocalFault for a second cancellation while the first waits: only --repeat sends it again."""
    if act.action != "cancel" or act.repeat or act.heard_by or not delivery_mode.cancel_waits(transaction):
        return
    first = events.last_of(connection, transaction.id, ("cancel",))
    day = context.local(first.at).date() if first is not None else context.today()
    again = f"mailproc act {act.number} cancel --repeat"
    known = (again, f"mailproc act {act.number} query")
    raise LocalFault(sentence("cancel-waits", partner=transaction.partner, day=day), known)


def _check_whose(connection: Connection, act: StaffAct, transaction: Transaction) -> None:
    """Raise LocalFault for what has come while only another library has sent it: its attempt is named."""
    if act.action != "receive" or act.heard_by or act.anyway or act.repeat or names_attempt(act.number):
        return
    other = item_received.sent_by_another(connection, transaction)
    if other is None:
        return
    number = requests.attempt_number(connection, other)
    known = (f"mailproc act {number} receive", sentence("enter-anyway"))
    code = sentence("sent-by-another", number=number, partner=other.partner, asked=transaction.partner)
    raise LocalFault(code, known)


def _check_second(connection: Connection, act: StaffAct, transaction: Transaction) -> None:
    """Raise LocalFault for the item of a second library: a reader who has one is not told of another."""
    if act.action != "receive" or act.quiet or act.wrong or act.repeat or act.anyway:
        return
    other = item_received.told_of_another(connection, transaction)
    if other is None:
        return
    number = requests.attempt_number(connection, other)
    known = (f"mailproc act {act.number} receive --quiet", sentence("enter-anyway"))
    raise LocalFault(sentence("received-elsewhere", number=number, partner=other.partner), known)


def _event(act: StaffAct, said: Apdu | None, transaction: Transaction, context: Context) -> NewEvent:
    return NewEvent(
        cause="staff",
        type=said.type.name if act.heard_by and said is not None else act.action,
        at=context.clock(),
        apdu=apdu_json.to_json(said) if said is not None else None,
        facts=_facts(act, said),
        actor=act.by,
        door=act.door,
        once=act.once or None,
        heard_by=act.heard_by,
        partner=transaction.partner,
        transaction_id=transaction.id,
        request_id=transaction.request_id,
    )


def _with_facts(event: NewEvent, files: Sequence[AttachedFile], live: LiveStanding) -> NewEvent:
    attached: Facts = {"attached": [one.kept for one in files]} if files else {}
    return replace(event, facts={**(event.facts or {}), **attached, **live.facts} or None)


def _facts(act: StaffAct, said: Apdu | None) -> Facts | None:
    """Return facts for the event: what staff decided, and a note that no message carries."""
    if act.repeat:
        return {"again": True}
    facts: Facts = {"remark": act.note} if act.note and said is None else {}
    decided: Facts = {
        "quiet": act.quiet, "wrong": act.wrong, "partial": act.partial, "anyway": act.anyway
    }  # fmt: skip
    facts |= cast(Facts, {name: True for name, said in decided.items() if said})
    facts |= putting_off.facts(act)
    if act.barcode:
        facts["barcode"] = item_barcode.checked(act.barcode)
    return facts or None
