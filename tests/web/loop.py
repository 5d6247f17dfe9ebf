"""One loop, in a thread of its own, for what the tests of a process ask of pages without sockets: threads and
loops are not made again for each browser, and the main thread stays free for playwright, which keeps a loop."""

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
