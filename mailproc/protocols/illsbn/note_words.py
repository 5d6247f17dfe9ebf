"""What a message says in its note: what has no element, and the days that the hub itself writes as words.

Words of ours are plain English, as everywhere where a system's people read them; the hub's are its own, and
read where their element is missing.
"""

import re
from collections.abc import Iterator
from datetime import date

from mailproc.ill.apdu import Apdu, Damaged, IllAnswer, Money, Overdue, Renew, Returned, Shipped
from mailproc.ill.note_sentences import LEVEL, POSITION, written
from mailproc.ill.terms import Results
from mailproc.protocols.illsbn import answers, codes, money
from mailproc.protocols.illsbn.text import tidy

DUE, DESIRED_DUE, AVAILABLE = "Data di scadenza", "Data di nuova scadenza proposta", "Disponibile dal"
_CUT = "…"
_COST = re.compile(r"Costo: ?([A-Z]{3}) ?([0-9]{1,10}(?:[.,][0-9]{1,4})?)")
_DAYS = {
    name: re.compile(rf"{name}: ?([0-9]{{2}}/[0-9]{{2}}/[0-9]{{4}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})")
    for name in (DUE, DESIRED_DUE, AVAILABLE)
}


def day_in(note: str | None, name: str) -> date | None:
    """Return the day that the hub's words name; None if they name none."""
    said = _DAYS[name].search(note or "")
    if said is None:
        return None
    parts = said[1].split("/")
    try:
        return date.fromisoformat("-".join(reversed(parts)) if len(parts) == 3 else said[1])
    except ValueError:
        return None


def cost_in(note: str | None) -> Money | None:
    said = _COST.search(note or "")
    return Money(amount=money.number(said[2]), currency=said[1]) if said else None


def day_line(name: str, day: date) -> str:
    """Return the hub's words for a day."""
    return f"{name}: {day.day:02}/{day.month:02}/{day.year:04}"


def without_day(note: str | None, name: str, day: date) -> str | None:
    """Return the note without the line that says the day once more."""
    line = day_line(name, day)
    return "\n".join(one for one in (note or "").split("\n") if one != line).strip() or None


def with_words(note: str | None, words: list[str]) -> str:
    """Return the note with ``words`` behind it, each once, on a line of its own."""
    said = tidy(note or "")
    for one in words:
        if tidy(one) not in said:
            said = "\n".join(filter(None, (said, tidy(one))))
    return said


def fitted(note: str | None, words: list[str], most: int) -> str:
    """Return the note with ``words``, of ``most`` characters: what a person wrote is shortened first."""
    said = with_words(note, words)
    if len(said) <= most:
        return said
    behind = said[len(tidy(note or "")) :].strip()
    room = most - len(behind) - 2
    return (
        f"{tidy(note or '')[:room].rstrip()}{_CUT}\n{behind}".strip()
        if room > 0
        else f"{said[: most - 1]}{_CUT}"
    )


def of(apdu: Apdu) -> list[str]:
    """Return in words what the message means and no element can say."""
    match apdu:
        case IllAnswer():
            return list(_answer(apdu))
        case Shipped():
            return list(_shipped(apdu))
        case Returned(returned_via=via, insured_for=insured):
            return [*_named("Sent by", via), *_amount("Insured for", insured)]
        case Overdue(level=level) if (level or 0) > 1:
            return [written(LEVEL, str(level))]
        case Damaged(damaged_details=details) if details:
            return [details]
        case Renew(desired_due_on=day) if day:
            return [day_line(DESIRED_DUE, day)]
    return []


def _answer(answer: IllAnswer) -> Iterator[str]:
    if answer.results is Results.CONDITIONAL:
        first = answers.condition_of(answer).condition
        others = [one.condition for one in answer.conditions[1:]]
        for one in ([] if codes.has_code(first) else [first]) + others:
            yield f"Condition: {_plain(one)}."
    elif answer.reason:
        yield f"Reason: {_plain(answer.reason)}."
    if answer.retry_on:
        yield f"Ask again from {answer.retry_on.isoformat()}."
    if answer.position is not None:
        yield written(POSITION, str(answer.position))
    for place in answer.locations:
        named = ", ".join(filter(None, (place.symbol, place.name, place.note)))
        yield f"Held by: {named}."


def of_result(results: Results, answer: IllAnswer) -> list[str]:
    """Return in words a result that goes out as Unfilled."""
    estimate = money.in_words(answer.cost_estimate) if answer.cost_estimate else answer.cost_words
    said = {
        Results.RETRY: "Not available now.",
        Results.LOCATIONS_PROVIDED: "Other libraries hold it.",
        Results.ESTIMATE: f"It would cost {estimate}." if estimate else "",
    }
    return [words] if (words := said.get(results, "")) else []


def _shipped(shipped: Shipped) -> Iterator[str]:
    yield from _named("Condition", shipped.shipped_conditions and _plain(shipped.shipped_conditions))
    yield from _named("Sent from", shipped.supplier)
    yield from _amount("Insured for", shipped.insured_for)
    yield from _amount("Please insure the return for", shipped.return_insurance)
    if shipped.due and shipped.due.renewable is False:
        yield "The loan cannot be renewed."


def _named(what: str, value: str | None) -> Iterator[str]:
    if value:
        yield f"{what}: {value}."


def _amount(what: str, amount: Money | None) -> Iterator[str]:
    if amount:
        yield f"{what}: {money.in_words(amount)}."


def _plain(code: str) -> str:
    return code.replace("-", " ")
