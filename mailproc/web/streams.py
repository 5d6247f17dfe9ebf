"""Streams of news (server-sent events, WHATWG HTML 9.2): the names of pages that are out of date, no data.

A hint, not the truth: whoever hears it fetches the page with their own rights. One task of the server's loop
asks the store for all streams together; a stream is a task of its own, so a client that does not read holds
up nobody. Between two looks it rests twenty times as long as a look took: news take no time from letters.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from mailproc.errors import TryLater
from mailproc.office.desk.staff_desk import StaffDesk

MOST = 100
"""Streams at a time, of all sessions."""
MOST_EACH = 6
"""Of one session: browsers open no more connections to one place (HTTP/1.1)."""
MOST_OF_PERSON = 24
"""Of one person, in whatever many sessions."""
BEAT = 15.0
"""Seconds: so often a stream says that it is there, and its session is looked at at least."""
LOOK = 0.4
"""Seconds between two looks at the store's number of changes."""
SHARE = 20
_log = logging.getLogger(__name__)
_NAME = re.compile(r"todo|unplaced|[BLIOE][0-9]{1,18}")
_MARK = re.compile(r"[0-9a-f]{0,16}")
_OURS = "same-origin"
"""What browsers say of our own pages (Fetch Metadata)."""
_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}


class _Stream:
    """``mark``: of the page as its window has it."""

    def __init__(self, token: str, login: str, name: str, mark: str) -> None:
        self.token, self.login, self.name, self.mark = token, login, name, mark
        self.bell = asyncio.Event()
        self.is_over = False

    def end(self) -> None:
        self.is_over = True
        self.bell.set()


class _News(StreamingResponse):
    """``ended`` is called however it ends, also if it never began."""

    def __init__(self, said: AsyncIterator[str], ended: Callable[[], None]) -> None:
        super().__init__(said, headers=_HEADERS)
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()


class Streams:
    """All streams of one server. All but ``end`` is called in its loop."""

    def __init__(self) -> None:
        self._open: list[_Stream] = []
        self._watch: asyncio.Task[None] | None = None
        self._came = asyncio.Event()
        self._ending = False

    async def opened(self, office: StaffDesk, token: str, request: Request) -> Response:
        """Return the stream that is asked for: 400, 403 from a page of others, 401 without a
        session, 503 if there are too many."""
        name, mark = request.query_params.get("on", ""), request.query_params.get("mark", "")
        if not _NAME.fullmatch(name) or not _MARK.fullmatch(mark):
            return PlainTextResponse("", 400)
        if request.headers.get("sec-fetch-site", _OURS) not in (_OURS, "none"):
            return PlainTextResponse("", 403)
        login = await asyncio.to_thread(office.sessions.login_of, token) if token else ""
        if not login:
            return PlainTextResponse("", 401)
        if self._ending or self._is_full(token, login):
            return PlainTextResponse("", 503, {"Retry-After": "60"})
        stream = _Stream(token, login, name, mark)
        self._open.append(stream)
        self._came.set()
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._watching(office))
        return _News(self._said(stream), lambda: self._open.remove(stream))

    def end(self) -> None:
        """End all streams, and open no more: the server stops."""
        self._ending = True
        for stream in self._open:
            stream.end()
        self._came.set()

    @property
    def count(self) -> int:
        """Return how many are open."""
        return len(self._open)

    def _is_full(self, token: str, login: str) -> bool:
        own = sum(stream.token == token for stream in self._open)
        theirs = sum(stream.login == login for stream in self._open)
        return own >= MOST_EACH or theirs >= MOST_OF_PERSON or len(self._open) >= MOST

    async def _said(self, stream: _Stream) -> AsyncIterator[str]:
        yield _event("beat")
        while not self._ending:
            with suppress(TimeoutError):
                await asyncio.wait_for(stream.bell.wait(), BEAT)
            if self._ending:
                return
            if stream.is_over:
                yield _event("over")
                return
            rang = stream.bell.is_set()
            stream.bell.clear()  # before it is said: news may come while the window takes its time
            yield _event("message", f"changed {stream.name}") if rang else _event("beat")

    async def _watching(self, office: StaffDesk) -> None:
        """Ring who has news, as long as anybody listens: no fault of a look ends it."""
        seen: int | None = None
        looked = 0.0
        while self._open and not self._ending:
            began = time.monotonic()
            came = self._came.is_set()
            self._came.clear()
            try:
                version = await asyncio.to_thread(office.news.version)
                if came or version != seen or began - looked > BEAT:
                    await self._look(office)
                    seen, looked = version, began
            except TryLater:  # the store is away: pages say so
                pass
            except Exception:
                _log.exception("a look for news of the desk failed")
            pause = max(LOOK, SHARE * (time.monotonic() - began))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), pause)

    async def _look(self, office: StaffDesk) -> None:
        streams = list(self._open)
        tokens, names = {one.token for one in streams}, {one.name for one in streams}
        alive = await asyncio.to_thread(office.sessions.alive, tokens)
        marks = await asyncio.to_thread(office.news.marks, names)
        for stream in streams:
            if stream.token not in alive:
                stream.end()
            elif marks.get(stream.name, stream.mark) != stream.mark:
                stream.mark = marks[stream.name]
                stream.bell.set()


def _event(kind: str, data: str = "") -> str:
    return f"event: {kind}\ndata: {data}\n\n"
