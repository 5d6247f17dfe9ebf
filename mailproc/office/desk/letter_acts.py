"""What can be done with a letter: what the office would not refuse now, and what it would do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.office.desk.acting import DOOR, MOST_ONCE
from mailproc.office.mailroom import done_by, printing, redelivery, taking_off
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.mailroom.handled import Handled
from mailproc.office.queries.letters import parsed
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.store import order_letters, outgoing, undelivered
from mailproc.store.engine import Store
from mailproc.store.rows import OutgoingRecord

NOT_SURE = ("in_doubt", "held", *undelivered.FAILED)
"""States of a letter that may have arrived by another way."""


@dataclass(frozen=True)
class LetterAct:
    """``name``: of the act, and of where its form goes; ``would``: what it would do; ``seen``: the mark of
    the letter as it is now; ``takes_note``: whether one may say why; ``against``: why it cannot be done any
    more, '' if it can."""

    name: str
    does: str
    would: str
    seen: str = ""
    takes_note: bool = False
    against: str = ""


def offered(store: Store, context: Context, name: str) -> tuple[LetterAct, ...]:
    """Return the acts; none for what does not exist."""
    kind, number = parsed(name)
    if kind != "O":
        return tuple(_of_what_came(store, context, name))
    with store.read() as connection:
        row = outgoing.record(connection, number)
        if row is None:
            return ()
        seen, wanted = done_by.mark(connection, name), bool(order_letters.still_wanted(connection, number))
        paper = printing.one_to_print(connection, name) if row.state == outgoing.TO_PRINT else None
        found = list(_offered(connection, context, row))
    words = context.language.texts.labels["desk_unplaced"]
    if row.state == "prepared":
        found.append(LetterAct("hold", words["hold"], words["hold_why"]))
    if row.state in undelivered.FAILED and not wanted:
        found.append(LetterAct("dismiss", words["need_not"], words["need_not_why"], takes_note=True))
    given = [replace(one, seen=seen) for one in found]
    if paper is not None:
        given.append(LetterAct("printed", words["printed"], words["printed_why"], printing.mark_of(paper)))
    return tuple(given)


def _of_what_came(store: Store, context: Context, name: str) -> Iterator[LetterAct]:
    """Yield how it is taken off the request that staff have attached it to."""
    language, label = context.language, context.language.label
    with store.read() as connection:
        found, seen = taking_off.attached(connection, name), done_by.mark(connection, name)
    if found is not None:
        does = label("desk_unplaced", "take_off", number=found.number)
        before = language.term_word(found.before)
        would = label("desk_unplaced", "take_off_would", number=found.number, state=before)
        against = language.word(found.against) if found.against else ""
        yield LetterAct("take-off", does, "" if against else would, seen, against=against)


def _offered(connection: Connection, context: Context, row: OutgoingRecord) -> Iterator[LetterAct]:
    """Yield what would not be refused, by reading: a look takes no turn among the writes."""
    words = context.language.texts.labels["desk_unplaced"]
    again = "not_arrived" if row.state == "in_doubt" else "redeliver"
    for name, does, arrived in (("arrived", "arrived", True), ("redeliver", again, False)):
        would = redelivery.foreseen_of(connection, row, arrived=arrived)
        if would is not None and (row.state in NOT_SURE or not arrived):
            yield LetterAct(name, words[does], context.language.word(would))


def by(context: Context, person: StaffPerson, said: Mapping[str, str]) -> DoneBy:
    """Return who acts, as the form says. Raise LocalFault for who may only look."""
    person.must(StaffRole.WORK)
    once, seen = said.get("once", "")[:MOST_ONCE], said.get("seen", "")[:MOST_ONCE]
    return DoneBy(person.login, context.clock(), DOOR, once, seen)


def words(done: Handled, context: Context) -> tuple[str, ...]:
    """Return what was done, and what follows."""
    word = context.language.word
    return (word(done.text), *map(word, done.follows))
