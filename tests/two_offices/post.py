"""What carries letters from one office to the other, in memory.

The ordinary post brings every letter once, in order, at the next round. ``BadPost`` loses some,
brings some twice, some late and some before others, by a seeded ``Random``.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from mailproc.mail.channel import LISTENER
from mailproc.mail.letter import Envelope


@dataclass(frozen=True)
class Carried:
    """A letter under way; ``name`` is what the sending office calls it (O12). ``door``: by which it comes."""

    envelope: Envelope
    raw: bytes
    name: str
    arrives: datetime
    door: str = LISTENER


@dataclass
class Post:
    """``arrived`` takes out what has come by then, in the order in which it comes."""

    letters: int = 0
    under_way: list[Carried] = field(default_factory=list)

    def post(self, envelope: Envelope, raw: bytes, name: str, now: datetime) -> None:
        self.letters += 1
        self.under_way += self._fate(Carried(envelope, raw, name, now))

    def arrived(self, now: datetime) -> list[Carried]:
        here = [letter for letter in self.under_way if letter.arrives <= now]
        self.under_way = [letter for letter in self.under_way if letter.arrives > now]
        return sorted(here, key=lambda letter: letter.arrives)

    def _fate(self, letter: Carried) -> list[Carried]:
        return [letter]


@dataclass
class BadPost(Post):
    """``bad`` False: from now on it is an ordinary post. Shares are of 1."""

    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311  # to be played again, not guessed
    told: list[str] = field(default_factory=list)
    bad: bool = True
    lost: float = 0.08
    doubled: float = 0.12
    late: float = 0.35

    def _fate(self, letter: Carried) -> list[Carried]:
        if not self.bad:
            return [letter]
        if self.random.random() < self.lost:
            self.told.append(f"{letter.name} is lost")
            return []
        copies = 2 if self.random.random() < self.doubled else 1
        return [self._sometimes_late(letter) for _ in range(copies)]

    def _sometimes_late(self, letter: Carried) -> Carried:
        """Up to four days: so it is overtaken, too."""
        if self.random.random() >= self.late:
            return letter
        hours = self.random.choice((1, 5, 30, 96))
        late = timedelta(hours=hours * self.random.random())
        self.told.append(f"{letter.name} takes {late}")
        return Carried(letter.envelope, letter.raw, letter.name, letter.arrives + late)
