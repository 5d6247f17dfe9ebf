"""What other systems were answered, so that the same question under the same key is not acted on twice."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from mailproc.store.api_tables import ApiAnswerRow
from mailproc.store.prepared_statements import Constant, table_of

_ANSWER = table_of(ApiAnswerRow)


@dataclass(frozen=True)
class ApiAnswer:
    """Fields are columns of ``api_tables.ApiAnswerRow``, where they are explained."""

    token: str
    key: str
    asked: str
    answer: str
    at: datetime


_LOAD = Constant(
    select(_ANSWER).where(_ANSWER.c.token == bindparam("token"), _ANSWER.c.key == bindparam("key")), ApiAnswer
)


def load(connection: Connection, token: str, key: str) -> ApiAnswer | None:
    """Return what was answered under this key; None if nothing was, or it is forgotten."""
    return _LOAD.row(connection, {"token": token, "key": key})


def add(connection: Connection, answer: ApiAnswer) -> None:
    """Write an answer down."""
    connection.execute(_ANSWER.insert().values(**asdict(answer)))


def complete(connection: Connection, token: str, key: str, answer: str) -> None:
    """Write more of an answer down."""
    which = (_ANSWER.c.token == token, _ANSWER.c.key == key)
    connection.execute(update(_ANSWER).where(*which).values(answer=answer))


def forget_of(connection: Connection, token: str) -> None:
    """Delete the answers that this token was given."""
    connection.execute(delete(_ANSWER).where(_ANSWER.c.token == token))


def forget(connection: Connection, before: datetime) -> int:
    """Delete older answers; return how many."""
    return connection.execute(delete(_ANSWER).where(_ANSWER.c.at < before)).rowcount
