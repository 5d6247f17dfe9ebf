"""The British Library from outside: order files in, one report a day out, loans that renew themselves.

It reads order files by the strict reader of mailproc/practice, which shares no line with the codec.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from mailproc.practice import order_file
from mailproc.practice.order_file import BadOrderFile, NoOrderFile, ReceivedOrder, ReceivedOrderFile
from tests.support.world import Sent
from year import house
from year.end import End
from year.post import Parcel, Post
from year.script import Fate, Play, key_of

WAITS, SENT, OVER = "waits", "sent", "is over"
LOAN = timedelta(days=42)
AUTOMATIC = 2
"""So many times a loan renews itself."""
REFUSALS = ("NOT", "NOT*NUKL", "RCOP")
REJECTED = "12"
"""The number of the one file that it refuses by mistake."""
CROSSES = timedelta(days=14)
"""So long after its own word it may get a letter of ours that does not know of that."""


@dataclass
class Order:
    number: str
    play: Play
    loan: bool
    state: str = WAITS
    told_on: date = date.max
    due: date = date.max
    renewals: int = 0


class BritishLibrary(End):
    symbol, address = house.BL, house.BL_ADDRESS

    def __init__(self, plays: list[Play], post: Post, random: Random) -> None:
        super().__init__(plays, post, random)
        self.orders: dict[str, Order] = {}
        self._said: list[str] = []
        self._rejected = False

    # what comes

    def reads(self, sent: Sent) -> None:
        try:
            file = order_file.read(sent.raw)
        except NoOrderFile:
            return  # for its people: nothing follows
        except BadOrderFile as fault:
            self.complain(sent.name, str(fault))
            return
        if (file.customer_code, file.password) != (house.BL_CODE, house.PASSWORD):
            self.complain(file.file_ref, "not our code and password")
        if file.file_ref == REJECTED and not self._rejected:
            self._rejected = True
            text = "Line 2: customer code and authorisation code do not match"
            self.write(f"FILEREFNO {file.file_ref} rejected", text)
        else:
            self._takes(file)

    def gets(self, parcel: Parcel) -> None:
        known = self.orders.get(parcel.slip)
        if known is None or known.state != SENT:
            self.complain(parcel.slip, "a book came back that was not out")
        else:
            known.state = OVER

    def _takes(self, file: ReceivedOrderFile) -> None:
        count = len(file.orders)
        subject = f"FILEREFNO {file.file_ref} accepted - {count} order{'' if count == 1 else 's'}"
        self.write(subject, subject)
        for order in file.orders:
            self._takes_order(order)

    def _takes_order(self, order: ReceivedOrder) -> None:
        known = self.orders.get(order.number)
        answers = {"CANCEL": self._cancel, "RENEW": self._renew, "CHASE": self._chase}
        asked = next((word for word in answers if word in order.keywords), "")
        if known is None and asked:
            self.complain(order.number, f"{asked} of what was never ordered")
        elif known is None:
            self._new(order)
        elif asked:
            answers[asked](known)
        else:
            self.complain(order.number, "ordered twice under one number")

    # what it does

    def _new(self, received: ReceivedOrder) -> None:
        key = key_of("\n".join(received.lines))
        if key is None:
            self.complain(received.number, "nothing that can be found")
            return
        order = Order(received.number, self.plays[key], received.service == "LOAN")
        self.orders[order.number] = order
        if self.supplies(order.play):
            if self.random.random() < 0.1:
                self.later(1, lambda: self._say(order, "USE*2"))
                self.later(12, lambda: self._send(order))
            else:
                self.later(self.random.randrange(1, 7), lambda: self._send(order))
        elif order.play.fate in (Fate.CANCELLED, Fate.EXPIRED):
            self.later(2, lambda: self._say(order, "USE*9"))
        else:
            self.later(self.random.randrange(1, 6), lambda: self._refuse(order))

    def _refuse(self, order: Order) -> None:
        if order.state == WAITS:
            order.state = OVER
            self._say(order, self.random.choice(REFUSALS))

    def _send(self, order: Order) -> None:
        if order.state != WAITS:
            return
        order.state, order.due = SENT, self.today + LOAN
        if not order.loan:
            self._say(order, "SHIPPED COPY")
            if order.play.by_post:
                self._parcel(order)
            else:
                self.post.copies.add(order.number)
            order.state = OVER
            return
        if order.play.key % 2:
            self._say(order, "SHIPPED LOAN")
        self._parcel(order, order.due if order.play.key % 7 else None)
        self.on(order.due - timedelta(days=4), lambda: self._nearly_due(order))

    def _parcel(self, order: Order, due: date | None = None) -> None:
        self.post.send(Parcel(house.US, order.number, order.play.key, due), self.now)

    def _nearly_due(self, order: Order) -> None:
        if order.state != SENT:
            return
        if order.renewals < AUTOMATIC and order.play.key % 5:
            self._say(order, f"DUE*AUTOMATIC RENEWAL PENDING {order.due:%d-%m-%Y}")
            self.on(order.due, lambda: self._renews_itself(order))
        else:
            self._say(order, "DUE WAIT")
            self.on(order.due + timedelta(days=1), lambda: self._demand(order))

    def _renews_itself(self, order: Order) -> None:
        if order.state == SENT:
            self._renew_until(order, order.due + LOAN)

    def _renew_until(self, order: Order, day: date) -> None:
        order.renewals += 1
        order.due = day
        self._say(order, f"RENEWED*{day:%d-%m-%Y}")
        self.on(day - timedelta(days=4), lambda: self._nearly_due(order))

    def _demand(self, order: Order) -> None:
        if order.state == SENT and order.due < self.today:
            self._say(order, "DUE")
            self.later(7, lambda: self._say(order, "DUE") if order.state == SENT else None)
            self.later(14, lambda: self._say(order, "*FINAL DEMAND") if order.state == SENT else None)

    # what it is asked

    def _cancel(self, order: Order) -> None:
        if order.state == WAITS:
            order.state = OVER
            self.later(1, lambda: self._say(order, "CANC"))
        else:
            self.later(1, lambda: self._say(order, "NCANC"))

    def _renew(self, order: Order) -> None:
        if order.state != SENT:
            self.complain(order.number, "asked to renew what is not out")
        elif order.play.key % 4 and order.renewals <= AUTOMATIC:
            self.later(1, lambda: self._renew_until(order, order.due + timedelta(days=28)))
        else:
            self.later(1, lambda: self._say(order, "NO RENEW"))

    def _chase(self, order: Order) -> None:
        if order.state == WAITS:
            self.later(1, lambda: self._say(order, "USE O/D"))
        elif self.today - order.told_on > CROSSES:
            self.complain(order.number, f"asked where it is, after our answer of {order.told_on}")

    def _say(self, order: Order, code: str) -> None:
        order.told_on = self.today
        self._said.append(f"{order.number:<11} {code}")

    def closes(self) -> None:
        if self._said:
            heading = f"REPLIES FOR {house.BL_CODE}   {self.today:%d-%m-%Y}"
            self.write("Replies", "\n".join([heading, "", *self._said]))
            self._said = []
