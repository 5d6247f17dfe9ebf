"""When the documents that came for a copy go to its reader; where they do not, staff hear that they came."""

from mailproc.ill.attention import Reason
from mailproc.ill.effects import AskStaff, Effect, ForwardDocuments
from mailproc.ill.terms import Role, Service, State
from mailproc.ill.transaction_state import NOTED, PASSED_ON, Occurrence, Step

SUPPLIED = (State.SHIPPED, State.RECEIVED)
"""States of a copy whose documents may go to the reader."""


def effects(step: Step, occurrence: Occurrence, *, wanted: bool) -> tuple[Effect, ...]:
    """Return the order to send them: when they come, and when the copy is known to be supplied, also after a
    wrong one or a part.

    Not ``wanted``: the library passes them on itself, so staff are told of each.

    One that staff pass on goes in any case. Not if staff say that it is the wrong one, or that the reader is
    not to hear of it. A reader's own letter brings none.
    """
    facts, event = occurrence.facts, occurrence.event
    if step.before.role is not Role.REQUESTER or step.after.service is not Service.COPY:
        return ()
    if event == PASSED_ON:
        return (ForwardDocuments(),)
    if event == "UNDONE" or event in NOTED or facts.get("quiet") or facts.get("wrong"):
        return ()
    if not wanted:
        return (AskStaff(Reason.DOCUMENT_CAME),) if facts.get("documents") else ()
    right_at_last = event == "receive" and step.before.flaw
    came = facts.get("documents") or step.entered in SUPPLIED or right_at_last
    return (ForwardDocuments(),) if came else ()
