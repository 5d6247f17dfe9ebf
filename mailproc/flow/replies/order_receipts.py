"""Decide which order files get a receipt: one per file, and never one for a receipt."""

import logging
from dataclasses import replace

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.ill.terms import Role
from mailproc.mail.addresses import ascii_lower
from mailproc.protocols import registry
from mailproc.store import alarms, auto_replies, events, outgoing, traces
from mailproc.store.events import NewEvent
from mailproc.store.intent_bodies import SendReceipt

_log = logging.getLogger(__name__)

NOT_ANSWERED = ("bulk", "junk", "list")
"""Values of Precedence that get no receipt (no protocol recognises an automatic reply at all)."""


def intend(connection: Connection, reading: LetterReading, context: Context) -> None:
    """Order the receipt of an order file, in the commit of its events.

    There is none if the partner does not want one, the same file got one within a day, or its address had its
    answers for this hour. ``Auto-Submitted: auto-generated`` alone does not prevent it, because programs
    write order files.
    """
    said, partner = reading.decoded.credentials, reading.partner
    if (
        said is None
        or partner is None
        or not registry.protocol(reading.codec).acknowledges(partner)
        or Role.REQUESTER not in partner.roles
    ):
        return
    ours = (context.config.library.email, *context.config.listen.recipients)
    if reading.letter.precedence in NOT_ANSWERED or ascii_lower(partner.address) in map(ascii_lower, ours):
        return
    body = context.registry.by_name(reading.codec).receipt(replace(said, password=""), reading.decoded)
    if body is None or not _is_new(connection, partner.symbol, reading, context):
        return
    most = context.config.policy.answers_an_hour
    if not auto_replies.may_answer(connection, partner.address, partner.symbol, context.clock(), most):
        _log.info(
            "I%s: no receipt, %s had %s answers within the hour", reading.inbox_id, partner.address, most
        )
        return
    event = NewEvent(
        cause="letter",
        type="FILE_TAKEN",
        at=reading.received_at,
        inbox_id=reading.inbox_id,
        partner=partner.symbol,
        state="done",
    )
    outgoing.add_intent(
        connection,
        SendReceipt(reading.codec, body),
        event_id=events.add(connection, event),
        seq=0,
        trace=traces.of_letter(reading.inbox_id),
        partner=partner.symbol,
    )


def _is_new(connection: Connection, symbol: str, reading: LetterReading, context: Context) -> bool:
    """Return whether the file got no receipt within a day, under whatever Message-ID."""
    return alarms.raise_once(connection, "FILE_TAKEN", f"{symbol}/{reading.file_key}", context.clock())
