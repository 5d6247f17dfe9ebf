"""One loop, in a thread of its own, for what the tests of a process ask of pages without sockets.

Threads and loops are not made again for each browser; the loop of the main thread is playwright's."""

import asyncio
from collections.abc import Coroutine
from functools import cache
from threading import Thread
from typing import Any, TypeVar

Value = TypeVar("Value")


def run(asked: Coroutine[Any, Any, Value]) -> Value:
    return asyncio.run_coroutine_threadsafe(asked, _loop()).result()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    made = asyncio.new_event_loop()
    Thread(target=made.run_forever, name="browsers", daemon=True).start()
    return made
