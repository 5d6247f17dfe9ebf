"""Turn a reply code into the APDU that it means."""

from datetime import date, timedelta
from decimal import Decimal

from mailproc.ill.apdu import (
    Apdu,
    CancelReply,
    Due,
    IllAnswer,
    Message,
    Money,
    Overdue,
    Recall,
    RenewAnswer,
    Shipped,
)
from mailproc.ill.terms import ApduType, Ref, Results, Service
from mailproc.protocols.artemail.dates import read_date
from mailproc.protocols.artemail.tables.reply_codes import PrintedCode

_CURRENCIES = {"£": "GBP", "$": "USD", "€": "EUR"}


def message_of(
    found: PrintedCode, ref: Ref, printed: str, line_on: date | None, letter_on: date | None
) -> Apdu:
    """Return the APDU of a known code.

    ``line_on`` is the day in its line, ``letter_on`` the letter's; "reapply in n weeks" counts from the
    latter if known.
    """
    code, said = found.code, found.arguments
    due = read_date(said.get("due", ""))
    match code.kind:
        case ApduType.ILL_ANSWER:
            return _answer(found, ref, printed, letter_on or line_on)
        case ApduType.SHIPPED:
            service = Service(code.service) if code.service else None
            return Shipped(ref=ref, reply_code=printed, shipped_service=service, shipped_on=line_on)
        case ApduType.CANCEL_REPLY:
            return CancelReply(ref=ref, reply_code=printed, answer=bool(code.answer))
        case ApduType.RENEW_ANSWER:
            until = Due(on=due) if due else None
            return RenewAnswer(ref=ref, reply_code=printed, answer=bool(code.answer), due=until)
        case ApduType.OVERDUE:
            return Overdue(ref=ref, reply_code=printed, level=code.level)
        case ApduType.RECALL:
            return Recall(ref=ref, reply_code=printed)
    return Message(ref=ref, reply_code=printed)


def _answer(found: PrintedCode, ref: Ref, printed: str, on: date | None) -> IllAnswer:
    code, said = found.code, found.arguments
    return IllAnswer(
        ref=ref,
        reply_code=printed,
        results=code.results or Results.UNFILLED,
        reason=code.reason,
        position=int(said["position"]) if "position" in said else None,
        retry_on=_weeks_after(on, int(said["weeks"])) if on and "weeks" in said else None,
        supply_on=read_date(said.get("date", "")),
        cost_estimate=_money(said["amount"], said.get("currency", "")) if "amount" in said else None,
    )


def _weeks_after(on: date, weeks: int) -> date | None:
    try:
        return on + timedelta(weeks=weeks)
    except OverflowError:  # a letter dated at the end of the calendar
        return None


def _money(amount: str, currency: str) -> Money:
    return Money(
        amount=Decimal(amount.replace(",", ".")), currency=_CURRENCIES.get(currency, currency) or None
    )
