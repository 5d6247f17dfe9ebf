"""What we answer as supplier: one report for each customer and run, in the words that our reader reads."""

import pytest

from mailproc.mail.parse import parse

MANY = 20  # orders of each customer
THEIRS = {"XX-CUSTOMER": "99-0003", "XX-OTHER": "99-0004"}


@pytest.fixture
def asked(small_world):
    """Both customers have sent their orders, under the same numbers."""
    for symbol in THEIRS:
        small_world.ordered(
            *(f"TXC1-{n} S LOAN\nBook {n} of {symbol}" for n in range(1, MANY + 1)), of=symbol
        )
    return small_world


def test_forty_answers_to_two_customers_are_two_reports(asked, addresses):
    for number in reversed(asked.listed(limit=100)):
        asked.act(number, "unfilled", run=False, reason="not-owned")
    asked.run()
    assert len(asked.sent) == len(THEIRS)
    codec = asked.app.context.registry.by_name("artemail")
    for symbol, code in THEIRS.items():
        (letter,) = asked.to(addresses[symbol])
        said = codec.decode(parse(letter.raw)).apdus
        assert [(apdu.ref.number, apdu.reply_code) for apdu in said] == [
            (f"C1-{n}", "NOT") for n in range(1, MANY + 1)
        ]
        assert {apdu.ref.customer_code for apdu in said} == {code}


def test_each_kind_of_answer_stands_in_the_one_report(asked, addresses):
    acts = {
        "L1": ("unfilled", {"reason": "not-owned"}, "NOT"),
        "L2": ("will-supply", {}, "USE O/D"),
        "L3": ("hold", {"position": 3}, "USE*3"),
        "L4": ("ship", {}, "SHIPPED LOAN"),
        "L5": ("unfilled", {"reason": "lacks-copyright-compliance"}, "RCOP"),
    }
    for number, (action, more, _) in acts.items():
        asked.act(number, action, run=False, **more)
    asked.run()
    (letter,) = asked.to(addresses["XX-CUSTOMER"])
    said = asked.app.context.registry.by_name("artemail").decode(parse(letter.raw)).apdus
    assert [(apdu.ref.number, apdu.reply_code) for apdu in said] == [
        (f"C{number.replace('L', '1-')}", word) for number, (_, _, word) in acts.items()
    ]
    assert asked.to(addresses["XX-OTHER"]) == []


def test_one_order_answered_twice_in_a_run_is_answered_in_order(asked, addresses):
    """The second word waits for the first to leave: a customer never reads it the wrong way round."""
    asked.act("L1", "will-supply", run=False)
    asked.act("L1", "ship", run=False)
    asked.act("L2", "will-supply", run=False)
    asked.run()
    first, second = (parse(letter.raw).text for letter in asked.to(addresses["XX-CUSTOMER"]))
    assert "C1-1   USE O/D" in first and "C1-2   USE O/D" in first
    assert "C1-1   SHIPPED LOAN" in second and "C1-2" not in second
