"""What an undo takes back: the last act of staff that stands, if nothing of it has left."""

from collections.abc import Collection, Mapping
from itertools import dropwhile

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow import sent_again
from mailproc.flow.advance import attention_kept
from mailproc.flow.matching import item_received
from mailproc.ill.attention import ENDS_WITH_A_NOTE, Reason
from mailproc.ill.event_names import spoken
from mailproc.ill.events import AUTOMATIC_REPLY, PUTTING_OFF, READER_WROTE, SLIP_PRINTED, WRITTEN_TO_READER
from mailproc.ill.facts import Facts
from mailproc.ill.transaction_state import BARCODE_NOTED, CHARGE_NOTED
from mailproc.sentence import Word, sentence
from mailproc.store import events, outgoing, requests
from mailproc.store.rows import Event, Transaction
from mailproc.store.taken_back import UNDO

BESIDE = (
    "note", CHARGE_NOTED, BARCODE_NOTED, *SLIP_PRINTED, "DOCUMENT_WITHHELD", "DOCUMENT_DELETED", READER_WROTE,
    AUTOMATIC_REPLY, *PUTTING_OFF,
)  # fmt: skip
"""Events that an undo passes over: nothing left with them, and what anybody may write ends no undo."""
NOT_UNDONE = ("request", "amend", "redirect", "forget")
SETTLED_BESIDE: Mapping[str, Collection[Reason]] = {
    "note": ENDS_WITH_A_NOTE,
    WRITTEN_TO_READER: attention_kept.SETTLES[WRITTEN_TO_READER],
}
"""What events that an undo passes over settle."""
RAISED_BESIDE = (Reason.READER_WROTE, Reason.DOCUMENT_WITHHELD)
"""What such an event brings to attention; an undo of what was done before it leaves that."""


def last_done(connection: Connection, transaction: Transaction, letter: int = 0) -> Event | None:
    """Return what happened last and stands: an act that was taken back, and taking it back, do not.

    A letter to the reader in own words can be taken back while it waits, whatever came meanwhile; once it
    left, it is passed over.
    ``letter``: an event that counts though others of its kind are passed over.
    """
    stands = events.standing(connection, transaction.id)
    found = [one for one in reversed(stands) if one.id == letter or one.type not in (UNDO, *BESIDE)]
    open_still = [one for one in found if one.type != WRITTEN_TO_READER or not _left(connection, one)]
    if not open_still or letter or open_still[0].cause == "staff":
        return open_still[0] if open_still else None
    return next((one for one in open_still if one.type == WRITTEN_TO_READER), open_still[0])


def _left(connection: Connection, event: Event) -> bool:
    """Return whether any letter that the event ordered has left."""
    return any(row.letter_state in outgoing.LEFT for row in outgoing.of_event(connection, event.id))


def may_undo(connection: Connection, transaction: Transaction) -> bool:
    """Return whether the last staff action can be undone, decided as the action itself is."""
    try:
        to_undo(connection, transaction)
    except LocalFault:
        return False
    return True


def to_undo(connection: Connection, transaction: Transaction, letter: int = 0) -> Facts:
    """Return what undoes the last staff action, if nothing came since and its letter has not left.

    ``letter``: the event of a letter that staff attached, which is to be taken off again. Raise LocalFault.
    """
    if letter:
        return _undoes(connection, transaction, _attached(connection, transaction, letter))
    last = last_done(connection, transaction)
    if last is None or last.cause != "staff" or last.type in NOT_UNDONE:
        raise LocalFault(sentence("undo-nothing"))
    return _undoes(connection, transaction, last)


def _attached(connection: Connection, transaction: Transaction, letter: int) -> Event:
    """Return what staff attached. Raise LocalFault if something has built on it since, or it opened or handed
    on the request."""
    number = requests.number_of(connection, transaction.request_id)
    last = last_done(connection, transaction, letter)
    if last is not None and last.id != letter:
        spoke = "done" if last.type[:1].islower() else "heard"
        what = Word(spoke, spoken(last.type, last.apdu))
        raise LocalFault(sentence("letter-built-on", number=number, what=what))
    if (
        last is None
        or "found" not in (last.facts or {})
        or item_received.is_followed(connection, transaction)
    ):
        raise LocalFault(sentence("letter-stays", number=number))
    return last


def _is_last_of_reader(connection: Connection, transaction: Transaction, event: Event) -> bool:
    """Return whether it is a letter of the reader after which none came."""
    if event.type != READER_WROTE:
        return False
    newest = events.last_of(connection, transaction.id, (READER_WROTE,))
    return newest is not None and newest.id == event.id


def _undoes(connection: Connection, transaction: Transaction, last: Event) -> Facts:
    facts = last.facts or {}
    if "found" not in facts or (last.heard_by and item_received.is_followed(connection, transaction)):
        raise LocalFault(sentence("undo-heard"))
    told_again = last.type == "close"  # the reader only was told, and is told again on arrival
    if not told_again and _left(connection, last):
        raise LocalFault(sentence("undo-left"))
    attention = _attention(connection, transaction, last)
    kept: Facts = {"found": facts["found"], "attention": attention or None, "undone": last.id}
    return kept | {"withdrew": facts["withdrew"]} if "withdrew" in facts else kept


def _attention(connection: Connection, transaction: Transaction, last: Event) -> list[str]:
    """Return what stood before ``last`` and is not settled since, with what was raised beside it."""
    had, now = (last.facts or {}).get("attention") or [], transaction.attention or []
    over = _settled_since(connection, transaction, last).difference(now)
    own = [Reason.READER_WROTE] if _is_last_of_reader(connection, transaction, last) else []
    if last.type == WRITTEN_TO_READER:  # what came meanwhile stays to be read
        return [*now, *(one for one in had if one not in (*now, *over) and one in SETTLED_BESIDE[last.type])]
    since = [reason for reason in now if reason in RAISED_BESIDE and reason not in (*had, *own)]
    return [*(reason for reason in had if reason not in over), *since]


def _settled_since(connection: Connection, transaction: Transaction, last: Event) -> set[Reason]:
    """Return what cannot stand any more: no letter of ours is in that trouble now, or staff have noted since
    that they read it, or have answered the reader."""
    over = set(sent_again.over(connection, transaction.id)) - {Reason.FILE_REJECTED}
    stands = events.standing(connection, transaction.id)
    for event in dropwhile(lambda one: one.id != last.id, stands):
        over.update(SETTLED_BESIDE.get(event.type, ()) if event.id != last.id else ())
    return over
