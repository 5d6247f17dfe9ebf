"""Collect what the timers of a transaction depend on: what has fired, what was asked, what was heard."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from mailproc.flow import delivery_mode
from mailproc.flow.case import Case
from mailproc.flow.matching import item_received, unfilled_letter
from mailproc.ill import apdu_json
from mailproc.ill.apdu import IllAnswer, StatusQuery
from mailproc.ill.apdu_json import ApduJson, ReportJson
from mailproc.ill.attention import Reason
from mailproc.ill.events import Timer
from mailproc.ill.reader_due import due_of_reader
from mailproc.ill.terms import ApduType, Role, Service, State
from mailproc.ill.timer_schedule import TimerInputs
from mailproc.ill.timers import LENT, ON_LOAN, REPAIRS
from mailproc.ill.whereabouts import WITH_READER, reader_has
from mailproc.protocols.codec import Manner
from mailproc.store import events, letters_to_reader, outgoing, requests, timers, transactions
from mailproc.store.rows import Event, FiredEvent, HeardEvent

NEED_BEFORE_COUNTS = (State.PENDING, State.CONDITIONAL, State.IN_PROCESS)
"""Borrower's states in which the reader's need-before date counts."""
UNDECIDED = (State.IN_PROCESS, State.CONDITIONAL)
"""Lender's states in which the request is not yet answered."""
ARRIVAL_UNKNOWN = (State.RENEW_PENDING, State.OVERDUE, State.RENEW_OVERDUE, State.RECALL)
"""Borrower's states that do not tell whether the item has arrived."""
UNKNOWN_ID = "unknown-transaction-id"
"""Transaction-Id-Problem: the partner knows no such transaction (ISO 10161-1, error report)."""
RETURNED = ApduType.RETURNED.name
LENDERS_OVERDUE = "OVERDUE"
"""Event type: a lender's Overdue, of which the reader was informed at once, counts as a reminder."""
REMINDERS = frozenset({"patron/overdue", "patron/recalled"})
"""Letters that count: a further one would make no sense while the reader has not got the one before."""
OF_WORDS = frozenset({Reason.MESSAGE, Reason.DOCUMENT_LINK})
"""Reasons that staff have words of the partner to read."""


def of(
    case: Case, moved: Event, at: datetime, *, began: bool = False, fires: Timer | None = None
) -> TimerInputs:
    """Return what the timers of the transaction depend on at the instant ``at`` (aware).

    ``moved`` is the event that last moved the transaction. ``began``: this step began it, so nothing has
    fired. ``fires``: the timer that is due.
    """
    reply_by, expiry = _reply_by(case), _expiry(case, moved)
    ends = [day for day in (expiry, reply_by) if day]
    since = case.day(moved.at)
    here, came_on = _arrival(case)
    wanted_until = (_need_before(case), expiry)
    past = () if began else timers.fired(case.connection, case.id)
    by_people = not _repeat_safe(case)  # a machine discards a repeat, and words are no answer to it
    unread = by_people and not OF_WORDS.isdisjoint(case.transaction.attention or ())
    return TimerInputs(
        since=since,
        today=case.day(at),
        need_before=min((day for day in wanted_until if day and day >= since), default=None),
        fired=_fired(case, past),
        unprinted=_unprinted(past),
        reminded_on=_reminded_on(case, at, past),
        may_ask=_may_ask(case, moved),
        reply_by=reply_by,
        expires=min(ends) if ends and _may_expire(case) else None,
        sent_back=_sent_back(case, moved),
        here=here,
        came_on=came_on,
        given_on=_given_on(case),
        unfilled_untold=_unfilled_untold(case, since, fires),
        wanted_by=_wanted_by(case),
        renewal_answered=_renewal_answered(case),
        ask_again=_ask_again(case, moved),
        words_unread=unread,
        words_on=None if unread or not by_people or moved.at == at else _words_on(case, moved),
    )


def _words_on(case: Case, moved: Event) -> date | None:
    """Return the last day on which people of the partner wrote, or staff dealt with what they wrote."""
    written = [event for event in _heard(case, moved) if event.type == ApduType.MESSAGE.name]
    if not written:
        return None
    acts = events.of_transaction(case.connection, case.id)
    dealt = (event.at for event in acts if event.cause == "staff")
    return case.day(max((written[-1].at, *dealt)))


def fired(case: Case) -> dict[tuple[Timer, date], list[date]]:
    """Return the local days on which each timer fired, by kind and by the day that it was about.

    What went to staff, because the item was with us, is no reminder of the reader who has it now.
    """
    return _fired(case, timers.fired(case.connection, case.id))


def _unprinted(past: Sequence[FiredEvent]) -> Mapping[tuple[Timer, date], int]:
    told = [(row.type, row.facts) for row in past if row.facts and row.facts.get("unprinted")]
    return Counter((Timer(kind), date.fromisoformat(facts["of"])) for kind, facts in told)


def _reminded_on(case: Case, at: datetime, past: Sequence[FiredEvent]) -> date | None:
    """Return the day on which the reader's last reminder left: it may wait for the service or a relay."""
    current = case.current
    reminds = current.state is State.RECALL or (past and current.state in WITH_READER)
    if current.role is not Role.REQUESTER or not reminds:
        return None
    left = letters_to_reader.last_left(case.connection, case.id, REMINDERS, at)
    return case.day(left) if left is not None else None


def _fired(case: Case, past: Sequence[FiredEvent]) -> dict[tuple[Timer, date], list[date]]:
    found: dict[tuple[Timer, date], list[date]] = {}
    with_reader = reader_has(case.current, collected_said=case.context.settings.collected_said)
    for row in past:
        facts = row.facts or {}
        of_day = facts.get("of")
        if of_day is not None and not (with_reader and facts.get("with_us")):
            demand = row.type == LENDERS_OVERDUE
            kind = Timer.READER_OVERDUE if demand else Timer(row.type)
            day = case.day(row.at)
            found.setdefault((kind, date.fromisoformat(of_day)), []).append(day)
    return found


def has_left(case: Case) -> bool:
    """Return whether our last message has reached the partner, as far as we know.

    If it has not, the partner is not chased for an answer.
    """
    return outgoing.delivery(case.connection, case.id) in ("handed_over", "filed")


def sent_as(case: Case, kind: ApduType) -> Manner:
    """Return how a message of type ``kind`` goes to the partner of this transaction."""
    transaction, context = case.transaction, case.context
    codec = context.registry.by_name(transaction.codec)
    partner = context.partners.get(transaction.partner)
    return delivery_mode.effective(codec, partner, kind, transaction.role, transaction.dialect)


def repair_message(case: Case, kind: ApduType) -> ApduJson | None:
    """Return the message of a repair, as JSON: a new Status-Query, or our last message of that type."""
    if kind is ApduType.STATUS_QUERY:
        return apdu_json.to_json(StatusQuery())
    said = [apdu for apdu in outgoing.said(case.connection, case.id) if apdu["type"] == kind.name]
    return said[-1] if said else None


def request_before_repair(case: Case, kind: ApduType, *, last: bool) -> ApduJson | None:
    """Return the ILL-Request, as JSON, that goes before a repeated Cancel; None if it need not go again.

    It goes again if the partner has reported that it does not know the request, or with the ``last`` repeat
    if nothing was ever heard: in both cases the ILL-Request may have been lost.
    """
    heard = events.proven_since(case.connection, case.id, 0) if kind is ApduType.CANCEL else ()
    unknown = [_knows_nothing(event) for event in heard]
    if kind is not ApduType.CANCEL or not all(unknown) or not (unknown or last):
        return None
    return repair_message(case, ApduType.ILL_REQUEST)


def _knows_nothing(event: HeardEvent) -> bool:
    """Return whether the partner's report says that it knows no such transaction."""
    report: ReportJson = (event.apdu or {}).get("report") or {}
    return report.get("current_state") == State.UNKNOWN.name or report.get("problem") == UNKNOWN_ID


def _need_before(case: Case) -> date | None:
    if case.current.state not in NEED_BEFORE_COUNTS:
        return None
    return requests.need_before(case.connection, case.transaction.request_id)


def _reply_by(case: Case) -> date | None:
    """Return the day that the condition names: the lender's condition, or ours where we lend."""
    if case.current.state is not State.CONDITIONAL:
        return None
    names = ("ILL_ANSWER",) if case.current.role is Role.REQUESTER else ("conditional", "ILL_ANSWER")
    event = events.last_of(case.connection, case.id, names)
    answer = apdu_json.from_json(event.apdu) if event is not None and event.apdu else None
    conditions = answer.conditions if isinstance(answer, IllAnswer) else ()
    return next((one.reply_by for one in conditions if one.reply_by), None)


def _expiry(case: Case, moved: Event) -> date | None:
    """Return the day on which the request ends if it is not answered (ISO 10161-1: expiry-date)."""
    if case.current.role is not Role.RESPONDER or case.current.state not in UNDECIDED:
        return None
    came_now = moved.type == "ILL_REQUEST"
    asked = moved if came_now else events.last_of(case.connection, case.id, ("ILL_REQUEST",))
    day = ((asked.apdu or {}) if asked is not None else {}).get("expiry")
    return date.fromisoformat(day) if day else None


def _may_expire(case: Case) -> bool:
    """Return whether Expired may be sent automatically.

    Only if both Shipped and Expired go as messages. Otherwise an item may have left that nobody recorded as
    shipped, and the request would disappear from the lists.
    """
    needed = (ApduType.SHIPPED, ApduType.EXPIRED)
    return all(sent_as(case, kind) is Manner.SEND for kind in needed)


def _may_ask(case: Case, moved: Event) -> bool:
    """Return whether the message that repairs this state may be sent automatically, and is still needed."""
    current = case.current
    repair = REPAIRS.get((current.role, current.state))
    if repair is None or current.closed or current.unsent or not _repeat_safe(case):
        return False
    if sent_as(case, repair[1]) is not Manner.SEND:
        return False
    if current.state is State.NOT_SUPPLIED:  # our own "no"; theirs needs no answer
        return moved.type == "answer-condition" and not _heard(case, moved)
    if current.state is State.RETURNED:
        said = sent_as(case, ApduType.RETURNED) is not Manner.LOCAL
        return moved.type == "return" and said and not _is_home(_heard(case, moved))
    if current.state in ON_LOAN:
        due = current.due_on
        if due is None or current.service is not Service.LOAN:
            return False
        heard = _heard(case, moved)
        return all(case.day(event.at) <= due for event in heard)
    return True


def _sent_back(case: Case, moved: Event) -> date | None:
    """Return when the borrower last reported the return; None if staff have demanded the item since."""
    if case.current.role is not Role.RESPONDER or case.current.state not in LENT:
        return None
    events_since: list[Event | HeardEvent] = [moved, *_heard(case, moved)]
    said = [event.at for event in events_since if event.type == RETURNED]
    return case.day(said[-1]) if said else None


def _ask_again(case: Case, moved: Event) -> date | None:
    """Return the day that the lender's answer named for asking it again.

    None if that day is not after the answer, if the reader does not need the item by then, or if another
    library was asked.
    """
    named = (moved.apdu or {}).get("retry_on") if moved.type == ApduType.ILL_ANSWER.name else None
    if not named or case.current.role is not Role.REQUESTER or case.current.state is not State.NOT_SUPPLIED:
        return None
    day, need = date.fromisoformat(named), requests.need_before(case.connection, case.transaction.request_id)
    if day <= case.day(moved.at) or (need is not None and need < day) or _later_attempts(case):
        return None
    return day


def _later_attempts(case: Case) -> bool:
    """Return whether a library was asked after this attempt."""
    attempts = transactions.of_request(case.connection, case.transaction.request_id)
    return any(one.attempt > case.transaction.attempt for one in attempts)


def _arrival(case: Case) -> tuple[bool, date | None]:
    """Return whether the item is here, and since when if the state does not tell."""
    if case.current.role is not Role.REQUESTER or case.current.state not in ARRIVAL_UNKNOWN:
        return True, None
    came = item_received.receipt_event(case.connection, case.id)
    return came is not None, case.day(came.at) if came else None


def _wanted_by(case: Case) -> date | None:
    """Return the day that a recall names; of a loan to us the day by which the reader is asked for it."""
    current = case.current
    if current.role is not Role.REQUESTER or current.state is not State.RECALL:
        return item_received.wanted_by(case.connection, case.id, current.state)
    return item_received.recalled_by(
        case.connection, case.id, current.state, _due_of_reader(case), case.context
    )


def _due_of_reader(case: Case) -> date | None:
    due_on, term = case.current.due_on, case.context.reader_term
    return due_of_reader(due_on, term, _given_on(case)) if due_on is not None else None


def _renewal_answered(case: Case) -> bool:
    borrows = case.current.role is Role.REQUESTER
    return borrows and item_received.renewal_answered(case.connection, case.id, case.current.state)


def _given_on(case: Case) -> date | None:
    """Return the day that bounds the reader's due date; looked up only where that is not the lender's."""
    apart = case.context.reader_term.is_apart and case.current.role is Role.REQUESTER
    if not apart or case.current.due_on is None:
        return None
    return item_received.given_on(case.connection, case.id, case.context)


def _unfilled_untold(case: Case, since: date, fires: Timer | None) -> bool:
    """Return whether the reader waits to hear that no library can supply it; ``since`` it is unfilled.

    Without days the letter goes at once and no timer is set; one that was set before is still due.
    """
    waits = case.context.config.policy.unfilled_letter_days or fires is Timer.UNFILLED_LETTER
    if case.current.state is not State.NOT_SUPPLIED or not waits:
        return False
    return unfilled_letter.is_waiting(case.connection, case.transaction, since)


def _is_home(heard: Sequence[HeardEvent]) -> bool:
    """Return whether the lender says that the item is back: a Checked-In, or a report of that state."""
    return any(event.type == "CHECKED_IN" or _reported(event) == "CHECKED_IN" for event in heard)


def _reported(event: HeardEvent) -> str | None:
    report: ReportJson = (event.apdu or {}).get("report") or {}
    state: str | None = report.get("current_state")
    return state


def _heard(case: Case, moved: Event) -> Sequence[HeardEvent]:
    return events.heard_since(case.connection, case.id, moved.id)


def _repeat_safe(case: Case) -> bool:
    return case.context.registry.by_name(case.transaction.codec).repeat_safe
