"""One client of the HTTP server, and how many there are: who is cut off, and when.

A burst is accepted a few at a time, so that who gives way has gone before the next come: the limit of
connections is one of open files too.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from mailproc.transport.gate import ToldOf, loop_trouble
from mailproc.transport.http_peer import WithPeer
from mailproc.transport.listening import client_host, inside, network

_log = logging.getLogger(__name__)

AT_ONCE = 4
"""Clients that are accepted in one round of the loop."""
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


class HttpSettings(uvicorn.Config):
    """What each connection knows: the limits, and who may connect."""

    def __init__(
        self, app: ASGIApp, limits: HttpServerLimits, proxies: tuple[str, ...], peers: tuple[str, ...] = ()
    ) -> None:
        super().__init__(
            app,
            http=Connection,
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
            backlog=AT_ONCE,
        )
        self.limits = limits
        self.told = ToldOf()
        self._peers = tuple(network(one, "networks") for one in peers)

    def load(self) -> None:
        """Load the application; it hears who the peer is, also behind a proxy that is believed."""
        super().load()
        self.loaded_app = WithPeer(self.loaded_app)

    def admits(self, host: str) -> bool:
        """Return whether a client of this address may connect."""
        return not self._peers or inside(host, self._peers)


class Troubles:
    """Says what goes wrong in a loop (asyncio calls it), each thing once an hour."""

    def __init__(self) -> None:
        self._told = ToldOf()

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if self._told.is_new(f"{context.get('message')} {type(context.get('exception')).__name__}"):
            loop_trouble(loop, context)


class Connection(H11Protocol):
    """A client whose request does not come, or who does not read, is cut off."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._settings = cast(HttpSettings, config)
        self._limits = self._settings.limits
        self._is_let_in = self._is_cut = False
        self._unasked: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        host = client_host(transport.get_extra_info("peername"))
        if not self._settings.admits(host):
            if self._settings.told.is_new(host):
                _log.warning("HTTP client %s closed unread: nobody may connect from there", host)
            transport.abort()
            return
        self._is_let_in = True
        super().connection_made(transport)
        self._watch()
        others = self._others()
        if len(others) >= self._limits.connections:
            self._find_room(others)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._is_let_in:
            return
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
        self._is_cut = True
        self.transport.abort()

    def _others(self) -> "list[Connection]":
        """Return whom else we serve. Who was cut off is in the list of connections until the loop sees it."""
        every = (one for one in self.connections if isinstance(one, Connection) and one is not self)
        return [one for one in every if not one._is_cut]

    def _find_room(self, others: "list[Connection]") -> None:
        """Cut off the client that has asked nothing for the longest time: a silent one keeps nobody out.

        Who has begun to ask gives way last.
        """
        silent = [one for one in others if not one.asked() and one._unasked is not None]
        if silent:
            min(silent, key=Connection._precedence)._cut()
        else:
            self._is_cut = True
            self.transport.write(_FULL)
            self.transport.close()

    def _precedence(self) -> tuple[bool, float]:
        has_begun = self.cycle is not None and not self.cycle.response_complete
        return has_begun, self._unasked.when() if self._unasked else float("inf")


def _call_off(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
