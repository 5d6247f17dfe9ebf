"""What a reader sees of the own requests: how they stand, in words for readers, and what may be asked.

No partner's words, no note of staff and nobody else's request is here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.matching import item_received, reader_standing, readers_copy
from mailproc.flow.matching.reader_standing import ReaderStanding
from mailproc.ill.attention import Reason
from mailproc.ill.submitted import READERS_PAGES
from mailproc.ill.terms import Service, State
from mailproc.notices.language import Language
from mailproc.notices.vocabulary import Words
from mailproc.office.queries import reader_requests
from mailproc.office.wording.plain_text import cut
from mailproc.sentence import sentence
from mailproc.store import order_letters, patrons, requests, submissions, transactions
from mailproc.store.rows import StoredPatron, StoredRequest, Transaction
from mailproc.store.submissions import DECLINED

MOST = 100
FETCHED_WITHIN = timedelta(days=28)
"""So long a copy that waits at the desk stands among what is open: nobody records that it was fetched."""
LONGEST = 200
CANCEL, RENEW = "cancel", "renew"
_COMING = (State.SHIPPED, State.NOT_RECEIVED_OVERDUE)
_OUT = (State.RECEIVED, State.RENEW_PENDING, State.OVERDUE, State.RENEW_OVERDUE)
_BACK = (State.RETURNED, State.CHECKED_IN)
_WAITS = ("state_fetch", "state_here")
_WITH_A_DAY = (*_WAITS, "state_with_you", "state_late")
"""States of which the day belongs to the sentence: what is recalled may not be kept until any day."""


@dataclass(frozen=True)
class OwnRequest:
    """``state``: how it stands, and ``also``: what else there is to say of it, '' for nothing. ``due``: until
    when it may be kept, or, if that is over, since when it should be back; ``due_label`` says which; both ''
    where the state says all. ``asks``: what the reader may ask for now."""

    number: str
    title: str
    author: str
    service: str
    asked_on: str
    state: str
    also: str
    due: str
    due_label: str
    asks: tuple[str, ...]
    open: bool


def listed(connection: Connection, patron_id: str, context: Context, language: Language) -> list[OwnRequest]:
    """Return the newest requests of the reader."""
    found = reader_requests.owned(connection, patron_id, MOST, READERS_PAGES)
    attempts = transactions.of_requests(connection, [one.id for one in found])
    reader = patrons.load(connection, patron_id)
    return [_own(connection, reader, one, attempts.get(one.id, ()), context, language) for one in found]


def one(
    connection: Connection, patron_id: str, number: str, context: Context, language: Language
) -> OwnRequest:
    """Return a request of the reader. Raise LocalFault if there is none, as for one of somebody else."""
    row = row_of(connection, patron_id, number)
    attempts = transactions.of_request(connection, row.id)
    return _own(connection, patrons.load(connection, patron_id), row, attempts, context, language)


def row_of(connection: Connection, patron_id: str, number: str) -> StoredRequest:
    """Return a request of the reader. Raise LocalFault if there is none, as for one of somebody else."""
    row = requests.by_number(connection, number)
    if row is None or not reader_requests.is_owned(connection, patron_id, row, READERS_PAGES):
        raise LocalFault(sentence("my-no-request"))
    return row


def _own(
    connection: Connection,
    reader: StoredPatron | None,
    asked: StoredRequest,
    attempts: Sequence[Transaction],
    context: Context,
    language: Language,
) -> OwnRequest:
    meant = _meant(attempts) if attempts else None
    standing = reader_standing.of(connection, meant, context) if meant is not None else None
    word, words = _state(connection, asked, standing), language.texts.labels["desk_readers"]
    if word == "state_came" and meant is not None and _waits(connection, asked, meant, context):
        word = "state_fetch"
    if word == "state_nobody" and all(order_letters.is_withdrawn(connection, one.id) for one in attempts):
        word = "state_review"
    due = standing.due_on if standing is not None and word in _WITH_A_DAY else None
    return OwnRequest(
        number=asked.number,
        title=cut(asked.title, LONGEST),
        author=cut(asked.author, LONGEST),
        service=language.service_word(asked.service),
        asked_on=language.day_word(_day(asked.created_at, context), context.today()),
        state=_in_words(reader, word, words),
        also=words[also] if (also := _also(attempts, standing)) else "",
        due=language.day_word(due, context.today()) if due else "",
        due_label=(words["due_since"] if word == "state_late" else words["due_until"]) if due else "",
        asks=_asks(asked, standing),
        open=asked.closed_at is None or (word == "state_fetch" and _closed_lately(asked, context)),
    )


def _meant(attempts: Sequence[Transaction]) -> Transaction:
    """Return the last order; if its library has sent nothing, the last one of which something came."""
    last = attempts[-1]
    if not (last.state.gives_way or last.state.awaits_answer):
        return last
    came = [one for one in attempts if one.state in _BACK or (one.state.lent_out and one.closed_at is None)]
    return came[-1] if came else last


def _waits(connection: Connection, asked: StoredRequest, row: Transaction, context: Context) -> bool:
    """Return whether a copy came on paper, to be fetched: that ends its request, and nobody records more."""
    if asked.service != Service.COPY.name or row.state is not State.RECEIVED:
        return False
    by_mail = readers_copy.sent_to(asked, context) or readers_copy.sent_before(connection, row)
    return not by_mail and item_received.is_here(connection, row.id)


def _closed_lately(asked: StoredRequest, context: Context) -> bool:
    return asked.closed_at is not None and asked.closed_at > context.clock() - FETCHED_WITHIN


def _in_words(reader: StoredPatron | None, word: str, words: Words) -> str:
    """Return how it stands; of what waits for the reader, where."""
    place = reader.pickup if reader is not None and word in _WAITS else ""
    return f"{words[word]} ({place})" if place else words[word]


def _also(attempts: Sequence[Transaction], standing: ReaderStanding | None) -> str:
    if standing is None or standing.closed:
        return ""
    if standing.renewal_asked:
        return "also_renewal"
    return "also_asked" if Reason.READER_WROTE in (attempts[-1].attention or ()) else ""


def _day(at: datetime, context: Context) -> date:
    return context.local(at).date()


def _state(connection: Connection, asked: StoredRequest, standing: ReaderStanding | None) -> str:
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
        return _here(standing)
    if standing.state in _COMING or standing.wrong:
        return "state_coming"
    if standing.state.gives_way:
        return "state_lost" if standing.state is State.LOST else "state_nobody"
    return "state_listed" if standing.listed else "state_asked"


def _here(standing: ReaderStanding) -> str:
    """Return how what has come stands. Where staff need not record what is collected, they may have it."""
    if standing.late:
        return "state_late"
    if standing.collected:
        return "state_with_you"
    return "state_fetch" if standing.has else "state_here"


def _asks(asked: StoredRequest, standing: ReaderStanding | None) -> tuple[str, ...]:
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
