"""A hub of ILL SBN: it numbers requests, holds the state of each, answers every post, and posts on.

Written from what is documented of the real one and of its client, without a line of mailproc's. What it has
to post waits until ``deliver``: a test says when. ``mood`` says how it answers.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.etree import ElementTree

STATES = {
    "ILL-Request": "F118", "Shipped": "F127", "Cancel": "F112A", "Received": "F114", "Recall": "F12E",
    "Returned": "F116", "Checked-In": "F128", "Overdue": "F12D", "Renew": "F115", "Lost": "F116A",
    "Damaged": "F116B", "Expired": "F1218",
}  # fmt: skip
REPLIES = {
    ("Conditional-Reply", "B"): "F113B", ("Conditional-Reply", "A"): "F113A",
    ("Cancel-Reply", "1"): "F1221", ("Cancel-Reply", "0"): "F1220",
    ("Renew-Answer", "9"): "F129", ("Renew-Answer", "A"): "F12A",
}  # fmt: skip
ANSWERS = {
    "Conditional": "F1211", "Retry": "F118", "Unfilled": "F1212", "Location-provider": "F1213",
    "Will-supply": "F1214", "Hold-placed": "F1215", "Estimate": "F127A",
}  # fmt: skip
BORROWERS = ("Cancel", "Conditional-Reply", "Received", "Returned", "Renew", "Damaged")
FINE = b"<ILL-APDU><Status-or-error-report><Error-report>0</Error-report></Status-or-error-report></ILL-APDU>"


@dataclass
class Held:
    """A transaction as the hub holds it. ``request``: the ILL-Request, which every answer repeats."""

    number: str
    request: ElementTree.Element
    state: str = "F118"
    changed: date = date(2026, 3, 2)

    @property
    def ends(self) -> tuple[str, str]:
        return self.request.findtext("Requester-Id", ""), self.request.findtext("Responder-Id", "")

    def told(self) -> ElementTree.Element:
        """Return the request with its number and its state."""
        made = ElementTree.fromstring(ElementTree.tostring(self.request))  # noqa: S314
        for name in ("Transaction-Id", "Current-state"):
            for old in made.findall(name):
                made.remove(old)
        number = ElementTree.Element("Transaction-Id")
        number.text = self.number
        made.insert(0, number)
        ElementTree.SubElement(made, "Current-state", state=self.state)
        return made


@dataclass
class IllHub:
    """``doors``: host, port and path prefix of each library by its ISIL as the hub writes it.

    ``mood``: fine | mute (it does what it is told, and breaks the line) | deaf (it breaks the line at once) |
    refuses (status 200 with an error) | busy (503) | empty | page (a page of HTML) | numberless.
    """

    url: str = ""
    mood: str = "fine"
    doors: dict[str, tuple[int, str]] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)
    posted: list[bytes] = field(default_factory=list)
    waiting: list[tuple[str, bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    libraries: tuple[str, ...] = ()
    since: list[date] = field(default_factory=list)

    def take(self, document: bytes) -> bytes:
        """Do what a document says; return the answer."""
        self.posted.append(document)
        (message,) = ElementTree.fromstring(document)  # noqa: S314  # of our service
        if message.tag == "ILL-Request":
            return self._numbered(message)
        if message.tag == "Status-or-error-report":
            return self._changed(message)
        held = self.held[message.findtext("Transaction-Id", "")]
        if message.tag == "Status-query":
            return _document(held.told())
        held.state = _state_made(message)
        self._post_on(held, message)
        return FINE

    def _numbered(self, message: ElementTree.Element) -> bytes:
        number = str(900123 + len(self.held))
        held = self.held[number] = Held(number, message)
        self.waiting.append((held.ends[1], _document(held.told())))
        return FINE if self.mood == "numberless" else _document(held.told())

    def _changed(self, asked: ElementTree.Element) -> bytes:
        borrower, lender = asked.findtext("Requester-Id"), asked.findtext("Responder-Id")
        since = _date(asked)
        self.since.append(since)
        found = [
            one
            for one in self.held.values()
            if (one.ends[0] == borrower or one.ends[1] == lender) and one.changed >= since
        ]
        return _document(*(one.told() for one in found))

    def _post_on(self, held: Held, message: ElementTree.Element) -> None:
        to = held.ends[1] if message.tag in BORROWERS else held.ends[0]
        self.waiting.append((to, _document(message)))

    def page(self, number: str, state: str) -> None:
        """Somebody changes a state in the hub's pages: nobody is told until they ask."""
        self.held[number].state = state

    def say(self, number: str, kind: str, to: str, inner: str = "") -> None:
        """Post a message that nobody has sent: what a library's people did in the hub's pages."""
        borrower, lender = self.held[number].ends
        head = (
            f"<Transaction-Id>{number}</Transaction-Id><Service-date-time><Date><Year>2026</Year>"
            "<Month>3</Month><Day>5</Day></Date><Time>09:15:00.0</Time></Service-date-time>"
            f"<Requester-Id>{borrower}</Requester-Id><Responder-Id>{lender}</Responder-Id>"
        )
        attributes = kind.partition(" ")[2]
        name = kind.partition(" ")[0]
        text = f"<ILL-APDU><{name} {attributes}>{head}{inner}</{name}></ILL-APDU>"
        self.waiting.append((to, text.encode()))

    def lose(self) -> None:
        """What waits is never posted."""
        self.waiting.clear()

    def deliver(self, times: int = 1) -> int:
        """Post what waits, each so many times; return how many there were."""
        due, self.waiting = self.waiting, []
        for isil, document in due:
            port, path = self.doors[isil]
            for _ in range(times):
                self.statuses.append(post(port, f"{path}/apdu/{isil}", document))
        return len(due)


def _date(asked: ElementTree.Element) -> date:
    place = "Status-report/History-report/Date-of-last-transiction/Date/"
    year, month, day = (int(asked.findtext(place + part, "")) for part in ("Year", "Month", "Day"))
    return date(year, month, day)


def post(port: int, path: str, document: bytes) -> int:
    """Post as the hub does; return the status."""
    body = b"BufferILL=" + quote(document, safe="").encode()
    line = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        return line.getresponse().status
    finally:
        line.close()


def _state_made(message: ElementTree.Element) -> str:
    if message.tag == "ILL-Answer":
        answer = next(one.tag for one in message.find("Answer-type") or () if one.tag in ANSWERS)
        return ANSWERS[answer]
    return REPLIES.get((message.tag, message.get("answer", "")), STATES.get(message.tag, ""))


def _document(*messages: ElementTree.Element) -> bytes:
    inner = b"".join(ElementTree.tostring(one) for one in messages)
    return (
        b'<?xml version="1.0" encoding="iso-8859-1"?>\n<!DOCTYPE ILL-APDU>\n<ILL-APDU>'
        + inner
        + b"</ILL-APDU>"
    )


class _Handler(BaseHTTPRequestHandler):
    hub: IllHub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("ascii")
        asked = parse_qs(body or urlsplit(self.path).query)
        assert asked["faseILL"] == ["DRS0"]
        document = unquote(asked["BufferILL"][0], "iso-8859-1").encode("iso-8859-1")  # it decodes twice
        if self.hub.mood == "deaf":
            return self._break_off()
        if answer := _OTHER.get(self.hub.mood):
            return self._answer(*answer)
        said = self.hub.take(document)
        if self.hub.mood == "mute":
            return self._break_off()
        return self._answer(200, said)

    def do_GET(self) -> None:
        inner = "".join(f"<bib><idb>{isil}</idb><std>A</std></bib>" for isil in self.hub.libraries)
        self._answer(200, f"<ILL-APDU>{inner}</ILL-APDU>".encode())

    def _break_off(self) -> None:
        self.close_connection = True

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_said: Any) -> None:
        """Say nothing."""


_OTHER = {
    "refuses": (200, FINE.replace(b">0<", b">Biblioteca non abilitata<")),
    "busy": (503, b""),
    "empty": (200, b""),
    "page": (200, b"<html><body>Manutenzione</body></html>"),
    "moved": (302, b"<ILL-APDU/>"),
    "gateway": (504, b""),
}


@contextmanager
def running() -> Iterator[IllHub]:
    hub = IllHub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}/ill/hub"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
