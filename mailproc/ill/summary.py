"""Summarise the content of an APDU in a few words for the history."""

from mailproc.ill.apdu import (
    Apdu,
    Damaged,
    ForwardNotification,
    IllAnswer,
    Money,
    Overdue,
    Renew,
    RenewAnswer,
    Returned,
    Shipped,
)
from mailproc.ill.terms import Results


def gist(apdu: Apdu) -> str:
    """Return a summary; '' if the type says everything.

    Dates are ISO 8601; reasons and conditions have the standard's names.
    """
    match apdu:
        case IllAnswer():
            parts = _answer(apdu)
        case Shipped():
            due = f"due {apdu.due.on}" if apdu.due else ""
            parts = [due, _money(apdu.cost), apdu.shipped_conditions, apdu.shipped_via]
        case Overdue() | RenewAnswer():
            parts = [f"due {apdu.due.on}" if apdu.due else ""]
        case Returned():
            sent = f"sent back on {apdu.returned_on}" if apdu.returned_on else ""
            parts = [sent, apdu.returned_via, _insured(apdu.insured_for)]
        case Damaged():
            parts = [apdu.damaged_details]
        case Renew():
            parts = [f"until {apdu.desired_due_on}" if apdu.desired_due_on else ""]
        case ForwardNotification():
            parts = [f"passed on to {apdu.responder}" if apdu.responder else ""]
        case _:
            parts = []
    return ", ".join(part for part in parts if part)


def _answer(answer: IllAnswer) -> list[str | None]:
    conditions = [
        one.condition + (f" (reply by {one.reply_by})" if one.reply_by else "") for one in answer.conditions
    ]
    where = [name for one in answer.locations if (name := one.symbol or one.name or one.note)]
    return [
        "on hold" if answer.results is Results.HOLD_PLACED else "",
        answer.reason,
        *conditions,
        f"place {answer.position}" if answer.position else "",
        f"again on {answer.retry_on}" if answer.retry_on else "",
        f"about {answer.supply_on}" if answer.supply_on else "",
        answer.cost_words or _money(answer.cost_estimate),
        f"see {' '.join(where)}" if where else "",
    ]


def _insured(money: Money | None) -> str:
    return f"insured for {_money(money)}" if money else ""


def _money(money: Money | None) -> str:
    return "" if money is None else f"{money.amount} {money.currency or ''}".strip()
