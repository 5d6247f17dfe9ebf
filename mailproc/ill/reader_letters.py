"""What the reader must hear after a step: that it is here, when it must go back, that nothing more will come.

Letters that a library may do without: ``reader_news``.
"""

from datetime import date

from mailproc.ill.attention import Reason
from mailproc.ill.effects import Effect, Notify, Withhold
from mailproc.ill.events import WRITTEN_TO_READER
from mailproc.ill.message_content import WRONG
from mailproc.ill.note_sentences import parted
from mailproc.ill.terms import Role, State
from mailproc.ill.transaction_state import DUE_CORRECTED, Occurrence, Step
from mailproc.ill.whereabouts import WITH_READER, is_for_reader, reader_has
from mailproc.sentence import Word, sentence


def effects(step: Step, occurrence: Occurrence, *, collected_said: bool) -> tuple[Effect, ...]:
    """Return the letter to the reader; ``collected_said``: staff record what readers collect."""
    if step.before.role is not Role.REQUESTER:
        return ()
    if occurrence.event == WRITTEN_TO_READER:
        return (Notify("patron/answer", note=occurrence.facts.get("remark", "")),)
    if occurrence.event == "receive" and occurrence.facts.get("told_here"):
        return _corrected(step, occurrence)
    if occurrence.event == "receive" and (step.before.flaw or not occurrence.facts.get("here")):
        return _arrived(occurrence)  # also after its end
    if occurrence.facts.get("reader_waits") and _given_up(step, occurrence):
        return (Notify("patron/unfilled" if occurrence.facts.get("no_library") else "patron/cancelled"),)
    told = _heard(step, occurrence, collected_said=collected_said)
    return (told,) if told is not None else ()


def _arrived(occurrence: Occurrence) -> tuple[Effect, ...]:
    """Return the letter about what came, with the remark of staff; none where staff want none."""
    if occurrence.facts.get("quiet") or occurrence.facts.get("wrong"):
        return ()
    return (Notify("patron/arrived", note=_note(occurrence)),)


def _corrected(step: Step, occurrence: Occurrence) -> tuple[Effect, ...]:
    """Return the letter to a reader who was told that it is here, and it is not the right one; once."""
    known = occurrence.facts.get("quiet") or step.before.flaw == WRONG
    return () if known else (Notify("patron/wrong_item", note=_note(occurrence)),)


def _note(occurrence: Occurrence) -> str:
    """Return the remark of staff, without what our message says to the library."""
    return parted(occurrence.apdu.note).note if occurrence.apdu else ""


def _given_up(step: Step, occurrence: Occurrence) -> bool:
    """Return whether nothing more will come: it is cancelled, or staff close it before it came.

    What had not left was asked of nobody: it may be a mistake that is ordered again. A reader who was told
    that we have the request hears of its end.
    """
    if occurrence.event == "close":
        found = step.before.state
        return step.moved and (found.awaits_answer or found.gives_way or bool(step.before.flaw))
    if step.entered is State.NOT_SUPPLIED and occurrence.facts.get("we_cancelled"):
        return True
    told = occurrence.facts.get("letter_left") is not False or bool(occurrence.facts.get("acknowledged"))
    return step.entered is State.CANCELLED and told


def _heard(step: Step, occurrence: Occurrence, *, collected_said: bool) -> Effect | None:
    """Return what to tell the reader of a loan about the lender's message."""
    here = occurrence.facts.get("here")
    has, theirs = reader_has(step.before, collected_said=collected_said), is_for_reader(step.before)
    if not step.moved:
        told = occurrence.facts.get("another_day") and not occurrence.facts.get("repeat")
        return Notify("patron/recalled") if told and here and has and theirs else None
    if (day := occurrence.facts.get("renewal_on")) and occurrence.facts.get("unreminded") and theirs:
        return Withhold("patron/due_soon", sentence("withheld-renews", day=date.fromisoformat(day)))
    if occurrence.event == "RENEW_ANSWER.yes" and step.after.state is State.RECEIVED and here and theirs:
        if occurrence.facts.get("no_later"):
            return _withheld("patron/renewed", Reason.READER_NO_LATER)
        return Notify("patron/renewed")
    if _day_changed(step, occurrence) and here and theirs and not occurrence.facts.get("quiet"):
        return Notify("patron/due_corrected")
    if occurrence.event == "RECALL" and step.before.state in WITH_READER and here and theirs:
        return Notify("patron/recalled") if has else _withheld("patron/recalled", Reason.SEND_BACK)
    if occurrence.event == "OVERDUE" and occurrence.facts.get("early") and here and has:
        return _withheld("patron/overdue", Reason.DEMANDED_EARLY)
    if occurrence.event == "OVERDUE" and "level" in occurrence.facts and has:
        return Notify("patron/overdue", occurrence.facts["level"])
    return None


def _withheld(notice: str, reason: Reason) -> Withhold:
    """Return a letter that is kept back by what staff must look at."""
    return Withhold(notice, sentence("withheld", reason=Word("attention", reason)))


def _day_changed(step: Step, occurrence: Occurrence) -> bool:
    """Return whether staff correct the due date, or the lender names it after the item has come."""
    named = occurrence.event == "SHIPPED" and step.before.state in WITH_READER
    return occurrence.event == DUE_CORRECTED or (named and step.after.due_on != step.before.due_on)
