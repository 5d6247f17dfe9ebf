"""Transactions, their history and the strings that name them. Only ``flow.advance.steps`` moves one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, text

from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.terms import Role, State, TransactionId
from mailproc.store import find as finding
from mailproc.store import taken_back
from mailproc.store.prepared_statements import Constant, made, table_of, update_of
from mailproc.store.rows import Reference, Transaction, TransactionOptions
from mailproc.store.tables import EventRow, HistoryRow, ReferenceRow, RequestRow, TransactionRow
from mailproc.store.taken_back import UNDO
from mailproc.store.text import storable

TRANSACTION = table_of(TransactionRow)
REFERENCE = table_of(ReferenceRow)


@dataclass(frozen=True, kw_only=True)
class NewTransaction:
    """One attempt at one library, at IDLE; codec, dialect, address and symbol are pinned here.

    ``opened_by``: where we lend, the proven partner whose request it is; '' where we borrow.
    """

    request_id: int
    attempt: int
    role: str
    initial_requester: str
    tgq: str
    tq: str
    stq: str = ""
    opened_by: str = ""
    partner: str
    symbol: str
    address: str
    codec: str
    dialect: str = ""
    service: str
    updated_at: datetime
    state: str = "IDLE"
    state_before: str = ""
    options: TransactionOptions | None = None
    last_service_at: str = ""
    moved_event_id: int = 0
    version: int = 0


_CHANGED = (
    "service", "state", "state_before", "promise", "due_on", "renewable", "options",
    "last_service_at", "attention", "attention_since", "moved_event_id", "closed_at", "updated_at", "version",
)  # fmt: skip
_NEW: dict[str, Any] = {name: bindparam(name) for name in NewTransaction.__dataclass_fields__}
_ADD = Constant(TRANSACTION.insert().values(_NEW).returning(*TRANSACTION.c), Transaction)
_SAVE = Constant(update_of(TransactionRow, _CHANGED))
_ENDS = ("partner", "symbol", "address", "dialect")
_READDRESS = Constant(update_of(TransactionRow, _ENDS))
_LOAD = Constant(select(TRANSACTION).where(TRANSACTION.c.id == bindparam("transaction_id")), Transaction)
_ORDER_LINES = Constant(
    select(REFERENCE.c.value)
    .where(text("kind = 'order_line'"), REFERENCE.c.transaction_id == bindparam("transaction_id"))
    .order_by(REFERENCE.c.value)
)
_NAMED = (
    TRANSACTION.c.role == bindparam("role"),
    TRANSACTION.c.initial_requester == bindparam("initial_requester"),
    TRANSACTION.c.tgq == bindparam("tgq"),
    TRANSACTION.c.tq == bindparam("tq"),
    TRANSACTION.c.stq == bindparam("stq"),
)
_BY_KEY = Constant(
    select(TRANSACTION).where(*_NAMED, TRANSACTION.c.opened_by == bindparam("opened_by")), Transaction
)
_BY_NAME = Constant(select(TRANSACTION.c.id).where(*_NAMED).limit(1))
_OF_REQUEST = Constant(
    select(TRANSACTION)
    .where(TRANSACTION.c.request_id == bindparam("request_id"))
    .order_by(TRANSACTION.c.attempt),
    Transaction,
)
_STEPS = table_of(HistoryRow)
_EVENT = table_of(EventRow)
_LAST_NOTE = Constant(
    select(_STEPS.c.note)
    .select_from(_STEPS.join(_EVENT, _EVENT.c.id == _STEPS.c.event_id))
    .where(
        _STEPS.c.transaction_id == bindparam("transaction_id"),
        _STEPS.c.event == "note",
        _EVENT.c.cause == "staff",
    )
    .order_by(_STEPS.c.id.desc())
    .limit(1)
)
_ENTERED = Constant(
    select(_EVENT.c.type, _EVENT.c.apdu)
    .select_from(_STEPS.join(_EVENT, _EVENT.c.id == _STEPS.c.event_id))
    .where(
        _STEPS.c.transaction_id == bindparam("transaction_id"),
        _STEPS.c.to_state == bindparam("state"),
        _STEPS.c.from_state != _STEPS.c.to_state,
        _EVENT.c.type != UNDO,
        taken_back.stands(),
    )
    .order_by(_STEPS.c.id.desc())
    .limit(1)
)
_SAID = ("transaction_id", "event_id", "at", "event", "from_state", "to_state", "note")
_REQUEST = table_of(RequestRow)
_OF_NUMBER = Constant(
    select(TRANSACTION)
    .join(_REQUEST, _REQUEST.c.id == TRANSACTION.c.request_id)
    .where(_REQUEST.c.number == bindparam("number"))
    .order_by(TRANSACTION.c.attempt),
    Transaction,
)
_HISTORY = Constant(_STEPS.insert().values({name: bindparam(name) for name in _SAID}))
_LED_TO = select(_STEPS.c.to_state).where(_STEPS.c.event_id == bindparam("event_id")).limit(1)
_PUT = Constant(
    text(
        "INSERT INTO reference (partner, kind, value, transaction_id, outgoing_id)"
        " VALUES (:partner, :kind, :value, :transaction_id, :outgoing_id)"
        " ON CONFLICT (partner, kind, value) DO NOTHING"
    )
)
_FIND = Constant(
    select(REFERENCE).where(
        REFERENCE.c.partner == bindparam("partner"),
        REFERENCE.c.kind == bindparam("kind"),
        REFERENCE.c.value == bindparam("value"),
    ),
    Reference,
)

AT_ONCE = 1000
"""Values in one statement, which databases limit."""
_OWNERS = select(REFERENCE.c.value, REFERENCE.c.partner).where(
    REFERENCE.c.kind == bindparam("kind"), REFERENCE.c.value.in_(bindparam("values", expanding=True))
)


def create(connection: Connection, transaction: NewTransaction) -> Transaction:
    """Write the transaction; return its row."""
    row = _ADD.one(connection, vars(transaction))
    finding.keep(connection, transaction.request_id)
    return row


def load(connection: Connection, transaction_id: int) -> Transaction:
    return _LOAD.one(connection, {"transaction_id": transaction_id})


def by_key(connection: Connection, role: Role, opened_by: str, named: TransactionId) -> Transaction | None:
    """Return the transaction with this identity; the requester's symbol is in its configured spelling.

    ``opened_by``: where we lend, the partner that opened it; ignored where we borrow.
    """
    opener = opened_by if role is Role.RESPONDER else ""
    return _BY_KEY.row(connection, _named(role, named) | {"opened_by": opener})


def is_known(connection: Connection, role: Role, named: TransactionId) -> bool:
    """Return whether such a transaction exists, opened by any partner."""
    return _BY_NAME.scalar(connection, _named(role, named)) is not None


def _named(role: Role, named: TransactionId) -> dict[str, str]:
    return {
        "role": role,
        "initial_requester": named.initial_requester,
        "tgq": named.tgq,
        "tq": named.tq,
        "stq": named.stq,
    }


def of_request(connection: Connection, request_id: int) -> Sequence[Transaction]:
    return _OF_REQUEST.rows(connection, {"request_id": request_id})


def of_requests(connection: Connection, request_ids: Sequence[int]) -> dict[int, list[Transaction]]:
    """Return the attempts of each of these requests, in order; some hundreds at most."""
    some = select(TRANSACTION).where(TRANSACTION.c.request_id.in_(request_ids))
    found: dict[int, list[Transaction]] = {}
    for one in made(Transaction, connection.execute(some.order_by(TRANSACTION.c.id))):
        found.setdefault(one.request_id, []).append(one)
    return found


def of_number(connection: Connection, number: str) -> Sequence[Transaction]:
    """The attempts of the request that has this number of ours, in order."""
    return _OF_NUMBER.rows(connection, {"number": storable(number).upper()})


def save(connection: Connection, transaction: Transaction) -> None:
    """Write the transaction as a step left it; the version goes up by one."""
    values = {name: getattr(transaction, name) for name in _CHANGED}
    before = transaction.state_before
    values |= {"state": transaction.state.name, "state_before": "" if before is None else before.name}
    _SAVE.run(connection, values | {"row_id": transaction.id, "version": transaction.version + 1})


def readdress(connection: Connection, transaction: Transaction, ends: Mapping[str, str]) -> None:
    """Change the other end: ``ends`` are of partner, symbol, address, dialect."""
    values = {name: ends.get(name, getattr(transaction, name)) for name in _ENDS}
    _READDRESS.run(connection, values | {"row_id": transaction.id})


def at_address(connection: Connection, partner: str, address: str) -> Sequence[Transaction]:
    """Return the partner's transactions whose letters go to ``address`` (case is ignored)."""
    there = (TRANSACTION.c.partner == partner, func.lower(TRANSACTION.c.address) == func.lower(address))
    statement = select(TRANSACTION).where(*there).order_by(TRANSACTION.c.id)
    return made(Transaction, connection.execute(statement))


def clear_attention(connection: Connection, transaction_id: int, reasons: Collection[str]) -> None:
    """Remove ``reasons`` from the transaction's list."""
    row = load(connection, transaction_id)
    left = [reason for reason in row.attention or () if reason not in reasons]
    since = {reason: at for reason, at in (row.attention_since or {}).items() if reason in left}
    save(connection, replace(row, attention=left or None, attention_since=since or None))


def add_history(connection: Connection, **row: Any) -> None:
    _HISTORY.run(connection, row | {"note": storable(row["note"])})


def last_note(connection: Connection, transaction_id: int) -> str:
    """Return the last private note of staff; '' if there is none."""
    return _LAST_NOTE.scalar(connection, {"transaction_id": transaction_id}) or ""


def entered_by(
    connection: Connection, transaction_id: int, state: State
) -> tuple[str, ApduJson | None] | None:
    """Return the type and the message of the event that last led to ``state``; an undo is none."""
    values = {"transaction_id": transaction_id, "state": state.name}
    found = next(iter(_ENTERED.rows(connection, values)), None)
    return (found["type"], found["apdu"]) if found is not None else None


def since_last(connection: Connection, transaction_id: int, event: str) -> Sequence[str] | None:
    """Return the rows of the state tables that have moved the transaction since its last row ``event``.

    Oldest first; None if it never had that row.
    """
    of_it = _STEPS.c.transaction_id == transaction_id
    last = connection.execute(select(func.max(_STEPS.c.id)).where(of_it, _STEPS.c.event == event)).scalar()
    if last is None:
        return None
    moved = of_it, last < _STEPS.c.id, _STEPS.c.from_state != _STEPS.c.to_state
    return connection.execute(select(_STEPS.c.event).where(*moved).order_by(_STEPS.c.id)).scalars().all()


def led_to(connection: Connection, event_id: int) -> str:
    """Return the state that the event led to, '' if it had no step."""
    return connection.execute(_LED_TO, {"event_id": event_id}).scalar() or ""


def refer(
    connection: Connection,
    partner: str,
    kind: str,
    value: str,
    *,
    transaction_id: int | None = None,
    outgoing_id: int | None = None,
) -> None:
    """Let ``partner`` name the transaction (or our letter) by ``value`` from now on."""
    row = {"partner": partner, "kind": kind, "value": value}
    _PUT.run(connection, row | {"transaction_id": transaction_id, "outgoing_id": outgoing_id})
    if kind == "order_line" and transaction_id is not None:
        finding.keep(connection, load(connection, transaction_id).request_id)


def find(connection: Connection, partner: str, kind: str, value: str) -> Reference | None:
    """Return the reference row for a name that ``partner`` used; None if it is not ours."""
    row = {"partner": partner, "kind": kind, "value": value}
    return _FIND.row(connection, row)


def order_lines(connection: Connection, transaction_id: int) -> list[str]:
    """Return the partner's own numbers for what we ask, as far as its letters named them."""
    return [row["value"] for row in _ORDER_LINES.rows(connection, {"transaction_id": transaction_id})]


def asked_by(connection: Connection, tgq: str) -> str:
    """Return a partner who asked us under this number, '' if nobody did."""
    theirs = (TRANSACTION.c.role == "RESPONDER", TRANSACTION.c.tgq == tgq)
    statement = select(TRANSACTION.c.partner).where(*theirs)
    return connection.execute(statement.limit(1)).scalar() or ""


def owners_of(connection: Connection, kind: str, values: Collection[str]) -> dict[str, str]:
    """Return the partners to whom these belong; unknown ones are left out. One index lookup each."""
    owners: dict[str, str] = {}
    wanted = list(dict.fromkeys(values))
    for at in range(0, len(wanted), AT_ONCE):
        rows = connection.execute(_OWNERS, {"kind": kind, "values": wanted[at : at + AT_ONCE]})
        owners |= {row.value: row.partner for row in rows}
    return owners
