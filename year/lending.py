"""The librarian as a lender: the shelves, what is asked of us, and what comes back."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from mailproc.ill.attention import Reason
from mailproc.ill.terms import State
from mailproc.mail.parse import parse
from mailproc.office.mailroom import attaching, dismissal
from mailproc.office.queries import find, letters, listing
from mailproc.office.queries.agenda import Todo
from mailproc.office.queries.letters import LetterLine
from mailproc.office.queries.listing import Filter
from mailproc.office.requests import lend
from year.agenda_work import AgendaWork, Deal
from year.house import House
from year.post import Parcel, Post
from year.script import Fate, LentPlay, lent_key_of

LOAN, MORE = timedelta(days=28), timedelta(days=21)
RECALLED_AFTER = timedelta(days=12)
_ORDER = re.compile(r"please (lend us|copy) (A map of lock \d{5})(?: for us)?\. Our number is (C\d+-\d+)\.")

_NUMBER = re.compile(r"C\d+-\d+")


@dataclass
class Lending:
    """``addresses``: where parcels to a partner go."""

    house: House
    post: Post
    work: AgendaWork
    lent: list[LentPlay]
    addresses: dict[str, str]
    _recalls: list[tuple[date, str]] = field(default_factory=list)

    def deals(self) -> dict[Reason, Deal]:
        """What is done about each reason on the agenda."""
        return {
            Reason.TO_ANSWER: self._answers,
            Reason.ANSWER_LATE: self._answers,
            Reason.RENEWAL_ASKED: self._renews,
            Reason.CANCEL_ASKED: self._cancels,
            Reason.LOOK_FOR_IT: self.work.waits,
            Reason.RECALL_UNHEARD: self.work.queries,
        }

    def checks_in(self, parcel: Parcel) -> None:
        """What we lent has come back."""
        if self.work.state(parcel.band) is not State.LOST:
            self.work.act(parcel.band, "check-in")

    def recalls(self) -> None:
        """Readers of our own want what is lent."""
        due = [number for on, number in self._recalls if on <= self.work.today]
        self._recalls = [one for one in self._recalls if one[0] > self.work.today]
        for number in due:
            if self.work.state(number) is State.SHIPPED:
                self.work.act(number, "recall")

    def enters(self) -> None:
        """Enter the orders of people, whose letters lie on the shelf; what else lies there is counted.

        A message that waits for its request (E12) is nobody's business yet.
        """
        with self.house.store.read() as connection:
            shelved = [one for one in letters.shelved(connection, to_do=True) if one.id.startswith("I")]
            rows = {line.id: letters.row_of(connection, line.id) for line in shelved}
        for line in shelved:
            found = _ORDER.search(" ".join(parse(rows[line.id]["raw"]).text.split()))
            if found is None:
                self._attaches(line, rows[line.id]["mail_from"])
                continue
            self._enters(rows[line.id]["mail_from"], found)
            dismissal.dismiss(self.house.store, self.house.app.context, [line.id])

    def _attaches(self, line: LetterLine, sender: str) -> None:
        """Find by their number what people write about."""
        theirs = _NUMBER.search(line.subject)
        number = self._ours(sender, theirs[0]) if theirs else ""
        if number:
            attaching.attach(self.house.store, self.house.app.context, line.id, number)
        else:
            self.work.unsolved[f"a letter on the shelf: {line.note}"] += 1

    def _ours(self, sender: str, theirs: str) -> str:
        wanted = Filter(role="responder", partner=self._symbol(sender), find=theirs)
        with self.house.store.read() as connection:
            found = listing.listed(connection, wanted)
        return next((one.number for one in found if one.their_number == theirs), "")

    def _symbol(self, sender: str) -> str:
        return next(symbol for symbol, address in self.addresses.items() if address == sender)

    def _enters(self, sender: str, found: re.Match[str]) -> None:
        partner = self._symbol(sender)
        item = {"title": found[2]}
        service = "LOAN" if found[1] == "lend us" else "COPY"
        value = {"service": service, "item": item, "their_number": found[3], "asked_by": "mail"}
        lend.enter(self.house.store, self.house.app.context, lend.read(value, (partner,)), "clerk")

    # the agenda

    def _answers(self, todo: Todo) -> None:
        if self.work.state(todo.number) is not State.IN_PROCESS:
            return
        play = self._play(todo)
        if play.fate is Fate.UNFILLED:
            self.work.act(todo.number, "unfilled", reason="not-owned")
            return
        due = self.work.today + LOAN if play.is_loan else None
        if self.work.act(todo.number, "ship", on=due):
            theirs = self.house.shown(todo.number).line.their_number
            parcel = Parcel(self.addresses[todo.partner], _with_attempt(theirs), play.key, due, todo.number)
            self.post.send(parcel, self.house.now)
            if play.is_loan and play.key % 13 == 0:
                self._recalls.append((self.work.today + RECALLED_AFTER, todo.number))

    def _renews(self, todo: Todo) -> None:
        if self._play(todo).key % 3:
            with self.house.store.read() as connection:
                due = find.transaction_of(connection, todo.number).due_on
            on = max(due or self.work.today, self.work.today) + MORE
            self.work.act(todo.number, "renew-reply", answer=True, on=on)
        else:
            self.work.act(todo.number, "renew-reply", answer=False)

    def _cancels(self, todo: Todo) -> None:
        self.work.act(todo.number, "cancel-reply", answer=True)

    def _play(self, todo: Todo) -> LentPlay:
        key = lent_key_of(todo.title)
        if key is None:
            raise RuntimeError(f"nobody asked for {todo.title}")
        return self.lent[key]


def _with_attempt(theirs: str) -> str:
    """ISO 10161 has the number in two."""
    return theirs if "-" in theirs else f"{theirs}-1"
