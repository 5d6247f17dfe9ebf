"""A borrower that is people with a mailbox: it asks in words, and reads our letters."""

import re
from datetime import date
from email import message_from_bytes, policy

from tests.support.reader_ear import DAY, day_of
from tests.support.world import Sent
from year.borrower import Borrower, Order

_NUMBER = re.compile(r"\bC\d{1,9}-\d{1,3}\b")
WANTS = "please lend us {title}. Our number is {number}."
WANTS_COPY = "please copy {title} for us. Our number is {number}."
LONGER = "May we keep it longer?"
RETURNED = "It has left for you today."
CANCELLED = "We do not need it any more, please cancel it."
LOST = "It is lost, we are sorry. We shall pay for it."


class TownBorrower(Borrower):
    def reads(self, sent: Sent) -> None:
        letter = message_from_bytes(sent.raw, policy=policy.default)
        body = letter.get_body(("plain",))
        text = " ".join(str(body.get_content()).split()) if body else ""
        found = _NUMBER.search(str(letter["Subject"]))
        order = self.orders.get(found[0]) if found else None
        if order is None:
            self.complain(str(letter["Subject"]), "a letter about what was never asked for")
            return
        days = [day_of(one, self.today) for one in DAY.findall(text)]
        self._hears(order, text, days[0] if days else None)

    def _hears(self, order: Order, text: str, day: date | None) -> None:
        if "we have sent you" in text:
            self.is_shipped(order, day)
        elif "cannot supply" in text:
            self.is_unfilled(order)
        elif "have cancelled your request" in text or "could not cancel" in text:
            self.is_cancelled(order, yes="have cancelled" in text)
        elif "is overdue" in text:
            self.is_demanded(order, day)
        elif "need this loan back" in text:
            self.is_recalled(order)
        elif "you may keep this loan longer" in text:
            self.is_renewed(order, day)
        elif "cannot let you keep" in text:
            self.is_not_renewed(order)
        elif "is back with us" in text:
            self.is_checked_in(order)

    def asks(self, order: Order) -> None:
        words = WANTS if order.play.is_loan else WANTS_COPY
        self._say("A request", words.format(title=order.play.title, number=order.number))

    def has_it(self, order: Order) -> None:
        """Nobody writes a letter for that."""

    def sends_back(self, order: Order) -> None:
        self._say(_named(order), RETURNED)

    def renews(self, order: Order) -> None:
        self._say(_named(order), LONGER)

    def cancels(self, order: Order) -> None:
        self.later(1, lambda: self._say(_named(order), CANCELLED))

    def lost(self, order: Order) -> None:
        self._say(_named(order), LOST)

    def _say(self, subject: str, words: str) -> None:
        self.write(subject, f"Dear colleagues,\n\n{words}\n\nKind regards\nThe town library\n")


def _named(order: Order) -> str:
    """Half of them say what the number is; of the others staff must find the request."""
    return f"Our number {order.number}" if order.play.key % 2 else order.number
