"""A borrower that speaks ISO 10161."""

from random import Random
from typing import Any

from mailproc.flow.context import Context
from mailproc.ill import apdu as said
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import Results, Role, Service, TransactionId
from tests.support.world import Sent
from year.borrower import Borrower, Order
from year.iso_wire import IsoWire
from year.post import Post
from year.script import LentPlay


class IsoBorrower(Borrower):
    def __init__(
        self, symbol: str, address: str, lent: list[LentPlay], post: Post, random: Random, context: Context
    ) -> None:
        super().__init__(symbol, address, lent, post, random)
        self.wire = IsoWire(symbol, address, Role.REQUESTER, context)

    def reads(self, sent: Sent) -> None:
        apdu = self.wire.read(sent)
        if apdu is None:
            return
        named = apdu.transaction or TransactionId()
        order = self.orders.get(f"{named.tgq}-{named.tq}")
        if order is None:
            self.complain(str(named), f"{type(apdu).__name__} about what was never asked for")
        else:
            self._hears(order, apdu)

    def _hears(self, order: Order, apdu: Apdu) -> None:
        match apdu:
            case said.Shipped():
                self.is_shipped(order, apdu.due.on if apdu.due else None)
            case said.IllAnswer(results=Results.UNFILLED):
                self.is_unfilled(order)
            case said.CancelReply():
                self.is_cancelled(order, yes=apdu.answer)
            case said.Overdue():
                self.is_demanded(order, apdu.due.on if apdu.due else None)
            case said.Recall():
                self.is_recalled(order)
            case said.RenewAnswer(answer=True):
                self.is_renewed(order, apdu.due.on if apdu.due else None)
            case said.RenewAnswer():
                self.is_not_renewed(order)
            case said.CheckedIn():
                self.is_checked_in(order)
            case said.StatusOrErrorReport(report=said.Report(kind="error")):
                self.complain(order.number, f"an error report: {apdu.report}")
            case _:
                pass

    def asks(self, order: Order) -> None:
        service = Service.LOAN if order.play.is_loan else Service.COPY
        item = said.Item(title=order.play.title, author="Locke, B.")
        self._say(order, said.IllRequest, services=(service,), item=item)

    def has_it(self, order: Order) -> None:
        service = Service.LOAN if order.play.is_loan else Service.COPY
        self._say(order, said.Received, received_on=self.today, shipped_service=service)

    def sends_back(self, order: Order) -> None:
        self._say(order, said.Returned, returned_on=self.today)

    def renews(self, order: Order) -> None:
        self._say(order, said.Renew)

    def cancels(self, order: Order) -> None:
        self._say(order, said.Cancel)

    def lost(self, order: Order) -> None:
        self._say(order, said.Lost)

    def _say(self, order: Order, kind: type[Apdu], **more: Any) -> None:
        tgq, _, tq = order.number.partition("-")
        named = TransactionId(initial_requester=self.symbol, tgq=tgq, tq=tq)
        self.post.write(self.wire.written(kind, named, self.now, **more), self.now)
