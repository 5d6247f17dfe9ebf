"""The policy of this library: what it does after a step that the state tables (``machine``) have decided.

Sources: the rules of the trade, "what an answer means" and "failure" (docs/decisions.md lists each decision
that is ours and not the standard's).
"""

from dataclasses import dataclass
from datetime import date

from mailproc.ill import (
    document_forwarding,
    loan_terms,
    message_content,
    reader_letters,
    reader_news,
    reminders,
    status_mismatch,
)
from mailproc.ill.apdu import IllAnswer, Message, Overdue, Received, Report, Shipped, StatusOrErrorReport
from mailproc.ill.attention import OF_OUR_LETTER, Reason
from mailproc.ill.automatic_replies import duplicate_id, prohibited, reply
from mailproc.ill.effects import (
    AskStaff,
    Effect,
    Finish,
    FollowUpAct,
    Send,
    TakeBack,
    TryNext,
    Withdraw,
)
from mailproc.ill.events import READER_WROTE, TIMERS
from mailproc.ill.machine import CellKind
from mailproc.ill.note_sentences import FOUND, parted
from mailproc.ill.refusal_reason import refusal_reason
from mailproc.ill.repeats import has_time
from mailproc.ill.rota import COPYRIGHT
from mailproc.ill.terms import Results, Role, Service, State
from mailproc.ill.transaction_state import Occurrence, Step, TransactionState

REMARKS = {
    "LOSSY": Reason.LETTERS_REPLACED,
    "DOCUMENT_WITHHELD": Reason.DOCUMENT_WITHHELD,
    READER_WROTE: Reason.READER_WROTE,
}
"""What happened to the content of a letter that did leave, or to a document that came, and what a reader
wrote: staff must look."""

HEARD = {
    (Role.REQUESTER, "ANSWER.conditional"): Reason.CONDITION,
    (Role.REQUESTER, "OVERDUE"): Reason.OVERDUE,
    (Role.REQUESTER, "RECALL"): Reason.RECALLED,
    (Role.REQUESTER, "LOST"): Reason.LOST,
    (Role.REQUESTER, "lost"): Reason.LOST,  # kept for the day when another library is asked
    (Role.REQUESTER, "RENEW_ANSWER.no"): Reason.RENEWAL_REFUSED,
    (Role.REQUESTER, "DAMAGED"): Reason.DAMAGED,
    (Role.REQUESTER, "CANCEL_REPLY.no"): Reason.CANCEL_REFUSED,
    (Role.RESPONDER, "ILL_REQUEST"): Reason.TO_ANSWER,
    (Role.RESPONDER, "CANCEL"): Reason.CANCEL_ASKED,
    (Role.RESPONDER, "RENEW"): Reason.RENEWAL_ASKED,
    (Role.RESPONDER, "LOST"): Reason.LOST,
    (Role.RESPONDER, "DAMAGED"): Reason.DAMAGED,
}
"""Messages (and our own word of a loss) that staff must answer or act upon, if they changed the state or are
pending."""

OF_FLAW = {message_content.WRONG: Reason.WRONG_COPY, message_content.PARTIAL: Reason.PARTIAL_COPY}
"""Why staff must look at a copy that is not what was asked for; a loan of which that holds goes back."""

ASK = {
    "not-found-as-cited": Reason.ASK_CANNOT_MATCH,
    "cost-exceeds-limit": Reason.ASK_COST,
    COPYRIGHT: Reason.ASK_COPYRIGHT,
    "volume-issue-not-yet-available": Reason.ASK_LATER,
}


@dataclass(frozen=True)
class Settings:
    """The keys of [policy] that effects depend on."""

    copy_ends_shipped: bool = False
    overdue_levels: int = 3
    collected_said: bool = False
    notices: frozenset[str] = frozenset()
    forward_documents: bool = False


def effects(step: Step, occurrence: Occurrence, settings: Settings) -> tuple[Effect, ...]:
    """Return everything to be done after ``step``, in order."""
    if step.outcome.kind is CellKind.REFUSED:
        return ()
    if occurrence.event in TIMERS:
        return reminders.effects(step.after, occurrence, settings.overdue_levels)
    return (
        *_said(step, occurrence),
        *_answered_by_itself(step, occurrence),
        *_trouble(occurrence),
        *_for_staff(step, occurrence),
        *_amiss(step, occurrence),
        *_refused(step, occurrence),
        *_unfilled(step, occurrence),
        *document_forwarding.effects(step, occurrence, wanted=settings.forward_documents),
        *reader_letters.effects(step, occurrence, collected_said=settings.collected_said),
        *_copy_ends(step, occurrence, settings),
        *reader_news.effects(step, occurrence, settings.notices, collected_said=settings.collected_said),
        *_finished(step, occurrence),
    )


def _is_act(occurrence: Occurrence) -> bool:
    return occurrence.event[:1].islower()


def _said(step: Step, occurrence: Occurrence) -> tuple[Effect, ...]:
    """An action sends its message, unless the message that it withdraws had not left."""
    if occurrence.event == "UNDONE":
        facts = occurrence.facts
        refused = step.before.state is State.NOT_SUPPLIED and step.after.state is not State.NOT_SUPPLIED
        return (TakeBack(facts["undone"], tuple(facts.get("withdrew") or ()), refused),)
    if not _is_act(occurrence):
        return ()
    if occurrence.event == "cancel" and step.after.state is State.CANCELLED:
        return (Withdraw(),)
    if occurrence.event == "receive" and occurrence.facts.get("letter_left") is False:
        return (Withdraw(),)  # the item is here, so nobody must look for it, and no lender needs a Received
    if step.before.unsent or _is_another_receipt(step, occurrence):
        return ()  # nor any later message; and that it came was said before
    return (Send(occurrence.apdu),) if occurrence.apdu is not None else ()


def _is_another_receipt(step: Step, occurrence: Occurrence) -> bool:
    """Return whether staff record another part of what came; a repeat of the message is none.

    That it is not what was asked for is news to its library, whatever was said before.
    """
    again = step.before.state is State.RECEIVED and not occurrence.facts.get("again")
    return occurrence.event == "receive" and again and not message_content.flaw(occurrence.facts)


def _answered_by_itself(step: Step, occurrence: Occurrence) -> tuple[Effect, ...]:
    if step.outcome.kind is CellKind.ERROR and occurrence.apdu is not None:
        if isinstance(occurrence.apdu, StatusOrErrorReport):
            return ()  # a report is never answered by a report: that would start a loop
        return (Send(prohibited(occurrence.apdu, step.before)), AskStaff(Reason.NOT_POSSIBLE_NOW))
    if occurrence.facts.get("same_item") is False and occurrence.apdu is not None:
        return (Send(duplicate_id(occurrence.apdu)),)
    facts = occurrence.facts
    said, history = dict(facts.get("last_said") or {}), facts.get("history")
    if occurrence.event == "ANSWER.conditional" and _asked_anew(occurrence):
        said.pop("COND_REPLY.yes", None)
    return tuple(Send(reply(name, step.after, said, history)) for name in step.outcome.replies)


def _asked_anew(occurrence: Occurrence) -> bool:
    """A new question needs an answer of its own: a repeat would look like the answer to the one before."""
    return not occurrence.facts.get("repeat") and occurrence.apdu is not None and has_time(occurrence.apdu)


def _trouble(occurrence: Occurrence) -> tuple[Effect, ...]:
    reason = OF_OUR_LETTER.get(occurrence.event) or REMARKS.get(occurrence.event)
    return (AskStaff(reason),) if reason else ()


def _for_staff(step: Step, occurrence: Occurrence) -> tuple[Effect, ...]:
    if occurrence.facts.get("repeat") and not step.outcome.attention:
        return ()
    reasons: list[Reason | None] = [_attention(step, occurrence)] if step.outcome.attention else []
    if occurrence.facts.get("same_time"):
        reasons.append(Reason.SAME_TIME)
    apdu = occurrence.apdu
    if _moved_or_new(step, occurrence):
        reasons += (_moved_reason(step, occurrence), _no_later(occurrence))
    if isinstance(apdu, Shipped):
        reasons += _of_shipped(step, occurrence)
    if occurrence.event == "OVERDUE":
        reasons += _of_overdue(step, occurrence)
    if isinstance(apdu, Message) and not _is_act(occurrence):
        reasons.append(_message_reason(step, occurrence))
    if isinstance(apdu, StatusOrErrorReport) and apdu.report:
        reasons.append(_reported(apdu.report, step, occurrence))
    if occurrence.facts.get("unknown_words"):
        reasons.append(Reason.UNKNOWN_WORDS)
    if occurrence.facts.get("address_differs"):
        reasons.append(Reason.ADDRESS_DIFFERS)
    return tuple(AskStaff(reason) for reason in dict.fromkeys(reasons) if reason)


def _of_overdue(step: Step, occurrence: Occurrence) -> list[Reason | None]:
    """Return why a lender's demand is for staff, also one that moves nothing."""
    apdu = occurrence.apdu
    return [
        Reason.FINAL_DEMAND if isinstance(apdu, Overdue) and loan_terms.is_final(apdu) else None,
        Reason.DEMANDED_EARLY if occurrence.facts.get("early") else None,
        Reason.DEMANDED_AFTER_RETURN if step.before.state is State.RETURNED else None,
    ]


def _no_later(occurrence: Occurrence) -> Reason | None:
    return Reason.READER_NO_LATER if occurrence.facts.get("no_later") else None


def _of_shipped(step: Step, occurrence: Occurrence) -> list[Reason | None]:
    passed = Reason.DUE_PASSED if occurrence.facts.get("due_passed") else None
    if not step.moved:
        return [passed]
    return [
        passed,
        Reason.SUPPLIED_AFTER_END if occurrence.facts.get("next_asked") else None,
        Reason.LENT_ON_CONDITIONS if _is_on_conditions(step, occurrence) else None,
        Reason.COST_OVER_LIMIT if occurrence.facts.get("over_limit") else None,
    ]


def _is_on_conditions(step: Step, occurrence: Occurrence) -> bool:
    """Return whether the lender's Shipped names conditions that staff must know; agreed ones are no news."""
    lent, shipped = step.after, occurrence.apdu
    named = loan_terms.of_shipped(shipped) if isinstance(shipped, Shipped) else None
    condition = (lent.loan_terms or {}).get("condition")
    news = named or (condition and condition not in lent.agreed) or lent.renewable is False
    return lent.role is Role.REQUESTER and bool(news)


def _amiss(step: Step, occurrence: Occurrence) -> tuple[Effect, ...]:
    """Return why staff must look at what came, if it is not what was asked for or wanted; or at a loss."""
    if occurrence.facts.get("cost_open"):
        return (AskStaff(Reason.LOST),)
    if occurrence.facts.get("unwanted"):
        return (AskStaff(Reason.NOT_WANTED),)
    if occurrence.event != "receive" or not step.after.flaw:
        return ()
    loan = step.after.service is Service.LOAN
    return (AskStaff(Reason.WRONG_ITEM if loan else OF_FLAW[step.after.flaw]),)


def _reported(report: Report, step: Step, occurrence: Occurrence) -> Reason | None:
    if report.kind == "error":
        return Reason.FILE_REJECTED if occurrence.facts.get("file") else Reason.ERROR_REPORT
    return Reason.STATE_DIFFERS if status_mismatch.difference(step.before, report.current_state) else None


def _moved_or_new(step: Step, occurrence: Occurrence) -> bool:
    return step.moved or occurrence.event == "DAMAGED" or "another_day" in occurrence.facts


def _moved_reason(step: Step, occurrence: Occurrence) -> Reason | None:
    if occurrence.event == "ILL_REQUEST" and step.after.state is State.CANCEL_PENDING:
        return Reason.CANCEL_ASKED  # the Cancel came first
    if occurrence.facts.get("refused"):
        return None
    if occurrence.event == "SHIPPED" and step.before.state is State.CANCEL_PENDING:
        return Reason.SHIPPED_AFTER_CANCEL
    if occurrence.event == "OVERDUE" and occurrence.facts.get("early"):
        return Reason.DEMANDED_EARLY
    if occurrence.event == "RENEW_ANSWER.no" and not step.after.state.lent_out:
        return None  # it went back meanwhile
    return HEARD.get((step.before.role, occurrence.event))


def _attention(step: Step, occurrence: Occurrence) -> Reason | None:
    if occurrence.facts.get("same_item") is False:
        return Reason.NUMBER_USED_AGAIN
    if occurrence.facts.get("unclear"):
        return Reason.YES_TO_WHICH
    if step.before.state is State.LOST:
        settled = occurrence.event == "check-in" and not occurrence.facts.get("charged")
        return None if settled else Reason.FOUND_AFTER_LOST
    if occurrence.event == "LOST" and step.before.state in (State.RETURNED, State.CHECKED_IN):
        return Reason.LOST_AFTER_RETURNED
    if occurrence.event == "ANSWER.conditional":
        return Reason.CONDITION_AFTER_SHIPPED
    if occurrence.event == "RENEW_ANSWER.yes" and not step.entered:
        return Reason.RENEWAL_EARLIER
    ended = step.before.state in (State.NOT_SUPPLIED, State.CANCELLED)
    return Reason.SUPPLIED_AFTER_END if ended and step.entered else Reason.ANSWER_AFTER_END


def _message_reason(step: Step, occurrence: Occurrence) -> Reason | None:
    if occurrence.facts.get("link"):
        return Reason.DOCUMENT_LINK
    if occurrence.facts.get("unsure"):
        return Reason.UNKNOWN_CODE
    said = parted(occurrence.apdu.note).said if occurrence.apdu is not None else ""
    if said == FOUND and step.before.state is State.LOST:
        return Reason.FOUND_AFTER_LOST
    return None if "renewal_on" in occurrence.facts else Reason.MESSAGE


def _refused(step: Step, occurrence: Occurrence) -> tuple[Effect, ...]:
    """Answer a request at once if it asks for something we do not do."""
    refused = occurrence.facts.get("refused")
    if not refused or step.after.state is not State.IN_PROCESS:
        return ()  # staff are asked about a cancelled request anyway
    answer = IllAnswer(results=Results.UNFILLED, reason=refused["reason"], note=refused["note"])
    return (FollowUpAct("unfilled", answer),)


def _unfilled(step: Step, occurrence: Occurrence) -> tuple[Effect, ...]:
    """Return what follows an Unfilled, which was looked up and is in the facts."""
    if step.before.role is not Role.REQUESTER or step.entered is not State.NOT_SUPPLIED:
        return ()
    if occurrence.event == "UNDONE" or occurrence.facts.get("we_cancelled"):
        return ()  # what we asked to stop goes to no other library by itself
    answer = occurrence.apdu if isinstance(occurrence.apdu, IllAnswer) else None
    why = refusal_reason(answer.reason, answer.reply_code) or answer.reply_code if answer else ""
    why_not = why or occurrence.event
    follows = occurrence.facts.get("follows", "next")
    if follows == "next":
        return (TryNext(why_not, occurrence.facts.get("too_late", False)),)
    reason = {"wait": Reason.ASK_LATER, "locations": Reason.ASK_LOCATIONS}.get(follows)
    if reason is None and answer and answer.results is Results.ESTIMATE:
        reason = Reason.ASK_ESTIMATE
    return (AskStaff(reason or ASK.get((answer and answer.reason) or "", Reason.ASK_UNFILLED)),)


def _copy_ends(step: Step, occurrence: Occurrence, settings: Settings) -> tuple[Effect, ...]:
    """Return the receipt of a copy that was sent straight to the reader, if that ends a request."""
    if step.before.role is not Role.REQUESTER or occurrence.event != "SHIPPED":
        return ()
    shipped_copy = step.entered is State.SHIPPED and step.after.service is Service.COPY
    if not shipped_copy or not settings.copy_ends_shipped or occurrence.facts.get("to_us"):
        return ()
    on = date.fromisoformat(occurrence.facts["on"]) if "on" in occurrence.facts else None
    return (FollowUpAct("receive", Received(received_on=on, shipped_service=Service.COPY)),)


def _finished(step: Step, occurrence: Occurrence) -> tuple[Effect, ...]:
    if not step.moved:
        return ()
    stopped = step.entered is State.NOT_SUPPLIED and bool(occurrence.facts.get("we_cancelled"))
    if (stopped or step.entered is State.CANCELLED) and occurrence.facts.get("somebody_left"):
        return (AskStaff(Reason.CANCELLED_NOT_OVER),)
    outcome = "cancelled" if stopped else _outcome(step.after) or ("closed" if step.after.closed else "")
    return (Finish(outcome),) if outcome else ()


def _outcome(current: TransactionState) -> str:
    if current.flaw:
        return ""
    if current.state is State.CANCELLED:
        return "cancelled"
    copy = current.service is not Service.LOAN
    if current.role is Role.REQUESTER:
        filled = current.state is State.RETURNED or (copy and current.state is State.RECEIVED)
        return "filled" if filled else ""
    if current.state is State.NOT_SUPPLIED:
        return "unfilled"
    filled = current.state is State.CHECKED_IN or (copy and current.state is State.SHIPPED)
    return "filled" if filled else ""
