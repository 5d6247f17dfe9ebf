"""Judge a login at the desk: slow on purpose, at most a few at once, and slower for whoever guesses."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from argon2.exceptions import Argon2Error

from mailproc import passwords
from mailproc.errors import LocalFault, TryLater
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.sentence import sentence
from mailproc.store import staff
from mailproc.store.engine import Store
from mailproc.store.staff import StaffMember

_log = logging.getLogger(__name__)

AT_ONCE = 2
"""Looks at a password: each costs memory and time on purpose."""
PATIENCE = 5.0
"""Seconds to wait for one of these."""
FREE = 5
"""Failures of one login from one place; after each further one it is turned away for a while."""
WINDOW = timedelta(hours=1)
"""A failure is remembered so long."""
SHORTEST, LONGEST = timedelta(seconds=2), timedelta(minutes=5)
"""Between these is the pause; it doubles with each failure."""
MOST = 1000
"""Logins whose failures are remembered; of more the oldest are forgotten."""


class LoginChecks:
    """One for all threads. A wrong login and a wrong password are the same in words and in time."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._failures: dict[tuple[str, str], list[datetime]] = {}

    def person(self, login: str, password: str, host: str) -> StaffPerson:
        """Return who logs in. Raise LocalFault, and TryLater where too many try at once."""
        key = (login[:64], host)
        self._refuse_early(key)
        if not self._room.acquire(timeout=PATIENCE):
            raise TryLater(sentence("login-crowded"))
        try:
            found = self._judged(login, password)
        finally:
            self._room.release()
        if found is None:
            _log.warning("the desk: a login from %s failed", host)
            raise LocalFault(sentence("login-wrong"))
        with self._lock:
            self._failures.pop(key, None)
        return StaffPerson(found.login, found.name, StaffRole[found.role.upper()])

    def _judged(self, login: str, password: str) -> StaffMember | None:
        with self._store.read() as connection:
            found = staff.load(connection, login)
            hashes = [one.hash for one in staff.listed(connection) if one.hash]
        said = password.encode("utf-8", "surrogateescape")
        if not hashes or len(said) > passwords.LONGEST:
            return None
        may = found is not None and found.out_at is None
        try:
            same = passwords.is_of(said, found.hash if found and may else passwords.nobodys(hashes))
        except Argon2Error:
            raise TryLater(sentence("login-crowded")) from None
        return found if same and may else None

    def _refuse_early(self, key: tuple[str, str]) -> None:
        """Count the try before the look: guesses at once count all the same. Raise LocalFault in a pause."""
        now = self._clock()
        with self._lock:
            times = [at for at in self._failures.pop(key, []) if now - at < WINDOW]
            self._failures[key] = times
            over = len(times) - FREE
            pause = min(SHORTEST * 2 ** min(over, 10), LONGEST) if over >= 0 else timedelta()
            left = times[-1] + pause - now if times else timedelta()
            if left > timedelta():
                raise LocalFault(sentence("login-too-often", seconds=int(left.total_seconds()) + 1))
            times.append(now)
            while len(self._failures) > MOST:
                del self._failures[next(iter(self._failures))]
