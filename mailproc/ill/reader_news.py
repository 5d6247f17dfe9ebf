"""Letters to a reader that a library may want or not ([notices]): what happens on the way to the item.

None of them asks anything of the reader, and none is needed for what follows.
"""

from collections.abc import Collection

from mailproc.ill import loan_terms
from mailproc.ill.effects import Effect, Notify
from mailproc.ill.facts import Promise
from mailproc.ill.loan_terms import IN_LIBRARY_ONLY
from mailproc.ill.terms import Results, Role, State
from mailproc.ill.transaction_state import RENEWAL_ASKED, Occurrence, Step
from mailproc.ill.whereabouts import is_for_reader, reader_has

ACKNOWLEDGED = "patron/acknowledged"
WAITING_LIST = "patron/waiting_list"
RENEWAL_REFUSED = "patron/renewal_refused"
IN_LIBRARY = "patron/in_library"
DECLINED = "patron/declined"
"""Of a wish that staff decline: nobody was asked for it, so no step writes it."""


def effects(
    step: Step, occurrence: Occurrence, wanted: Collection[str], *, collected_said: bool
) -> tuple[Effect, ...]:
    """Return the letter, if ``wanted``; ``collected_said``: staff record what readers collect."""
    if not wanted or step.before.role is not Role.REQUESTER:
        return ()
    told = _told(step, occurrence)
    if told == RENEWAL_REFUSED and not _uses_it(step, collected_said=collected_said):
        return ()
    return (Notify(told),) if told in wanted else ()


def _uses_it(step: Step, *, collected_said: bool) -> bool:
    """Return whether the reader has the loan, or uses it in the library."""
    here = is_for_reader(step.before) and loan_terms.in_library_only(step.before.loan_terms)
    return here or reader_has(step.before, collected_said=collected_said)


def _told(step: Step, occurrence: Occurrence) -> str:
    match occurrence.event:
        case "request" if occurrence.facts.get("first"):
            return ACKNOWLEDGED
        case "ANSWER.promise" if _is_listed_now(step):
            return WAITING_LIST
        case "RENEW_ANSWER.no" if _renewal_is_refused(step, occurrence):
            return RENEWAL_REFUSED
        case "ANSWER.conditional" if step.entered is State.CONDITIONAL:
            return IN_LIBRARY if IN_LIBRARY_ONLY in step.after.offered else ""
        case "SHIPPED" if step.entered is State.SHIPPED and IN_LIBRARY_ONLY not in step.before.offered:
            return IN_LIBRARY if loan_terms.in_library_only(step.after.loan_terms) else ""
        case _:
            return ""


def _is_listed_now(step: Step) -> bool:
    """Return whether the request has come onto a waiting list; a better place on it is no news."""
    waits = step.after.state.awaits_answer
    return waits and is_listed(step.after.promise) and not is_listed(step.before.promise)


def is_listed(promise: Promise | None) -> bool:
    """Return whether the library has put the request on its waiting list."""
    return promise is not None and (promise["what"] == Results.HOLD_PLACED.name or "position" in promise)


def _renewal_is_refused(step: Step, occurrence: Occurrence) -> bool:
    asked = step.moved and (step.before.state in RENEWAL_ASKED or bool(occurrence.facts.get("unasked")))
    return asked and bool(occurrence.facts.get("here"))
