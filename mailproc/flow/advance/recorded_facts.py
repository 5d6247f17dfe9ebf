"""Look up what a step needs, and store it with the event.

So ``verify`` needs only events and state tables, and a step that is repeated has the same result.
"""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from mailproc.flow.advance import (
    duplicates,
    heard_acts,
    named_dates,
    price_limit,
    request_screening,
    undoing,
)
from mailproc.flow.case import Case
from mailproc.flow.matching import item_received, reader_standing, unfilled_letter, unwanted
from mailproc.flow.matching.unconfirmed import ANSWERS_FROM
from mailproc.flow.timers import transaction_timers
from mailproc.ill import apdu_json, item_identity, loan_terms, right_item
from mailproc.ill.actions import WITHIN
from mailproc.ill.apdu import (
    Apdu,
    ConditionalReply,
    Expired,
    IllAnswer,
    IllRequest,
    Message,
    Overdue,
    Recall,
    Received,
    RenewAnswer,
    Shipped,
)
from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.charges import ChargeStatus
from mailproc.ill.date_arithmetic import later
from mailproc.ill.event_names import event_heard
from mailproc.ill.events import WRITTEN_TO_READER
from mailproc.ill.facts import ChargeFact, Facts
from mailproc.ill.note_sentences import WANTED_BY, parted
from mailproc.ill.reader_due import due_of_reader
from mailproc.ill.terms import Results, Role, Service, State
from mailproc.ill.transaction_state import CHARGE_NOTED, DUE_CORRECTED, RENEWAL_ASKED, to_json
from mailproc.mail.addresses import ascii_lower
from mailproc.store import charges, events, order_letters, outgoing, requests
from mailproc.store.rows import Event, Transaction

ANNOUNCED = timedelta(days=7)
"""How long before its date an automatic renewal is announced, according to one library."""
UNFILLED = (Results.UNFILLED, Results.RETRY, Results.LOCATIONS_PROVIDED, Results.ESTIMATE)


def gather(case: Case, event: Event, apdu: Apdu | None) -> Facts:
    """Return the facts of ``event``, with those it already has."""
    current, context = case.current, case.context
    facts: Facts = {**(event.facts or {})}
    if event.cause == "letter" and _had_it_before(event, case.transaction):
        facts["old_responder"] = True
    facts |= duplicates.facts_of_repeat(case, event, apdu)
    if isinstance(apdu, IllAnswer) and apdu.results in UNFILLED and current.role is Role.REQUESTER:
        facts["follows"] = context.registry.follows(apdu)
        if transaction_timers.is_too_late(case, event):
            facts["too_late"] = True
    if isinstance(apdu, Message):
        facts |= _of_message(case, event, apdu)
    facts |= _of_dates(case, event, apdu)
    if isinstance(apdu, IllRequest) and event.cause == "letter":
        facts |= _of_their_request(case, apdu)
    if isinstance(apdu, Shipped):
        facts |= _of_shipped(case, event, apdu) | price_limit.facts_of(case, apdu)
    facts |= loan_terms.facts_of(event.type, apdu, current)
    facts |= _of_our_cancel(case, event, apdu) or _of_reader(case, event, apdu)
    if event.cause == "timer":
        facts |= transaction_timers.facts_of_timer(case, event)
    if event.cause in ("staff", "policy") and not event.heard_by:
        facts |= _of_act(case, event, apdu)
    return facts | heard_acts.facts_of(case, event, apdu)


def _of_message(case: Case, event: Event, apdu: Message) -> Facts:
    """Return whether it announces an automatic renewal, or that there will be none."""
    renewed = case.context.registry.renews_itself(apdu)
    if renewed:
        announced = case.current.due_on or case.day(event.at) + ANNOUNCED
        told: Facts = {"renewal_on": announced.isoformat()}
        return told | {"unreminded": True} if transaction_timers.is_to_be_reminded(case) else told
    return {"waited_for": True} if renewed is False else {}


def _of_dates(case: Case, event: Event, apdu: Apdu | None) -> Facts:
    if isinstance(apdu, RenewAnswer) and case.current.role is Role.REQUESTER:
        return _of_renewal(case, event, apdu)
    if isinstance(apdu, Recall) and (by := parted(apdu.note)).said == WANTED_BY:
        return named_dates.of_recall(case, by.value)
    return {"guessed": True} if isinstance(apdu, Overdue) and _is_a_guess(case) else {}


def _of_renewal(case: Case, event: Event, apdu: RenewAnswer) -> Facts:
    """Return whether a refusal answers no question of ours, or more time gives the reader none."""
    if not apdu.answer:
        return {} if case.current.state in RENEWAL_ASKED else {"unasked": True}
    term = case.context.reader_term
    if apdu.due is None or not term.is_apart:
        return {}
    had = reader_standing.due(case.connection, case.transaction, case.context)
    will = due_of_reader(apdu.due.on, term, later(case.day(event.at), 1))
    return {"no_later": True} if had is not None and will <= had else {}


def _of_shipped(case: Case, event: Event, apdu: Shipped) -> Facts:
    """Return the day, why its due date is not taken, and whether a copy that would end the request comes to
    the library instead."""
    day = case.day(event.at)
    facts: Facts = {"on": day.isoformat()}
    if event.heard_by and right_item.may_come(case.current.role, case.current.state, case.current.flaw):
        facts["right_one"] = True
        if item_received.is_followed(case.connection, case.transaction):
            facts["next_asked"] = True
    facts |= named_dates.of_shipped(case, apdu, day)
    if case.context.settings.copy_ends_shipped and _comes_to_us(case):
        facts["to_us"] = True
    return facts


def _comes_to_us(case: Case) -> bool:
    if case.current.role is not Role.REQUESTER:
        return False
    where = requests.load(case.connection, case.transaction.request_id).delivery or {}
    address = ascii_lower(str(where.get("electronic") or ""))  # by post, or with no address, it comes here
    return not address or address in case.context.mailed_to


def _of_our_cancel(case: Case, event: Event, apdu: Apdu | None) -> Facts:
    """Return whether we had asked to stop what is not supplied now, and what that means."""
    unfilled = (isinstance(apdu, IllAnswer) and apdu.results in UNFILLED) or isinstance(apdu, Expired)
    declined = isinstance(apdu, ConditionalReply) and not apdu.answer
    if case.current.role is not Role.REQUESTER or not (unfilled or declined):
        return {}
    if not item_received.we_cancelled(case.connection, case.id):
        return {}
    facts: Facts = {"we_cancelled": True}
    if item_received.somebody_left(case.connection, event, case.transaction):
        facts["somebody_left"] = True
    elif item_received.reader_waits(case.connection, event, case.transaction):
        facts["reader_waits"] = True
    return facts


def _of_reader(case: Case, event: Event, apdu: Apdu | None) -> Facts:
    """Return whether the reader is to be informed."""
    moves_the_day = isinstance(apdu, Shipped | Recall | RenewAnswer) or event.type == DUE_CORRECTED
    if moves_the_day and item_received.is_here(case.connection, case.id):
        return {"here": True}
    if event.type in item_received.ENDS and item_received.somebody_left(
        case.connection, event, case.transaction
    ):
        return {"somebody_left": True}
    if event.type in item_received.ENDS and item_received.reader_waits(
        case.connection, event, case.transaction
    ):
        return (
            {"reader_waits": True, "no_library": True} if _no_library(case, event) else {"reader_waits": True}
        )
    return {}


def _no_library(case: Case, event: Event) -> bool:
    """Return whether the request is closed because no library can supply it, before its reader heard that."""
    if event.type != "close" or case.current.state is not State.NOT_SUPPLIED:
        return False
    return unfilled_letter.is_waiting(case.connection, case.transaction, case.day(event.at))


def _is_a_guess(case: Case) -> bool:
    """Return whether the due date that we hold as borrower is policy's, because the lender named none."""
    held = case.current.due_on
    if case.current.role is not Role.REQUESTER or held is None:
        return False
    receipt = item_received.receipt_event(case.connection, case.id)
    return receipt is not None and (receipt.facts or {}).get("due_on") == held.isoformat()


def _had_it_before(event: Event, transaction: Transaction) -> bool:
    """Return whether it comes from a library that has forwarded the request."""
    options = transaction.options or {}
    if stranger := (event.facts or {}).get("adopted"):
        return bool(stranger != options.get(ANSWERS_FROM))
    return event.partner in (options.get("forwarded_by") or ())


def last_said(case: Case) -> dict[str, ApduJson]:
    """Return the last APDU of each type that we sent, by the name of its event."""
    found: dict[str, ApduJson] = {}
    for said in outgoing.said(case.connection, case.id):
        name = event_heard(apdu_json.from_json(said))
        found[name] = said
    return found


def _of_act(case: Case, event: Event, apdu: Apdu | None) -> Facts:
    action, transaction, current = event.type, case.transaction, case.current
    if action == "undo":
        meant = (event.facts or {}).get("undone", 0)
        kept = undoing.to_undo(case.connection, transaction, meant)
        undone = events.load(case.connection, kept["undone"])
        moved = undone is None or undone.type != WRITTEN_TO_READER  # else what came meanwhile stands
        return kept if moved else {**kept, "found": to_json(current)}
    facts: Facts = {"found": to_json(current), "attention": transaction.attention}
    facts |= _of_cost(case, event) | _of_repeated_recall(case, event)
    if action == "overdue" and isinstance(apdu, Overdue) and apdu.due and apdu.due.on >= case.day(event.at):
        facts["not_due"] = apdu.due.on.isoformat()
    if action == "request" and transaction.attempt == 1 and case.context.settings.notices:
        facts["first"] = True
    if action in ("cancel", "receive"):
        facts |= _what_left(case, action)
    if action in (*WITHIN, "receive") and item_received.is_here(case.connection, case.id):
        facts["here"] = True
    said = event.facts or {}
    if action == "receive" and said.get("quiet") and unwanted.is_unwanted(case):
        facts["unwanted"] = True
    if action == "receive" and said.get("wrong") and item_received.told_here(case.connection, case.id):
        facts["told_here"] = True
    if action == "receive" and current.service is Service.LOAN and current.due_on is None:
        loan = timedelta(days=case.context.config.policy.loan_days)
        came = apdu.received_on if isinstance(apdu, Received) else None
        facts["due_on"] = ((came or case.day(event.at)) + loan).isoformat()
    return facts


def _what_left(case: Case, action: str) -> Facts:
    """Return whether an order has left, and whether the reader was told that we have the request."""
    facts: Facts = {"letter_left": _order_has_left(case)}
    if action == "cancel" and order_letters.came_back(case.connection, case.id):
        facts |= {"letter_left": False, "came_back": True}  # so nobody has it
    if action == "cancel" and item_received.is_acknowledged(case.connection, case.transaction):
        facts["acknowledged"] = True
    return facts


def _was_charged(case: Case) -> bool:
    """Return whether anything was charged or paid for the item, beside estimates."""
    kept = charges.of_request(case.connection, case.transaction.request_id)
    return any(one.transaction_id == case.id and one.status != ChargeStatus.ESTIMATED for one in kept)


def _of_cost(case: Case, event: Event) -> Facts:
    """Return whether a lost item is still to be paid for when it is closed, or no longer after that.

    Of one that is back: whether money was named.
    """
    if case.current.state is not State.LOST:
        return {}
    if event.type == "close":
        return {"cost_open": True} if _owes(case) else {}
    if event.type == "check-in":
        return {"charged": True} if _was_charged(case) else {}
    paid = event.type == CHARGE_NOTED and case.current.closed
    return {"cost_settled": True} if paid and not _owes(case, (event.facts or {}).get("charge")) else {}


def _of_repeated_recall(case: Case, event: Event) -> Facts:
    """Return the day that the first one names: the same is said again."""
    if event.type != "recall" or not (event.facts or {}).get("again"):
        return {}
    day = item_received.wanted_by(case.connection, case.id, case.current.state)
    return {"wanted_by": day.isoformat()} if day is not None else {}


def _owes(case: Case, more: ChargeFact | None = None) -> bool:
    """Return whether more was charged for the item than paid, in any currency; ``more``: recorded now."""
    rows = charges.of_request(case.connection, case.transaction.request_id)
    known = [(one.status, one.currency, one.amount) for one in rows if one.transaction_id == case.id]
    if more is not None:
        known.append((more["status"], more["money"].get("currency") or "", more["money"]["amount"]))
    owed: dict[str, Decimal] = {}
    for status, currency, amount in known:
        if status != ChargeStatus.ESTIMATED:
            sign = 1 if status == ChargeStatus.CHARGED else -1
            owed[currency] = owed.get(currency, Decimal(0)) + sign * Decimal(amount)
    return any(amount > 0 for amount in owed.values())


def _order_has_left(case: Case) -> bool:
    """Return whether an order of ours has left, or may have; a later message that waits does not count."""
    waiting = _orders(intent.message for intent in outgoing.unsaid(case.connection, case.id))
    return not waiting or waiting < _orders(outgoing.said(case.connection, case.id))


def _orders(said: Iterable[ApduJson]) -> int:
    return sum(apdu["type"] == "ILL_REQUEST" for apdu in said)


def _of_their_request(case: Case, apdu: IllRequest) -> Facts:
    unknown = case.context.registry.by_name(case.transaction.codec).unknown_words(apdu)
    said: Facts = {"unknown_words": list(unknown)} if unknown else {}
    if case.transaction.state is not State.IDLE:
        return said | {"same_item": _same_item(case, apdu)}
    refused = request_screening.refused(case, apdu)
    if refused:
        return {"refused": refused}
    return said


def _same_item(case: Case, apdu: IllRequest) -> bool:
    """Return whether the request is for the same item; a number reused for another item is no repeat.

    Staff who entered it by hand wrote the citation in words of their own.
    """
    request = requests.load(case.connection, case.transaction.request_id)
    kept, said = request.item or {}, apdu_json.value_to_json(apdu.item)
    if any(one.heard_by for one in events.ends_of_transaction(case.connection, case.id, 1)[:1]):
        return item_identity.key(said) == (request.title_key, request.part_key)
    return bool(kept.get("lines") == said["lines"] if said.get("lines") else kept == said)
