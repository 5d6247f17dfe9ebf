"""Describe letters of ours to staff: which it is, to whom it went, what it was."""

from collections.abc import Iterable

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.notices.catalogue import OurLetter
from mailproc.notices.language import Language
from mailproc.store import order_letters, outgoing
from mailproc.store.intent_bodies import NoticeToPeople
from mailproc.store.rows import OutgoingRecord


def named(
    connection: Connection, outgoing_ids: Iterable[int], context: Context, language: Language
) -> tuple[OurLetter, ...]:
    """Describe those of ``outgoing_ids`` that exist, in order."""
    rows = (outgoing.record(connection, outgoing_id) for outgoing_id in outgoing_ids)
    return tuple(_named(connection, row, context, language) for row in rows if row is not None)


def carry_an_order(connection: Connection, outgoing_ids: Iterable[int]) -> bool:
    """Return whether one of the letters carries an order."""
    return any(order_letters.attempts_in(connection, outgoing_id) for outgoing_id in outgoing_ids)


def is_to_staff(connection: Connection, outgoing_id: int) -> bool:
    """Return whether the letter is to our own staff; a letter about it could cause the next, endlessly."""
    return "staff" in _recipients(connection, outgoing_id)


def _named(connection: Connection, row: OutgoingRecord, context: Context, language: Language) -> OurLetter:
    recipients = _recipients(connection, row.id)
    return OurLetter(
        number=f"O{row.id}",
        to=_whom(row.partner, recipients, context, language),
        address=row.rcpt_to,
        subject=row.subject,
        to_reader="patron" in recipients,
    )


def _whom(symbol: str, recipients: set[str], context: Context, language: Language) -> str:
    for people in ("patron", "staff"):
        if people in recipients:
            return language.texts.people[people]
    known = context.partners.get(symbol)
    return (known and known.name) or symbol


def _recipients(connection: Connection, outgoing_id: int) -> set[str]:
    """Return who gets its notices ("patron", "staff", "partner"); empty for a message to a machine."""
    return {
        one.body.to
        for one in outgoing.intents_of(connection, outgoing_id)
        if isinstance(one.body, NoticeToPeople)
    }
