"""The threads in which pages are made, and whose turn it is: who asks for slow pages slows nobody else."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TypeVar

from mailproc import passwords
from mailproc.web.memory import Kept

AT_ONCE = 2
"""Pages that are made at a time for one person, or for all strangers of one place; the others wait."""

THREADS = 24
"""For twelve with slow pages; the next wait until one of these is made."""

T = TypeVar("T")


@dataclass
class _Turn:
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    users: int = 0


class PageRoom:
    """For one event loop."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="desk-page")
        self._known: Kept[str] = Kept()
        self._turns: dict[str, _Turn] = {}

    def know(self, token: str, person: str) -> None:
        """Remember whose session it is: all sessions of a person are one. From any thread."""
        self._known.put("", token, person)

    def of(self, token: str, host: str) -> str:
        """Return whose turn it is: of a session that nobody knows yet, all that come from there."""
        return self.known(token) or f"at {passwords.place(host)}"

    def known(self, token: str) -> str:
        """Return whose session it is, or was; '' of one that nobody knows."""
        return (self._known.get("", token) or "") if token else ""

    async def done(self, who: str, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, in a thread, when it is their turn."""
        turn = self._turns.setdefault(who, _Turn())
        turn.users += 1
        try:
            async with turn.free:
                loop, run = asyncio.get_running_loop(), copy_context().run
                return await loop.run_in_executor(self._threads, lambda: run(work))
        finally:
            turn.users -= 1
            if not turn.users:
                del self._turns[who]
