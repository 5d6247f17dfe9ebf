"""A town library without a system: people who read our letters and answer in words."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from email import message_from_bytes, policy
from random import Random

from tests.support.world import Sent
from year import house
from year.end import End
from year.post import Parcel, Post
from year.script import Fate, Play, key_of

WAITS, SENT, RETURNING, OVER = "waits", "is out", "is on its way back", "is over"
LOAN, MORE = timedelta(days=30), timedelta(days=28)
_NUMBER = re.compile(r"\bB\d{1,9}-\d{1,3}\b")
ABOUT = {
    "we ask you for": "order", "no longer need": "cancel", "keep this loan longer": "renew",
    "has arrived": "received", "sent your item back": "returned", "is lost": "lost",
    "how our request": "query", "how things stand": "query",
}  # fmt: skip
"""By the words of a letter of ours, what it is about."""
SENDS = "We have sent it today. Please send it back by {day}."
SENDS_COPY = "We have sent the copy today."
HAS_NOT = "We are sorry, we do not have it."
LONGER = "Yes, you may keep it until {day}."
NO_LONGER = "We are sorry, somebody else waits for it. Please send it back in time."
STOPPED = "We have cancelled it."
TOO_LATE = "It had left already when your letter came."
WHERE = "We are looking for it, please be patient."
OVERDUE = "It was due on {day}. Please send it back."


@dataclass
class Loan:
    number: str
    play: Play
    loan: bool
    subject: str
    message_id: str
    state: str = WAITS
    due: date = date.max
    heard: tuple[str, ...] = ()


class TownLender(End):
    def __init__(self, symbol: str, address: str, plays: list[Play], post: Post, random: Random) -> None:
        super().__init__(plays, post, random)
        self.symbol, self.address = symbol, address
        self.loans: dict[str, Loan] = {}

    def reads(self, sent: Sent) -> None:
        letter = message_from_bytes(sent.raw, policy=policy.default)
        body = letter.get_body(("plain",))
        subject, text = str(letter["Subject"]), " ".join(str(body.get_content()).split()) if body else ""
        found = _NUMBER.search(subject)
        if found is None:
            self.complain(subject, "a letter without a number")
            return
        kinds = [kind for words, kind in ABOUT.items() if words in f"{subject} {text}"]
        known, kind = self.loans.get(found[0]), kinds[0] if kinds else "other"
        if kind == "order" and known is None:
            self._asked(found[0], subject, text, str(letter["Message-ID"]))
        elif known is None:
            self.complain(found[0], f"a letter ({kind}) about what was never asked for")
        else:
            self._hears(known, kind)

    def gets(self, parcel: Parcel) -> None:
        known = self.loans.get(parcel.slip)
        if known is None or known.state not in (SENT, RETURNING):
            self.complain(parcel.slip, "a book came back that was not out")
        else:
            known.state = OVER

    def _asked(self, number: str, subject: str, text: str, message_id: str) -> None:
        key = key_of(text)
        if key is None:
            self.complain(number, "nothing that can be found")
            return
        play = self.plays[key]
        loan = self.loans[number] = Loan(number, play, play.is_loan, subject, message_id)
        if self.supplies(play):
            self.later(self.random.randrange(1, 9), lambda: self._send(loan))
        elif play.fate is not Fate.CANCELLED:
            self.later(self.random.randrange(1, 6), lambda: self._refuse(loan))

    def _hears(self, loan: Loan, kind: str) -> None:
        if kind in loan.heard and kind in ("order", "received", "returned", "lost"):
            self.complain(loan.number, f"{kind} twice")
        loan.heard = (*loan.heard, kind)
        if kind == "cancel":
            self._cancel(loan)
        elif kind == "renew":
            self._renew(loan)
        elif kind == "received" and loan.state == WAITS:
            self.complain(loan.number, "received what was never sent")
        elif kind == "returned":
            loan.state = RETURNING if loan.state == SENT else loan.state
        elif kind == "lost":
            loan.state = OVER
        elif kind == "query" and loan.state == WAITS:
            self.later(1, lambda: self._say(loan, WHERE))

    def _send(self, loan: Loan) -> None:
        if loan.state != WAITS:
            return
        if loan.loan:
            loan.state, loan.due = SENT, self.today + LOAN
            self._say(loan, SENDS, loan.due)
            self.on(loan.due + timedelta(days=4), lambda: self._demands(loan))
        else:
            loan.state = OVER
            self._say(loan, SENDS_COPY)
        if loan.loan or loan.play.by_post:
            self.post.send(Parcel(house.US, loan.number, loan.play.key), self.now)
        else:
            self.post.copies.add(loan.number)

    def _refuse(self, loan: Loan) -> None:
        if loan.state == WAITS:
            loan.state = OVER
            self._say(loan, HAS_NOT)

    def _cancel(self, loan: Loan) -> None:
        if loan.state == WAITS:
            loan.state = OVER
            self.later(1, lambda: self._say(loan, STOPPED))
        else:
            self.later(1, lambda: self._say(loan, TOO_LATE))

    def _renew(self, loan: Loan) -> None:
        if loan.state != SENT:
            self.complain(loan.number, f"asked to renew what {loan.state}")
        elif loan.play.key % 3:
            loan.due = max(loan.due, self.today) + MORE
            self.later(2, lambda: self._say(loan, LONGER, loan.due))
            self.on(loan.due + timedelta(days=4), lambda: self._demands(loan))
        else:
            self.later(2, lambda: self._say(loan, NO_LONGER))

    def _demands(self, loan: Loan) -> None:
        if loan.state == SENT and loan.due < self.today:
            self._say(loan, OVERDUE, loan.due)

    def _say(self, loan: Loan, words: str, day: date | None = None) -> None:
        said = words.format(day=f"{day:%d %B %Y}" if day else "")
        quoted = f"On that day Example Library wrote:\n> {loan.subject}\n> A letter"
        text = f"Dear colleagues,\n\n{said}\n\nKind regards\nThe town library\n\n{quoted}"
        self.write(f"Re: {loan.subject}", text, In_Reply_To=loan.message_id)
