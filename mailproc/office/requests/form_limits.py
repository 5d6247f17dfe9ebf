"""How much a form may bring: whoever can send one could bury what waits for review.

A reader of the store is counted by the number, however it was written; anybody else by the address that the
letter came from, so that an invented number helps nobody.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.config import RequestForm
from mailproc.config_web_readers import WebReaders
from mailproc.flow.context import Context
from mailproc.ill import reader_number
from mailproc.ill.submitted import READERS_PAGES, Source, SubmittedRequest
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
    name, limits = source.name, _limits(context, source)
    if limits is None or source.released:
        return None
    since = context.clock() - HOUR
    if submissions.count_since(connection, name, counted, since, limits.per_hour) >= limits.per_hour:
        return sentence("form-too-many", form=name, most=limits.per_hour)
    if submissions.count_waiting(connection, name, limits.waiting) >= limits.waiting:
        return sentence("form-too-full", form=name, most=limits.waiting)
    return None


def _limits(context: Context, source: Source) -> RequestForm | WebReaders | None:
    """Return what has ``per_hour`` and ``waiting`` of the source; None for staff, who have no limit."""
    if source.name == READERS_PAGES:
        return context.config.web.readers
    return next((form for form in context.config.form if form.name == source.name), None)
