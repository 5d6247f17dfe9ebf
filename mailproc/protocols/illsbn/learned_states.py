"""A state that comes instead of a message, in a request or a report: the message that makes it."""

from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from mailproc.ill.apdu import (
    APDU_CLASSES,
    Apdu,
    Condition,
    Due,
    IllRequest,
    Overdue,
    RenewAnswer,
    Report,
    Shipped,
    StatusOrErrorReport,
)
from mailproc.ill.terms import ApduType, Results, Role, Service
from mailproc.protocols.illsbn import money, note_words, state_codes
from mailproc.protocols.illsbn.requests import FIRST_STATE
from mailproc.protocols.illsbn.state_codes import MadeBy

AT = "Current-state"
"""Where an APDU that was made of a state keeps its code (``Apdu.extensions``)."""
_IN_REQUEST = f"{AT}/@state"
"""Where a request keeps a state that is not its first."""


class ToldState(NamedTuple):
    """What the hub tells of a transaction: the code of its state, since when, and a remark."""

    code: str
    on: date | None = None
    note: str | None = None
    service: Service | None = None


def code_of(apdu: Apdu) -> str:
    """Return the code of the state that the APDU was made of; '' if it is a message that was sent."""
    for entry in apdu.extensions:
        if entry["at"] == AT and isinstance(entry["value"], dict):
            return str(entry["value"].get("@state", {}).get("text", ""))
    return ""


def made(told: ToldState, about: Apdu) -> Apdu | None:
    """Return the message that makes the state; None if the request itself does, or no message is known.

    ``about``: what names the transaction, the libraries and the time.
    """
    by = state_codes.STATES.get(told.code.upper())
    if by is None or by.type is None or by.type is ApduType.ILL_REQUEST:
        return None
    values: dict[str, Any] = {
        "ref": about.ref,
        "requester": about.requester,
        "responder": about.responder,
        "sent_at": about.sent_at,
        "note": told.note,
        "extensions": ({"at": AT, "value": {"@state": {"text": told.code.upper()}}},),
    }
    apdu: Apdu = APDU_CLASSES[by.type](**values | _details(by, told))
    return apdu


def _details(by: MadeBy, told: ToldState) -> dict[str, Any]:
    if by.results is not None:
        return {"results": by.results} | _of_answer(by.results, told)
    said: dict[str, Any] = {} if by.answer is None else {"answer": by.answer}
    due = note_words.day_in(told.note, note_words.DUE)
    match by.type:
        case ApduType.SHIPPED:
            said |= {"shipped_service": told.service, "shipped_on": told.on}
            said |= {"cost": note_words.cost_in(told.note)}
        case ApduType.RECEIVED:
            said |= {"shipped_service": told.service, "received_on": told.on}
        case ApduType.RETURNED:
            said |= {"returned_on": told.on}
        case ApduType.CHECKED_IN:
            said |= {"checked_in_on": told.on}
        case ApduType.RENEW:
            said |= {"desired_due_on": note_words.day_in(told.note, note_words.DESIRED_DUE)}
    has_due = APDU_CLASSES[by.type] in (Shipped, Overdue, RenewAnswer) if by.type else False
    if has_due and due and told.service is not Service.COPY:
        said["due"] = Due(on=due)
    return said


def _of_answer(results: Results, told: ToldState) -> dict[str, Any]:
    match results:
        case Results.CONDITIONAL:
            return {"conditions": (Condition(condition="other"),)}
        case Results.HOLD_PLACED:
            return {"supply_on": note_words.day_in(told.note, note_words.AVAILABLE)}
        case Results.ESTIMATE if told.note:
            amount = money.from_words(told.note)
            return {"cost_estimate": amount} if amount else {"cost_words": told.note}
    return {}


def of_request(request: IllRequest, ours: Role | None) -> tuple[Apdu, ...]:
    """Return what an ILL-Request with a state says: the request if it may be new to us, and the message.

    ``ours``: our role in it. A request of our own is never new, but says which one it is.
    """
    code = next((str(one["value"]["text"]) for one in request.extensions if one["at"] == _IN_REQUEST), "")
    rest = tuple(one for one in request.extensions if one["at"] != _IN_REQUEST)
    if code.upper() in ("", FIRST_STATE):
        return (replace(request, extensions=rest),)
    plain = replace(request, extensions=rest)
    service = request.services[0] if request.services else None
    reached = made(ToldState(code, None, request.note, service), plain)
    return (plain, reached or _report(code, request, ours))


def _report(code: str, about: Apdu, ours: Role | None) -> Apdu:
    state = state_codes.state_of(code, ours).name
    return StatusOrErrorReport(
        ref=about.ref,
        requester=about.requester,
        responder=about.responder,
        sent_at=about.sent_at,
        note=f"{code}: {about.note}" if about.note else code,
        report=Report(kind="status", current_state=state),
    )


def of_report(told: StatusOrErrorReport, code: str, ours: Role | None) -> Apdu:
    """Return the message that makes the state of a report; the report, if it is an error or names none."""
    if not code or told.report is None or told.report.kind == "error":
        return told
    history = told.report.history or {}
    day = history.get("date_of_most_recent_service")
    reached = made(ToldState(code, date.fromisoformat(day) if day else None, told.note), told)
    if reached is not None:
        return reached
    state = state_codes.state_of(code, ours).name
    note = (
        told.note if code.upper() in state_codes.STATES else " ".join(filter(None, (f"{code}:", told.note)))
    )
    return replace(told, note=note, report=replace(told.report, current_state=state))
