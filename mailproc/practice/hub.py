"""A hub of ILL SBN, and the one library behind it beside ours: it numbers requests, and holds their states.

It answers each post at once, in the thread of who posts; what it posts to us goes out from the world's loop.
"""

from collections import deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from threading import Lock
from urllib.parse import parse_qs, unquote

from lxml import etree

from mailproc import hostile_xml
from mailproc.errors import RemoteFault
from mailproc.hostile_xml import Element, Limits
from mailproc.practice import hub_messages
from mailproc.practice.hub_messages import BORROWER, LENDER, STATES, Head
from mailproc.practice.supplier import Answer, Tell

NAME = "Hub (practice)"
CODEC = "illsbn"
PATH = "/hub"
OURS, SYMBOL = "IT-PR0001", "IT-PR0002"
LIBRARY, ADDRESS = "Biblioteca di prova (practice)", "ill@biblioteca.practice.example"
MOST_KEPT = 1000
LARGEST = 64 * 1024
"""Octets of a message: what is kept fits into memory."""
_FIRST = 900123
_TITLE = "Cartography of vanished rivers"
_LIMITS = Limits(octets=LARGEST, doctype_name=True)


@dataclass(frozen=True)
class HubHeard:
    """A message that the hub took: ``text`` in words, ``number`` is the hub's."""

    number: str
    text: str


@dataclass
class HubLoan:
    """``request`` is an ILL-Request without number and state. ``called``: our own number for it."""

    head: Head
    request: Element
    called: str
    state: str
    changed: date

    def told(self) -> str:
        """Return the request as the hub tells it: with its number and its state."""
        made = deepcopy(self.request)
        for name in ("Transaction-Id", "Current-state"):
            for old in made.findall(name):
                made.remove(old)
        number = etree.Element("Transaction-Id")
        number.text = self.head.number
        made.insert(0, number)
        etree.SubElement(made, "Current-state", state=self.state)
        return etree.tostring(made, encoding="us-ascii").decode()


@dataclass(frozen=True)
class Post:
    """A document that waits for our door, under the ISIL that it is for."""

    isil: str
    document: bytes
    what: str


class PractisingHub:
    """``hear`` is called in threads of its own. ``waiting``: what is to be posted to us, in its order.

    While ``posts`` is false it posts nothing: what happens then is heard only when we ask.
    """

    name, address = LIBRARY, ADDRESS

    def __init__(
        self, tell: Tell, hear: Callable[[HubHeard], None], today: Callable[[], date] = date.today
    ) -> None:
        self.waiting: deque[Post] = deque()
        self.posts = True
        self._tell, self._hear, self._today = tell, hear, today
        self._held: dict[str, HubLoan] = {}
        self._lock = Lock()

    def answer(self, query: str) -> bytes:
        """Answer a post or a question: ``query`` is what stands behind the URL, or in a form."""
        asked = parse_qs(query, encoding="iso-8859-1")
        if "BufferILL" not in asked:
            return hub_messages.libraries(SYMBOL.removeprefix("IT-"))
        text = unquote(
            asked["BufferILL"][0], "iso-8859-1"
        )  # once more: nobody knows how often it was encoded
        try:
            root = hostile_xml.parse(text.encode("iso-8859-1", "replace"), _LIMITS)
        except RemoteFault as fault:
            return hub_messages.report(str(fault))
        with self._lock:
            return self._taken(root[0]) if len(root) else hub_messages.report("no message")

    def take(self, _raw: bytes) -> list[Answer]:
        """A letter came: the library's people read it."""
        self._tell("letter", player=LIBRARY, subject="(to its people)", number="")
        return []

    def order(self, isil: str) -> list[Answer]:
        """The library behind the hub asks the library ``isil`` for a book."""
        head = Head(self._next(), SYMBOL.removeprefix("IT-"), isil.upper().removeprefix("IT-"))
        request = hostile_xml.parse(hub_messages.request(head, _TITLE, self._today()).encode())
        with self._lock:
            held = self._keep(HubLoan(head, request, "", "F118", self._today()))
            self._post(head.lender, hub_messages.document(held.told()), f"request {head.number}")
        return []

    def knows(self, number: str) -> bool:
        return self._named(number) is not None

    def go(self, number: str, cue: str) -> list[Answer]:
        """A person's cue for what we call ``number`` (B9), or for a number of the hub."""
        held = self._named(number)
        if held is None:
            return []
        lends = held.head.lender == SYMBOL.removeprefix("IT-")
        cues = LENDER if lends else BORROWER
        if cue not in cues:
            self._tell("unknown-cue", player=LIBRARY, number=number, cue=cue, cues=", ".join(cues))
            return []
        said = cues[cue]
        with self._lock:
            held.state, held.changed = said.state, self._today()
            to = held.head.borrower if lends else held.head.lender
            self._post(
                to, hub_messages.message(said, held.head, self._today()), f"{said.kind} {held.head.number}"
            )
        return []

    def _taken(self, message: Element) -> bytes:
        name = str(message.tag)
        if name == "ILL-Request":
            return self._numbered(message)
        if name == "Status-or-error-report":
            return self._changed(message)
        held = self._held.get(message.findtext("Transaction-Id", ""))
        if held is None:
            return hub_messages.report("Transazione inesistente")
        if name == "Status-query":
            return hub_messages.document(held.told())
        answers = [str(one.tag) for one in message.findall("Answer-type/*")]
        state = STATES.get((name, message.get("answer") or next(iter(answers), "")))
        if state is None:
            return hub_messages.report(f"Messaggio non ammesso: {name}")
        held.state, held.changed = state, self._today()
        self._heard(held, name)
        return hub_messages.report()

    def _numbered(self, message: Element) -> bytes:
        lender = message.findtext("Responder-Id", "").removeprefix("IT-")
        if lender != SYMBOL.removeprefix("IT-"):
            return hub_messages.report(f"Biblioteca non trovata: {lender}")
        if len(self._held) >= MOST_KEPT:
            return hub_messages.report("Troppe richieste")
        called = message.findtext("Client-Id/Client-identifier", "")
        head = Head(self._next(), message.findtext("Requester-Id", ""), lender)
        held = self._keep(HubLoan(head, message, called, "F118", self._today()))
        self._heard(held, "ILL-Request")
        return hub_messages.document(held.told())

    def _changed(self, asked: Element) -> bytes:
        """Tell all that has changed since a day, of what a library asks or is asked."""
        ends = asked.findtext("Requester-Id"), asked.findtext("Responder-Id")
        since = _since(asked)
        found = [
            one.told()
            for one in self._held.values()
            if (one.head.borrower == ends[0] or one.head.lender == ends[1])
            and (one.changed.year, one.changed.month, one.changed.day) >= since
        ]
        return hub_messages.document(*found)

    def _keep(self, held: HubLoan) -> HubLoan:
        self._held[held.head.number] = held
        return held

    def _heard(self, held: HubLoan, what: str) -> None:
        called = f" of {held.called}" if held.called else ""
        self._hear(HubHeard(held.head.number, f"hears {what}{called}: {held.head.number} is {held.state}"))

    def _post(self, isil: str, document: bytes, what: str) -> None:
        if self.posts:
            self.waiting.append(Post(isil, document, what))

    def _next(self) -> str:
        return str(_FIRST + len(self._held))

    def _named(self, number: str) -> HubLoan | None:
        with self._lock:
            held = list(self._held.values())
        named = (one for one in held if number in (one.head.number, one.called, one.called.partition("-")[0]))
        return next(named, None) if number else None


def _since(asked: Element) -> tuple[int, ...]:
    place = "Status-report/History-report/Date-of-last-transiction/Date/"
    said = [asked.findtext(place + part) or "" for part in ("Year", "Month", "Day")]
    return tuple(int(one) if one.isascii() and one.isdecimal() and len(one) < 5 else 0 for one in said)
