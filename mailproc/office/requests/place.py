"""Place a request of ours: it is checked, stored, and its first partner is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, cast

from sqlalchemy import Connection

from mailproc.config import Partner
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.matching import accounts
from mailproc.ill import apdu_json
from mailproc.ill.actions import AT_THE_DESK
from mailproc.ill.apdu import Delivery, Item, Money
from mailproc.ill.copyright_rules import Declaration
from mailproc.ill.holding import LookUp
from mailproc.ill.terms import Role
from mailproc.mail.addresses import is_sendable
from mailproc.notices.not_told import NOT_TOLD
from mailproc.office.acts.act_writing import ActWriting, at_once
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.catalogues import locate
from mailproc.office.patrons import live_standing, patron_details
from mailproc.office.patrons.live_standing import NOT_ASKED, LiveStanding
from mailproc.office.requests import (
    asking,
    entry_findings,
    notes,
    own_copies,
    reader_rules,
    request_checks,
    request_fields,
    rota_rules,
)
from mailproc.office.requests.entered import Entered
from mailproc.office.requests.entry_checks import NewEntry
from mailproc.office.requests.rota_rules import ProposedRota, RotaOccasion
from mailproc.sentence import Sentence, sentence
from mailproc.store import events, patrons, requests, restored
from mailproc.store.engine import Store
from mailproc.store.patrons import NamedReader
from mailproc.store.requests import NewRequest
from mailproc.store.rows import RequestExtras


@dataclass(frozen=True)
class Wanted:
    """A request from its JSON (docs/requests.md).

    ``expiry``, ``level_of_service`` (one character), ``place_on_hold`` (yes | no |
    according-to-responder-policy) and ``billing`` are fields of ISO 10161.
    """

    service: str
    item: Item
    partners: tuple[str, ...]
    patron: NamedReader | None = None
    delivery: Delivery | None = None
    need_before: date | None = None
    max_cost: Money | None = None
    note: str = ""
    keywords: tuple[str, ...] = ()
    copyright_declared: bool = False
    account: str = ""
    expiry: date | None = None
    level_of_service: str | None = None
    place_on_hold: str | None = None
    billing: Delivery | None = None
    copyright_compliance: str | None = None
    declaration: Declaration | None = None


BESIDE: Mapping[str, Any] = {
    "expiry": date,
    "level_of_service": str,
    "place_on_hold": str,
    "billing": Delivery,
    "copyright_compliance": str,
    "declaration": Declaration,
}
KNOWN = tuple(field.name for field in fields(Wanted))
API = "api"
"""The door of other systems: they pass on what anybody has typed."""
BORROWER = "borrower"
"""The value of the field "as" in a request of ours; "lender": a partner asks us (``lend``)."""
PATRON = tuple(field.name for field in fields(NamedReader))


def read(value: Any, partners: Sequence[str] = ()) -> Wanted:
    """Read a request from ``value`` (JSON); ``partners`` replaces the rota in it.

    Without partners the rules of config.toml make the rota. Raise LocalFault that names the field that is
    wrong, unknown or missing.
    """
    value = request_fields.of_object(value, ("as", *KNOWN))
    service, item = request_fields.service(value), request_fields.item(value)
    rota = tuple(partners) or request_fields.texts(value, "partners")
    return Wanted(
        service=service,
        item=item,
        partners=rota,
        patron=_patron(value.get("patron")),
        delivery=request_fields.optional(Delivery, value, "delivery"),
        need_before=request_fields.optional(date, value, "need_before"),
        max_cost=request_fields.optional(Money, value, "max_cost"),
        note=request_fields.text(value, "note"),
        keywords=request_fields.texts(value, "keywords"),
        copyright_declared=request_fields.optional(bool, value, "copyright_declared") is True,
        account=request_fields.text(value, "account"),
        **{name: request_fields.optional(hint, value, name) for name, hint in BESIDE.items()},
    )


def place(
    store: Store,
    context: Context,
    wanted: Wanted,
    by: str = "",
    *,
    anyway: bool = False,
    dry_run: bool = False,
    door: str = "cli",
    once: str = "",
    write: ActWriting = at_once,
) -> Entered:
    """Store the request and ask the first partner; with ``dry_run`` keep nothing.

    ``anyway``: also if it seems to be here already; ``once``: a mark that makes a double click one request.
    Raise LocalFault if a partner is unknown or does not lend, none has the account named, an address is
    invalid, several readers have the barcode named, or a check refuses it (``entry_checks``).
    """
    wanted, live = standing(store, context, checked(wanted, context))
    if wanted.partners:
        lenders_of(wanted, context)
    looked = locate.at_entry(store, context, wanted.item)

    def job(connection: Connection) -> Entered:
        if (known := entered_before(connection, once)) is not None:
            return known
        return enter(
            connection, context, wanted, by, live=live, looked=looked, anyway=anyway, door=door, once=once
        )

    return (foreseen if dry_run else write)(store, job)


def entered_before(connection: Connection, once: str) -> Entered | None:
    """Return the request that a double click has already made; None if there is none."""
    known = events.known_once(connection, once)
    event = events.load(connection, known) if known is not None else None
    if event is None or event.request_id is None:
        return None
    return Entered(requests.number_of(connection, event.request_id), event.partner or "")


def checked(wanted: Wanted, context: Context) -> Wanted:
    """Return the request with its declaration whole. Raise LocalFault for an invalid address or day."""
    for name, where in (("delivery", wanted.delivery), ("billing", wanted.billing)):
        request_checks.check_delivery(name, where)
    return replace(wanted, declaration=request_checks.checked(wanted.declaration, context))


def enter(
    connection: Connection, context: Context, wanted: Wanted, by: str, *,
    live: LiveStanding = NOT_ASKED, looked: Sequence[LookUp] = (), anyway: bool = False,
    request_id: int | None = None, door: str = "cli", once: str = "",
) -> Entered:  # fmt: skip
    """Check the request, store it and ask the first partner. ``request_id``: it waits there for that.

    ``live``: what the library system says of the reader; ``looked``: what catalogues say of the item. Raise
    LocalFault as ``place`` does.
    """
    rota = ProposedRota()
    if not wanted.partners:
        rota = rota_rules.propose(connection, context, occasion(connection, wanted, looked))
        wanted = replace(wanted, partners=rota.symbols)
    lenders = lenders_of(wanted, context)
    entry = entry_of(wanted, lenders, live, looked)
    by_hand = door == AT_THE_DESK and request_id is None  # what a reader wished was reviewed
    warnings = entry_findings.check(entry, connection, context, anyway=anyway, asks=by_hand)
    if restored.standing(connection) is not None:
        warnings = (*warnings, sentence("entered-while-held"))
    facts = live.facts
    by_staff = door in (AT_THE_DESK, "cli") and request_id is None
    if wanted.patron and patrons.keep(connection, wanted.patron, corrects=door != API, by_staff=by_staff):
        warnings = (*warnings, sentence("entered-address-stays"))
        facts = facts if by_staff else {**(facts or {}), "address_differs": True}  # nobody reads a warning
    request_id, number = _stored(connection, context, wanted, request_id)
    requests.add_candidates(connection, request_id, [lender.symbol for lender in lenders])
    locate.keep(connection, request_id, looked)
    asked = asking.ask(connection, context, request_id, by, facts, door=door, once=once)
    _note_overrides(connection, context, number, warnings, by, door)
    if rota.lenders:
        warnings = (*warnings, rota.told)
        notes.say(connection, context, number, rota.told, by, by_rule=True)
    lost = tuple(one for one in asked.words if isinstance(one, Sentence) and one.code == NOT_TOLD)
    return Entered(number, lenders[0].symbol, (*warnings, *lost))


def occasion(connection: Connection, wanted: Wanted, looked: Sequence[LookUp]) -> RotaOccasion:
    """Return what a rule about whom to ask looks at."""
    reader = wanted.patron
    category = reader_rules.category(connection, reader.id, reader.status) if reader else ""
    return RotaOccasion(wanted.service, wanted.item, category, wanted.max_cost, looked)


def lenders_of(wanted: Wanted, context: Context) -> list[Partner]:
    """Return whom we ask. Raise LocalFault if one is unknown or does not lend, or none has the account."""
    lenders = [context.partners.lender(symbol) for symbol in wanted.partners]
    if wanted.account and not any(accounts.named(lender, wanted.account) for lender in lenders):
        names = ", ".join(accounts.shown(one) for lender in lenders for one in accounts.ours(lender))
        raise LocalFault(sentence("account-unknown", account=wanted.account, known=names))
    return lenders


def entry_of(
    wanted: Wanted, lenders: Sequence[Partner], live: LiveStanding, looked: Sequence[LookUp]
) -> NewEntry:
    """Return the request as the checks take it."""
    return NewEntry(
        role=Role.REQUESTER,
        service=wanted.service,
        item=wanted.item,
        partners=lenders,
        patron_id=wanted.patron.id if wanted.patron else "",
        category=wanted.patron.status if wanted.patron else "",
        delivery=wanted.delivery,
        need_before=wanted.need_before,
        expiry=wanted.expiry,
        max_cost=wanted.max_cost,
        copyright_compliance=wanted.copyright_compliance,
        declaration=wanted.declaration,
        live=live,
        looked=looked,
    )


def standing(store: Store, context: Context, wanted: Wanted) -> tuple[Wanted, LiveStanding]:
    """Return the request with what is known of its reader, and what the library system says now.

    The reader gets the id that the store has: staff may have scanned the barcode.
    """
    reader = wanted.patron
    if reader is None:
        return wanted, NOT_ASKED
    with store.read() as connection:
        known = patron_details.by_number(connection, reader.id)
    live = live_standing.at_entry(context, known, reader.id)
    named = replace(reader, id=known.id) if known is not None else reader
    return replace(wanted, patron=live_standing.completed(named, known, live)), live


def _stored(
    connection: Connection, context: Context, wanted: Wanted, request_id: int | None
) -> tuple[int, str]:
    """Write the request, or what is said of one that was submitted; return its id and its number."""
    item = wanted.item
    row = NewRequest(
        role=Role.REQUESTER,
        service=wanted.service,
        item=apdu_json.value_to_json(item),
        title=item.article_title or item.title or "",
        author=item.article_author or item.author or "",
        created_at=context.clock(),
        patron_id=wanted.patron.id if wanted.patron else None,
        delivery=apdu_json.value_to_json(wanted.delivery),
        need_before_on=wanted.need_before,
        max_cost=apdu_json.value_to_json(wanted.max_cost),
        keywords=list(wanted.keywords) or None,
        note=wanted.note,
        copyright_declared=wanted.copyright_declared or wanted.declaration is not None,
        more=_beside(wanted),
        account=wanted.account,
    )
    if request_id is None:
        return requests.create(connection, row)
    requests.rewrite(connection, request_id, row)
    return request_id, requests.number_of(connection, request_id)


def _note_overrides(
    connection: Connection, context: Context, number: str, warnings: Sequence[Sentence], by: str, door: str
) -> None:
    """Note which rule staff have set aside: it stands in the history and in lists."""
    for said in warnings:
        if said.code in (*reader_rules.RULES, own_copies.HELD):
            why = notes.without_reader(said)
            notes.say(connection, context, number, sentence("placed-anyway", why=why), by, door=door)


def _beside(wanted: Wanted) -> RequestExtras | None:
    said = {name: apdu_json.value_to_json(getattr(wanted, name)) for name in BESIDE}
    return cast(RequestExtras, {name: value for name, value in said.items() if value is not None}) or None


def _patron(value: Any) -> NamedReader | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or not (patron_id := str(value.get("id") or "").strip()):
        raise LocalFault(sentence("patron-no-id"))
    if not patron_id.isprintable():
        raise LocalFault(sentence("patron-id-signs"))
    for key in value:
        if key not in PATRON:
            raise LocalFault(sentence("patron-unknown-field", name=key, known=", ".join(PATRON)))
    said = {name: str(value.get(name) or "") for name in PATRON}
    if said["email"] and not is_sendable(said["email"]):
        raise LocalFault(sentence("patron-email", given=said["email"][:80]))
    return NamedReader(**said | {"id": patron_id})
