"""Check a client before anything of it is read, and before TLS is spoken with it."""

import asyncio
import logging
import ssl
from typing import Any, Protocol, cast

from mailproc.transport.listening import client_host

_log = logging.getLogger(__name__)

TELL_EVERY = 3600.0
"""Seconds until the same of an address is told again."""
MOST_TOLD = 10_000


class Door(Protocol):
    """Who decides about clients. ``tls``: None where none is spoken; else ``admit`` speaks it."""

    tls: ssl.SSLContext | None

    def why_not(self, host: str) -> str:
        """Return why this client is not served now; '' if it is."""

    def turned_away(self, host: str, why: str) -> None:
        """Tell staff."""

    def admit(self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Count this client at once, and serve it in a task of its own."""


class Gate(asyncio.StreamReaderProtocol):
    """The protocol of one connection."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._client = ""
        super().__init__(asyncio.StreamReader(), self._admitted)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close the connection unread, or let its client in."""
        stream = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self._client = client_host(transport.get_extra_info("peername"))
        if why := self._door.why_not(self._client):
            self._door.turned_away(self._client, why)
            stream.abort()
            return
        if self._door.tls:
            stream.pause_reading()  # its first octets are for TLS alone
        super().connection_made(transport)

    def _admitted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._door.admit(self._client, reader, writer)


class ToldOf:
    """Whom staff were told of within the hour, in memory: after a start they are told again."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}

    def is_new(self, about: str) -> bool:
        """Return whether it was not told, and remember it; in a loop."""
        now = asyncio.get_running_loop().time()
        self._at = {who: at for who, at in self._at.items() if now - at < TELL_EVERY}
        if about in self._at or len(self._at) >= MOST_TOLD:
            return False
        self._at[about] = now
        return True


def tls_words(error: BaseException) -> str:
    """Return why there is no TLS, without a stranger's words."""
    return str(getattr(error, "reason", "") or type(error).__name__)


def loop_trouble(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Clients that vanish are no news; anything else in the loop is, without an error's words."""
    error = context.get("exception")
    quiet = isinstance(error, ConnectionError | TimeoutError | ssl.SSLError)
    level = logging.DEBUG if quiet else logging.ERROR
    _log.log(level, "listener: %s (%s)", context.get("message"), type(error).__name__)
