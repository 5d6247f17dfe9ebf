"""A library that borrows from us, as it is from outside: what it asked for, has, and was told.

How it asks and hears is said by who inherits.
"""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random

from mailproc.ill.attempt_figures import Outcome
from year import house
from year.end import End
from year.post import Parcel, Post
from year.script import Fate, Habit, LentPlay

ASKED, COMING, HERE, BACK, OVER = "asked", "is on its way", "is here", "is on its way back", "is over"
CROSSES = timedelta(days=8)
"""So long after a thing was posted a letter may not know of it."""


@dataclass
class Order:
    """``number``: theirs. ``band``: our number, on the item. ``due``: as the last letter or the slip said.
    ``end``: how it ended for them."""

    number: str
    play: LentPlay
    state: str = ASKED
    band: str = ""
    due: date | None = None
    left_on: date = date.max
    renewing: bool = False
    checked_in: bool = False
    end: Outcome | None = None


class Borrower(End):
    def __init__(self, symbol: str, address: str, lent: list[LentPlay], post: Post, random: Random) -> None:
        super().__init__([], post, random)
        self.symbol, self.address = symbol, address
        self.orders: dict[str, Order] = {}
        for play in lent:
            if play.borrower == symbol:
                self.on(play.day, partial(self._wants, play))

    # what it says: by its own way

    @abstractmethod
    def asks(self, order: Order) -> None: ...

    @abstractmethod
    def has_it(self, order: Order) -> None: ...

    @abstractmethod
    def sends_back(self, order: Order) -> None: ...

    @abstractmethod
    def renews(self, order: Order) -> None: ...

    @abstractmethod
    def cancels(self, order: Order) -> None: ...

    @abstractmethod
    def lost(self, order: Order) -> None: ...

    # what happens

    def _wants(self, play: LentPlay) -> None:
        order = Order(f"C{len(self.orders) + 1}-1", play)
        self.orders[order.number] = order
        self.asks(order)
        if play.fate is Fate.CANCELLED:
            self.cancels(order)

    def gets(self, parcel: Parcel) -> None:
        order = self.orders.get(parcel.slip)
        if order is None or order.state not in (ASKED, COMING):
            self.complain(parcel.slip, "a parcel that was not awaited")
            return
        order.band, order.due = parcel.band, parcel.due or order.due
        order.state, order.end = HERE if order.play.is_loan else OVER, Outcome.FILLED
        self.on(self.today, lambda: self.has_it(order))
        if order.play.is_loan:
            self._plans(order)

    def _plans(self, order: Order) -> None:
        habit, due = order.play.habit, order.due or self.today + timedelta(days=20)
        if habit is Habit.LOSES:
            self.later(10, lambda: self._loses(order))
        elif habit is Habit.RENEWS and not order.renewing:
            self.on(due - timedelta(days=6), lambda: self._renews(order))
        else:
            late = self.random.randrange(4, 25) if habit is Habit.LATE else -self.random.randrange(3, 12)
            self.on(max(self.today, due + timedelta(days=late)), lambda: self._returns(order))

    def _renews(self, order: Order) -> None:
        if order.state == HERE:
            order.renewing = True
            self.renews(order)
            self.later(9, lambda: self._returns(order) if order.renewing else None)

    def _returns(self, order: Order) -> None:
        if order.state != HERE:
            return
        order.state, order.left_on = BACK, self.today
        self.sends_back(order)
        self.post.send(Parcel(house.US, order.number, order.play.key, band=order.band), self.now)

    def _loses(self, order: Order) -> None:
        if order.state == HERE:
            order.state, order.end = OVER, Outcome.LOST
            self.lost(order)

    # what it hears

    def is_shipped(self, order: Order, due: date | None) -> None:
        if order.state not in (ASKED, HERE, OVER) or order.checked_in:
            self.complain(order.number, "told again that it was sent")
        order.state = COMING if order.state == ASKED else order.state
        order.due = due or order.due

    def is_unfilled(self, order: Order) -> None:
        if order.state != ASKED:
            self.complain(order.number, f"not supplied, but it {order.state}")
        order.state, order.end = OVER, Outcome.UNFILLED

    def is_cancelled(self, order: Order, *, yes: bool) -> None:
        if yes and order.state in (HERE, BACK):
            self.complain(order.number, f"cancelled, but it {order.state}")
        if yes:
            order.state, order.end = OVER, Outcome.CANCELLED

    def is_demanded(self, order: Order, due: date | None) -> None:
        if due is not None and due != order.due:
            self.complain(order.number, f"demanded for {due}, but {order.due} was told")
        if order.due is not None and self.today <= order.due:
            self.complain(order.number, f"demanded before its day, {order.due}")
        self._is_wanted(order)

    def is_recalled(self, order: Order) -> None:
        self._is_wanted(order)
        if order.state == HERE:
            self.later(3, lambda: self._returns(order))

    def is_renewed(self, order: Order, due: date | None) -> None:
        if not order.renewing:
            self.complain(order.number, "renewed, but nobody asked")
        order.due = due or order.due
        order.renewing = False
        if order.state == HERE and order.due is not None:
            self.on(max(self.today, order.due - timedelta(days=2)), lambda: self._returns(order))

    def is_not_renewed(self, order: Order) -> None:
        if not order.renewing:
            self.complain(order.number, "not renewed, but nobody asked")

    def is_checked_in(self, order: Order) -> None:
        if order.state not in (BACK, OVER):
            self.complain(order.number, f"back with us, but it {order.state}")
        order.state, order.checked_in = OVER, True

    def _is_wanted(self, order: Order) -> None:
        if order.checked_in:
            self.complain(order.number, "wanted back after we said that it is back")
        elif order.state == ASKED:
            self.complain(order.number, "wanted back before it was sent")
        elif order.state == BACK and self.today - order.left_on > CROSSES and not self._was_down():
            self.complain(order.number, f"wanted back, but it left on {order.left_on}")

    def _was_down(self) -> bool:
        """Return whether we could not know what has come."""
        first, last = self.post.outages.service
        return first <= self.today <= last + CROSSES
