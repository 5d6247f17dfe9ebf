"""A store that was put back from a copy: what may have left before, what came since, and going on."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from sqlalchemy import Connection, Table, bindparam, func, or_, select

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill import apdu_json
from mailproc.ill.event_names import event_heard
from mailproc.office.patrons import forgetting
from mailproc.office.queries import letters as mail
from mailproc.office.queries.letters import LetterLine
from mailproc.sentence import Part, Sentence, sentence, stored
from mailproc.store import (
    api_tokens,
    hook_lists,
    lock,
    outgoing,
    requests,
    restore_hold,
    restored,
    staff,
)
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
_HELD = select(OUTGOING.c.id, OUTGOING.c.rcpt_to, OUTGOING.c.subject, OUTGOING.c.partner).where(
    OUTGOING.c.state == "held", OUTGOING.c.last_error == bindparam("why")
)


@dataclass(frozen=True)
class CameSince:
    """A message that came since: its letter (I7), and what it says, as its row in the state tables."""

    letter: str
    event: str


@dataclass(frozen=True)
class MayHaveLeft:
    """A letter that was not sent in the copy. ``answers``: what its partner has said about the same since,
    in a letter that is proven to be the partner's: then it has left, or another letter has."""

    id: str
    to: Part
    subject: str
    numbers: tuple[str, ...]
    answers: tuple[CameSince, ...]


@dataclass(frozen=True)
class MayHaveBeenTold:
    """A call of a hook that was not made in the copy, or was written since. ``event``: with its role."""

    id: str
    hook: str
    event: str
    request: str


@dataclass(frozen=True)
class RestoredStore:
    """``is_held``: nothing is sent, no timer fires. ``newest_at``: about when the copy was made.

    ``found_at`` None: it never was put back; the rest is empty then. ``numbers``: the next number of each
    counter. ``letters``: held, one by one, until staff send them again or say that they arrived. ``unknown``:
    what came since and matches no request, partners' letters first, the newest first: its request may be one
    that the copy does not have; ``left_out``: how many more there are. ``entered``: letters that staff had
    sent since: they are held too, as what they are about may have been ordered before. ``unwritten``:
    how many messages are no letters yet and will be held; the service writes them. ``calls`` and
    ``entered_calls``: of hooks, likewise. ``people`` and ``tokens``: who may use the desk and the interface
    by the copy, each with the role, while it is held: one of them may have been put out since.
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
    left_out: int = 0
    entered: tuple[MayHaveLeft, ...] = ()
    unwritten: int = 0
    calls: tuple[MayHaveBeenTold, ...] = ()
    entered_calls: tuple[MayHaveBeenTold, ...] = ()
    people: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


def look(store: Store) -> RestoredStore:
    """Return what is to be known before the store goes on."""
    with store.read() as connection:
        found = restored.last(connection)
        if found is None:
            return RestoredStore()
        people, tokens = ((), ()) if found.gone_on_at else _let_in(connection)
        unknown, count = mail.shelved_since(connection, found.inbox_until, MOST)
        return RestoredStore(
            is_held=not found.is_over,
            how=found.how,
            found_at=found.found_at,
            newest_at=found.newest_at,
            numbers=found.numbers,
            gone_on_at=found.gone_on_at,
            actor=found.actor,
            letters=tuple(_held(connection, found, restore_hold.WHY)),
            unknown=tuple(unknown),
            left_out=count - len(unknown),
            entered=tuple(_held(connection, found, restore_hold.ENTERED)),
            unwritten=restore_hold.count_unwritten(connection),
            calls=tuple(_held_calls(connection, restore_hold.WHY)),
            entered_calls=tuple(_held_calls(connection, restore_hold.ENTERED)),
            people=people,
            tokens=tokens,
        )


def _let_in(connection: Connection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who may use the desk, and which tokens count."""
    people = tuple(f"{one.login} ({one.role})" for one in staff.listed(connection) if not one.out_at)
    tokens = tuple(f"{one.name} ({one.role})" for one in api_tokens.listed(connection) if not one.out_at)
    return people, tokens


def hold_here(store: Store) -> None:
    """Hold the store, which was put back with its whole machine, where no file can tell.

    Raise LocalFault while the service runs.
    """
    with daemon_lock(store):
        store.put_back(restored.HERE)()


def go_on(store: Store, context: Context, actor: str) -> None:
    """Let the store go on. What was not sent so far stays held, letter by letter.

    Raise LocalFault if it is not held, or while letters are unread: what they cause may have left before.
    A service that runs is given time to read what is there now; what comes later does not matter.
    """
    with store.read() as connection:
        if restored.standing(connection) is None:
            raise LocalFault(sentence("restore-not-held"), ("mailproc restore",))
        newest = _newest(connection, INBOX), _newest(connection, EVENT)
    _wait_until_read(store, context, *newest)
    forgetting.forget_again(store, context, context.forgotten)
    at = context.clock()
    store.write(lambda connection: restored.go_on(connection, at, actor))
    with suppress(LocalFault), daemon_lock(store):
        store.write(restore_hold.end)
    _wait_for_service(store)


def _wait_until_read(store: Store, context: Context, inbox_until: int, event_until: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        with store.read() as connection:
            unread = _unread(connection, context.clock(), inbox_until, event_until)
            runs = lock.holder(store, connection) is not None
        if not unread:
            return
        if not runs or time.monotonic() > until:
            raise LocalFault(sentence("restore-unread", count=unread), ("mailproc run", "mailproc shelved"))
        time.sleep(0.05)  # the service is another process: looking again is all there is


def _newest(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.max(table.c.id))).scalar() or 0


def _wait_for_service(store: Store) -> None:
    """Wait until a service that runs has ended the hold itself, so that what staff do next is not held."""
    until = time.monotonic() + PATIENCE
    while not _is_over(store) and time.monotonic() < until:
        time.sleep(0.05)  # the service is another process: looking again is all there is


def _is_over(store: Store) -> bool:
    with store.read() as connection:
        return restored.is_over(connection)


def _unread(connection: Connection, now: datetime, inbox_until: int, event_until: int) -> int:
    """Count the letters up to ``inbox_until`` that are read next, and the messages in them or so far."""
    meant = {
        INBOX: INBOX.c.id <= inbox_until,
        EVENT: or_(EVENT.c.id <= event_until, EVENT.c.inbox_id <= inbox_until),
    }
    counts = (
        select(func.count())
        .select_from(table)
        .where(table.c.state == "todo", or_(table.c.not_before.is_(None), table.c.not_before <= now), which)
        for table, which in meant.items()
    )
    return sum(connection.execute(count).scalar_one() for count in counts)


def _held(connection: Connection, found: Restored, why: Sentence) -> Sequence[MayHaveLeft]:
    rows = connection.execute(_HELD, {"why": stored(why)}).mappings().all()
    return [
        _one(connection, found, row["id"], row["partner"], row["rcpt_to"], row["subject"])
        for row in sorted(rows, key=itemgetter("id"))
    ]


def _held_calls(connection: Connection, why: Sentence) -> Iterator[MayHaveBeenTold]:
    for call in hook_lists.held(connection, why):
        yield MayHaveBeenTold(call.name, call.hook, call.event, call.payload["numbers"]["request"])


def _one(
    connection: Connection, found: Restored, letter_id: int, partner: str, rcpt_to: str, subject: str
) -> MayHaveLeft:
    intents = outgoing.intents_of(connection, letter_id)
    about = dict.fromkeys(one.request_id for one in intents if one.request_id is not None)
    named = tuple(requests.number_of(connection, number) for number in about)
    asked = dict.fromkeys(one.transaction_id for one in intents if one.transaction_id is not None)
    answers = tuple(
        word for one in asked for word in _heard_since(connection, one, partner, found.inbox_until)
    )
    return MayHaveLeft(f"O{letter_id}", rcpt_to or sentence("on-paper"), subject, named, answers)


def _heard_since(
    connection: Connection, transaction_id: int, partner: str, inbox_until: int
) -> list[CameSince]:
    """Return what the partner itself has said: anybody can write as a reader, or be out of office."""
    if not partner:
        return []
    rows = connection.execute(
        select(EVENT.c.inbox_id, EVENT.c.apdu)
        .join(INBOX, INBOX.c.id == EVENT.c.inbox_id)
        .where(EVENT.c.transaction_id == transaction_id, EVENT.c.inbox_id > inbox_until)
        .where(EVENT.c.partner == partner, INBOX.c.proof > "", EVENT.c.apdu.is_not(None))
    )
    return [CameSince(f"I{letter}", event_heard(apdu_json.from_json(apdu))) for letter, apdu in rows]
