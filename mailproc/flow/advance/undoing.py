"""What an undo takes back: the last act of staff that stands, if nothing of it has left."""

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.matching import item_received
from mailproc.ill.attention import Reason
from mailproc.ill.event_names import spoken
from mailproc.ill.events import AUTOMATIC_REPLY, PUTTING_OFF, READER_WROTE, SLIP_PRINTED
from mailproc.ill.facts import Facts
from mailproc.ill.transaction_state import BARCODE_NOTED, CHARGE_NOTED
from mailproc.sentence import Word, sentence
from mailproc.store import events, outgoing, requests
from mailproc.store.rows import Event, Transaction

BESIDE = (
    "note", CHARGE_NOTED, BARCODE_NOTED, *SLIP_PRINTED, "DOCUMENT_WITHHELD", "DOCUMENT_DELETED", READER_WROTE,
    AUTOMATIC_REPLY, *PUTTING_OFF,
)  # fmt: skip
"""Events that an undo passes over: nothing left with them, and what anybody may write ends no undo."""
NOT_UNDONE = ("request", "amend", "redirect", "forget")
RAISED_BESIDE = (Reason.READER_WROTE, Reason.DOCUMENT_WITHHELD)
"""What such an event brings to attention; an undo of what was done before it leaves that."""


def last_done(connection: Connection, transaction: Transaction) -> Event | None:
    """Return what happened last and stands: an act that was taken back, and taking it back, do not."""
    stands: list[Event] = []
    for event in events.of_transaction(connection, transaction.id):
        if event.type == "undo":
            undone = (event.facts or {}).get("undone")
            stands = [one for one in stands if one.id != undone]
        elif event.type not in BESIDE:
            stands.append(event)
    return stands[-1] if stands else None


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
    last = last_done(connection, transaction)
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


def _undoes(connection: Connection, transaction: Transaction, last: Event) -> Facts:
    facts = last.facts or {}
    if "found" not in facts or (last.heard_by and item_received.is_followed(connection, transaction)):
        raise LocalFault(sentence("undo-heard"))
    left = any(row.letter_state in outgoing.LEFT for row in outgoing.of_event(connection, last.id))
    if left and last.type != "close":  # closing is told to the reader only, who is told again on arrival
        raise LocalFault(sentence("undo-left"))
    had, now = facts.get("attention") or [], transaction.attention or []
    since = [reason for reason in now if reason in RAISED_BESIDE and reason not in had]
    kept: Facts = {"found": facts["found"], "attention": [*had, *since] or None, "undone": last.id}
    return kept | {"withdrew": facts["withdrew"]} if "withdrew" in facts else kept
