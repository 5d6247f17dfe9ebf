"""Two partners write from one address: a letter is of the one whom it names, or it waits for a person."""

from collections.abc import Callable
from typing import Any

import pytest

from mailproc.office.mailroom import incoming

ORDER = "TXC1-1 S LOAN\nA book of ours"


@pytest.fixture
def shared(make_world: Callable[..., Any], sqlite_url: str, shared_lines: str) -> Any:
    return make_world(sqlite_url, shared_lines)


@pytest.mark.parametrize("partner", ["XX-BL", "XX-SECOND"])
def test_a_number_tells_whose_letter_it_is(shared: Any, partner: str) -> None:
    shared.place(partner)
    inbox_id = shared.hear("B1-1 SHIPPED LOAN", of="XX-BL")
    assert shared.state("B1") == "SHIPPED"
    assert shared.row("inbox", inbox_id)["partner"] == partner
    assert shared.shelf() == {}


@pytest.mark.parametrize("partner", ["XX-BL", "XX-SECOND"])
def test_a_rejected_file_is_of_whom_it_was_sent_to(shared: Any, partner: str, addresses: Any) -> None:
    shared.place(partner)
    sender = addresses["XX-BL"]
    shared.inject(shared.letter("Line 2: no such code", sender, "FILEREFNO 1 rejected"), sender)
    shared.run()
    assert shared.attention("B1") == ("file-rejected",)


@pytest.mark.parametrize("customer", ["XX-CUSTOMER", "XX-OTHER"])
def test_a_customer_code_tells_whose_file_it_is(
    shared: Any, customer: str, addresses: Any, codes: Any, passwords: Any
) -> None:
    shared.ordered(ORDER, code=codes[customer], password=passwords[customer])
    assert shared.shown("L1").line.partner == customer
    assert [letter.to for letter in shared.sent if letter.to != addresses[customer]] == []


def test_no_code_opens_with_the_others_password(shared: Any, codes: Any, passwords: Any) -> None:
    inbox_id = shared.ordered(ORDER, code=codes["XX-OTHER"], password=passwords["XX-CUSTOMER"])
    assert shared.listed() == []
    reason = shared.shelf()[f"I{inbox_id}"]
    assert "XX-CUSTOMER or XX-OTHER" in reason
    assert passwords["XX-CUSTOMER"] not in reason


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("B1-1 SHIPPED LOAN", "B2-1 SHIPPED LOAN"), "requests of XX-BL and XX-SECOND"),
        (("ZZZ-9 SHIPPED LOAN",), "none of their requests"),
    ],
)
def test_an_ambiguous_letter_waits_for_staff(shared: Any, lines: tuple[str, ...], words: str) -> None:
    """Nothing moves; staff are told, and say whose it is."""
    shared.place("XX-BL")
    shared.place("XX-SECOND")
    inbox_id = shared.hear(*lines, of="XX-BL")
    assert words in shared.shelf()[f"I{inbox_id}"]
    assert (shared.state("B1"), shared.state("B2")) == ("PENDING", "PENDING")
    (note,) = shared.notices()
    assert "could not be placed" in note.text
    incoming.release(shared.app.store, shared.app.context, f"I{inbox_id}", "XX-BL")
    shared.run()
    assert shared.state("B2") == "PENDING"
    assert shared.state("B1") == ("SHIPPED" if len(lines) == 2 else "PENDING")


def test_the_address_that_one_has_alone_needs_no_name(shared: Any) -> None:
    shared.place("XX-SECOND")
    inbox_id = shared.hear("ZZZ-9 SHIPPED LOAN", of="XX-SECOND")
    assert "nothing in it is ours" in shared.shelf()[f"I{inbox_id}"]
