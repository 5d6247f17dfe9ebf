"""Say what would become of a letter that could not be placed, if staff attached or released it.

Nothing is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypedDict, cast

from sqlalchemy import Connection

from mailproc.errors import LocalFault, RemoteFault
from mailproc.flow.advance import steps
from mailproc.flow.case import Case
from mailproc.flow.context import Context
from mailproc.flow.intake import station as intake
from mailproc.flow.matching import transaction_lookup
from mailproc.flow.reading.inbox_reading import read
from mailproc.flow.reading.letter_reading import RELEASED, LetterReading
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, IllRequest
from mailproc.ill.effects import AskStaff, Effect, Notify, Send
from mailproc.ill.event_names import spoken
from mailproc.ill.facts import Facts
from mailproc.ill.status import RequestStatus, status
from mailproc.ill.terms import Role
from mailproc.log import following
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.mailroom import attaching, incoming, on_shelf
from mailproc.office.mailroom.attaching import AttachedLetter
from mailproc.office.mailroom.incoming import LetterRelease
from mailproc.office.queries.letters import parsed
from mailproc.sentence import Note, Part, note
from mailproc.store import events, letter_effects, letters, requests, transactions
from mailproc.store.engine import Store
from mailproc.store.rows import Event, Transaction

MOST = 20
"""Messages of one letter that are foreseen; the others are counted."""


class _Follows(TypedDict):
    asks: tuple[str, ...]
    notices: tuple[str, ...]
    answers: bool


@dataclass(frozen=True)
class Foreseen:
    """What would become of a request. ``moves``: its status changes; ``due``: a new due date, None if it has
    none or keeps it. ``asks``: reasons for which it would need attention; ``notices``: what its reader would
    be told; ``answers``: something would go to the partner."""

    number: str
    role: Role
    moves: bool
    status: RequestStatus
    due: date | None = None
    asks: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    answers: bool = False


@dataclass(frozen=True)
class ForeseenRelease:
    """``requests``: what would become of each, at most ``MOST``, of ``count`` messages. ``stays``: why it
    would lie on the shelf all the same, empty if not; ``begins``: new requests that it would bring."""

    requests: tuple[Foreseen, ...] = ()
    count: int = 0
    stays: Note = field(default_factory=Note)
    begins: int = 0


def of_attaching(
    connection: Connection,
    context: Context,
    letter_id: str,
    letter: AttachedLetter | None,
    transaction: Transaction,
) -> Foreseen:
    """Return what would become of the request. Raise LocalFault and RemoteFault as the act itself would."""
    event = attaching.meant(connection, context, letter_id, letter, transaction)
    return _foreseen(connection, context, event, transaction)


def of_release(store: Store, context: Context, letter_id: str, partner: str = "") -> ForeseenRelease:
    """Return what would happen. Raise as ``incoming.release``."""
    kind, number = parsed(letter_id)
    if kind == "E":
        with store.read() as connection:
            return _of_message(connection, context, number)
    return _of_letter(store, context, number, partner)


def _foreseen(connection: Connection, context: Context, event: Event, transaction: Transaction) -> Foreseen:
    apdu = apdu_json.from_json(event.apdu) if event.apdu else None
    before = steps.state_of(transaction)
    decided = steps.decide(Case(connection, transaction, before, context), event, apdu)
    after = decided.taken.after
    moved = spoken(event.type, event.apdu)
    return Foreseen(
        number=requests.load(connection, transaction.request_id).number,
        role=transaction.role,
        moves=after.state is not before.state or after.promise != before.promise,
        status=status(after.state, promise=after.promise, moved=moved, apdu=event.apdu),
        due=after.due_on if after.due_on != before.due_on else None,
        **_follows(decided.effects),
    )


def _follows(effects: Sequence[Effect]) -> _Follows:
    return {
        "asks": tuple(str(one.reason) for one in effects if isinstance(one, AskStaff)),
        "notices": tuple(one.notice for one in effects if isinstance(one, Notify)),
        "answers": any(isinstance(one, Send) for one in effects),
    }


def _of_message(connection: Connection, context: Context, event_id: int) -> ForeseenRelease:
    event = on_shelf.message(connection, event_id)
    kept = {name: value for name, value in (event.facts or {}).items() if name != events.WITHHELD}
    return _of_events(connection, context, [replace(event, facts=cast(Facts, kept) or None)])


def _of_letter(store: Store, context: Context, inbox_id: int, partner: str) -> ForeseenRelease:
    """Read the letter as it would be read, before the store is held; then settle it, and undo that."""
    release = incoming.release_of(store, context, inbox_id, partner)
    with store.read() as connection:
        symbol, _ = release.vouched(connection)
        row = letters.load(connection, inbox_id)
    if row is None:
        raise LookupError(f"I{inbox_id} has gone")
    vouched = replace(row, proof=RELEASED, partner=symbol)
    reading = read(vouched, context, lambda _name: None)  # no DNS query: staff vouch for it
    foreseen_of = foreseen(store, lambda connection: _settled(connection, release, _begun(reading), context))
    return replace(foreseen_of, count=max(foreseen_of.count, len(reading.decoded.apdus)))


def _begun(reading: LetterReading) -> LetterReading:
    """Return the letter with its first messages: what is foreseen must not hold the store for long."""
    said = reading.decoded
    first = replace(said, apdus=said.apdus[:MOST], unsure=said.unsure[:MOST], faults=said.faults[:MOST])
    return replace(reading, decoded=first)


def _settled(
    connection: Connection, release: LetterRelease, reading: LetterReading, context: Context
) -> ForeseenRelease:
    """Return what would come of it."""
    release.write(connection)
    with following(f"I{reading.inbox_id} foreseen"):
        intake.settle(connection, reading, context)
    row = letters.record(connection, reading.inbox_id)
    if row is not None and row.state != "done":
        return ForeseenRelease(stays=note(row.last_error))
    found = letter_effects.due_of_letter(connection, reading.inbox_id, MOST + 1)
    return _of_events(connection, context, found)


def _of_events(connection: Connection, context: Context, found: Sequence[Event]) -> ForeseenRelease:
    """Return what becomes of each, as matters stand now."""
    became: list[Foreseen] = []
    stays: list[Part] = []
    begins = 0
    for event in found[:MOST]:
        apdu = apdu_json.from_json(event.apdu) if event.apdu else None
        transaction = _transaction(connection, event, apdu, context)
        try:
            if transaction is not None:
                became.append(_foreseen(connection, context, event, transaction))
            elif isinstance(apdu, IllRequest):
                begins += 1
            elif apdu is not None:
                stays.append(transaction_lookup.unmatched(connection, event.partner, apdu, context))
        except (LocalFault, RemoteFault) as fault:
            stays.append(fault.said)
    return ForeseenRelease(tuple(became), len(found), Note(*stays[:1]), begins)


def _transaction(
    connection: Connection, event: Event, apdu: Apdu | None, context: Context
) -> Transaction | None:
    if event.transaction_id is not None:
        return transactions.load(connection, event.transaction_id)
    if apdu is None:
        return None
    listener = (event.facts or {}).get("listener")
    return transaction_lookup.find(
        connection, event.partner, apdu, context, Role[listener] if listener else None
    )
