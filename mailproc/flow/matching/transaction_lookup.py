"""Find the transaction that an event belongs to, by identity and reference, never by similarity."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault, RemoteFault
from mailproc.flow.context import Context
from mailproc.flow.matching import new_transactions, symbols
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, IllRequest
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.addresses import ascii_lower
from mailproc.sentence import Sentence, sentence
from mailproc.store import earlier_messages, events, transactions
from mailproc.store.rows import Event, Transaction


@dataclass(frozen=True)
class Placed:
    """The event's transaction and APDU. ``cancels``: Cancels that came before the request that begins it."""

    transaction: Transaction
    apdu: Apdu | None
    cancels: Sequence[Event] = ()


def place(connection: Connection, event: Event, apdu: Apdu | None, context: Context) -> Placed:
    """Return the event's transaction, and begin it if the event begins one.

    Raise LocalFault or RemoteFault if there is none.
    """
    if event.transaction_id is not None:
        return Placed(transactions.load(connection, event.transaction_id), apdu)
    if event.type == "request":
        return Placed(*new_transactions.ask(connection, event, context))
    if event.cause == "staff" and isinstance(
        apdu, IllRequest
    ):  # a partner asked by telephone, post or portal
        return Placed(new_transactions.accept(connection, event, apdu, context), apdu)
    if apdu is None:
        raise LocalFault(sentence("no-transaction", event=f"E{event.id}"))
    listener = (event.facts or {}).get("listener")
    known = find(connection, event.partner, apdu, context, Role[listener] if listener else None)
    if known is not None:
        return Placed(known, apdu)
    if isinstance(apdu, IllRequest):
        _not_our_own(event.partner, apdu, context)
        early = _early_messages(connection, event.partner, apdu, context)
        transaction = new_transactions.accept(connection, event, apdu, context)
        for other in early:
            if other.type != "CANCEL":
                events.todo_again(connection, other, transaction.id)
        return Placed(transaction, apdu, [one for one in early if one.type == "CANCEL"])
    raise RemoteFault(unmatched(connection, event.partner, apdu, context))


def process_early_messages(connection: Connection, partner: str, apdu: Apdu, transaction_id: int) -> None:
    """Process what ``partner`` sent too early about the transaction in which it may now speak."""
    for row in waiting(connection, partner, apdu):
        said = apdu_json.from_json(row.apdu or {})
        if said.transaction == apdu.transaction:
            events.todo_again(connection, row, transaction_id)


def waiting(connection: Connection, partner: str, apdu: Apdu) -> list[Event]:
    """Return ``partner``'s messages about a transaction that is not here yet, named as ``apdu`` names it.

    They are few: ``earlier_messages.unplaced`` bounds them.
    """
    rows = earlier_messages.unplaced(connection, partner, apdu_json.to_json(apdu))
    return [row for row in rows if not (row.facts or {}).get(events.WITHHELD)]


def unmatched(connection: Connection, partner: str, apdu: Apdu, context: Context) -> Sentence:
    """Return why no transaction matches; a known number from the wrong partner is reported as that."""
    key = symbols.asked_key(apdu, partner, context)
    owner = transactions.asked_by(connection, key.tgq)
    if owner and owner != partner:
        return sentence("asked-by-another", message=name_of(apdu), owner=owner, partner=partner)
    asked = _in_part(connection, partner, apdu, Role.REQUESTER, context)
    if asked is not None and not _may_speak(asked, partner):
        number = f"{asked.tgq}-{asked.tq}"
        said = {"message": name_of(apdu), "number": number, "owner": asked.partner, "partner": partner}
        return sentence("asked-of-another", **said)
    return sentence("nothing-matches", partner=partner, message=name_of(apdu))


def name_of(apdu: Apdu) -> str:
    """Return the message's type and number for people: "SHIPPED B12-1"."""
    number = apdu.ref.number if apdu.ref else ""
    if apdu.transaction is not None:
        number = f"{apdu.transaction.tgq}/{apdu.transaction.tq}"
    return f"{apdu.type.name} {number}".strip()


def find(
    connection: Connection, partner: str, apdu: Apdu, context: Context, listener: Role | None = None
) -> Transaction | None:
    """Return the transaction that ``partner``'s APDU is about, by reference, never by similarity.

    ``listener``: our role in it, if the letter itself tells (one that we wrote to ourselves).
    """
    for role in _our_parts(apdu, context, listener):
        found = _in_part(connection, partner, apdu, role, context)
        if found is not None and _may_speak(found, partner):
            return found
    return None


def _our_parts(apdu: Apdu, context: Context, listener: Role | None) -> Sequence[Role]:
    """Return the roles that we may have in the transaction, the likelier first."""
    speaker = apdu.type.said_by
    if speaker is Role.REQUESTER:
        return (Role.RESPONDER,)
    if apdu.transaction is not None and speaker is Role.RESPONDER:
        return (Role.REQUESTER,)
    # Only a hub has both roles under one number; then a Status-Query more likely comes from the borrower.
    usual = Role.RESPONDER if apdu.type is ApduType.STATUS_QUERY else Role.REQUESTER
    likelier = listener or symbols.role_told(apdu, context) or usual
    return sorted(Role, key=lambda role: role is not likelier)


def _in_part(
    connection: Connection, partner: str, apdu: Apdu, role: Role, context: Context
) -> Transaction | None:
    if apdu.transaction is None and role is Role.REQUESTER:
        return _by_reference(connection, partner, apdu)
    for key in symbols.keys(apdu, role, partner, context):
        if (found := transactions.by_key(connection, role, partner, key)) is not None:
            return found
    return None


def _may_speak(transaction: Transaction, partner: str) -> bool:
    """Return whether ``partner`` has the request now, or had it before it was forwarded."""
    before = (transaction.options or {}).get("forwarded_by") or ()
    return partner == transaction.partner or partner in before


def _by_reference(connection: Connection, partner: str, apdu: Apdu) -> Transaction | None:
    if apdu.ref is None:
        return None
    kind, value = ("number", apdu.ref.number) if apdu.ref.number else ("order_line", apdu.ref.order_line)
    row = transactions.find(connection, partner, kind, value.upper()) if value else None
    if row is None or row.transaction_id is None:
        return None
    return transactions.load(connection, row.transaction_id)


def _not_our_own(partner: str, wanted: IllRequest, context: Context) -> None:
    """Raise RemoteFault for a request of our own that came back.

    A request that names us as the borrower was returned by an automatic reply, or went in a circle. Only a
    hub, which has itself as a partner, borrows from itself.
    """
    named = wanted.requester or (wanted.transaction.initial_requester if wanted.transaction else "")
    address = context.partners.known(partner).address
    if symbols.is_ours(named, context) and ascii_lower(address) != ascii_lower(context.config.library.email):
        raise RemoteFault(f"{name_of(wanted)}: it names us as the borrower; it is our own request, returned")


def _early_messages(
    connection: Connection, partner: str, wanted: IllRequest, context: Context
) -> list[Event]:
    """Return the shelved messages that arrived before the request ``wanted`` which they are about."""
    key = symbols.asked_key(wanted, partner, context)
    found = []
    for row in waiting(connection, partner, wanted):
        said = apdu_json.from_json(row.apdu or {})
        if row.type != "ILL_REQUEST" and symbols.asked_key(said, partner, context) == key:
            found.append(row)
    return found
