"""What the reader of one request hears: whether each letter is true as it leaves, and denies no other.

The checks know nothing of the program's rules for letters. They read the finished letters, and ask the store
how things stand at the moment at which a letter leaves. What staff have done is told by the story.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from mailproc.flow import delivery_mode
from mailproc.ill.terms import State
from mailproc.store import outgoing, transactions
from mailproc.store.rows import Transaction
from tests.support.world import Sent, World

DAY = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} \w{3}(?: \d{4})?")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
HERE, UNFILLED, ENDED = "patron/arrived", "patron/unfilled", "patron/cancelled"
SOON, LATE, RECALLED = "patron/due_soon", "patron/overdue", "patron/recalled"
OVER = "it was due back on"
INVITES = "If you need it for longer"


@dataclass(frozen=True)
class Told:
    """A letter to a reader as it leaves. ``kind``: its notice; ``about``: the attempt as it stands; ``can``:
    what staff may do with that."""

    kind: str
    subject: str
    text: str
    message_id: str
    about: Transaction
    can: tuple[str, ...]
    today: date

    @property
    def days(self) -> set[date]:
        """The days that it names."""
        return {day_of(found, self.today) for found in DAY.findall(self.text)}


def told_by(world: World, sent: Sent) -> Told:
    """Read a letter to a reader that leaves now."""
    with world.store.read() as connection:
        (intent,) = outgoing.intents_of(connection, int(sent.name[1:]))
        about = transactions.load(connection, intent.said_in)
        can = delivery_mode.possible(about, world.app.context)
    head, _, text = sent.text.partition("Dear")
    subject, message_id = _line(head, "Subject: "), _line(head, "Message-ID: ")
    return Told(intent.notice.name, subject, text, message_id, about, can, world.app.context.today())


def _line(head: str, name: str) -> str:
    found = (line for line in head.splitlines() if line.startswith(name))
    return next(found, name).removeprefix(name)


@dataclass
class ReaderEar:
    """``days_before``: so long before the lender's due date the reader's may be.

    ``heard``: the kinds of the letters, in order. ``lying``: by attempt, whether its item is here, as staff
    have said. ``promised``: by attempt, until when the item may be kept, by the last letter that said so.
    ``recalled_by``: the day that the last recall named.
    """

    days_before: int
    heard: list[str] = field(default_factory=list)
    promised: dict[int, date] = field(default_factory=dict)
    lying: dict[int, bool] = field(default_factory=dict)
    recalled_by: date | None = None

    def hears(self, told: Told) -> str:
        """Return what is wrong with the letter, '' if nothing is; it counts as heard."""
        wrong = self._wrong(told)
        self.heard.append(told.kind)
        return wrong

    def _wrong(self, told: Told) -> str:
        about = told.about
        if "others wait" in told.text:
            return "a reader is told what other readers want"
        if told.kind in (UNFILLED, ENDED):
            here = HERE in self.heard or True in self.lying.values()
            return "it was here, and now it is not to be had" if here else ""
        if not self.lying.get(about.attempt):
            return "a letter about what is not here"
        if told.kind == RECALLED:
            return self._wrong_recall(told)
        if "renew" not in told.can and INVITES in told.text:
            return "it invites a renewal that cannot be had"
        return self._wrong_day(told) if told.days else ""

    def _wrong_recall(self, told: Told) -> str:
        if told.about.state is not State.RECALL:
            return "nobody recalls it"
        known = self.recalled_by
        named = all(known and told.today <= day <= known for day in told.days)
        return "" if named else "the recall named another day"

    def _wrong_day(self, told: Told) -> str:
        if len(told.days) > 1:
            return "it names several days"
        (day,) = told.days
        lenders, known = told.about.due_on, self.promised.get(told.about.attempt)
        if lenders is None or not lenders - timedelta(days=self.days_before) <= day <= lenders:
            return f"it is no date of the standing ({lenders})"
        if told.kind == LATE:
            if day >= told.today:
                return "it is demanded before its day"
            return "" if known in (day, None) else f"another letter named another day ({known})"
        if day < told.today and OVER not in told.text:
            return "a date in the past"
        self.promised[told.about.attempt] = day
        return ""


def day_of(text: str, today: date) -> date:
    """Return the day that a letter names; without a year it is the nearest."""
    _, day, month, *year = text.split()
    years = [int(one) for one in year] or [today.year - 1, today.year, today.year + 1]
    at = [date(one, MONTHS.index(month) + 1, int(day)) for one in years]
    return min(at, key=lambda one: abs(one - today))
