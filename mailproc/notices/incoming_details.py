"""Describe the content of a partner's message for staff."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from mailproc.ill.apdu import (
    Apdu,
    Damaged,
    IllAnswer,
    Overdue,
    Renew,
    RenewAnswer,
    Shipped,
    StatusOrErrorReport,
)
from mailproc.ill.note_sentences import parted
from mailproc.ill.refusal_reason import VAGUE
from mailproc.ill.terms import Role
from mailproc.notices.language import Language
from mailproc.notices.note_words import said_in_note

LONGEST = 500
"""Characters of a remark that are shown; the letter itself has all of them."""
MOST_UNREAD = 5
"""Fields that were not understood are shown, so many of one message."""


def said(
    apdu: Apdu,
    role: Role,
    reasons: Sequence[str],
    today: date,
    language: Language,
    *,
    beside: bool = True,
    means: Callable[[str], str] = lambda _code: "",
) -> tuple[str, ...]:
    """A line for each thing that it says: reason, conditions, days, costs, remark. ``role`` is ours;
    what ``reasons`` (codes of attention) say already is left out. ``beside``: with its reply code and remark;
    ``means``: what a reply code says, in English. Dates as everywhere in letters."""

    def line(name: str, value: Any) -> str:
        shown = language.day_word(value, today) if isinstance(value, date) else str(value)
        return language.texts.incoming[name].format(value=shown[:LONGEST])

    code = apdu.reply_code or ""
    meaning = means(code) if code else ""
    noted = (said_in_note(apdu.note, language), ("note", _remark(apdu, meaning)))
    words = (("reply_code", language.reply_code(code, meaning)), *noted)
    told = language.meaning(meaning) if meaning else ""
    parts = _parts(apdu, role, reasons, language)
    found = (
        *((name, value) for name, value in parts if not (name == "reason" and _in_code(apdu, value, told))),
        *(("unread", one) for one in _unread(apdu.extensions)),
        *(words if beside else ()),
    )
    return tuple(dict.fromkeys(line(name, value) for name, value in found if value))


def _in_code(apdu: Apdu, reason: str, told: str) -> bool:
    """Whether the code that stands beside it says the reason already. ``told``: what the code means."""
    return bool(told) and (reason == told or getattr(apdu, "reason", None) in VAGUE)


def _remark(apdu: Apdu, meaning: str) -> str:
    """What is said beside the code: what a code of old means may be kept as its remark."""
    return "" if apdu.note == meaning else parted(apdu.note).note


def question(kind: str, partner: str, address: str, symbol: str, language: Language) -> str:
    """What waits for staff's yes or no: ``kind`` is of what a letter taught (store/partner_addresses.py)."""
    partner, address, symbol = (" ".join(one.split())[:LONGEST] for one in (partner, address, symbol))
    return language.texts.questions[kind].format(partner=partner, address=address, library=symbol)


def plain_note(note: str, role: Role | str, language: Language) -> str:
    """A note of the history in words: reasons, conditions and the state that they report have codes."""
    reported = _REPORTED.sub(lambda hit: hit[1] + language.state_word(role, hit[2]), note)
    return _CODE.sub(lambda hit: language.condition_word(hit[0]), reported)


_CODE = re.compile(r"(?<![\w-])[a-z]+(?:-[a-z]+)+(?![\w-])")
_REPORTED = re.compile(r"(\bthey say )([A-Z_]+)\b")


def _unread(extensions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What stands in a field and is not what belongs there, in the letter's words, by the field's name."""
    strange = [one for one in extensions if "why" in one]
    for one in strange[:MOST_UNREAD]:
        if words := " ".join(_words(one["value"])):
            yield f"{one['at'].rpartition('/')[2]}: {' '.join(words.split())}"


def _words(value: Any) -> Iterator[str]:
    """The texts in a component as JSON (protocols/iso10161/fields/unmapped.py)."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name in ("text", "ascii") and isinstance(inner, str):
                yield inner
            else:
                yield from _words(inner)


def _parts(apdu: Apdu, role: Role, reasons: Sequence[str], language: Language) -> Iterator[tuple[str, Any]]:
    match apdu:
        case IllAnswer():
            yield from _answer(apdu, reasons, language)
        case RenewAnswer() | Overdue():
            yield "due", apdu.due.on if apdu.due else None
        case Shipped():
            yield from _shipped(apdu, language)
        case Renew():
            yield "until", apdu.desired_due_on
        case Damaged():
            yield "damage", apdu.damaged_details
        case StatusOrErrorReport(report=report) if report is not None:
            yield "problem", report.problem or report.reason_no_report
            if report.current_state:
                yield "state", language.state_word(role, report.current_state)


def _shipped(shipped: Shipped, language: Language) -> Iterator[tuple[str, Any]]:
    yield "due", shipped.due.on if shipped.due else None
    yield "condition", language.condition_word(shipped.shipped_conditions or "")
    yield "not_renewable", shipped.due is not None and shipped.due.renewable is False
    yield "insured", language.amount(shipped.insured_for)
    yield "return_insurance", language.amount(shipped.return_insurance)
    yield "price", language.amount(shipped.cost)


def _answer(answer: IllAnswer, reasons: Sequence[str], language: Language) -> Iterator[tuple[str, Any]]:
    if answer.reason and not (reasons and _asks(answer.reason) in reasons):
        yield "reason", language.reason_word(answer.reason)
    for one in answer.conditions:
        yield "condition", language.condition_word(one.condition)
        yield "reply_by", one.reply_by
    yield "position", answer.position
    yield "supply_on", answer.supply_on
    yield "retry_on", answer.retry_on
    yield "cost", answer.cost_words or language.amount(answer.cost_estimate)
    yield "locations", ", ".join(filter(None, (one.symbol or one.name for one in answer.locations)))


def _asks(reason: str) -> str | None:
    """The attention that says this reason already. Policy is loaded where a letter is written: whoever only
    shows a request does without."""
    from mailproc.ill.policy import ASK

    return ASK.get(reason)
