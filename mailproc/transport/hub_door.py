"""Take what the hub posts: POST /PATH/apdu/ISIL, with a document as its body, in whatever form.

It is kept as it came, and only then 200 is answered: the hub sends nothing twice. Who it is from is proven by
where it comes from and by the secret in the path, which is compared in constant time and never logged.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from hmac import compare_digest
from ipaddress import ip_network

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from mailproc.config import ListenHttp
from mailproc.errors import TryLater
from mailproc.mail.channel import HTTP
from mailproc.store.inbox import NewLetter
from mailproc.transport.http_connection import HttpServerLimits
from mailproc.transport.incoming import Keep
from mailproc.transport.listening import inside

_log = logging.getLogger(__name__)

LARGEST = 3 * 2**20 + 1000
"""Octets of a body: a document of 1 MiB, each of its octets written as %XX."""
STORING = 30.0
"""Seconds for the store."""
PLACE = "apdu"
LONGEST_ISIL = 16
_MARKUP = (b"<", b"%3c", b"&lt;", b"%253c", b"ill-apdu")


def limits(listen: ListenHttp) -> HttpServerLimits:
    return HttpServerLimits(connections=listen.max_connections, body=LARGEST, seconds=listen.timeout)


class HubDoor:
    """An application (ASGI). ``is_ours`` says whether an ISIL is this library's."""

    def __init__(
        self, listen: ListenHttp, keep: Keep, clock: Callable[[], datetime], is_ours: Callable[[str], bool]
    ) -> None:
        self._listen = listen
        self._networks = [ip_network(network) for network in listen.networks]
        self._keep, self._clock, self._is_ours = keep, clock, is_ours
        self._strangers = _Known()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        peer = request.client.host if request.client else ""
        if not inside(peer, self._networks):
            if self._strangers.is_new(peer):
                _log.warning("HTTP client %s refused: it is in none of [listen_http] networks", peer)
            return _refused(403, "no service for you here")
        secret, _, rest = str(request.scope["path"]).removeprefix("/").partition("/")
        place, _, isil = rest.partition("/")
        ours = self._listen.path.get_secret_value()  # as it is now: it may be read again
        if not compare_digest(secret.encode(), ours.encode()) or place != PLACE:
            return _refused(404, "there is nothing")
        if request.method != "POST":
            return PlainTextResponse("post a document\n", 405, {"Allow": "POST"})
        if len(isil) > LONGEST_ISIL or not self._is_ours(isil):
            return _refused(400, "the ISIL in the path is none of ours")
        return await self._kept(
            NewLetter(HTTP, await request.body(), self._clock(), rcpt_to=isil.upper(), peer=peer)
        )

    async def _kept(self, letter: NewLetter) -> Response:
        if not _has_markup(letter.raw):
            return _refused(400, "the body is no document in XML")
        try:
            stored = asyncio.wrap_future(self._keep([letter]))
            await asyncio.wait_for(stored, STORING)
        except (TryLater, TimeoutError):
            return PlainTextResponse("not stored: post it again\n", 503, {"Retry-After": "60"})
        return Response(b"", 200, media_type="application/xml")


class _Known:
    """Strangers who were named in the log: each once, and not without end."""

    MOST = 100

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def is_new(self, peer: str) -> bool:
        if peer in self._seen or len(self._seen) >= self.MOST:
            return False
        self._seen.add(peer)
        return True


def _has_markup(body: bytes) -> bool:
    lowered = body.lower()
    return any(sign in lowered for sign in _MARKUP)


def _refused(status: int, why: str) -> Response:
    return PlainTextResponse(f"{why}\n", status)
