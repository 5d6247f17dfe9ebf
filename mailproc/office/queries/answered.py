"""Did somebody carry a letter from the folder to the partner? What answers it proves that they have it.

Not everything that is heard since is an answer to it: a word about the order may cross our cancellation,
and a letter that staff attached may be a reader's.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from mailproc.ill.terms import ApduType
from mailproc.store import events, outgoing
from mailproc.store.intent_bodies import apdu_in
from mailproc.store.rows import Intent

ANSWERED_BY: Mapping[str, frozenset[str]] = {
    "ILL_REQUEST": frozenset(ApduType.__members__),  # who does not have the order has nothing to say of it
    "CANCEL": frozenset({"CANCEL_REPLY"}),
    "RENEW": frozenset({"RENEW_ANSWER"}),
    "ILL_ANSWER": frozenset({"CONDITIONAL_REPLY"}),
    "STATUS_QUERY": frozenset({"STATUS_OR_ERROR_REPORT"}),
}
"""Of what we say, as an APDU's type: the types that only an answer to it has."""


def last_word(connection: Connection, transaction_id: int) -> bool:
    """Is what we said last in the transaction answered?"""
    said = outgoing.last_said(connection, transaction_id)
    return said is not None and answered(connection, [said])


def answered(connection: Connection, intents: Iterable[Intent]) -> bool:
    """Is any of ``intents``, which one letter holds, answered?"""
    return any(_is_answered(connection, intent) for intent in intents)


def _is_answered(connection: Connection, intent: Intent) -> bool:
    kinds = ANSWERED_BY.get((apdu_in(intent.body) or {}).get("type", ""))
    if not kinds or intent.transaction_id is None:
        return False
    heard = events.proven_since(connection, intent.transaction_id, intent.event_id)
    return any(event.type in kinds for event in heard)
