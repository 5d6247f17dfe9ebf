"""Check SMTP AUTH: which partner's server logs in.

A look at a password costs memory and time on purpose. So it runs in threads beside the event loop, two
at once; a few wait, everybody else is told to try later. Whoever guesses gets slower and is then turned
away without a look. A wrong user and a wrong password are the same in words and in time.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from aiosmtpd.smtp import AuthResult, LoginPassword
from argon2.exceptions import Argon2Error

from mailproc import passwords

log = logging.getLogger(__name__)

AT_ONCE = 2
WAITING = 8  # looks that wait for one of the two
PER_HOST = 2  # looks of one host, under way or waiting: nobody takes the places of all
WINDOW = 3600.0  # seconds that a failure is remembered
FAILURES = 20  # of one host within that time; then it is turned away without a look
HOSTS = 1000  # whose failures are remembered; of more the oldest are forgotten
PAUSE = 0.5  # seconds before the answer to a failure, times the failures so far …
SLOWEST = 5.0  # … and at most this

LATER = "454 4.7.0 Temporary authentication failure"


class Logins:
    """``hashes``: of the password, by user. One for all sessions of a listener, on its event loop."""

    def __init__(
        self,
        hashes: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._hashes = dict(hashes)
        self._nobodys = passwords.nobodys(self._hashes.values())
        self._failures = Failures(clock)
        self._sleep = sleep
        self._under_way: dict[str, int] = {}
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="smtp-login")

    async def judged(self, host: str, said: LoginPassword) -> AuthResult:
        """235 with the user's name, 535, or 454 where there is no room or this host failed too often."""
        if self._failures.of(host) >= FAILURES or not self._has_room(host):
            return AuthResult(success=False, handled=False, message=LATER)
        count = self._failures.add(host)  # before the look: guesses at once count all the same
        try:
            user = await self._look(host, said)
        except Argon2Error as error:
            self._failures.take_back(host)
            log.error("a login could not be checked: %s", type(error).__name__)
            return AuthResult(success=False, handled=False, message=LATER)
        if user:
            self._failures.take_back(host)
            return AuthResult(success=True, auth_data=user)
        log.warning("SMTP client %s: login failed (%s within the hour)", host, count)
        await self._sleep(min(count * PAUSE, SLOWEST))
        return AuthResult(success=False, handled=False)

    def replace(self, hashes: Mapping[str, str]) -> None:
        """From any thread: logins that are looked at are judged by what they began with."""
        self._nobodys = passwords.nobodys(hashes.values())
        self._hashes = dict(hashes)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _has_room(self, host: str) -> bool:
        all_ = sum(self._under_way.values())
        return all_ < AT_ONCE + WAITING and self._under_way.get(host, 0) < PER_HOST

    async def _look(self, host: str, said: LoginPassword) -> str:
        """The user's name, '' where user or password is wrong."""
        if len(said.password) > passwords.LONGEST:
            return ""
        user = said.login.decode("utf-8", "replace")
        known = self._hashes.get(user)
        self._under_way[host] = self._under_way.get(host, 0) + 1
        try:
            loop = asyncio.get_running_loop()
            same = await loop.run_in_executor(
                self._threads, passwords.is_of, said.password, known or self._nobodys
            )
        finally:
            self._under_way[host] -= 1
            if not self._under_way[host]:
                del self._under_way[host]
        return user if same and known else ""


class Failures:
    """How often each host failed of late. A host is its ``passwords.place``."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: dict[str, list[float]] = {}

    def of(self, host: str) -> int:
        begin = self._clock() - WINDOW
        return sum(time > begin for time in self._times.get(passwords.place(host), ()))

    def add(self, host: str) -> int:
        place = passwords.place(host)
        times = self._times.pop(place, [])
        self._times[place] = [*times, self._clock()][-FAILURES:]
        while len(self._times) > HOSTS:
            del self._times[next(iter(self._times))]
        return self.of(host)

    def take_back(self, host: str) -> None:
        """The latest was none."""
        if times := self._times.get(passwords.place(host)):
            times.pop()
