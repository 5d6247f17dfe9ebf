"""Write to the reader of a request in staff's own words: the answer to a question, say.

The letter goes as all letters to readers do, to the address that the store has, or is printed; the history
keeps it, and it can be taken back as an act.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.ill.events import WRITTEN_TO_READER
from mailproc.ill.terms import Role
from mailproc.office.acts import overtaken
from mailproc.office.acts.once import outcome_before
from mailproc.office.queries.find import transaction_of
from mailproc.sentence import sentence
from mailproc.store import patrons, requests
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import Transaction
from mailproc.store.text import storable

LONGEST = 2_000
"""Characters of what staff write."""


@dataclass(frozen=True)
class LetterInOwnWords:
    """``text``: what staff write, its lines kept; ``once``, ``seen``: as of ``StaffAct``."""

    number: str
    text: str
    by: str = ""
    door: str = "cli"
    once: str = ""
    seen: str = ""


def write(store: Store, context: Context, wanted: LetterInOwnWords) -> StepOutcome:
    """Order the letter. Raise LocalFault if it is empty or too long, or the request has no reader of ours;
    Overtaken as an act."""
    text = _lines(wanted.text)
    if not text:
        raise LocalFault(sentence("note-empty"))
    if len(text) > LONGEST:
        raise LocalFault(sentence("too-long", name="TEXT", count=len(text), most=LONGEST))

    def job(connection: Connection) -> StepOutcome:
        if (before := outcome_before(connection, wanted.once)) is not None:
            return before
        row = transaction_of(connection, wanted.number)
        overtaken.check(connection, wanted.seen, wanted.number, row.id)
        _check_reader(connection, row, wanted.number)
        return steps.begin(connection, _event(wanted, text, row, context), context)

    return store.write(job)


def _lines(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in storable(text).splitlines()).strip()


def _check_reader(connection: Connection, row: Transaction, number: str) -> None:
    patron_id = requests.load(connection, row.request_id).patron_id
    if row.role is not Role.REQUESTER or not patron_id or patrons.load(connection, patron_id) is None:
        raise LocalFault(sentence("write-no-reader", number=number))


def _event(wanted: LetterInOwnWords, text: str, row: Transaction, context: Context) -> NewEvent:
    return NewEvent(
        cause="staff",
        type=WRITTEN_TO_READER,
        at=context.clock(),
        facts={"remark": text},
        actor=wanted.by,
        door=wanted.door,
        once=wanted.once or None,
        partner=row.partner,
        transaction_id=row.id,
        request_id=row.request_id,
    )
