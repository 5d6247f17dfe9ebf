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
from dataclasses import dataclass
from typing import Any, cast

import uvicorn
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from mailproc.errors import Misconfigured

_log = logging.getLogger(__name__)

STARTING = 10.0
"""Seconds for the loop to begin."""
ENDING = 5.0
"""Seconds to wait for a loop that hangs."""
FAREWELL = 1
"""Seconds for the requests in hand when the server stops."""
KEPT_OPEN = 5
"""Seconds in which a client may ask again by the same connection."""
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"
)


@dataclass(frozen=True)
class HttpServerLimits:
    """What one client, and all of them, may have of us.

    ``connections``: at a time. ``header`` and ``body``: octets of one request. ``seconds``: for a request to
    be here whole, and for a client that does not read our answer.
    """

    connections: int = 50
    header: int = 16 * 1024
    body: int = 1024 * 1024
    seconds: float = 30.0


_USUAL = HttpServerLimits()


class HttpServer:
    """Serves ``app`` (ASGI) at ``host`` and ``port``; port 0 is any free one.

    ``proxies``: addresses and networks whose X-Forwarded-For and X-Forwarded-Proto say who the client is.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        limits: HttpServerLimits = _USUAL,
        proxies: tuple[str, ...] = (),
        name: str = "http",
    ) -> None:
        self._where = host, port
        self._name = name
        self._server = _Server(_Settings(_Guarded(app, limits), limits, proxies))
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
    return socket.create_server((str(address[0]), int(address[1])), family=family, backlog=512)


class _Settings(uvicorn.Config):
    """``limits`` is for each connection."""

    def __init__(self, app: ASGIApp, limits: HttpServerLimits, proxies: tuple[str, ...]) -> None:
        super().__init__(
            app,
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=logging.CRITICAL,  # what concerns somebody is said here
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),
            timeout_keep_alive=KEPT_OPEN,
            timeout_graceful_shutdown=FAREWELL,
            h11_max_incomplete_event_size=limits.header,
        )
        self.limits = limits


class _Server(uvicorn.Server):
    """``begun`` has the loop once clients are accepted."""

    def __init__(self, settings: _Settings) -> None:
        super().__init__(settings)
        self.begun: Future[asyncio.AbstractEventLoop] = Future()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.begun.set_result(asyncio.get_running_loop())


class _Connection(H11Protocol):
    """A client whose request does not come, or who does not read, is cut off."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = cast(_Settings, config).limits
        self._unasked: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._watch()
        if len(self.connections) > self._limits.connections:
            self._find_room()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        _call_off(self._unasked)
        _call_off(self._unread)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self._unread or self.loop.call_later(self._limits.seconds, self._cut)

    def resume_writing(self) -> None:
        super().resume_writing()
        _call_off(self._unread)
        self._unread = None

    def asked(self) -> bool:
        """Return whether a whole request is here and has no answer yet."""
        cycle = self.cycle
        return cycle is not None and not cycle.more_body and not cycle.response_complete

    def _watch(self) -> None:
        if self.asked() or self.transport.is_closing():
            _call_off(self._unasked)
            self._unasked = None
        else:
            self._unasked = self._unasked or self.loop.call_later(self._limits.seconds, self._cut)

    def _cut(self) -> None:
        self.transport.abort()

    def _find_room(self) -> None:
        """Cut off the client that has asked nothing for the longest time: a silent one keeps nobody out."""
        others = (one for one in self.connections if isinstance(one, _Connection) and one is not self)
        silent = [one for one in others if not one.asked() and one._unasked is not None]
        if silent:
            min(silent, key=_Connection._silent_until)._cut()
        else:
            self.transport.write(_FULL)
            self.transport.close()

    def _silent_until(self) -> float:
        return self._unasked.when() if self._unasked else float("inf")


def _call_off(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


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
