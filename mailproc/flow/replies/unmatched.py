"""Handle a borrower's message about a request that never came.

By mail it may have overtaken its request, so it waits for it on the shelf. After ``policy.unmatched_days``,
or when staff decide so, the borrower is told that we know no such transaction (ISO 10161-1,
Transaction-Id-Problem), once for each request; the message still counts if the request comes after all.
``not_before`` of the shelved event is the instant at which it falls due.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.matching import symbols, transaction_lookup
from mailproc.flow.replies import error_reports
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu
from mailproc.ill.automatic_replies import unknown_id
from mailproc.ill.repeats import has_time
from mailproc.ill.terms import ApduType, Role
from mailproc.ill.timers import OFFICE_OPENS
from mailproc.sentence import Part, Sentence, read_stored, sentence, stored
from mailproc.store import events
from mailproc.store.rows import Event

SAID = frozenset(
    kind.name
    for kind in ApduType
    if kind.said_by is not Role.RESPONDER
    and kind not in (ApduType.ILL_REQUEST, ApduType.STATUS_QUERY, ApduType.STATUS_OR_ERROR_REPORT)
)
"""Messages that a borrower sends after its request. (``error_reports`` answers a Status-Query at once.)"""
WAITS = "waits for its request until"
"""Begins the reason as older releases stored it, before it was a code."""
LATER = timedelta(hours=1)
"""How long a report waits if the address had its answers for this hour."""


def wait(connection: Connection, event_id: int, context: Context) -> None:
    """Let event ``event_id`` wait, in the commit that shelves it because no transaction matches it."""
    event, days = events.load(connection, event_id), context.config.policy.unmatched_days
    if event is None or not days or _why_not(connection, event, context):
        return
    _wait_from_today(connection, event_id, _without_day(event.last_error), context)


def _wait_from_today(connection: Connection, event_id: int, why: Part, context: Context) -> None:
    day = context.today() + timedelta(days=context.config.policy.unmatched_days)
    opens = context.instant(datetime.combine(day, OFFICE_OPENS))
    waits = sentence("waits-for-request", day=day, why=why)
    events.wait_on_shelf(connection, event_id, opens, stored(waits))


def _without_day(column: str) -> Part:
    """Return why it is shelved, without the day until which it waits; an older release wrote that as text."""
    (why, *more) = read_stored(column) or ("",)
    if isinstance(why, Sentence) and not more:
        inner = why.values.get("why") if why.code == "waits-for-request" else why
        return inner if isinstance(inner, str | Sentence) else why
    old = "; ".join(map(str, read_stored(column)))
    return old.partition(": ")[2] if old.startswith(WAITS) else old


def tell_due(connection: Connection, context: Context, limit: int) -> int:
    """Tell the borrowers whose messages have waited long enough; return how many messages were checked.

    Some of these may wait on. If ``limit`` were checked, more may be due.
    """
    now = context.clock()
    told: set[int] = set()
    far = now + timedelta(days=context.config.policy.unmatched_days + 2)
    due = events.waited(connection, now, far, limit)
    for event in due:
        if event.id in told:
            continue
        if (
            event.not_before is not None and event.not_before > now
        ):  # the clock was ahead: its days begin today
            _wait_from_today(connection, event.id, _without_day(event.last_error), context)
        elif context.partners.get(event.partner) is None or _why_not(connection, event, context):
            events.wait_on_shelf(connection, event.id, None, event.last_error)
        elif _report(connection, event, context):
            told |= _mark_told(connection, event, context)
        else:
            events.wait_on_shelf(connection, event.id, now + LATER, event.last_error)
    return len(due)


def tell(connection: Connection, event: Event, context: Context, by: str) -> Sentence:
    """Tell the sender of a shelved message on behalf of ``by``; return what was done, as a sentence.

    Raise LocalFault if there is nothing to tell, it was told, or its address had its answers for this hour.
    """
    partner = context.partners.known(event.partner)
    if day := (event.facts or {}).get(events.TOLD):
        raise LocalFault(sentence("told-already", partner=partner.symbol, event=f"E{event.id}", day=day))
    if why_not := _why_not(connection, event, context):
        raise LocalFault(sentence("report-not-possible", event=f"E{event.id}", why=why_not))
    if not _report(connection, event, context, by):
        most = context.config.policy.answers_an_hour
        raise LocalFault(sentence("answers-this-hour", partner=partner.symbol, most=most))
    _mark_told(connection, event, context)
    named = transaction_lookup.name_of(apdu_json.from_json(event.apdu or {}))
    return sentence("told-unknown", partner=partner.symbol, message=named)


def _why_not(connection: Connection, event: Event, context: Context) -> Sentence | None:
    """Return why the sender cannot be told; None if it can."""
    heard = apdu_json.from_json(event.apdu) if event.apdu else None
    if heard is None or event.cause != "letter" or not has_time(heard):
        return sentence("report-no-word")
    if heard.type.name not in SAID:
        return sentence("report-not-a-borrowers", event=heard.type.name)
    if error_reports.our_role(heard, context) is not Role.RESPONDER:
        return sentence("report-we-borrow")
    if error_reports.is_known_transaction(connection, heard, event.partner, context):
        return sentence("report-known")
    partner = context.partners.get(event.partner)
    if partner is not None and error_reports.is_own_address(partner, context):
        return sentence("report-own-address", partner=partner.symbol)
    return None


def _report(connection: Connection, event: Event, context: Context, by: str = "") -> bool:
    """Order the report; False if the address had its answers for this hour."""
    heard = apdu_json.from_json(event.apdu or {})
    answer = replace(
        unknown_id(heard),
        transaction=heard.transaction,
        requester=heard.requester,
        responder=heard.responder,
    )
    about = error_reports.ReportSubject(context.clock(), event.inbox_id)
    return error_reports.intend(connection, answer, event.partner, about, context, by=by, by_clock=not by)


def _mark_told(connection: Connection, event: Event, context: Context) -> set[int]:
    """Mark all messages about this request as told; return their ids."""
    key = _key(event, context)
    heard = apdu_json.from_json(event.apdu or {})
    same = [
        one for one in transaction_lookup.waiting(connection, event.partner, heard)
        if one.type in SAID and _key(one, context) == key
    ]  # fmt: skip
    for one in (event, *same):
        heard = apdu_json.from_json(one.apdu or {})
        why = transaction_lookup.unmatched(connection, one.partner, heard, context)
        told = sentence("sender-told", partner=one.partner, day=context.today(), why=why)
        events.told_on_shelf(connection, one, context.today(), stored(told))
    return {event.id, *(one.id for one in same)}


def _key(event: Event, context: Context) -> object:
    heard: Apdu = apdu_json.from_json(event.apdu or {})
    return symbols.asked_key(heard, event.partner, context)
