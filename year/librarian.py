"""The librarian: places what readers ask for, opens parcels, serves the desk, then works the agenda.

She knows what lies on her desk and what mailproc shows her, and nothing else.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from mailproc.flow import delivery_mode
from mailproc.ill.attention import Reason
from mailproc.ill.terms import State
from mailproc.office.mailroom import printing
from mailproc.office.queries import find
from mailproc.office.queries.agenda import Todo
from mailproc.office.queries.letters import row_of
from mailproc.office.requests import place
from mailproc.store.rows import Transaction
from tests.support.reader_ear import told_by
from tests.support.world import Sent
from year.agenda_work import AgendaWork
from year.house import ISO_A, House
from year.lending import Lending
from year.post import Parcel, Post
from year.readers import WORDS, Readers, Visit, Wish, email_of
from year.script import Fate, Play

MISTAKEN = 37
"""Every so many a parcel is first taken for another one."""
NEEDED = timedelta(days=21)
"""So long some readers can use what they ask for."""


@dataclass
class Librarian:
    """``addresses``: where parcels to a partner go. ``lying``, ``visits``, ``to_place`` wait for her."""

    house: House
    post: Post
    readers: Readers
    addresses: dict[str, str]
    work: AgendaWork
    lending: Lending
    lying: list[Parcel] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    to_place: list[Play] = field(default_factory=list)
    _read: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.work.deals[Reason.READER_WROTE] = self._reads_reader

    @property
    def today(self) -> date:
        return self.house.app.context.today()

    def works(self) -> None:
        """A working day, from the post to the agenda."""
        for parcel in self.lying:
            self._opens(parcel)
        for visit in self.visits:
            self._serves(visit)
        for play in self.to_place:
            self._places(play)
        for done in (self.lying, self.visits, self.to_place):
            done.clear()
        self.lending.recalls()
        self.house.run()
        self.lending.enters()
        self.work.works()
        self._prints()

    def _prints(self) -> None:
        """Print and post the letters to readers without e-mail."""
        store = self.house.store
        printing.withhold(store, self.house.app.context)
        with store.read() as connection:
            letters = [one.id for one in printing.to_print(connection)]
            bytes_of = {one: row_of(connection, one)["raw"] for one in letters}
        for one in letters:
            self.readers.hears(told_by(self.house, Sent("", bytes_of[one], one)))
        printing.mark(store, letters)

    def _reads_reader(self, todo: Todo) -> None:
        """Read what the reader wrote since the last time, and do it."""
        written = [line for line in self.house.shown(todo.number).history if line.event == "READER_WROTE"]
        for line in written[self._read.get(todo.number, 0) :]:
            wish = next((wish for wish, words in WORDS.items() if words in line.note), None)
            number = f"{todo.number}-{line.attempt}"
            if wish is not None:
                self._serves(Visit(number, wish, self.today))
            self.work.notes(number, "read")
        self._read[todo.number] = len(written)

    def _places(self, play: Play) -> None:
        wanted = place.read(_asked(play, self.today), play.rota)
        number = place.place(self.house.store, self.house.app.context, wanted, "clerk").number
        self.readers.asks(number, play, self.today)

    def _opens(self, parcel: Parcel) -> None:
        if parcel.band:
            self.lending.checks_in(parcel)
            return
        number, _, attempt = parcel.slip.partition("-")
        if parcel.key % MISTAKEN == 0:
            self._mistakes(parcel.slip)
        if not self.work.act(parcel.slip, "receive"):
            return
        self.readers.ears[number].lying[int(attempt)] = True
        if parcel.due is not None and parcel.due != self._row(parcel.slip).due_on:
            self.work.corrects(parcel.slip, parcel.due)

    def _mistakes(self, number: str) -> None:
        """Take the parcel for another one, and undo that at once."""
        if self.work.act(number, "receive"):
            self.work.act(number, "undo")

    def _serves(self, visit: Visit) -> None:
        if visit.wish is Wish.BRINGS:
            self._sends_back(visit.number, visit.on)
        elif visit.wish is Wish.RENEWS:
            if self._can(visit.number, "renew"):
                self.work.act(visit.number, "renew")
        elif visit.wish is Wish.LOST:
            if self.work.act(visit.number, "lost"):
                self._is_gone(visit.number)
        elif self.work.state(visit.number) in (State.PENDING, State.CONDITIONAL):
            self.work.act(visit.number, "cancel")

    def _sends_back(self, number: str, on: date) -> None:
        if not self.work.act(number, "return", on=on):
            return
        self._is_gone(number)
        row = self._row(number)
        parcel = Parcel(self.addresses[row.partner], f"{row.tgq}-{row.tq}", 0)
        self.post.send(parcel, self.house.now)

    def _is_gone(self, number: str) -> None:
        lying = self.readers.ears[number.partition("-")[0]].lying
        lying.update(dict.fromkeys(lying, False))

    def _can(self, number: str, action: str) -> bool:
        """Return whether mailproc offers an action; a reader is told at the desk if it does not."""
        return action in delivery_mode.possible(self._row(number), self.house.app.context)

    def _row(self, number: str) -> Transaction:
        with self.house.store.read() as connection:
            return find.transaction_of(connection, number)


def _asked(play: Play, today: date) -> dict[str, Any]:
    """Return a request as it is entered."""
    email = email_of(play.reader)
    wanted: dict[str, Any] = {
        "service": play.service,
        "item": {"title": play.title, "author": "Miller, A."},
        "patron": {"id": f"R{play.reader}", "name": f"Reader {play.reader}", "email": email},
    }
    if not play.is_loan:
        article = {"article_title": play.title, "article_author": "Miller, A.", "pagination": "1-9"}
        wanted["item"] = {"title": "Journal of Mills", "volume_issue": "12(3)", **article}
        wanted["delivery"] = _copy_to(play, email)
    if play.fate is Fate.EXPIRED:
        wanted["expiry" if play.rota[0] == ISO_A else "need_before"] = (today + NEEDED).isoformat()
    return wanted


def _copy_to(play: Play, email: str) -> dict[str, Any]:
    ours = {"name": "Example Library", "street": "1 Any Street", "city": "Anytown", "postcode": "AN1 1AA"}
    return {"postal": ours} if play.by_post or not email else {"electronic": email}
