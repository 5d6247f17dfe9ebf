"""What the librarian does about each reason on the agenda: what a librarian would do."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.attention import Reason
from mailproc.ill.terms import State
from mailproc.office.mailroom import redelivery
from mailproc.office.queries import agenda, find
from mailproc.office.queries.agenda import Todo
from mailproc.office.requests import due_date, notes
from mailproc.office.requests.due_date import DueDate
from year import days, town_borrower, town_lender
from year.house import House

SETTLED = timedelta(days=30)
"""So long after a loss it is paid."""
_DAY = r"(?P<day>\d{1,2} \w+ \d{4})"
_YES: dict[str, Any] = {"answer": True}
_NO: dict[str, Any] = {"answer": False}
SAID: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (town_lender.SENDS, "ship", {}),
    (town_lender.SENDS_COPY, "ship", {}),
    (town_lender.HAS_NOT, "unfilled", {"reason": "not-owned"}),
    (town_lender.LONGER, "renew-reply", _YES),
    (town_lender.NO_LONGER, "renew-reply", _NO),
    (town_lender.STOPPED, "cancel-reply", _YES),
    (town_lender.TOO_LATE, "cancel-reply", _NO),
    (town_lender.OVERDUE, "overdue", {}),
    (town_borrower.LONGER, "renew", {}),
    (town_borrower.RETURNED, "return", {}),
    (town_borrower.CANCELLED, "cancel", {}),
    (town_borrower.LOST, "lost", {}),
)
"""Words of people, and what a librarian records of them."""
PATTERNS = tuple(
    (re.compile(re.escape(words).replace(r"\{day\}", _DAY)), action, more) for words, action, more in SAID
)


Deal = Callable[[Todo], None]


@dataclass
class AgendaWork:
    """``deals``: what is done about each reason. ``unsolved``: what stood on the agenda and had no answer, by
    reason. ``refused``: acts that were refused, by what they were."""

    house: House
    unsolved: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    deals: dict[Reason, Deal] = field(default_factory=dict)
    _asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    _read: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.deals |= {reason: partial(deal, self) for reason, deal in DEALS.items()}

    @property
    def today(self) -> date:
        return self.house.app.context.today()

    def works(self) -> None:
        """Deal with everything that stands there."""
        with self.house.store.read() as connection:
            found = agenda.agenda(connection, self.house.app.context)
        for group in found.groups:
            for todo in group.requests:
                self._deals(todo)

    def act(self, number: str, action: str, **more: Any) -> bool:
        """Perform an action; False if it is refused."""
        self.house.later(seconds=1)
        try:
            self.house.act(number, action, run=False, by="clerk", **more)
        except LocalFault as fault:
            told = f"{action} in {self.state(number).name}: {fault}"
            self.refused[re.sub(r"[BL]\d+", "B…", told)[:200]] += 1
            return False
        return True

    def state(self, number: str) -> State:
        with self.house.store.read() as connection:
            return find.transaction_of(connection, number).state

    def corrects(self, number: str, on: date) -> None:
        """Enter another due date."""
        self.house.later(seconds=1)
        due_date.correct(self.house.store, self.house.app.context, DueDate(number, on, by="clerk"))

    def notes(self, number: str, words: str) -> None:
        """Write a private note: what stood there is settled."""
        notes.add(self.house.store, self.house.app.context, number, words, "clerk")

    def _deals(self, todo: Todo) -> None:
        for reason in todo.reasons:
            deal = self.deals.get(Reason(reason))
            if deal is None:
                self.unsolved[f"{todo.role.lower()}: {reason}"] += 1
            else:
                deal(todo)

    def _once(self, todo: Todo, what: str) -> bool:
        """Return whether this is the first time for this request."""
        self._asked[todo.number, what] += 1
        return self._asked[todo.number, what] == 1

    # letters of ours

    def redelivers(self, todo: Todo) -> None:
        for letter in self.house.shown(todo.number).letters:
            if letter.state in ("shelved", "held", "bounced"):
                redelivery.redeliver(self.house.store, letter.id)

    # before it comes

    def queries(self, todo: Todo) -> None:
        if self._once(todo, "query"):
            self.act(todo.number, "query")

    def cancels(self, todo: Todo) -> None:
        if self._once(todo, "cancel"):
            self.act(todo.number, "cancel")

    def closes(self, todo: Todo) -> None:
        self.act(todo.number, "close")

    def asks_the_next(self, todo: Todo) -> None:
        """Nobody can change the reason: another library may have it."""
        try:
            self.house.next(todo.number, run=False)
        except LocalFault:  # there is none
            self.closes(todo)

    def agrees(self, todo: Todo) -> None:
        self.act(todo.number, "answer-condition", answer=True)

    # while it is here

    def settles(self, todo: Todo) -> None:
        """What was lost is paid after a month."""
        if self.house.now - todo.since >= SETTLED:
            self.act(todo.number, "close")

    def asks_for_it(self, todo: Todo) -> None:
        """They want it back before the day that we know: the reader must hear of another day."""
        day = days.working(self.today + timedelta(days=1))
        with self.house.store.read() as connection:
            loan = find.transaction_of(connection, todo.number)
        if loan.state is not State.OVERDUE:
            self.says_it_left(todo)
        elif loan.due_on == day:
            self.act(todo.number, "message", note="It comes back tomorrow.")
        else:
            self.corrects(todo.number, day)

    def says_it_left(self, todo: Todo) -> None:
        """They demand what was returned."""
        self.act(todo.number, "message", note="We have sent it back to you.")

    def is_demanded(self, todo: Todo) -> None:
        """They want it back: the reader has heard of it, unless there is nothing to bring."""
        if self.state(todo.number) is State.LOST and self._once(todo, "lost"):
            self.act(todo.number, "message", note="It is lost, and paid.")

    def waits(self, todo: Todo) -> None:
        """Nothing is to be done but to wait: the reader or the other library knows."""

    # words

    def reads(self, todo: Todo) -> None:
        """Read what people wrote since the last time, and record what they said."""
        said = [line for line in self.house.shown(todo.number).history if line.event == "MESSAGE"]
        for line in said[self._read.get(todo.number, 0) :]:
            number = f"{todo.number}-{line.attempt}"
            if not self._records(number, line.note):
                self.notes(number, "read")
        self._read[todo.number] = len(said)

    def _records(self, number: str, words: str) -> bool:
        for pattern, action, more in PATTERNS:
            if found := pattern.search(words):
                named = found.groupdict().get("day")
                on = datetime.strptime(named, "%d %B %Y").date() if named else None  # noqa: DTZ007
                return self.act(number, action, heard_by="mail", on=on, **more)
        return False


DEALS: dict[Reason, Callable[[AgendaWork, Todo], None]] = {
    Reason.FILE_REJECTED: AgendaWork.redelivers,
    Reason.NO_ANSWER: AgendaWork.queries,
    Reason.STILL_PROMISED: AgendaWork.queries,
    Reason.END_OF_ROTA: AgendaWork.closes,
    Reason.CANCELLED_NOT_OVER: AgendaWork.closes,
    Reason.ASK_COPYRIGHT: AgendaWork.asks_the_next,
    Reason.NEED_BEFORE_PASSED: AgendaWork.cancels,
    Reason.CONDITION: AgendaWork.agrees,
    Reason.LOST: AgendaWork.settles,
    Reason.DEMANDED_EARLY: AgendaWork.asks_for_it,
    Reason.DEMANDED_AFTER_RETURN: AgendaWork.says_it_left,
    Reason.MESSAGE: AgendaWork.reads,
    Reason.TO_PRINT: AgendaWork.waits,
    Reason.OVERDUE: AgendaWork.is_demanded,
    Reason.RECALLED: AgendaWork.waits,
    Reason.FINAL_DEMAND: AgendaWork.is_demanded,
    Reason.NOT_BACK: AgendaWork.waits,
    Reason.DUE_SOON: AgendaWork.waits,
    Reason.RENEWAL_REFUSED: AgendaWork.waits,
    Reason.CANCEL_REFUSED: AgendaWork.waits,
    Reason.SHIPPED_AFTER_CANCEL: AgendaWork.waits,
    Reason.LENT_ON_CONDITIONS: AgendaWork.waits,
}
