"""Brings what the practising hub has to say to our door, by HTTP and in its order."""

import time
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote

from mailproc.practice.hub import NAME, Post, PractisingHub
from mailproc.practice.supplier import Tell

_PATIENCE = 10.0  # seconds
_PAUSE = 2.0  # seconds before a document that nobody took is offered again


class HubLine:
    """``listener`` may become known later."""

    def __init__(
        self, hub: PractisingHub, tell: Tell, path: str, listener: tuple[str, int] | None = None
    ) -> None:
        self.listener = listener
        self._hub, self._tell, self._path = hub, tell, path
        self._not_before = 0.0

    def hand_over(self, *, now: bool = False) -> None:
        """Offer what waits, in order; the first that must wait keeps the rest waiting."""
        waiting = self._hub.waiting
        while waiting and (now or time.monotonic() >= self._not_before):
            post = waiting[0]
            try:
                status = self._posted(post)
            except (OSError, HTTPException) as error:
                return self._waits(post, str(error))
            if status >= 500:
                return self._waits(post, f"status {status}")
            waiting.popleft()
            if status == 200:
                self._tell("sent", by="http", sender=NAME, subject=post.what, kind="message")
            else:
                self._tell("not-taken", by="http", subject=post.what, text=f"status {status}")
        return None

    def _waits(self, post: Post, why: str) -> None:
        self._not_before = time.monotonic() + _PAUSE
        self._tell("waits", by="http", subject=post.what, text=why)

    def _posted(self, post: Post) -> int:
        if self.listener is None:
            raise ConnectionRefusedError("our door is not known")
        host, port = self.listener
        line = HTTPConnection(host, port, timeout=_PATIENCE)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = b"BufferILL=" + quote(post.document, safe="").encode()
        try:
            line.request("POST", f"/{self._path}/apdu/{quote(post.isil)}", body, headers)
            return line.getresponse().status
        finally:
            line.close()
