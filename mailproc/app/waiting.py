"""A start on a full disk: the door opens and answers 452 until there is room, then the service begins."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing
from pathlib import Path

from mailproc.app import build, door
from mailproc.app.asked import Asked
from mailproc.errors import NoRoom
from mailproc.flow.premises import Premises
from mailproc.store import identity
from mailproc.store.inbox import Kept, NewLetter
from mailproc.transport import systemd

_log = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds between two looks for room."""


def until_there_is_room(path: Path, asked: Asked, begin: Callable[[], int]) -> int:
    """What ``begin`` returns; 0 where the service was asked to end before there was room.

    ``begin`` raises NoRoom where the store can be neither opened nor written.
    """
    while True:
        try:
            return begin()
        except NoRoom as error:
            if _was_ended(path, asked, error):
                return 0


def _was_ended(path: Path, asked: Asked, why: NoRoom) -> bool:
    """Keep the door open until there is room: False; or until the service was asked to end: True."""
    premises = build.configured(path)
    with ExitStack() as stack:
        if premises.config.listen.enabled:
            listener, _ = door.opened(premises.config, _refuse, premises.clock, lambda: False)
            stack.callback(listener.stop)
        _log.error("%s. Every letter is answered 452 until there is room; make some, the rest follows", why)
        systemd.tell("READY=1", f"STATUS={why}")
        while not asked.wait(LOOK):
            systemd.tell("WATCHDOG=1")
            if _is_room(premises):
                _log.info("there is room again")
                return False
        return True


def _refuse(_letters: Sequence[NewLetter]) -> "Future[list[Kept]]":
    raise NoRoom("the disk is full")


def _is_room(premises: Premises) -> bool:
    try:
        with closing(build.store_of(premises.config)) as store:
            store.write(identity.touch)
    except NoRoom:
        return False
    return True
