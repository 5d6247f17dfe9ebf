"""Looks into the mailboxes: each look a fresh connection, its letters committed before \\Seen."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.config import Mailbox
from mailproc.errors import MailprocError, Misconfigured, TryLater
from mailproc.flow.premises import Premises
from mailproc.log import following
from mailproc.store import alarms, events, mailboxes, outgoing
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.inbox import Kept, NewLetter
from mailproc.store.mailboxes import Position
from mailproc.transport import imap_in

_log = logging.getLogger(__name__)

UNREACHABLE = timedelta(hours=1)
"""After so long staff are told that a mailbox cannot be read."""


def look(store: Store, premises: Premises, mailbox: Mailbox) -> int:
    """Look once; how many letters were new. A mailbox that cannot be read is noted, not raised."""

    def keep(folder: str, position: Position, letters: Sequence[NewLetter]) -> list[Kept]:
        return store.write(
            lambda connection: mailboxes.keep_batch(connection, mailbox.name, folder, position, letters)
        )

    with following(mailbox.name):
        try:
            with store.read() as connection:
                position = mailboxes.position(connection, mailbox.name, mailbox.folder)
            polled = imap_in.poll(mailbox, position, keep, premises.clock)
            for fault in polled.faults:
                _log.warning("mailbox %s: %s", mailbox.name, fault)
            store.write(lambda connection: _works(connection, premises, mailbox))
        except (TryLater, Misconfigured) as error:
            _failed(store, premises, mailbox, error)
            return 0
    if polled.letters:
        _log.info("mailbox %s: %s letters, %s new", mailbox.name, polled.letters, polled.new)
    return polled.new


def _works(connection: Connection, premises: Premises, mailbox: Mailbox) -> None:
    if mailboxes.failing_since(connection, mailbox.name) is None:
        return
    _log.info("mailbox %s can be read again", mailbox.name)
    mailboxes.working(connection, mailbox.name)
    alarms.clear(connection, "mailbox", mailbox.name, premises.clock())


def _failed(store: Store, premises: Premises, mailbox: Mailbox, error: MailprocError) -> None:
    why = str(error)
    try:
        store.write(lambda connection: _note(connection, premises, mailbox, why))
    except TryLater as trouble:  # the store itself is away: the log has both
        _log.warning("mailbox %s: %s; the store: %s", mailbox.name, why, trouble)


def _note(connection: Connection, premises: Premises, mailbox: Mailbox, why: str) -> None:
    known = mailboxes.last_error(connection, mailbox.name) == why
    _log.log(logging.DEBUG if known else logging.WARNING, "mailbox %s: %s", mailbox.name, why)  # said once
    mailboxes.failing(connection, mailbox.name, why, premises.clock())
    _alarm(connection, premises, mailbox, why)


def _alarm(connection: Connection, premises: Premises, mailbox: Mailbox, why: str) -> None:
    now = premises.clock()
    since = mailboxes.failing_since(connection, mailbox.name)
    if since is None or now - since < UNREACHABLE:
        return
    if alarms.raise_once(connection, "mailbox", mailbox.name, now):
        event = NewEvent(cause="timer", type="MAILBOX", at=now, state="done", facts={"text": why})
        facts = {"reasons": ["mailbox-silent"], "note": f"{mailbox.name}: {why}"}
        body = {"notice": "staff/attention", "to": "staff", "facts": facts}
        event_id = events.add(connection, event)
        outgoing.add_intent(connection, event_id=event_id, seq=0, kind="notice", body=body)
