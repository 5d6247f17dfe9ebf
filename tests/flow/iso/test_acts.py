"""Every act of both sides says the right message, and lacks nothing that the standard wants."""

from datetime import date

import pytest

from mailproc.errors import LocalFault

from .conftest import BORROWER, LENDER, SECOND, US

ASKED = {"initial_requester": BORROWER, "tgq": "G1", "tq": "1"}
DAY = date(2026, 4, 1)
ON = {"on": DAY}

LENT = [  # state before, act, options, what the message says
    ("", "will-supply", ON, {"type": "ILL_ANSWER", "results": "WILL_SUPPLY", "supply_on": "2026-04-01"}),
    ("", "hold", ON, {"results": "HOLD_PLACED", "supply_on": "2026-04-01"}),
    ("", "conditional", {"condition": "library-use-only", **ON},
     {"results": "CONDITIONAL", "conditions": [{"condition": "library-use-only", "reply_by": "2026-04-01"}]}),
    ("", "answer-retry", {"reason": "at-bindery", **ON},
     {"results": "RETRY", "reason": "at-bindery", "retry_on": "2026-04-01"}),
    ("", "unfilled", {"reason": "on-reserve", "note": "until June"},
     {"results": "UNFILLED", "reason": "on-reserve", "note": "until June"}),
    ("", "locations", {"locations": ("XX-A", "XX-B")},
     {"results": "LOCATIONS_PROVIDED", "locations": [{"symbol": "XX-A"}, {"symbol": "XX-B"}]}),
    ("", "estimate", {"cost": "12.50 EUR"},
     {"results": "ESTIMATE", "cost_estimate": {"amount": "12.50", "currency": "EUR"}}),
    ("", "forward", {"to": SECOND},
     {"type": "FORWARD_NOTIFICATION", "responder": SECOND, "intermediary": US, "requester": BORROWER}),
    ("", "ship", {"cost": "5 EUR", "via": "post", **ON},
     {"type": "SHIPPED", "shipped_service": "LOAN", "shipped_on": "2026-03-02", "shipped_via": "post"}),
    ("", "ship", ON, {"due": {"on": "2026-04-01", "renewable": True}}),
    ("", "ship", {}, {"due": {"on": "2026-04-13", "renewable": True}}),  # the usual six weeks
    ("", "ship", {"service": "COPY"}, {"shipped_service": "COPY"}),
    ("", "ship", {"condition": "library-use-only"}, {"shipped_conditions": "library-use-only"}),
    ("ship", "check-in", {}, {"type": "CHECKED_IN", "checked_in_on": "2026-03-02"}),
    ("ship", "overdue", ON | {"anyway": True}, {"type": "OVERDUE"}),
    ("ship", "recall", {"note": "needed here"}, {"type": "RECALL", "note": "needed here"}),
    ("ship", "lost", {}, {"type": "LOST"}),
    ("ship", "damaged", {"note": "wet"}, {"type": "DAMAGED", "note": "wet"}),
    ("", "message", {"note": "Wait."}, {"type": "MESSAGE", "note": "Wait."}),
    ("", "query", {}, {"type": "STATUS_QUERY"}),
    ("CANCEL", "cancel-reply", {"answer": True}, {"type": "CANCEL_REPLY", "answer": True}),
    ("RENEW", "renew-reply", {"answer": True, **ON}, {"type": "RENEW_ANSWER", "answer": True}),
    ("RENEW", "renew-reply", {"answer": False}, {"type": "RENEW_ANSWER", "answer": False}),
]  # fmt: skip


def lent(iso, before):
    iso.asks()
    if before:
        iso.act("L1", "ship", on=DAY) if before in ("ship", "RENEW") else None
    if before.isupper():
        iso.hears(before, BORROWER, ASKED)


@pytest.mark.parametrize(("before", "action", "more", "says"), LENT)
def test_where_we_lend(iso, before, action, more, says):
    lent(iso, before)
    iso.act("L1", action, **more)
    said = iso.last()
    assert {name: said.get(name) for name in says} == says
    assert said["transaction"] == ASKED
    iso.act("L1", action, **more, repeat=True)
    again = iso.last()
    assert again["original_sent_at"] == said["sent_at"] < again["sent_at"]
    assert {name: again.get(name) for name in says} == says


BORROWED = [
    ("", "cancel", {"note": "found it"}, {"type": "CANCEL", "note": "found it"}),
    ("SHIPPED", "receive", {}, {"type": "RECEIVED", "received_on": "2026-03-02", "shipped_service": "LOAN"}),
    ("receive", "return", {"via": "courier"}, {"type": "RETURNED", "returned_on": "2026-03-02"}),
    ("receive", "renew", ON, {"type": "RENEW", "desired_due_on": "2026-04-01"}),
    ("receive", "renew", {}, {"type": "RENEW"}),
    ("ANSWER", "answer-condition", {"answer": True}, {"type": "CONDITIONAL_REPLY", "answer": True}),
    ("ANSWER", "answer-condition", {"answer": False}, {"type": "CONDITIONAL_REPLY", "answer": False}),
    ("receive", "lost", {}, {"type": "LOST"}),
    ("receive", "damaged", {"note": "a torn page"}, {"type": "DAMAGED", "note": "a torn page"}),
    ("", "message", {"note": "Please hurry."}, {"type": "MESSAGE", "note": "Please hurry."}),
    ("", "query", {}, {"type": "STATUS_QUERY"}),
]


@pytest.mark.parametrize(("before", "action", "more", "says"), BORROWED)
def test_where_we_borrow(iso, before, action, more, says):
    iso.place(LENDER)
    if before in ("SHIPPED", "receive"):
        iso.hears("SHIPPED", due={"on": "2026-03-20"})
    if before == "ANSWER":
        iso.hears("ILL_ANSWER", results="CONDITIONAL", conditions=[{"condition": "charges"}])
    if before == "receive":
        iso.act("B1", "receive")
    iso.act("B1", action, **more)
    said = iso.last()
    assert {name: said.get(name) for name in says} == says
    assert said["transaction"] == iso.id_of_ours()
    iso.act("B1", action, **more, repeat=True)
    assert iso.last()["original_sent_at"] == said["sent_at"] < iso.last()["sent_at"]


@pytest.mark.parametrize(
    ("action", "more", "why"),
    [
        ("hold", {"position": 3}, "supply_on"),
        ("conditional", {"condition": "nonsense"}, "is no condition of the standard"),
        ("answer-retry", {}, "--date"),
        ("unfilled", {"reason": "nonsense"}, "is no reason of the standard"),
        ("locations", {}, "locations"),
        ("estimate", {}, "--cost"),
        ("estimate", {"cost": "much"}, "write 12.50 EUR"),
        ("estimate", {"cost": "1e400 EURO"}, "write 12.50 EUR"),
        ("forward", {}, "--to"),
        ("ship", {"service": "ESTIMATE"}, "LOAN or COPY"),
        ("message", {}, "--note"),
    ],
)
def test_a_missing_value_is_refused_before_anything_changes(iso, action, more, why):
    iso.asks()
    before = iso.dump()
    with pytest.raises(LocalFault, match=why):
        iso.act("L1", action, **more)
    assert iso.dump() == before


def test_every_field_of_a_request_is_sent(iso):
    iso.place(
        LENDER,
        service="COPY",
        delivery={"postal": {"name": "Our Library", "city": "Town"}, "electronic": "docs@library.example"},
        need_before="2026-05-01",
        max_cost={"amount": "20", "currency": "EUR"},
        note="The second edition, please.",
        copyright_declared=True,
        expiry="2026-06-01",
        level_of_service="N",
        place_on_hold="no",
        billing={"postal": {"name": "Our bursar"}},
    )
    said = iso.last()
    assert said["services"] == ["COPY"]
    assert said["item"]["article_title"] == "A book"
    assert said["patron"]["id"] == "R1"
    assert said["delivery"]["postal"] == {"name": "Our Library", "city": "Town"}
    assert said["delivery"]["electronic"] == "docs@library.example"
    assert said["need_before"] == "2026-05-01"
    assert said["max_cost"] == {"amount": "20", "currency": "EUR"}
    assert said["note"] == "The second edition, please."
    assert said["copyright_compliance"] == "declared"
    assert (said["expiry"], said["level_of_service"]) == ("2026-06-01", "N")
    assert (said["place_on_hold"], said["billing"]) == ("no", {"postal": {"name": "Our bursar"}})
    assert (said["requester"], said["responder"]) == (US, LENDER)


def test_what_a_partner_asks_is_kept_and_shown(iso):
    asked = {
        "services": ["COPY", "LOAN"],
        "patron": {"name": "A. Reader", "id": "77", "status": "staff"},
        "delivery": {"postal": {"name": "Borrower", "city": "Elsewhere"}},
        "billing": {"postal": {"name": "Its bursar"}},
        "need_before": "2026-05-01",
        "level_of_service": "N",
        "max_cost": {"amount": "20", "currency": "EUR"},
        "copyright_compliance": "US:CCG",
        "place_on_hold": "no",
        "note": "Please be quick.",
    }
    iso.asks(**asked)
    assert iso.shown("L1").asked == asked
    assert iso.shown("L1").line.service == "LOAN"


def test_the_content_of_an_answer_is_in_the_history(iso):
    iso.place(LENDER)
    iso.hears(
        "ILL_ANSWER",
        results="CONDITIONAL",
        conditions=[{"condition": "charges", "reply_by": "2026-04-01"}],
        note="20 EUR",
    )
    assert iso.shown("B1").history[-1].note == "charges (reply by 2026-04-01); 20 EUR"
    assert "answer-condition" in iso.shown("B1").actions


def test_the_history_shows_our_messages_like_theirs(iso):
    iso.asks()
    iso.act("L1", "conditional", condition="library-use-only", on=date(2026, 3, 12))
    iso.hears("CONDITIONAL_REPLY", BORROWER, ASKED, answer=True)
    iso.act("L1", "ship", on=date(2026, 4, 1), via="Post")
    iso.hears("RENEW", BORROWER, ASKED, desired_due_on="2026-05-01")
    iso.act("L1", "renew-reply", answer=True, on=date(2026, 4, 15))
    shipped = {"kind": "status", "current_state": "SHIPPED"}
    iso.hears("STATUS_OR_ERROR_REPORT", BORROWER, ASKED, report=shipped)
    notes = {change.event: change.note for change in iso.shown("L1").history}
    assert notes["conditional"] == "library-use-only (reply by 2026-03-12)"
    assert notes["ship"] == "due 2026-04-01, Post"
    assert notes["RENEW"] == "until 2026-05-01"
    assert notes["renew-yes"] == "due 2026-04-15"
    assert notes["STATUS_OR_ERROR_REPORT"] == "they say SHIPPED"


def test_values_without_a_component_are_shown_to_staff(iso):
    iso.place(LENDER, keywords=["WLX"])
    assert iso.attention("B1") == ("letters-replaced",)
    assert iso.shown("B1").history[-1].note == "keywords: ISO 10161 has no place for WLX"


def test_values_for_people_only_go_into_the_note(iso):
    iso.asks()
    iso.act("L1", "hold", position=3, **ON)
    assert iso.last()["note"] == "Place 3 on the waiting list."
    iso.act("L1", "ship", **ON)
    iso.later(days=24)
    for reminder in (None, "Reminder 2.", "Reminder 3."):
        iso.later(days=7)
        iso.tick()
        assert (iso.last()["type"], iso.last().get("note")) == ("OVERDUE", reminder)
    assert iso.attention("L1") == ()


PAST = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("before", "action", "more", "says"),
    [
        ("", "ship", {"on": PAST}, "due back 2026-03-01 (that day has passed)"),
        ("ship", "overdue", {"anyway": True}, "due back 2026-04-01: it is overdue only after that day"),
        ("", "ship", {"service": "COPY", "on": DAY}, "--date was ignored: a copy has no due date"),
        (
            "RENEW",
            "renew-reply",
            {"answer": False, "on": DAY},
            "--date was ignored: a refused renewal names no new day",
        ),
    ],
)
def test_an_unlikely_day_is_named_and_accepted(iso, before, action, more, says):
    """It may have been done in time and be recorded late: so it is accepted, and undo is there."""
    lent(iso, before)
    assert str(iso.foresee("L1", action, **more).words[0]) == says
    assert str(iso.act("L1", action, **more).words[0]) == says


@pytest.mark.parametrize(
    ("action", "more", "found"),
    [
        ("unfilled", {}, {"reason": "other"}),
        ("answer-retry", {"on": DAY}, {"reason": "other"}),
        ("conditional", {}, {"conditions": [{"condition": "other"}]}),
    ],
)
def test_without_a_reason_of_staff_none_is_invented(iso, action, more, found):
    lent(iso, "")
    iso.act("L1", action, **more)
    said = iso.last()
    assert {name: said[name] for name in found} == found


def test_a_renewal_without_a_date_has_the_loan_period(iso):
    lent(iso, "RENEW")
    assert str(iso.act("L1", "renew-reply", answer=True).words[0]) == "due back 2026-05-13"


def test_the_due_date_is_shown_at_once(iso):
    iso.asks()
    assert str(iso.foresee("L1", "ship").words[0]) == "due back 2026-04-13"
    assert str(iso.act("L1", "ship", on=DAY).words[0]) == "due back 2026-04-01"
    iso.later(days=31)
    assert iso.act("L1", "overdue").after == "OVERDUE"  # the day has passed


def test_what_the_lender_told_by_telephone_may_lie_in_the_past(iso):
    iso.place(LENDER)
    assert str(iso.act("B1", "ship", on=PAST, heard_by="phone").words[0]) == "due back 2026-03-01"


@pytest.mark.parametrize(
    ("before", "action", "more", "note"),
    [
        ("", "conditional", {"condition": "charges", "cost": "25.00 GBP"}, "Price: 25.00 GBP."),
        ("", "will-supply", {"cost": "5 EUR", "note": "On Monday."}, "On Monday.\nPrice: 5 EUR."),
        ("ship", "recall", {"on": DAY}, "Wanted back by 2026-04-01."),
    ],
)
def test_values_without_a_field_go_into_the_note(iso, before, action, more, note):
    lent(iso, before)
    done = iso.act("L1", action, **more)
    assert iso.last()["note"] == note
    assert not any("not sent to" in word for word in map(str, done.words))


@pytest.mark.parametrize(("before", "action", "more", "says"), LENT)
def test_iso_carries_every_message_of_a_lender(iso, before, action, more, says):
    lent(iso, before)
    assert not any("not sent to" in word for word in map(str, iso.act("L1", action, **more).words)), says


def test_the_way_of_return_is_in_both_histories(iso):
    lent(iso, "ship")
    iso.hears("RETURNED", BORROWER, ASKED, returned_on="2026-03-01", returned_via="courier")
    assert iso.shown("L1").history[-1].note == "sent back on 2026-03-01, courier"
    iso.place(LENDER)
    iso.act("B1", "receive", on=PAST)
    iso.act("B1", "return", via="parcel 7", cost="50 EUR", on=PAST)
    assert iso.shown("B1").history[-1].note == "sent back on 2026-03-01, parcel 7, insured for 50 EUR"


def test_automatic_answers_are_in_the_history(iso):
    lent(iso, "ship")
    iso.hears("CANCEL", BORROWER, ASKED)
    assert iso.last()["type"] == "CANCEL_REPLY"
    assert "we answered: it cannot be stopped" in iso.shown("L1").history[-1].note
    iso.hears("STATUS_QUERY", BORROWER, ASKED)
    assert iso.last()["type"] == "STATUS_OR_ERROR_REPORT"
    assert "we answered: " in iso.shown("L1").history[-1].note
    assert iso.verify().checked == 1


def test_a_repeated_action_sends_the_same_values(iso):
    lent(iso, "")
    iso.act("L1", "conditional", condition="charges", note="20 EUR")
    kept = iso.dump()
    for more in ({"note": "30 EUR"}, {"on": DAY}, {"condition": "other"}):
        with pytest.raises(LocalFault, match="differs"):
            iso.act("L1", "conditional", repeat=True, **({"condition": "charges"} | more))
    iso.place(LENDER)
    with pytest.raises(LocalFault, match="differs"):
        iso.act("B1", "request", repeat=True, note="please")
    assert kept["event"] == iso.dump()["event"][: len(kept["event"])]
    iso.act("L1", "conditional", repeat=True, condition="charges", note="20 EUR")
    assert iso.last()["note"] == "20 EUR"
