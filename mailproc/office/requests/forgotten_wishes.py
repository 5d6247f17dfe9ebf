"""What was submitted under the number of a reader who is forgotten waits no more: nobody can order it."""

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.office.requests import review_steps
from mailproc.sentence import sentence
from mailproc.store import requests, submissions
from mailproc.store.submissions import DECLINED


def decline(connection: Connection, context: Context, patron_id: str, by: str) -> tuple[str, ...]:
    """Decline it; return the numbers. Nobody is written to."""
    waiting = submissions.waiting_of_reader(connection, patron_id)
    why = sentence("declined-forgotten")
    for one in waiting:
        review_steps.decided(connection, context, one, DECLINED, by, (why,))
        requests.close(connection, one.request_id, context.clock(), DECLINED)
    return tuple(requests.number_of(connection, one.request_id) for one in waiting)
