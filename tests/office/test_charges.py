"""What was charged and paid: a row each, from messages and by hand; summed by month, partner, currency."""

import csv
import io
from decimal import Decimal

import pytest

from mailproc.cli import charges as verb
from mailproc.errors import LocalFault
from mailproc.ill.terms import Role
from mailproc.office.queries import charges as query
from mailproc.office.queries.charges import ChargeFilter, ChargeSum
from mailproc.office.requests import charges as entering
from mailproc.office.requests.charges import ChargeEntry


def sums(world, **wanted):
    with world.store.read() as connection:
        found = query.sums(connection, world.app.context, ChargeFilter(**wanted))
    return [
        (one.month, one.partner, one.role.name, one.currency, str(one.charged), str(one.paid))
        for one in found
    ]


@pytest.mark.parametrize(
    ("given", "one", "add"),
    [
        ({"--kind"}, True, False), ({"--note"}, True, False), ({"--status"}, False, False),
        ({"--csv"}, True, False), ({"--partner"}, True, True), ({"--csv", "--json"}, False, False),
    ],
)  # fmt: skip
def test_an_option_that_would_be_ignored_is_refused(given, one, add):
    with pytest.raises(LocalFault, match="has no use"):
        verb._refuse_unused(given, one=one, add=add)


def record(world, number, amount, **more):
    return entering.add(world.store, world.app.context, ChargeEntry(number, amount, **more), "clerk")


def ordered(world):
    world.ordered("TXC1-1 S LOAN\nA book of ours")


def test_the_price_of_what_we_ship_is_charged(small_world):
    ordered(small_world)
    small_world.act("L1", "ship", cost="5.50 GBP")
    assert sums(small_world) == [("2026-03", "XX-CUSTOMER", "RESPONDER", "GBP", "5.50", "0")]
    (charge,) = small_world.shown("L1").charges
    assert (charge.kind, charge.status, charge.amount) == ("supply", "charged", "5.50")


def test_what_is_said_again_or_undone_is_not_charged_twice(small_world):
    ordered(small_world)
    small_world.act("L1", "ship", cost="5 GBP", run=False)
    small_world.act("L1", "undo")
    assert sums(small_world) == []
    small_world.act("L1", "ship", cost="6 GBP")
    small_world.act("L1", "ship", cost="6 GBP", repeat=True)
    assert [row["amount"] for row in small_world.rows("charge")] == ["6"]


def test_a_trial_charges_nothing(small_world):
    ordered(small_world)
    small_world.foresee("L1", "ship", cost="5 GBP")
    assert small_world.rows("charge") == []


def test_what_a_lender_says_by_telephone_counts(small_world):
    small_world.place()
    small_world.act("B1", "ship", cost="12.50 EUR", heard_by="phone")
    assert sums(small_world) == [("2026-03", "XX-BL", "REQUESTER", "EUR", "12.50", "0")]


def test_the_price_beside_a_refusal_is_no_estimate(small_world):
    small_world.place()
    small_world.hear("B1-1 *TOTAL LIBRARY MAX COST 41.50")
    assert small_world.rows("charge") == []


def test_currencies_and_months_are_never_added_up(small_world):
    small_world.place()
    for amount in ("0.10 EUR", "0.20 EUR", "3 GBP"):
        record(small_world, "B1", amount, kind="postage")
    small_world.later(days=40)
    record(small_world, "B1", "0.30 EUR", status="paid")
    assert sums(small_world) == [
        ("2026-03", "XX-BL", "REQUESTER", "EUR", "0.30", "0"),
        ("2026-03", "XX-BL", "REQUESTER", "GBP", "3", "0"),
        ("2026-04", "XX-BL", "REQUESTER", "EUR", "0", "0.30"),
    ]
    assert sums(small_world, partner="XX-OTHER") == []
    assert len(sums(small_world, until=small_world.now)) == 2


def test_what_staff_record_stands_in_the_history(small_world):
    small_world.place()
    attention = small_world.attention("B1")
    record(small_world, "B1", "4.20 eur", kind="postage", status="paid", note="invoice 17")
    line = small_world.shown("B1").history[-1]
    assert (line.event, line.note) == ("charge", "4.20 EUR paid (postage): invoice 17")
    assert (small_world.state("B1"), small_world.attention("B1")) == ("PENDING", attention)
    assert small_world.verify().differences == ()


@pytest.mark.parametrize(
    ("amount", "more", "why"),
    [
        ("12.50", {}, "with its currency"),
        ("-1 EUR", {}, "above zero"),
        ("0 EUR", {}, "above zero"),
        ("NaN EUR", {}, "write 12.50 EUR"),
        ("1e999 EUR", {}, "write 12.50 EUR"),
        ("5 €UR", {}, "write 12.50 EUR"),
        ("5 EUR", {"kind": "=SUM(A1)"}, "is none of supply"),
        ("5 EUR", {"status": "stolen"}, "is none of estimated"),
        ("5 EUR", {"note": "x" * 201}, "201 characters"),
    ],
)
def test_a_wrong_charge_is_refused_before_anything_changes(small_world, amount, more, why):
    small_world.place()
    before = small_world.dump()
    with pytest.raises(LocalFault, match=why):
        record(small_world, "B1", amount, **more)
    assert small_world.dump() == before


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\tx"])
def test_no_text_of_others_is_a_formula_in_a_spreadsheet(name):
    row = ChargeSum("2026-03", name, Role.REQUESTER, "EUR", Decimal(0), Decimal("1.50"), Decimal(2))
    lines = list(csv.reader(io.StringIO(verb._csv([row]))))
    assert lines[0] == list(verb.COLUMNS)
    assert lines[1][1] == f"'{name}" and lines[1][4:] == ["0", "1.50", "2", "-0.50"]


LIMIT = {"max_cost": {"amount": "20", "currency": "GBP"}}


@pytest.mark.parametrize(
    ("cost", "reasons"),
    [
        ("20 GBP", ()),
        ("20.01 GBP", ("cost-over-limit",)),
        ("99 EUR", ("cost-over-limit",)),
        ("21", ("cost-over-limit",)),
    ],
)
def test_a_price_above_our_limit_raises_attention(small_world, cost, reasons):
    small_world.place(**LIMIT)
    small_world.act("B1", "ship", cost=cost, heard_by="phone")
    assert small_world.attention("B1") == reasons


def test_without_a_limit_no_price_is_above_it(small_world):
    small_world.place()
    small_world.act("B1", "ship", cost="999 GBP", heard_by="phone")
    assert small_world.attention("B1") == ()


def test_our_limit_stands_beside_their_price(small_world):
    small_world.place(**LIMIT)
    small_world.hear("B1-1 *TOTAL LIBRARY MAX COST 41.50")
    (notice,) = small_world.notices()
    assert "it would cost 41.50" in notice.text and "we pay at most 20 GBP" in notice.text


def test_show_says_what_we_have_asked(small_world):
    where = {"electronic": "r@readers.example"}
    small_world.place(need_before="2026-05-01", delivery=where, level_of_service="U", note="Soon", **LIMIT)
    asked = small_world.shown("B1").asked
    assert asked["services"] == ["LOAN"] and asked["delivery"] == where
    assert asked["max_cost"] == {"amount": "20", "currency": "GBP"}
    assert (asked["level_of_service"], asked["need_before"], asked["note"]) == ("U", "2026-05-01", "Soon")
    assert asked["patron"]["email"] == "r@readers.example"


def test_what_is_said_by_telephone_and_in_a_letter_is_charged_once(small_world):
    small_world.place()
    small_world.act("B1", "ship", cost="12.50 EUR", heard_by="phone")
    small_world.act("B1", "ship", cost="12.5 EUR", heard_by="post")
    assert [row["amount"] for row in small_world.rows("charge")] == ["12.50"]
    small_world.act("B1", "ship", cost="14 EUR", heard_by="post")
    assert len(small_world.rows("charge")) == 2, "another price is another charge"


@pytest.mark.parametrize("act", ["conditional", "will-supply"])
def test_the_price_of_a_condition_or_a_promise_is_an_estimate(small_world, act):
    small_world.place(**LIMIT)
    more = {"condition": "charges"} if act == "conditional" else {}
    small_world.act("B1", act, cost="25 GBP", heard_by="phone", **more)
    kept = [(row["status"], row["amount"], row["currency"]) for row in small_world.rows("charge")]
    assert kept == [("estimated", "25", "GBP")]


@pytest.mark.parametrize(
    ("cost", "reasons"),
    [("25 GBP", ()), ("25.01 GBP", ("cost-over-limit",)), ("9 EUR", ("cost-over-limit",))],
)
def test_a_price_that_we_agreed_to_is_within_the_limit(small_world, cost, reasons):
    small_world.place(**LIMIT)
    small_world.act("B1", "conditional", condition="charges", cost="25 GBP", heard_by="phone")
    small_world.act("B1", "answer-condition", answer=True)
    small_world.act("B1", "ship", cost=cost, heard_by="phone")
    assert small_world.attention("B1") == reasons


def test_a_condition_without_a_price_moves_no_limit(small_world):
    small_world.place(**LIMIT)
    small_world.act("B1", "conditional", condition="charges", heard_by="phone")
    small_world.act("B1", "answer-condition", answer=True)
    small_world.act("B1", "ship", cost="25 GBP", heard_by="phone")
    assert small_world.attention("B1") == ("cost-over-limit",)
