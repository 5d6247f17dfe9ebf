"""Serve HTTP: uvicorn with an event loop in a thread of its own, within limits. Needs mailproc-ill[web].

What uvicorn lacks is a limit for a client that is slow or silent, a limit of connections, and one of the
body. It writes no access log here: the path of a request may be a secret.
"""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress

import uvicorn
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailproc.errors import Misconfigured
from mailproc.transport.http_connection import HttpServerLimits, HttpSettings, Troubles

_log = logging.getLogger(__name__)

STARTING = 10.0
"""Seconds for the loop to begin."""
ENDING = 5.0
"""Seconds to wait for a loop that hangs."""
BACKLOG = 512
"""Clients that wait to be accepted."""


_USUAL = HttpServerLimits()


class HttpServer:
    """Serves ``app`` (ASGI) at ``host`` and ``port``; port 0 is any free one.

    ``proxies``: addresses and networks whose X-Forwarded-For and X-Forwarded-Proto say who the client is.
    ``peers``: those from which alone a client may connect; none for everybody. Others are closed unread, and
    take nobody's place. ``ending``: called in the loop when it stops, before requests in hand are waited for.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        limits: HttpServerLimits = _USUAL,
        proxies: tuple[str, ...] = (),
        name: str = "http",
        peers: tuple[str, ...] = (),
        ending: Callable[[], None] = lambda: None,
    ) -> None:
        self._where = host, port
        self._name = name
        self._server = _Server(HttpSettings(_Guarded(app, limits), limits, proxies, peers), ending)
        self._thread: threading.Thread | None = None

    def start(self) -> tuple[str, int]:
        """Listen, and return the address that was bound. Raise Misconfigured where it cannot be had."""
        host, port = self._where
        try:
            listening = _bound(host, port)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or error
            raise Misconfigured(f"cannot listen on {host} port {port}: {why}") from None
        self._thread = threading.Thread(target=self._run, args=(listening,), name=self._name, daemon=True)
        self._thread.start()
        self._server.begun.result(STARTING)
        bound = listening.getsockname()
        return str(bound[0]), int(bound[1])

    def stop(self) -> None:
        """Accept nobody more, let requests in hand end, and end within 2 seconds."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(ENDING)
            self._thread = None

    def ask(self, then: Callable[[], None]) -> None:
        """Have ``then`` called by the server's loop, if it runs."""
        if self._thread is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._server.begun.result(STARTING).call_soon_threadsafe(then)

    def _run(self, listening: socket.socket) -> None:
        with asyncio.Runner() as runner:
            try:
                runner.run(self._server.serve([listening]))
            except BaseException as error:  # of the start: the one who started us raises it
                if self._server.begun.done():
                    raise
                self._server.begun.set_exception(error)


def _bound(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    return socket.create_server((str(address[0]), int(address[1])), family=family, backlog=BACKLOG)


class _Server(uvicorn.Server):
    """``begun`` has the loop once clients are accepted."""

    def __init__(self, settings: HttpSettings, ending: Callable[[], None]) -> None:
        super().__init__(settings)
        self._ending = ending
        self.begun: Future[asyncio.AbstractEventLoop] = Future()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(Troubles())
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(BACKLOG)  # so many wait; uvicorn's number is how many are accepted at once
        self.begun.set_result(loop)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending()
        await super().shutdown(sockets)


class _Guarded:
    """The application within the limits of a request; an error of it is logged, and answered by 500."""

    def __init__(self, app: ASGIApp, limits: HttpServerLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if _header(scope) > self._limits.header:  # one that came at once: h11 limits what is not whole
                raise HTTPException(431)
            if _declared(scope) > self._limits.body:
                raise _too_long()
            await self._app(scope, self._counted(receive), sending)
        except HTTPException as refused:
            status = refused.status_code
        except ClientDisconnect:  # in the middle of a form: nobody waits for an answer
            return
        except Exception:  # a bug affects its own request only
            _log.exception("a request by HTTP could not be answered")
            status = 500
        else:
            return
        if not begun:
            await _answer(send, status)

    def _counted(self, receive: Receive) -> Receive:
        octets = 0

        async def counting() -> Message:
            nonlocal octets
            message = await receive()
            octets += len(message.get("body", b""))
            if octets > self._limits.body:
                raise _too_long()
            return message

        return counting


def _header(scope: Scope) -> int:
    line = len(scope["raw_path"]) + len(scope["query_string"])
    return line + sum(len(name) + len(value) for name, value in scope["headers"])


def _declared(scope: Scope) -> int:
    """Return Content-Length; h11 has refused what is no number. 0 where it is not said."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)


def _too_long() -> HTTPException:
    return HTTPException(413, "too long", {"connection": "close"})


async def _answer(send: Send, status: int) -> None:
    headers = [(b"connection", b"close"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
