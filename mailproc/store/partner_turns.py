"""Select what is due, partner by partner: intents to be composed and letters to be sent.

What waits for a paused partner is never read, however much it is.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    RowMapping,
    and_,
    bindparam,
    or_,
    select,
    text,
    union_all,
)

from mailproc.store import queue
from mailproc.store.outgoing import INTENT, OUTGOING, UNDELIVERED, UNWORDED, change
from mailproc.store.prepared_statements import Constant, one_of
from mailproc.store.queue import Due
from mailproc.store.rows import Intent, OutgoingLetter
from mailproc.store.tables import TO_WORD, Instant, IntentRow, OutgoingRow

_NOW: Any = bindparam("now", type_=Instant)
_MOST: Any = bindparam("most", type_=Integer)
_TO_WORD = text(TO_WORD)  # said as the index says it
_PREPARED = OUTGOING.c.state == "prepared"


_EARLIER = INTENT.alias("earlier")
_EARLIER_LETTER = OUTGOING.alias("earlier_letter")
_WAITS_FOR_EARLIER = (
    select(_EARLIER.c.id)
    .select_from(_EARLIER.outerjoin(_EARLIER_LETTER, _EARLIER.c.outgoing_id == _EARLIER_LETTER.c.id))
    .where(
        _EARLIER.c.transaction_id == INTENT.c.transaction_id,
        _EARLIER.c.id < INTENT.c.id,
        _EARLIER.c.kind == "apdu",
        or_(
            one_of(_EARLIER.c.state, UNWORDED),
            and_(_EARLIER.c.state == "prepared", one_of(_EARLIER_LETTER.c.state, UNDELIVERED)),
        ),
    )
)
_FOR_OUR_OWN = INTENT.c.body["to"].as_string() != "partner"


def _of_one_partner(*conditions: Any) -> Constant[RowMapping]:
    """Select what is due for one partner, by the branches of ``queue.times``."""
    here = (_TO_WORD, INTENT.c.kind == bindparam("kind"), INTENT.c.partner == bindparam("partner"))
    order = (INTENT.c.not_before, INTENT.c.id)
    due = [
        select(INTENT.c.id, INTENT.c.unfinished).where(*here, time, *conditions).order_by(*order).limit(_MOST)
        for time in queue.times(INTENT, _NOW)
    ]
    return Constant(union_all(*(select(branch.subquery()) for branch in due)))


_DUE = _of_one_partner(or_(INTENT.c.kind != "apdu", ~_WAITS_FOR_EARLIER.exists()))
_DUE_WHILE_PAUSED = _of_one_partner(_FOR_OUR_OWN)
"""Readers and our staff are informed of a paused partner's requests all the same."""
_NEXT_PARTNER = Constant(
    select(INTENT.c.partner)
    .where(_TO_WORD, INTENT.c.kind == bindparam("kind"), INTENT.c.partner > bindparam("after"))
    .order_by(INTENT.c.partner)
    .limit(1)
)


def _oldest(*conditions: Any) -> CompoundSelect[Any]:
    """Select the first letter of each branch of ``queue.times``."""
    order = (OUTGOING.c.not_before, OUTGOING.c.id)
    due = [
        select(OUTGOING.c.id, OUTGOING.c.unfinished)
        .where(_PREPARED, time, *conditions)
        .order_by(*order)
        .limit(1)
        for time in queue.times(OUTGOING, _NOW)
    ]
    return union_all(*(select(branch.subquery()) for branch in due))


def _of_other_requests() -> ColumnElement[bool]:
    """Return the condition that a letter is about no request of a letter that is being sent."""
    beside = INTENT.alias("beside")
    under_way = beside.c.outgoing_id.in_(bindparam("beside", expanding=True))
    same = INTENT.c.request_id.in_(select(beside.c.request_id).where(under_way))
    return ~select(INTENT.c.id).where(INTENT.c.outgoing_id == OUTGOING.c.id, same).exists()


_ONE_PARTNER = OUTGOING.c.partner == bindparam("partner")
_LETTERS, _LETTERS_OF = Constant(_oldest()), Constant(_oldest(_ONE_PARTNER))
_LETTERS_BESIDE = _oldest(_of_other_requests())
_LETTERS_OF_BESIDE = _oldest(_ONE_PARTNER, _of_other_requests())
_LETTERS_BY = _oldest(_ONE_PARTNER, OUTGOING.c.transport == bindparam("transport"), _of_other_requests())
_NEXT_RECIPIENT = Constant(
    select(OUTGOING.c.partner)
    .where(_PREPARED, OUTGOING.c.partner > bindparam("after"))
    .order_by(OUTGOING.c.partner)
    .limit(1)
)


def claim_intents(
    connection: Connection, kind: str, paused: Collection[str], now: datetime, limit: int
) -> list[Intent]:
    """Return intents that may be put into a letter now, oldest first, with their try counted.

    None for a paused partner or its staff; none whose transaction has an earlier APDU that has not left (a
    Cancel never overtakes its Request), so a letter has at most one message of a transaction. A held intent
    is tried again after its pause, because a template may have been corrected.
    """
    values = {"kind": kind, "now": now, "far": queue.far(now), "most": limit}
    due: list[Due] = []
    for partner in _partners(connection, _NEXT_PARTNER, {"kind": kind}):
        if partner not in paused:
            due += _rows(connection, _DUE, values | {"partner": partner})
        elif kind == "notice":
            due += _rows(connection, _DUE_WHILE_PAUSED, values | {"partner": partner})
    return queue.begin(connection, IntentRow, Intent, sorted(due)[:limit])


def claim_letter(
    connection: Connection, paused: Collection[str], now: datetime, beside: Sequence[int] = ()
) -> OutgoingLetter | None:
    """Return the oldest letter that is due, its try counted, in state ``sending``; no paused partner's.

    ``beside``: the letters being sent. None about a request of one of them, so that no later message
    overtakes an earlier one; and none during which the process died before, which goes alone. ``unfinished``
    stays as the claim counted it, to recognise a letter that kills the process.
    """
    row: OutgoingLetter | None = None
    while row is None:  # a letter that killed the process twice is shelved here, and the next one is tried
        due = _letters_due(connection, paused, now, beside)
        if not due or (beside and 0 < min(due)[1] < queue.DEATHS):
            return None
        row = _claimed(connection, min(due), now)
    return row


def claim_letter_by(
    connection: Connection, ways: Sequence[tuple[str, str]], now: datetime, beside: Sequence[int]
) -> OutgoingLetter | None:
    """Claim as ``claim_letter`` does, of what is due to a partner by a transport: ``ways`` has the pairs."""
    values = {"now": now, "far": queue.far(now), "beside": list(beside)}
    found = (
        _first(connection, _LETTERS_BY, values | {"partner": partner, "transport": transport})
        for partner, transport in ways
    )
    due = [letter for of_one in found for letter in of_one]
    if not due or min(due)[1]:  # one during which the process died goes alone
        return None
    return _claimed(connection, min(due), now)


def _claimed(connection: Connection, due: Due, now: datetime) -> OutgoingLetter | None:
    """Count the try; None if the letter is shelved instead, as it killed the process too often."""
    rows = queue.begin(connection, OutgoingRow, OutgoingLetter, [due])
    if not rows:
        return None
    change(connection, rows[0].id, state="sending", sending_since=now, unfinished=rows[0].unfinished)
    return rows[0]


def _letters_due(
    connection: Connection, paused: Collection[str], now: datetime, beside: Sequence[int]
) -> list[Due]:
    values: dict[str, Any] = {"now": now, "far": queue.far(now)} | (
        {"beside": list(beside)} if beside else {}
    )
    if not paused:
        return _first(connection, _LETTERS_BESIDE if beside else _LETTERS, values)
    due = _LETTERS_OF_BESIDE if beside else _LETTERS_OF
    whose = (one for one in _partners(connection, _NEXT_RECIPIENT, {}) if one not in paused)
    return [found for one in whose for found in _first(connection, due, values | {"partner": one})]


def _first(
    connection: Connection, due: Constant[Any] | CompoundSelect[Any], values: dict[str, Any]
) -> list[Due]:
    if isinstance(due, Constant):
        return _rows(connection, due, values)
    return [(row.id, row.unfinished) for row in connection.execute(due, values)]


def _partners(connection: Connection, following: Constant[Any], values: dict[str, Any]) -> Iterator[str]:
    """Yield those for whom anything waits, in order, by one index lookup each; '' (people) always comes."""
    partner: str | None = ""
    while partner is not None:
        yield partner
        partner = following.scalar(connection, values | {"after": partner})


def _rows(connection: Connection, due: Constant[RowMapping], values: dict[str, Any]) -> list[Due]:
    return [(row["id"], row["unfinished"]) for row in due.rows(connection, values)]
