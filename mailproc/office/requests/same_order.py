"""Would a library that could not supply an order get the very same one again?"""

from dataclasses import replace

from sqlalchemy import Connection

from mailproc import slow_work
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, IllRequest
from mailproc.ill.terms import Results, State
from mailproc.protocols.codec import Codec
from mailproc.store import events, outgoing
from mailproc.store.rows import Transaction

FAILS_AGAIN = (Results.UNFILLED.name, Results.LOCATIONS_PROVIDED.name)
"""Answers that the same order would get again. After others (ask again later, an estimate) it makes sense."""


def uncarried(connection: Connection, before: Transaction, now: Transaction) -> tuple[str, ...]:
    """Return the wishes that differ between two orders, as options of the command line; () if none does."""
    first, second = _order(connection, before), _order(connection, now)
    if not isinstance(first, IllRequest) or not isinstance(second, IllRequest):
        return ()
    beside = ("need_before", "max_cost", "note", "level_of_service")
    return tuple(
        f"--{name.replace('_', '-')}" for name in beside if getattr(first, name) != getattr(second, name)
    )


def is_same(connection: Connection, context: Context, before: Transaction, now: Transaction) -> bool:
    """Return whether the order of ``now`` reads like that of ``before``, which was answered by a refusal."""
    if before.state is not State.NOT_SUPPLIED or before.partner != now.partner:
        return False
    told = events.last_of(connection, before.id, ("ILL_ANSWER",))
    if told is None or (told.apdu or {}).get("results") not in FAILS_AGAIN:
        return False
    first, second = _order(connection, before), _order(connection, now)
    return (
        first is not None
        and second is not None
        and _reads_same(first, second, context.registry.by_name(now.codec))
    )


def _order(connection: Connection, transaction: Transaction) -> Apdu | None:
    """Return the order of an attempt as it was last written, or is to be."""
    said = [
        intent.message
        for event in events.of_transaction(connection, transaction.id)
        for intent in outgoing.of_event(connection, event.id)
        if intent.kind == "apdu" and intent.state != "withdrawn" and intent.message["type"] == "ILL_REQUEST"
    ]
    return apdu_json.from_json(said[-1]) if said else None


def _reads_same(first: Apdu, second: Apdu, codec: Codec) -> bool:
    """Return whether a reader of this protocol makes the same of both, but for their number and time."""
    named = replace(
        second, transaction=first.transaction, ref=first.ref, sent_at=first.sent_at, original_sent_at=None
    )
    if named == replace(first, original_sent_at=None):
        return True
    try:
        with slow_work.exempt():  # a request of ours, of 256 kB at most
            return codec.project(replace(first, original_sent_at=None)) == codec.project(named)
    except LocalFault:  # one of them cannot be written
        return False
