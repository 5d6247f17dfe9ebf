"""Carry out what policy decides after a step: intents, attention, the rota, the end of the request.

All of it is in the step's own commit; nothing is sent from here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from mailproc.flow import our_letters
from mailproc.flow.advance import hook_writing, message_sending
from mailproc.flow.advance.follow_ups import ask_again, can_be_asked, follow_up, follow_with
from mailproc.flow.advance.work import Work
from mailproc.flow.context import Context
from mailproc.flow.matching import item_received, readers_copy
from mailproc.flow.notify_staff import ATTENTION
from mailproc.ill import rota
from mailproc.ill.attention import ENDS_WITH_THE_LETTER, OF_OUR_LETTER, ONLY_LISTED, RULES, Reason, Until
from mailproc.ill.effects import (
    FORWARDED,
    AskAgain,
    AskStaff,
    Effect,
    Finish,
    FollowUpAct,
    ForwardDocuments,
    Notify,
    Send,
    TakeBack,
    TryNext,
    Withdraw,
    Withhold,
)
from mailproc.ill.events import READER_WROTE
from mailproc.ill.facts import Facts
from mailproc.ill.policy import ASK, REMARKS
from mailproc.ill.rota import COPYRIGHT, Candidate
from mailproc.sentence import Part, Sentence, Word, sentence, stored
from mailproc.store import (
    alarms,
    documents,
    events,
    order_letters,
    outgoing,
    patrons,
    requests,
    transactions,
    undelivered,
)
from mailproc.store.intent_bodies import (
    NoticeToReader,
    NoticeToStaff,
    StaffFacts,
)
from mailproc.store.rows import Transaction


def carry_out(work: Work, effects: Sequence[Effect]) -> None:
    """Carry out ``effects`` in order; new attention makes one letter to staff at the end.

    What staff do themselves makes no letter: the answer to their action names it, and the lists keep it.
    """
    for effect in effects:
        _HANDLERS[type(effect)](work, effect)
    asked = {effect.reason for effect in effects if isinstance(effect, AskStaff)}
    known = [
        reason for reason in work.stood
        if not (_of_another_letter(work, reason) or (reason in asked and _are_new_words(work, reason)))
    ]  # fmt: skip
    fresh = [reason for reason in work.attention if reason not in known and reason not in ONLY_LISTED]
    if work.by_hand:
        work.words += [sentence("needs-attention", reason=Word("attention", reason)) for reason in fresh]
    elif fresh and _should_tell(work):
        trouble = _trouble(work)
        note, ours = trouble.get("why") or trouble.get("text", ""), trouble.get("ours", [])
        facts: StaffFacts = {"reasons": fresh, "note": note, "ours": ours}
        work.intend(NoticeToStaff(ATTENTION, facts))


def _trouble(work: Work) -> Facts:
    """Return what is wrong with a letter of ours or a document, and which it is; nothing for other events."""
    if work.event.type == READER_WROTE:
        return {}  # the letter to staff quotes a reader's words
    return (work.event.facts or {}) if work.event.type in {*OF_OUR_LETTER, *REMARKS} else {}


def _of_another_letter(work: Work, reason: str) -> bool:
    """Return whether staff know this reason from another letter only.

    A letter to staff themselves does not count: a letter about it would cause the next, without end.
    """
    if reason == Reason.DOCUMENT_LINK and (work.event.facts or {}).get("link"):
        return True  # each letter has a link of its own
    if OF_OUR_LETTER.get(work.event.type) != reason:
        return False
    return any(not our_letters.is_to_staff(work.connection, one) for one in _trouble(work).get("ours", ()))


def _are_new_words(work: Work, reason: str) -> bool:
    """Return whether people have written again since staff did something here: they know the first alone."""
    since = (work.transaction.attention_since or {}).get(reason)
    if since is None or RULES[Reason(reason)].until is not Until.ANSWERED:
        return False
    happened = events.of_transaction(work.connection, work.transaction.id)
    return any(one.cause == "staff" and one.at > datetime.fromisoformat(since) for one in happened)


def _should_tell(work: Work) -> bool:
    """Return whether to write to staff: one fault may affect forty letters, and is reported once a day.

    It is the same fault if partner and field are the same (a broken template), or the letter. What one
    incoming letter says of many requests goes into one letter (``staff_letter``).
    """
    if work.event.type not in OF_OUR_LETTER or work.event.inbox_id is not None:
        return True
    about = f"{work.transaction.partner}/{_trouble(work).get('text', '').partition(':')[0]}"
    return alarms.raise_once(work.connection, work.event.type, about[:250], work.context.clock())


def _notify(work: Work, effect: Notify) -> None:
    if _is_in_vain(work, effect):
        _keep_back(work, effect.notice, sentence("reader-has-copy"))
        return
    work.intend(NoticeToReader(effect.notice, effect.level, effect.note))
    work.words.append(_told_reader(work, effect))


def _withhold(work: Work, effect: Withhold) -> None:
    """Keep a letter that is not written beside the others, with the reason."""
    _keep_back(work, effect.notice, effect.why)


def _is_in_vain(work: Work, effect: Notify) -> bool:
    """Return whether the letter would say only that a copy is here which the reader has."""
    says_more = effect.note or (work.event.facts or {}).get("partial")
    if effect.notice != "patron/arrived" or says_more:
        return False
    return bool(readers_copy.sent_before(work.connection, work.transaction))


def _keep_back(work: Work, notice: str, why: Sentence) -> None:
    intent_id = work.intend(NoticeToReader(notice))
    outgoing.place(work.connection, intent_id, "withdrawn", None, stored(why))
    what = Word("labels.untold", notice.removeprefix("patron/"))
    work.words.append(sentence("reader-not-told", what=what, why=why))


def _told_reader(work: Work, effect: Notify) -> Part:
    """Return what the reader gets, as text; without an e-mail address on paper (``prepare.notices``)."""
    request = requests.load(work.connection, work.transaction.request_id)
    reader = patrons.load(work.connection, request.patron_id)
    if reader is None:
        return sentence("reader-no-address")
    what = Word("labels.untold", effect.notice.removeprefix("patron/"))
    return sentence("letter-to-reader" if reader.email else "letter-to-print", what=what)


def _forward_documents(work: Work, _effect: ForwardDocuments) -> None:
    """Order the letter; what may be sent is decided when it is written (``prepare.document_letter``)."""
    here = (work.event.facts or {}).get("documents")
    if here or documents.came_with(work.connection, work.transaction.id):
        work.intend(NoticeToReader(FORWARDED))


def _ask_staff(work: Work, effect: AskStaff) -> None:
    work.attend(effect.reason)


def _withdraw(work: Work, _effect: Withdraw) -> None:
    for intent in outgoing.unsaid(work.connection, work.transaction.id):
        outgoing.withdraw(work.connection, intent)
        work.withdrew.append(intent.id)
    _dismiss_returned(work)
    work.attention = [reason for reason in work.attention if reason not in ENDS_WITH_THE_LETTER]


def _dismiss_returned(work: Work) -> None:
    """Remove from the lists returned letters that no longer order anything."""
    transaction_id = work.transaction.id
    for outgoing_id in order_letters.returned(work.connection, transaction_id):
        wanted = order_letters.still_wanted(work.connection, outgoing_id)
        if all(one.id == transaction_id for one in wanted):
            undelivered.dismiss(work.connection, outgoing_id, sentence("orders-withdrawn"))


def _take_back(work: Work, effect: TakeBack) -> None:
    """Withdraw what the act had ordered; before the step it was checked that none of it has left."""
    for intent in outgoing.of_event(work.connection, effect.event_id):
        if intent.state != "withdrawn" and intent.letter_state not in outgoing.LEFT:
            outgoing.withdraw(work.connection, intent)
    if effect.refused:
        requests.why_not(work.connection, work.transaction.id, "")
    hook_writing.take_back(work, effect.event_id)
    for intent_id in effect.withdrew:
        outgoing.place(work.connection, intent_id, "todo", None)
        work.words.append(sentence("unsent-taken-back"))


def _try_next(work: Work, effect: TryNext) -> None:
    request_id = work.transaction.request_id
    requests.why_not(work.connection, work.transaction.id, effect.why_not)
    if item_received.supplied_elsewhere(work.connection, work.transaction):
        return  # the reader has it, or will: nobody else is asked, and no letter says that it cannot be had
    candidate = rota.next_candidate(requests.rota(work.connection, request_id))
    if _is_the_end(effect, candidate):
        work.attend(Reason.NEED_BEFORE_PASSED if effect.too_late else Reason.END_OF_ROTA)
        _tell_the_end(work)
    elif candidate is None:
        work.attend(ASK[COPYRIGHT])
    elif can_be_asked(work, candidate.partner, Reason.ASK_UNFILLED):
        follow_up(work, "request", request_id=request_id, transaction_id=None)


def tells_the_end(
    connection: Connection, transaction: Transaction, effect: TryNext, context: Context
) -> bool:
    """Return whether ``effect`` would tell the reader at once that no library can supply it."""
    over = _is_the_end(effect, rota.next_candidate(requests.rota(connection, transaction.request_id)))
    at_once = not context.config.policy.unfilled_letter_days
    return over and at_once and not item_received.supplied_elsewhere(connection, transaction)


def _is_the_end(effect: TryNext, candidate: Candidate | None) -> bool:
    """Return whether no library is left. What copyright forbids we perhaps can solve: staff decide first."""
    return effect.too_late or (candidate is None and effect.why_not != COPYRIGHT)


def _tell_the_end(work: Work) -> None:
    """Tell the reader that no library can supply it: at once, or when the timer of that letter fires."""
    days = work.context.config.policy.unfilled_letter_days
    if days:
        work.words.append(sentence("reader-told-later", days=days))
    else:
        _notify(work, Notify("patron/unfilled"))


def _finish(work: Work, effect: Finish) -> None:
    if effect.outcome == "closed" and _goes_on(work):
        return
    requests.close(work.connection, work.transaction.request_id, work.event.at, effect.outcome)


def _goes_on(work: Work) -> bool:
    """Return whether a later attempt is not closed: then only the earlier one is taken off the lists."""
    attempts = transactions.of_request(work.connection, work.transaction.request_id)
    return any(one.attempt > work.transaction.attempt and one.closed_at is None for one in attempts)


_HANDLERS: dict[type, Any] = {
    Send: message_sending.send,
    Notify: _notify,
    Withhold: _withhold,
    ForwardDocuments: _forward_documents,
    AskStaff: _ask_staff,
    Withdraw: _withdraw,
    TakeBack: _take_back,
    TryNext: _try_next,
    AskAgain: lambda work, _effect: ask_again(work),
    FollowUpAct: lambda work, effect: follow_with(work, effect.action, effect.apdu),
    Finish: _finish,
}
