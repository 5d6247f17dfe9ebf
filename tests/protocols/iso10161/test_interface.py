"""The JSON that scripts rely on: every APDU with every field, written as a letter and read back as it was."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mailproc.config import Config, Library, Partner
from mailproc.ill.apdu_json import from_json, to_json
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.compose import compose
from mailproc.mail.parse import parse
from mailproc.protocols.codec import Wire
from mailproc.protocols.registry import load

CODEC = load(Config()).by_name("iso10161")
COMMON: dict[str, Any] = {
    "transaction": {"initial_requester": "XX-BORROWER", "tgq": "B1", "tq": "1", "stq": "s"},
    "requester": "XX-BORROWER",
    "responder": "XX-LENDER",
    "requester_name": "The Borrowing Library",
    "responder_name": "The Lending Library",
    "sent_at": "2026-03-02T10:00:00",
    "original_sent_at": "2026-03-01T10:00:00",
    "note": "A note\nof two lines",
    "reply_to": [
        {
            "address": "ill@borrower.example",
            "service": "SMTP",
            "encodings": ["BER_IN_MIME", "EDIFACT", "BER"],
            "aliases": ["ns:BORROWER"],
        },
        {"address": "ill.borrower.example:1611", "service": "TCP/IP", "encodings": ["BER"]},
    ],
}
PARTS = "name extended street po_box city region country postcode"
POSTAL = {part: part.upper() for part in PARTS.split()}
TEXTS = (
    "title author subtitle place publisher series volume_issue edition publication_date component_date"
    " article_author article_title pagination call_number additional_numbers verification"
)
ITEM = {name: f"the {name}" for name in TEXTS.split()} | {
    "type": "SERIAL", "isbn": "9783161484100", "issn": "12345678", "system_no": "123",
}  # fmt: skip
DUE = {"on": "2026-04-01", "renewable": False}
PLACES = [{"symbol": "XX-A", "name": "A", "note": "ask there"}, {"symbol": "XX-B"}]
LENDER_SAYS = {"can_send": ["SHIPPED"], "requires": ["RECEIVED"], "desires": ["RETURNED"]}
HISTORY = {
    "date_requested": "2026-03-01", "author": "a", "title": "t", "author_of_article": "aa",
    "title_of_article": "ta", "date_of_last_transition": "2026-03-02", "most_recent_service": "SHIPPED",
    "date_of_most_recent_service": "2026-03-02", "initiator_of_most_recent_service": "XX-LENDER",
    "shipped_service_type": "LOAN", "transaction_results": "WILL_SUPPLY", "most_recent_service_note": "n",
}  # fmt: skip


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "GBP"}


def answer(results: str, **more: Any) -> dict[str, Any]:
    return {"type": "ILL_ANSWER", "results": results, "optional_messages": LENDER_SAYS} | more


SAID: list[dict[str, Any]] = [
    {
        "type": "ILL_REQUEST",
        "services": ["LOAN", "COPY", "LOCATIONS", "ESTIMATE", "RESPONDER_SPECIFIC"],
        "item": ITEM,
        "patron": {"name": "n", "id": "i", "status": "s"},
        "delivery": {"postal": POSTAL, "electronic": "reader@borrower.example"},
        "billing": {"postal": POSTAL, "electronic": "money@borrower.example"},
        "need_before": "2026-04-01",
        "expiry": "2026-05-01",
        "level_of_service": "R",
        "max_cost": money("12.50"),
        "copyright_compliance": "US:CCL",
        "place_on_hold": "yes",
        "transaction_type": "SIMPLE",
        "optional_messages": {"can_send": ["RECEIVED"], "requires": ["SHIPPED"], "desires": ["CHECKED_IN"]},
    },
    {"type": "FORWARD_NOTIFICATION", "intermediary": "XX-BETWEEN"},
    {"type": "SHIPPED", "shipped_service": "LOAN", "shipped_on": "2026-03-02", "due": DUE, "cost": money("1"),
     "shipped_via": "Post", "supplier": "XX-SHOP", "shipped_conditions": "library-use-only",
     "optional_messages": LENDER_SAYS},
    {"type": "SHIPPED", "shipped_service": "COPY", "shipped_on": "2026-03-02",
     "electronic_delivery": "reader@borrower.example", "optional_messages": LENDER_SAYS},
    answer("CONDITIONAL", conditions=[{"condition": "charges", "reply_by": "2026-03-09"}]),
    answer("RETRY", reason="in-use-on-loan", retry_on="2026-05-01", locations=PLACES),
    answer("UNFILLED", reason="not-owned", locations=PLACES),
    answer("UNFILLED", reason="99"),
    answer("LOCATIONS_PROVIDED", reason="not-owned", locations=PLACES),
    answer("WILL_SUPPLY", reason="on-order", supply_on="2026-05-01"),
    answer("HOLD_PLACED", supply_on="2026-05-01"),
    answer("ESTIMATE", cost_estimate=money("3.00")),
    {"type": "CONDITIONAL_REPLY", "answer": True},
    {"type": "CANCEL"},
    {"type": "CANCEL_REPLY", "answer": False},
    {"type": "RECEIVED", "received_on": "2026-03-02", "shipped_service": "LOAN", "supplier": "XX-SHOP"},
    {"type": "RECALL"},
    {"type": "RETURNED", "returned_on": "2026-03-02", "returned_via": "Post", "insured_for": money("50")},
    {"type": "CHECKED_IN", "checked_in_on": "2026-03-02"},
    {"type": "OVERDUE", "due": DUE},
    {"type": "RENEW", "desired_due_on": "2026-04-02"},
    {"type": "RENEW_ANSWER", "answer": True, "due": DUE},
    {"type": "LOST"},
    {"type": "DAMAGED", "damaged_details": "2, 3"},
    {"type": "MESSAGE"},
    {"type": "STATUS_QUERY"},
    {"type": "STATUS_OR_ERROR_REPORT",
     "report": {"kind": "status", "current_state": "SHIPPED", "history": HISTORY}},
    {"type": "STATUS_OR_ERROR_REPORT", "report": {"kind": "status", "reason_no_report": "permanent"}},
    {"type": "STATUS_OR_ERROR_REPORT", "report": {
        "kind": "error", "source": "provider", "problem": "state-transition-prohibited", "correlation": "x",
        "apdu_type": "RETURNED", "current_state": "IN_PROCESS"}},
    {"type": "EXPIRED"},
]  # fmt: skip


def test_every_message_is_here() -> None:
    assert {said["type"] for said in SAID} == set(ApduType.__members__)


@pytest.mark.parametrize("said", SAID, ids=lambda said: f"{said['type']} {said.get('results', '')}".strip())
def test_what_is_said_in_json_is_read_in_json(said: dict[str, Any]) -> None:
    whole = COMMON | said
    if said["type"] == "EXPIRED":
        del whole["note"]  # the one message without
    us = Library(symbol="XX-BORROWER", name="A Library", email="ill@borrower.example")
    them = Partner(symbol="XX-LENDER", address="ill@lender.example", codec="iso10161")
    encoded = CODEC.encode([from_json(whole)], Wire(us, them, Role.REQUESTER), None)  # type: ignore[arg-type]  # has no templates
    assert encoded.body is not None, encoded.held
    raw = compose(
        encoded.body,
        sender=us.email,
        sender_name=us.name,
        to=[them.address],
        message_id="1@borrower.example",
        date=datetime(2026, 3, 2, tzinfo=UTC),
    )
    decoded = CODEC.decode(parse(raw))
    assert decoded.faults == ()
    assert [to_json(apdu) for apdu in decoded.apdus] == [whole]
