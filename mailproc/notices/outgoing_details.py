"""What a message of ours says beside its kind, in words for the people of the partner."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from mailproc.ill.apdu import (
    Apdu,
    CheckedIn,
    Damaged,
    ForwardNotification,
    IllAnswer,
    Overdue,
    Received,
    Renew,
    RenewAnswer,
    Returned,
    Shipped,
)
from mailproc.notices.language import Language


def telling(apdu: Apdu, today: date, language: Language) -> tuple[str, ...]:
    """A line for each thing that it says; its note is not among them. Dates as everywhere in letters."""

    def line(name: str, value: Any) -> str:
        shown = language.day_word(value, today) if isinstance(value, date) else str(value)
        return language.texts.outgoing[name].format(value=shown)

    return tuple(line(name, value) for name, value in _parts(apdu, language) if value)


def _parts(apdu: Apdu, language: Language) -> Iterator[tuple[str, Any]]:
    match apdu:
        case IllAnswer():
            yield from _answer(apdu, language)
        case Shipped():
            yield from (
                ("on", apdu.shipped_on),
                ("via", apdu.shipped_via),
                ("cost", language.amount(apdu.cost)),
            )
            yield "due", apdu.due and apdu.due.on
        case Returned():
            yield from (("on", apdu.returned_on), ("via", apdu.returned_via))
            yield "insured", language.amount(apdu.insured_for)
        case Overdue():
            yield from (("due", apdu.due and apdu.due.on), ("level", (apdu.level or 0) > 1 and apdu.level))
        case RenewAnswer():
            yield "due", apdu.due and apdu.due.on
        case Renew():
            yield "until", apdu.desired_due_on
        case Received(received_on=on) | CheckedIn(checked_in_on=on):
            yield "on", on
        case Damaged():
            yield "damage", apdu.damaged_details
        case ForwardNotification():
            yield "responder", apdu.responder


def _answer(answer: IllAnswer, language: Language) -> Iterator[tuple[str, Any]]:
    yield "reason", answer.reason and language.reason_word(answer.reason)
    for one in answer.conditions:
        yield from (("condition", language.condition_word(one.condition)), ("reply_by", one.reply_by))
    yield from (("position", answer.position), ("supply_on", answer.supply_on), ("retry_on", answer.retry_on))
    yield "cost", answer.cost_words or language.amount(answer.cost_estimate)
    yield "locations", ", ".join(filter(None, (one.symbol or one.name for one in answer.locations)))
