"""Staff put away what lies on the shelf and is nothing for us: kept, and nobody is asked about it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.premises import Premises
from mailproc.office.letters import parsed
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
        ids = tuple(done for row in rows for done in _one(connection, *row, why))
        return Dismissed(ids, by, now, note)

    return store.write(job)


def _one(connection: Connection, kind: str, number: int, why: str) -> list[str]:
    name = f"{kind}{number}"
    if kind == "O":
        raise LocalFault(f"{name} is a letter of ours; only what came in can be put away.")
    if kind == "I" and letters.dismiss(connection, number, why):
        return [name]
    rows = events.shelved_ids_of_letter(connection, number) if kind == "I" else [number]
    done = [f"E{row}" for row in rows if events.dismiss(connection, row, why)]
    if not done:
        raise LocalFault(f"{name} does not lie on the shelf.", ("mailproc shelved",))
    return done
