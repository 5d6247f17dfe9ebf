"""What staff ask about requests: the list, one request with its history. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, select

from mailproc.flow import manner
from mailproc.flow.premises import Premises
from mailproc.ill import machine
from mailproc.ill.heard import spoken
from mailproc.ill.terms import Role, Service, State
from mailproc.office import agenda, carried, waiting
from mailproc.office.find import request_of
from mailproc.office.waiting import Next
from mailproc.store import events, outgoing, requests, transactions
from mailproc.store import find as finding
from mailproc.store.events import EVENT, HISTORY
from mailproc.store.patrons import PATRON
from mailproc.store.requests import REQUEST
from mailproc.store.transactions import TRANSACTION


@dataclass(frozen=True)
class Line:
    """One request in a list, as its latest attempt stands.

    ``their_number`` is what the partner calls it, '' where it has not said; ``ordered_as`` the number
    that our order bears on the wire. ``answered``: our last word lies in the folder, and they have
    answered it all the same. ``needs``: why it needs a hand, as the letter of the day has it: the reasons
    of ``attention``, those of earlier attempts, and whose turn it is where no reason is written down.
    """

    number: str
    attempt: int
    role: str
    service: str
    state: str
    partner: str
    their_number: str
    ordered_as: str
    title: str
    author: str
    due: date | None
    delivery: str
    answered: bool
    promise: dict[str, Any] | None
    attention: tuple[str, ...]
    needs: tuple[str, ...]
    outcome: str
    updated_at: datetime


@dataclass(frozen=True)
class Change:
    """One line of a history. ``cause``: {"kind": letter|staff|timer|policy, "id": I12, a name, E40}.
    ``spoken``: ``event``, but an answer by what it says (ill/heard.py), for words."""

    attempt: int
    at: datetime
    event: str
    from_state: str
    to_state: str
    note: str
    cause: dict[str, str]
    spoken: str


@dataclass(frozen=True)
class Shown:
    """Everything about a request; the fields of its latest attempt stand at the top.

    ``untold``: notices that became no letter ("patron/unfilled"), with the reason.
    ``next``: what happens if nobody acts. ``asked``: what a partner's request says beside the item
    (services, reader, addresses, limits, as its APDU has it); empty where we borrow.
    """

    line: Line
    asked: dict[str, Any]
    transaction: dict[str, str] | None
    item: dict[str, Any]
    patron: dict[str, str] | None
    delivery_to: dict[str, Any] | None
    need_before: date | None
    note: str
    created_at: datetime
    closed_at: datetime | None
    renewable: bool | None
    actions: tuple[str, ...]
    rota: tuple[dict[str, Any], ...]
    letters: tuple[dict[str, Any], ...]
    untold: tuple[dict[str, str], ...]
    history: tuple[Change, ...]
    next: Next | None


@dataclass(frozen=True)
class Filter:
    """``partner`` is a symbol as configured; ``find`` words in any order (store/find.py)."""

    role: str = ""
    state: str = ""
    partner: str = ""
    attention: bool = False
    find: str = ""
    limit: int = 50


def listed(connection: Connection, wanted: Filter, today: date = date.min) -> list[Line]:
    """Requests, the last changed first, each as its latest attempt stands. ``today``: in the library's
    zone; a promise whose day has passed needs a hand."""
    statement = _list_statement(connection, wanted)
    if wanted.attention:
        needing = agenda.needs(connection, today)
        every = connection.execute(statement).mappings()
        rows = list(islice((row for row in every if row["request_id"] in needing), wanted.limit))
    else:
        rows = list(connection.execute(statement.limit(wanted.limit)).mappings())
        needing = agenda.needs(connection, today, _few(rows))
    return [_line(connection, row, needing.get(row["request_id"], ())) for row in rows]


def _few(rows: Sequence[RowMapping]) -> list[int] | None:
    """The ids to look for, None (all) where a statement cannot have so many."""
    return [row["request_id"] for row in rows] if len(rows) <= MOST_NAMED else None


def shown(connection: Connection, number: str, premises: Premises | None = None) -> Shown:
    """One request whole; with ``premises`` its actions are those that the partner's protocol can say.

    LocalFault where there is none, or ``number`` is ambiguous.
    """
    request = request_of(connection, number)
    row = connection.execute(_joined().where(REQUEST.c.id == request["id"])).mappings().first()
    attempts = transactions.of_request(connection, request["id"])
    latest = attempts[-1] if attempts else None
    needs = agenda.needs(connection, premises.today() if premises else date.min, [request["id"]])
    why = needs.get(request["id"], ())
    line = _line(connection, row, why) if row is not None else _unsent(request, why)
    return Shown(
        line=line,
        asked=_asked(connection, latest),
        transaction=_identity(latest) if latest else None,
        item=request["item"] or {},
        patron=_patron(connection, request),
        delivery_to=request["delivery"],
        need_before=request["need_before_on"],
        note=request["note"],
        created_at=request["created_at"],
        closed_at=request["closed_at"],
        renewable=latest["renewable"] if latest else None,
        actions=_actions(latest, premises) if latest else (),
        rota=tuple(_rota(connection, request["id"])),
        letters=tuple(_letters(connection, attempts)),
        untold=tuple(_untold(connection, attempts)) if request["patron_id"] is not None else (),
        history=tuple(_history(connection, request["id"])),
        next=waiting.next_of(connection, request["id"]),
    )


MOST_NAMED = 500


def _joined() -> Select[Any]:
    other = TRANSACTION.alias()
    last = select(func.max(other.c.attempt)).where(other.c.request_id == REQUEST.c.id).scalar_subquery()
    columns = (
        REQUEST.c.id.label("request_id"), REQUEST.c.number, REQUEST.c.title, REQUEST.c.author,
        REQUEST.c.outcome,
        TRANSACTION.c.id, TRANSACTION.c.attempt, TRANSACTION.c.role, TRANSACTION.c.service,
        TRANSACTION.c.state, TRANSACTION.c.partner, TRANSACTION.c.tgq, TRANSACTION.c.options,
        TRANSACTION.c.due_on, TRANSACTION.c.promise, TRANSACTION.c.attention, TRANSACTION.c.updated_at,
    )  # fmt: skip
    join = REQUEST.join(
        TRANSACTION, and_(TRANSACTION.c.request_id == REQUEST.c.id, TRANSACTION.c.attempt == last)
    )
    return select(*columns).select_from(join)


def _list_statement(connection: Connection, wanted: Filter) -> Select[Any]:
    statement = _joined().order_by(TRANSACTION.c.updated_at.desc(), TRANSACTION.c.id.desc())
    if wanted.role:
        # Said so, SQLite expects half of all and goes by age; an equality it takes for a handful, and sorts.
        other = Role.RESPONDER if wanted.role.upper() == Role.REQUESTER else Role.REQUESTER
        statement = statement.where(TRANSACTION.c.role != other)
    if wanted.state:
        statement = statement.where(TRANSACTION.c.state == wanted.state.upper())
    if wanted.partner:
        statement = statement.where(TRANSACTION.c.partner == wanted.partner)
    if wanted.find:
        statement = statement.where(_found(connection, wanted.find))
    return statement


def _found(connection: Connection, typed: str) -> ColumnElement[bool]:
    """A number of ours is that request, and not the thousand that have it within theirs."""
    exact = requests.by_number(connection, typed.strip())
    return REQUEST.c.id == exact["id"] if exact else finding.fits(connection, typed)


def _line(connection: Connection, row: RowMapping, needs: tuple[str, ...]) -> Line:
    delivery = outgoing.delivery(connection, row["id"])
    borrowing = row["role"] == Role.REQUESTER
    return Line(
        number=row["number"],
        attempt=row["attempt"],
        role=row["role"],
        service=row["service"],
        state=row["state"],
        partner=row["partner"],
        their_number=_their_number(connection, row),
        ordered_as=(row["options"] or {}).get("number", "") if borrowing else "",
        title=row["title"],
        author=row["author"],
        due=row["due_on"],
        delivery=delivery,
        answered=delivery == "filed" and carried.last_word(connection, row["id"]),
        promise=row["promise"],
        attention=tuple(row["attention"] or ()),
        needs=needs,
        outcome=row["outcome"],
        updated_at=row["updated_at"],
    )


def _their_number(connection: Connection, row: RowMapping) -> str:
    if row["role"] == Role.REQUESTER:
        return ", ".join(transactions.order_lines(connection, row["id"]))
    return (row["options"] or {}).get("number", "") or str(row["tgq"])


def _unsent(request: RowMapping, needs: tuple[str, ...]) -> Line:
    return Line(
        number=request["number"],
        attempt=0,
        role=request["role"],
        service=request["service"],
        state="IDLE",
        partner="",
        their_number="",
        ordered_as="",
        title=request["title"],
        author=request["author"],
        due=None,
        delivery="",
        answered=False,
        promise=None,
        attention=(),
        needs=needs,
        outcome=request["outcome"],
        updated_at=request["created_at"],
    )


ASKED = (
    "services", "keywords", "patron", "delivery", "billing", "need_before", "expiry", "level_of_service",
    "max_cost", "copyright_compliance", "place_on_hold", "note",
)  # fmt: skip
"""Fields of an ILL-Request that staff who answer it want to see."""


def _asked(connection: Connection, transaction: RowMapping | None) -> dict[str, Any]:
    if transaction is None or transaction["role"] != Role.RESPONDER:
        return {}
    for event in events.of_transaction(connection, transaction["id"]):
        if event["type"] == "ILL_REQUEST":
            return {name: event["apdu"][name] for name in ASKED if name in (event["apdu"] or {})}
    return {}


def _identity(transaction: RowMapping) -> dict[str, str]:
    names = ("initial_requester", "tgq", "tq", "stq")
    return {name: transaction[name] for name in names if transaction[name]}


def _patron(connection: Connection, request: RowMapping) -> dict[str, str] | None:
    if request["patron_id"] is None:
        return None
    row = connection.execute(select(PATRON).where(PATRON.c.id == request["patron_id"])).mappings().first()
    if row is None:
        return {"id": request["patron_id"]}
    return {name: row[name] for name in ("id", "name", "email", "status") if row[name]}


def _actions(transaction: RowMapping, premises: Premises | None) -> tuple[str, ...]:
    before, role = transaction["state_before"], Role[transaction["role"]]
    lawful = machine.possible(
        role,
        Service[transaction["service"]],
        State[transaction["state"]],
        State[before] if before else None,
    )
    return manner.sayable(lawful, transaction, premises) if premises else lawful


def _rota(connection: Connection, request_id: int) -> list[dict[str, Any]]:
    return [
        {"position": one.position, "partner": one.partner, "tried": one.tried, "why_not": one.why_not}
        for one in requests.rota(connection, request_id)
    ]


def _letters(connection: Connection, attempts: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """Our letters in which these transactions speak. ``answered``: one that lies in the folder, and what
    it says of them was answered."""
    ids = [attempt["id"] for attempt in attempts]
    intents, letters = outgoing.INTENT, outgoing.OUTGOING
    spoken = select(intents).where(intents.c.transaction_id.in_(ids), intents.c.outgoing_id.is_not(None))
    rows = connection.execute(spoken.order_by(intents.c.outgoing_id)).mappings().all()
    by_letter = {number: list(said) for number, said in groupby(rows, key=itemgetter("outgoing_id"))}
    columns = (letters.c.id, letters.c.state, letters.c.subject, letters.c.rcpt_to, letters.c.prepared_at)
    statement = select(*columns).where(letters.c.id.in_(by_letter)).order_by(letters.c.id)
    return [
        {
            **row,
            "id": f"O{row['id']}",
            "answered": row["state"] == "filed" and carried.answered(connection, by_letter[row["id"]]),
        }
        for row in connection.execute(statement).mappings()
    ]


def _untold(connection: Connection, attempts: Sequence[RowMapping]) -> list[dict[str, str]]:
    """What the reader was not told."""
    unwritten = outgoing.unwritten(connection, [attempt["id"] for attempt in attempts])
    return [{"notice": one["body"]["notice"], "why": one["last_error"]} for one in unwritten]


def _history(connection: Connection, request_id: int) -> list[Change]:
    statement = (
        select(
            HISTORY,
            TRANSACTION.c.attempt,
            EVENT.c.cause,
            EVENT.c.apdu,
            EVENT.c.inbox_id,
            EVENT.c.actor,
            EVENT.c.heard_by,
        )
        .join(TRANSACTION, TRANSACTION.c.id == HISTORY.c.transaction_id)
        .join(EVENT, EVENT.c.id == HISTORY.c.event_id)
        .where(TRANSACTION.c.request_id == request_id)
        .order_by(HISTORY.c.id)
    )
    return [_change(row) for row in connection.execute(statement).mappings()]


def _change(row: RowMapping) -> Change:
    return Change(
        row["attempt"],
        row["at"],
        row["event"],
        row["from_state"],
        row["to_state"],
        row["note"],
        _cause(row),
        spoken(row["event"], row["apdu"]),
    )


def _cause(row: RowMapping) -> dict[str, str]:
    if row["cause"] == "letter" and row["inbox_id"] is not None:
        return {"kind": "letter", "id": f"I{row['inbox_id']}"}
    if row["cause"] == "staff":
        told = {"heard_by": row["heard_by"]} if row["heard_by"] else {}
        return {"kind": "staff", "id": row["actor"] or "staff"} | told
    return {"kind": row["cause"], "id": f"E{row['event_id']}"}
