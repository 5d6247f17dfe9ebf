"""Private notes of staff: a line in the history of a request that no letter carries."""

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.office.acts.once import outcome_before
from mailproc.office.queries.find import request_of, transaction_of
from mailproc.office.requests import review_steps
from mailproc.sentence import Part, Sentence, sentence
from mailproc.store import submissions
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.text import storable

LONGEST = 500
"""Characters of a note, as many as a line of the history keeps."""


def add(
    store: Store, context: Context, number: str, text: str, by: str, *, door: str = "cli", once: str = ""
) -> StepOutcome:
    """Write the note to the request (its latest attempt, or the one that ``number`` names).

    ``once``: a mark that makes a double click one note.
    Raise LocalFault if it is empty or too long, or if there is no such request.
    """
    kept = " ".join(storable(text).split())
    if not kept:
        raise LocalFault(sentence("note-empty"))
    if len(kept) > LONGEST:
        raise LocalFault(sentence("too-long", name="TEXT", count=len(kept), most=LONGEST))

    def job(connection: Connection) -> StepOutcome:
        if (before := outcome_before(connection, once)) is not None:
            return before
        return write(connection, context, number, kept, by, door=door, once=once)

    return store.write(job)


def write(
    connection: Connection, context: Context, number: str, kept: str, by: str, *,
    by_rule: bool = False, door: str = "cli", once: str = "",
) -> StepOutcome:  # fmt: skip
    """Write a note of one line, of at most ``LONGEST`` characters."""
    request = request_of(connection, number)
    submission = submissions.load(connection, request.id)
    if submission is not None and submission.state != submissions.ACCEPTED:  # it has no attempt yet
        event_id = review_steps.record(
            connection, context, submission, "note", by, (kept,), door=door, once=once
        )
        return StepOutcome(event_id, "done")
    transaction = transaction_of(connection, number)
    event = NewEvent(
        cause="policy" if by_rule else "staff",
        type="note",
        at=context.clock(),
        facts={"remark": kept},
        actor=by,
        door=door,
        once=once or None,
        partner=transaction.partner,
        transaction_id=transaction.id,
        request_id=transaction.request_id,
    )
    return steps.begin(connection, event, context)


def say(
    connection: Connection, context: Context, number: str, said: Part, by: str, *,
    by_rule: bool = False, door: str = "cli",
) -> None:  # fmt: skip
    """Write a sentence as a note, in the library's language. ``by_rule``: lists do not show it."""
    words = context.language.word(said)
    write(connection, context, number, " ".join(words.split())[:LONGEST], by, by_rule=by_rule, door=door)


def without_reader(said: Sentence) -> Sentence:
    """Return the sentence without the reader's number: a note is in words, and would outlive the reader."""
    unnamed = {"patron": sentence("this-reader")} if "patron" in said.values else {}
    return sentence(said.code, **{**said.values, **unnamed})
