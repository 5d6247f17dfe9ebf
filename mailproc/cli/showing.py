"""What `show` says of one request, for a librarian's eyes: its particulars and its whole history."""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from mailproc.cli import output
from mailproc.flow.premises import Premises
from mailproc.ill.terms import Role, State
from mailproc.notices.citation import cited
from mailproc.notices.language_files import ENGLISH
from mailproc.notices.said import plain_note
from mailproc.office.listing import Line
from mailproc.office.questions import Change, Shown

ASKED = {
    "services": "Service", "keywords": "Words", "patron": "Reader", "delivery": "Deliver to",
    "billing": "Bill to", "expiry": "Expires", "level_of_service": "Level", "max_cost": "At most",
    "copyright_compliance": "Copyright", "place_on_hold": "Hold",
}  # fmt: skip
"""What `show` calls what a partner's request says."""


FOLDED = 3
"""So many lines of a history that say the same become one."""

UNTOLD = {
    "patron/arrived": "it is here", "patron/unfilled": "no library can supply it",
    "patron/due_soon": "it must go back soon", "patron/overdue": "it should have been back",
    "patron/renewed": "it may be kept longer", "patron/recalled": "it must come back at once",
    "patron/cancelled": "the request has been ended",
}  # fmt: skip
"""What a reader would have been told, by the notice."""


def stands(line: Line) -> str:
    """The state in words, and where our last letter is if it has not simply gone."""
    state = ENGLISH.state_word(line.role, line.state)
    letter = ENGLISH.delivery_word(_delivery(line.delivery, answered=line.answered))
    quiet = line.delivery in ("", "handed_over", "withdrawn")
    return state if quiet else f"{state} ({letter})"


def _delivery(state: str, *, answered: bool) -> str:
    """An answer proves that somebody has carried the letter from the folder to them."""
    return "filed-answered" if state == "filed" and answered else state


def tell(found: Shown, premises: Premises) -> None:
    """To standard output; days and times in the library's zone."""
    line = found.line
    by = f" · {line.author}" if line.author else ""
    reader = f" · for {found.patron.get('name') or found.patron['id']}" if found.patron else ""
    output.line(output.one_line(f"{line.number} · {line.title}{by}{reader}"))
    borrowing = line.role == Role.REQUESTER
    output.line(
        f"{'We borrow from' if borrowing else 'We lend to'} {_whom(found)}: {stands(line)} [{line.state}]"
    )
    for name, value in _particulars(found, premises):
        output.line(f"  {name:<14}{output.one_line(value)}")
    for one in found.untold:
        why = output.one_line(one["why"])
        output.line(f"  Not told      {UNTOLD.get(one['notice'], one['notice'])}: {why}")
    if line.needs:
        output.line("  Needs a hand: " + "; ".join(ENGLISH.attention_word(one) for one in line.needs))
    for asked in found.questions:
        output.line(f"  Asks you:     {output.one_line(asked.text)}")
        output.line(f"                mailproc partners --confirm {asked.id}, or --forget {asked.id}")
    output.line("  Possible now: " + (", ".join(found.actions) or "nothing but `close`"))
    if ways := _ways_on(found):
        output.line("  To go on:     " + ways)
    output.line()
    rows = [_history_row(run, line.role, premises) for run in _runs(found.history)]
    output.table(("When", "What", "Now", "By", "Note"), rows, "Nothing has happened yet.")


def _whom(found: Shown) -> str:
    """The partner, or who has the request now since the partner passed it on."""
    if found.passed_on is None:
        return found.line.partner
    return output.one_line(f"{found.passed_on['to']} (passed on by {found.line.partner})")


def _particulars(found: Shown, premises: Premises) -> list[tuple[str, str]]:
    line = found.line
    today = premises.today()
    asked = [
        f"{one['partner']}{': ' + ENGLISH.reason_word(one['why_not']) if one['why_not'] else ''}"
        for one in found.rota
    ]
    pairs = [
        *_cited(found),
        ("Their number", line.their_number),
        ("Ordered as", line.ordered_as if line.ordered_as != f"{line.number}-{line.attempt}" else ""),
        ("Due", ENGLISH.day_word(line.due, today) if line.due else ""),
        ("Promise", _promise(line.promise, today)),
        *_asked(found, today),
        ("Needed before", ENGLISH.day_word(found.need_before, today) if found.need_before else ""),
        ("Rota", " → ".join(asked)),
        ("Left alone", _left_alone(found, premises)),
        ("Letters", _letters(found.letters)),
    ]
    return [(name, value) for name, value in pairs if value]


def _cited(found: Shown) -> list[tuple[str, str]]:
    said = (found.line.title, found.line.author)
    return list(cited(found.item, ENGLISH, said=said))


def _asked(found: Shown, today: date) -> list[tuple[str, str]]:
    """What a partner's request says beside the item; what it says by default is not."""
    said = {name: _flat(value) for name, value in found.asked.items()}
    if "services" in said:
        said["services"] = ", ".join(map(ENGLISH.service_word, found.asked["services"]))
    if said.get("expiry"):
        said["expiry"] = ENGLISH.day_word(date.fromisoformat(said["expiry"]), today)
    return [
        (label, said[name])
        for name, label in ASKED.items()
        if said.get(name) not in (None, "", "according-to-responder-policy")
    ]


def _flat(value: Any) -> str:
    if isinstance(value, dict) and "amount" in value:
        return f"{value['amount']} {value.get('currency', '')}".rstrip()
    if isinstance(value, dict):
        return ", ".join(_flat(each) for each in value.values())
    return ", ".join(map(_flat, value)) if isinstance(value, list) else str(value)


def _letters(letters: Sequence[dict[str, Any]]) -> str:
    """Each with what became of it, said once for those in a row that fared alike."""
    became = [(_delivery(one["state"], answered=one["answered"]), one["id"]) for one in letters]
    fared = [(state, [name for _, name in run]) for state, run in groupby(became, key=itemgetter(0))]
    return ", ".join(f"{' '.join(ids)} ({ENGLISH.delivery_word(state)})" for state, ids in fared)


def _left_alone(found: Shown, premises: Premises) -> str:
    if found.next is None:
        return ""
    day = ENGLISH.day_word(premises.local(found.next.at).date(), premises.today())
    return f"{day}: {ENGLISH.event_word(found.next.kind)}"


def _promise(promise: dict[str, Any] | None, today: date) -> str:
    if not promise:
        return ""
    waits = [f"place {promise['position']} on the waiting list"] if promise.get("position") else []
    on = date.fromisoformat(promise["date"]) if promise.get("date") else None
    day = [f"for {ENGLISH.day_word(on, today)}"] if on else []
    return ", ".join(waits + day) or "yes, without a day"


def _ways_on(found: Shown) -> str:
    """How to go on where nobody holds an order of ours any more, and the request is open."""
    line = found.line
    if line.role != Role.REQUESTER or not State[line.state].gives_way or found.closed_at:
        return ""
    waits = next((one["partner"] for one in found.rota if not one["tried"] and not one["why_not"]), "")
    ask = f"mailproc next {line.number}"
    ways = [f"{ask} (asks {waits})"] if waits else []
    ways.append(f"mailproc amend {line.number} … --again (asks {line.partner} once more)")
    if not waits:
        ways.append(f"mailproc rota {line.number} --add SYMBOL, then {ask} (asks another library)")
    return "; ".join(ways)


def _runs(history: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """What was said again and again in the same words and moved nothing is one line; all else one each."""
    for same, run in groupby(history, key=lambda one: None if one.from_state != one.to_state else _said(one)):
        changes = list(run)
        if same is None or len(changes) < FOLDED:
            yield from ([change] for change in changes)
        else:
            yield changes


def _said(change: Change) -> tuple[object, ...]:
    return change.attempt, change.spoken, change.to_state, change.note, change.cause["kind"]


def _history_row(run: Sequence[Change], role: str, premises: Premises) -> tuple[str, ...]:
    change = run[0]
    told = change.cause.get("heard_by")
    by = change.cause["id"] + (f" (told by {told})" if told else "")
    moved = ENGLISH.state_word(role, change.to_state) if change.to_state != change.from_state else ""
    note = textwrap.shorten(plain_note(change.note, role, ENGLISH), 100, placeholder=" …")
    if len(run) > 1:
        last = output.moment(run[-1].at, premises.zone)
        note = f"said {len(run)} times, last on {last} ({run[-1].cause['id']}). {note}".rstrip(". ")
    return (
        output.moment(change.at, premises.zone),
        ENGLISH.event_word(change.spoken),
        moved,
        f"{change.cause['kind']} {by}",
        note,
    )
