"""Whether somebody was quicker: an act is meant for a request as its page showed it."""

from sqlalchemy import Connection, bindparam, func, select

from mailproc.errors import LocalFault
from mailproc.ill.event_names import spoken
from mailproc.notices.language_files import ENGLISH
from mailproc.sentence import Word, sentence
from mailproc.store.events import EVENT, HISTORY
from mailproc.store.prepared_statements import Constant

_NEWEST = Constant(
    select(func.max(HISTORY.c.id)).where(HISTORY.c.transaction_id == bindparam("transaction_id"))
)


class Overtaken(LocalFault):
    """Something has happened since the page was shown. Nothing was done."""


def mark(connection: Connection, transaction_id: int) -> str:
    """Return a mark of what has happened to the transaction so far."""
    return f"{transaction_id}.{_NEWEST.scalar(connection, {'transaction_id': transaction_id}) or 0}"


def check(connection: Connection, seen: str, number: str, transaction_id: int) -> None:
    """Raise Overtaken if ``seen``, a mark or '', is an older one."""
    if seen and seen != mark(connection, transaction_id):
        raise Overtaken(sentence("overtaken", number=number, what=_last(connection, transaction_id)))


def _last(connection: Connection, transaction_id: int) -> Word:
    statement = (
        select(EVENT.c.type, EVENT.c.apdu)
        .join(HISTORY, HISTORY.c.event_id == EVENT.c.id)
        .where(HISTORY.c.transaction_id == transaction_id)
        .order_by(HISTORY.c.id.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    code = spoken(row.type, row.apdu) if row else ""
    return Word("heard" if code in ENGLISH.texts.heard else "done", code)
