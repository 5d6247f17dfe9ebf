"""CUSTOM, second part: what this library does when something has fallen due (``timers`` says when)."""

from mailproc.ill import apdu_json
from mailproc.ill.apdu import Due, Expired, Overdue, StatusQuery
from mailproc.ill.effects import Act, AskStaff, Effect, Notify, Send
from mailproc.ill.events import Timer
from mailproc.ill.replies import said_again
from mailproc.ill.standing import Occurrence, Standing

ATTENTION = {
    Timer.UNANSWERED: "no-answer",
    Timer.NEED_BEFORE: "need-before-passed",
    Timer.READER_OVERDUE: "not-back",
    Timer.READER_RECALLED: "not-back",
    Timer.RENEWAL_SILENT: "renewal-silent",
    Timer.CANCEL_SILENT: "cancel-silent",
    Timer.LOAN_OVERDUE: "not-back",
    Timer.TO_ANSWER: "answer-late",
    Timer.PROMISE_DUE: "promise-due",
    Timer.DUE_UNHEARD: "lender-silent",
    Timer.LOAN_RECALLED: "recall-unheard",
    Timer.SENT_BACK: "look-for-it",
}
"""Why a human is needed, where it comes to that."""

TOLD_ONCE = frozenset(
    ATTENTION[kind]
    for kind in (
        Timer.CANCEL_SILENT, Timer.RENEWAL_SILENT, Timer.DUE_UNHEARD, Timer.READER_OVERDUE,
        Timer.READER_RECALLED,
        Timer.LOAN_OVERDUE, Timer.LOAN_RECALLED, Timer.SENT_BACK,
    )
)  # fmt: skip
"""Reasons whose timer has said its last: nothing would bring them back, so they last as long as the
state, whatever else staff do meanwhile."""


def effects(standing: Standing, occurrence: Occurrence, levels: int) -> tuple[Effect, ...]:
    """After a Timer's event. ``levels``: so many reminders of a loan, then staff."""
    if occurrence.facts.get("outdated"):
        return ()
    kind, level = Timer(occurrence.event), occurrence.facts.get("level", 1)
    if kind is Timer.DUE_SOON:
        return (Notify("patron/due_soon", "patron"),)
    if kind is Timer.READER_OVERDUE and level <= levels:
        return (Notify("patron/overdue", "patron", {"level": level}),)
    if kind is Timer.READER_RECALLED and level < levels:
        return (Notify("patron/recalled", "patron", {"level": level + 1}),)
    if kind is Timer.LOAN_OVERDUE and level <= levels:
        return (Act("overdue", _demand(standing, level)),)
    again = [occurrence.facts[name] for name in ("say_first", "say") if name in occurrence.facts]
    if again:
        return tuple(Send(said_again(apdu_json.from_json(said))) for said in again)
    if kind is Timer.EXPIRY:
        return (Act("expire", Expired()),)
    if kind is Timer.UNANSWERED and level == 1 and occurrence.facts.get("may_chase"):
        return (Send(StatusQuery()),)  # once: a second silence is for a human
    return (AskStaff(ATTENTION[kind]),) if kind in ATTENTION else ()


def _demand(standing: Standing, level: int) -> Overdue:
    due = Due(on=standing.due_on, renewable=standing.renewable) if standing.due_on else None
    return Overdue(due=due, level=level)
