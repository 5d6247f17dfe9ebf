"""Log in at the desk, and know a browser again: by a token of 256 bits, of which the store keeps a digest."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.office.staff.login_checks import LoginChecks
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
        self.idle = timedelta(hours=context.config.web.idle_hours)

    def begin(self, login: str, password: str, host: str) -> str:
        """Return the token of a new session. Raise LocalFault where login or password is wrong, or was wrong
        too often, and TryLater."""
        person = self._checks.person(login, password, host)
        token, now = secrets.token_urlsafe(_OCTETS), self._context.clock()

        def job(connection: Connection) -> None:
            staff.forget_sessions(connection, now - LONGEST, now - self.idle)
            staff.begin_session(connection, _digest(token), person.login, now)

        self._store.write(job)
        return token

    def person(self, token: str, *, seen: bool = True) -> StaffPerson | None:
        """Return whose session it is; None where it is over. ``seen``: that the person is there."""
        now, digest = self._context.clock(), _digest(token)
        with self._store.read() as connection:
            found = staff.session(connection, digest)
        if found is None or self._is_over(found, now):
            return None
        if seen:
            self._see(digest, found.seen_at, now)
        return StaffPerson(found.login, found.name, StaffRole[found.role.upper()])

    def alive(self, tokens: Iterable[str]) -> set[str]:
        """Return those whose session is not over. This does not keep a session from ending."""
        now = self._context.clock()
        with self._store.read() as connection:
            found = {token: staff.session(connection, _digest(token)) for token in tokens}
        return {token for token, session in found.items() if session and not self._is_over(session, now)}

    def end(self, token: str) -> None:
        """End the session; what is no token ends none."""
        digest = _digest(token)
        self._store.write(lambda connection: staff.end_session(connection, digest))

    def _is_over(self, found: StaffSession, now: datetime) -> bool:
        return now - found.begun_at > LONGEST or now - found.seen_at > self.idle

    def _see(self, digest: str, seen_at: datetime, now: datetime) -> None:
        if now - seen_at > SEEN_EVERY:
            self._store.write(lambda connection: staff.see(connection, digest, now))


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
