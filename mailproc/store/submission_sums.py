"""Sums of what was submitted: how many wishes, what became of them, and why staff declined some."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, text

from mailproc.store.events import EVENT
from mailproc.store.prepared_statements import Constant
from mailproc.store.submission_tables import DECIDED, TO_REVIEW
from mailproc.store.submissions import ACCEPTED, DECLINED, REVIEW, SUBMISSION
from mailproc.store.tables import Instant

PORTION = 500
"""Submissions whose reasons are read at once."""
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_IN_TIME = (
    SUBMISSION.c.at >= bindparam("since", type_=Instant),
    SUBMISSION.c.at < bindparam("until", type_=Instant),
)
_BY = {False: SUBMISSION.c.partner == "", True: SUBMISSION.c.partner > ""}
"""Conditions: a reader submitted it, or a partner."""
_STATES = {
    REVIEW: (text(f"submission.{TO_REVIEW}"),),
    ACCEPTED: (text(f"submission.{DECIDED}"), SUBMISSION.c.state == ACCEPTED),
    DECLINED: (text(f"submission.{DECIDED}"), SUBMISSION.c.state == DECLINED),
}
"""Conditions as the indexes have them."""
_COUNT = {
    (theirs, state): Constant(select(func.count()).select_from(SUBMISSION).where(*which, by, *_IN_TIME))
    for theirs, by in _BY.items()
    for state, which in _STATES.items()
}
_DECLINED = {
    theirs: select(SUBMISSION.c.event_ids)
    .where(*_STATES[DECLINED], by, *_IN_TIME)
    .execution_options(yield_per=PORTION)
    for theirs, by in _BY.items()
}


def counts(
    connection: Connection, since: datetime | None, until: datetime | None
) -> dict[tuple[bool, str], int]:
    """Return how many were submitted from ``since`` until before ``until``, None: without end.

    By whether a partner did (an order to us), and by what became of them (``submissions.DECLINED`` …).
    """
    span = _span(since, until)
    found = {key: int(count.scalar(connection, span)) for key, count in _COUNT.items()}
    return {key: count for key, count in found.items() if count}


def reasons(
    connection: Connection, since: datetime | None, until: datetime | None
) -> dict[bool, Counter[str]]:
    """Return why declined ones were declined, as staff wrote it; by whether a partner had submitted them."""
    found = {theirs: Counter[str]() for theirs in _DECLINED}
    for theirs, declined in _DECLINED.items():
        for part in connection.execute(declined, _span(since, until)).partitions():
            found[theirs].update(
                _last_words(connection, [one for row in part for one in row.event_ids or ()])
            )
    return found


def _last_words(connection: Connection, event_ids: list[int]) -> list[str]:
    """Return the last reason for which each of these requests was declined."""
    told = (
        select(EVENT.c.request_id, EVENT.c.facts)
        .where(EVENT.c.id.in_(event_ids), EVENT.c.type == "decline")
        .order_by(EVENT.c.id)
    )
    last = {row.request_id: str((row.facts or {}).get("text", "")) for row in connection.execute(told)}
    return list(last.values())


def _span(since: datetime | None, until: datetime | None) -> dict[str, Any]:
    return {"since": since or FIRST, "until": until or LAST}
