"""How many letters and requests a store has ever had, by the numbers that they were given."""

from sqlalchemy import Connection, Table, func, select

from mailproc.store.letters import INBOX
from mailproc.store.outgoing import OUTGOING
from mailproc.store.requests import REQUEST

_TABLES: dict[str, Table] = {"letters_in": INBOX, "letters_out": OUTGOING, "requests": REQUEST}


def totals(connection: Connection) -> dict[str, int]:
    """Return the totals. Nothing is counted: the last number says it (PostgreSQL leaves some out)."""
    found = ((name, connection.execute(select(func.max(table.c.id)))) for name, table in _TABLES.items())
    return {name: answer.scalar() or 0 for name, answer in found}
