"""What customers write about their orders without an agreed keyword: understood if certain, else shown."""

import pytest

ORDER = "TXC1-1 S LOAN\nA book of ours"


def lent(world):
    world.ordered(ORDER)
    world.act("L1", "ship")
    world.sent.clear()


@pytest.mark.parametrize("words", ["RENEW", "renewal", "RENEW\nA book of ours"])
def test_a_renewal_is_asked(small_world, words):
    lent(small_world)
    small_world.ordered(f"TXC1-1 {words}", file_ref="2")
    assert small_world.state("L1") == "RENEW_PENDING"
    assert "renewal-asked" in small_world.attention("L1")


@pytest.mark.parametrize("words", ["CHASE", "chaser", "STATUS"])
def test_a_chaser_is_shown_to_staff(small_world, words):
    small_world.ordered(ORDER)
    small_world.act("L1", "hold", position=3)
    small_world.sent.clear()
    small_world.ordered(f"TXC1-1 {words}", file_ref="2")
    assert small_world.state("L1") == "IN_PROCESS"
    assert "status-asked" in small_world.attention("L1")
    assert any("how it stands" in letter.text for letter in small_world.notices())


@pytest.mark.parametrize("word", ["RENEW", "CHASE", "HASTEN"])
def test_a_word_beside_those_of_an_order_is_shown(small_world, addresses, word):
    """It may be the order once more: that is answered as ever, and staff see the word."""
    lent(small_world)
    small_world.ordered(f"TXC1-1 S LOAN {word}\nA book of ours", file_ref="2")
    assert small_world.state("L1") == "SHIPPED"
    assert "unknown-words" in small_world.attention("L1")
    assert "SHIPPED LOAN" in "".join(letter.text for letter in small_world.to(addresses["XX-CUSTOMER"]))


@pytest.mark.parametrize("line", ["RENEW C1-1", "C1-1 RENEW", "  c1-1   renewal "])
def test_a_renewal_without_the_mark_of_an_order_is_asked(small_world, line):
    lent(small_world)
    small_world.ordered(line, file_ref="2")
    assert (small_world.state("L1"), small_world.shelf()) == ("RENEW_PENDING", {})


@pytest.mark.parametrize("line", ["CHASER C1-1", "C1-1 CHASE"])
def test_a_chaser_without_the_mark_of_an_order_is_shown(small_world, line):
    small_world.ordered(ORDER)
    small_world.ordered(line, file_ref="2")
    assert "status-asked" in small_world.attention("L1")
    assert small_world.shelf() == {}


@pytest.mark.parametrize(
    "lines", ["RENEW C1-1 until May", "We ask for C1-1 again", "RENEW C1-1\nRENEW the other one too"]
)
def test_what_is_not_certain_stands_in_the_history_and_staff_hear(small_world, lines):
    lent(small_world)
    small_world.ordered(lines, file_ref="2")
    assert small_world.state("L1") == "SHIPPED"
    last = small_world.shown("L1").history[-1]
    assert last.event == "UNREAD" and "no line begins an order" in last.note
    assert len(small_world.shelf()) == 1
    assert any("no line begins an order" in letter.text for letter in small_world.notices())


def test_what_is_asked_about_no_order_lies_on_the_shelf(small_world):
    small_world.ordered("TXC9-9 RENEW")
    assert small_world.rows("transactions") == []
    assert list(small_world.shelf().values())


@pytest.mark.parametrize("number", ["ABC", "LONDON-X", "99-0003", "12-03-2026"])
def test_an_order_that_no_report_can_name_is_refused_and_named(small_world, addresses, number):
    """Its SHIPPED would be held for ever, and all that follows would wait behind it."""
    small_world.ordered(f"TX{number} S LOAN\nA book of ours", "TXC2-1 S LOAN\nAnother book")
    assert [row["tgq"] for row in small_world.rows("transactions")] == ["C2-1"]
    (why,) = small_world.shelf().values()
    assert f"the order {number} is not taken" in why
    assert any(f"the order {number} is not taken" in letter.text for letter in small_world.notices())
    small_world.act("L1", "ship")
    assert "held" not in [row["state"] for row in small_world.rows("intent")]


FAULTY = ((12, "C7-7"), (7, "C1-1"))


def test_what_cannot_be_read_stands_in_the_history_of_its_order(small_world):
    lent(small_world)
    small_world.ordered("TXC1-1 S LOAN", "TXC7-7 S LOAN", file_ref="2")  # neither names an item
    found = sorted(small_world.shelf().values())
    assert found == [f"line {line}: order {one} has no bibliographic lines" for line, one in FAULTY]
    last = small_world.shown("L1").history[-1]
    assert (last.event, last.cause["kind"]) == ("UNREAD", "letter")
    assert "order C1-1 has no bibliographic lines" in last.note
    assert small_world.state("L1") == "SHIPPED"
    assert any("C1-1" in letter.text for letter in small_world.notices())
