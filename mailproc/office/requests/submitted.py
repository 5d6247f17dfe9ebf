"""Requests that somebody submits: by the letter of a form, or at a desk. They wait for staff to decide.

``submit`` is the one way in. What it stores is a request without an attempt; ``reviewing`` has what staff do
with it. Only a known reader within all limits is ordered for without review, and only where the form's
``straight`` says so.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill import apdu_json
from mailproc.ill.submitted import Source, Submitted, SubmittedRequest
from mailproc.ill.terms import Role
from mailproc.office.requests import missing, reviewing
from mailproc.sentence import Sentence, sentence
from mailproc.store import events, find, patrons, requests, submissions
from mailproc.store.events import NewEvent
from mailproc.store.requests import NewRequest
from mailproc.store.savepoint import savepoint
from mailproc.store.submissions import ReaderSaid, Submission

TWICE = timedelta(days=1)
"""Within this time a form with the same content is the same request, sent again."""


def submit(connection: Connection, context: Context, said: SubmittedRequest, source: Source) -> Submitted:
    """Store what was submitted as a request to review, or order it where it may go straight on.

    The same content from the same source within ``TWICE`` is no second request. Never raises LocalFault.
    """
    since = context.clock() - TWICE
    if number := submissions.same(connection, source.name, said.content, since):
        return Submitted(number, again=True)
    submission, number = _stored(connection, context, said, source)
    if source.straight and _ordered(connection, context, number, submission):
        return Submitted(number, ordered=True)
    return Submitted(number)


def _stored(
    connection: Connection, context: Context, said: SubmittedRequest, source: Source
) -> tuple[Submission, str]:
    request_id, number = requests.create(connection, _row(context, said))
    find.keep(connection, request_id)
    event = NewEvent(
        cause="letter" if source.inbox_id is not None else "staff",
        type="SUBMITTED",
        at=context.clock(),
        inbox_id=source.inbox_id,
        actor="" if source.inbox_id is not None else source.name,
        partner=source.partner,
        request_id=request_id,
        state="done",
    )
    reader = ReaderSaid(name=said.reader.name, email=said.reader.email, status=said.reader.status)
    submission = Submission(
        request_id=request_id,
        state=submissions.REVIEW,
        source=source.name,
        content=said.content,
        at=context.clock(),
        partner=source.partner,
        number=said.number,
        guessed=said.guessed,
        patron_id=said.reader.id,
        reader=reader,
        lenders=list(source.lenders) or None,
        unread=list(said.unread) or None,
        doubtful=list(said.doubtful) or None,
        words=said.words,
        event_ids=[events.add(connection, event)],
    )
    submissions.add(connection, submission)
    return submission, number


def _row(context: Context, said: SubmittedRequest) -> NewRequest:
    item = said.item
    return NewRequest(
        role=said.role,
        service=said.service,
        item=apdu_json.value_to_json(item),
        title=item.article_title or item.title or "",
        author=item.article_author or item.author or "",
        created_at=context.clock(),
        delivery=apdu_json.value_to_json(said.delivery),
        need_before_on=said.need_before,
        max_cost=apdu_json.value_to_json(said.max_cost),
        note=said.note,
        copyright_declared=said.declared,
        more={"level_of_service": said.level_of_service} if said.level_of_service else None,
    )


def _ordered(connection: Connection, context: Context, number: str, submission: Submission) -> bool:
    """Order it if nothing at all speaks against that; return whether it was ordered."""
    try:
        with savepoint(connection):
            _order(connection, context, number, submission)
    except LocalFault:
        return False
    return True


def _order(connection: Connection, context: Context, number: str, submission: Submission) -> None:
    """Raise LocalFault if staff should see it first."""
    request = requests.load(connection, submission.request_id)
    against: Sequence[Sentence] = (
        *missing.lacks(request, submission),
        *missing.doubts(request, submission, patrons.load(connection, submission.patron_id)),
    )
    if request.role is not Role.REQUESTER or against:
        raise LocalFault(sentence("waits-for-review", number=number))
    wanted = reviewing.wanted(connection, context, request, submission, reviewing.Acceptance())
    entered = reviewing.order(connection, context, submission, wanted, submission.source)
    if entered.warnings:
        raise LocalFault(entered.warnings[0])
