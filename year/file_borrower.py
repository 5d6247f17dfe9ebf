"""A borrower that sends ARTEmail order files, and reads the codes of our reports."""

import re
from datetime import datetime
from random import Random

from mailproc.practice.order_file import GAP, letter_of, text_of
from tests.support.world import Sent
from year import house
from year.borrower import Borrower, Order
from year.post import Post
from year.script import LentPlay
from year.town_borrower import LOST

_LINE = re.compile(r"(C\d+-\d+)\s++(\S.*+)")
_RECALLED = re.compile(r"your number (C\d+-\d+): we ask you to send it back")
_DAY = re.compile(r"RENEWED\*(\d\d-\d\d-\d{4})")


class FileBorrower(Borrower):
    def __init__(self, symbol: str, address: str, lent: list[LentPlay], post: Post, random: Random) -> None:
        super().__init__(symbol, address, lent, post, random)
        self._orders: list[str] = []
        self._files = 0

    def reads(self, sent: Sent) -> None:
        letter = letter_of(sent.raw)
        if found := _RECALLED.search(str(letter["Subject"])):
            self.is_recalled(self.orders[found[1]])
        for line in text_of(letter).split("\n"):
            found = _LINE.fullmatch(line.strip())
            if found and found[1] in self.orders:
                self._hears(self.orders[found[1]], found[2])

    def _hears(self, order: Order, code: str) -> None:
        if code.startswith("SHIPPED"):
            self.is_shipped(order, None)
        elif code.startswith("NOT"):
            self.is_unfilled(order)
        elif code in ("CANC", "NCANC"):
            self.is_cancelled(order, yes=code == "CANC")
        elif found := _DAY.match(code):
            self.is_renewed(order, datetime.strptime(found[1], "%d-%m-%Y").date())  # noqa: DTZ007
        elif code == "NO RENEW":
            self.is_not_renewed(order)
        elif code in ("DUE", "*FINAL DEMAND"):
            self.is_demanded(order, None)
        elif "REJECTED" in code:
            self.complain(order.number, f"our order is rejected: {code}")

    def asks(self, order: Order) -> None:
        keyword, journal = "S LOAN", ""
        if not order.play.is_loan:
            keyword, journal = "S PHOTO", "Journal of Locks\n2019 VOL 1 PP 1-2\n"
        self._orders.append(f"TX{order.number} {keyword}\n{journal}{order.play.title}\nLocke B")

    def renews(self, order: Order) -> None:
        self._orders.append(f"TX{order.number} RENEW")

    def cancels(self, order: Order) -> None:
        self._orders.append(f"TX{order.number} CANCEL")

    def has_it(self, order: Order) -> None:
        """There is no word for it."""

    def sends_back(self, order: Order) -> None:
        """There is no word for it."""

    def lost(self, order: Order) -> None:
        self.write(f"Our number {order.number}", f"Dear colleagues,\n\n{LOST}\n")

    def closes(self) -> None:
        if self._orders:
            self._files += 1
            text = GAP.join([f"{house.FILES_CODE}\n{house.PASSWORD}", *self._orders, "NNNN"])
            self.write(f"Order file FILEREFNO {self._files}", text)
            self._orders = []
