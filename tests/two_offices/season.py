"""A season between two libraries that goes badly: many conversations, a bad post, staff at random.

The book of each conversation is somewhere (on the lender's shelf, out, on its way back, gone),
and staff act only with what lies on their desk, now and then without telling the program. All is
drawn from one seeded ``Random``, so that a season can be played again. After it comes a quiet
time: every letter arrives, and staff do what is plain (``staff``).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from random import Random
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.terms import State
from mailproc.office.queries.request_details import RequestDetails

from . import staff
from .office import BORROWER, LENDER, Office, Town
from .post import BadPost

S = State


class Place(Enum):
    """Where the book is, whatever anybody has ticked."""

    HOME = "at the lender's"
    OUT = "with the borrower"
    BACK = "back on the lender's desk"
    GONE = "gone"


WEIGHTS = {
    "ship": 4, "receive": 4, "return": 3, "check-in": 4, "cancel-reply": 4, "renew-reply": 4,
    "answer-condition": 4, "renew": 2, "conditional": 1.5, "cancel": 0.8, "unfilled": 0.4,
    "answer-retry": 0.2, "locations": 0.1, "estimate": 0.1, "will-supply": 0.7, "hold": 0.4, "overdue": 0.8,
    "recall": 0.6, "lost": 0.15, "damaged": 0.1, "message": 0.2, "query": 0.3, "forward": 0, "close": 0,
    "collected": 0.1, "brought-back": 0.1, "found": 0.1,
}  # fmt: skip
"""How often staff choose what, among what is possible. Who closes a case by hand wants no more of
it, and who forwards one has a third library to talk to: both have stories of their own."""

NEVER = (S.NOT_SUPPLIED, S.CANCELLED)
ENDS_OF_LOAN = {
    (S.RETURNED, S.CHECKED_IN), (S.LOST, S.LOST), *((asks, S.CHECKED_IN) for asks in NEVER),
    *((asks, lends) for asks in NEVER for lends in (*NEVER, S.IDLE)),
}  # fmt: skip
ENDS_OF_COPY = {
    (S.RECEIVED, S.SHIPPED), (S.RECEIVED, S.LOST), (S.LOST, S.LOST), (S.LOST, S.SHIPPED),
    *((asks, lends) for asks in NEVER for lends in (*NEVER, S.IDLE)),
}  # fmt: skip
"""The borrower's state and the lender's when a conversation is over and both think so. A book that
was posted home unseen is checked in where the borrower had never had it; of a copy nothing comes back,
so whether the lender has heard that it got lost is no matter. IDLE: the request was lost, and cancelled
before it could come again."""

UNWRITTEN = {"id": "R1", "name": "A Reader"}
"""A reader without an address: letters to readers are no matter here, and take time."""

UNTICKED = 0.07
"""The share of books that leave without a word to the program."""


@dataclass
class Talk:
    """One conversation. ``trace``: what was done in it, to be read after a failure; ``asked``: how
    often the staff of each side have asked again in the quiet time."""

    asks: str
    lends: str
    number: str
    copy: bool
    theirs: str = ""
    place: Place = Place.HOME
    trace: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)

    def number_at(self, symbol: str) -> str:
        return self.number if symbol == self.asks else self.theirs


@dataclass
class Season:
    """First ``busy``, then ``quiet``. ``calls``: how often staff had to telephone."""

    town: Town
    post: BadPost
    seed: int
    talks: list[Talk] = field(default_factory=list)
    random: Random = field(init=False)
    calls: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311  # to be played again, not guessed
        self.post.random = self.random

    def busy(self, conversations: int, moments: int = 16) -> None:
        """Requests in both directions, then staff at random while time goes by."""
        for count in range(conversations):
            asks, lends = (BORROWER, LENDER) if count % 2 else (LENDER, BORROWER)
            service = "COPY" if self.random.random() < 0.3 else "LOAN"
            title = f"Book {self.seed}.{count}"
            number = self.town[asks].ask(lends, service=service, title=title, patron=UNWRITTEN)
            self.talks.append(Talk(asks, lends, number, service == "COPY"))
        for _ in range(moments):
            self.town.pass_time(hours=self.random.choice((1, 10, 40, 90, 160)))
            self._find_numbers()
            for talk in self.random.sample(self.talks, max(1, len(self.talks) // 3)):
                self._something(talk)

    def _find_numbers(self) -> None:
        """What the lender calls each request, once it has come; one that is asked again gets a new number."""
        for talk in self.talks:
            talk.theirs = self.town[talk.lends].theirs_or_none(talk.number, talk.asks)

    def _something(self, talk: Talk) -> None:
        who = self.random.choice((talk.asks, talk.lends))
        number = talk.number_at(who)
        if not number:
            return
        office = self.town[who]
        if self.random.random() < UNTICKED and self._moves_unticked(talk, who):
            return
        _, actions = office.possible(number)
        possible = [action for action in actions if WEIGHTS[action] and self.sensible(talk, who, action)]
        if not possible:
            return
        action = self.random.choices(possible, [WEIGHTS[one] for one in possible])[0]
        if self.random.random() < 0.08:
            self.do(talk, who, action, repeat=True)
        had = talk.place
        done = self.do(talk, who, action, **self._particulars(action, copy=talk.copy))
        if done and self.random.random() < 0.03 and self.do(talk, who, "undo"):
            talk.place = had

    def _moves_unticked(self, talk: Talk, who: str) -> bool:
        if who == talk.lends and talk.place is Place.HOME and not self.over(talk, who):
            talk.place = Place.OUT
        elif who == talk.asks and talk.place is Place.OUT and not talk.copy:
            talk.place = Place.BACK
        else:
            return False
        self.note(talk, f"the book is {talk.place.value}, and nobody ticked it")
        return True

    def over(self, talk: Talk, who: str) -> bool:
        state, _ = self.town[who].possible(talk.number_at(who))
        return state in (*NEVER, S.FORWARD)

    def sensible(self, talk: Talk, who: str, action: str) -> bool:
        """Staff handle only what lies on their desk."""
        place = talk.place
        if who == talk.asks:
            there = {"receive": place is Place.OUT, "return": place is Place.OUT,
                     "lost": place is not Place.HOME}  # fmt: skip
        else:
            out = place is not Place.HOME
            there = {"ship": place in (Place.HOME, Place.OUT), "check-in": place is Place.BACK,
                     "overdue": out, "recall": out, "lost": out}  # fmt: skip
        return there.get(action, True)

    def _particulars(self, action: str, *, copy: bool) -> dict[str, Any]:
        today = self.town.now.date()
        soon = today + timedelta(days=self.random.choice((14, 28, 42)))
        answer = self.random.random() < 0.7
        return {
            "ship": {} if copy else {"on": soon},
            "hold": {"on": soon, "position": 2},
            "will-supply": {"on": today + timedelta(days=3)},
            "conditional": {"condition": self.random.choice(("charges", "other")), "on": soon},
            "answer-retry": {"reason": "in-use-on-loan", "on": soon},
            "locations": {"locations": ("XX-ELSEWHERE",)},
            "estimate": {"cost": "12.50 EUR"},
            "answer-condition": {"answer": answer},
            "cancel-reply": {"answer": answer},
            "renew-reply": {"answer": answer} | ({"on": soon + timedelta(days=14)} if answer else {}),
            "overdue": {"on": today - timedelta(days=1)},
            "renew": {"on": soon},
            "message": {"note": "How is the weather?"},
            "damaged": {"note": "It is torn."},
        }.get(action, {})

    def do(self, talk: Talk, who: str, action: str, **more: Any) -> bool:
        """An act of staff, and what becomes of the book by it; False where it is refused."""
        number = talk.number_at(who)
        particulars = " ".join(f"{key}={value}" for key, value in more.items())
        try:
            outcome = self.town[who].act(number, action, **more)
        except LocalFault as fault:
            self.note(talk, f"{who} {number} {action} {particulars} refused: {fault}")
            return False
        self.note(talk, f"{who} {number} {action} {particulars}: {outcome.before} → {outcome.after}")
        if more.get("repeat") or more.get("heard_by"):
            return True
        moves = {"ship": Place.OUT, "check-in": Place.HOME}
        if talk.place is Place.OUT:
            moves["return"] = Place.BACK
        talk.place = moves.get(action, talk.place)
        if action == "lost" and who == talk.asks and talk.place is Place.OUT:
            talk.place = Place.GONE
        return True

    def note(self, talk: Talk, what: str) -> None:
        talk.trace.append(f"{self.town.now:%Y-%m-%d %H:%M} {what}")

    # what is compared at the end

    def states(self) -> list[tuple[S, S]]:
        """The borrower's state and the lender's, of each conversation."""
        found = {symbol: _states_of(self.town[symbol]) for symbol in (BORROWER, LENDER)}
        return [
            (found[talk.asks][talk.number], found[talk.lends].get(talk.theirs, S.IDLE)) for talk in self.talks
        ]

    def stuck(self) -> list[Talk]:
        """The conversations that are not over, or not for both."""
        together = zip(self.talks, self.states(), strict=True)
        return [talk for talk, pair in together if pair not in (ENDS_OF_COPY if talk.copy else ENDS_OF_LOAN)]

    def has_lost_requests(self, symbol: str) -> bool:
        """Were there requests to this office that never came?"""
        return any(not talk.theirs for talk in self.talks if talk.lends == symbol)

    def told(self, talk: Talk) -> str:
        """Everything about a conversation, for whoever must find out why."""
        lines = [f"seed {self.seed}: {talk.asks} {talk.number} asks {talk.lends} {talk.theirs}; "
                 f"the book is {talk.place.value}", *talk.trace]  # fmt: skip
        for symbol in (talk.asks, talk.lends):
            if number := talk.number_at(symbol):
                lines += history_lines(symbol, self.town[symbol].shown(number))
        lines += [line for line in self.post.told if self._about(talk, line)]
        return "\n".join(lines)

    def quiet(self, days: int = 400, pace: int = 4) -> None:
        """Every letter arrives, and staff do what is plain, until every conversation is over."""
        self.post.bad = False
        for _ in range(0, days, pace):
            self.town.pass_time(days=pace)
            self._find_numbers()
            open_ones = self.stuck()
            if not open_ones:
                return
            pairs = dict(zip(map(id, self.talks), self.states(), strict=True))
            for talk in open_ones:
                asks, lends = pairs[id(talk)]
                self._plainly(talk, talk.asks, lends)
                self._plainly(talk, talk.lends, asks)

    def _plainly(self, talk: Talk, who: str, others_state: S) -> None:
        """``others_state``: what would be said on the telephone."""
        if not (number := talk.number_at(who)):
            return
        line = self.town[who].shown(number).line
        state, can = self.town[who].possible(number)
        desk = staff.Desk(
            borrows=who == talk.asks,
            state=state,
            can=set(can),
            attention=set(line.attention),
            place=talk.place.name,
            others_state=others_state,
            asked=talk.asked[who],
            today=self.town.now.date(),
        )
        for action, particulars in staff.plain(desk):
            if "heard_by" in particulars:
                self.calls += 1
            elif particulars.get("repeat") or action == "query":
                talk.asked[who] += 1
            self.do(talk, who, action, **particulars)

    def _about(self, talk: Talk, line: str) -> bool:
        ours = {
            f"{symbol} {letter.id} "
            for symbol in (talk.asks, talk.lends)
            if (number := talk.number_at(symbol))
            for letter in self.town[symbol].shown(number).letters
        }
        return any(name in line for name in ours)


def history_lines(symbol: str, shown: RequestDetails) -> Iterator[str]:
    line = shown.line
    yield f"{symbol} {line.number} is {line.state}, attention {', '.join(line.attention) or 'none'}:"
    for change in shown.history:
        moved = f"{change.from_state} → {change.to_state}"
        yield f"    {change.at:%Y-%m-%d %H:%M} {change.event}: {moved} {change.note} {change.cause['id']}"


def _states_of(office: Office) -> dict[str, S]:
    query = "SELECT r.number, t.state FROM request r JOIN transactions t ON t.request_id = r.id"
    return {number: S[state] for number, state in office.asked(f"{query} ORDER BY t.id")}
