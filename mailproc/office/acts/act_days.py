"""Refuse a day that cannot be right: before the request, far ahead, or a renewal that shortens the loan."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.matching import item_received
from mailproc.ill import apdu_json
from mailproc.ill.actions import DATE
from mailproc.ill.apdu import Received
from mailproc.ill.date_arithmetic import later
from mailproc.ill.terms import Role
from mailproc.office.acts.staff_act import StaffAct
from mailproc.sentence import Word, sentence
from mailproc.store import events, requests
from mailproc.store.rows import Transaction

MOST_YEARS = 5
ENTERED_LATE: Mapping[Role, timedelta] = MappingProxyType(
    {Role.REQUESTER: timedelta(days=31), Role.RESPONDER: timedelta(days=366)}
)
"""What was asked, or lent, by hand may be entered so long after it."""

DEEDS = frozenset({"receive", "return", "check-in"})
"""Acts whose day is that of the deed; others name a day to come, or a due date."""


def check(connection: Connection, act: StaffAct, transaction: Transaction, context: Context) -> None:
    """Raise LocalFault if the day of ``act`` cannot be right, with the day that it contradicts.

    A day told by the partner is refused too: the history would state it as a fact.
    """
    if act.on is None:
        return
    deed = act.action in DEEDS and not _by_hand(connection, transaction)
    check_day(connection, DATE.word, act.on, transaction, context, timedelta() if deed else None)
    came = _came_on(connection, transaction, context) if act.action == "return" else None
    if came is not None and act.on < came:
        raise LocalFault(sentence("act-day-before-receipt", day=act.on, came=came))
    left = _left_on(connection, transaction, context) if act.action in DEEDS else None
    if left is not None and act.on < left:
        raise LocalFault(sentence("act-day-before-ship", day=act.on, left=left))
    due = transaction.due_on
    if act.action == "renew-reply" and act.answer and not act.heard_by and due is not None and act.on < due:
        raise LocalFault(sentence("act-day-earlier", day=act.on, due=due))


def check_day(
    connection: Connection,
    option: Word,
    day: date,
    transaction: Transaction,
    context: Context,
    before: timedelta | None = None,
) -> None:
    """Raise LocalFault if the ``day`` of an ``option`` is years ahead, or was long before the request.

    ``before``: how long before it may be; None for what may have been entered late.
    """
    if day > later(context.today(), 365 * MOST_YEARS):
        raise LocalFault(sentence("act-day-far", option=option, day=day, years=MOST_YEARS))
    asked = context.local(requests.load(connection, transaction.request_id).created_at).date()
    if day < asked - (ENTERED_LATE[transaction.role] if before is None else before):
        raise LocalFault(sentence("act-day-absurd", option=option, day=day, asked=asked))


def _by_hand(connection: Connection, transaction: Transaction) -> bool:
    """Return whether staff entered the request: what it is about may have happened before."""
    asked = events.last_of(connection, transaction.id, ("ILL_REQUEST",))
    return asked is None or asked.cause == "staff"


def _left_on(connection: Connection, transaction: Transaction, context: Context) -> date | None:
    """Return the first day on which what we lend can have left; None if we have not recorded that it did.

    It is the day on which staff recorded it, or that of the request, if staff entered that later.
    """
    happened = events.standing(connection, transaction.id)
    shipped = next((one for one in happened if one.type == "ship"), None)
    if shipped is None:
        return None
    left = context.local(shipped.at).date()
    asked_on = next(
        ((one.facts or {}).get("asked_on") for one in happened if one.type == "ILL_REQUEST"), None
    )
    return min(date.fromisoformat(asked_on), left) if asked_on else left


def _came_on(connection: Connection, transaction: Transaction, context: Context) -> date | None:
    """Return the day on which staff recorded the item as received, in words or by the day itself."""
    receipt = item_received.receipt_event(connection, transaction.id)
    if receipt is None:
        return None
    said = apdu_json.from_json(receipt.apdu) if receipt.apdu else None
    named = said.received_on if isinstance(said, Received) else None
    return named or context.local(receipt.at).date()
