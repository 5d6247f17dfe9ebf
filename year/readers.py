"""The readers: what they hear by letter, and when they come to the desk."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tests.support.reader_ear import ENDED, HERE, LATE, RECALLED, SOON, UNFILLED, ReaderEar, Told
from year import days, house, script
from year.post import Post
from year.script import Fate, Habit, Play

ADDRESS = "readers.example"
_NUMBER = re.compile(r"request (B\d{1,9}) \(")
RENEWED, REFUSED, CORRECTED = "patron/renewed", "patron/renewal_refused", "patron/due_corrected"


WRITES = 0.4
"""The share of readers who write to us instead of coming."""


def email_of(reader: int) -> str:
    return f"r{reader}@{ADDRESS}" if script.has_email(reader) else ""


class Wish(StrEnum):
    BRINGS = "brings it back"
    RENEWS = "wants to keep it longer"
    LOST = "has lost it"
    CANCELS = "does not need it any more"


WORDS = {
    Wish.RENEWS: "May I keep it for longer, please?",
    Wish.LOST: "I am sorry, I have lost it.",
    Wish.CANCELS: "I do not need it any more.",
}
"""What a reader writes; a book cannot be brought by letter."""


@dataclass
class Borrowed:
    """What a reader has or waits for. ``comes_on``: with ``wish``; date.max for not yet."""

    number: str
    play: Play
    comes_on: date = date.max
    wish: Wish = Wish.BRINGS
    until: date = date.max
    last_letter: str = ""
    asked: bool = False
    over: bool = False


@dataclass(frozen=True)
class Visit:
    number: str
    wish: Wish
    on: date


class Readers:
    """``ears``: what each heard, by the number of the request; ``wrong``: what was wrong with it. ``lost``:
    what they lost."""

    def __init__(self, post: Post) -> None:
        self.post, self.random = post, post.random
        self.ears: dict[str, ReaderEar] = {}
        self.wrong: list[str] = []
        self.letters = 0
        self.lost: list[Play] = []
        self._facts: set[tuple[str, ...]] = set()
        self._borrowed: dict[str, Borrowed] = {}

    def asks(self, number: str, play: Play, today: date) -> None:
        """A request was placed for one."""
        self.ears[number] = ReaderEar(house.DAYS_BEFORE)
        waits = self._borrowed[number] = Borrowed(number, play)
        if play.fate is Fate.CANCELLED:
            waits.wish, waits.comes_on = Wish.CANCELS, self._in(today, 5, 15)

    def hears(self, told: Told) -> None:
        """A letter has left for one."""
        self.letters += 1
        found = _NUMBER.search(told.text)
        if found is None or found[1] not in self.ears:
            self.wrong.append(f"a letter about nothing: {told.subject}")
            return
        number, attempt = found[1], told.about.attempt
        if f"{number}-{attempt}" in self.post.copies:
            self.ears[number].lying[attempt] = True
        if why := self.ears[number].hears(told) or self._again(number, told):
            self.wrong.append(f"{told.today} {number}-{attempt} {why}: {told.subject}\n{told.text}")
        self._borrowed[number].last_letter = told.message_id
        self._acts(self._borrowed[number], told)

    def visits(self, today: date) -> Iterator[Visit]:
        """Who comes to the desk today, a working day."""
        for one in list(self._borrowed.values()):
            if one.comes_on <= today and not one.over:
                if not self._writes(one, today):
                    yield Visit(one.number, one.wish, today)
                self._has_come(one)

    def unheard(self) -> Iterator[str]:
        """Yield the readers who did not hear how it ended, once and rightly."""
        for number, one in self._borrowed.items():
            heard = Counter(self.ears[number].heard)
            filled = one.play.fate in (Fate.FIRST, Fate.LATER)
            told = (heard[HERE], heard[UNFILLED] + heard[ENDED])
            if told != ((1, 0) if filled else (0, 1)):
                yield f"{number}, {one.play.fate}: {dict(heard)}"

    def _writes(self, one: Borrowed, today: date) -> bool:
        """Return whether the reader wrote instead: in answer to our last letter, or with our number."""
        sender = email_of(one.play.reader)
        if one.wish not in WORDS or not sender or self.random.random() >= WRITES:
            return False
        head = {"From": sender, "To": house.US, "Subject": f"My request {one.number}"}
        if one.last_letter:
            head |= {"Subject": "Re: interlibrary loan", "In-Reply-To": one.last_letter}
        text = f"Dear library,\n\n{WORDS[one.wish]}\n\nReader {one.play.reader}\n"
        self.post.mail(head, text, days.at(today, days.CLOSES))
        return True

    def _again(self, number: str, told: Told) -> str:
        fact = (number, told.kind, str(told.about.attempt), told.subject, *map(str, sorted(told.days)))
        if fact in self._facts:
            return "one fact twice"
        self._facts.add(fact)
        return ""

    def _acts(self, one: Borrowed, told: Told) -> None:
        named = max(told.days, default=None)
        if one.over or one.play.service == "COPY":
            return
        if told.kind in (HERE, RENEWED, CORRECTED):
            one.until = named or told.today + timedelta(days=2)
            self._plans(one, told.today)
        elif told.kind in (SOON, REFUSED) and one.wish is Wish.BRINGS:
            one.comes_on = self._in(told.today, 0, 2) if one.play.habit is Habit.PROMPT else one.comes_on
        elif told.kind == RECALLED and one.wish is not Wish.LOST:
            one.wish, one.comes_on = Wish.BRINGS, self._in(told.today, 1, 4)
        elif told.kind == LATE and one.comes_on == date.max:
            one.comes_on = self._in(told.today, 2, 9)

    def _plans(self, one: Borrowed, today: date) -> None:
        one.wish, left = Wish.BRINGS, max(1, (one.until - today).days)
        if one.play.habit is Habit.LATE:
            one.comes_on = one.until + timedelta(days=self.random.randrange(1, 30))
        elif one.play.habit is Habit.LOSES:
            one.wish, one.comes_on = Wish.LOST, today + timedelta(days=self.random.randrange(left + 20))
        elif one.play.habit is Habit.RENEWS and not one.asked:
            one.wish, one.comes_on = Wish.RENEWS, max(today, one.until - timedelta(days=5))
        else:
            one.comes_on = self._in(today, left // 3, left)

    def _has_come(self, one: Borrowed) -> None:
        if one.wish is Wish.LOST:
            self.lost.append(one.play)
        one.over = one.wish is not Wish.RENEWS
        one.wish, one.asked = Wish.BRINGS, True
        one.comes_on = max(one.until, one.comes_on + timedelta(days=1))

    def _in(self, today: date, least: int, most: int) -> date:
        return days.working(today + timedelta(days=self.random.randrange(least, max(least, most) + 1)))
