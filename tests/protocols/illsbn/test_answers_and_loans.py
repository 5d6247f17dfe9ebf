"""Answers, and the messages of a loan: each element says what its field says."""

# ruff: noqa: E501  # tables

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from mailproc.ill.apdu import (
    Condition,
    Due,
    IllAnswer,
    Renew,
)
from mailproc.ill.terms import Ref, Results, Service
from mailproc.protocols.codec import Decoded, Encoded
from mailproc.protocols.illsbn import writing

from .documents import AMOUNT, APRIL, AT, EUROS, answer, day, document, one

Hear = Callable[..., Decoded]


CODES = {
    "01": "cost-exceeds-limit", "02": "charges", "03": "prepayment-required", "04": "lacks-copyright-compliance",
    "05": "library-use-only", "06": "no-reproduction", "07": "client-signature-required", "08": "other",
    "13": "cost-exceeds-limit", "14": "charges", "15": "prepayment-required", "16": "lacks-copyright-compliance",
    "22": "library-use-only", "23": "no-reproduction", "24": "client-signature-required",
    "25": "special-collections-supervision-required", "27": "other", "28": "responder-specific",
    "30": "proposed-delivery-service",
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_conditions_have_the_codes_of_the_hub_and_of_the_standard(code: str, hear: Hear) -> None:
    said = one(hear(answer(f'<Conditional conditions="{code}">{day("Date-for-reply")}</Conditional>')))
    assert said.conditions == (Condition(condition=CODES[code], reply_by=APRIL),)
    assert writing.tree(said)["Answer-type"]["Conditional"]["@conditions"] == code, "as it came"
    fresh = IllAnswer(results=Results.CONDITIONAL, sent_at=AT, conditions=said.conditions)
    two_digits = next(own for own, word in CODES.items() if word == CODES[code])
    assert writing.tree(fresh)["Answer-type"]["Conditional"]["@conditions"] == two_digits


ANSWERS: dict[str, dict[str, Any]] = {
    "<Unfilled/>": {"results": Results.UNFILLED},
    '<Unfilled id="F1212"/>': {"results": Results.UNFILLED},
    "<Retry/>": {"results": Results.RETRY},
    "<Location-provider/>": {"results": Results.LOCATIONS_PROVIDED},
    "<Will-supply/>": {"results": Results.WILL_SUPPLY, "supply_on": None},
    f"<Will-supply>{day('Supply-date')}</Will-supply>": {"results": Results.WILL_SUPPLY, "supply_on": APRIL},
    "<Hold-placed/>": {"results": Results.HOLD_PLACED, "supply_on": None},
    f"<Hold-placed>{day('Estimate-date-available')}</Hold-placed>": {"supply_on": APRIL},
    "<Estimate/>": {"results": Results.ESTIMATE},
    "<Estimate><Cost-estimate><Note>EUR 9,00</Note></Cost-estimate></Estimate>": {"cost_estimate": EUROS},
    "<Estimate><Cost-estimate><Note>9.00</Note></Cost-estimate></Estimate>": {"cost_estimate": EUROS},
    "<Estimate><Cost-estimate><Note>circa 9 euro</Note></Cost-estimate></Estimate>": {"cost_words": "circa 9 euro"},
    '<Conditional conditions="02"/>': {"conditions": (Condition(condition="charges"),)},
    "<Conditional/>": {"conditions": (Condition(condition="other"),)},
}  # fmt: skip


@pytest.mark.parametrize("written", ANSWERS, ids=lambda written: written[:40])
def test_each_answer_is_read(written: str, hear: Hear) -> None:
    said = one(hear(answer(written, "parole")))
    assert said.note == "parole"
    for name, value in ANSWERS[written].items():
        assert getattr(said, name) == value


@pytest.mark.parametrize("inner", ["", "<Perhaps/>", "perhaps"])
def test_an_answer_without_a_result_is_a_fault(inner: str, hear: Hear) -> None:
    heard = hear(answer(inner))
    assert heard.apdus == ()
    assert "Answer-type" in str(heard.faults[0])


# --- loans --------------------------------------------------------------------------------------


def shipped(inner: str, note: str = "", service: str = "PR") -> str:
    noted = f"<Responder-note><Note>{note}</Note></Responder-note>" if note else ""
    return document("Shipped", f"<Supply-details>{inner}</Supply-details>{noted}", shippedServiceType=service)


SHIPPED: dict[str, dict[str, Any]] = {
    shipped(day("Date-shipped", month=3) + day("Date-due")): {
        "shipped_service": Service.LOAN, "shipped_on": date(2026, 3, 1), "due": Due(on=APRIL),
    },
    shipped(day("Date-due"), service="RI"): {"shipped_service": Service.COPY, "due": None},
    shipped("", "Data di scadenza: 01/04/2026"): {"due": Due(on=APRIL)},
    shipped("", "Data di scadenza: 2026-04-01 grazie"): {"due": Due(on=APRIL)},
    shipped("", "Data di scadenza: 31/02/2026"): {"due": None},
    shipped("<Date-due/>", "Costo: EUR 9,00"): {"due": None, "cost": EUROS},
    shipped(f"<Cost>{AMOUNT.format('9,00')}</Cost>"): {"cost": EUROS},
    shipped("<Shipped-via><Physical-delivery>corriere</Physical-delivery></Shipped-via>"): {
        "shipped_via": "corriere"
    },
    shipped("<Shipped-via><Electronic-address>http://x.example/1</Electronic-address></Shipped-via>"): {
        "electronic_delivery": "http://x.example/1"
    },
}  # fmt: skip


@pytest.mark.parametrize("written", SHIPPED, ids=range(len(SHIPPED)))
def test_each_element_of_a_shipment_has_its_field(written: str, hear: Hear) -> None:
    said = one(hear(written))
    for name, value in SHIPPED[written].items():
        assert getattr(said, name) == value


@pytest.mark.parametrize(
    ("kind", "answered", "value"),
    [("Conditional-Reply", True, "B"), ("Conditional-Reply", False, "A"), ("Cancel-Reply", True, "1"),
     ("Cancel-Reply", False, "0"), ("Renew-Answer", True, "9"), ("Renew-Answer", False, "A")],
)  # fmt: skip
def test_yes_and_no_have_a_code_of_their_own_in_each_message(
    kind: str, answered: bool, value: str, hear: Hear
) -> None:
    said = one(hear(document(kind, answer=value)))
    assert said.answer is answered
    assert writing.tree(said)["@answer"] == value
    heard = hear(document(kind, answer="x"))
    assert heard.apdus == ()
    assert "answer" in str(heard.faults[0])


@pytest.mark.parametrize("kind", ["Overdue", "Renew-Answer"])
def test_a_due_date_is_read_from_its_element_or_the_hubs_words(kind: str, hear: Hear) -> None:
    note = "<Responder-note><Note>Data di scadenza: 01/04/2026</Note></Responder-note>"
    for inner in (day("Date-due"), note, f"<Date-due/>{note}"):
        assert one(hear(document(kind, inner, answer="9"))).due == Due(on=APRIL)


def test_a_renewal_says_its_day_twice_and_is_read_once(hear: Hear, say: Callable[..., Encoded]) -> None:
    said = say(Renew(ref=Ref(number="1"), sent_at=AT, desired_due_on=APRIL, note="per favore"))
    assert said.body is not None
    assert (
        b"<Note>per favore\nData di nuova scadenza proposta: 01/04/2026</Note>" in said.body.parts[0].content
    )
    back = one(hear(said))
    assert (back.desired_due_on, back.note) == (APRIL, "per favore")
    from_words = document(
        "Renew", "<Requester-note><Note>Data di nuova scadenza proposta: 2026-04-01</Note></Requester-note>"
    )
    assert one(hear(from_words)).desired_due_on == APRIL


def test_the_days_of_a_loan_have_their_elements(hear: Hear) -> None:
    for kind, element, field in (
        ("Received", "Date-received", "received_on"), ("Returned", "Date-returned", "returned_on"),
        ("Checked-In", "Date-checked-in", "checked_in_on"),
    ):  # fmt: skip
        assert getattr(one(hear(document(kind, day(element)))), field) == APRIL
        assert getattr(one(hear(document(kind, f"<{element}/>"))), field) is None
