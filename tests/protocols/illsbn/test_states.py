"""A state that comes instead of a message is the message that makes it; an unknown one moves nothing."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from mailproc.ill.apdu import Apdu, Due, IllRequest, StatusOrErrorReport
from mailproc.ill.terms import ApduType, Results, Role, Service, State
from mailproc.protocols.codec import Decoded
from mailproc.protocols.illsbn import learned_states, state_codes

from .documents import APRIL, EUROS, HEAD, HEAD_OF_LENDER, day, document, request

Hear = Callable[..., Decoded]

STATES: dict[str, tuple[ApduType, dict[str, Any]]] = {
    "F1211": (ApduType.ILL_ANSWER, {"results": Results.CONDITIONAL}),
    "F113A": (ApduType.CONDITIONAL_REPLY, {"answer": False}),
    "F113B": (ApduType.CONDITIONAL_REPLY, {"answer": True}),
    "F1214": (ApduType.ILL_ANSWER, {"results": Results.WILL_SUPPLY}),
    "F1215": (ApduType.ILL_ANSWER, {"results": Results.HOLD_PLACED, "supply_on": APRIL}),
    "F1212": (ApduType.ILL_ANSWER, {"results": Results.UNFILLED}),
    "F1213": (ApduType.ILL_ANSWER, {"results": Results.LOCATIONS_PROVIDED}),
    "F127A": (ApduType.ILL_ANSWER, {"results": Results.ESTIMATE}),
    "F1218": (ApduType.EXPIRED, {}),
    "F112A": (ApduType.CANCEL, {}),
    "F1220": (ApduType.CANCEL_REPLY, {"answer": False}),
    "F1221": (ApduType.CANCEL_REPLY, {"answer": True}),
    "F127": (ApduType.SHIPPED, {"due": Due(on=APRIL), "cost": EUROS}),
    "F114": (ApduType.RECEIVED, {}),
    "F115": (ApduType.RENEW, {"desired_due_on": APRIL}),
    "F129": (ApduType.RENEW_ANSWER, {"answer": True, "due": Due(on=APRIL)}),
    "F12A": (ApduType.RENEW_ANSWER, {"answer": False}),
    "F12D": (ApduType.OVERDUE, {"due": Due(on=APRIL)}),
    "F12E": (ApduType.RECALL, {}),
    "F116": (ApduType.RETURNED, {}),
    "F128": (ApduType.CHECKED_IN, {}),
    "F116A": (ApduType.LOST, {}),
    "F116B": (ApduType.DAMAGED, {}),
}
NOTES = {
    "F115": "Data di nuova scadenza proposta: 01/04/2026",
    "F1215": "Disponibile dal: 2026-04-01",
}
SAID = "Data di scadenza: 01/04/2026 Costo: EUR 9,00"


def report(code: str, note: str = SAID, head: str = HEAD) -> str:
    history = (
        f"<History-report>{day('Date-of-last-transiction', 2026, 3, 9)}"
        f'<Most-recent-service><Current-state state="{code}"/></Most-recent-service>'
        f"{day('Date-of-most-recent-service', 2026, 3, 8)}"
        f"<Most-recent-service-note><Note>{note}</Note></Most-recent-service-note></History-report>"
    )
    return document("Status-or-error-report", f"<Status-report>{history}</Status-report>", head)


def checked(apdu: Apdu, code: str) -> None:
    kind, values = STATES[code]
    assert apdu.type is kind
    assert apdu.ref is not None
    assert apdu.ref.number == "900123"
    assert learned_states.code_of(apdu) == code
    for name, value in values.items():
        assert getattr(apdu, name) == value


def test_every_code_with_a_message_is_tried() -> None:
    made = {code for code, by in state_codes.STATES.items() if by.type not in (None, ApduType.ILL_REQUEST)}
    assert made == set(STATES)


@pytest.mark.parametrize("code", STATES)
def test_a_report_of_a_state_is_the_message_that_makes_it(code: str, hear: Hear) -> None:
    (apdu,) = hear(report(code, NOTES.get(code, SAID))).apdus
    checked(apdu, code)


@pytest.mark.parametrize("code", STATES)
@pytest.mark.parametrize("head", [HEAD, HEAD_OF_LENDER], ids=["we borrow", "we lend"])
def test_a_request_with_a_state_is_the_message_that_makes_it(code: str, head: str, hear: Hear) -> None:
    note = f"<Requester-note><Note>{NOTES.get(code, SAID)}</Note></Requester-note>"
    apdus = hear(request(f'{note}<Current-state state="{code}"/>', head)).apdus
    checked(apdus[-1], code)
    if head == HEAD_OF_LENDER:
        assert isinstance(apdus[0], IllRequest), "it may be new to us"
    assert all(not learned_states.code_of(one) for one in apdus[:-1])


@pytest.mark.parametrize("code", STATES)
def test_the_message_that_makes_a_state_is_said_by_whom_the_table_names(code: str) -> None:
    by = state_codes.STATES[code]
    assert by.type is not None
    assert by.type.said_by in (by.said_by, None)


@pytest.mark.parametrize("code", ["F126", "F1217", "F010", "F080", "F999", "", "shipped", "F127 "])
def test_a_state_that_nobody_understands_is_only_reported(code: str, hear: Hear) -> None:
    (apdu,) = hear(report(code, "parole")).apdus
    if code.strip() == "F127":
        assert apdu.type is ApduType.SHIPPED
        return
    assert isinstance(apdu, StatusOrErrorReport)
    assert apdu.report is not None
    assert apdu.report.kind == "status"
    assert apdu.report.current_state in (None, State.UNKNOWN.name)
    assert code in (apdu.note or "")
    apdus = hear(request(f'<Current-state state="{code or "F126"}"/>', HEAD_OF_LENDER)).apdus
    assert isinstance(apdus[0], IllRequest)
    assert isinstance(apdus[-1], StatusOrErrorReport)


@pytest.mark.parametrize(
    ("head", "state"),
    [(HEAD, State.PENDING), (HEAD_OF_LENDER, State.IN_PROCESS)],
    ids=["we borrow", "we lend"],
)
def test_the_first_state_says_where_the_request_stands(head: str, state: State, hear: Hear) -> None:
    (apdu,) = hear(report("F118", "", head)).apdus
    assert isinstance(apdu, StatusOrErrorReport)
    assert apdu.report is not None
    assert apdu.report.current_state == state.name
    (asked,) = hear(request('<Current-state state="F118"/>', head)).apdus
    assert isinstance(asked, IllRequest)


def test_a_state_has_its_day_and_its_service(hear: Hear) -> None:
    (returned,) = hear(report("F116", "")).apdus
    assert getattr(returned, "returned_on", None) == date(2026, 3, 8)
    shipped = hear(request('<Current-state state="F127"/>', service="RI")).apdus[-1]
    assert getattr(shipped, "shipped_service", None) is Service.COPY
    assert getattr(shipped, "due", None) is None


@pytest.mark.parametrize("words", ["Richiesta non trovata", "1"])
def test_an_error_is_a_report_in_words(words: str, hear: Hear) -> None:
    (apdu,) = hear(document("Status-or-error-report", f"<Error-report>{words}</Error-report>")).apdus
    assert isinstance(apdu, StatusOrErrorReport)
    assert apdu.report is not None
    assert (apdu.report.kind, apdu.note) == ("error", words)


@pytest.mark.parametrize("words", ["0", "", " "])
def test_no_error_is_no_error(words: str, hear: Hear) -> None:
    written = (
        f'<Error-report>{words}</Error-report><Status-report><Current-state state="F127"/></Status-report>'
    )
    (apdu,) = hear(document("Status-or-error-report", written)).apdus
    assert apdu.type is ApduType.SHIPPED


def test_each_side_has_a_state_of_its_own() -> None:
    assert state_codes.state_of("f114", Role.REQUESTER) is State.RECEIVED
    assert state_codes.state_of("F114", Role.RESPONDER) is State.SHIPPED
    assert state_codes.state_of("F114", None) is State.RECEIVED
