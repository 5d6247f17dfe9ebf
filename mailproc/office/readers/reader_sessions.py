"""Readers sign in: by a link that came by mail, or by what the library's own proxy says of them.

A reader's session is no session of staff: another table, another cookie, other addresses.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.sign_in_letter import digest
from mailproc.sentence import sentence
from mailproc.store import patrons, reader_access
from mailproc.store.engine import Store
from mailproc.store.rows import StoredPatron
from mailproc.store.text import storable

LONGEST = timedelta(hours=12)
"""A session ends after so long, however busy it is."""
SEEN_EVERY = timedelta(minutes=2)
"""A session in use is written down so often: a click must not cost a commit."""
_OCTETS = 32


@dataclass(frozen=True)
class ReaderPerson:
    """Who is signed in: a reader of the store. ``language``: '' where the store does not say it."""

    id: str
    name: str
    language: str


class ReaderSessions:
    """The sessions of readers. Safe from any thread."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = context
        self._idle = timedelta(minutes=context.config.web.readers.idle_minutes)

    def begin(self, token: str) -> str:
        """Return the token of a new session for the token of a link, which is used up. Raise LocalFault."""
        if not self.is_open(token):  # a guess takes no turn among the writes
            raise LocalFault(sentence("sign-in-over"))
        made, now = secrets.token_urlsafe(_OCTETS), self._context.clock()

        def job(connection: Connection) -> None:
            link = reader_access.use(connection, digest(token), now)
            if link is None or patrons.load(connection, link.patron_id) is None:
                raise LocalFault(sentence("sign-in-over"))
            reader_access.forget_sessions(connection, now - LONGEST, now - self._idle)
            reader_access.begin_session(connection, digest(made), link.patron_id, now)

        self._store.write(job)
        return made

    def is_open(self, token: str) -> bool:
        """Return whether the token of a link opens the pages now. It is not used up by this."""
        with self._store.read() as connection:
            return reader_access.with_token(connection, digest(token), self._context.clock()) is not None

    def person(self, token: str) -> ReaderPerson | None:
        """Return whose session it is; None where it is over, or the store knows the reader no more."""
        now, hashed = self._context.clock(), digest(token)
        with self._store.read() as connection:
            found = reader_access.session(connection, hashed)
            if found is None or now - found.begun_at > LONGEST or now - found.seen_at > self._idle:
                return None
            reader = patrons.load(connection, found.patron_id)
        if reader is None:
            return None
        if now - found.seen_at > SEEN_EVERY:
            self._store.write(lambda connection: reader_access.see(connection, hashed, now))
        return _person(reader)

    def named(self, number: str) -> ReaderPerson | None:
        """Return the reader with exactly this number, of whom the library's proxy has made sure."""
        with self._store.read() as connection:
            reader = patrons.load(connection, storable(number))
        return _person(reader) if reader is not None else None

    def end(self, token: str) -> None:
        """End the session; what is no token ends none."""
        hashed = digest(token)
        self._store.write(lambda connection: reader_access.end_session(connection, hashed))


def _person(reader: StoredPatron) -> ReaderPerson:
    return ReaderPerson(reader.id, reader.name, reader.language)
