"""The inbox rows on their way through intake, and what can be looked up in them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import Boolean, Connection, RowMapping, bindparam, func, or_, select, text

from mailproc.errors import LocalFault
from mailproc.sentence import Part, sentence, stored
from mailproc.store import letter_bytes
from mailproc.store.outgoing import LEFT
from mailproc.store.prepared_statements import Constant, table_of, update_of
from mailproc.store.queue import Due
from mailproc.store.rows import InboxLetter, InboxRecord, LetterSender
from mailproc.store.tables import (
    DEFERRED,
    SHELVED,
    TAKEN,
    InboxRow,
    Instant,
    IntentRow,
    OutgoingRow,
    RequestRow,
    TransactionRow,
)
from mailproc.store.text import storable

INBOX = table_of(InboxRow)
_BYTES = letter_bytes.INBOX.bytes
OUTGOING = table_of(OutgoingRow)
INTENT = table_of(IntentRow)
TRANSACTION = table_of(TransactionRow)
REQUEST = table_of(RequestRow)

DISMISSED = "dismissed"
"""State of a letter, or of one message of it, that staff have dismissed."""
PLACEABLE = ("shelved", DISMISSED)
"""States in which staff may still assign a letter."""

FOUND = (
    "message_id", "content_digest", "taken_from", "said_from",
    "subject", "codec", "partner", "proof", "proof_note", "note", "last_error",
)  # fmt: skip
"""Columns that are filled when a letter is read."""

_SETTLE = Constant(
    update_of(InboxRow, ("state", "unfinished", *FOUND))
    .where(INBOX.c.state == bindparam("was"))
    .returning(INBOX.c.id)
)
_WAITS = Constant(
    select(INBOX.c.id)
    .where(INBOX.c.id == bindparam("inbox_id"), INBOX.c.state == "todo")
    .with_for_update()  # of PostgreSQL: SQLite has one writer
)
_IS_TAKEN = text(TAKEN)  # said as the indexes say it
_SAME_BYTES = Constant(
    select(INBOX.c.id)
    .where(INBOX.c.digest == bindparam("digest"), INBOX.c.taken_from == bindparam("taken_from"), _IS_TAKEN)
    .limit(1)
)
_SAME_CONTENT = Constant(
    select(INBOX.c.id)
    .where(
        INBOX.c.message_id == bindparam("message_id"),
        INBOX.c.content_digest == bindparam("content_digest"),
        INBOX.c.taken_from == bindparam("taken_from"),
        _IS_TAKEN,
    )
    .limit(1)
)
_OTHER_CONTENT = Constant(
    select(INBOX.c.id)
    .where(
        INBOX.c.message_id == bindparam("message_id"),
        INBOX.c.content_digest != bindparam("content_digest"),
        INBOX.c.taken_from == bindparam("taken_from"),
        _IS_TAKEN,
    )
    .limit(1)
)
_SENDER_OF = Constant(
    select(INBOX.c.partner, INBOX.c.proof, INBOX.c.taken_from).where(INBOX.c.id == bindparam("inbox_id")),
    LetterSender,
)
_ANY_WAITING = Constant(select(INBOX.c.id).where(text(DEFERRED)).limit(1))
_LOAD = Constant(select(*letter_bytes.whole(INBOX)).where(INBOX.c.id == bindparam("inbox_id")), InboxLetter)
_RECORD = Constant(select(INBOX).where(INBOX.c.id == bindparam("inbox_id")), InboxRecord)
_SHELVED_BECAUSE = select(INBOX.c.id).where(
    INBOX.c.state == "shelved",
    INBOX.c.codec == bindparam("codec"),
    INBOX.c.last_error == bindparam("why"),
)
_LENGTHS = select(_BYTES.c.letter_id, func.length(_BYTES.c.raw).label("octets")).where(
    _BYTES.c.letter_id.in_(bindparam("ids", expanding=True))
)
_UNPROVEN = (text(SHELVED), INBOX.c.proof == "")
_OURS = select(OUTGOING.c.id, OUTGOING.c.rcpt_to).where(
    OUTGOING.c.message_id.in_(bindparam("ids", expanding=True))
)
LOOKED_THROUGH = 5_000
"""Our latest letters among which a subject is looked for."""
_NAMED_BY = (
    select(OUTGOING.c.id)
    .where(
        OUTGOING.c.id > select(func.max(OUTGOING.c.id)).scalar_subquery() - bindparam("looked_through"),
        OUTGOING.c.subject.in_(bindparam("subjects", expanding=True)),
        or_(
            bindparam("any", type_=Boolean),
            func.lower(OUTGOING.c.rcpt_to).in_(bindparam("recipients", expanding=True)),
        ),
        OUTGOING.c.prepared_at >= bindparam("since", type_=Instant),
        OUTGOING.c.state.in_(LEFT),
    )
    .limit(2)
)
_QUOTED = (
    select(OUTGOING.c.id)
    .join(INTENT, INTENT.c.outgoing_id == OUTGOING.c.id)
    .join(TRANSACTION, TRANSACTION.c.id == INTENT.c.transaction_id)
    .join(REQUEST, REQUEST.c.id == TRANSACTION.c.request_id)
    .where(
        REQUEST.c.number.in_(bindparam("numbers", expanding=True)),
        func.lower(OUTGOING.c.rcpt_to).in_(bindparam("recipients", expanding=True)),
        OUTGOING.c.prepared_at >= bindparam("since", type_=Instant),
        OUTGOING.c.state.in_(LEFT),
    )
    .distinct()
    .limit(2)
)


def fitting(connection: Connection, due: Sequence[Due], octets: int) -> list[Due]:
    """Return the due rows (id first) up to so many octets, at least the first."""
    lengths = {
        row.letter_id: row.octets for row in connection.execute(_LENGTHS, {"ids": [one[0] for one in due]})
    }
    sums = accumulate(lengths[one[0]] for one in due)
    return [
        one for place, (one, total) in enumerate(zip(due, sums, strict=True)) if not place or total <= octets
    ]


def waits(connection: Connection, inbox_id: int) -> bool:
    """Return whether the letter is still to be read; until the commit nobody else can end that."""
    return _WAITS.scalar(connection, {"inbox_id": inbox_id}) is not None


def settle(connection: Connection, inbox_id: int, state: str, was: str = "todo", **found: Any) -> None:
    """Record the letter as done or shelved, with what was found in it ('' if not given).

    ``taken_from`` is given if it had an effect: then it is the earlier copy of others. Raise LocalFault if it
    is no longer in state ``was``, because another process settled it first.
    """
    values: dict[str, Any] = {name: storable(found.get(name, "")) for name in FOUND}
    values |= {"row_id": inbox_id, "state": state, "was": was, "unfinished": 0}
    if _SETTLE.scalar(connection, values) is None:
        raise LocalFault(sentence("settled-meanwhile", letter=inbox_id))


def claimed_by(connection: Connection, inbox_id: int, *, partner: str, subject: str, said_from: str) -> None:
    """Record the claimed sender of a letter that is read again later. Nothing is proven by that."""
    this = INBOX.update().where(INBOX.c.id == inbox_id, INBOX.c.state == "todo")
    said = {"subject": storable(subject), "said_from": storable(said_from)}
    connection.execute(this.values(partner=partner, **said))


MOST_WAITING = 10_000
"""Letters that wait for DNS and are listed."""


def waiting(connection: Connection) -> Sequence[RowMapping]:
    """Return the letters that wait for DNS, without their bytes, the oldest first."""
    these = select(INBOX).where(text(DEFERRED))
    return connection.execute(these.order_by(INBOX.c.id).limit(MOST_WAITING)).mappings().all()


def is_any_waiting(connection: Connection) -> bool:
    """Does a letter wait for DNS? Asked each time that the clock looks."""
    return _ANY_WAITING.scalar(connection, {}) is not None


def load(connection: Connection, inbox_id: int) -> InboxLetter | None:
    """Raise as ``Archives.read`` if its bytes are archived and cannot be read."""
    row = _LOAD.row(connection, {"inbox_id": inbox_id})
    return row and letter_bytes.filled(connection, row)


def record(connection: Connection, inbox_id: int) -> InboxRecord | None:
    """Return what is known of a letter, without its bytes."""
    return _RECORD.row(connection, {"inbox_id": inbox_id})


def sender_of(connection: Connection, inbox_id: int) -> LetterSender | None:
    """Return who sent a letter: partner, proof and taken_from, without its bytes."""
    return _SENDER_OF.row(connection, {"inbox_id": inbox_id})


def earlier_copy(
    connection: Connection, taken_from: str, digest: str, message_id: str, content_digest: str
) -> int | None:
    """Return the letter of the same sender that had its effect, with the same bytes, or name and content.

    ``taken_from``: the proven sender; '' has no earlier copies. One index lookup each.
    """
    if not taken_from:
        return None
    values = {"taken_from": storable(taken_from), "digest": digest, "content_digest": content_digest}
    found: int | None = _SAME_BYTES.scalar(connection, values)
    if found is None and message_id and content_digest:
        found = _SAME_CONTENT.scalar(connection, values | {"message_id": storable(message_id)})
    return found


def other_content(
    connection: Connection, taken_from: str, message_id: str, content_digest: str
) -> int | None:
    """Return a letter of the same sender and name that had its effect and says something else."""
    values = {"taken_from": storable(taken_from), "content_digest": content_digest}
    found: int | None = _OTHER_CONTENT.scalar(connection, values | {"message_id": storable(message_id)})
    return found


def ours(connection: Connection, message_ids: Collection[str]) -> dict[int, str]:
    """Return which letters of ours have these Message-IDs: id and recipient."""
    if not message_ids:
        return {}
    rows = connection.execute(_OURS, {"ids": list(message_ids)})
    return {row.id: row.rcpt_to for row in rows}


def quoted(
    connection: Connection, numbers: Collection[str], recipients: Collection[str], since: datetime
) -> list[int]:
    """Return the letters since then to one of these addresses about these requests ("B12"); at most two."""
    if not numbers or not recipients:
        return []
    values = {"numbers": list(numbers), "recipients": list(recipients), "since": since}
    return list(connection.execute(_QUOTED, values).scalars())


def named_by(
    connection: Connection, subjects: Collection[str], recipients: Collection[str], since: datetime
) -> list[int]:
    """Return the letters since then with one of these subjects, to one of these addresses; at most two.

    Of the last ``LOOKED_THROUGH``; to any address if none is given.
    """
    if not subjects:
        return []
    values = {
        "subjects": list(subjects),
        "recipients": list(recipients),
        "since": since,
        "any": not recipients,
        "looked_through": LOOKED_THROUGH,
    }
    return list(connection.execute(_NAMED_BY, values).scalars())


def shelved_because(connection: Connection, reasons: Iterable[str], codec: str) -> list[int]:
    """Return letters of this protocol that are shelved for exactly one of these reasons."""
    asked = ({"why": why, "codec": codec} for why in reasons)
    return sorted(found for one in asked for found in connection.execute(_SHELVED_BECAUSE, one).scalars())


def unproven_on_shelf(connection: Connection, besides: int = 0) -> dict[str, int]:
    """Return how many shelved letters are unproven, without that one, by the partner they claim to be of."""
    others = (*_UNPROVEN, INBOX.c.id != besides)
    rows = connection.execute(select(INBOX.c.partner, func.count()).where(*others).group_by(INBOX.c.partner))
    return {row[0]: row[1] for row in rows}


def unproven_notes(connection: Connection, partner: str, begins: str, limit: int) -> list[str]:
    """Return the notes with this beginning of the latest letters that claim to be the partner's.

    The newest first.
    """
    latest = select(INBOX.c.note).where(
        *_UNPROVEN, INBOX.c.partner == partner, INBOX.c.note.startswith(begins, autoescape=True)
    )
    return list(connection.execute(latest.order_by(INBOX.c.id.desc()).limit(limit)).scalars())


def dismiss(connection: Connection, inbox_id: int, why: Part) -> bool:
    """Dismiss a shelved letter, with its reason kept; False if it is not shelved."""
    this = (INBOX.c.id == inbox_id, INBOX.c.state == "shelved")
    done = connection.execute(INBOX.update().where(*this).values(state=DISMISSED, note=stored(why)))
    return done.rowcount == 1


def again(connection: Connection, inbox_id: int, archived: bytes | None = None, **values: Any) -> None:
    """Put a shelved letter back into the queue. ``archived``: as ``letter_bytes.archived`` said before the
    write; without it an archive is read now. Raise as ``load``."""
    if (found := record(connection, inbox_id)) is not None:
        letter_bytes.take_back(connection, found, archived)
    fresh = {"state": "todo", "attempts": 0, "last_error": ""} | values
    connection.execute(INBOX.update().where(INBOX.c.id == inbox_id).values(fresh))
