"""A library that lends to us and speaks ISO 10161: its own memory of each loan, and its own mind."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from mailproc.flow.context import Context
from mailproc.ill import apdu as said
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import Results, Role, Service, TransactionId
from tests.support.world import Sent
from year import house
from year.end import End
from year.iso_wire import IsoWire, named, repeated
from year.post import Parcel, Post
from year.script import Fate, Play, key_of

WAITS, CONDITION, SENT, RETURNING, OVER = "waits", "on condition", "is out", "is on its way back", "is over"
LOAN, SHORT, MORE = timedelta(days=28), timedelta(days=14), timedelta(days=21)


@dataclass
class Loan:
    """``told``: the last that it said of the order, to be said again to who asks again."""

    named: TransactionId
    play: Play
    loan: bool
    state: str = WAITS
    due: date = date.max
    demands: int = 0
    heard: tuple[type[Apdu], ...] = ()
    told: tuple[type[Apdu], dict[str, Any]] | None = None

    @property
    def number(self) -> str:
        return f"{self.named.tgq}-{self.named.tq}"


class IsoLender(End):
    def __init__(
        self, symbol: str, address: str, plays: list[Play], post: Post, random: Random, context: Context
    ) -> None:
        super().__init__(plays, post, random)
        self.symbol, self.address = symbol, address
        self.wire = IsoWire(symbol, address, Role.RESPONDER, context)
        self.loans: dict[str, Loan] = {}

    # what comes

    def reads(self, sent: Sent) -> None:
        apdu = self.wire.read(sent)
        if apdu is None:
            return
        known = self.loans.get(f"{named(apdu).tgq}-{named(apdu).tq}")
        if isinstance(apdu, said.IllRequest):
            self._asked(apdu, known)
        elif known is None:
            self.complain(str(apdu.transaction), f"{type(apdu).__name__} about what was never asked for")
        else:
            self._hears(known, apdu)

    def gets(self, parcel: Parcel) -> None:
        known = self.loans.get(parcel.slip)
        if known is None or known.state not in (SENT, RETURNING):
            self.complain(parcel.slip, "a book came back that was not out")
            return
        known.state = OVER
        self.on(self.today, lambda: self._say(known, said.CheckedIn, checked_in_on=self.today))

    def _asked(self, apdu: said.IllRequest, known: Loan | None) -> None:
        if known is not None:
            if not repeated(apdu):
                self.complain(known.number, "asked for twice under one number")
            elif known.told is not None:
                self._say(known, known.told[0], **known.told[1])
            return
        key = key_of(f"{apdu.item.title} {apdu.item.article_title}")
        if key is None:
            self.complain(str(apdu.transaction), "nothing that can be found")
            return
        loan = Loan(named(apdu), self.plays[key], Service.LOAN in apdu.services)
        self.loans[loan.number] = loan
        self._decides(loan, apdu.expiry)

    def _hears(self, loan: Loan, apdu: Apdu) -> None:
        if type(apdu) in loan.heard and type(apdu) in ONCE and not repeated(apdu):
            self.complain(loan.number, f"{type(apdu).__name__} twice")
        loan.heard = (*loan.heard, type(apdu))
        answer = ANSWERS.get(type(apdu))
        if answer is not None:
            answer(self, loan, apdu)

    # what it decides

    def _decides(self, loan: Loan, expiry: date | None) -> None:
        fate = loan.play.fate
        if self.supplies(loan.play):
            if loan.play.key % 11 == 0:
                self.later(1, lambda: self._on_condition(loan))
            else:
                self._promises(loan)
                self.later(self.random.randrange(2, 8), lambda: self._send(loan))
        elif fate is Fate.EXPIRED and expiry is not None:
            self.on(expiry + timedelta(days=1), lambda: self._ends(loan, said.Expired))
        elif fate is Fate.CANCELLED:
            self.later(1, lambda: self._answers(loan, Results.HOLD_PLACED, supply_on=self.today + LOAN))
        else:
            reason = self.random.choice(("not-owned", "in-use-on-loan", "not-on-shelf", "lost"))
            many = self.random.randrange(1, 5)
            self.later(
                many, lambda: self._ends(loan, said.IllAnswer, results=Results.UNFILLED, reason=reason)
            )

    def _promises(self, loan: Loan) -> None:
        if loan.play.key % 3 == 0:
            self.later(1, lambda: self._answers(loan, Results.WILL_SUPPLY))

    def _on_condition(self, loan: Loan) -> None:
        if loan.state == WAITS:
            loan.state = CONDITION
            self._answers(loan, Results.CONDITIONAL, conditions=(said.Condition(condition="charges"),))

    def _answers(self, loan: Loan, results: Results, **more: Any) -> None:
        if loan.state in (WAITS, CONDITION):
            self._say(loan, said.IllAnswer, results=results, **more)

    def _ends(self, loan: Loan, kind: type[Apdu], **more: Any) -> None:
        if loan.state in (WAITS, CONDITION):
            loan.state = OVER
            self._say(loan, kind, **more)

    def _send(self, loan: Loan) -> None:
        if loan.state not in (WAITS, CONDITION):
            return
        loan.state = SENT if loan.loan else OVER
        more: dict[str, Any] = {"shipped_service": Service.LOAN if loan.loan else Service.COPY}
        if loan.loan:
            loan.due = self.today + (SHORT if loan.play.key % 17 == 0 else LOAN)
            more["due"] = said.Due(on=loan.due, renewable=loan.play.key % 4 != 0)
            self.on(loan.due + timedelta(days=3), lambda: self._demands(loan))
            if loan.play.key % 29 == 0:
                self.later(15, lambda: self._recalls(loan))
        self._say(loan, said.Shipped, shipped_on=self.today, **more)
        if loan.loan or loan.play.by_post:
            self.post.send(Parcel(house.US, loan.number, loan.play.key, None), self.now)
        else:
            self.post.copies.add(loan.number)

    def _demands(self, loan: Loan) -> None:
        if loan.state == SENT and loan.due < self.today and loan.demands < 3:
            loan.demands += 1
            self._say(loan, said.Overdue, due=said.Due(on=loan.due), level=loan.demands)
            self.later(7, lambda: self._demands(loan))

    def _recalls(self, loan: Loan) -> None:
        if loan.state == SENT:
            self._say(loan, said.Recall)

    # what it is told

    def _cancel(self, loan: Loan, _apdu: Apdu) -> None:
        if said.Received in loan.heard:
            self.complain(loan.number, "cancelled after it was received")
        stops = loan.state in (WAITS, CONDITION)
        loan.state = OVER if stops else loan.state
        self._say(loan, said.CancelReply, answer=stops)

    def _renew(self, loan: Loan, _apdu: Apdu) -> None:
        if loan.state != SENT:
            self.complain(loan.number, f"asked to renew what {loan.state}")
        yes = loan.state == SENT and loan.play.key % 4 != 0
        if yes:
            loan.due = max(loan.due, self.today) + MORE
            loan.demands = 0
            self.on(loan.due + timedelta(days=3), lambda: self._demands(loan))
        more = {"due": said.Due(on=loan.due, renewable=False)} if yes else {}
        self.later(1, lambda: self._say(loan, said.RenewAnswer, answer=yes, **more))

    def _agrees(self, loan: Loan, apdu: Apdu) -> None:
        if isinstance(apdu, said.ConditionalReply) and apdu.answer:
            self.later(2, lambda: self._send(loan))
        else:
            self.complain(loan.number, "no to a condition that our staff always accept")

    def _received(self, loan: Loan, _apdu: Apdu) -> None:
        if loan.state in (WAITS, CONDITION):
            self.complain(loan.number, "received what was never sent")

    def _returned(self, loan: Loan, _apdu: Apdu) -> None:
        if loan.state == SENT:
            loan.state = RETURNING
        elif loan.state != OVER:
            self.complain(loan.number, "returned what was never sent")

    def _lost(self, loan: Loan, _apdu: Apdu) -> None:
        loan.state = OVER

    def _queried(self, loan: Loan, _apdu: Apdu) -> None:
        if loan.told is not None:
            self._say(loan, loan.told[0], **loan.told[1])

    def _reported(self, loan: Loan, apdu: Apdu) -> None:
        report = apdu.report if isinstance(apdu, said.StatusOrErrorReport) else None
        if report is not None and report.kind == "error":
            self.complain(loan.number, f"an error report: {report}")

    def _say(self, loan: Loan, kind: type[Apdu], **more: Any) -> None:
        loan.told = (kind, more)
        self.post.write(self.wire.written(kind, loan.named, self.now, **more), self.now)


ONCE = (said.Received, said.Returned, said.Lost)
"""What a borrower says once of a loan."""
ANSWERS = {
    said.Cancel: IsoLender._cancel,
    said.Renew: IsoLender._renew,
    said.ConditionalReply: IsoLender._agrees,
    said.Received: IsoLender._received,
    said.Returned: IsoLender._returned,
    said.Lost: IsoLender._lost,
    said.StatusQuery: IsoLender._queried,
    said.StatusOrErrorReport: IsoLender._reported,
}
