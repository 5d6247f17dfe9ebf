"""How letters are named in the state tables."""

from mailproc.ill.actions import ACTIONS, SAID_BESIDE, Action
from mailproc.ill.apdu import Apdu, CancelReply, ConditionalReply, IllAnswer, RenewAnswer
from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.terms import Results

_ANSWER = {action.results: f"ANSWER.{action.event}" for action in ACTIONS if action.results is not None}


def event_heard(apdu: Apdu) -> str:
    """The row of a letter that came in."""
    match apdu:
        case IllAnswer():
            return _ANSWER[apdu.results]
        case ConditionalReply():
            return f"COND_REPLY.{_yes_or_no(apdu.answer)}"
        case CancelReply() | RenewAnswer():
            return f"{apdu.type.name}.{_yes_or_no(apdu.answer)}"
    return apdu.type.name


def heard_as(asking: Action) -> str:
    """The row of the message that the other side's action ``asking`` is. It takes no yes or no."""
    if asking.results is not None:
        return _ANSWER[asking.results]
    return asking.message.name if asking.message is not None else ""


def told(apdu: Apdu) -> str:
    """The same as we say it: an answer by what it says, for a waiting list is no promise to supply."""
    if isinstance(apdu, IllAnswer) and apdu.results in SAID_BESIDE:
        return apdu.results.name
    return event_heard(apdu)


def spoken(event: str, apdu: ApduJson | None) -> str:
    """The row ``event`` by what ``apdu`` (as JSON) says: a row has promises and waiting lists, or refusals
    and estimates, or states and errors, in one. Of an act of ours, the act's name."""
    said: ApduJson = apdu or {}
    if event == "STATUS_OR_ERROR_REPORT":
        kind = (said.get("report") or {}).get("kind")
        return f"REPORT.{kind}" if kind in ("status", "error") else event
    results = Results.__members__.get(said.get("results") or "")
    if results is None or results not in SAID_BESIDE:
        return event
    if event.startswith("ANSWER."):
        return results.name
    return SAID_BESIDE[results] if event in ("promise", "unfilled") else event


def _yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"
