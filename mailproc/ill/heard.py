"""How letters are named in the state tables."""

from mailproc.ill.apdu import Apdu, CancelReply, ConditionalReply, IllAnswer, RenewAnswer
from mailproc.ill.terms import Results

_ANSWER = {
    Results.CONDITIONAL: "ANSWER.conditional",
    Results.WILL_SUPPLY: "ANSWER.promise",
    Results.HOLD_PLACED: "ANSWER.promise",
    Results.UNFILLED: "ANSWER.unfilled",
    Results.RETRY: "ANSWER.unfilled",
    Results.LOCATIONS_PROVIDED: "ANSWER.unfilled",
    Results.ESTIMATE: "ANSWER.unfilled",
}

_BY_US = {
    Results.HOLD_PLACED: "hold",
    Results.RETRY: "answer-retry",
    Results.LOCATIONS_PROVIDED: "locations",
    Results.ESTIMATE: "estimate",
}
"""Answers whose rows have others beside them, and the acts that say them."""


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


def told(apdu: Apdu) -> str:
    """The same as we say it: an answer by what it says, for a waiting list is no promise to supply."""
    if isinstance(apdu, IllAnswer) and apdu.results in _BY_US:
        return apdu.results.name
    return event_heard(apdu)


def spoken(event: str, results: str) -> str:
    """The row ``event`` of an answer by what it says (``results``, a name of Results or ''): a row has
    promises and waiting lists, or refusals and estimates, in one. Of an act of ours, the act's name."""
    if results not in Results.__members__ or Results[results] not in _BY_US:
        return event
    if event.startswith("ANSWER."):
        return results
    return _BY_US[Results[results]] if event in ("promise", "unfilled") else event


def _yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"
