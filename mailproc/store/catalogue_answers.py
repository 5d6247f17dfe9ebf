"""Answers of catalogues that still count, and catalogues that do not answer now. Both are bounded."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, text

from mailproc.ill.apdu_json import value_to_json
from mailproc.ill.holding import CatalogueAnswer
from mailproc.sentence import Note, note, stored
from mailproc.store.catalogue_tables import CatalogueAnswerRow, CataloguePauseRow
from mailproc.store.look_ups import answer_of
from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.tables import Instant, Told

MOST = 10_000
"""Answers that are kept."""
AT_ONCE = 100
"""Answers that one write deletes at most."""
ANSWER, PAUSE = table_of(CatalogueAnswerRow), table_of(CataloguePauseRow)
_KNOWN = Constant(
    select(ANSWER.c.at, ANSWER.c.answer).where(
        ANSWER.c.catalogue == bindparam("catalogue"),
        ANSWER.c.question == bindparam("question"),
        ANSWER.c.until > bindparam("now", type_=Instant),
    )
)
_KEEP = text(
    "INSERT INTO catalogue_answer (catalogue, question, at, until, answer)"
    " VALUES (:catalogue, :question, :at, :until, :answer)"
    " ON CONFLICT (catalogue, question) DO UPDATE SET at = excluded.at, until = excluded.until,"
    " answer = excluded.answer"
).bindparams(
    bindparam("at", type_=Instant),
    bindparam("until", type_=Instant),
    bindparam("answer", type_=ANSWER.c.answer.type),
)
_OLDEST = text(
    "DELETE FROM catalogue_answer WHERE (catalogue, question) IN (SELECT catalogue, question"
    " FROM catalogue_answer WHERE until <= :before ORDER BY until LIMIT :most)"
).bindparams(bindparam("before", type_=Instant))
_FIRST = text(
    "DELETE FROM catalogue_answer WHERE (catalogue, question) IN (SELECT catalogue, question"
    " FROM catalogue_answer ORDER BY until LIMIT :most)"
)
_PAUSED = Constant(
    select(PAUSE.c.until, PAUSE.c.why).where(
        PAUSE.c.catalogue == bindparam("catalogue"), PAUSE.c.until > bindparam("now", type_=Instant)
    )
)
_PAUSE = text(
    "INSERT INTO catalogue_pause (catalogue, until, why) VALUES (:catalogue, :until, :why)"
    " ON CONFLICT (catalogue) DO UPDATE SET until = excluded.until, why = excluded.why"
).bindparams(bindparam("until", type_=Instant), bindparam("why", type_=Told))


@dataclass(frozen=True)
class KnownAnswer:
    at: datetime
    answer: CatalogueAnswer


@dataclass(frozen=True)
class Pause:
    """Until when a catalogue is not asked, and why."""

    until: datetime
    why: Note


def known(connection: Connection, catalogue: str, question: str, now: datetime) -> KnownAnswer | None:
    row = _KNOWN.row(connection, {"catalogue": catalogue, "question": question, "now": now})
    return KnownAnswer(row["at"], answer_of(row["answer"])) if row is not None else None


def keep(
    connection: Connection, catalogue: str, question: str, answer: CatalogueAnswer,
    now: datetime, until: datetime,
) -> None:  # fmt: skip
    """Keep the answer until then, and delete what no longer counts, and the oldest of too many."""
    values = {"catalogue": catalogue, "question": question, "at": now, "until": until}
    connection.execute(_KEEP, values | {"answer": value_to_json(answer)})
    connection.execute(_OLDEST, {"before": now, "most": AT_ONCE})
    if connection.execute(select(func.count()).select_from(ANSWER)).scalar_one() > MOST:
        connection.execute(_FIRST, {"most": AT_ONCE})


def paused(connection: Connection, catalogue: str, now: datetime) -> Pause | None:
    row = _PAUSED.row(connection, {"catalogue": catalogue, "now": now})
    return Pause(row["until"], note(row["why"])) if row is not None else None


def pause(connection: Connection, catalogue: str, until: datetime, why: Note) -> None:
    connection.execute(_PAUSE, {"catalogue": catalogue, "until": until, "why": stored(*why.parts)})


def go_on(connection: Connection, catalogue: str) -> None:
    """End a pause: the catalogue has answered."""
    connection.execute(PAUSE.delete().where(PAUSE.c.catalogue == catalogue))
