"""Send letters of ours again, one or all that failed or wait."""

from dataclasses import replace

from sqlalchemy import Connection, select

from mailproc.errors import LocalFault
from mailproc.flow import sent_again
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.mailroom import done_by
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.mailroom.handled import Handled
from mailproc.office.queries.letters import parsed
from mailproc.sentence import Part, Sentence, Word, sentence
from mailproc.store import letter_bytes, outgoing, restored
from mailproc.store.engine import Store
from mailproc.store.outgoing import OUTGOING
from mailproc.store.rows import OutgoingRecord

PORTION = 200
"""Letters in one commit."""
NEVER_AGAIN = ("sending", "withdrawn", outgoing.TO_PRINT, outgoing.PRINTED)

_FAILED = OUTGOING.c.state == "shelved"
_TRIED_LATER = (OUTGOING.c.state == "prepared") & OUTGOING.c.not_before.is_not(None)


def redeliver(
    store: Store,
    letter_id: str,
    *,
    arrived: bool = False,
    dry_run: bool = False,
    by: DoneBy | None = None,
) -> Handled:
    """Send the same bytes again, or take the letter as delivered; with ``dry_run`` keep nothing."""
    archived = None if arrived else from_archive(store, letter_id)

    def job(connection: Connection) -> Handled:
        return redelivered(connection, letter_id, arrived=arrived, by=by, archived=archived)

    return _would(foreseen(store, job)) if dry_run else store.write(job)


def from_archive(store: Store, letter_id: str) -> bytes | None:
    """Return the bytes of an archived letter of ours, for ``redelivered``: they are read before its write.

    None where the store has them, or there is no such letter. Raise as ``Archives.read``.
    """
    kind, number = parsed(letter_id)
    with store.read() as connection:
        row = outgoing.record(connection, number) if kind == "O" else None
        return letter_bytes.archived(connection, row) if row and row.state not in NEVER_AGAIN else None


def redelivered(
    connection: Connection, letter_id: str, *,
    arrived: bool = False, by: DoneBy | None = None, archived: bytes | None = None,
) -> Handled:  # fmt: skip
    """Do the same on a connection. ``archived``: as ``from_archive`` said."""
    kind, number = parsed(letter_id)
    if kind != "O":
        raise LocalFault(sentence("not-ours", letter=letter_id))
    if not done_by.begin(connection, by, "arrived" if arrived else "redeliver", (letter_id,)):
        said = done_by.done_before(connection, letter_id)
        return Handled(f"O{number}", _ours(connection, number).state, said)
    row = _ours(connection, number)
    if row.state in NEVER_AGAIN:
        raise LocalFault(sentence("redeliver-state", number=number, state=Word("delivery", row.state)))
    if not arrived:
        refuse_before_restore_ends(connection)
    return _again(connection, row, arrived=arrived, archived=archived)


def foreseen_of(connection: Connection, row: OutgoingRecord, *, arrived: bool) -> Part | None:
    """Return what ``redeliver`` would do, without doing it; None where it refuses. Reads the row alone."""
    if row.state in NEVER_AGAIN:
        return None
    if not arrived and (restored.standing(connection) is not None or row.archived == letter_bytes.DELETED):
        return None
    whole = arrived or sent_again.goes_whole(connection, row)
    return sentence("foreseen", said=_said(row, whole=whole, arrived=arrived))


def redeliver_all(store: Store, *, dry_run: bool = False) -> list[Handled]:
    """Send again everything that failed, or waits for another try, in portions; by number.

    Never what may have arrived (in doubt, bounced), and never what is held: somebody, or a restore, held it.
    """
    with store.read() as connection:
        statement = select(OUTGOING.c.id).where(_FAILED | _TRIED_LATER).order_by(OUTGOING.c.id)
        numbers = list(connection.execute(statement).scalars())
    done: list[Handled] = []
    for start in range(0, len(numbers), PORTION):
        portion = numbers[start : start + PORTION]

        def job(connection: Connection, portion: list[int] = portion) -> list[Handled]:
            refuse_before_restore_ends(connection)
            wanted = OUTGOING.c.id.in_(portion) & (_FAILED | _TRIED_LATER)  # one may have left since
            still = connection.execute(select(OUTGOING.c.id).where(wanted).order_by(OUTGOING.c.id)).scalars()
            return [_again(connection, _ours(connection, number), arrived=False) for number in list(still)]

        done += map(_would, foreseen(store, job)) if dry_run else store.write(job)
    return done


def _again(
    connection: Connection, row: OutgoingRecord, *, arrived: bool, archived: bytes | None = None
) -> Handled:
    if not arrived:
        letter_bytes.take_back(connection, row, archived)
    whole = sent_again.redeliver(connection, row, arrived=arrived)
    said = _said(row, whole=whole, arrived=arrived)
    return Handled(f"O{row.id}", _ours(connection, row.id).state, said)


def _said(row: OutgoingRecord, *, whole: bool, arrived: bool) -> Sentence:
    if not whole:
        return sentence("sent-in-part", number=row.id, partner=row.partner)
    return sentence("counts-as-delivered" if arrived else "sent-again", number=row.id)


def refuse_before_restore_ends(connection: Connection) -> None:
    """Raise LocalFault while the store is held."""
    if restored.standing(connection) is not None:
        raise LocalFault(sentence("restore-first"), ("mailproc restore", "mailproc restore --go"))


def _would(done: Handled) -> Handled:
    return replace(done, text=sentence("foreseen", said=done.text))


def _ours(connection: Connection, number: int) -> OutgoingRecord:
    row = outgoing.record(connection, number)
    if row is None:
        raise LocalFault(sentence("no-letter", name=f"O{number}"))
    return row
