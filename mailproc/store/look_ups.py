"""What catalogues have said about the items of requests, and which requests they were not asked about yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, text

from mailproc.ill.apdu_json import ItemJson, value_from_json, value_to_json
from mailproc.ill.holding import CatalogueAnswer, LookUp
from mailproc.sentence import note, stored
from mailproc.store.catalogue_tables import LookUpRow
from mailproc.store.prepared_statements import Constant, one_of, table_of
from mailproc.store.requests import REQUEST
from mailproc.store.tables import Instant, Told

LOOK_UP = table_of(LookUpRow)
_OF_REQUEST = Constant(
    select(LOOK_UP).where(LOOK_UP.c.request_id == bindparam("request_id")).order_by(LOOK_UP.c.catalogue)
)
_KEEP = text(
    "INSERT INTO look_up (request_id, catalogue, use, at, answer, fault, retry_at)"
    " VALUES (:request_id, :catalogue, :use, :at, :answer, :fault, :retry_at)"
    " ON CONFLICT (request_id, catalogue) DO UPDATE SET use = excluded.use, at = excluded.at,"
    " answer = CASE WHEN excluded.retry_at IS NULL THEN excluded.answer ELSE look_up.answer END,"
    " fault = excluded.fault, retry_at = excluded.retry_at"
).bindparams(
    bindparam("at", type_=Instant),
    bindparam("answer", type_=LOOK_UP.c.answer.type),
    bindparam("fault", type_=Told),
    bindparam("retry_at", type_=Instant),
)


@dataclass(frozen=True)
class Unasked:
    """A request about whose item a catalogue is to be asked."""

    request_id: int
    item: ItemJson | None


def of_request(connection: Connection, request_id: int) -> list[LookUp]:
    """Return what each catalogue has said, by their names."""
    return [_made(row) for row in _OF_REQUEST.rows(connection, {"request_id": request_id})]


def _made(row: Any) -> LookUp:
    return LookUp(
        catalogue=row["catalogue"],
        use=row["use"],
        at=row["at"],
        answer=answer_of(row["answer"]),
        fault=note(row["fault"]),
        retry_at=row["retry_at"],
    )


def keep(connection: Connection, request_id: int, said: LookUp) -> None:
    """Store what a catalogue has said; if it is to be asked again, its last answer stays."""
    values = {
        "request_id": request_id,
        "catalogue": said.catalogue,
        "use": said.use,
        "at": said.at,
        "answer": value_to_json(said.answer),
        "fault": stored(*said.fault.parts),
        "retry_at": said.retry_at,
    }
    connection.execute(_KEEP, values)


def forget(connection: Connection, request_id: int) -> None:
    """Delete what was said, for it was about another item: the catalogues are asked again."""
    connection.execute(LOOK_UP.delete().where(LOOK_UP.c.request_id == request_id))


def unasked(
    connection: Connection, catalogue: str, roles: Collection[str], since: datetime, now: datetime, most: int
) -> Sequence[Unasked]:
    """Return open requests, begun after ``since``, about which this catalogue is to be asked, the newest
    first."""
    waits = LOOK_UP.c.retry_at.is_(None) | (LOOK_UP.c.retry_at > bindparam("now", type_=Instant))
    known = select(LOOK_UP.c.request_id).where(
        LOOK_UP.c.request_id == REQUEST.c.id, LOOK_UP.c.catalogue == bindparam("catalogue"), waits
    )
    statement = (
        select(REQUEST.c.id, REQUEST.c.item)
        .where(
            REQUEST.c.closed_at.is_(None),
            one_of(REQUEST.c.role, roles),
            REQUEST.c.created_at > bindparam("since", type_=Instant),
            ~known.exists(),
        )
        .order_by(REQUEST.c.id.desc())
        .limit(most)
    )
    found = connection.execute(statement, {"catalogue": catalogue, "since": since, "now": now})
    return [Unasked(*row) for row in found]


def answer_of(value: Any) -> CatalogueAnswer:
    """Return an answer from its JSON. Raise LocalFault if it is none."""
    answer: CatalogueAnswer = value_from_json(CatalogueAnswer, value or {}, "answer")
    return answer
