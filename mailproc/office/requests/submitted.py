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
from mailproc.ill.holding import LookUp
from mailproc.ill.submitted import READERS_DOOR, READERS_PAGES, Source, Submitted, SubmittedRequest
from mailproc.ill.terms import Role
from mailproc.office.catalogues import locate
from mailproc.office.requests import (
    form_limits,
    missing,
    review_checks,
    reviewing,
    rota_rules,
)
from mailproc.sentence import Sentence, sentence
from mailproc.store import events, find, look_ups, patrons, requests, submissions
from mailproc.store.events import NewEvent
from mailproc.store.savepoint import savepoint
from mailproc.store.submissions import REVIEW, ReaderSaid, Submission

TWICE = timedelta(days=1)
"""Within this time a form with the same content is the same request, sent again."""


def submit(connection: Connection, context: Context, said: SubmittedRequest, source: Source) -> Submitted:
    """Store what was submitted as a request to review, or order it where it may go straight on.

    The same content from the same source within ``TWICE`` is no second request, nor at any time under the
    same number. What is too much is not taken (``form_limits``). Never raises LocalFault.
    """
    since = context.clock() - TWICE
    if number := submissions.same(connection, source.name, said.content, since):
        return Submitted(number, again=True)
    same = submissions.with_number(connection, source.name, said.number, said.content) if said.number else ""
    if same:
        return Submitted(same, again=True)
    counted = form_limits.counted_under(connection, said, source)
    if (why := form_limits.exceeded(connection, context, source, counted)) is not None:
        return Submitted("", refused=why)
    submission, number = _stored(connection, context, said, source, counted)
    if source.straight and not _awaited(context, submission):
        return Submitted(number, ordered=_ordered(connection, context, number, submission))
    return Submitted(number)


def go_on(connection: Connection, context: Context, request_id: int) -> bool:
    """Order what a form with ``straight`` asks, once the catalogues have said who holds it, and not we.

    Return whether it was ordered: nothing else may speak against it either.
    """
    submission = submissions.load(connection, request_id)
    if submission is None or submission.state != REVIEW or not _is_straight(context, submission):
        return False
    looked = look_ups.of_request(connection, request_id)
    if not _awaited(context, submission) <= {one.catalogue for one in looked}:
        return False
    number = requests.number_of(connection, request_id)
    return _ordered(connection, context, number, submission, looked)


def _awaited(context: Context, submission: Submission) -> frozenset[str]:
    """Return the catalogues that are asked before it is ordered, by their names."""
    if submission.lenders:
        return locate.tells_ours(context)
    return frozenset(one.name for one in context.config.catalogue)  # a rule looks at all of them


def _is_straight(context: Context, submission: Submission) -> bool:
    return any(one.straight for one in context.config.form if one.name == submission.source)


def _stored(
    connection: Connection, context: Context, said: SubmittedRequest, source: Source, counted: str
) -> tuple[Submission, str]:
    request_id, number = requests.create(connection, requests.as_submitted(said, context.clock()))
    find.keep(connection, request_id)
    by_reader = source.name == READERS_PAGES
    event = NewEvent(
        cause="letter" if source.inbox_id is not None else "policy" if by_reader else "staff",
        door=READERS_DOOR if by_reader else "",
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
        counted=counted,
        event_ids=[events.add(connection, event)],
    )
    submissions.add(connection, submission)
    return submission, number


def _ordered(
    connection: Connection, context: Context, number: str, submission: Submission,
    looked: Sequence[LookUp] = (),
) -> bool:  # fmt: skip
    """Order it if nothing at all speaks against that; return whether it was ordered."""
    try:
        with savepoint(connection):
            _order(connection, context, number, submission, looked)
    except LocalFault:
        return False
    return True


def _order(
    connection: Connection, context: Context, number: str, submission: Submission,
    looked: Sequence[LookUp],
) -> None:  # fmt: skip
    """Raise LocalFault if staff should see it first."""
    request = requests.load(connection, submission.request_id)
    reader = patrons.load(connection, submission.patron_id)
    by_rule = bool(missing.rota_by_rule(connection, context, request, submission, reader).lenders)
    against: Sequence[Sentence] = (
        *missing.lacks(request, submission, by_rule=by_rule),
        *missing.doubts(request, submission, reader),
        *review_checks.number_again(connection, submission),
    )
    if request.role is not Role.REQUESTER or against:
        raise LocalFault(sentence("waits-for-review", number=number))
    wanted = reviewing.wanted(connection, context, request, submission, reviewing.Acceptance())
    entered = reviewing.order(connection, context, submission, wanted, submission.source, looked=looked)
    for said in entered.warnings:
        if said.code != rota_rules.BY_RULE:
            raise LocalFault(said)
