"""Find what programs ask about the letters of a list: Message-ID, and their requests. Reads only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, func, select

from mailproc.office.queries.letters import LetterLine
from mailproc.store.events import EVENT
from mailproc.store.hook_calls import CALL
from mailproc.store.letters import INBOX
from mailproc.store.outgoing import INTENT, OUTGOING
from mailproc.store.requests import REQUEST
from mailproc.store.transactions import TRANSACTION

AT_ONCE = 500
"""Letters per query."""


@dataclass(frozen=True)
class About:
    """``direction``: in, or out. ``message_id``: '' if there is no letter yet; for E40 that of its letter.

    ``requests``: numbers (B12, L7), each once; an order file has many.
    """

    direction: str
    message_id: str
    requests: tuple[str, ...]


def about(connection: Connection, lines: Sequence[LetterLine]) -> list[About]:
    """Return the details of each line, in order."""
    parted = [_parted(line) for line in lines]
    message_ids, numbers = (_found(connection, statements, parted) for statements in (_MESSAGE_IDS, _NUMBERS))
    return [
        About("in" if one[0] in _CAME_IN else "out", "".join(message_ids[one]), tuple(numbers[one]))
        for one in parted
    ]


def of_letter(connection: Connection, kind: str, number: int) -> tuple[str, ...]:
    """Return the requests of one letter: kind I or O, and its number."""
    return tuple(_found(connection, _NUMBERS, [(kind, number)])[kind, number])


Parted = tuple[str, int]
"""("I", 12) for I12, ("intent", 3) for what is in no letter yet."""


def _parted(line: LetterLine) -> Parted:
    kind, _, number = line.id.partition(" ")
    return (kind, int(number)) if number else (line.id[0], int(line.id[1:]))


def _found(
    connection: Connection, statements: Mapping[str, Select[Any]], parted: Sequence[Parted]
) -> dict[Parted, list[str]]:
    """Return the texts that the statements yield for each id, each once."""
    found: dict[Parted, list[str]] = defaultdict(list)
    for kind, statement in statements.items():
        ids = [number for of, number in parted if of == kind]
        for at in range(0, len(ids), AT_ONCE):
            some = statement.where(statement.selected_columns[0].in_(ids[at : at + AT_ONCE]))
            for row_id, text in connection.execute(some):
                if text and text not in found[kind, row_id]:
                    found[kind, row_id].append(text)
    return found


def _numbers(source: Table, column: Column[int]) -> Select[Any]:
    """Select the requests of events' or intents' transactions, or those they name themselves."""
    of = func.coalesce(source.c.request_id, TRANSACTION.c.request_id)
    joined = source.outerjoin(TRANSACTION, TRANSACTION.c.id == source.c.transaction_id)
    joined = joined.join(REQUEST, REQUEST.c.id == of)
    return select(column, REQUEST.c.number).select_from(joined).order_by(source.c.id)


_CAME_IN = ("I", "E")
_LETTER_OF = EVENT.join(INBOX, INBOX.c.id == EVENT.c.inbox_id)
_MESSAGE_IDS = {
    "I": select(INBOX.c.id, INBOX.c.message_id),
    "E": select(EVENT.c.id, INBOX.c.message_id).select_from(_LETTER_OF),
    "O": select(OUTGOING.c.id, OUTGOING.c.message_id),
}
_NUMBERS = {
    "H": select(CALL.c.id, REQUEST.c.number).join(REQUEST, REQUEST.c.id == CALL.c.request_id),
    "I": _numbers(EVENT, EVENT.c.inbox_id),
    "E": _numbers(EVENT, EVENT.c.id),
    "O": _numbers(INTENT, INTENT.c.outgoing_id),
    "intent": _numbers(INTENT, INTENT.c.id),
}
