"""What the checks of an entry find of a request to review: staff see it before they accept it."""

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.apdu import Item
from mailproc.ill.apdu_json import value_from_json
from mailproc.ill.terms import Role
from mailproc.office.requests.entry_checks import CHECKS, NewEntry
from mailproc.sentence import Sentence, sentence
from mailproc.store import look_ups, submissions
from mailproc.store.rows import StoredPatron, StoredRequest
from mailproc.store.submissions import Submission

SHOWN = (
    "day-passed", "reader-forgotten", "same-reader", "lent-to-us", "reader-barred", "reader-open",
    "reader-new", "reader-service", "own-copy", "reader-barred-warned", "own-copy-warned", "own-copy-unknown",
    "same-page", "same-words", "copies-of-title",
)  # fmt: skip
"""The others are of what staff add, or stand in the review already."""


def found(
    connection: Connection, context: Context, request: StoredRequest, submission: Submission,
    reader: StoredPatron | None,
) -> tuple[Sentence, ...]:  # fmt: skip
    """Return what ``accept`` would refuse or warn of. ``reader``: who has the number that was written."""
    if request.role is not Role.REQUESTER:
        return ()
    item: Item = value_from_json(Item, request.item or {}, "item")
    entry = NewEntry(
        role=request.role,
        service=request.service.name,
        item=item,
        partners=(),
        patron_id=reader.id if reader is not None else submission.patron_id,
        need_before=request.need_before_on,
        looked=look_ups.of_request(connection, request.id),
    )
    said = (CHECKS[code].find(entry, connection, context) for code in SHOWN)
    return tuple(one for one in said if one is not None)


def number_again(connection: Connection, submission: Submission) -> tuple[Sentence, ...]:
    """Warn of an order under a number that the same sender has used for another."""
    earlier = submissions.earlier_with_number(connection, submission)
    return (sentence("doubt-number", number=submission.number, earlier=earlier),) if earlier else ()
