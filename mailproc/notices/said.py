"""What a partner's message says beside its kind, in words for staff."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from mailproc.ill.apdu import (
    Apdu,
    Damaged,
    IllAnswer,
    Money,
    Overdue,
    Renew,
    RenewAnswer,
    Shipped,
    StatusOrErrorReport,
)
from mailproc.ill.terms import Role
from mailproc.notices import phrases, words
from mailproc.notices.phrases import Phrases

PHRASES: Mapping[str, Phrases] = {"en": phrases.ENGLISH, "de": phrases.GERMAN}
LONGEST = 500
"""Characters of a remark that are shown; the letter itself has all of them."""


def said(
    apdu: Apdu, role: Role, reasons: Sequence[str], today: date, language: str = "en"
) -> tuple[str, ...]:
    """A line for each thing that it says: reason, conditions, days, costs, remark. ``role`` is ours;
    what ``reasons`` (codes of attention) say already is left out. Dates as everywhere in letters."""
    spoken = _phrases(language)

    def line(name: str, value: Any) -> str:
        shown = words.date_word(value, today, language) if isinstance(value, date) else str(value)
        return spoken.said[name].format(shown[:LONGEST])

    found = (*_parts(apdu, role, reasons, language), ("reply_code", apdu.reply_code), ("note", apdu.note))
    return tuple(line(name, value) for name, value in found if value)


def way_word(key: str, language: str = "en") -> str:
    """What a command does, by its key among the phrases' ``ways``; else the word of the act."""
    return _phrases(language).ways.get(key) or words.action_word(key.removeprefix("act "), language)


def people_word(to: str, language: str = "en") -> str:
    """Who a notice to "patron" or "staff" goes to."""
    return _phrases(language).people[to]


def question(kind: str, partner: str, address: str, symbol: str, language: str = "en") -> str:
    """What staff are to say yes or no to: ``kind`` is of what a letter taught (store/learned.py)."""
    named = (" ".join(one.split())[:LONGEST] for one in (partner, address, symbol))
    return _phrases(language).questions[kind].format(*named)


def condition_word(condition: str, language: str = "en") -> str:
    return _phrases(language).conditions.get(condition) or words.reason_word(condition, language)


def plain_note(note: str, role: Role | str, language: str = "en") -> str:
    """A note of the history in words: reasons, conditions and the state that they report have codes."""
    reported = _REPORTED.sub(lambda hit: hit[1] + words.state_word(role, hit[2], language), note)
    return _CODE.sub(lambda hit: condition_word(hit[0], language), reported)


_CODE = re.compile(r"(?<![\w-])[a-z]+(?:-[a-z]+)+(?![\w-])")
_REPORTED = re.compile(r"(\bthey say )([A-Z_]+)\b")


def _phrases(language: str) -> Phrases:
    return PHRASES.get(language.partition("-")[0], phrases.ENGLISH)


def _parts(apdu: Apdu, role: Role, reasons: Sequence[str], language: str) -> Iterator[tuple[str, Any]]:
    match apdu:
        case IllAnswer():
            yield from _answer(apdu, reasons, language)
        case RenewAnswer() | Overdue() | Shipped():
            yield "due", apdu.due.on if apdu.due else None
        case Renew():
            yield "until", apdu.desired_due_on
        case Damaged():
            yield "damage", apdu.damaged_details
        case StatusOrErrorReport(report=report) if report is not None:
            yield "problem", report.problem or report.reason_no_report
            if report.current_state:
                yield "state", words.state_word(role, report.current_state, language)


def _answer(answer: IllAnswer, reasons: Sequence[str], language: str) -> Iterator[tuple[str, Any]]:
    if answer.reason and not (reasons and _asks(answer.reason) in reasons):
        yield "reason", words.reason_word(answer.reason, language)
    for one in answer.conditions:
        yield "condition", condition_word(one.condition, language)
        yield "reply_by", one.reply_by
    yield "position", answer.position
    yield "supply_on", answer.supply_on
    yield "retry_on", answer.retry_on
    yield "cost", answer.cost_words or _money(answer.cost_estimate)
    yield "locations", ", ".join(filter(None, (one.symbol or one.name for one in answer.locations)))


def _money(money: Money | None) -> str:
    return f"{money.amount} {money.currency or ''}".strip() if money else ""


def _asks(reason: str) -> str | None:
    """The attention that says this reason already. Policy is loaded where a letter is written: whoever only
    shows a request does without."""
    from mailproc.ill.policy import ASK

    return ASK.get(reason)
