"""The policy of this library when something has fallen due (``timers`` decides when)."""

from mailproc.ill import apdu_json
from mailproc.ill.apdu import Due, Expired, Overdue, StatusQuery
from mailproc.ill.attention import Reason
from mailproc.ill.automatic_replies import said_again
from mailproc.ill.effects import AskAgain, AskStaff, Effect, FollowUpAct, Notify, Send
from mailproc.ill.events import Timer
from mailproc.ill.transaction_state import RENEWAL_ASKED, Occurrence, TransactionState
from mailproc.ill.whereabouts import is_for_reader

ATTENTION = {
    Timer.NEED_BEFORE: Reason.NEED_BEFORE_PASSED,
    Timer.READER_OVERDUE: Reason.NOT_BACK,
    Timer.READER_RECALLED: Reason.NOT_BACK,
    Timer.NOT_ARRIVED: Reason.NOT_ARRIVED,
    Timer.CANCEL_SILENT: Reason.CANCEL_SILENT,
    Timer.LOAN_OVERDUE: Reason.NOT_BACK,
    Timer.TO_ANSWER: Reason.ANSWER_LATE,
    Timer.PROMISE_DUE: Reason.PROMISE_DUE,
    Timer.DUE_UNHEARD: Reason.LENDER_SILENT,
    Timer.LOAN_RECALLED: Reason.RECALL_UNHEARD,
    Timer.SENT_BACK: Reason.LOOK_FOR_IT,
    Timer.ASK_AGAIN: Reason.ASK_NOW,
}
"""The reason for attention, if a timer leads to one."""


def effects(current: TransactionState, occurrence: Occurrence, levels: int) -> tuple[Effect, ...]:
    """Return what follows a timer's event. ``levels``: the number of reminders of a loan, then staff."""
    if occurrence.facts.get("outdated"):
        return ()
    kind, level = Timer(occurrence.event), occurrence.facts.get("level", 1)
    if occurrence.facts.get("with_us"):
        soon = kind is Timer.DUE_SOON and is_for_reader(current)  # until its day, as the reader was told
        return (AskStaff(Reason.DUE_SOON if soon else Reason.SEND_BACK),)
    if occurrence.facts.get("unprinted"):
        return (AskStaff(Reason.TO_PRINT),)
    if (told := _of_reader(kind, level, levels)) is not None:
        return (told,)
    if kind is Timer.LOAN_OVERDUE and level <= levels:
        return (FollowUpAct("overdue", _demand(current, level)),)
    if kind is Timer.ASK_AGAIN and occurrence.facts.get("asks_again"):
        return (AskAgain(),)
    again = [said for said in (occurrence.facts.get("say_first"), occurrence.facts.get("say")) if said]
    if again:
        return tuple(Send(said_again(apdu_json.from_json(said))) for said in again)
    if kind is Timer.EXPIRY:
        return (FollowUpAct("expire", Expired()),)
    if kind is Timer.UNANSWERED:
        return (_unanswered(current, level, occurrence),)
    reason = _no_renewal(current, occurrence) if kind is Timer.RENEWAL_SILENT else ATTENTION.get(kind)
    return (AskStaff(reason),) if reason else ()


def _no_renewal(current: TransactionState, occurrence: Occurrence) -> Reason:
    """Return why staff look: a renewal gives no time, or one that was asked for or announced did not come."""
    if occurrence.facts.get("renewal_answered"):
        return Reason.RENEWAL_EARLIER
    return Reason.RENEWAL_SILENT if current.state in RENEWAL_ASKED else Reason.RENEWAL_NOT_COME


def _unanswered(current: TransactionState, level: int, occurrence: Occurrence) -> Effect:
    if current.promise is not None:
        return AskStaff(Reason.STILL_PROMISED)  # they answered: no letter asks for an answer
    if level == 1 and occurrence.facts.get("may_chase"):
        return Send(StatusQuery())  # once: if there is no answer again, staff must look
    return AskStaff(Reason.NO_ANSWER)


def _of_reader(kind: Timer, level: int, levels: int) -> Notify | None:
    """Return the letter to the reader."""
    match kind:
        case Timer.DUE_SOON:
            return Notify("patron/due_soon")
        case Timer.UNFILLED_LETTER:
            return Notify("patron/unfilled")
        case Timer.READER_OVERDUE if level <= levels:
            return Notify("patron/overdue", level)
        case Timer.READER_RECALLED if level < levels:
            return Notify("patron/recalled", level + 1)
        case _:
            return None


def _demand(current: TransactionState, level: int) -> Overdue:
    due = Due(on=current.due_on, renewable=current.renewable) if current.due_on else None
    return Overdue(due=due, level=level)
