"""The names of messages in the state tables."""

from mailproc.ill.actions import ACTIONS, SAID_BESIDE, Action
from mailproc.ill.apdu import Apdu, CancelReply, ConditionalReply, IllAnswer, RenewAnswer
from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.note_sentences import FOUND, PARTIAL, WRONG, parted
from mailproc.ill.terms import ApduType, Results
from mailproc.ill.timers import OF_READER

_ANSWER = {action.results: f"ANSWER.{action.event}" for action in ACTIONS if action.results is not None}


_REPLY = {"answer-condition": "COND_REPLY"}

_MEANT = {
    (ApduType.RECEIVED, WRONG),
    (ApduType.RECEIVED, PARTIAL),
    (ApduType.RETURNED, WRONG),
    (ApduType.MESSAGE, FOUND),
}


NEWS = frozenset({"RECEIVED.wrong", "RECEIVED.partial"})
"""What a partner is told even if it wants no receipts: that something else came than was asked for."""


def event_heard(apdu: Apdu) -> str:
    """Return the row of a received message."""
    match apdu:
        case IllAnswer():
            return _ANSWER[apdu.results]
        case ConditionalReply():
            return f"COND_REPLY.{_yes_or_no(apdu.answer)}"
        case CancelReply() | RenewAnswer():
            return f"{apdu.type.name}.{_yes_or_no(apdu.answer)}"
    return apdu.type.name


def heard_as(asking: Action) -> str:
    """Return the row of the message of the other side's action ``asking``, which takes no yes or no."""
    if asking.results is not None:
        return _ANSWER[asking.results]
    return asking.message.name if asking.message is not None else ""


def heard_reply(action: Action, answer: str) -> str:
    """Return the row of the other side's yes or no: "RENEW_ANSWER.yes"."""
    return f"{_REPLY.get(action.name, heard_as(action))}.{answer}"


def told(apdu: Apdu) -> str:
    """Return the same for our messages: an answer by its content, as a hold is no promise to supply.

    What our note means in particular stands behind it, such as "RECEIVED.wrong" (``_MEANT``).
    """
    if isinstance(apdu, IllAnswer) and apdu.results in SAID_BESIDE:
        return apdu.results.name
    if (meant := (apdu.type, parted(apdu.note).said)) in _MEANT:
        return f"{apdu.type.name}.{meant[1]}"
    return event_heard(apdu)


def spoken(event: str, apdu: ApduJson | None) -> str:
    """Return the row ``event`` by the content of ``apdu`` (JSON); for an action of ours its name.

    One row covers promises and waiting lists, or refusals and estimates, or states and errors, or a message
    and word of what has turned up.
    """
    said: ApduJson = apdu or {}
    if event == "STATUS_OR_ERROR_REPORT":
        kind = (said.get("report") or {}).get("kind")
        return f"REPORT.{kind}" if kind in ("status", "error") else event
    if event == ApduType.MESSAGE.name and parted(str(said.get("note") or "")).said == FOUND:
        return FOUND
    results = Results.__members__.get(said.get("results") or "")
    if results is None or results not in SAID_BESIDE:
        return event
    if event.startswith("ANSWER."):
        return results.name
    return SAID_BESIDE[results] if event in ("promise", "unfilled") else event


def of_timer(kind: str, *, with_us: bool) -> str:
    """Return the row for people of a timer: the reader has brought it, so it says nothing of the reader."""
    return "WITH_US" if with_us and kind in OF_READER else kind


def _yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"
