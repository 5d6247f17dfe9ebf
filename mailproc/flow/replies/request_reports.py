"""Report to a partner that its request is being worked on, where its system waits for that on a connection.

Some systems ask by TCP, one request at a time, and wait for an answer on the same connection ([partner.tcp]
answer). What staff will decide comes later and another way: so each request is answered at once with a status
report (Status-Or-Error-Report, IN-PROCESS).
"""

from dataclasses import replace

from sqlalchemy import Connection

from mailproc.config import Partner
from mailproc.flow.context import Context
from mailproc.flow.replies import error_reports
from mailproc.flow.replies.error_reports import ReportSubject
from mailproc.ill import apdu_json
from mailproc.ill.automatic_replies import in_process
from mailproc.ill.terms import ApduType, State
from mailproc.mail.channel import TCP
from mailproc.store import events, letters


def report(connection: Connection, event_id: int, after: str, context: Context) -> None:
    """Order the report in the commit of the step that began the transaction; ``after``: its state now."""
    if after != State.IN_PROCESS.name or not any(map(_wants_it, context.config.partner)):
        return  # without a question to the store
    event = events.load(connection, event_id)
    if event is None or event.type != ApduType.ILL_REQUEST.name:
        return
    partner = context.partners.get(event.partner)
    if partner is None or not _wants_it(partner):
        return
    letter = letters.record(connection, event.inbox_id) if event.inbox_id is not None else None
    if letter is None or letter.door != TCP or not event.apdu:
        return
    heard = apdu_json.from_json(event.apdu)
    answer = replace(
        in_process(), transaction=heard.transaction, requester=heard.requester, responder=heard.responder
    )
    error_reports.intend(connection, answer, partner.symbol, ReportSubject(event.at, event.inbox_id), context)


def _wants_it(partner: Partner) -> bool:
    return partner.tcp.report_request and partner.tcp.answer != "connect"
