"""What a message of ours says beside its kind, in words for the people of the partner."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from mailproc.ill.apdu import (
    Apdu,
    CheckedIn,
    Damaged,
    Due,
    ForwardNotification,
    IllAnswer,
    Overdue,
    Received,
    Renew,
    RenewAnswer,
    Returned,
    Shipped,
    StatusOrErrorReport,
)
from mailproc.ill.note_sentences import LEVEL, POSITION, PRICE, parted
from mailproc.notices.language import Language
from mailproc.notices.note_words import said_in_note


def telling(
    apdu: Apdu, today: date, language: Language, name_of: Callable[[str], str] = str
) -> tuple[str, ...]:
    """A line for each thing that it says. Dates as everywhere in letters.

    Of its note only that is said for which it has no field (``remark`` is the rest).
    ``name_of`` a library by its symbol.
    """

    def line(name: str, value: Any) -> str:
        shown = language.day_word(value, today) if isinstance(value, date) else str(value)
        return language.texts.outgoing[name].format(value=shown)

    parts = (*_parts(apdu, language, name_of), *_in_note(apdu, language))
    return tuple(line(name, value) for name, value in parts if value)


def remark(apdu: Apdu) -> str:
    """Return its note without what ``telling`` says of it."""
    return parted(apdu.note).note


def _in_note(apdu: Apdu, language: Language) -> Iterator[tuple[str, Any]]:
    name, value = said_in_note(apdu.note, language)
    if name and not (name in (LEVEL, POSITION) and getattr(apdu, name, None) is not None):
        yield "cost" if name == PRICE else name, value


def _parts(apdu: Apdu, language: Language, name_of: Callable[[str], str]) -> Iterator[tuple[str, Any]]:
    match apdu:
        case IllAnswer():
            yield from _answer(apdu, language, name_of)
        case Shipped():
            yield from _shipped(apdu, language)
        case Returned():
            yield from (("on", apdu.returned_on), ("via", apdu.returned_via))
            yield "insured", language.amount(apdu.insured_for)
        case Overdue():
            yield from (("due", apdu.due and apdu.due.on), ("level", (apdu.level or 0) > 1 and apdu.level))
        case Renew() | RenewAnswer():
            yield from _renewal(apdu)
        case Received() | CheckedIn():
            yield from _here(apdu, language)
        case Damaged():
            yield "damage", apdu.damaged_details
        case ForwardNotification(responder=library):
            yield "responder", library and name_of(library)
        case StatusOrErrorReport():
            yield "state", _state(apdu, language)


def _renewal(said: Renew | RenewAnswer) -> Iterator[tuple[str, Any]]:
    if isinstance(said, RenewAnswer):
        yield from _due(said.due)
    else:
        yield "until", said.desired_due_on


def _state(said: StatusOrErrorReport, language: Language) -> str:
    state = said.report.current_state if said.report else None
    return language.term_word(state) if state else ""


def _shipped(shipped: Shipped, language: Language) -> Iterator[tuple[str, Any]]:
    service = shipped.shipped_service
    yield "service", service and language.service_word(service)
    yield from (("on", shipped.shipped_on), ("via", shipped.shipped_via))
    yield from (("sent_to", shipped.electronic_delivery), ("cost", language.amount(shipped.cost)))
    yield from _due(shipped.due)
    yield "insured", language.amount(shipped.insured_for)
    yield "insure_return", language.amount(shipped.return_insurance)
    condition = shipped.shipped_conditions
    yield "condition", condition and language.our_reason_word(condition)


def _here(said: Received | CheckedIn, language: Language) -> Iterator[tuple[str, Any]]:
    if isinstance(said, CheckedIn):
        yield "on", said.checked_in_on
    else:
        service = said.shipped_service
        yield from (("service", service and language.service_word(service)), ("on", said.received_on))


def _due(due: Due | None) -> Iterator[tuple[str, Any]]:
    if due is not None:
        yield from (("due", due.on), ("not_renewable", due.renewable is False))


def _answer(
    answer: IllAnswer, language: Language, name_of: Callable[[str], str]
) -> Iterator[tuple[str, Any]]:
    yield "reason", answer.reason and language.our_reason_word(answer.reason)
    for one in answer.conditions:
        yield from (("condition", language.our_reason_word(one.condition)), ("reply_by", one.reply_by))
    yield from (("position", answer.position), ("supply_on", answer.supply_on), ("retry_on", answer.retry_on))
    yield "cost", answer.cost_words or language.amount(answer.cost_estimate)
    where = (name_of(one.symbol) if one.symbol else one.name for one in answer.locations)
    yield "locations", ", ".join(filter(None, where))
