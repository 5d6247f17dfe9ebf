"""A whole house in one process: the real stations on a real store, a clock that the test sets.

Letters are put into the inbox as the doors do it; what leaves is kept in a list.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from mailproc.app.build import App
from mailproc.errors import GiveUp
from mailproc.flow import clock, send
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.prepare import waiting_letters
from mailproc.mail.letter import Envelope
from mailproc.office.mailroom import incoming, redelivery
from mailproc.office.requests import place
from mailproc.store import events, timers
from mailproc.store.inbox import NewLetter
from tests.support.desk import Desk
from tests.support.partners import ADDRESS, BL, CODE, CUSTOMER, GAP, PASSWORD, US

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Sent:
    """A letter that left: to whom, its bytes, its name (O12), the envelope's sender."""

    to: str
    raw: bytes
    name: str
    sender: str = US

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "replace").replace("\r\n", "\n")


@dataclass
class World(Desk):
    app: App
    now: datetime = BEGIN
    sent: list[Sent] = field(default_factory=list)
    refuses: Callable[[Sent], bool] = lambda _sent: False
    _count: int = 0

    # time

    def clock(self) -> datetime:
        return self.now

    def later(self, **much: float) -> None:
        self.now += timedelta(**(much or {"minutes": 1}))

    def days(self, many: int) -> int:
        """So many days go by, one after the other; how many timers were due. The stations look on the
        last day, and on every day before on which something has fallen due."""
        fired = 0
        for left in reversed(range(many)):
            self.later(days=1)
            if not left or self.is_due():
                fired += self.tick()
        return fired

    def is_due(self) -> bool:
        """Return whether a timer is due, or a message that waits for its request."""
        with self.store.read() as connection:
            first = timers.next_ones(connection, 1)
            waits = events.waited(connection, self.now, self.now + timedelta(days=1_000), 1)
        return bool(waits) or any(timer.due_at <= self.now for timer in first)

    def tick(self) -> int:
        """The clock looks, and all that follows is done; how many timers were due."""
        due = clock.sweep(self.store, self.app.context)
        self.run()
        return due

    # letters in

    def inject(
        self,
        raw: bytes,
        sender: str = ADDRESS[BL],
        door: str = "listener",
        peer: str = "127.0.0.1",
        rcpt_to: str = US,
    ) -> int:
        """Into the inbox, as a door would; its id."""
        letter = NewLetter(door, raw, self.now, mail_from=sender, rcpt_to=rcpt_to, peer=peer)
        return incoming.take_in(self.store, [letter])[0].inbox_id

    def letter(
        self, text: str, sender: str, subject: str = "Replies", message_id: str = "", **headers: str
    ) -> bytes:
        """Each has a Message-ID of its own, so no two are the same letter."""
        self._count += 1
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = sender, headers.pop("To", US), subject
        domain = sender.rpartition("@")[2]
        made["Message-ID"] = f"<{message_id or f'm{self._count}@{domain}'}>"
        made["Date"] = self.now.strftime("%a, %d %b %Y %H:%M:%S +0000")
        for name, value in headers.items():
            made[name.replace("_", "-")] = value
        made.set_content(text)
        return made.as_bytes().replace(b"\n", b"\r\n")

    def hear(self, *lines: str, of: str = BL, subject: str = "Replies", run: bool = True, **how: Any) -> int:
        """A status report of ``of``: lines such as "B1-1 NOT"."""
        text = "\n".join([f"REPLIES FOR {CODE[of]}   {self.now:%d-%m-%Y}", "", *lines])
        inbox_id = self.inject(self.letter(text, ADDRESS[of], subject), ADDRESS[of], **how)
        if run:
            self.run()
        return inbox_id

    def ordered(
        self, *orders: str, of: str = CUSTOMER, code: str = "", password: str = "", file_ref: str = "1",
        sender: str = "", run: bool = True, **how: Any,
    ) -> int:  # fmt: skip
        """An order file of ``of``; orders such as "TXC1-1 S LOAN\\nA title"."""
        text = GAP.join([f"{code or CODE[of]}\n{password or PASSWORD[of]}", *orders, "NNNN"])
        sender = sender or ADDRESS[of]
        inbox_id = self.inject(self.letter(text, sender, f"Order file FILEREFNO {file_ref}"), sender, **how)
        if run:
            self.run()
        return inbox_id

    def bounce(self, letter: Sent) -> int:
        """A delivery failure report for one of our letters."""
        text = (
            f"From: MAILER-DAEMON@relay.example\nTo: {US}\nSubject: Undelivered mail\n"
            f"Message-ID: <b{len(self.sent)}-{self._count}@relay.example>\n"
            "MIME-Version: 1.0\nAuto-Submitted: auto-replied\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n'
            "--x\nContent-Type: text/plain\n\nIt could not be delivered.\n"
            "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\n"
            f"Final-Recipient: rfc822; {letter.to}\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 no such user\n\n"
            f"--x\nContent-Type: message/rfc822\n\n{letter.text}\n--x--\n"
        )
        self._count += 1
        inbox_id = self.inject(text.replace("\n", "\r\n").encode(), "")
        self.run()
        return inbox_id

    # the stations

    def run(self) -> None:
        """The stations until nothing is due."""
        while self.step() + self._send():
            pass

    def _send(self) -> int:
        return send.run(
            self.store, self.app.context, self._deliver, withdrawn=waiting_letters.withdraw_if_outdated
        )

    def settle_doubts(self) -> None:
        """Staff ask by telephone whether an order arrived; a notice in doubt goes again by itself."""
        arrived = {sent.name for sent in self.sent}
        for row in self.rows("outgoing"):
            if row["state"] == "in_doubt" and row["partner"]:
                name = f"O{row['id']}"
                redelivery.redeliver(self.store, name, arrived=name in arrived)
        self.later(minutes=10)
        self.run()

    def _deliver(self, envelope: Envelope, raw: bytes, name: str) -> tuple[str, str]:
        letter = Sent(envelope.rcpt_to, raw, name, envelope.mail_from)
        if self.refuses(letter):
            raise GiveUp("550 not here")
        self.sent.append(letter)
        return "handed_over", "250 queued"

    # staff

    def place(
        self, *partners: str, service: str = "LOAN", title: str = "A book", run: bool = True, **more: Any
    ) -> str:
        item = {"title": title} if service == "LOAN" else {"title": "A journal", "article_title": title}
        reader = {"id": "R1", "name": "A Reader", "email": "r@readers.example"}
        wanted = place.read({"service": service, "item": item, "patron": reader} | more, partners or (BL,))
        number = place.place(self.store, self.app.context, wanted, "clerk", anyway=True).number
        if run:
            self.run()
        return number

    def act(self, number: str, action: str, run: bool = True, **more: Any) -> StepOutcome:
        outcome = super().act(number, action, **more)
        if run:
            self.run()
        return outcome

    def next(self, number: str, *partners: str, run: bool = True) -> StepOutcome:
        outcome = super().next(number, *partners)
        if run:
            self.run()
        return outcome

    # letters out

    def to(self, address: str) -> list[Sent]:
        return [letter for letter in self.sent if letter.to == address]

    def notices(self) -> list[Sent]:
        return self.to("staff@library.example")

    def reader(self) -> list[Sent]:
        return self.to("r@readers.example")
