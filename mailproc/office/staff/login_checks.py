"""Judge a login at the desk: slow on purpose, and slower for whoever guesses."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from argon2.exceptions import Argon2Error

from mailproc import passwords
from mailproc.errors import LocalFault, TryLater
from mailproc.office.staff.login_failures import LoginFailures
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.office.staff.place_failures import PlaceFailures
from mailproc.sentence import sentence
from mailproc.store import staff
from mailproc.store.engine import Store
from mailproc.store.staff import StaffMember

_log = logging.getLogger(__name__)

FREE = 5
"""Failures of one login from one place; after each further one it is turned away for a while."""
MOST_KNOWN = 1000
"""Logins with a place that are remembered because they were right; of more the oldest are forgotten."""


class LoginChecks:
    """One for all threads. A wrong login and a wrong password are the same in words and in time.

    A login is turned away at a place, never everywhere: else anybody could keep a person out. Failures of
    logins that are there are remembered apart: no crowd of invented ones makes them forgotten. Who has logged
    in from a place before waits there for failures of that login alone, whoever else is in that network.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._around = PlaceFailures(clock)
        self._known: dict[tuple[str, str], None] = {}
        self._of = {True: LoginFailures(FREE), False: LoginFailures(FREE)}

    def person(self, login: str, password: str, host: str) -> StaffPerson:
        """Return who logs in. Raise LocalFault, and TryLater where there is no memory for a look.

        Whoever calls lets few in at once: each look costs memory and time on purpose.
        """
        said, place = password.encode("utf-8", "surrogateescape"), passwords.place(host)
        if len(said) > passwords.LONGEST:  # nobody's: neither looked at nor counted
            raise _wrong(host)
        with self._store.read() as connection:
            found = staff.load(connection, login)
            hashes = [one.hash for one in staff.listed(connection) if one.hash]
        is_known = found is not None and found.out_at is None
        failures, key = self._of[is_known], (login[:64], place)
        self._count(failures, key, host)
        try:
            same = _is_of(said, found if is_known else None, hashes)
        except Argon2Error:
            self._take_back(failures, key, host)
            raise TryLater(sentence("login-crowded")) from None
        if not same or found is None or not is_known:
            raise _wrong(host)
        self._take_back(failures, key, host)
        self._know(failures, key)
        return StaffPerson(found.login, found.name, StaffRole[found.role.upper()])

    def _count(self, failures: LoginFailures, key: tuple[str, str], host: str) -> None:
        """Count the try before the look: guesses at once count all the same. Raise LocalFault in a pause."""
        now = self._clock()
        with self._lock:
            if (left := failures.pause(key, now)) > timedelta():
                raise LocalFault(sentence("login-too-often", seconds=int(left.total_seconds()) + 1))
            if key not in self._known:
                self._around.look(host)
            failures.add(key, now)
            self._around.add(host)

    def _take_back(self, failures: LoginFailures, key: tuple[str, str], host: str) -> None:
        with self._lock:
            failures.take_back(key)
            self._around.take_back(host)

    def _know(self, failures: LoginFailures, key: tuple[str, str]) -> None:
        with self._lock:
            failures.forget(key)
            self._known.pop(key, None)
            self._known[key] = None
            while len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]


def _is_of(said: bytes, found: StaffMember | None, hashes: list[str]) -> bool:
    return bool(hashes) and passwords.is_of(said, found.hash if found else passwords.nobodys(hashes))


def _wrong(host: str) -> LocalFault:
    _log.warning("the desk: a login from %s failed", host)
    return LocalFault(sentence("login-wrong"))
