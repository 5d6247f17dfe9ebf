"""Have a link written to a reader who asks for one; whoever asks learns nothing from it.

The letter goes to the address of the store, and only where the reader has typed that one. How many go is
bounded for each reader and for all, so that nobody's mailbox is filled; but what others ask keeps no reader
out.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailproc.config_web_readers import WebReaders
from mailproc.flow.context import Context
from mailproc.flow.sign_in_letter import SIGN_IN
from mailproc.ill.reader_number import folded
from mailproc.ill.submitted import READERS_DOOR
from mailproc.store import (
    events,
    link_letters,
    outgoing,
    patrons,
    reader_access,
    restored,
)
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.intent_bodies import NoticeToReader
from mailproc.store.rows import StoredPatron

_log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 300
"""Letters with a link to all readers; beyond it each has one that opens, and gets no second."""
KEPT = timedelta(days=1)
"""How long a letter with a link is kept after it was asked for."""
AT_ONCE = 20
"""Of old links in one commit, and of readers with one address."""


def ask(store: Store, context: Context, number: str, email: str, *, often: bool = False) -> None:
    """Have a link written to the reader with this number, or barcode, and this address; else do nothing.

    ``often``: from where this comes very much has been asked: no link beside one that still opens.
    Nothing is written while the store is held: the letter would leave long after its link is over.
    """
    with store.read() as connection:
        held = restored.standing(connection) is not None
        reader = None if held else _reader(connection, number, email)
    if reader is not None:
        store.write(lambda connection: _write(connection, context, reader, often=often))


def forget_old(store: Store, context: Context) -> None:
    """Delete the links, with their letters, whose day is over."""
    before = context.clock() - KEPT

    def some(connection: Connection) -> bool:
        old = reader_access.old_links(connection, before, AT_ONCE)
        for link in old:
            link_letters.erase(connection, link)
        return len(old) == AT_ONCE

    while store.write(some):
        pass


def _reader(connection: Connection, number: str, email: str) -> StoredPatron | None:
    """By the index of addresses alone: a flood of guesses costs no look at each reader."""
    wanted, address = folded(number), email.strip().lower()
    if not wanted or not address:
        return None
    found = patrons.with_email(connection, address, AT_ONCE)
    theirs = [one for one in found if wanted in map(folded, (one.id, *(one.barcodes or ())))]
    return theirs[0] if len(theirs) == 1 and _is_believed(theirs[0]) else None


def _is_believed(reader: StoredPatron) -> bool:
    """Return whether the reader's address is the library's word: of its file, or typed by staff. What another
    order says is anybody's who can place one."""
    return bool(reader.source)


def _is_enough(
    connection: Connection, reader: StoredPatron, readers: WebReaders, now: datetime, *, often: bool
) -> bool:
    """Return whether no letter goes now. Whoever asks for them: a link that opens is always with the reader,
    so that nobody who knows number and address keeps one out, nor who asks for links of all others."""
    if not often and reader_access.count_links(connection, reader.id, now - HOUR) < readers.links_an_hour:
        return False
    lately = now - timedelta(minutes=readers.link_minutes)
    return reader_access.count_links(connection, reader.id, lately) > 0


def _write(connection: Connection, context: Context, reader: StoredPatron, *, often: bool) -> None:
    now, readers = context.clock(), context.config.web.readers
    if reader_access.count_all_links(connection, now - HOUR) >= MOST_AN_HOUR:
        _log.warning("readers get one link at a time: %s went within an hour", MOST_AN_HOUR)
        often = True
    if _is_enough(connection, reader, readers, now, often=often):
        return
    event = NewEvent(cause="policy", type="SIGN_IN", at=now, door=READERS_DOOR, state="done")
    event_id = events.add(connection, event)
    link_id = reader_access.add_link(connection, reader.id, event_id, now)
    body = NoticeToReader(SIGN_IN, link=link_id)
    outgoing.add_intent(connection, body, event_id=event_id, seq=0, trace=f"E{event_id}")
