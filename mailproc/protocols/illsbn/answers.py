"""ILL-Answer: the child of Answer-type is the result, and holds what there is to say."""

from typing import Any, NamedTuple

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Condition, IllAnswer
from mailproc.ill.date_arithmetic import later
from mailproc.ill.terms import Results
from mailproc.protocols.field_codec import Tree, UnreadableComponent
from mailproc.protocols.illsbn import codes, money
from mailproc.protocols.illsbn.codes import ANSWERS, CONDITION
from mailproc.protocols.illsbn.dates import WRAPPED
from mailproc.protocols.illsbn.text import NOTES, attribute_of
from mailproc.sentence import sentence

AT = "Answer-type"
DAYS_TO_REPLY = 7
"""To a condition that names no day: systems behind the hub need one."""
_NAMES = {results: name for name, results in ANSWERS.items()}


class DayOf(NamedTuple):
    """The element that holds the day of an answer, and its field."""

    element: str
    field: str


_DAYS = {
    Results.WILL_SUPPLY: DayOf("Supply-date", "supply_on"),
    Results.HOLD_PLACED: DayOf("Estimate-date-available", "supply_on"),
}


def read(tree: Tree, values: dict[str, Any], unread: dict[str, str]) -> None:
    said = tree.get(AT)
    answers = said if isinstance(said, dict) else {}
    name = next((one for one in answers if one in ANSWERS), None)
    if name is None:
        unread[AT] = f"one of {', '.join(ANSWERS)}"
        return
    results, inner = ANSWERS[name], answers[name]
    values["results"] = results
    inner = inner if isinstance(inner, dict) else {}
    try:
        values |= _details(results, inner)
    except UnreadableComponent as problem:
        unread[f"{AT}/{name}"] = str(problem)


def _details(results: Results, inner: Tree) -> dict[str, Any]:
    if results in _DAYS:
        day = _DAYS[results]
        on = WRAPPED.read(inner.get(day.element, ""))
        return {day.field: on} if on else {}
    if results is Results.CONDITIONAL:
        code, by = attribute_of(inner, "conditions"), WRAPPED.read(inner.get("Date-for-reply", ""))
        condition = CONDITION.read(code) if code else "other"
        return {"conditions": (Condition(condition=condition, reply_by=by),)}
    if results is Results.ESTIMATE:
        return _estimate(inner)
    return {}


def _estimate(inner: Tree) -> dict[str, Any]:
    said = inner.get("Cost-estimate")
    words = NOTES.read(said.get("Note", "")) if isinstance(said, dict) else None
    if not words:
        return {}
    amount = money.from_words(words)
    return {"cost_estimate": amount} if amount else {"cost_words": words}


def write(answer: IllAnswer, tree: Tree) -> None:
    inner: Tree = {}
    if answer.results in _DAYS:
        day = _DAYS[answer.results]
        if on := getattr(answer, day.field):
            inner[day.element] = WRAPPED.write(on)
    elif answer.results is Results.CONDITIONAL:
        inner = _conditional(answer)
    elif answer.results is Results.ESTIMATE:
        words = money.in_words(answer.cost_estimate) if answer.cost_estimate else answer.cost_words
        if notes := words and NOTES.write(words):
            inner["Cost-estimate"] = {"Note": notes}
    tree[AT] = {_NAMES[answer.results]: inner or ""}


def _conditional(answer: IllAnswer) -> Tree:
    said = condition_of(answer)
    inner: Tree = {"@conditions": CONDITION.write(said.condition)}
    if said.reply_by:
        inner["Date-for-reply"] = WRAPPED.write(said.reply_by)
    return inner


def condition_of(answer: IllAnswer) -> Condition:
    """Return the one condition that has room; without one, the reason is the condition."""
    return next(iter(answer.conditions), Condition(condition=answer.reason or codes.OTHER))


def complete(answer: IllAnswer, tree: Tree) -> None:
    """Add what must be there: of a Will-supply a day, empty where nobody knows it; of a condition an end.

    Raise LocalFault for a Hold-placed without its day: systems behind the hub fail on that.
    """
    inner = tree[AT]
    if answer.results is Results.HOLD_PLACED and not inner["Hold-placed"]:
        said_by = "supply_on, the date when it may be available"
        raise LocalFault(sentence("answer-needs", answer=str(answer.results), field=said_by))
    if answer.results is Results.CONDITIONAL and answer.sent_at:
        by = later(answer.sent_at.date(), DAYS_TO_REPLY)
        inner["Conditional"].setdefault("Date-for-reply", WRAPPED.write(by))
    if answer.results is Results.WILL_SUPPLY and not inner["Will-supply"]:
        inner["Will-supply"] = {"Supply-date": ""}
