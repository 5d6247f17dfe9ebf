"""Report to a proven partner a message that matches no transaction, if the standard has a report for it.

ISO 10161-1: a Status-Query about an unknown transaction is answered with UNKNOWN; an answer to a request that
we never made, with Transaction-Id-Problem; an unreadable message, with a general problem (its codec says
which). A borrower's message before its request is not answered here: by mail it may have overtaken the
request, so it waits (``unmatched``). A report is never answered by a report, and reports to one address are
limited per hour.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from mailproc.config import Partner
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.matching import symbols
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, StatusOrErrorReport, StatusQuery
from mailproc.ill.automatic_replies import not_there, unknown_id
from mailproc.ill.repeats import has_time
from mailproc.ill.terms import Role
from mailproc.mail.addresses import ascii_lower
from mailproc.mail.letter import Body
from mailproc.protocols.codec import Wire
from mailproc.store import auto_replies, events, outgoing, traces, transactions
from mailproc.store.events import NewEvent
from mailproc.store.intent_bodies import SendReport

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReportSubject:
    """What a report answers: when that was sent, and in which letter."""

    at: datetime
    inbox_id: int | None


def unknown(connection: Connection, event_id: int, context: Context) -> None:
    """Order the report in the commit that shelves event ``event_id`` because no transaction matches it."""
    event = events.load(connection, event_id)
    if event is None or event.cause != "letter" or not event.apdu or event.transaction_id is not None:
        return
    heard = apdu_json.from_json(event.apdu)
    if not has_time(heard) or is_known_transaction(connection, heard, event.partner, context):
        return
    answer = _answer(heard, context)
    if answer is None:
        return
    answer = replace(
        answer, transaction=heard.transaction, requester=heard.requester, responder=heard.responder
    )
    intend(connection, answer, event.partner, ReportSubject(event.at, event.inbox_id), context)


def unreadable(
    connection: Connection, reading: LetterReading, answers: Iterable[Apdu], context: Context
) -> None:
    """Order what the codec answers to unreadable messages, in the commit of the letter's events.

    As far as their sender may be answered.
    """
    letter, partner = reading.letter, reading.partner
    if partner is None or reading.unproven or letter.auto_submitted.startswith("auto-replied"):
        return
    about = ReportSubject(reading.received_at, reading.inbox_id)
    for answer in answers:
        if not intend(connection, answer, partner.symbol, about, context):
            return  # nor will the next one be sent


def body(report: SendReport, partner: Partner, context: Context) -> Body:
    """Return the letter of such an intent. Raise LocalFault if it cannot be written."""
    said = apdu_json.from_json(report.apdu)
    wire = Wire(context.config.library, partner, report.role, partner.dialect, partner.address)
    encoded = context.registry.by_name(report.codec).encode([said], wire, context.templates)
    if encoded.body is None:
        raise LocalFault("; ".join(str(one.text) for one in encoded.held) or "there is nothing to say")
    return encoded.body


def _answer(heard: Apdu, context: Context) -> StatusOrErrorReport | None:
    if isinstance(heard, StatusOrErrorReport) or heard.type.said_by is Role.REQUESTER:
        return None
    if isinstance(heard, StatusQuery):
        return not_there()
    return unknown_id(heard) if our_role(heard, context) is Role.REQUESTER else None


def our_role(apdu: Apdu, context: Context) -> Role:
    """Return our role in the transaction, by its name."""
    named = apdu.transaction
    ours = named is not None and symbols.is_ours(named.initial_requester, context)
    return Role.REQUESTER if ours else Role.RESPONDER


def is_known_transaction(connection: Connection, heard: Apdu, partner: str, context: Context) -> bool:
    """Return whether such a transaction exists with any partner; then this partner is told nothing of it."""
    return any(
        transactions.is_known(connection, role, key)
        for role in Role
        for key in symbols.keys(heard, role, partner, context)
    )


def is_own_address(partner: Partner, context: Context) -> bool:
    """Return whether a report would come back to us (a hub)."""
    return ascii_lower(partner.address) == ascii_lower(context.config.library.email)


def intend(
    connection: Connection,
    answer: Apdu,
    symbol: str,
    about: ReportSubject,
    context: Context,
    *,
    by: str = "",
    by_clock: bool = False,
) -> bool:
    """Order ``answer`` to the partner; return whether it will be sent.

    It is not if its address had its answers for this hour, or is our own. ``about``: what it answers; ``by``:
    the member of staff who wants it.
    """
    partner, now = context.partners.known(symbol), context.clock()
    if is_own_address(partner, context):
        return False
    most = context.config.policy.answers_an_hour
    if not auto_replies.may_answer(connection, partner.address, symbol, now, most):
        _log.info("no report sent to %s: it had %s answers within the hour", partner.address, most)
        return False
    event = NewEvent(
        cause="staff" if by else "timer" if by_clock else "letter",
        type="REPORTED",
        at=about.at,
        inbox_id=about.inbox_id,
        actor=by,
        partner=symbol,
        state="done",
    )
    said = replace(answer, sent_at=context.local(now))
    event_id = events.add(connection, event)
    outgoing.add_intent(
        connection,
        SendReport(partner.codec, our_role(said, context), apdu_json.to_json(said)),
        event_id=event_id,
        seq=0,
        trace=f"E{event_id}" if about.inbox_id is None else traces.of_letter(about.inbox_id),
        partner=symbol,
    )
    return True
