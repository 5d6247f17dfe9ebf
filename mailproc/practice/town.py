"""A library of people: it reads our letters, and answers in its own words when a person gives the cue.

It has no system. It answers as a mail program does: the words on top, our letter quoted below.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from types import MappingProxyType

from mailproc.practice.order_file import letter_of
from mailproc.practice.supplier import Answer, Tell

SYMBOL, NAME = "PRACTICE-TOWN", "Town Library (practice)"
ADDRESS = "loans@town.practice.example"
CODEC = "letter"
MOST_KEPT = 1000

CUES: Mapping[str, str] = MappingProxyType(
    {
        "promise": "Thank you. We have it, and it will leave tomorrow.",
        "out": "I am sorry, our copy is out until {soon}. Shall we put you on the list?",
        "ship": "It left by post today. Please send it back by {late}.",
        "copy": "The pages you asked for are attached.",
        "renewed": "Yes, you may keep it until {late}.",
        "recall": "One of our own readers needs it: could you send it back by {soon}?",
        "home": "It is back with us. Thank you!",
    }
)
"""What its people write after ``go NUMBER``."""

_NUMBER = re.compile(r"(?<![A-Z0-9])[BL][0-9]{1,9}(?:-[0-9]{1,3})?(?![A-Z0-9])")
_PAGES = b"""\
%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


class Town:
    """Keeps the first letter about each number, which is the order."""

    name, address = NAME, ADDRESS

    def __init__(self, tell: Tell, today: Callable[[], date] = date.today) -> None:
        self._tell = tell
        self._today = today
        self._orders: dict[str, EmailMessage] = {}

    def take(self, raw: bytes) -> list[Answer]:
        """A letter came: people read it, and nothing goes back by itself."""
        letter = letter_of(raw)
        subject = str(letter["Subject"])
        named = _NUMBER.search(subject)
        self._tell("letter", player=NAME, subject=subject, number=named[0] if named else "")
        if named and len(self._orders) < MOST_KEPT:
            self._orders.setdefault(named[0], letter)
        return []

    def knows(self, number: str) -> bool:
        return self._order(number) is not None

    def go(self, number: str, cue: str) -> list[Answer]:
        """A person's cue for ``number`` (B5 or B5-1): its people answer the order."""
        order = self._order(number)
        if order is None:
            return []
        if cue not in CUES:
            self._tell("unknown-cue", player=NAME, number=number, cue=cue, cues=", ".join(CUES))
            return []
        return [self._answer(order, cue)]

    def _order(self, number: str) -> EmailMessage | None:
        named = (letter for wire, letter in self._orders.items() if number in (wire, wire.partition("-")[0]))
        return next(named, None)

    def _answer(self, order: EmailMessage, cue: str) -> Answer:
        """The answer to ``order``, as bytes too: a reply names the letter that it answers."""
        reply = EmailMessage()
        reply["From"], reply["To"] = f"{NAME.replace('(', '').replace(')', '')} <{ADDRESS}>", order["From"]
        reply["Subject"] = f"Re: {order['Subject']}"
        reply["Date"] = formatdate(localtime=True)
        reply["Message-ID"] = make_msgid(domain=ADDRESS.rpartition("@")[2])
        reply["In-Reply-To"] = reply["References"] = str(order["Message-ID"])
        reply.set_content(self._text(order, cue))
        if cue == "copy":
            reply.add_attachment(_PAGES, "application", "pdf", filename="pages.pdf")
        raw = reply.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        to = parseaddr(str(order["From"]))[1]
        return Answer(ADDRESS, to, str(reply["Subject"]), "", "message", raw=raw)

    def _text(self, order: EmailMessage, cue: str) -> str:
        today = self._today()
        days = {"soon": today + timedelta(weeks=2), "late": today + timedelta(weeks=4)}
        words = CUES[cue].format(**{name: f"{day.day} {day:%B %Y}" for name, day in days.items()})
        body = order.get_body(("plain",))
        quoted = "".join(f"> {line}\n" for line in (body.get_content() if body else "").splitlines())
        return f"Dear colleagues,\n\n{words}\n\nKind regards\nAnn\n\nOn {order['Date']} you wrote:\n{quoted}"
