"""Start on a full disk: answer 452 at the listener until there is space, then begin the service."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing
from pathlib import Path

from mailproc.app import build, smtp_listener
from mailproc.app.build import App
from mailproc.app.signals import Asked
from mailproc.errors import NoRoom, StoreLost, TryLater
from mailproc.flow.context import Context
from mailproc.store import store_identity
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.transport import systemd

_log = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds between two looks for room."""


def until_there_is_room(path: Path, asked: Asked, work: Callable[[App], int]) -> int:
    """What ``work`` returns; 0 where the service was asked to end before there was room.

    The first NoRoom of opening the store or of ``work`` opens the door. From then on every TryLater is
    waited for: a database server may start again once it has room. Raises as ``build``, and StoreLost.
    """
    waited = False
    while True:
        try:
            with systemd.kept_alive():
                app = build.build(path)
            with closing(app.store):
                return work(app)
        except StoreLost:
            raise
        except TryLater as error:
            if not waited and not isinstance(error, NoRoom):
                raise
            waited = True
            if _was_ended(path, asked, error):
                return 0


def _was_ended(path: Path, asked: Asked, why: TryLater) -> bool:
    """Keep the listener open until there is space (False) or the service is asked to end (True)."""
    context = build.configured(path)
    with ExitStack() as stack:
        if context.config.listen.enabled:
            listener, _ = smtp_listener.opened(context.config, _refuse, context.clock, lambda: False)
            stack.callback(listener.stop)
        _log.error(
            "%s. Every letter is answered 452 until the store can be written; free space if the disk is full",
            why,
        )
        systemd.tell("READY=1", f"STATUS={why}")
        stack.enter_context(systemd.kept_alive())  # a look may migrate the store
        while not asked.wait(LOOK):
            if _is_room(context):
                _log.info("the store can be written again")
                return False
        return True


def _refuse(_letters: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
    raise NoRoom("the disk is full")


def _is_room(context: Context) -> bool:
    """Can the store be opened and written? Raises Misconfigured and StoreLost: waiting helps with neither."""
    try:
        with closing(build.store_of(context.config)) as store:
            store.write(store_identity.touch)
    except StoreLost:
        raise
    except TryLater:
        return False
    return True
