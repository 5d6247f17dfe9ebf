"""Staff put away what lies on the shelf and is nothing for us: kept, and nobody is asked about it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.premises import Premises
from mailproc.office.letters import not_on_the_shelf, parsed
from mailproc.store import events, letters
from mailproc.store.engine import Store

LONGEST_NOTE = 500


@dataclass(frozen=True)
class Dismissed:
    """``ids`` in order, I… and E…; ``at``: an aware instant (UTC)."""

    ids: tuple[str, ...]
    by: str
    at: datetime
    note: str


def dismiss(
    store: Store, premises: Premises, letter_ids: Sequence[str], note: str = "", by: str = ""
) -> Dismissed:
    """Put shelved letters and messages away, all or none. Of a letter that was read, its shelved messages.

    ``release`` and ``attach`` still take what was put away. LocalFault for what does not lie on the shelf.
    """
    rows = list(dict.fromkeys(map(parsed, letter_ids)))
    now = premises.clock()
    told = f"{by or 'staff'} put it away on {premises.local(now):%Y-%m-%d %H:%M}"
    why = told + (f": {' '.join(note.split())[:LONGEST_NOTE]}" if note.strip() else "")

    def job(connection: Connection) -> Dismissed:
        meant = dict.fromkeys(one for row in rows for one in _meant(connection, *row))
        for kind, number in meant:
            put_away = letters.dismiss if kind == "I" else events.dismiss
            if not put_away(connection, number, why):
                raise not_on_the_shelf(connection, f"{kind}{number}", "does not lie on the shelf.")
        return Dismissed(tuple(f"{kind}{number}" for kind, number in meant), by, now, note)

    return store.write(job)


def _meant(connection: Connection, kind: str, number: int) -> Sequence[tuple[str, int]]:
    """The letter or message itself; of a letter that was read, its messages on the shelf. A letter and one of
    its messages may be named together."""
    if kind == "O":
        raise LocalFault(f"O{number} is a letter of ours; only what came in can be put away.")
    row = letters.load(connection, number) if kind == "I" else None
    if row is None or row["state"] != "done":
        return [(kind, number)]
    shelved = events.shelved_ids_of_letter(connection, number)
    if not shelved:
        raise not_on_the_shelf(connection, f"I{number}", "does not lie on the shelf.")
    return [("E", event_id) for event_id in shelved]
