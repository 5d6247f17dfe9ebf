"""What a message of ours says beside its kind, in words for the people of the partner."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from mailproc.ill.apdu import (
    Apdu,
    CheckedIn,
    Damaged,
    ForwardNotification,
    IllAnswer,
    Money,
    Overdue,
    Received,
    Renew,
    RenewAnswer,
    Returned,
    Shipped,
)
from mailproc.notices import words
from mailproc.notices.said import condition_word

ENGLISH: Mapping[str, str] = {
    "due": "due back on {}", "until": "until {}", "damage": "the damage: {}", "on": "on {}", "via": "by {}",
    "insured": "insured for {}", "cost": "the price: {}", "condition": "our condition: {}",
    "reply_by": "please answer by {}", "reason": "the reason: {}", "position": "place {} on the waiting list",
    "supply_on": "expected on {}", "retry_on": "please ask again on {}", "locations": "held by {}",
    "responder": "it is with {} now", "level": "this is reminder {}",
}  # fmt: skip
GERMAN: Mapping[str, str] = {
    "due": "zurückzugeben bis {}", "until": "bis {}", "damage": "der Schaden: {}", "on": "am {}",
    "via": "mit {}", "insured": "versichert mit {}", "cost": "der Preis: {}",
    "condition": "unsere Bedingung: {}", "reply_by": "bitte antworten Sie bis {}", "reason": "der Grund: {}",
    "position": "Platz {} auf der Warteliste", "supply_on": "voraussichtlich am {}",
    "retry_on": "bitte fragen Sie am {} noch einmal", "locations": "vorhanden bei {}",
    "responder": "es ist jetzt bei {}", "level": "dies ist die {}. Mahnung",
}  # fmt: skip


def telling(apdu: Apdu, today: date, language: str = "en") -> tuple[str, ...]:
    """A line for each thing that it says; its note is not among them. Dates as everywhere in letters."""
    phrases = GERMAN if language.partition("-")[0] == "de" else ENGLISH

    def line(name: str, value: Any) -> str:
        shown = words.date_word(value, today, language) if isinstance(value, date) else str(value)
        return phrases[name].format(shown)

    return tuple(line(name, value) for name, value in _parts(apdu, language) if value)


def _parts(apdu: Apdu, language: str) -> Iterator[tuple[str, Any]]:
    match apdu:
        case IllAnswer():
            yield from _answer(apdu, language)
        case Shipped():
            yield from (("on", apdu.shipped_on), ("via", apdu.shipped_via), ("cost", money_word(apdu.cost)))
            yield "due", apdu.due and apdu.due.on
        case Returned():
            yield from (("on", apdu.returned_on), ("via", apdu.returned_via))
            yield "insured", money_word(apdu.insured_for)
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


def _answer(answer: IllAnswer, language: str) -> Iterator[tuple[str, Any]]:
    yield "reason", answer.reason and words.reason_word(answer.reason, language)
    for one in answer.conditions:
        yield from (("condition", condition_word(one.condition, language)), ("reply_by", one.reply_by))
    yield from (("position", answer.position), ("supply_on", answer.supply_on), ("retry_on", answer.retry_on))
    yield "cost", answer.cost_words or money_word(answer.cost_estimate)
    yield "locations", ", ".join(filter(None, (one.symbol or one.name for one in answer.locations)))


def money_word(money: Money | None) -> str:
    """An amount with its currency; '' of none."""
    return f"{money.amount} {money.currency or ''}".strip() if money else ""
