"""Correct a request of ours: its citation, its delivery address, its need-before date.

An order that has not left is withdrawn and written again. An order that a partner has cannot be corrected;
after its answer the partner can be asked again, under a new number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import station as advance
from mailproc.flow.advance import steps
from mailproc.flow.context import Context
from mailproc.flow.matching import new_transactions
from mailproc.ill import apdu_json, machine
from mailproc.ill.apdu import Apdu
from mailproc.ill.attention import ENDS_WITH_THE_LETTER
from mailproc.ill.facts import Facts
from mailproc.ill.status import term_word
from mailproc.ill.terms import Role, State
from mailproc.office.acts import overtaken
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.queries.find import request_of, transaction_of
from mailproc.office.requests import asking, entry_checks, request_checks, review_steps, same_order
from mailproc.office.requests.corrections import Correction, RequestChange, changes
from mailproc.sentence import Part, Sentence, sentence, shortened, stored
from mailproc.store import (
    events,
    order_letters,
    outgoing,
    requests,
    rotas,
    submissions,
    transactions,
)
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import SaidIntent, StoredRequest, Transaction
from mailproc.store.submissions import Submission
from mailproc.store.text import storable

LONGEST_NOTE = 500


@dataclass(frozen=True)
class Hand:
    """Who corrects it, and by which door."""

    login: str
    door: str


@dataclass(frozen=True)
class Amended:
    """``attempt`` and ``state`` of the latest attempt afterwards; ``way``: what became of the order.

    "review": nobody was asked yet. "anew": written again, as it had not left. "kept": the correction is
    for the next order. "recorded": it changes no order. "again": asked again. ``mark``: of a request to
    review as this commit leaves it, for an act that is to follow; '' of others.
    """

    number: str
    attempt: int
    partner: str
    state: str
    way: str
    changed: tuple[Sentence, ...]
    follows: tuple[Part, ...]
    mark: str = ""


def amend(
    store: Store, context: Context, number: str, wanted: Correction, *,
    again: bool = False, anyway: bool = False, by: str = "", dry_run: bool = False, door: str = "cli",
    seen: str = "",
) -> Amended:  # fmt: skip
    """Correct the request; with ``again`` ask the partner of its latest attempt again.

    ``anyway``: also if it would get the same order, which it could not supply. With ``dry_run`` return what
    that would do, and keep nothing. ``seen``: the mark of what was shown. Raise LocalFault, before anything
    changes, if nothing would change, the partner has the order, or the new values cannot be expressed.
    """
    request_checks.check_day("need_before", wanted.rest.get("need_before"), context.today())
    request_checks.check_delivery("delivery", wanted.rest.get("delivery"))
    if declared := request_checks.checked(wanted.rest.get("declaration"), context):
        wanted = replace(wanted, rest={**wanted.rest, "declaration": declared})

    def job(connection: Connection) -> Amended:
        if (unsent := _unsent_review(connection, number, seen)) is not None:
            return _amend_review(connection, context, *unsent, wanted, again=again, by=by, door=door)
        request, transaction = latest(connection, context, number)
        overtaken.check(connection, seen, request.number, transaction.id)
        hand = Hand(by, door)
        done = _amend(connection, context, request, transaction, wanted, again=again, hand=hand)
        now = transaction_of(connection, request.number)
        if done.way == "again" and not anyway and same_order.is_same(connection, context, transaction, now):
            raise _same(connection, request, transaction, now)
        return done

    return foreseen(store, job) if dry_run else store.write(job)


@dataclass(frozen=True)
class Correctable:
    """``now``: a request may be corrected as it stands; ``again``: its last partner may be asked again."""

    now: bool
    again: bool


def correctable(connection: Connection, number: str) -> Correctable:
    """Return what ``amend`` would take. Raise LocalFault if there is no such request."""
    request = request_of(connection, number)
    submission = submissions.load(connection, request.id)
    if submission is not None and submission.state != submissions.ACCEPTED:
        return Correctable(submission.state == submissions.REVIEW, False)
    if request.role != Role.REQUESTER:
        return Correctable(False, False)
    transaction = transaction_of(connection, request.number)
    return Correctable(*(_takes(connection, request, transaction, again=one) for one in (False, True)))


def _takes(connection: Connection, request: StoredRequest, transaction: Transaction, *, again: bool) -> bool:
    try:
        return bool(_way(connection, request, transaction, again=again, recorded=False))
    except LocalFault:
        return False


def _unsent_review(connection: Connection, number: str, seen: str) -> tuple[StoredRequest, Submission] | None:
    request = request_of(connection, number)
    submission = submissions.load(connection, request.id)
    if submission is None or submission.state != submissions.REVIEW:
        return None
    return review_steps.of(connection, number, seen)


def _amend_review(
    connection: Connection, context: Context, request: StoredRequest, submission: Submission,
    wanted: Correction, *, again: bool, by: str, door: str,
) -> Amended:  # fmt: skip
    """Correct a request that nobody was asked for yet."""
    found = changes(request, wanted)
    if again or not found:
        code = "waits-for-review" if again else "amend-same"
        raise LocalFault(sentence(code, number=request.number), (f"mailproc accept {request.number}",))
    rotas.correct(connection, request.id, dict(column for one in found for column in one.columns.items()))
    changed = _told(found)
    event_id = review_steps.record(connection, context, submission, "amend", by, changed, door=door)
    odd = entry_checks.wrong_numbers(wanted.item)
    mark = review_steps.mark_after(submission, event_id)
    return Amended(request.number, 0, "", State.IDLE.name, "review", changed, odd, mark)


def _same(
    connection: Connection, request: StoredRequest, before: Transaction, now: Transaction
) -> LocalFault:
    """Return the refusal of an order that its reader could not tell from the first."""
    said = sentence("amend-same-order", partner=now.partner)
    possible = [f"{_again(request)} --anyway"]
    if names := same_order.uncarried(connection, before, now):
        said = sentence("amend-not-carried", same=said, partner=now.partner, names=", ".join(names))
        possible.insert(0, f"mailproc act {request.number} message --note TEXT")
    return LocalFault(said, tuple(possible))


def latest(connection: Connection, context: Context, number: str) -> tuple[StoredRequest, Transaction]:
    """Return a request of ours and its latest attempt, after everything that had already arrived for it."""
    request = request_of(connection, number)
    if request.role != Role.REQUESTER:
        raise LocalFault(sentence("request-theirs-amend", number=request.number))
    last = transaction_of(connection, request.number)
    for older in events.due_of_transaction(connection, last.id):
        advance.take(connection, older, context)
    return requests.load(connection, request.id), transaction_of(connection, request.number)


def note(
    connection: Connection,
    context: Context,
    transaction: Transaction,
    by: str,
    what: Sequence[Sentence],
    said: Apdu | None = None,
    *,
    door: str = "cli",
) -> tuple[Part, ...]:
    """Record a change by staff beside the state: an event "amend" with a history line. Return what
    follows."""
    text = storable("; ".join(map(str, what)))[:LONGEST_NOTE]
    facts: Facts = {"text": text, "why": stored(*map(shortened, what))}
    event = NewEvent(
        cause="staff",
        type="amend",
        at=context.clock(),
        apdu=apdu_json.to_json(said) if said is not None else None,
        facts=facts,
        actor=by,
        door=door,
        partner=transaction.partner,
        transaction_id=transaction.id,
        request_id=transaction.request_id,
    )
    return steps.begin(connection, event, context).words


def _amend(
    connection: Connection, context: Context, request: StoredRequest, transaction: Transaction,
    wanted: Correction, *, again: bool, hand: Hand,
) -> Amended:  # fmt: skip
    found = changes(request, wanted)
    if not found and not again:
        raise LocalFault(sentence("amend-same", number=request.number))
    recorded = bool(found) and not again and all(one.is_declaration for one in found)
    way = _way(connection, request, transaction, again=again, recorded=recorded)
    if found:
        rotas.correct(connection, request.id, dict(column for one in found for column in one.columns.items()))
    odd = entry_checks.wrong_numbers(wanted.item)
    follows = (*odd, *_WAYS[way](connection, context, transaction, found, hand))
    after = transaction_of(connection, request.number)
    changed = _told(found)
    number, attempt = request.number, after.attempt
    return Amended(number, attempt, after.partner, after.state.name, way, changed, follows)


def _way(
    connection: Connection, request: StoredRequest, transaction: Transaction, *, again: bool, recorded: bool
) -> str:
    """Return what a correction means now. Raise LocalFault if it is not possible, or too late.

    ``recorded``: it may be made at any time, since no order says it.
    """
    ended = transaction.gives_way
    name = f"{request.number}-{transaction.attempt}"
    bounced = transaction.state is State.PENDING and order_letters.came_back(connection, transaction.id)
    if again and (ended or bounced):
        return "again"
    if ended and request.closed_at is None:
        return "kept"
    if ended and recorded:
        return "recorded"
    if ended:
        raise LocalFault(sentence("request-over", number=request.number), (_again(request),))
    unsent = _unsent(connection, transaction)
    if recorded and len(unsent) != 1:
        return "recorded"
    if not unsent or request.closed_at is not None:
        raise LocalFault(
            _too_late(name, transaction, bounced=bounced), _instead(request, transaction, bounced=bounced)
        )
    if again:
        raise LocalFault(sentence("amend-not-left", name=name))
    if len(unsent) > 1:
        raise LocalFault(sentence("amend-more-waits", name=name), _instead(request, transaction))
    return "anew"


def _unsent(connection: Connection, transaction: Transaction) -> list[SaidIntent]:
    """Return all intents of the transaction if none of them has left; else none."""
    if transaction.state is not State.PENDING:
        return []
    said = [
        intent
        for event in events.of_transaction(connection, transaction.id)
        for intent in outgoing.of_event(connection, event.id)
        if intent.kind == "apdu" and intent.state not in ("withdrawn", "done")
    ]
    return [] if any(intent.letter_state in outgoing.LEFT for intent in said) else said


def _too_late(name: str, transaction: Transaction, *, bounced: bool) -> Sentence:
    if bounced:
        return sentence("amend-came-back", name=name)
    stands = term_word(transaction.state)
    return sentence("amend-too-late", partner=transaction.partner, name=name, state=stands)


def _instead(request: StoredRequest, transaction: Transaction, *, bounced: bool = False) -> tuple[Part, ...]:
    number = request.number
    if bounced:
        return _again(request), f"mailproc next {number}"
    allowed = machine.possible(
        transaction.role,
        transaction.service,
        transaction.state,
        transaction.state_before,
    )
    ways: dict[str, Part] = {
        "cancel": sentence("then-again", first=f"mailproc act {number} cancel", then=_again(request)),
        "message": f"mailproc act {number} message --note TEXT",
    }
    return tuple(way for action, way in ways.items() if action in allowed)


def _again(request: StoredRequest) -> str:
    return f"mailproc amend {request.number} --again"


def _anew(
    connection: Connection, context: Context, transaction: Transaction, found: list[RequestChange], hand: Hand
) -> tuple[Part, ...]:
    for intent in outgoing.unsaid(connection, transaction.id):
        outgoing.withdraw(connection, intent)
    transactions.clear_attention(connection, transaction.id, ENDS_WITH_THE_LETTER)
    request = requests.load(connection, transaction.request_id)
    partner = context.partners.get(transaction.partner)
    order = new_transactions.order_to(connection, context, partner, request)
    return note(connection, context, transaction, hand.login, _told(found), order, door=hand.door)


def _kept(
    connection: Connection, context: Context, transaction: Transaction, found: list[RequestChange], hand: Hand
) -> tuple[Part, ...]:
    return note(connection, context, transaction, hand.login, _told(found), door=hand.door)


def _recorded(
    connection: Connection, context: Context, transaction: Transaction, found: list[RequestChange], hand: Hand
) -> tuple[Part, ...]:
    """Note it; an order that was held for it is tried at once."""
    for intent in outgoing.unsaid(connection, transaction.id):
        if intent.state == "held":
            outgoing.place(connection, intent.id, "todo", None)
    return note(connection, context, transaction, hand.login, _told(found), door=hand.door)


def _asked_again(
    connection: Connection, context: Context, transaction: Transaction, found: list[RequestChange], hand: Hand
) -> tuple[Part, ...]:
    if found:
        note(connection, context, transaction, hand.login, _told(found), door=hand.door)
    request_id = transaction.request_id
    asking.give_up_undelivered(connection, context, request_id, hand.login, door=hand.door)
    rotas.put_next(connection, request_id, transaction.partner)
    return asking.ask(connection, context, request_id, hand.login, door=hand.door).words


_WAYS = {"anew": _anew, "kept": _kept, "recorded": _recorded, "again": _asked_again}


def _told(found: list[RequestChange]) -> tuple[Sentence, ...]:
    return tuple(one for each in found for one in each.words)
