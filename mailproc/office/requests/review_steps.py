"""What staff do with a request before anybody is asked for it: each step is an event without an attempt."""

from collections.abc import Sequence

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.acts.overtaken import Overtaken
from mailproc.office.queries.find import request_of
from mailproc.sentence import Part, Word, sentence, stored
from mailproc.store import events, submissions
from mailproc.store.events import NewEvent
from mailproc.store.rows import StoredRequest
from mailproc.store.submissions import ACCEPTED, DECLINED, REVIEW, Submission

_KINDS = {ACCEPTED: "accept", DECLINED: "decline", REVIEW: "review"}


def mark(submission: Submission) -> str:
    """Return a mark of what has been done with it so far."""
    return mark_after(submission, (submission.event_ids or [0])[-1])


def mark_after(submission: Submission, event_id: int) -> str:
    """Return its mark where that event is the last."""
    return f"{submission.request_id}.{event_id}"


def of(connection: Connection, number: str, seen: str = "") -> tuple[StoredRequest, Submission]:
    """Return the request to review that ``number`` names. Raise LocalFault if it is none.

    Raise Overtaken if ``seen``, a ``mark`` or '', is an older one.
    """
    request = request_of(connection, number)
    submission = submissions.load(connection, request.id)
    if submission is not None and seen and seen != mark(submission):
        raise Overtaken(sentence("overtaken", number=request.number, what=_last(connection, submission)))
    if submission is None or submission.state == ACCEPTED:
        raise LocalFault(sentence("no-review", number=request.number), (f"mailproc show {request.number}",))
    return request, submission


def _last(connection: Connection, submission: Submission) -> Word:
    event = events.load(connection, (submission.event_ids or [0])[-1])
    return Word("done", event.type if event is not None else "")


def decided(
    connection: Connection, context: Context, submission: Submission, state: str, by: str,
    what: Sequence[Part] = (), *, kind: str = "", door: str = "cli", once: str = "",
) -> int:  # fmt: skip
    """Record a decision about it, with ``what`` staff said; return the event."""
    by_form = by == submission.source  # nobody has looked at it
    event = NewEvent(
        cause="policy" if by_form else "staff",
        type=kind or _KINDS[state],
        at=context.clock(),
        facts={"text": "; ".join(map(str, what)), "why": stored(*what)} if what else None,
        actor=by,
        door=door,
        once=once or None,
        request_id=submission.request_id,
        state="done",
    )
    event_id = events.add(connection, event)
    submissions.decide(connection, submission, state, event_id)
    return event_id


def record(
    connection: Connection, context: Context, submission: Submission, kind: str, by: str,
    what: Sequence[Part], *, door: str = "cli", once: str = "",
) -> int:  # fmt: skip
    """Record what staff did with it beside deciding ("amend", "note"): a line of its history.

    Return the event.
    """
    return decided(
        connection, context, submission, submission.state, by, what, kind=kind, door=door, once=once
    )
