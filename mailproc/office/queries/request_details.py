"""Read everything about one request: its status, possible actions, its history. Reads only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from mailproc.flow import delivery_mode
from mailproc.flow.context import Context
from mailproc.flow.matching import item_received, new_transactions, reader_standing, unconfirmed
from mailproc.ill import apdu_json, machine
from mailproc.ill.actions import WITH_US, WITHIN
from mailproc.ill.apdu_json import DeliveryJson, ItemJson
from mailproc.ill.facts import LoanTerms
from mailproc.ill.holding import LookUp
from mailproc.ill.message_content import WRONG
from mailproc.ill.rota import Candidate
from mailproc.ill.terms import Role, Service, State
from mailproc.notices.language import Language
from mailproc.notices.language_files import ENGLISH
from mailproc.office.queries import (
    agenda,
    entry_details,
    holdings,
    letters_about,
    pending_timers,
    recorded_history,
    reviews,
)
from mailproc.office.queries.agenda import Need
from mailproc.office.queries.entry_details import NOTHING, EntryDetails
from mailproc.office.queries.find import request_of
from mailproc.office.queries.letters_about import LetterAbout, Untold
from mailproc.office.queries.listing import ListedRequest, RequestLine, joined, line_of, unsent
from mailproc.office.queries.pending_timers import NextTimer
from mailproc.office.queries.recorded_history import HistoryLine
from mailproc.office.queries.reviews import Review
from mailproc.store import (
    charges,
    events,
    item_barcodes,
    patrons,
    requests,
    submissions,
    transactions,
    undelivered,
)
from mailproc.store.prepared_statements import made
from mailproc.store.requests import REQUEST
from mailproc.store.rows import StoredCharge, StoredRequest, Transaction

if TYPE_CHECKING:
    from mailproc.flow.prepare.suggested import Suggestion


@dataclass(frozen=True)
class Question:
    """A library or an address that staff must confirm or forget; ``id``: A3, ``text``: the question."""

    id: str
    text: str


@dataclass(frozen=True)
class RequestDetails:
    """Everything about a request; the fields of its latest attempt are at the top.

    ``loan_terms``: on what conditions the item was lent. ``charges``: money, the oldest first.

    ``untold``: notices without a letter ("patron/unfilled"), with the reason. ``ahead``: what happens
    if nobody acts, in order. ``asked``: what the request asks beside the
    item (services, reader, addresses, limits), a partner's as in its APDU. ``passed_on``: the symbol and
    address of a library that is not in config.toml and has our request now. ``questions``: what staff must
    confirm. ``ways``: commands that help with what needs attention. ``reader_due``: by when the reader must
    bring a loan back (None for at once, and for what is recalled from our desk);
    ``wanted_back_by``: the day that a recall names, theirs or ours.
    ``whereabouts``: of a loan that is here: hold-shelf | collected | brought-back, '' where nobody says it.
    ``flaw``: what came was not what was asked for: wrong | partial. ``barcode``: of the item, in our system.
    ``entry``: its copyright, and whether a borrower has asked before. ``review``: of one that was submitted.
    ``looked``: what catalogues say of the item.
    """

    line: RequestLine
    asked: dict[str, Any]
    transaction: dict[str, str] | None
    item: ItemJson
    patron: dict[str, str] | None
    delivery_to: DeliveryJson | None
    need_before: date | None
    note: str
    created_at: datetime
    closed_at: datetime | None
    renewable: bool | None
    reader_due: date | None
    wanted_back_by: date | None
    loan_terms: LoanTerms | None
    charges: tuple[StoredCharge, ...]
    actions: tuple[str, ...]
    rota: tuple[Candidate, ...]
    letters: tuple[LetterAbout, ...]
    untold: tuple[Untold, ...]
    history: tuple[HistoryLine, ...]
    review: Review | None
    ahead: tuple[NextTimer, ...]
    passed_on: dict[str, str] | None = None
    questions: tuple[Question, ...] = ()
    entry: EntryDetails = NOTHING
    ways: "tuple[Suggestion, ...]" = ()
    whereabouts: str = ""
    flaw: str = ""
    barcode: str = ""
    looked: tuple[LookUp, ...] = ()

    @property
    def next(self) -> NextTimer | None:
        """What happens first if nobody acts."""
        return self.ahead[0] if self.ahead else None


def shown(
    connection: Connection, number: str, context: Context | None = None, language: Language = ENGLISH
) -> RequestDetails:
    """Return one request; with ``context``, its actions are those that its protocol can express.

    With ``context`` there are suggestions too. ``language``: of suggestions and questions. Raise LocalFault
    if there is none, or ``number`` is ambiguous.
    """
    request = request_of(connection, number)
    listed = made(ListedRequest, connection.execute(joined().where(REQUEST.c.id == request.id)))
    attempts = transactions.of_request(connection, request.id)
    latest = attempts[-1] if attempts else None
    needs = agenda.needs(connection, context.today() if context else date.min, [request.id])
    need = needs.get(request.id, Need())
    why = need.reasons
    reader = _patron(connection, request)
    review = _review(connection, request, context)
    line = line_of(connection, listed[0], need) if listed else _unsent(request, need, reader, review)
    return RequestDetails(
        line=line,
        asked=_asked(connection, request, latest),
        transaction=_identity(latest) if latest else None,
        item=request.item or {},
        patron=reader,
        delivery_to=request.delivery,
        need_before=request.need_before_on,
        note=request.note,
        created_at=request.created_at,
        closed_at=request.closed_at,
        renewable=latest.renewable if latest else None,
        reader_due=_reader_due(connection, latest, context) if latest and context else None,
        wanted_back_by=item_received.wanted_by(connection, latest.id, latest.state) if latest else None,
        charges=tuple(charges.of_request(connection, request.id)),
        loan_terms=(latest.options or {}).get("loan_terms") if latest else None,
        actions=_actions(connection, latest, context) if latest else (),
        rota=tuple(requests.rota(connection, request.id)),
        letters=tuple(letters_about.letters(connection, request.id, attempts, submitted=review is not None)),
        untold=tuple(letters_about.untold(connection, request.id, attempts))
        if request.patron_id is not None
        else (),
        history=tuple(recorded_history.history(connection, request.id)),
        review=review,
        ahead=_ahead(connection, attempts, context),
        passed_on=_passed_on(latest) if latest else None,
        questions=tuple(_questions(connection, latest, language)) if latest else (),
        entry=entry_details.of(connection, request, latest, context) if context else entry_details.NOTHING,
        ways=_ways(connection, why, attempts, context, language) if why and attempts and context else (),
        whereabouts=_whereabouts(connection, latest, context) if latest else "",
        flaw=(latest.options or {}).get("flaw", "") if latest else "",
        barcode=item_barcodes.latest(connection, latest.id) if latest else "",
        looked=holdings.of_request(connection, request.id),
    )


def _ahead(
    connection: Connection, attempts: Sequence[Transaction], context: Context | None
) -> tuple[NextTimer, ...]:
    if context is None or not pending_timers.may_be_outdated(connection, attempts, context):
        return pending_timers.of_attempts(connection, attempts)
    from mailproc.office.queries import upcoming  # here: lists of many requests need it not

    return upcoming.of_attempts(connection, context, attempts)


def _review(connection: Connection, request: StoredRequest, context: Context | None) -> Review | None:
    submission = submissions.load(connection, request.id)
    return reviews.shown(connection, request, submission, context) if submission is not None else None


def _unsent(
    request: StoredRequest, need: Need, reader: dict[str, str] | None, review: Review | None
) -> RequestLine:
    """Return the line of a request without an attempt."""
    if review is None:
        return unsent(request, need, (reader or {}).get("name") or request.patron_id or "")
    named = review.reader.get("name") or review.patron_id
    return unsent(request, need, named, review.partner, review.their_number)


def _reader_due(connection: Connection, latest: Transaction, context: Context) -> date | None:
    if latest.role is not Role.REQUESTER or (latest.options or {}).get("flaw") == WRONG:
        return None  # its reader never gets a wrong item
    standing = reader_standing.of(connection, latest, context)
    if latest.state is not State.RECALL:
        return standing.due_on
    if not standing.has:
        return None  # it is at our desk, so the reader was asked for nothing
    return item_received.recalled_by(connection, latest.id, latest.state, standing.due_on, context)


def _ways(
    connection: Connection, why: Sequence[str], attempts: Sequence[Transaction], context: Context,
    language: Language,
) -> "tuple[Suggestion, ...]":  # fmt: skip
    """Return commands for each attempt that needs attention, each once: what an earlier library has written
    is about its own attempt."""
    from mailproc.flow.prepare.suggestions import ways  # here: with it come the contracts of templates

    ours = undelivered.of_transactions(connection, [one.id for one in attempts])
    earlier = {one.id: _still(one, why) for one in attempts[:-1]}
    theirs = {reason for reasons in earlier.values() for reason in reasons}
    own = [one for one in why if one not in theirs or one in (attempts[-1].attention or ())]
    found = ways(connection, {"reasons": own, "ours": ours}, attempts[-1], context, language)
    for one in (one for one in attempts[:-1] if earlier[one.id]):
        found += ways(connection, {"reasons": earlier[one.id]}, one, context, language)
    return tuple(dict.fromkeys(found))


def _still(attempt: Transaction, why: Sequence[str]) -> list[str]:
    """Return for what an earlier attempt still needs attention, now that another library was asked."""
    return [reason for reason in why if reason in (attempt.attention or ())]


def _passed_on(transaction: Transaction) -> dict[str, str] | None:
    if not (transaction.options or {}).get(unconfirmed.ANSWERS_FROM):
        return None
    return {"to": transaction.symbol, "address": transaction.address}


def _questions(connection: Connection, transaction: Transaction, language: Language) -> Iterator[Question]:
    for row in unconfirmed.asked_in(connection, transaction):
        yield Question(f"A{row.id}", unconfirmed.question_text(row, language))


def _whereabouts(connection: Connection, row: Transaction, context: Context | None) -> str:
    if row.role is not Role.REQUESTER or row.service is not Service.LOAN or row.state not in WITH_US:
        return ""
    if said := (row.options or {}).get("whereabouts"):
        return said
    wrong = (row.options or {}).get("flaw") == WRONG
    on_shelf = not wrong and context is not None and context.config.policy.collected == "said"
    return "hold-shelf" if on_shelf and item_received.is_here(connection, row.id) else ""


ASKED = (
    "services", "keywords", "patron", "delivery", "billing", "need_before", "expiry", "level_of_service",
    "max_cost", "copyright_compliance", "place_on_hold", "note",
)  # fmt: skip
"""Fields of an ILL-Request that staff need to answer it, or to know what we have asked."""


def _asked(connection: Connection, request: StoredRequest, transaction: Transaction | None) -> dict[str, Any]:
    if request.role == Role.REQUESTER:
        ours: Mapping[str, Any] = apdu_json.to_json(new_transactions.wanted_of(request))
        reader = _patron(connection, request)
        wanted = {**ours, "patron": reader} if reader else ours
        return {name: wanted[name] for name in ASKED if name in wanted}
    if transaction is None:
        return {}
    for event in events.of_transaction(connection, transaction.id):
        if event.type == "ILL_REQUEST":
            said: Mapping[str, Any] = event.apdu or {}
            return {name: said[name] for name in ASKED if name in said}
    return {}


def _identity(transaction: Transaction) -> dict[str, str]:
    names = ("initial_requester", "tgq", "tq", "stq")
    return {name: value for name in names if (value := getattr(transaction, name))}


def _untold(
    connection: Connection, request: StoredRequest, attempts: Sequence[Transaction]
) -> tuple[Untold, ...]:
    named = request.patron_id is not None
    return tuple(letters_about.untold(connection, request.id, attempts)) if named else ()


def _patron(connection: Connection, request: StoredRequest) -> dict[str, str] | None:
    if request.patron_id is None:
        return None
    reader = patrons.load(connection, request.patron_id)
    if reader is None:
        return {"id": request.patron_id}
    names = ("id", "name", "email", "status", "pickup")
    return {name: value for name in names if (value := getattr(reader, name))}


def _actions(connection: Connection, row: Transaction, context: Context | None) -> tuple[str, ...]:
    if context is None:
        return machine.possible(row.role, row.service, row.state, row.state_before)
    from mailproc.flow.advance import undoing  # here: lists of many requests need it not

    undo = ("undo",) if undoing.may_undo(connection, row) else ()
    can = delivery_mode.possible(row, context)
    if WITHIN.keys() & set(can) and not item_received.is_here(connection, row.id):
        can = tuple(action for action in can if action not in WITHIN)  # the reader cannot have it yet
    return (*can, *undo)
