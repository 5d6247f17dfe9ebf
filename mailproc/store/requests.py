"""Requests and their rotas."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, func, select

from mailproc.ill import apdu_json, item_identity
from mailproc.ill.apdu_json import DeliveryJson, ItemJson, MoneyJson
from mailproc.ill.rota import Candidate
from mailproc.ill.submitted import SubmittedRequest
from mailproc.store import counters
from mailproc.store.prepared_statements import Constant, insert_into, table_of
from mailproc.store.rows import RequestExtras, StoredRequest, Transaction
from mailproc.store.tables import CandidateRow, RequestRow
from mailproc.store.text import storable

REQUEST = table_of(RequestRow)
CANDIDATE = table_of(CandidateRow)


@dataclass(frozen=True, kw_only=True)
class NewRequest:
    """A new request. ``item``, ``delivery``, ``max_cost`` are JSON of the APDU's fields."""

    role: str
    service: str
    item: ItemJson
    title: str
    author: str
    created_at: datetime
    patron_id: str | None = None
    delivery: DeliveryJson | None = None
    need_before_on: date | None = None
    max_cost: MoneyJson | None = None
    keywords: list[str] | None = None
    note: str = ""
    copyright_declared: bool = False
    more: RequestExtras | None = None
    account: str = ""  # of ours with the partner, where the request names one
    outcome: str = ""


def as_submitted(said: SubmittedRequest, created_at: datetime) -> NewRequest:
    """Return the row of what was submitted, of no reader yet: who it is for is proven elsewhere."""
    item = said.item
    return NewRequest(
        role=said.role,
        service=said.service,
        item=apdu_json.value_to_json(item),
        title=item.article_title or item.title or "",
        author=item.article_author or item.author or "",
        created_at=created_at,
        delivery=apdu_json.value_to_json(said.delivery),
        need_before_on=said.need_before,
        max_cost=apdu_json.value_to_json(said.max_cost),
        note=said.note,
        copyright_declared=said.declared,
        more={"level_of_service": said.level_of_service} if said.level_of_service else None,
    )


_KEYS = ("title_key", "part_key", "words_key")
_ADD = Constant(insert_into(RequestRow, (*NewRequest.__dataclass_fields__, "number", *_KEYS)))
_LOAD = Constant(select(REQUEST).where(REQUEST.c.id == bindparam("request_id")), StoredRequest)
_NUMBER = Constant(select(REQUEST.c.number).where(REQUEST.c.id == bindparam("request_id")))
_NEED_BEFORE = Constant(select(REQUEST.c.need_before_on).where(REQUEST.c.id == bindparam("request_id")))
_BY_NUMBER = Constant(select(REQUEST).where(REQUEST.c.number == bindparam("number")), StoredRequest)
_ROTA = select(CANDIDATE).where(CANDIDATE.c.request_id == bindparam("request_id"))
_CLOSE = Constant(
    REQUEST.update()
    .where(REQUEST.c.id == bindparam("row_id"))
    .values(closed_at=bindparam("closed_at"), outcome=bindparam("outcome"))
)
_REOPEN = Constant(
    REQUEST.update()
    .where(REQUEST.c.id == bindparam("row_id"), REQUEST.c.closed_at.is_not(None))
    .values(closed_at=None, outcome="", anonymised_at=None)  # more may be said of a reader now
)
_ONE_CANDIDATE = (
    CANDIDATE.update()
    .where(CANDIDATE.c.request_id == bindparam("request"), CANDIDATE.c.position == bindparam("place"))
    .values(transaction_id=bindparam("transaction_id"))
)
_WHY_NOT = (
    CANDIDATE.update()
    .where(CANDIDATE.c.transaction_id == bindparam("transaction"))
    .values(why_not=bindparam("why_not"))
)


def create(connection: Connection, request: NewRequest) -> tuple[int, str]:
    """Write the request; return its id and its local number (B12 where we borrow, L7 where we lend)."""
    kind = "B" if request.role == "REQUESTER" else "L"
    number = f"{kind}{counters.take(connection, kind)}"
    texts = {name: storable(getattr(request, name)) for name in ("title", "author", "note")}
    texts |= {name: " ".join(texts[name].split()) for name in ("title", "author")}  # one line in lists
    row_id = int(_ADD.scalar(connection, vars(request) | texts | keys(request.item) | {"number": number}))
    return row_id, number


def rewrite(connection: Connection, request_id: int, request: NewRequest) -> None:
    """Write a request over one that was submitted: number, role and time of creation stay."""
    texts = {name: storable(getattr(request, name)) for name in ("title", "author", "note")}
    texts |= {name: " ".join(texts[name].split()) for name in ("title", "author")}
    values = vars(request) | texts | keys(request.item)
    kept = {name: value for name, value in values.items() if name not in ("role", "created_at")}
    connection.execute(REQUEST.update().where(REQUEST.c.id == request_id).values(kept))


def keys(item: ItemJson | None) -> dict[str, str]:
    """Return the columns by which the request is found as one for the same item."""
    found = (*item_identity.key(item), item_identity.words(item))
    return dict(zip(_KEYS, map(storable, found), strict=True))


def name_reader(connection: Connection, request_id: int, patron_id: str | None) -> None:
    """Record for whom a request is; None: it is not said."""
    connection.execute(REQUEST.update().where(REQUEST.c.id == request_id).values(patron_id=patron_id))


def load(connection: Connection, request_id: int) -> StoredRequest:
    return _LOAD.one(connection, {"request_id": request_id})


def number_of(connection: Connection, request_id: int) -> str:
    """Return the request's number; '' if it is missing."""
    return _NUMBER.scalar(connection, {"request_id": request_id}) or ""


def attempt_number(connection: Connection, row: Transaction) -> str:
    """Return the number of one attempt of a request: B12-2."""
    return f"{number_of(connection, row.request_id)}-{row.attempt}"


def need_before(connection: Connection, request_id: int) -> date | None:
    """The day until which the reader needs it."""
    day: date | None = _NEED_BEFORE.scalar(connection, {"request_id": request_id})
    return day


def by_number(connection: Connection, number: str) -> StoredRequest | None:
    return _BY_NUMBER.row(connection, {"number": storable(number).upper()})


def reopen(connection: Connection, request_id: int) -> None:
    """Open a finished request again; an open one stays as it is."""
    _REOPEN.run(connection, {"row_id": request_id})


def close(connection: Connection, request_id: int, at: datetime, outcome: str) -> None:
    """Finish the request at ``at``."""
    _CLOSE.run(connection, {"row_id": request_id, "closed_at": at, "outcome": outcome})


def add_candidates(connection: Connection, request_id: int, partners: Sequence[str]) -> None:
    """Add partners at the end of the rota, in order."""
    highest = select(func.coalesce(func.max(CANDIDATE.c.position), 0)).where(
        CANDIDATE.c.request_id == request_id
    )
    first = connection.execute(highest).scalar_one() + 1
    for place, partner in enumerate(partners, start=first):
        row = {"request_id": request_id, "position": place, "partner": partner, "why_not": ""}
        connection.execute(CANDIDATE.insert().values(row))


def rota(connection: Connection, request_id: int) -> list[Candidate]:
    rows = connection.execute(_ROTA.order_by(CANDIDATE.c.position), {"request_id": request_id}).mappings()
    return [
        Candidate(row["position"], row["partner"], row["transaction_id"] is not None, row["why_not"])
        for row in rows
    ]


def asked(connection: Connection, request_id: int, position: int, transaction_id: int) -> None:
    """Record that the candidate at ``position`` was asked in this transaction."""
    values = {"request": request_id, "place": position, "transaction_id": transaction_id}
    connection.execute(_ONE_CANDIDATE, values)


def why_not(connection: Connection, transaction_id: int, reason: str) -> None:
    connection.execute(_WHY_NOT, {"transaction": transaction_id, "why_not": reason})
