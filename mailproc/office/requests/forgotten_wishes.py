"""What was submitted under the number of a reader who is forgotten waits no more: nobody can order it."""

from collections.abc import Collection

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.office.requests import review_steps
from mailproc.sentence import sentence
from mailproc.store import requests, submissions
from mailproc.store.submissions import DECLINED, REVIEW


def decline(
    connection: Connection, context: Context, patron_id: str, by: str, wishes: Collection[int] = ()
) -> tuple[str, ...]:
    """Decline it; return the numbers. Nobody is written to. ``wishes``: ids of more that are theirs."""
    waiting = submissions.waiting_of_reader(connection, patron_id)
    known = {one.request_id for one in waiting}
    more = (submissions.load(connection, one) for one in wishes if one not in known)
    waiting += [one for one in more if one is not None and one.state == REVIEW]
    why = sentence("declined-forgotten")
    for one in waiting:
        review_steps.decided(connection, context, one, DECLINED, by, (why,))
        requests.close(connection, one.request_id, context.clock(), DECLINED)
    return tuple(requests.number_of(connection, one.request_id) for one in waiting)
