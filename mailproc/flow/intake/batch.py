"""Read the letters of one round of intake: claimed in one commit, then read one by one outside any write.

A round holds few letters and few octets, and waits for DNS at most once.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from mailproc.errors import StillSilent, TryLater
from mailproc.flow.context import Context
from mailproc.flow.intake import forwarded_senders
from mailproc.flow.reading.inbox_reading import read
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.sentence import sentence
from mailproc.store import letters, queue
from mailproc.store.crash_note import Underway
from mailproc.store.engine import Store
from mailproc.store.rows import InboxLetter
from mailproc.store.tables import InboxRow

_log = logging.getLogger(__name__)

OCTETS = 16_000_000
"""Octets of all letters of one round, which are in memory together; a longer letter is read alone."""


def claim(store: Store, limit: int, now: datetime) -> list[InboxLetter]:
    """Claim the letters that are due, at most ``limit`` and ``OCTETS``; a try of each is counted."""

    def job(connection: Connection) -> list[InboxLetter]:
        rows = queue.claim(
            connection,
            InboxRow,
            InboxLetter,
            limit,
            now,
            choose=lambda due: letters.fitting(connection, due, OCTETS),
        )
        store.underway.claimed(InboxRow, [row.id for row in rows])
        return rows

    return store.write(job)


def read_all(rows: Sequence[InboxLetter], context: Context, store: Store) -> Iterator[LetterReading]:
    """Read the letters up to the first that waited for DNS.

    The letters read before it are settled first; the rest is read in the next round, without waiting.
    """
    keys = _Keys(context, store.underway)
    for row in rows:
        yield _read(row, context, store, keys)
        if keys.waited:
            return


def _read(row: InboxLetter, context: Context, store: Store, keys: "_Keys") -> LetterReading:
    store.underway.at(row.id)
    keys.inbox_id = row.id
    reading = read(row, context, keys)
    try:
        return forwarded_senders.proven(store, reading, context)
    except TryLater:
        raise  # the store failed, not this letter
    except Exception as error:  # as in ``read``: a bug must affect one letter only
        _log.exception("I%s could not be read", row.id)
        why = sentence("program-fault-reading", error=type(error).__name__)
        return replace(reading, refused=why, unproven=False)


class _Keys:
    """The source of keys for one round. ``waited``: DNS was asked and gave no answer, which takes seconds."""

    def __init__(self, context: Context, underway: Underway) -> None:
        self._context, self._underway = context, underway
        self.inbox_id = 0
        self.waited = False

    def __call__(self, name: str) -> bytes | None:
        self._underway.at()  # ending the service while it waits for DNS is not the letter's fault
        try:
            return self._context.keys(name)
        except StillSilent:
            raise
        except TryLater:
            self.waited = True
            raise
        finally:
            self._underway.at(self.inbox_id)
