"""Whether the hub tells again what is known: a state that stands, or a message that was said or heard.

That such a message was heard or said once says nothing: a loan is renewed twice, and a demand comes again.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from mailproc.ill.actions import ACTIONS
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import ApduType
from mailproc.store import events, outgoing, transactions
from mailproc.store.outgoing import UNDELIVERED, UNWORDED
from mailproc.store.rows import Transaction

_SAID = frozenset(row for action in ACTIONS if action.message is not None for row in action.events)
"""Rows of our messages. What else moves a transaction, the hub does not know: a timer, a correction."""


def is_state_old(connection: Connection, transaction: Transaction, row: str) -> bool:
    """Return whether a state that the hub tells, which the message ``row`` makes, is not new here.

    It stands, or the hub told it before it had our last message.
    """
    since = transactions.since_last(connection, transaction.id, row)
    if since is None:
        return False
    return not any(map(_is_message, since)) or _is_unheard(connection, transaction)


def is_act_old(connection: Connection, transaction: Transaction, row: str, apdu: Apdu, action: str) -> bool:
    """Return whether a message of ours that the hub posts was said by us, or was heard before."""
    since = transactions.since_last(connection, transaction.id, row)
    if since is None:
        return False
    return not any(map(_is_message, since)) or _second(apdu.sent_at) in _times(
        connection, transaction, apdu, action
    )


def _is_message(row: str) -> bool:
    return row.partition(".")[0] in ApduType.__members__ or row in _SAID


def _is_unheard(connection: Connection, transaction: Transaction) -> bool:
    last = outgoing.last_said(connection, transaction.id)
    if last is None:
        return False
    return last.state in UNWORDED or last.letter_state in UNDELIVERED


def _times(connection: Connection, transaction: Transaction, apdu: Apdu, action: str) -> Iterator[str]:
    """Yield when we said such messages, and when the last one was said in the hub's pages."""
    for said in outgoing.said(connection, transaction.id):
        if said["type"] == apdu.type.name:
            yield said.get("sent_at", "")[:19]
    heard = events.last_of(connection, transaction.id, (action,))
    if heard is not None and heard.apdu:
        yield str(heard.apdu.get("sent_at") or "")[:19]


def _second(at: datetime | None) -> str:
    """The hub's clock has tenths of seconds, ours has more."""
    return at.isoformat()[:19] if at is not None else "never"
