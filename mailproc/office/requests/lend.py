"""Enter an order that a partner sent by post, telephone or portal: an event ILL_REQUEST heard by staff.

Everything after it is as if the order had come by the partner's protocol.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from mailproc.config import Partner
from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.context import Context
from mailproc.flow.matching.symbols import asked_key
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Delivery, IllRequest, Money, Person
from mailproc.ill.facts import Facts
from mailproc.ill.terms import Ref, Role, Service
from mailproc.office.acts.act_writing import ActWriting, at_once
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.requests import entry_findings, place, request_checks, request_fields
from mailproc.office.requests.entered import Entered
from mailproc.office.requests.entry_checks import NewEntry
from mailproc.protocols import registry
from mailproc.sentence import sentence, stored
from mailproc.store import requests, transactions
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent

LENDER = "lender"
ASKED_BY = ("post", "phone", "portal", "mail")
LONGEST_NUMBER = 100
"""Characters of a partner's number."""
_HINTS: Mapping[str, Any] = {
    "delivery": Delivery, "billing": Delivery, "need_before": date, "expiry": date, "level_of_service": str,
    "max_cost": Money, "copyright_compliance": str, "place_on_hold": str, "patron": Person,
}  # fmt: skip
KNOWN = (
    "as", "service", "item", "partners", "their_number", "asked_by", "asked_on", *_HINTS, "note", "keywords",
)  # fmt: skip
"""Fields of such an order (docs/requests.md)."""


@dataclass(frozen=True)
class HandedOrder:
    """``partner``: the symbol of who asks. ``their_number``: '' for none. ``asked_on``: None for today."""

    partner: str
    order: IllRequest
    their_number: str = ""
    asked_by: str = ASKED_BY[0]
    asked_on: date | None = None


def read(value: Any, partners: Sequence[str] = ()) -> HandedOrder:
    """Read an order from ``value`` (JSON); ``partners`` replaces the one in it.

    Raise LocalFault that names the field that is wrong, unknown or missing.
    """
    value = request_fields.of_object(value, KNOWN)
    who = tuple(partners) or request_fields.texts(value, "partners")
    if len(who) != 1:
        raise LocalFault(sentence("lender-one-partner"))
    asked_by = request_fields.text(value, "asked_by") or ASKED_BY[0]
    if asked_by not in ASKED_BY:
        raise LocalFault(sentence("asked-by-one-of", known=", ".join(ASKED_BY)))
    return HandedOrder(
        partner=who[0],
        order=IllRequest(
            services=(Service[request_fields.service(value)],),
            item=request_fields.item(value),
            keywords=request_fields.texts(value, "keywords"),
            note=request_fields.text(value, "note") or None,
            **{name: request_fields.optional(hint, value, name) for name, hint in _HINTS.items()},
        ),
        their_number=_number(request_fields.text(value, "their_number")),
        asked_by=asked_by,
        asked_on=request_fields.optional(date, value, "asked_on"),
    )


def _number(text: str) -> str:
    number = text.strip()
    if len(number) > LONGEST_NUMBER or not number.isprintable():
        raise LocalFault(sentence("their-number-signs", most=LONGEST_NUMBER))
    return " ".join(number.split())


def enter(
    store: Store, context: Context, wanted: HandedOrder, by: str = "", *,
    anyway: bool = False, dry_run: bool = False, door: str = "cli", once: str = "",
    write: ActWriting = at_once,
) -> Entered:  # fmt: skip
    """Store the order as a request of theirs in process; with ``dry_run`` keep nothing.

    ``anyway``: also if this partner has sent an order of this number before; ``once``: a mark that makes a
    double click one request. Raise LocalFault if the partner
    is unknown or does not borrow, a day is impossible, an address is invalid, or the number is known.
    """

    def job(connection: Connection) -> Entered:
        if (known := place.entered_before(connection, once)) is not None:
            return known
        return entered(connection, context, wanted, by, anyway=anyway, door=door, once=once)

    return (foreseen if dry_run else write)(store, job)


def entered(
    connection: Connection, context: Context, wanted: HandedOrder, by: str = "", *,
    anyway: bool = False, request_id: int | None = None, door: str = "cli", once: str = "",
) -> Entered:  # fmt: skip
    """Do the same on a connection. ``request_id``: the request waits there for that.

    Raise LocalFault as ``enter`` does.
    """
    partner = context.partners.borrower(wanted.partner)
    if wanted.asked_on is not None and wanted.asked_on > context.today():
        raise LocalFault(sentence("asked-on-to-come", day=wanted.asked_on, today=context.today()))
    for name, where in (("delivery", wanted.order.delivery), ("billing", wanted.order.billing)):
        request_checks.check_delivery(name, where)
    order = _named(wanted, partner)
    warnings = entry_findings.check(
        _entry(context, partner, order, wanted), connection, context, anyway=anyway
    )
    event = replace(
        _event(context, wanted, partner, order, by), request_id=request_id, door=door, once=once or None
    )
    outcome = steps.begin(connection, event, context)
    transaction = transactions.load(connection, outcome.transaction_id or 0)
    return Entered(requests.number_of(connection, transaction.request_id), partner.symbol, warnings)


def findings(
    connection: Connection, context: Context, wanted: HandedOrder
) -> tuple[entry_findings.EntryFinding, ...]:
    """Return what the checks find of it. Raise LocalFault as ``enter`` does."""
    partner = context.partners.borrower(wanted.partner)
    entry = _entry(context, partner, _named(wanted, partner), wanted)
    return entry_findings.found(entry, connection, context)


def _named(wanted: HandedOrder, partner: Partner) -> IllRequest:
    """Return the order with their number as their protocol writes it."""
    if not wanted.their_number:
        return wanted.order
    name = registry.spoken_with(partner).named(partner, wanted.their_number)
    if isinstance(name, Ref):
        return replace(wanted.order, ref=name)
    return replace(wanted.order, transaction=name)


def _entry(context: Context, partner: Partner, order: IllRequest, wanted: HandedOrder) -> NewEntry:
    return NewEntry(
        role=Role.RESPONDER,
        service=order.services[0].name,
        item=order.item,
        partners=[partner],
        delivery=order.delivery,
        need_before=order.need_before,
        expiry=order.expiry,
        max_cost=order.max_cost,
        named=asked_key(order, partner.symbol, context) if wanted.their_number else None,
        their_number=wanted.their_number,
    )


def _event(context: Context, wanted: HandedOrder, partner: Partner, order: IllRequest, by: str) -> NewEvent:
    asked_on = wanted.asked_on or context.today()
    how = sentence("order-entered", day=asked_on, number=wanted.their_number or "–")
    facts: Facts = {"text": str(how), "why": stored(how)}
    if asked_on < context.today():
        facts["asked_on"] = asked_on.isoformat()
    return NewEvent(
        cause="staff",
        type=order.type.name,
        at=context.clock(),
        apdu=apdu_json.to_json(order),
        ref=apdu_json.value_to_json(order.ref),
        facts=facts,
        actor=by,
        heard_by=wanted.asked_by,
        partner=partner.symbol,
    )
