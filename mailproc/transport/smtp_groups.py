"""Hand letters to the store in groups: while one group is committed, the letters that come wait for the next.

One job of the writer for each letter costs the event loop and the writer several changes of Python's lock
each; a group costs as many for all of its letters. No letter waits for company.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from itertools import islice

from mailproc.errors import NoRoom, TryLater
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.transport.incoming import Keep

_Answer = asyncio.Future[list[StoredLetter]]
_Group = dict[_Answer, Sequence[NewLetter]]

GROUP = 50
"""At most so many sessions' letters are one job of the writer."""


class Groups:
    """Belongs to one event loop. ``keep`` is that of the ``Listener``."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._waiting: _Group = {}
        self._committing = False

    async def kept(self, letters: Sequence[NewLetter]) -> list[StoredLetter]:
        """Give the row of each letter, after the commit.

        Raises TryLater (NoRoom where the disk or the store's queue is full), or what the store raised for
        these letters alone. A caller that is cancelled takes nothing back once the group has begun; letters
        that still waited for their turn are then not kept.
        """
        loop = asyncio.get_running_loop()
        answer: _Answer = loop.create_future()
        self._waiting[answer] = letters
        if not self._committing:
            self._committing = True
            loop.call_soon(self._next)  # with the letters that have come already and are read in this turn
        try:
            return await answer
        finally:
            self._waiting.pop(answer, None)

    def _next(self) -> None:
        group = dict(islice(self._waiting.items(), GROUP))
        for answer in group:
            del self._waiting[answer]
        self._committing = bool(group)
        if group:
            self._submit(group)

    def _submit(self, group: _Group) -> None:
        loop = asyncio.get_running_loop()
        try:
            future = self._keep([letter for letters in group.values() for letter in letters])
        except Exception as error:  # the queue is full, or the store is closed
            why = NoRoom(str(error)) if isinstance(error, TryLater) else error
            loop.call_soon(self._failed, group, why)
            return
        future.add_done_callback(partial(_told, loop, partial(self._ended, group)))

    def _ended(self, group: _Group, future: "Future[list[StoredLetter]]") -> None:
        if future.cancelled():
            self._failed(group, TryLater("the store is closing"))
        elif (error := future.exception()) is None:
            self._answer(group, future.result())
        elif isinstance(error, TryLater) or len(group) == 1:
            self._failed(group, error)
        else:  # one letter's trouble is not that of the others
            for answer, letters in group.items():
                self._submit({answer: letters})

    def _answer(self, group: _Group, kept: Sequence[StoredLetter]) -> None:
        rows = iter(kept)
        for answer, letters in group.items():
            its = list(islice(rows, len(letters)))
            if not answer.done():
                answer.set_result(its)
        self._next()

    def _failed(self, group: _Group, error: BaseException) -> None:
        for answer in group:
            if not answer.done():
                answer.set_exception(error)
        self._next()


def _told(
    loop: asyncio.AbstractEventLoop,
    ended: "Callable[[Future[list[StoredLetter]]], None]",
    future: "Future[list[StoredLetter]]",
) -> None:
    """From the writer's thread to the loop's, once for the whole group."""
    with suppress(RuntimeError):  # the loop has ended, and its sessions with it
        loop.call_soon_threadsafe(ended, future)
