"""An order of a request after which another library was asked: it has a page of its own."""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.status import status
from mailproc.ill.terms import Role
from mailproc.notices.language import Language
from mailproc.office.desk.next_steps import NextStep
from mailproc.office.queries import find
from mailproc.store import requests, transactions
from mailproc.store.rows import Transaction


@dataclass(frozen=True)
class EarlierOrder:
    """``number``: of the order (B21-1), of the ``request`` B21."""

    number: str
    request: str
    row: Transaction


def named(connection: Connection, number: str) -> EarlierOrder | None:
    """Return the earlier order that ``number`` names; None if it names none, or the last one."""
    if not find.names_attempt(number):
        return None
    try:
        row = find.transaction_of(connection, number)
    except LocalFault:
        return None
    last = transactions.of_request(connection, row.request_id)[-1]
    return _order(connection, row) if row.id != last.id else None


def links(connection: Connection, number: str, context: Context) -> tuple[NextStep, ...]:
    """Return links to the earlier orders of a request of which something is out, or on its way."""
    attempts = transactions.of_number(connection, number)[:-1]
    orders = (_order(connection, one) for one in attempts if one.state.lent_out and one.closed_at is None)
    return tuple(NextStep(words(one, context), f"/r/{one.number}") for one in orders)


def link_back(order: EarlierOrder, language: Language) -> NextStep:
    """Return the link to the page of the request."""
    return NextStep(language.label("desk", "last_order", number=order.request), f"/r/{order.request}")


def words(order: EarlierOrder, context: Context) -> str:
    """Return which order it is, and how it stands."""
    language, row = context.language, order.row
    now = language.status(status(row.state, promise=row.promise), context.today())
    way = "borrow" if row.role is Role.REQUESTER else "lend"
    stands = language.label("show", way, partner=row.partner, status=now)
    return language.label("desk", "earlier_order", number=order.number, stands=stands)


def _order(connection: Connection, row: Transaction) -> EarlierOrder:
    request = requests.number_of(connection, row.request_id)
    return EarlierOrder(f"{request}-{row.attempt}", request, row)
