"""Looks at passwords in threads of their own: few at once, some wait, the others are told to come later.

Each costs memory and time on purpose. Pages have other threads, so staff who are logged in notice nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mailproc import passwords
from mailproc.errors import TryLater
from mailproc.sentence import sentence

AT_ONCE = 2
WAITING = 8
"""Logins that wait for one of the two."""
PER_PLACE = 2
"""Logins of one place, under way or waiting: nobody takes the places of all."""

T = TypeVar("T")


class LoginRoom:
    """For one event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="desk-login")
        self._here: Counter[str] = Counter()

    async def done(self, host: str, work: Callable[[], T]) -> T:
        """Return what ``work`` returns. Raise TryLater at once where there is no room for this host."""
        place = passwords.place(host)
        if self._here[place] >= PER_PLACE or self._here.total() >= AT_ONCE + WAITING:
            raise TryLater(sentence("login-crowded"))
        self._here[place] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._here[place] -= 1
            if not self._here[place]:
                del self._here[place]
