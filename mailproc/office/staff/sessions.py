"""Log in at the desk, and know a browser again: by a token of 256 bits, of which the store keeps a digest."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.office.staff.login_checks import LoginChecks
from mailproc.office.staff.outside_login import ListedStaff
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.store import staff
from mailproc.store.engine import Store
from mailproc.store.staff import StaffSession

LONGEST = timedelta(hours=24)
"""A session ends after so long, however busy it is."""
SEEN_EVERY = timedelta(minutes=5)
"""A session in use is written down so often: a click must not cost a commit."""
_OCTETS = 32


class Sessions:
    """The sessions of the desk. Slow work (the look at a password) is done by whoever calls ``begin``."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = context
        self._checks = LoginChecks(store, context.clock)
        self._auth = context.config.web.auth
        self.listed = ListedStaff(context.config.staff)
        self.idle = timedelta(hours=context.config.web.idle_hours)

    def begin(self, login: str, password: str, host: str) -> str:
        """Return the token of a new session. Raise LocalFault where login or password is wrong, or was wrong
        too often, and TryLater."""
        return self.begin_for(self._checks.person(login, password, host))

    def begin_for(self, person: StaffPerson) -> str:
        """Return the token of a new session of whom others vouch for. Raise TryLater."""
        token, now = secrets.token_urlsafe(_OCTETS), self._context.clock()

        def job(connection: Connection) -> None:
            staff.forget_sessions(connection, now - LONGEST, now - self.idle)
            staff.begin_session(connection, self._digest(token), person.login, now)

        self._store.write(job)
        return token

    def person(self, token: str, *, seen: bool = True) -> StaffPerson | None:
        """Return whose session it is; None where it is over. ``seen``: that the person is there."""
        now, digest = self._context.clock(), self._digest(token)
        with self._store.read() as connection:
            found = staff.session(connection, digest)
            if found is None or self._is_over(found, now):
                return None
            person = self._person(connection, found.login)
        if person is None:
            return None
        seen_at = self._see(digest, found.seen_at, now) if seen else found.seen_at
        return replace(person, until=min(seen_at + self.idle, found.begun_at + LONGEST))

    def alive(self, tokens: Iterable[str]) -> set[str]:
        """Return those whose session is not over. This does not keep a session from ending.

        Where our web server says who it is, there are no sessions: who was let in stays so.
        """
        if self._auth == "proxy":
            return {*tokens}
        with self._store.read() as connection:
            return {token for token in tokens if self._is_alive(connection, token)}

    def login_of(self, token: str) -> str:
        """Return whose session it is; '' where it is over. This does not keep it from ending."""
        if self._auth == "proxy":
            return token
        person = self.person(token, seen=False)
        return person.login if person is not None else ""

    def end(self, token: str) -> None:
        """End the session; what is no token ends none."""
        digest = self._digest(token)
        self._store.write(lambda connection: staff.end_session(connection, digest))

    def _is_over(self, found: StaffSession, now: datetime) -> bool:
        return now - found.begun_at > LONGEST or now - found.seen_at > self.idle

    def _is_alive(self, connection: Connection, token: str) -> bool:
        found = staff.session(connection, self._digest(token))
        if found is None or self._is_over(found, self._context.clock()):
            return False
        return self._person(connection, found.login) is not None

    def _person(self, connection: Connection, login: str) -> StaffPerson | None:
        """Return the person as that is now: who is out, or has another role, is so at once."""
        if self._auth != "local":
            return self.listed.by_login(login)
        known = staff.load(connection, login)
        if known is None or known.out_at is not None:
            return None
        return StaffPerson(known.login, known.name, StaffRole[known.role.upper()])

    def _digest(self, token: str) -> str:
        """A session is of the way in which it was begun: no other goes on with it."""
        return sha256(f"{self._auth} {token}".encode("utf-8", "replace")).hexdigest()

    def _see(self, digest: str, seen_at: datetime, now: datetime) -> datetime:
        """Return when the session was in use, as it is written down."""
        if now - seen_at <= SEEN_EVERY:
            return seen_at
        self._store.write(lambda connection: staff.see(connection, digest, now))
        return now
