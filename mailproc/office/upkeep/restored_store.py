"""A store that was put back from a copy: what may have left before, what came since, and going on."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from sqlalchemy import Connection, func, or_, select

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill import apdu_json
from mailproc.ill.event_names import event_heard
from mailproc.office.patrons import forgetting
from mailproc.office.queries import letters as mail
from mailproc.office.queries.letters import LetterLine
from mailproc.sentence import Part, sentence, stored
from mailproc.store import outgoing, requests, restore_hold, restored
from mailproc.store.engine import Store
from mailproc.store.events import EVENT
from mailproc.store.letters import INBOX
from mailproc.store.lock import daemon_lock
from mailproc.store.outgoing import OUTGOING
from mailproc.store.restored import Restored

MOST = 1000
"""Letters on the shelf that are looked at, partners' first."""
PATIENCE = 10.0
"""Seconds that a running service has to go on; it is asked for each fifth of a second."""
_HELD = select(OUTGOING.c.id, OUTGOING.c.rcpt_to, OUTGOING.c.subject).where(
    OUTGOING.c.state == "held", OUTGOING.c.last_error == stored(restore_hold.WHY)
)


@dataclass(frozen=True)
class CameSince:
    """A message that came since: its letter (I7), and what it says, as its row in the state tables."""

    letter: str
    event: str


@dataclass(frozen=True)
class MayHaveLeft:
    """A letter that was not sent in the copy. ``answers``: what came about the same since: then it has left,
    or another letter has."""

    id: str
    to: Part
    subject: str
    numbers: tuple[str, ...]
    answers: tuple[CameSince, ...]


@dataclass(frozen=True)
class RestoredStore:
    """``is_held``: nothing is sent, no timer fires. ``newest_at``: about when the copy was made.

    ``found_at`` None: it never was put back; the rest is empty then. ``numbers``: the next number of each
    counter. ``letters``: held, one by one, until staff send them again or say that they arrived. ``unknown``:
    what came since and matches no request: its request may be one that the copy does not have.
    """

    is_held: bool = False
    how: str = ""
    found_at: datetime | None = None
    newest_at: datetime | None = None
    numbers: str = ""
    gone_on_at: datetime | None = None
    actor: str = ""
    letters: tuple[MayHaveLeft, ...] = ()
    unknown: tuple[LetterLine, ...] = ()


def look(store: Store) -> RestoredStore:
    """Return what is to be known before the store goes on."""
    with store.read() as connection:
        found = restored.last(connection)
        if found is None:
            return RestoredStore()
        return RestoredStore(
            is_held=not found.is_over,
            how=found.how,
            found_at=found.found_at,
            newest_at=found.newest_at,
            numbers=found.numbers,
            gone_on_at=found.gone_on_at,
            actor=found.actor,
            letters=tuple(_may_have_left(connection, found)),
            unknown=tuple(line for line in mail.shelved(connection, MOST) if line.at >= found.found_at),
        )


def hold_here(store: Store) -> None:
    """Hold the store, which was put back with its whole machine, where no file can tell.

    Raise LocalFault while the service runs.
    """
    with daemon_lock(store):
        store.put_back(restored.HERE)()


def go_on(store: Store, context: Context, actor: str) -> None:
    """Let the store go on. What was not sent so far stays held, letter by letter.

    Raise LocalFault if it is not held, or while letters are unread: what they cause may have left before.
    """
    with store.read() as connection:
        if restored.standing(connection) is None:
            raise LocalFault(sentence("restore-not-held"), ("mailproc restore",))
        if unread := _unread(connection, context.clock()):
            raise LocalFault(sentence("restore-unread", count=unread), ("mailproc run", "mailproc shelved"))
    forgetting.forget_again(store, context.forgotten)
    at = context.clock()
    store.write(lambda connection: restored.go_on(connection, at, actor))
    with suppress(LocalFault), daemon_lock(store):
        store.write(restore_hold.end)
    _wait_for_service(store)


def _wait_for_service(store: Store) -> None:
    """Wait until a service that runs has ended the hold itself, so that what staff do next is not held."""
    until = time.monotonic() + PATIENCE
    while not _is_over(store) and time.monotonic() < until:
        time.sleep(0.05)  # the service is another process: looking again is all there is


def _is_over(store: Store) -> bool:
    with store.read() as connection:
        return restored.is_over(connection)


def _unread(connection: Connection, now: datetime) -> int:
    """Count the letters and messages that are read next."""
    counts = (
        select(func.count())
        .select_from(table)
        .where(table.c.state == "todo", or_(table.c.not_before.is_(None), table.c.not_before <= now))
        for table in (INBOX, EVENT)
    )
    return sum(connection.execute(count).scalar_one() for count in counts)


def _may_have_left(connection: Connection, found: Restored) -> Sequence[MayHaveLeft]:
    return [
        _one(connection, found, row["id"], row["rcpt_to"], row["subject"])
        for row in sorted(connection.execute(_HELD).mappings(), key=itemgetter("id"))
    ]


def _one(connection: Connection, found: Restored, outgoing_id: int, to: str, subject: str) -> MayHaveLeft:
    intents = outgoing.intents_of(connection, outgoing_id)
    about = dict.fromkeys(one.request_id for one in intents if one.request_id is not None)
    named = tuple(requests.number_of(connection, number) for number in about)
    asked = dict.fromkeys(one.transaction_id for one in intents if one.transaction_id is not None)
    answers = tuple(word for one in asked for word in _heard_since(connection, one, found.inbox_until))
    return MayHaveLeft(f"O{outgoing_id}", to or sentence("on-paper"), subject, named, answers)


def _heard_since(connection: Connection, transaction_id: int, inbox_until: int) -> list[CameSince]:
    since = (EVENT.c.transaction_id == transaction_id, EVENT.c.inbox_id > inbox_until)
    rows = connection.execute(select(EVENT.c.inbox_id, EVENT.c.type, EVENT.c.apdu).where(*since))
    return [
        CameSince(f"I{inbox_id}", event_heard(apdu_json.from_json(apdu)) if apdu else kind)
        for inbox_id, kind, apdu in rows
    ]
