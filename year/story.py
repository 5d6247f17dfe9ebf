"""The year itself: day by day the post, the stations, the staff, the readers and the other libraries."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from mailproc.store import open_requests
from tests.support.reader_ear import told_by
from tests.support.world import Sent
from year import days, house, script
from year.agenda_work import AgendaWork
from year.british_library import BritishLibrary
from year.clocked import Clocked
from year.end import End
from year.file_borrower import FileBorrower
from year.house import House
from year.iso_borrower import IsoBorrower
from year.iso_lender import IsoLender
from year.lending import Lending
from year.librarian import Librarian
from year.post import Post
from year.readers import ADDRESS, Readers
from year.script import LentPlay, Play
from year.town_borrower import TownBorrower
from year.town_lender import TownLender


def told(opened: House, seed: int, many: int) -> "Story":
    """Return the story of a year with so many requests, as the seed has it."""
    plays = script.plays(seed, many, house.ROTAS)
    return Story(opened, plays, script.lent_plays(seed, many, house.BORROWERS), seed)


@dataclass
class Story:
    """``run`` it, then ask what came of it."""

    house: House
    plays: list[Play]
    lent: list[LentPlay]
    seed: int
    clocked: Clocked = field(default_factory=Clocked)
    letters_out: int = 0
    to_staff: int = 0

    def __post_init__(self) -> None:
        chance = Random(self.seed)  # noqa: S311  # to be played again, not guessed
        self.outages = days.outages(len(self.plays))
        self.post = Post(chance, self.outages)
        self.readers = Readers(self.post)
        self.ends = {end.address: end for end in (*self._lenders(chance), *self._borrowers(chance))}
        addresses = {end.symbol: end.address for end in self.ends.values()}
        self.work = AgendaWork(self.house)
        lending = Lending(self.house, self.post, self.work, self.lent, addresses)
        self.work.deals |= lending.deals()
        self.librarian = Librarian(self.house, self.post, self.readers, addresses, self.work, lending)
        self.house.heard.append(self._hears)
        self.last_day = days.BEGIN
        self._is_touched = False
        self._unplaced = list(reversed(self.plays))

    def _lenders(self, chance: Random) -> Iterator[End]:
        known, context = house.ADDRESSES, self.house.app.context
        yield BritishLibrary(self.plays, self.post, chance)
        for symbol in (house.ISO_A, house.ISO_B):
            yield IsoLender(symbol, known[symbol], self.plays, self.post, chance, context)
        for symbol in (house.TOWN_A, house.TOWN_B):
            yield TownLender(symbol, known[symbol], self.plays, self.post, chance)

    def _borrowers(self, chance: Random) -> Iterator[End]:
        def how(symbol: str) -> tuple[str, str, list[LentPlay], Post, Random]:
            return symbol, house.ADDRESSES[symbol], self.lent, self.post, chance

        self.borrowers = (
            FileBorrower(*how(house.FILES)),
            IsoBorrower(*how(house.ISO_C), self.house.app.context),
            TownBorrower(*how(house.TOWN_C)),
        )
        yield from self.borrowers

    def run(self) -> None:
        day = days.BEGIN
        while not self.is_over(day):
            self.last_day = day
            self._day(day)
            day += timedelta(days=1)

    def is_over(self, day: date) -> bool:
        if (day - days.BEGIN).days >= days.LONGEST:
            return True
        if self._unplaced or len(self.post.letters) or len(self.post.parcels):
            return False
        with self.house.store.read() as connection:
            return not open_requests.count(connection)

    def _day(self, day: date) -> None:
        self.house.now = days.at(day, days.OPENS)
        down = self.outages.is_down(day)
        self.house.has_relay = not self.outages.has_no_relay(day)
        with self.clocked.part("post"):
            self._brings()
        if not down:
            self._stations()
        if days.is_working(day):
            self._people(day, down=down)
        if not down:
            self.house.now = days.at(day, days.CLOSES)
            self._stations()
        if days.is_working(day):
            with self.clocked.part("other libraries"):
                for end in self.ends.values():
                    end.works(days.at(day, days.CLOSES))

    def _people(self, day: date, *, down: bool) -> None:
        while self._unplaced and self._unplaced[-1].day <= day:
            self.librarian.to_place.append(self._unplaced.pop())
        self.librarian.visits += self.readers.visits(day)
        if not down:
            self._is_touched = True
            with self.clocked.part("staff"):
                self.librarian.works()

    def _brings(self) -> None:
        for parcel in self.post.parcels.take(self.house.now):
            if parcel.to == house.US:
                self.librarian.lying.append(parcel)
            else:
                end = self.ends[parcel.to]
                end.now = self.house.now
                end.gets(parcel)

    def _stations(self) -> None:
        came = list(self.post.letters.take(self.house.now))
        if not came and not self._has_work():
            return
        with self.clocked.part("letters in"):
            self.house.take_in(came)
        with self.clocked.part("stations"):
            left = self.house.work()
        self._is_touched = not self.house.has_relay
        with self.clocked.part("other libraries"):
            for sent in left:
                self._reaches(sent)

    def _has_work(self) -> bool:
        """Return whether staff have done something, letters wait for the relay, or a timer is due."""
        return self._is_touched or self.house.is_due()

    def _hears(self, sent: Sent) -> None:
        self.letters_out += 1
        if sent.to.endswith(ADDRESS):
            self.readers.hears(told_by(self.house, sent))

    def _reaches(self, sent: Sent) -> None:
        if sent.to in self.ends:
            self.ends[sent.to].takes(sent, self.house.now)
        elif sent.to == house.STAFF:
            self.to_staff += 1
