"""Looks into the mailboxes: each look a fresh connection, its letters committed before \\Seen."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from mailproc.app.build import App
from mailproc.config import Mailbox
from mailproc.errors import MailprocError, Misconfigured, TryLater
from mailproc.flow.context import Context
from mailproc.flow.notify_staff import notify_staff
from mailproc.ill.attention import Reason
from mailproc.ill.facts import Facts
from mailproc.log import following
from mailproc.sentence import Part, Sentence, sentence, shortened, stored
from mailproc.store import alarms, mailboxes, skipped_letters
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.inbox import StoredLetter
from mailproc.store.mailboxes import Batch
from mailproc.store.skipped_letters import LOUD, Passed
from mailproc.transport import access_tokens, imap_in
from mailproc.transport.incoming import Incoming, PolledPlace

_log = logging.getLogger(__name__)

UNREACHABLE = timedelta(hours=1)
"""After so long staff are told that a mailbox cannot be read."""


class Mailboxes(Incoming):
    """The channel ``imap``: nothing of it runs between two looks."""

    name = "mailboxes"

    def __init__(self, app: App) -> None:
        self._app = app

    def polls(self) -> Sequence[PolledPlace]:
        app = self._app
        return [
            PolledPlace(
                f"mailbox {mailbox.name}", mailbox.poll, partial(look, app.store, app.context, mailbox)
            )
            for mailbox in app.config.mailbox
        ]


def incoming(app: App) -> Incoming:
    return Mailboxes(app)


def look(store: Store, context: Context, mailbox: Mailbox) -> int:
    """Look once; how many letters were new. A mailbox that cannot be read is noted, not raised."""
    with following(mailbox.name):
        try:
            with store.read() as connection:
                position = mailboxes.position(connection, mailbox.name, mailbox.folder)
                remembered = skipped_letters.of(connection, mailbox.name, mailbox.folder)
                failed = mailboxes.failing_since(connection, mailbox.name) is not None
            keep, largest = keeper(store, context), context.config.listen.max_size
            tokens = access_tokens.of_mailbox(mailbox, context.config, context.clock)
            polled = imap_in.poll(
                mailbox,
                position,
                keep,
                context.clock,
                remembered,
                careful=failed,
                largest=largest,
                tokens=tokens,
            )
            for fault in polled.faults:
                _log.warning("mailbox %s: %s", mailbox.name, fault)
            store.write(lambda connection: _works(connection, context, mailbox))
        except (TryLater, Misconfigured) as error:
            _failed(store, context, mailbox, error)
            return 0
    if polled.letters:
        _log.info("mailbox %s: %s letters, %s new", mailbox.name, polled.letters, polled.new)
    return polled.new


def keeper(store: Store, context: Context) -> Callable[[Batch], list[StoredLetter]]:
    """Commits what a look has read, and with it the word to staff about what it passed over."""

    def job(connection: Connection, batch: Batch) -> list[StoredLetter]:
        kept = mailboxes.keep_batch(connection, batch)
        if batch.last_uid is None:  # letters of the list, of which staff were told
            _forget(connection, context, batch.place.mailbox)
        elif said := [_again(batch, one) for one in batch.passed if one.kind in LOUD]:
            more = sentence("and-more", first=said[0], count=len(said) - 1)
            told = more if len(said) > 1 else said[0]
            _tell(connection, context, Reason.LETTER_PASSED_OVER, batch.place.mailbox, told)
        return kept

    def keep(batch: Batch) -> list[StoredLetter]:
        kept = store.write(lambda connection: job(connection, batch))
        for one in batch.passed:
            loud = one.kind in LOUD and batch.last_uid is not None
            level = logging.WARNING if loud else logging.INFO
            _log.log(level, "letter UID %s was passed over: %s", one.uid, one.reason)
        for uid in batch.gone:
            _log.info("letter UID %s is not on the server", uid)
        return kept

    return keep


def _again(batch: Batch, one: Passed) -> Sentence:
    fetch = f"mailproc fetch {batch.place.mailbox} {one.uid}"
    return sentence("mailbox-passed-over", uid=one.uid, why=one.reason, command=fetch)


def _forget(connection: Connection, context: Context, mailbox: str) -> None:
    """Nothing is passed over any more: of the next letter staff hear at once."""
    if not skipped_letters.loud(connection, mailbox):
        alarms.clear(connection, _ALARMS[Reason.LETTER_PASSED_OVER], mailbox, context.clock())


def _works(connection: Connection, context: Context, mailbox: Mailbox) -> None:
    if mailboxes.failing_since(connection, mailbox.name) is None:
        return
    _log.info("mailbox %s can be read again", mailbox.name)
    mailboxes.working(connection, mailbox.name)
    alarms.clear(connection, "mailbox", mailbox.name, context.clock())


def _failed(store: Store, context: Context, mailbox: Mailbox, error: MailprocError) -> None:
    why = shortened(error.said)
    try:
        store.write(lambda connection: _note(connection, context, mailbox, why))
    except TryLater as trouble:  # the store itself is away: the log has both
        _log.warning("mailbox %s: %s; the store: %s", mailbox.name, why, trouble)


def _note(connection: Connection, context: Context, mailbox: Mailbox, why: Part) -> None:
    known = mailboxes.last_error(connection, mailbox.name) == stored(why)
    _log.log(logging.DEBUG if known else logging.WARNING, "mailbox %s: %s", mailbox.name, why)  # said once
    mailboxes.failing(connection, mailbox.name, stored(why), context.clock())
    _alarm(connection, context, mailbox, why)


def _alarm(connection: Connection, context: Context, mailbox: Mailbox, why: Part) -> None:
    since = mailboxes.failing_since(connection, mailbox.name)
    if since is not None and context.clock() - since >= UNREACHABLE:
        _tell(connection, context, Reason.MAILBOX_UNREACHABLE, mailbox.name, why)


_ALARMS = {Reason.MAILBOX_UNREACHABLE: "mailbox", Reason.LETTER_PASSED_OVER: "passed-over"}
"""Under which name it is remembered that staff were told."""


def _tell(connection: Connection, context: Context, reason: Reason, mailbox: str, why: Part) -> None:
    """A letter to staff, once a day about each mailbox and reason."""
    now = context.clock()
    if alarms.raise_once(connection, _ALARMS[reason], mailbox, now):
        facts: Facts = {"text": str(why), "why": stored(why)}
        event = NewEvent(cause="timer", type="MAILBOX", at=now, state="done", facts=facts)
        told = sentence("of-field", field=mailbox, why=why)
        notify_staff(connection, event, {"reasons": [reason], "note": stored(told)})
