"""Failed logins by where they come from: of a place, and of the network in which it is."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from mailproc import passwords
from mailproc.errors import LocalFault
from mailproc.office.staff.login_failures import LoginFailures
from mailproc.sentence import sentence

FREE_OF_PLACE = 20
"""Failures of one place, by whatever logins."""
FREE_OF_NETWORK = 60
"""Failures of one network of places."""


class PlaceFailures:
    """One for all threads."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._places = LoginFailures(FREE_OF_PLACE)
        self._networks = LoginFailures(FREE_OF_NETWORK)

    def look(self, host: str) -> None:
        """Raise LocalFault while a login from there is turned away."""
        now = self._clock()
        with self._lock:
            pauses = (
                self._places.pause(passwords.place(host), now),
                self._networks.pause(passwords.network(host), now),
            )
        if (left := max(pauses)) > timedelta():
            raise LocalFault(sentence("login-place-too-often", seconds=int(left.total_seconds()) + 1))

    def add(self, host: str) -> None:
        """Remember one."""
        now = self._clock()
        with self._lock:
            self._places.add(passwords.place(host), now)
            self._networks.add(passwords.network(host), now)

    def take_back(self, host: str) -> None:
        """The latest was none."""
        with self._lock:
            self._places.take_back(passwords.place(host))
            self._networks.take_back(passwords.network(host))
