"""The library system of the practice world: hears what hooks tell it, if the call is signed.

It verifies as a receiver of its own would (docs/integration.md), with no line of mailproc's.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

NAME = "Library system (practice)"
PATH = "/told"
TOLERANCE = 300.0
"""Seconds by which the time of a call may differ from ours."""
MOST_KEPT = 1000
"""Calls that are remembered."""


@dataclass(frozen=True)
class HookHeard:
    """A call: ``event`` as REQUESTER.receive, ``number`` of the request, the ``state`` it has now.

    A ``sample`` tells nothing. Without ``event`` the call was not signed by us.
    """

    event: str = ""
    number: str = ""
    state: str = ""
    sample: bool = False

    @property
    def text(self) -> str:
        if not self.event:
            return "refuses a call: its signature or its time is wrong"
        if self.sample:
            return f"hears a sample of {self.event}"
        return f"hears {self.event}: {self.number} is {self.state}"


class LibrarySystem:
    """``hear`` is given each call once, in the thread of who calls: it must only note it down."""

    def __init__(
        self, secret: str, hear: Callable[[HookHeard], None], clock: Callable[[], float] = time.time
    ) -> None:
        self._secret = secret.encode()
        self._hear = hear
        self._clock = clock
        self._done: set[str] = set()

    def take(self, headers: Mapping[str, str], body: bytes) -> HTTPStatus:
        """``headers``: by their names in lower case. Return the status of the answer."""
        if not self._is_genuine(headers, body):
            self._hear(HookHeard())
            return HTTPStatus.UNAUTHORIZED
        key = headers["webhook-id"]
        if key not in self._done:
            told = json.loads(body)
            self._hear(
                HookHeard(told["event"], told["numbers"]["request"], told["state"]["after"], told["sample"])
            )
            if len(self._done) < MOST_KEPT:
                self._done.add(key)
        return HTTPStatus.NO_CONTENT

    def _is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        key, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not (sent_at.isascii() and sent_at.isdecimal() and len(sent_at) < 12):
            return False
        signed = f"{key}.{sent_at}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.digest(self._secret, signed, hashlib.sha256)).decode()
        said = headers.get("webhook-signature", "")
        in_time = abs(self._clock() - int(sent_at)) <= TOLERANCE
        return in_time and hmac.compare_digest(expected.encode(), said.encode())
