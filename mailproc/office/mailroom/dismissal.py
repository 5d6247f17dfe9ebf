"""Dismiss shelved letters that do not concern us, and letters of ours that were not delivered.

They are kept, but not listed again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow import sent_again
from mailproc.flow.context import Context
from mailproc.office.mailroom import done_by, hook_handling
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.queries.letters import not_on_the_shelf, parsed
from mailproc.sentence import Sentence, Word, sentence
from mailproc.store import events, letters, order_letters, outgoing, requests, undelivered
from mailproc.store.engine import Store
from mailproc.store.rows import Transaction

LONGEST_NOTE = 500


@dataclass(frozen=True)
class Dismissed:
    """``ids`` in order, I… and E…; ``at``: an aware instant (UTC)."""

    ids: tuple[str, ...]
    by: str
    at: datetime
    note: str


def dismiss(
    store: Store,
    context: Context,
    letter_ids: Sequence[str],
    note: str = "",
    by: DoneBy | None = None,
) -> Dismissed:
    """Dismiss shelved letters and messages, letters of ours (O…) that bounced or failed, and calls of hooks
    (H…); all or none.

    For a letter that was read, its shelved messages are dismissed. ``release``, ``attach`` and ``redeliver``
    still accept what was dismissed. Raise LocalFault for what is not on the shelf, and for an order that
    nobody has and that is still wanted; Overtaken as ``done_by.begin``.
    """
    rows = list(dict.fromkeys(map(_named, letter_ids)))
    now, login = context.clock(), by.login if by is not None else ""
    why = _put_away_by(login or "staff", f"{context.local(now):%Y-%m-%d %H:%M}", " ".join(note.split()))

    def job(connection: Connection) -> Dismissed:
        if not done_by.begin(connection, by, "dismiss", [f"{kind}{number}" for kind, number in rows]):
            return Dismissed(tuple(f"{kind}{number}" for kind, number in rows), login, now, note)
        meant = dict.fromkeys(one for row in rows for one in _meant(connection, *row))
        for kind, number in meant:
            if kind == "H":
                hook_handling.dismiss(connection, number, why, now)
            else:
                _PUT_AWAY[kind](connection, number, why)
        return Dismissed(tuple(f"{kind}{number}" for kind, number in meant), login, now, note)

    return store.write(job)


def _named(letter_id: str) -> tuple[str, int]:
    call_id = hook_handling.number_of(letter_id)
    return parsed(letter_id) if call_id is None else ("H", call_id)


def _put_away_by(by: str, when: str, note: str) -> Sentence:
    if not note:
        return sentence("staff-put-away", by=by, when=when)
    return sentence("staff-put-away-note", by=by, when=when, note=note[:LONGEST_NOTE])


def _meant(connection: Connection, kind: str, number: int) -> Sequence[tuple[str, int]]:
    """Return the letter or message itself, or the shelved messages of a letter that was read.

    A letter and one of its messages may be named together.
    """
    row = letters.record(connection, number) if kind == "I" else None
    if row is None or row.state != "done":
        return [(kind, number)]
    shelved = events.shelved_ids_of_letter(connection, number)
    if not shelved:
        raise not_on_the_shelf(connection, f"I{number}")
    return [("E", event_id) for event_id in shelved]


def _letter(connection: Connection, number: int, why: Sentence) -> None:
    if not letters.dismiss(connection, number, why):
        raise not_on_the_shelf(connection, f"I{number}")


def _message(connection: Connection, number: int, why: Sentence) -> None:
    if not events.dismiss(connection, number, why):
        raise not_on_the_shelf(connection, f"E{number}")


def _ours(connection: Connection, number: int, why: Sentence) -> None:
    if wanted := order_letters.still_wanted(connection, number):
        raise _still_wanted(connection, number, wanted)
    if not undelivered.dismiss(connection, number, why):
        row = outgoing.record(connection, number)
        if row is None:
            raise LocalFault(sentence("no-letter", name=f"O{number}"), ("mailproc outbox",))
        state = Word("delivery", row.state)
        raise LocalFault(sentence("dismiss-ours", number=number, state=state), ("mailproc outbox",))
    sent_again.settle_attention(connection, number)


_PUT_AWAY = {"I": _letter, "E": _message, "O": _ours}


def _still_wanted(connection: Connection, number: int, wanted: Sequence[Transaction]) -> LocalFault:
    names = [requests.load(connection, one.request_id).number for one in wanted]
    return LocalFault(
        sentence("dismiss-wanted", number=number, names=", ".join(names)),
        (f"mailproc redeliver O{number}", f"mailproc next {names[0]}", f"mailproc act {names[0]} cancel"),
    )
