"""Act on a request at the desk: what a form says becomes an act, as by the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from mailproc.errors import LocalFault
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.ill.actions import AT_THE_DESK, DATE, HEARD_BY
from mailproc.ill.events import PUTTING_OFF
from mailproc.ill.status import status
from mailproc.ill.terms import State
from mailproc.office.acts import perform
from mailproc.office.acts.staff_act import StaffAct
from mailproc.office.desk import taking_back
from mailproc.office.desk.act_forms import is_asked_why
from mailproc.office.requests import due_date, notes, reader_letter
from mailproc.office.requests.due_date import DueDate, WithReceipt
from mailproc.office.requests.reader_letter import LetterInOwnWords
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.sentence import sentence
from mailproc.store.engine import Store

DOOR = AT_THE_DESK
MOST_ONCE = 64
"""Characters of a mark."""


@dataclass(frozen=True)
class ActDone:
    """What became of the request, and what follows, in words."""

    words: tuple[str, ...]


def note(store: Store, context: Context, person: StaffPerson, number: str, said: Mapping[str, str]) -> None:
    """Add a private note to the request. Raise LocalFault and TryLater."""
    person.must(StaffRole.WORK)
    once = said.get("once", "")[:MOST_ONCE]
    notes.add(store, context, number, _text(said, "text"), person.login, door=DOOR, once=once)


def act(store: Store, context: Context, person: StaffPerson, number: str, said: Mapping[str, str]) -> ActDone:
    """Do what the form says. Raise LocalFault (``Overtaken`` if somebody was quicker) and TryLater."""
    person.must(StaffRole.WORK)
    meant = _meant(number, said, person)
    if is_asked_why(meant.action) and not (meant.heard_by or meant.reason):
        raise LocalFault(sentence("unfilled-why"))
    due = _day(_text(said, "due")) if meant.action == "receive" and not meant.heard_by else None
    if meant.action == "undo":
        outcome = taking_back.take_back(store, context, meant)
    elif due is None:
        outcome = perform.perform(store, context, meant)
    else:
        wanted = DueDate(number, due, by=person.login, door=DOOR, seen=meant.seen)
        outcome = perform.perform(store, context, replace(meant, seen=""), WithReceipt(context, wanted))
    return ActDone(tuple(_words(number, outcome, context)))


def correct_due(
    store: Store, context: Context, person: StaffPerson, number: str, said: Mapping[str, str]
) -> ActDone:
    """Correct the due date of a loan. Raise LocalFault (``Overtaken`` if somebody was quicker), TryLater."""
    person.must(StaffRole.WORK)
    day = _day(_text(said, "due"))
    if day is None:
        raise LocalFault(sentence("date-written", option=DATE.word, given=""))
    wanted = DueDate(
        number, day, quiet=bool(said.get("quiet")), by=person.login, door=DOOR,
        seen=said.get("seen", "")[:MOST_ONCE],
    )  # fmt: skip
    done = due_date.correct(store, context, wanted)
    return ActDone(tuple(f"{number}: {context.language.word(one)}" for one in done.words))


def write_to_reader(
    store: Store, context: Context, person: StaffPerson, number: str, said: Mapping[str, str]
) -> ActDone:
    """Write to the reader what the form says. Raise LocalFault (``Overtaken`` too) and TryLater."""
    person.must(StaffRole.WORK)
    once, seen = said.get("once", "")[:MOST_ONCE], said.get("seen", "")[:MOST_ONCE]
    wanted = LetterInOwnWords(number, said.get("text", ""), person.login, DOOR, once, seen)
    done = reader_letter.write(store, context, wanted)
    return ActDone(tuple(f"{number}: {context.language.word(one)}" for one in done.words))


def _meant(number: str, said: Mapping[str, str], person: StaffPerson) -> StaffAct:
    return StaffAct(
        action=said.get("action", ""),
        number=number,
        on=_day(_text(said, "on")),
        answer=_answer(said.get("answer", "")),
        position=_number(said, "position"),
        level=_number(said, "level"),
        locations=tuple(said.get("locations", "").replace(",", " ").split()),
        quiet=bool(said.get("quiet")),
        wrong=bool(said.get("wrong")),
        partial=bool(said.get("partial")),
        anyway=bool(said.get("anyway")),
        heard_by=_heard_by(said.get("heard_by", "")),
        by=person.login,
        door=DOOR,
        once=said.get("once", "")[:MOST_ONCE],
        seen=said.get("seen", "")[:MOST_ONCE],
        note=_text(said, "note"),
        reason=_text(said, "reason"),
        condition=_text(said, "condition"),
        service=_text(said, "service"),
        cost=_text(said, "cost"),
        via=_text(said, "via"),
        to=_text(said, "to"),
        barcode=_text(said, "barcode"),
    )


def _text(said: Mapping[str, str], name: str) -> str:
    return said.get(name, "").strip()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise LocalFault(sentence("date-written", option=DATE.word, given=text[:40])) from None


def _answer(text: str) -> bool | None:
    if text not in ("", "yes", "no"):
        raise LocalFault(sentence("answer-yes-no"))
    return text == "yes" if text else None


def _number(said: Mapping[str, str], name: str) -> int | None:
    text = _text(said, name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise LocalFault(sentence("desk-number", given=text[:40]))
    return int(text)


def _heard_by(text: str) -> str:
    if text and text not in HEARD_BY:
        raise LocalFault(sentence("heard-by-one-of", known=", ".join(HEARD_BY)))
    return text


def _words(number: str, outcome: StepOutcome, context: Context) -> list[str]:
    """Return how it stands now, what was found about the event, and what follows."""
    language = context.language
    if not outcome.after:
        said = (language.noted_word(outcome.note), *map(language.word, outcome.words))
        return [f"{number}: {' '.join(filter(None, said))}"]
    stands = status(State[outcome.after], promise=outcome.promise, closed=outcome.event == "close")
    became = "noted" if outcome.event in ("note", *PUTTING_OFF) else "is_now"
    words = [language.label("act", became, number=number, status=language.status(stands, context.today()))]
    if outcome.note and outcome.note not in map(str, outcome.words):
        words.append(language.noted_word(outcome.note))
    return [*words, *map(language.word, outcome.words)]
