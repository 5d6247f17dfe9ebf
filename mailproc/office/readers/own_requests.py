"""What a reader sees of the own requests: how they stand, in words for readers, and what may be asked.

No partner's words, no note of staff and nobody else's request is here.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.matching import reader_standing
from mailproc.flow.matching.reader_standing import ReaderStanding
from mailproc.ill.submitted import READERS_PAGES
from mailproc.ill.terms import State
from mailproc.notices.language import Language
from mailproc.office.queries import reader_requests
from mailproc.office.queries.reader_requests import RequestOfReader
from mailproc.office.wording.plain_text import cut
from mailproc.sentence import sentence
from mailproc.store import submissions, transactions
from mailproc.store.submissions import DECLINED

MOST = 100
LONGEST = 200
CANCEL, RENEW = "cancel", "renew"
_COMING = (State.SHIPPED, State.NOT_RECEIVED_OVERDUE)
_OUT = (State.RECEIVED, State.RENEW_PENDING, State.OVERDUE, State.RENEW_OVERDUE)
_BACK = (State.RETURNED, State.CHECKED_IN)


@dataclass(frozen=True)
class OwnRequest:
    """``state``: how it stands; ``due``: until when it may be kept, '' if not known. ``asks``: what the
    reader may ask for now."""

    number: str
    title: str
    author: str
    service: str
    asked_on: str
    state: str
    due: str
    asks: tuple[str, ...]
    open: bool


def listed(connection: Connection, patron_id: str, context: Context, language: Language) -> list[OwnRequest]:
    """Return the newest requests of the reader."""
    found = reader_requests.listed(connection, patron_id, MOST, source=READERS_PAGES)
    return [_own(connection, one, context, language) for one in found]


def one(
    connection: Connection, patron_id: str, number: str, context: Context, language: Language
) -> OwnRequest:
    """Return a request of the reader. Raise LocalFault if there is none, as for one of somebody else."""
    return _own(connection, row_of(connection, patron_id, number), context, language)


def row_of(connection: Connection, patron_id: str, number: str) -> RequestOfReader:
    """Return a request of the reader. Raise LocalFault if there is none, as for one of somebody else."""
    found = reader_requests.listed(connection, patron_id, MOST, source=READERS_PAGES)
    wanted = next((each for each in found if each.line.number == number), None)
    if wanted is None:
        raise LocalFault(sentence("my-no-request"))
    return wanted


def _own(connection: Connection, asked: RequestOfReader, context: Context, language: Language) -> OwnRequest:
    attempts = transactions.of_request(connection, asked.id)
    standing = reader_standing.of(connection, attempts[-1], context) if attempts else None
    word = _state(connection, asked, standing)
    due = standing.due_on if standing is not None and asked.closed_at is None else None
    return OwnRequest(
        number=asked.line.number,
        title=cut(asked.line.title, LONGEST),
        author=cut(asked.line.author, LONGEST),
        service=language.service_word(asked.line.service),
        asked_on=language.day_word(_day(asked.created_at, context), context.today()),
        state=language.texts.labels["desk_readers"][word],
        due=language.day_word(due, context.today()) if due else "",
        asks=_asks(asked, standing),
        open=asked.closed_at is None,
    )


def _day(at: datetime, context: Context) -> date:
    return context.local(at).date()


def _state(connection: Connection, asked: RequestOfReader, standing: ReaderStanding | None) -> str:
    if standing is None:
        submission = submissions.load(connection, asked.id)
        if submission is not None and submission.state == DECLINED:
            return "state_declined"
        return "state_ended" if asked.closed_at is not None else "state_review"
    if asked.closed_at is not None:
        return _ended(standing)
    return _open(standing)


def _ended(standing: ReaderStanding) -> str:
    if standing.state in _BACK:
        return "state_returned"
    if standing.came and standing.state is not State.LOST:
        return "state_came"
    words = {State.NOT_SUPPLIED: "state_unfilled", State.CANCELLED: "state_cancelled"}
    return words.get(standing.state, "state_ended")


def _open(standing: ReaderStanding) -> str:
    if standing.state in _BACK or standing.brought_back:
        return "state_returned"
    if standing.state is State.RECALL:
        return "state_recalled"
    if standing.state in _OUT and not standing.wrong:
        if standing.late:
            return "state_late"
        return "state_with_you" if standing.has else "state_here"
    if standing.state in _COMING or standing.wrong:
        return "state_coming"
    return "state_listed" if standing.listed else "state_asked"


def _asks(asked: RequestOfReader, standing: ReaderStanding | None) -> tuple[str, ...]:
    """Return what the reader may ask for: an end before it has come, more time once it has."""
    if asked.closed_at is not None:
        return ()
    if standing is None:
        return (CANCEL,)
    if standing.renewable and standing.state in _OUT and not standing.wrong:
        return () if standing.renewal_asked or standing.brought_back else (RENEW,)
    waits = (
        standing.state is State.IDLE or standing.state.awaits_answer or standing.state is State.CONDITIONAL
    )
    return (CANCEL,) if waits and not standing.came else ()
