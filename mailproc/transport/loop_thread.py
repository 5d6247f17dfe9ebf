"""Listen at one address in a thread with an event loop of its own."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from mailproc.transport.listening import new_loop

NewLoop = Callable[[], asyncio.AbstractEventLoop]
Trouble = Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]
Address = tuple[str, int]


class LoopThread:
    """Accepts clients: ``client`` makes the protocol of each connection.

    ``farewell`` is awaited in the loop once nobody more is accepted. ``trouble`` hears what nobody awaits.
    """

    def __init__(
        self,
        name: str,
        client: Callable[[], asyncio.BaseProtocol],
        farewell: Callable[[], Awaitable[None]],
        trouble: Trouble,
        *,
        loop: NewLoop = new_loop,
    ) -> None:
        self._name = name
        self._client = client
        self._farewell = farewell
        self._trouble = trouble
        self._new_loop = loop
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None

    def start(self, host: str, port: int, *, backlog: int, within: float) -> Address:
        """Return the address that was bound ('' for the host: every one). Raise OSError.

        ``within``: seconds. Who gets an error calls ``stop``.
        """
        bound: Future[Address] = Future()
        where = {"host": host or None, "port": port, "backlog": backlog}
        self._thread = threading.Thread(target=self._run, args=(where, bound), name=self._name, daemon=True)
        self._thread.start()
        return bound.result(within)

    def stop(self, within: float) -> None:
        """Accept nobody more, and wait for the end of the farewell, at most ``within`` seconds."""
        if self._thread is None:
            return
        if self._loop is not None and self._ending is not None:
            with suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(within)
        self._thread = None

    def call(self, then: Callable[[], None]) -> None:
        """Have ``then`` called by the loop, if it runs; for any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(then)

    def _run(self, where: Mapping[str, Any], bound: "Future[Address]") -> None:
        with asyncio.Runner(loop_factory=self._new_loop) as runner:
            try:
                runner.run(self._serve(where, bound))
            except BaseException as error:  # of the start: the one who started us raises it
                if bound.done():
                    raise
                bound.set_exception(error)

    async def _serve(self, where: Mapping[str, Any], bound: "Future[Address]") -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(self._trouble)
        server = await self._loop.create_server(self._client, **where)
        host, port = server.sockets[0].getsockname()[:2]
        bound.set_result((host, port))
        await self._ending.wait()
        server.close()
        await self._farewell()


def why_not_bound(error: OSError) -> str:
    """Return why an address cannot be had; asyncio's words are long."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
