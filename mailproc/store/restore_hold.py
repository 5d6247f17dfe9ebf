"""Hold a store that was put back from a copy.

What happened after the copy was made is not in it. So nothing leaves and no timer fires until staff say so;
what was not sent yet is held, as it may have left; and the numbers go on above all that were given out.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, FromClause, ScalarSelect, Select, bindparam, func, select

from mailproc.errors import Misconfigured
from mailproc.sentence import sentence, stored
from mailproc.store import (
    hook_calls,
    outgoing,
    reader_access,
    restored,
    shared_places,
    staff,
    store_identity,
)
from mailproc.store.counters_file import CountersFile, LeftStore
from mailproc.store.events import EVENT
from mailproc.store.intent_bodies import NoticeToStaff
from mailproc.store.letters import INBOX
from mailproc.store.outgoing import INTENT, OUTGOING, NewLetterOut
from mailproc.store.prepared_statements import made, table_of
from mailproc.store.reader_tables import ReaderLinkRow
from mailproc.store.rows import Intent
from mailproc.store.tables import Counter
from mailproc.store.upkeep_tables import BackupRow

_log = logging.getLogger(__name__)

COUNTER = table_of(Counter)
BACKUP = table_of(BackupRow)
WHY = sentence("restored")
"""Why a letter is held that may have left before the store was put back from a copy."""
ENTERED = sentence("restored-entered")
"""Why a letter is held that staff had sent while the store was held: only they know if it had left before."""
ALWAYS = datetime.max.replace(tzinfo=UTC)
_WHY = {1: WHY, 2: ENTERED}
"""Of an intent that is marked (``IntentRow.restored``)."""
COUNTERS = ("B", "L", "FILE")
AHEAD = 1000
"""Numbers that are left out where nobody knows how many were given out; a tenth of all, if that is more."""


_WAITING = OUTGOING.c.state.in_(("prepared", "sending"))
_NO_LINK_OPENS = table_of(ReaderLinkRow).update().values(token=None)
_HOLD = OUTGOING.update().where(_WAITING).values(state="held", not_before=None, last_error=bindparam("why"))


def check(connection: Connection, file: CountersFile, *, service_runs: bool = False) -> None:
    """Hold the store if the counters file knows more than it; begin the file if it never had one.

    A store whose file is missing was put back too, or moved: nobody can tell what has left since. In the
    first transaction of a process, before anything else is written. Raise Misconfigured, also where this
    machine does not reach the file that the service uses, and NoRoom. While a service runs the store is not
    held: that has a file of its own, and it goes on sending (Misconfigured).
    """
    shared_places.refuse_other(connection, shared_places.of_counters(file.path))
    file.store_id = store_identity.make(connection)
    left = file.read()
    if left is None and not store_identity.has_counters(connection):
        counted = {name: following - 1 for name, following in _counters(connection).items()}
        file.begin(LeftStore(file.store_id, counted, counted))
        store_identity.note_counters(connection, there=True)
    elif left is None or is_older(connection, left):
        if service_runs:
            raise _not_the_services(file, left)
        file.begin(enter(connection, file, restored.FOUND))
        _log.warning("the store was put back from a copy: nothing is sent until `mailproc restore --go`")


def _not_the_services(file: CountersFile, left: LeftStore | None) -> Misconfigured:
    why = "is not there" if left is None else "knows of more than the store does"
    return Misconfigured(
        f"store.counters: {file.path}, which says what left the store, {why}, while a service runs with"
        " another one: use the config.toml of that service, or name its file here"
    )


def is_older(connection: Connection, left: LeftStore) -> bool:
    """Return whether something has left, or was about to, that the store does not know."""
    counters = _counters(connection)
    if any(counters.get(name, 1) - 1 < last for name, last in left.given.items()):
        return True
    if left.tried_at is None:
        return False
    at = connection.execute(select(OUTGOING.c.sending_since).where(OUTGOING.c.id == left.letter)).scalar()
    return at is None or at < left.tried_at


def enter(connection: Connection, file: CountersFile, how: str, store_id: str = "") -> LeftStore:
    """Hold the store: no letter leaves, no timer fires, and numbers go on above all that were given out.
    Nobody is logged in any more.

    Return what the file must say once the store is in its place (``CountersFile.begin``): until then it is
    the file of what lies there. Where it is missing, or knows no more than the store (a whole machine was put
    back), the numbers go on far enough ahead. A store that has no id gets ``store_id``. Raise as ``check``.
    """
    shared_places.forget(connection)
    file.store_id = store_identity.make(connection, store_id)
    left = file.read()
    known = left is not None and is_older(connection, left)
    moved = _jump(connection, left.reserved if left is not None else {}, known=known)
    last = {name: following - 1 for name, following in moved.items()}
    store_identity.note_counters(connection, there=True)
    hold_unsent(connection)
    numbers = ", ".join(f"{name} {following}" for name, following in sorted(moved.items()))
    until = connection.execute(select(func.max(INBOX.c.id))).scalar() or 0
    staff.forget_sessions(connection, ALWAYS, ALWAYS)  # they may be of somebody who was put out since
    reader_access.forget_sessions(connection, ALWAYS, ALWAYS)
    connection.execute(_NO_LINK_OPENS)  # it may have been used since
    restored.record(connection, file.clock(), how, _newest(connection), until, numbers)
    return LeftStore(file.store_id, last, last)


def hold_unsent(connection: Connection) -> None:
    """Hold the letters that wait, and mark what is not a letter yet: all of it may have left before."""
    unwritten = INTENT.update().where(INTENT.c.state.in_(("todo", "held")))
    connection.execute(unwritten.values(restored=1, unfinished=INTENT.c.unfinished))
    connection.execute(_HOLD, {"why": stored(WHY)})
    hook_calls.hold(connection, WHY)


def hold_what_came_since(connection: Connection) -> None:
    """Hold what was composed since, and mark what is not a letter yet; letters to our own staff may leave.

    What the library system would be told is held too: by another call it may have been told before.
    """
    found = restored.last(connection)
    if found is None:
        return
    its_event = _asked_by_staff(found.found_at).where(EVENT.c.id == hook_calls.CALL.c.event_id)
    hook_calls.hold(connection, ENTERED, its_event)
    hook_calls.hold(connection, WHY)
    unwritten = INTENT.c.state.in_(("todo", "held")) & (INTENT.c.restored == 0)
    for intent in made(Intent, connection.execute(select(INTENT).where(unwritten))):
        if mark := _mark(connection, [intent], found.found_at):
            marked = INTENT.update().where(INTENT.c.id == intent.id)
            connection.execute(marked.values(restored=mark, unfinished=INTENT.c.unfinished))
    for letter, mark in _marks(connection, found.found_at).items():
        connection.execute(_HOLD.where(OUTGOING.c.id == letter), {"why": stored(_WHY[mark])})


def has_to_hold(connection: Connection) -> bool:
    """Return whether a letter was composed since that may not leave, or a call that may not be made."""
    found = restored.last(connection)
    return found is not None and (hook_calls.wait(connection) or bool(_marks(connection, found.found_at)))


def count_held(connection: Connection) -> int:
    """Return how many letters stay held, now that the store goes on; 0 while it is held, when none leaves."""
    found = restored.last(connection)
    if found is None or not found.is_over:
        return 0
    held = (OUTGOING.c.state == "held") & OUTGOING.c.last_error.in_([stored(WHY), stored(ENTERED)])
    return connection.execute(select(func.count()).select_from(OUTGOING).where(held)).scalar_one()


def count_unwritten(connection: Connection) -> int:
    """Return how many messages are no letters yet and will be held, as they may have left before."""
    waiting = INTENT.c.state.in_(("todo", "held")) & (INTENT.c.restored > 0)
    return connection.execute(select(func.count()).select_from(INTENT).where(waiting)).scalar_one()


def _marks(connection: Connection, since: datetime) -> dict[int, int]:
    """Return the letters that wait and must not leave, each with its mark."""
    waiting = connection.execute(select(OUTGOING.c.id).where(_WAITING)).scalars().all()
    marks = {one: _mark(connection, outgoing.intents_of(connection, one), since) for one in waiting}
    return {one: mark for one, mark in marks.items() if mark}


def _mark(connection: Connection, intents: Sequence[Intent], since: datetime) -> int:
    """Return what marks these: 2 if staff alone asked for them since, 0 if they are all for our own staff."""
    if intents and all(isinstance(one.body, NoticeToStaff) for one in intents):
        return 0
    ids = {one.event_id for one in intents}
    known = set(connection.execute(_asked_by_staff(since).where(EVENT.c.id.in_(ids))).scalars())
    return 2 if intents and ids == known else 1


def _asked_by_staff(since: datetime) -> Select[Any]:
    """Return the events that staff have caused since then."""
    return select(EVENT.c.id).where(EVENT.c.cause == "staff", EVENT.c.at >= since)


def add_letter(connection: Connection, letter: NewLetterOut, intents: Sequence[Intent]) -> int:
    """Write the letter with what these intents send; return its id.

    It is held if one of them may have left before the store was put back. Staff see it then, and the intents
    are as others from now on.
    """
    marked = [intent.id for intent in intents if intent.restored]
    if marked:
        connection.execute(INTENT.update().where(INTENT.c.id.in_(marked)).values(restored=0))
        if letter.state == "prepared":
            why = _WHY[min(intent.restored for intent in intents if intent.restored)]
            letter = replace(letter, state="held", last_error=stored(why))
    return outgoing.add_letter(connection, letter)


def end(connection: Connection) -> bool:
    """Return whether the store is still held. If staff let it go on, hold what is unsent now, for the last
    time: from here on letters leave.

    Only by whoever composes letters, between two of them: nothing that was read while the store was held
    comes later.
    """
    if restored.is_ending(connection):
        hold_what_came_since(connection)
        restored.end(connection)
    return restored.standing(connection) is not None


def _counters(connection: Connection) -> dict[str, int]:
    return {row.name: row.next for row in connection.execute(select(COUNTER))}


def _jump(connection: Connection, reserved: Mapping[str, int], *, known: bool) -> dict[str, int]:
    """Move every counter ahead; return the next number of each."""
    counters = _counters(connection)
    moved = {}
    for name in sorted({*counters, *reserved, *COUNTERS}):
        following = counters.get(name, 1)
        ahead = 0 if known else max(AHEAD, following // 10)
        moved[name] = max(following, reserved.get(name, 0) + 1) + ahead
        if name in counters:
            connection.execute(COUNTER.update().where(COUNTER.c.name == name).values(next=moved[name]))
        else:
            connection.execute(COUNTER.insert().values(name=name, next=moved[name]))
    return moved


def _newest(connection: Connection) -> datetime | None:
    columns = (INBOX.c.received_at, OUTGOING.c.prepared_at, EVENT.c.at, BACKUP.c.at)
    last = (select(one).where(one.table.c.id == _last_of(one.table)) for one in columns)
    return max((at for one in last if (at := connection.execute(one).scalar()) is not None), default=None)


def _last_of(table: FromClause) -> ScalarSelect[Any]:
    return select(func.max(table.c.id)).scalar_subquery()
