"""Begin a transaction: we ask a partner (REQUESTER), or a partner asks us (RESPONDER)."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from mailproc.config import Partner
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.matching import accounts
from mailproc.flow.matching.symbols import asked_key
from mailproc.ill import apdu_json, rota
from mailproc.ill.apdu import Delivery, IllRequest, Item, Money, Person
from mailproc.ill.status import term_word
from mailproc.ill.terms import Role, TransactionId
from mailproc.ill.transaction_state import service_of
from mailproc.protocols import registry
from mailproc.protocols.letter.protocol import LETTER
from mailproc.sentence import sentence
from mailproc.store import partner_addresses, patrons, requests, transactions
from mailproc.store.requests import NewRequest
from mailproc.store.rows import Event, StoredPatron, StoredRequest, Transaction, TransactionOptions
from mailproc.store.transactions import NewTransaction


def ask(connection: Connection, event: Event, context: Context) -> tuple[Transaction, IllRequest]:
    """Begin the next attempt of request ``event.request_id``: its transaction at IDLE, and the
    ILL-Request."""
    request = requests.load(connection, event.request_id or 0)
    attempts = transactions.of_request(connection, request.id)
    for attempt in attempts:
        if attempt.closed_at is None and not attempt.gives_way:
            raise LocalFault(
                sentence(
                    "attempt-open",
                    attempt=f"{request.number}-{attempt.attempt}",
                    partner=attempt.partner,
                    state=term_word(attempt.state),
                )
            )
    candidate = rota.next_candidate(requests.rota(connection, request.id))
    if candidate is None:
        raise LocalFault(sentence("rota-end", number=request.number))
    partner = context.partners.lender(candidate.partner)
    attempt_number = len(attempts) + 1
    theirs = str(
        (event.ref or {}).get("order_line") or ""
    )  # the partner brought it, under a number of its own
    number = registry.spoken_with(partner).number(partner, f"{request.number}-{attempt_number}")
    transaction = transactions.create(
        connection,
        NewTransaction(
            request_id=request.id,
            attempt=attempt_number,
            role=Role.REQUESTER,
            initial_requester=context.config.library.symbol,
            tgq=request.number,
            tq=str(attempt_number),
            partner=partner.symbol,
            symbol=partner.symbol,
            address=partner_addresses.address_of(connection, partner.symbol) or partner.address,
            codec=partner.codec,
            dialect=partner.dialect,
            service=request.service,
            options=_pinned(number, partner, request, theirs),
            updated_at=event.at,
        ),
    )
    transactions.refer(connection, partner.symbol, "number", number.upper(), transaction_id=transaction.id)
    if theirs:
        transactions.refer(
            connection, partner.symbol, "order_line", theirs.upper(), transaction_id=transaction.id
        )
    requests.asked(connection, request.id, candidate.position, transaction.id)
    requests.reopen(connection, request.id)
    return transaction, order_to(connection, context, partner, request)


def order_to(
    connection: Connection, context: Context, partner: Partner | None, request: StoredRequest
) -> IllRequest:
    """Return the order of a request to ``partner``: without an address it goes to our own.

    A library with which we have an account knows where we are.
    """
    wanted = wanted_of(request, patrons.load(connection, request.patron_id))
    if wanted.delivery is not None or context.our_postal is None or (partner and accounts.ours(partner)):
        return wanted
    return replace(wanted, delivery=Delivery(postal=context.our_postal))


def _pinned(number: str, partner: Partner, request: StoredRequest, theirs: str) -> TransactionOptions:
    """Return the order's number and customer code: later messages about the order use the same."""
    chosen = accounts.choose(partner, request.service, request.account)
    pinned = TransactionOptions(number=number, order_line=theirs) if theirs else {"number": number}
    if chosen:
        pinned["account"] = chosen.customer_code
    return pinned


def accept(connection: Connection, event: Event, wanted: IllRequest, context: Context) -> Transaction:
    """Record a partner's new order: a request L… and its transaction at IDLE.

    The key is the transaction id on the wire; for a protocol without one, the partner's symbol, the request
    number and the customer code. It belongs to this partner: if another partner uses the same id, whomever it
    names as the initial requester, that opens a transaction of its own. An order that staff entered without a
    number has ours.
    """
    partner = context.partners.known(event.partner)
    service = service_of(wanted.services).name
    request_id, number = _ordered(connection, event, wanted, service)
    key = asked_key(wanted, partner.symbol, context)
    codec, dialect = partner.codec, partner.dialect
    if event.cause == "staff" and (not key.tgq or event.request_id):  # their system knows nothing of it
        codec, dialect = LETTER.name, ""
    if event.cause == "staff":
        key = _key_by_hand(connection, key, partner.symbol, number)
    return transactions.create(
        connection,
        NewTransaction(
            request_id=request_id,
            attempt=1,
            role=Role.RESPONDER,
            initial_requester=key.initial_requester,
            tgq=key.tgq,
            tq=key.tq,
            stq=key.stq,
            opened_by=partner.symbol,
            partner=partner.symbol,
            symbol=partner.symbol,
            address=partner_addresses.address_of(connection, partner.symbol) or partner.address,
            codec=codec,
            dialect=dialect,
            service=service,
            options=_names_on_the_wire(wanted) or {"number": number},
            updated_at=event.at,
        ),
    )


def _ordered(connection: Connection, event: Event, wanted: IllRequest, service: str) -> tuple[int, str]:
    """Write the request of an order; return its id and number. One that was submitted has its row."""
    row = NewRequest(
        role=Role.RESPONDER,
        service=service,
        item=apdu_json.value_to_json(wanted.item),
        title=_title(wanted.item),
        author=wanted.item.article_author or wanted.item.author or "",
        created_at=event.at,
        delivery=apdu_json.value_to_json(wanted.delivery),
        need_before_on=wanted.need_before,
        max_cost=apdu_json.value_to_json(wanted.max_cost),
        keywords=list(wanted.keywords) or None,
        note=wanted.note or "",
    )
    if event.request_id is None:
        return requests.create(connection, row)
    requests.rewrite(connection, event.request_id, row)
    return event.request_id, requests.number_of(connection, event.request_id)


def _key_by_hand(connection: Connection, key: TransactionId, partner: str, number: str) -> TransactionId:
    """Return the key of an order that staff entered. ``number``: ours, which tells two of one name apart."""
    if not key.tgq:
        return TransactionId(partner, number)
    taken = transactions.by_key(connection, Role.RESPONDER, partner, key) is not None
    return replace(key, stq=number) if taken else key


def _names_on_the_wire(wanted: IllRequest) -> TransactionOptions | None:
    """Return the names as the borrower spells them; our answers use its spelling."""
    if wanted.transaction is None:
        ref = wanted.ref
        more: TransactionOptions = {"order_line": ref.order_line} if ref and ref.order_line else {}
        return {"number": ref.number, **more} if ref else None
    said = {
        "initial_requester": wanted.transaction.initial_requester,
        "requester": wanted.requester or "",
        "responder": wanted.responder or "",
    }
    return {"wire": said}


def wanted_of(request: StoredRequest, reader: StoredPatron | None = None) -> IllRequest:
    """Return the ILL-Request of a request row.

    Another library's system is told the card number and the status of ``reader``: it needs a word by which we
    know whom the item is for. People are told them, and the name, only where ``[partner.letter] name_reader``
    says so.
    """
    value, more = apdu_json.value_from_json, request.more or {}
    services = (request.service,)
    return IllRequest(
        services=services,
        item=value(Item, request.item or {}, "item"),
        patron=_person(request.patron_id, reader),
        delivery=_optional(Delivery, request.delivery, "delivery"),
        need_before=request.need_before_on,
        max_cost=_optional(Money, request.max_cost, "max_cost"),
        keywords=tuple(request.keywords or ()),
        note=request.note or None,
        expiry=_optional(date, more.get("expiry"), "expiry"),
        level_of_service=more.get("level_of_service"),
        place_on_hold=more.get("place_on_hold"),
        billing=_optional(Delivery, more.get("billing"), "billing"),
        copyright_compliance=more.get("copyright_compliance")
        or ("declared" if request.copyright_declared else None),
    )


def _person(patron_id: str | None, reader: StoredPatron | None) -> Person | None:
    if not patron_id:
        return None
    return Person(id=patron_id, status=(reader.status or None) if reader else None)


def _optional(cls: type, value: Any, where: str) -> Any:
    return None if value is None else apdu_json.value_from_json(cls, value, where)


def _title(item: Item) -> str:
    """Return the title for lists: of an article its own, not the journal's, as for our own requests."""
    return item.article_title or item.title or (item.lines[0] if item.lines else "")
