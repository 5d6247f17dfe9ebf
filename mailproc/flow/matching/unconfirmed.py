"""Find what staff must confirm in a transaction.

It is a library to which the request is said to be forwarded, or an address that a letter gives for answers.
"""

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
"""Kind of a reference: the address of a library that is not in config.toml, with the request forwarded to
it. Also a key of a transaction's options: the address that has the request now, '' if a partner has it."""
REASONS = frozenset({Reason.FORWARDED_ELSEWHERE, Reason.LEARNED_ADDRESS})
"""Reasons for attention that ask staff to confirm."""
MOST_TOLD = 3


def questions(
    connection: Connection, transaction: Transaction, reasons: Collection[str], language: Language
) -> tuple[str, ...]:
    """Return the questions to staff, the newest last (commands refer to it); empty for other reasons."""
    if REASONS.isdisjoint(reasons):
        return ()
    return tuple(question_text(row, language) for row in asked_in(connection, transaction)[-MOST_TOLD:])


def asked_in(connection: Connection, transaction: Transaction) -> Sequence[LearnedAddress]:
    """Return the addresses that this transaction asks staff to confirm, the oldest first.

    A library to which the request was forwarded is left out once no answer is awaited.
    """
    addresses = partner_addresses.waiting(connection, transaction.partner, 0)
    taught = [row for row in addresses if learned_in(connection, row) == transaction.id]
    if not transaction.state.awaits_answer:
        return taught
    return [*partner_addresses.waiting(connection, transaction.partner, transaction.id), *taught]


def learned_in(connection: Connection, row: LearnedAddress) -> int | None:
    """Return the id of the transaction in which the address was named."""
    if row.transaction_id or row.event_id is None:
        return row.transaction_id or None
    event = events.load(connection, row.event_id)
    return event.transaction_id if event is not None else None


def question_text(row: LearnedAddress, language: Language) -> str:
    """Return the question to staff about ``row``."""
    return question(row.kind, row.partner, row.value, row.symbol, language)


def answers_under(named: Transaction | TransactionId) -> str:
    """Return the name under which the new responder will answer."""
    return json.dumps([named.tgq, named.tq, named.stq])
