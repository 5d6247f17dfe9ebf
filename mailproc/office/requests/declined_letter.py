"""The letter to a reader whose wish staff have declined ([notices] declined)."""

from contextlib import suppress

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import leaving_time
from mailproc.flow.context import Context
from mailproc.ill.reader_news import DECLINED
from mailproc.ill.terms import Role
from mailproc.office.patrons import patron_details
from mailproc.sentence import Sentence, sentence
from mailproc.store import events, letters_before_order, outgoing, requests, submissions, traces
from mailproc.store.intent_bodies import NoticeToReader
from mailproc.store.rows import StoredPatron, StoredRequest


def reader_to_tell(
    connection: Connection, context: Context, request: StoredRequest, by_staff: StoredPatron | None = None
) -> StoredPatron | None:
    """Return the reader who hears that it was declined; None if nobody does. ``by_staff``: whom they named.

    An address that only a form gives proves nothing: nobody writes to it by itself.
    """
    if request.role is not Role.REQUESTER or not context.config.notices.declined:
        return None
    reader = by_staff or named(connection, request.id)
    return reader if reader is not None and (reader.email or reader.address) else None


def named(connection: Connection, request_id: int) -> StoredPatron | None:
    """Return the reader of the store whose number or barcode was submitted; None if it is nobody's."""
    submission = submissions.load(connection, request_id)
    if submission is None or not submission.patron_id:
        return None
    with suppress(LocalFault):  # several readers have the barcode
        return patron_details.by_number(connection, submission.patron_id)
    return None


def write(
    connection: Connection, context: Context, request: StoredRequest, reader: StoredPatron, event_id: int,
    note: str,
) -> None:  # fmt: skip
    """Have the letter written, with the ``note`` of staff; from now on the request is the reader's."""
    requests.name_reader(connection, request.id, reader.id)
    event = events.load(connection, event_id)
    outgoing.add_intent(
        connection,
        NoticeToReader(DECLINED, note=note),
        event_id=event_id,
        seq=0,
        trace=traces.of_event(event, request.number) if event is not None else "",
        request_id=request.id,
        not_before=leaving_time.of(event, context) if event is not None else None,
    )


def told(reader: StoredPatron) -> Sentence:
    """Return word of the letter: it goes by e-mail, or staff print it."""
    if reader.email:
        return sentence("declined-told", reader=reader.name or reader.id, address=reader.email)
    return sentence("declined-printed", reader=reader.name or reader.id, command="mailproc letters --print")


def take_back(connection: Connection, request: StoredRequest) -> Sentence | None:
    """Withdraw the letter, and forget whose the request is; return word of one that has left already."""
    requests.name_reader(connection, request.id, None)
    said = [
        one
        for one in letters_before_order.intents(connection, request.id)
        if isinstance(one.body, NoticeToReader) and one.state != "withdrawn"
    ]
    left = [one for one in said if one.letter_state in outgoing.LEFT]
    for one in said:
        if one not in left:
            outgoing.withdraw(connection, one)
    return sentence("declined-left", letter=f"O{left[-1].outgoing_id}") if left else None
