"""What happens to each request of the year, decided beforehand from a seed.

The shares are those that a network of some thousand libraries has published for four years: 91 % filled, 83 %
by the first library, 2.4 % cancelled, 0.3 % expired. The counts are exact, so that figures can be compared.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random

from year import days
from year.house import EXPIRES


class Fate(StrEnum):
    FIRST = "filled by the first library"
    LATER = "filled by a later library"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNFILLED = "not filled"


SHARES = {Fate.FIRST: 0.83, Fate.LATER: 0.08, Fate.CANCELLED: 0.024, Fate.EXPIRED: 0.003}
"""The rest is not filled."""


class Habit(StrEnum):
    """What the reader of a loan does."""

    PROMPT = "brings it back in time"
    RENEWS = "asks to keep it longer"
    LATE = "brings it back late"
    LOSES = "loses it"


HABITS = {Habit.PROMPT: 70, Habit.RENEWS: 18, Habit.LATE: 10, Habit.LOSES: 2}
LENT, LENT_LOANS = 0.08, 0.8
"""Requests to us for each of ours; the share of loans among them."""
LENT_FATES = {Fate.FIRST: 80, Fate.UNFILLED: 14, Fate.CANCELLED: 6}
LOANS = 0.45
ON_PAPER = 12
"""Every so many a reader has no e-mail."""
READS_ON_PAPER = 0.3
"""The share of copies that come by post, the rest by e-mail to the reader."""


@dataclass(frozen=True)
class Play:
    """A request of ours. ``supplier``: whose turn in the rota it is that supplies; -1 for nobody's."""

    key: int
    day: date
    service: str
    by_post: bool
    reader: int
    rota: tuple[str, ...]
    fate: Fate
    habit: Habit
    supplier: int

    @property
    def title(self) -> str:
        return f"A study of mill {self.key:05}"

    @property
    def is_loan(self) -> bool:
        return self.service == "LOAN"


def has_email(reader: int) -> bool:
    return reader % ON_PAPER != 0


def key_of(text: str) -> int | None:
    """Return which play a text is about that holds its title."""
    _, found, after = text.partition("A study of mill ")
    return int(after[:5]) if found and after[:5].isdigit() else None


@dataclass(frozen=True)
class LentPlay:
    """A request to us."""

    key: int
    day: date
    service: str
    borrower: str
    fate: Fate
    habit: Habit

    @property
    def title(self) -> str:
        return f"A map of lock {self.key:05}"

    @property
    def is_loan(self) -> bool:
        return self.service == "LOAN"


def lent_key_of(text: str) -> int | None:
    """Return which request to us a text is about that holds its title."""
    _, found, after = text.partition("A map of lock ")
    return int(after[:5]) if found and after[:5].isdigit() else None


def lent_plays(seed: int, many: int, borrowers: Sequence[str]) -> list[LentPlay]:
    """Return the requests to us in order of their days, beside so ``many`` of ours."""
    random = Random(seed + 1)  # noqa: S311  # as above
    opens, count = _open_days(many), max(1, round(many * LENT))
    dates = sorted(random.choice(opens) for _ in range(count))
    fates = random.choices(list(LENT_FATES), list(LENT_FATES.values()), k=count)
    return [
        LentPlay(
            key=key,
            day=dates[key],
            service="LOAN" if random.random() < LENT_LOANS else "COPY",
            borrower=random.choice(borrowers),
            fate=fates[key],
            habit=random.choices(list(HABITS), list(HABITS.values()))[0],
        )
        for key in range(count)
    ]


def _open_days(many: int) -> list[date]:
    return days.working_days(days.BEGIN, max(1, days.length(many)))


def plays(seed: int, many: int, lenders: Sequence[Sequence[str]]) -> list[Play]:
    """Return the year's requests in order of their days. ``lenders``: rotas to choose from."""
    random = Random(seed)  # noqa: S311  # to be played again, not guessed
    fates = _fates(many)
    random.shuffle(fates)
    opens = _open_days(many)
    dates = sorted(random.choice(opens) for _ in range(many))
    return [_play(random, key, dates[key], fates[key], many, lenders) for key in range(many)]


def counted(found: Sequence[Play]) -> Counter[Fate]:
    return Counter(play.fate for play in found)


def _fates(many: int) -> list[Fate]:
    fates = [fate for fate, share in SHARES.items() for _ in range(max(1, round(many * share)))]
    return [*fates, *[Fate.UNFILLED] * (many - len(fates))][:many]


def _play(
    random: Random, key: int, day: date, fate: Fate, many: int, lenders: Sequence[Sequence[str]]
) -> Play:
    rota = tuple(random.choice(lenders)) if fate is not Fate.EXPIRED else EXPIRES
    reader = random.randrange(1, max(2, many // 4))
    first, last = 0, len(rota) - 1
    supplier = {Fate.FIRST: first, Fate.LATER: last}.get(fate, -1)
    return Play(
        key=key,
        day=day,
        service="LOAN" if random.random() < LOANS else "COPY",
        by_post=random.random() < READS_ON_PAPER or not has_email(reader),
        reader=reader,
        rota=rota,
        fate=fate,
        habit=random.choices(list(HABITS), list(HABITS.values()))[0],
        supplier=supplier,
    )
