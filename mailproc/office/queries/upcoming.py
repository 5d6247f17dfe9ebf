"""Read what falls due next, and what will be done then if nobody acts. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.flow.advance import steps
from mailproc.flow.case import Case
from mailproc.flow.context import Context
from mailproc.flow.timers import transaction_timers
from mailproc.ill import reminders
from mailproc.ill.effects import AskAgain, AskStaff, Effect, FollowUpAct, Notify, Send
from mailproc.ill.events import Timer
from mailproc.ill.terms import ApduType
from mailproc.ill.transaction_state import Occurrence
from mailproc.office.queries.pending_timers import UNMATCHED, NextTimer
from mailproc.store import events, requests, timers, transactions
from mailproc.store.rows import DueTimer, Transaction

ASK_AGAIN = "ASK_AGAIN"


@dataclass(frozen=True)
class Coming:
    """One timer. ``number``: the attempt (B12-1), or the shelved message (E40).

    ``then``: an APDU that goes to the partner (its type; said before, it is said again as it was), ASK_AGAIN
    (an order under a new number), reader, or staff; '' if nothing follows. ``reason``: why staff are asked.
    """

    kind: str
    at: datetime
    number: str
    partner: str
    then: str
    reason: str = ""


def coming(connection: Connection, context: Context, most: int) -> list[Coming]:
    """Return the ``most`` timers that are due first, and what they will do as matters stand now."""
    found = [_coming(connection, context, row) for row in timers.next_ones(connection, most)]
    told = ApduType.STATUS_OR_ERROR_REPORT.name
    found += [
        Coming(UNMATCHED, row.not_before, f"E{row.id}", row.partner, told)
        for row in events.waiting_on_shelf(connection, most)
    ]
    return sorted(found, key=lambda one: one.at)[:most]


def of_attempts(
    connection: Connection, context: Context, attempts: Sequence[Transaction]
) -> tuple[NextTimer, ...]:
    """Return what happens to a request if nobody acts, the first at the top. ``attempts``: all of them."""
    found = []
    for one in attempts:
        waiting = {Timer(row.kind): row.due_at for row in timers.waiting(connection, one.id)}
        if waiting:
            case = Case(connection, one, steps.state_of(one), context)
            ahead = transaction_timers.ahead(case, waiting, context.clock())
            found += [NextTimer(kind.value, at) for kind, at in ahead.items()]
    return tuple(sorted(found, key=lambda one: one.at))


def _coming(connection: Connection, context: Context, row: DueTimer) -> Coming:
    kind = Timer(row.kind)
    transaction = transactions.load(connection, row.transaction_id)
    current = steps.state_of(transaction)
    at = max(row.due_at, context.clock())
    facts = transaction_timers.forecast(Case(connection, transaction, current, context), kind, at)
    levels = context.settings.overdue_levels
    done = reminders.effects(current, Occurrence(kind.value, None, facts), levels)
    then, reason = _then(done[-1]) if done else ("", "")
    number = requests.load(connection, transaction.request_id).number
    attempt = f"{number}-{transaction.attempt}"
    return Coming(kind.value, row.due_at, attempt, transaction.partner, then, reason)


def _then(effect: Effect) -> tuple[str, str]:
    match effect:
        case Send(apdu):
            return apdu.type.name, ""
        case FollowUpAct(_, apdu) if apdu is not None:
            return apdu.type.name, ""
        case AskAgain():
            return ASK_AGAIN, ""
        case Notify():
            return "reader", ""
        case AskStaff(reason):
            return "staff", reason
    return "", ""
