"""What of a transaction waits for staff's yes: a library to which it is said to be passed on, or an address
to which its letters want the answers."""

import json
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection

from mailproc.ill.attention import Reason
from mailproc.ill.terms import TransactionId
from mailproc.notices.incoming_details import question
from mailproc.notices.language import Language
from mailproc.store import events, partner_addresses
from mailproc.store.rows import LearnedAddress, Transaction

ANSWERS_FROM: Final = "answers_from"
"""Of a reference: the address of a library that config.toml does not know, and the request that was passed
on to it. Among a transaction's options: the one that has it now, '' where a partner has it."""
REASONS = frozenset({Reason.FORWARDED_ELSEWHERE, Reason.LEARNED_ADDRESS})
"""The attention that asks staff about it."""
MOST_TOLD = 3


def questions(
    connection: Connection, transaction: Transaction, reasons: Collection[str], language: Language
) -> tuple[str, ...]:
    """In words, where a letter to staff is about that; the newest last: of it the commands speak."""
    if REASONS.isdisjoint(reasons):
        return ()
    return tuple(in_words(row, language) for row in asked_in(connection, transaction)[-MOST_TOLD:])


def asked_in(connection: Connection, transaction: Transaction) -> Sequence[LearnedAddress]:
    """Rows of ``partner_addresses``, the oldest first; none of where it is now, once nobody is waited for."""
    addresses = partner_addresses.waiting(connection, transaction.partner, 0)
    taught = [row for row in addresses if taught_in(connection, row) == transaction.id]
    if not transaction.state.awaits_answer:
        return taught
    return [*partner_addresses.waiting(connection, transaction.partner, transaction.id), *taught]


def taught_in(connection: Connection, row: LearnedAddress) -> int | None:
    """The transaction in which the address was named."""
    if row.transaction_id or row.event_id is None:
        return row.transaction_id or None
    event = events.load(connection, row.event_id)
    return event.transaction_id if event is not None else None


def in_words(row: LearnedAddress, language: Language) -> str:
    """The question to staff about ``row``."""
    return question(row.kind, row.partner, row.value, row.symbol, language)


def answers_under(named: Transaction | TransactionId) -> str:
    """The name under which the new responder will answer."""
    return json.dumps([named.tgq, named.tq, named.stq])
