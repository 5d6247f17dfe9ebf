"""A library system with NCIP on a loopback port: real HTTP; it refuses what NCIP's schema forbids.

It has readers and items. As real ones do, it makes an item of every AcceptItem, also of a repeated one.
"""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from xml.sax.saxutils import escape

from lxml import etree

NAMESPACE = "http://www.niso.org/2008/ncip"
DTD = Path(__file__).with_name("ncip.dtd")
Say = Callable[[BaseHTTPRequestHandler], None]


def broken_rules(content: bytes) -> str:
    """Why NCIP's schema refuses the message; '' if it allows it."""
    root = _bare(etree.fromstring(content))
    with DTD.open(encoding="utf-8") as file:
        dtd = etree.DTD(file)
    return "" if dtd.validate(root) else str(dtd.error_log)


class NcipResponder:
    """``users``: by number, with PIN. ``items``: the barcode of each that was made. ``lent``: to whom.

    ``received``: the messages' names in order, and ``contents``: they themselves. ``answers``: what is
    answered instead, to the next messages: content, status and content, or a function that writes what it
    likes. ``token``: what the path must end with.
    """

    def __init__(self, token: str = "", namespace: bool = True) -> None:
        self.users = {"P1": "4711", "PARTNER": ""}
        self.items = ["100"]
        self.lent: dict[str, str] = {}
        self.requests: dict[str, str] = {}
        self.received: list[str] = []
        self.contents: list[bytes] = []
        self.answers: list[bytes | tuple[int, bytes] | Say] = []
        self.came = threading.Event()
        self._token = token
        self._namespace = namespace
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/ncip"

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._post(self)

            def log_message(self, *_said: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _post(self, request: BaseHTTPRequestHandler) -> None:
        content = request.rfile.read(int(request.headers["Content-Length"]))
        if self._token and request.path != f"/ncip/{self._token}":
            _reply(request, 200, b"It works!")
            return
        self.contents.append(content)
        answer = self._answer(content)
        told = self.answers.pop(0) if self.answers else answer
        self.came.set()
        if callable(told):
            told(request)
        else:
            _reply(request, *(told if isinstance(told, tuple) else (200, told)))

    def _answer(self, content: bytes) -> bytes:
        root = etree.fromstring(content)
        message = root[0]
        name = etree.QName(message).localname
        self.received.append(name)
        if (etree.QName(root).namespace is not None) != self._namespace:
            return b"It works!"
        if why := broken_rules(content):
            return self._said(name, problem("Needed Data Missing", why))
        doing = getattr(self, f"_{_SAID[name]}")
        said: str = doing(_bare(message))
        return self._said(name, said)

    def _said(self, name: str, inner: str) -> bytes:
        """As Koha does: the version without its namespace."""
        namespace = f" xmlns='{NAMESPACE}'" if self._namespace else ""
        answer = f"<{name}Response>{inner}</{name}Response>"
        return f"<NCIPMessage version='2.02'{namespace}>\n {answer}</NCIPMessage>\n".encode()

    def _look_up(self, message: etree._Element) -> str:
        given = [one.text or "" for one in message.iter("AuthenticationInputData")]
        number, pin = given if given else (message.findtext("UserId/UserIdentifierValue") or "", None)
        if number not in self.users:
            return problem("Unkown User", "User is not known", "UserId", number)
        if pin is not None and pin != self.users[number]:
            return problem("User Authentication Failed", "invalid", "Password", pin)
        return f"{_id('User', number)}<UserOptionalFields/>"

    def _accept(self, message: etree._Element) -> str:
        number, barcode = _values(message, "User", "Item")
        self.items.append(barcode)  # before it looks at the reader, as Koha's server does
        if number not in self.users:
            return problem("Unknown User", "User is not known.", "UserIdentifierValue", number)
        return _id("Request", *_values(message, "Request")) + _id("Item", barcode)

    def _check_out(self, message: etree._Element) -> str:
        number, barcode = _values(message, "User", "Item")
        if barcode not in self.items:
            return problem("Unknown Item", "Item is not known.", "ItemIdentifierValue", barcode)
        self.lent[barcode] = number
        return f"{_id('Item', barcode)}{_id('User', number)}<DateDue>2026-12-31T23:59:00</DateDue>"

    def _check_in(self, message: etree._Element) -> str:
        (barcode,) = _values(message, "Item")
        if barcode not in self.items:
            return problem("Unknown Item", "Item is not known.", "UniqueItemIdentifier", barcode)
        self.lent.pop(barcode, None)
        return f"<UniqueItemId><ItemIdentifierValue>{escape(barcode)}</ItemIdentifierValue></UniqueItemId>"

    def _request(self, message: etree._Element) -> str:
        number, request = _values(message, "User", "Request")
        self.requests[request] = number
        return _id("Request", request)

    def _cancel(self, message: etree._Element) -> str:
        (request,) = _values(message, "Request")
        if self.requests.pop(request, None) is None:
            return problem("Unknown Request", "Request is not known.", "RequestIdentifierValue", request)
        return _id("Request", request)


_SAID = {
    "LookupUser": "look_up", "AcceptItem": "accept", "CheckOutItem": "check_out", "CheckInItem": "check_in",
    "RequestItem": "request", "CancelRequestItem": "cancel",
}  # fmt: skip


def problem(kind: str, detail: str = "", element: str = "", value: str = "") -> str:
    """A Problem as a server writes it."""
    parts = {"Type": kind, "Detail": detail, "Element": element, "Value": value}
    inner = "".join(f"<Problem{name}>{escape(said)}</Problem{name}>" for name, said in parts.items() if said)
    return f"<Problem>{inner}</Problem>"


def _id(what: str, value: str) -> str:
    return f"<{what}Id><{what}IdentifierValue>{escape(value)}</{what}IdentifierValue></{what}Id>"


def _values(message: etree._Element, *what: str) -> list[str]:
    return [message.findtext(f"{one}Id/{one}IdentifierValue") or "" for one in what]


def _reply(request: BaseHTTPRequestHandler, status: int, content: bytes) -> None:
    request.send_response(status)
    request.send_header("Content-Type", "text/html; charset=UTF-8")
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def _bare(element: etree._Element) -> etree._Element:
    """The element without namespaces."""
    made = etree.Element(
        etree.QName(element).localname,
        {etree.QName(str(name)).localname: str(said) for name, said in element.attrib.items()},
    )
    made.text = element.text
    made.extend([_bare(child) for child in element])
    return made
