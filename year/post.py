"""What is under way: letters to us, which may come twice, late or a month later again; and parcels.

A letter that has come lies with our relay until the service is up.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from random import Random
from typing import Generic, TypeVar

from year.days import Outages

T = TypeVar("T")

TWICE, AGAIN, LATE = 0.02, 0.005, 0.02
"""The shares of letters that come twice, again after a month, and days late."""
MONTH = timedelta(days=31)


@dataclass(frozen=True)
class Letter:
    """A letter to us, as its sender's server hands it over."""

    sender: str
    raw: bytes


class Waiting(Generic[T]):
    """Things with the time at which they come; those of one time in the order in which they were put in."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, T]] = []
        self._count = 0

    def put(self, at: datetime, thing: T) -> None:
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, thing))

    def take(self, now: datetime) -> Iterator[T]:
        """Yield what has come by now."""
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[2]

    def __len__(self) -> int:
        return len(self._heap)


@dataclass(frozen=True)
class Parcel:
    """A thing that the post brings. ``slip``: what is written on the slip in it: our number or theirs, and
    the due date if it names one. ``band``: our number on a book of ours. ``to``: an address."""

    to: str
    slip: str
    key: int
    due: date | None = None
    band: str = ""


@dataclass
class Post:
    """``outages``: when our library is not reached. ``copies``: the orders of which a copy went straight to
    the reader, by e-mail. ``written``: the letters to us, without what comes twice."""

    random: Random
    outages: Outages
    letters: Waiting[Letter] = field(default_factory=Waiting)
    parcels: Waiting[Parcel] = field(default_factory=Waiting)
    copies: set[str] = field(default_factory=set)
    written: int = 0

    def write(self, letter: Letter, now: datetime) -> None:
        self.written += 1
        comes = now + self._delay()
        self.letters.put(comes, letter)
        if self.random.random() < TWICE:
            self.letters.put(comes + timedelta(minutes=self.random.randrange(600)), letter)
        if self.random.random() < AGAIN:
            self.letters.put(comes + MONTH, letter)

    def mail(self, head: Mapping[str, str], text: str, now: datetime) -> None:
        """Write a letter of plain text."""
        made = EmailMessage()
        for name, value in head.items():
            made[name] = value
        sender = head["From"]
        made["Message-ID"] = f"<{self.written}@{sender.partition('@')[2]}>"
        made["Date"] = now.strftime("%a, %d %b %Y %H:%M:%S +0000")
        made.set_content(text)
        self.write(Letter(sender, made.as_bytes().replace(b"\n", b"\r\n")), now)

    def send(self, parcel: Parcel, now: datetime) -> None:
        self.parcels.put(now + timedelta(days=self.random.randrange(2, 6)), parcel)

    def _delay(self) -> timedelta:
        if self.random.random() >= LATE:
            return timedelta(minutes=5)
        return timedelta(hours=self.random.randrange(20, 80))
