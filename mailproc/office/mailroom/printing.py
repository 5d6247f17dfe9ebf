"""Letters to readers without an e-mail address: staff print them, and say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from zlib import crc32

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.prepare import waiting_letters
from mailproc.ill.attention import Reason
from mailproc.mail.parse import parse
from mailproc.office.mailroom import done_by
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.queries.letters import parsed
from mailproc.sentence import Word, sentence
from mailproc.store import outgoing, patrons, requests, transactions
from mailproc.store.engine import Store
from mailproc.store.outgoing import PRINTED, TO_PRINT
from mailproc.store.rows import OutgoingLetter


@dataclass(frozen=True)
class LetterToPrint:
    """``id``: O12; ``number``: of its request; ``reader``: name and number of the reader; ``address``: the
    reader's, with the name, line by line, () if it is not known; ``text``: without the subject; ``again``: it
    was printed before."""

    id: str
    number: str
    reader: str
    address: tuple[str, ...]
    subject: str
    text: str
    again: bool = False


def to_print(connection: Connection) -> list[LetterToPrint]:
    """Return the letters that wait to be printed, oldest first."""
    return [_ready(connection, row) for row in outgoing.in_state(connection, TO_PRINT)]


def one_to_print(connection: Connection, letter_id: str) -> LetterToPrint | None:
    """Return the letter (O12) if it waits to be printed."""
    kind, number = parsed(letter_id)
    row = outgoing.load(connection, number) if kind == "O" else None
    return _ready(connection, row) if row is not None and row.state == TO_PRINT else None


def foreseen(connection: Connection, context: Context, most: int | None = None) -> list[LetterToPrint]:
    """Return what ``to_print`` would after ``withhold``, the first ``most`` of it; writes nothing."""
    waiting = outgoing.in_state(connection, TO_PRINT)
    now = (waiting_letters.as_now(connection, row, context) for row in waiting)
    return [_ready(connection, row) for row in islice((row for row in now if row is not None), most)]


def withhold(store: Store, context: Context) -> tuple[str, ...]:
    """Check the letters that wait: return the ids of those that are no longer true, and so not printed."""
    return tuple(f"O{number}" for number in waiting_letters.check(store, context))


def mark_of(letter: LetterToPrint) -> str:
    """Return a mark of what stands on the paper: it differs if the letter is written anew."""
    return f"{crc32(repr((letter.address, letter.subject, letter.text)).encode()):x}"


def mark_as_shown(store: Store, context: Context, shown: Mapping[str, str], by: DoneBy) -> tuple[str, ...]:
    """Record that these letters were printed as they were shown; return the ids of those.

    ``shown``: ``mark_of`` each, by its id. What is no longer to be printed, or reads otherwise now, is left.
    """
    waiting_letters.check(store, context, shown)
    with store.read() as connection:
        same = [one.id for one in to_print(connection) if shown.get(one.id) == mark_of(one)]
    return mark(store, same, by) if same else ()


def mark(store: Store, letter_ids: Sequence[str], by: DoneBy | None = None) -> tuple[str, ...]:
    """Record that these letters (O12) were printed, all or none; return their ids.

    ``by``: who says so. Raise LocalFault for what was not to be printed.
    """
    rows = list(dict.fromkeys(map(parsed, letter_ids)))

    def job(connection: Connection) -> tuple[str, ...]:
        if not done_by.begin(connection, by, "printed", [f"{kind}{number}" for kind, number in rows]):
            return ()
        for kind, number in rows:
            row = outgoing.record(connection, number) if kind == "O" else None
            if row is None:
                raise LocalFault(sentence("not-ours", letter=f"{kind}{number}"))
            if row.state == PRINTED:
                raise LocalFault(sentence("printed-already", number=number))
            if row.state != TO_PRINT:
                raise LocalFault(sentence("print-state", number=number, state=Word("delivery", row.state)))
            outgoing.change(connection, number, state=PRINTED)
            _heard(connection, number)
        return tuple(f"O{number}" for _, number in rows)

    return store.write(job)


def printed_before(connection: Connection, letter_ids: Sequence[str]) -> list[LetterToPrint]:
    """Return letters (O12) that were printed, to print them again. Raise LocalFault for any other."""
    found = []
    for kind, number in dict.fromkeys(map(parsed, letter_ids)):
        row = outgoing.load(connection, number) if kind == "O" else None
        if row is None:
            raise LocalFault(sentence("not-ours", letter=f"{kind}{number}"))
        if row.state != PRINTED:
            raise LocalFault(sentence("print-state", number=number, state=Word("delivery", row.state)))
        found.append(replace(_ready(connection, row), again=True))
    return found


def _heard(connection: Connection, outgoing_id: int) -> None:
    """End the attention for a reminder that waited to be printed."""
    for intent in outgoing.intents_of(connection, outgoing_id):
        if intent.transaction_id is not None:
            transactions.clear_attention(connection, intent.transaction_id, (Reason.TO_PRINT,))


def _ready(connection: Connection, row: OutgoingLetter) -> LetterToPrint:
    number = reader = ""
    address: tuple[str, ...] = ()
    for intent in outgoing.intents_of(connection, row.id):
        if intent.request_id is not None:
            request = requests.load(connection, intent.request_id)
            known = patrons.load(connection, request.patron_id)
            number = request.number
            reader = f"{known.name} ({known.id})".strip() if known is not None else ""
            address = (known.name, *known.address) if known is not None and known.address else ()
    return LetterToPrint(f"O{row.id}", number, reader, address, row.subject, parse(row.raw).text)
