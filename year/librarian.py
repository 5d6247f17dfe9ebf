"""The librarian: places what readers ask for, opens parcels, serves the desk, and works the agenda.

She knows what lies on her desk and what mailproc shows her, and nothing else.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from mailproc.errors import LocalFault
from mailproc.flow import delivery_mode
from mailproc.ill.attention import Reason
from mailproc.ill.terms import State
from mailproc.office.mailroom import redelivery
from mailproc.office.queries import agenda, find
from mailproc.office.queries.agenda import Todo
from mailproc.office.requests import due_date, notes, place
from mailproc.office.requests.due_date import DueDate
from year import days
from year.house import House
from year.post import Parcel, Post
from year.readers import Readers, Visit, Wish
from year.script import Fate, Play

SETTLED = timedelta(days=30)
"""So long after a loss it is paid."""
NEEDED = timedelta(days=21)
"""So long some readers can use what they ask for."""


@dataclass
class Librarian:
    """``numbers``: what each play is called. ``unsolved``: what stood on the agenda and she had no answer to,
    by reason. ``refused``: acts that were refused, by what they were."""

    house: House
    post: Post
    readers: Readers
    numbers: dict[int, str] = field(default_factory=dict)
    to_place: list[Play] = field(default_factory=list)
    lying: list[Parcel] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    unsolved: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def today(self) -> date:
        return self.house.app.context.today()

    def works(self) -> None:
        """A working day, from the post to the agenda."""
        for parcel in self.lying:
            self._opens(parcel)
        self.lying.clear()
        for visit in self.visits:
            self._serves(visit)
        self.visits.clear()
        for play in self.to_place:
            self._places(play)
        self.to_place.clear()
        self.house.run()
        with self.house.store.read() as connection:
            found = agenda.agenda(connection, self.house.app.context)
        for group in found.groups:
            for todo in group.requests:
                self._deals(todo)

    # what lies on the desk

    def _places(self, play: Play) -> None:
        reader = {
            "id": f"R{play.reader}",
            "name": f"Reader {play.reader}",
            "email": f"r{play.reader}@readers.example",
        }
        item = {"title": play.title, "author": "Miller, A."}
        if not play.is_loan:
            article = {"article_title": play.title, "article_author": "Miller, A.", "pagination": "1-9"}
            item = {"title": "Journal of Mills", "volume_issue": "12(3)", **article}
        wanted: dict[str, Any] = {"service": play.service, "item": item, "patron": reader}
        if not play.is_loan and not play.by_post:
            wanted["delivery"] = {"electronic": reader["email"]}
        if play.fate is Fate.EXPIRED:
            wanted["need_before"] = (self.today + NEEDED).isoformat()
        entered = place.place(
            self.house.store, self.house.app.context, place.read(wanted, play.rota), "clerk"
        )
        self.numbers[play.key] = entered.number
        self.readers.asks(entered.number, play, self.today)

    def _opens(self, parcel: Parcel) -> None:
        number, _, attempt = parcel.slip.partition("-")
        if not self.act(parcel.slip, "receive"):
            return
        self.readers.ears[number].lying[int(attempt)] = True
        with self.house.store.read() as connection:
            ours = find.transaction_of(connection, parcel.slip).due_on
        if parcel.due is not None and parcel.due != ours:
            self._corrects(parcel.slip, parcel.due)

    def _corrects(self, number: str, on: date) -> None:
        """Enter the due date that is on the slip."""
        due_date.correct(self.house.store, self.house.app.context, DueDate(number, on, by="clerk"))

    def _serves(self, visit: Visit) -> None:
        if visit.wish is Wish.BRINGS:
            self._sends_back(visit.number, visit.on)
        elif visit.wish is Wish.RENEWS:
            if self._can(visit.number, "renew"):
                self.act(visit.number, "renew")
        elif visit.wish is Wish.LOST:
            if self.act(visit.number, "lost"):
                self._is_gone(visit.number)
        elif self._state(visit.number) in (State.PENDING, State.CONDITIONAL):
            self.act(visit.number, "cancel")

    def _sends_back(self, number: str, on: date) -> None:
        if not self.act(number, "return", on=on):
            return
        self._is_gone(number)
        with self.house.store.read() as connection:
            row = find.transaction_of(connection, number)
        parcel = Parcel(self.addresses[row.partner], f"{row.tgq}-{row.tq}", 0)
        self.post.send(parcel, self.house.now)

    def _is_gone(self, number: str) -> None:
        lying = self.readers.ears[number].lying
        lying.update(dict.fromkeys(lying, False))

    # the agenda

    def _deals(self, todo: Todo) -> None:
        for reason in todo.reasons:
            deal = DEALS.get(Reason(reason))
            if deal is None:
                self.unsolved[reason] += 1
            else:
                deal(self, todo)

    def act(self, number: str, action: str, **more: Any) -> bool:
        """Perform an action; False if it is refused."""
        try:
            self.house.act(number, action, run=False, by="clerk", **more)
        except LocalFault as fault:
            self.refused[f"{action} in {self._state(number).name}: {fault}"[:160]] += 1
            return False
        return True

    def _can(self, number: str, action: str) -> bool:
        """Return whether mailproc offers an action; a reader is told at the desk if it does not."""
        with self.house.store.read() as connection:
            row = find.transaction_of(connection, number)
        return action in delivery_mode.possible(row, self.house.app.context)

    def _state(self, number: str) -> State:
        with self.house.store.read() as connection:
            return find.transaction_of(connection, number).state

    def once(self, todo: Todo, what: str, most: int = 1) -> bool:
        """Return whether this was not done for it so often before."""
        self.asked[todo.number, what] += 1
        return self.asked[todo.number, what] <= most

    def redelivers(self, todo: Todo) -> None:
        shown = self.house.shown(todo.number)
        for letter in shown.letters:
            if letter.state in ("shelved", "held", "bounced"):
                redelivery.redeliver(self.house.store, letter.id)

    def queries(self, todo: Todo) -> None:
        if self.once(todo, "query"):
            self.act(todo.number, "query")

    def cancels(self, todo: Todo) -> None:
        if self.once(todo, "cancel"):
            self.act(todo.number, "cancel")

    def closes(self, todo: Todo) -> None:
        self.act(todo.number, "close")

    def settles(self, todo: Todo) -> None:
        """What was lost is paid after a month."""
        if self.house.now - todo.since >= SETTLED:
            self.act(todo.number, "close")

    def waits(self, todo: Todo) -> None:
        """Nothing is to be done but to wait: the reader or the other library knows."""

    def reads(self, todo: Todo) -> None:
        """Read words that need no more."""
        notes.add(self.house.store, self.house.app.context, todo.number, "read", "clerk")

    def asks_for_it(self, todo: Todo) -> None:
        """They want it back before the day that we know: the reader must hear of another day."""
        if self._state(todo.number) is State.OVERDUE:
            self._corrects(todo.number, days.working(self.today + timedelta(days=1)))
        else:
            self.says_it_left(todo)

    def says_it_left(self, todo: Todo) -> None:
        """They demand what was returned."""
        self.act(todo.number, "message", note="We have sent it back to you.")


DEALS: dict[Reason, Callable[[Librarian, Todo], None]] = {
    Reason.FILE_REJECTED: Librarian.redelivers,
    Reason.NO_ANSWER: Librarian.queries,
    Reason.STILL_PROMISED: Librarian.queries,
    Reason.END_OF_ROTA: Librarian.closes,
    Reason.CANCELLED_NOT_OVER: Librarian.closes,
    Reason.LOST: Librarian.settles,
    Reason.OVERDUE: Librarian.waits,
    Reason.FINAL_DEMAND: Librarian.waits,
    Reason.NOT_BACK: Librarian.waits,
    Reason.DUE_SOON: Librarian.waits,
    Reason.RENEWAL_REFUSED: Librarian.waits,
    Reason.ASK_COPYRIGHT: Librarian.closes,
    Reason.DEMANDED_EARLY: Librarian.asks_for_it,
    Reason.MESSAGE: Librarian.reads,
    Reason.DEMANDED_AFTER_RETURN: Librarian.says_it_left,
    Reason.NEED_BEFORE_PASSED: Librarian.cancels,
}
