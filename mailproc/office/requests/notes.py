"""Private notes of staff: a line in the history of a request that no letter carries."""

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.ill.attention import ENDS_WITH_A_NOTE
from mailproc.office.acts.once import outcome_before
from mailproc.office.queries.find import request_of, transaction_of
from mailproc.office.requests import review_steps
from mailproc.sentence import Part, Sentence, sentence
from mailproc.store import submissions, transactions
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
        done = write(connection, context, number, kept, by, door=door, once=once)
        _settle_earlier(connection, number)
        return done

    return store.write(job)


def _settle_earlier(connection: Connection, number: str) -> None:
    """What earlier libraries wrote is dealt with, too, where the note is one of the request."""
    request = request_of(connection, number)
    if number.strip().upper() != request.number.upper():
        return  # it names an attempt
    for earlier in transactions.of_request(connection, request.id)[:-1]:
        if not ENDS_WITH_A_NOTE.isdisjoint(earlier.attention or ()):
            transactions.clear_attention(connection, earlier.id, ENDS_WITH_A_NOTE)


def write(
    connection: Connection, context: Context, number: str, kept: str, by: str, *,
    by_rule: bool = False, aside: bool = False, door: str = "cli", once: str = "",
) -> StepOutcome:  # fmt: skip
    """Write a note of one line, of at most ``LONGEST`` characters. ``aside``: it settles nothing."""
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
        facts={"remark": kept, "aside": True} if aside else {"remark": kept},
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
    """Write a sentence as a note, in the library's language: nobody has dealt with anything by it.

    ``by_rule``: lists do not show it.
    """
    kept = " ".join(context.language.word(said).split())[:LONGEST]
    write(connection, context, number, kept, by, by_rule=by_rule, aside=True, door=door)


def without_reader(said: Sentence) -> Sentence:
    """Return the sentence without the reader's number: a note is in words, and would outlive the reader."""
    unnamed = {"patron": sentence("this-reader")} if "patron" in said.values else {}
    return sentence(said.code, **{**said.values, **unnamed})
