"""How much a form may bring: whoever can send one could bury what waits for review.

A reader of the store is counted by the number, however it was written; anybody else by the address that the
letter came from, so that an invented number helps nobody.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill import reader_number
from mailproc.ill.submitted import Source, SubmittedRequest
from mailproc.ill.terms import Role
from mailproc.mail.addresses import ascii_lower
from mailproc.sentence import Sentence, sentence
from mailproc.store import patrons, submissions

HOUR = timedelta(hours=1)


def counted_under(connection: Connection, said: SubmittedRequest, source: Source) -> str:
    """Return under whom a new submission counts. By looks into an index alone: a flood costs no more."""
    if said.role is Role.REQUESTER:
        for number in _spellings(said.reader.id):
            if (reader := patrons.load(connection, number)) is not None:
                return submissions.READER + reader.id
    return f"sender {ascii_lower(source.sender or source.name)[:250]}"


def _spellings(number: str) -> Iterator[str]:
    folded = reader_number.folded(number)
    yield from filter(None, dict.fromkeys((number, folded.upper(), folded)))


def exceeded(connection: Connection, context: Context, source: Source, counted: str) -> Sentence | None:
    """Return why no more is taken now; None if it is. What staff release is taken in any case."""
    form = next((one for one in context.config.form if one.name == source.name), None)
    if form is None or source.released:
        return None
    since = context.clock() - HOUR
    if submissions.count_since(connection, form.name, counted, since, form.per_hour) >= form.per_hour:
        return sentence("form-too-many", form=form.name, most=form.per_hour)
    if submissions.count_waiting(connection, form.name, form.waiting) >= form.waiting:
        return sentence("form-too-full", form=form.name, most=form.waiting)
    return None
