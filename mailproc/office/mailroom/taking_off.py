"""Take a letter, or one message of it, off the request that staff attached it to: it lies on the shelf again.

What it did is undone, as long as nothing has built on it; the history keeps both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import steps, undoing
from mailproc.flow.context import Context
from mailproc.ill.facts import Facts, LetterFacts
from mailproc.ill.status import term_word
from mailproc.ill.terms import State
from mailproc.office.mailroom import attaching, done_by
from mailproc.office.mailroom.attaching import AttachedLetter
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.mailroom.handled import Handled
from mailproc.office.queries.letters import parsed
from mailproc.sentence import Part, sentence, stored
from mailproc.store import attached_events, events, letters, requests, transactions
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import Event, Transaction

_OF_ATTACHING = ("by_hand", "put_here", "foreign", "told_on", "withheld")


@dataclass(frozen=True)
class PlacedLetter:
    """To which request (B9) a letter is attached, how that stood before, and why it cannot be taken off; ''
    if it can. ``foreign``: its sender is no address of the ``partner``."""

    number: str
    partner: str
    before: State
    against: Part
    foreign: bool


def attached(connection: Connection, name: str) -> PlacedLetter | None:
    """Return where staff have put I12 or E40; None if they have not, or it was taken off again."""
    event = _event(connection, name)
    if event is None or event.transaction_id is None:
        return None
    row = transactions.load(connection, event.transaction_id)
    against: Part = ""
    try:
        undoing.to_undo(connection, row, event.id)
    except LocalFault as fault:
        against = fault.said
    facts = event.facts or {}
    before = facts.get("found", {}).get("state", row.state.name)
    return PlacedLetter(
        requests.number_of(connection, row.request_id),
        row.partner,
        State[before],
        against,
        bool(facts.get("foreign")),
    )


def taken_off_from(connection: Connection, name: str) -> tuple[str, ...]:
    """Return the requests off which the whole letter I12 was taken, each once."""
    found = _events(connection, name)
    gone = [one.request_id for one in found if not attached_events.stands(connection, one)]
    return tuple(requests.number_of(connection, one) for one in dict.fromkeys(gone) if one is not None)


def take_off(store: Store, context: Context, name: str, by: DoneBy) -> Handled:
    """Take I12 or E40 off its request again. Raise LocalFault with what else can be done, and Overtaken."""
    kind, row_id = parsed(name)
    letter = attaching.kept(store, context, row_id) if kind == "I" else None

    def job(connection: Connection) -> Handled:
        if not done_by.begin(connection, by, "take-off", (name,)):
            return Handled(f"{kind}{row_id}", "shelved", done_by.done_before(connection, name))
        event = _event(connection, name)
        if event is None or event.transaction_id is None:
            raise LocalFault(sentence("not-attached", letter=name))
        row = transactions.load(connection, event.transaction_id)
        outcome = steps.begin(connection, _undo(event, row, f"{kind}{row_id}", by), context)
        number = requests.number_of(connection, row.request_id)
        where = _on_the_shelf(connection, event, letter, number)
        said = sentence("taken-off", letter=name, number=number, state=term_word(outcome.after), now=where)
        return Handled(where, "shelved", said, number, outcome.words)

    return store.write(job)


def _events(connection: Connection, name: str) -> Sequence[Event]:
    kind, number = parsed(name)
    if kind == "I":
        return attached_events.of_letter(connection, number)
    return attached_events.of_message(connection, number) if kind == "E" else ()


def _event(connection: Connection, name: str) -> Event | None:
    found = (one for one in _events(connection, name) if attached_events.stands(connection, one))
    return next(found, None)


def _undo(event: Event, row: Transaction, name: str, by: DoneBy) -> NewEvent:
    return NewEvent(
        cause="staff",
        type="undo",
        at=by.at,
        facts={"undone": event.id, "letter": name, "remark": name},
        actor=by.login,
        door=by.door,
        partner=row.partner,
        transaction_id=row.id,
        request_id=row.request_id,
    )


def _on_the_shelf(connection: Connection, event: Event, letter: AttachedLetter | None, number: str) -> str:
    """Put it back; return its name there. A message lies there as a new one: the old one is history."""
    why = stored(sentence("was-taken-off", number=number))
    if letter is not None and event.inbox_id is not None:
        claimed = letter.claimed[0] if len(letter.claimed) == 1 else ""
        found = {"message_id": letter.message_id, "subject": letter.subject, "partner": claimed}
        letters.settle(connection, event.inbox_id, "shelved", "done", last_error=why, **found)
        return f"I{event.inbox_id}"
    row = letters.record(connection, event.inbox_id) if event.inbox_id is not None else None
    again = NewEvent(
        cause="letter",
        type=event.type,
        at=event.at,
        apdu=event.apdu,
        ref=event.ref,
        facts=_of_its_letter(event),
        inbox_id=event.inbox_id,
        partner=row.partner if row is not None else event.partner,
        repeat_key=event.repeat_key,
        state="shelved",
        last_error=why,
    )
    return f"E{events.add(connection, again)}"


def _of_its_letter(event: Event) -> Facts | None:
    """Return what was known of the message before it had a step."""
    names = [one for one in LetterFacts.__annotations__ if one not in _OF_ATTACHING]
    had: dict[str, Any] = dict(event.facts or {})
    return cast(Facts, {name: had[name] for name in names if name in had}) or None
