"""Another library, as it is from outside: it gets our letters, has a memory of its own, and writes letters.

It knows nothing of mailproc's state machine. What it finds wrong with our letters stands in ``wrong``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from tests.support.world import Sent
from year import days
from year.house import US
from year.post import Parcel, Post, Waiting
from year.script import Play

Task = Callable[[], None]


class End(ABC):
    """``plays``: the script, which says what this library does with what it is asked for. ``symbol``: what we
    call it."""

    symbol: str
    address: str

    def __init__(self, plays: list[Play], post: Post, random: Random) -> None:
        self.plays, self.post, self.random = plays, post, random
        self.now = days.at(days.BEGIN, days.OPENS)
        self.wrong: list[str] = []
        self._tasks: Waiting[Task] = Waiting()

    @property
    def today(self) -> date:
        return self.now.date()

    def takes(self, sent: Sent, now: datetime) -> None:
        """A letter of ours has come."""
        self.now = now
        self.reads(sent)

    @abstractmethod
    def reads(self, sent: Sent) -> None:
        """Read a letter of ours."""

    @abstractmethod
    def gets(self, parcel: Parcel) -> None:
        """A parcel has come."""

    def works(self, now: datetime) -> None:
        """Do on a working day what is due, and write what there is to say."""
        self.now = now
        for task in self._tasks.take(now):
            task()
        self.closes()

    def closes(self) -> None:  # noqa: B027  # most have nothing to do
        """The working day ends."""

    def supplies(self, play: Play) -> bool:
        """Return whether it is this library that has the item."""
        return play.supplier >= 0 and play.rota[play.supplier] == self.symbol

    def later(self, many: int, task: Task) -> None:
        """Do something on a working day so many days later."""
        self.on(self.today + timedelta(days=many), task)

    def on(self, day: date, task: Task) -> None:
        self._tasks.put(days.at(days.working(day), 0), task)

    def write(self, subject: str, text: str, **headers: str) -> None:
        """Write a letter of plain text to us."""
        head = {"From": self.address, "To": US, "Subject": subject}
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        self.post.mail(head | more, text, self.now)

    def complain(self, number: str, what: str) -> None:
        self.wrong.append(f"{self.now:%d %b %Y} {self.address} about {number}: {what}")
