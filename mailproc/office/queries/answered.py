"""Find out whether a letter in the folder was carried to the partner: an answer to it proves that.

Not every later message is an answer: it may cross our cancellation, and a letter attached by staff may be a
reader's.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from mailproc.ill.terms import ApduType
from mailproc.store import events, outgoing
from mailproc.store.intent_bodies import apdu_in
from mailproc.store.rows import Intent

ANSWERED_BY: Mapping[str, frozenset[str]] = {
    "ILL_REQUEST": frozenset(ApduType.__members__),  # any message about the order proves that it arrived
    "CANCEL": frozenset({"CANCEL_REPLY"}),
    "RENEW": frozenset({"RENEW_ANSWER"}),
    "ILL_ANSWER": frozenset({"CONDITIONAL_REPLY"}),
    "STATUS_QUERY": frozenset({"STATUS_OR_ERROR_REPORT"}),
}
"""For each type of our APDUs: the types that only an answer to it has."""


def last_word(connection: Connection, transaction_id: int) -> bool:
    """Return whether our last message in the transaction was answered."""
    said = outgoing.last_said(connection, transaction_id)
    return said is not None and answered(connection, [said])


def answered(connection: Connection, intents: Iterable[Intent]) -> bool:
    """Return whether any of ``intents``, which are in one letter, was answered."""
    return any(_is_answered(connection, intent) for intent in intents)


def _is_answered(connection: Connection, intent: Intent) -> bool:
    kinds = ANSWERED_BY.get((apdu_in(intent.body) or {}).get("type", ""))
    if not kinds or intent.transaction_id is None:
        return False
    heard = events.proven_since(connection, intent.transaction_id, intent.event_id)
    return any(event.type in kinds for event in heard)
