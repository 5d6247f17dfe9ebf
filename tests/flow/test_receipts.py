"""A customer's order file is acknowledged: once, boundedly, and in words that machines read."""

import pytest

from mailproc.flow.advance import station as advance
from mailproc.flow.intake import station as intake
from mailproc.mail.parse import parse
from mailproc.office.mailroom import dismissal
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.partners import pausing

ORDER = "TXC1-1 S LOAN\nA book\nAuthor, A."
COPY = "TXC1-2 S PHOTO\nA journal\n2019 VOL 1 PP 1-2\nAn article"
EMPTY = "TXC1-3 S LOAN"  # it names no item
NAMELESS = "TX S LOAN\nA book without a number"


MOST = 5  # answers an hour


@pytest.fixture
def open_world(make_world, sqlite_url, receipt_lines):
    return make_world(sqlite_url, receipt_lines, f"[policy]\nanswers_an_hour = {MOST}\n")


def receipts(world, addresses):
    return [letter for letter in world.to(addresses["XX-CUSTOMER"]) if "FILEREFNO" in letter.text]


def test_a_file_is_acknowledged_with_its_count_and_its_number(open_world, addresses):
    world = open_world
    world.ordered(ORDER, COPY, file_ref="4711")
    (receipt,) = world.to(addresses["XX-CUSTOMER"])
    read = parse(receipt.raw)
    assert read.subject == "FILEREFNO 4711 accepted"
    assert "FILEREFNO 4711 accepted - 2 orders" in read.text
    assert read.auto_submitted == "auto-generated"
    assert len(world.listed()) == 2


def test_our_own_reader_reads_what_was_taken_and_what_not(open_world, addresses):
    world = open_world
    world.ordered(ORDER, EMPTY, COPY, NAMELESS, file_ref="12")
    (receipt,) = receipts(world, addresses)
    codec = world.app.context.registry.by_name("artemail")
    letter = parse(receipt.raw)
    assert codec.kind(letter) == "receipt"
    said = [(apdu.report.kind, apdu.ref.file_ref, apdu.ref.number) for apdu in codec.decode(letter).apdus]
    assert said == [("status", "12", ""), ("error", "12", "C1-3")]
    assert "2 orders" in letter.text
    assert "no number" in letter.text


@pytest.mark.parametrize("number", ["ABC", "99-0003"])
def test_an_order_that_no_report_can_name_is_rejected_by_its_number(open_world, addresses, number):
    open_world.ordered(ORDER, f"TX{number} S LOAN\nA book", file_ref="12")
    (receipt,) = receipts(open_world, addresses)
    assert f"{number} REJECTED - the order {number} is not taken" in " ".join(receipt.text.split())
    assert open_world.shown("L1").line.their_number == "C1-1"


@pytest.mark.parametrize("title", ["A book", "C1-9 REJECTED - a novel", "Line 3: C1-9 REJECTED - a novel"])
@pytest.mark.parametrize("words", ["LOAN", "S LOAN", "RZ LOAN", "loan S"])
def test_an_order_without_a_number_is_named_by_its_title(words, title, open_world, addresses):
    open_world.ordered(ORDER, f"TX {words}\n{title}", file_ref="12")
    (receipt,) = receipts(open_world, addresses)
    assert f'an order of a loan, title "{title}": it has no number' in " ".join(receipt.text.split())
    assert "LOAN REJECTED" not in receipt.text.upper()
    said = open_world.app.context.registry.by_name("artemail").decode(parse(receipt.raw)).apdus
    assert [(apdu.report.kind, apdu.ref.number) for apdu in said] == [("status", "")]


def test_a_file_of_which_nothing_was_taken_is_rejected(open_world, addresses):
    world = open_world
    text = world.letter(
        "99-0003\nPW0003XQ\n\n\n\n\nTXC1-1 S LOAN\nA bo", addresses["XX-CUSTOMER"], "FILEREFNO 9"
    )
    world.inject(text, addresses["XX-CUSTOMER"])
    world.run()
    (receipt,) = world.to(addresses["XX-CUSTOMER"])
    (apdu,) = world.app.context.registry.by_name("artemail").decode(parse(receipt.raw)).apdus
    assert (apdu.report.kind, apdu.ref.file_ref) == ("error", "9")
    assert "not ended" in parse(receipt.raw).text
    assert world.listed() == []


@pytest.mark.parametrize("wrong", ["password", "sender", "number", "precedence"])
def test_files_without_a_receipt(open_world, addresses, wrong):
    """A wrong password is not told: whoever can write the customer's address as sender could try them."""
    world = open_world
    if wrong == "password":
        world.ordered(ORDER, password="WRONG99")
    elif wrong == "sender":
        world.ordered(ORDER, sender="stranger@elsewhere.example")
    elif wrong == "number":
        text = f"99-0003\nPW0003XQ\n\n\n\n\n{ORDER}\n\n\n\n\nNNNN\n"
        world.inject(world.letter(text, addresses["XX-CUSTOMER"], "Orders"), addresses["XX-CUSTOMER"])
    else:
        text = f"99-0003\nPW0003XQ\n\n\n\n\n{ORDER}\n\n\n\n\nNNNN\n"
        letter = world.letter(text, addresses["XX-CUSTOMER"], "FILEREFNO 1", Precedence="bulk")
        world.inject(letter, addresses["XX-CUSTOMER"])
    world.run()
    assert [one for one in world.sent if one.to != "staff@library.example"] == []


@pytest.mark.parametrize("recipient", ["desk@library.example", "ILL@Customer.example"])
def test_a_receipt_never_goes_to_an_address_of_ours(
    make_world, sqlite_url, receipt_lines, addresses, recipient
):
    """It would come in at our own listener."""
    lines = f'[listen]\nrecipients = ["ill@library.example", "{recipient}"]\n'
    world = make_world(sqlite_url, receipt_lines, lines)
    world.ordered(ORDER)
    ours = recipient.lower() == addresses["XX-CUSTOMER"]
    assert len(receipts(world, addresses)) == (not ours)
    assert len(world.listed()) == 1


def test_receipts_can_be_turned_off(small_world):
    small_world.ordered(ORDER)
    assert small_world.sent == []


def test_a_receipt_is_never_answered(open_world, addresses):
    """Our own comes back from the customer: nothing goes out, whatever it is taken for."""
    world = open_world
    world.ordered(ORDER)
    (receipt,) = world.to(addresses["XX-CUSTOMER"])
    back = world.letter(parse(receipt.raw).text, addresses["XX-CUSTOMER"], "FILEREFNO 1 accepted")
    for raw in (receipt.raw, back):
        world.inject(raw, addresses["XX-CUSTOMER"])
        world.run()
    assert len(world.to(addresses["XX-CUSTOMER"])) == 1


def test_the_same_file_every_minute(open_world, addresses):
    """Each under a Message-ID of its own: effect once, answers bounded, staff told once."""
    world = open_world
    for _ in range(20):
        world.ordered(ORDER, EMPTY, file_ref="7")
        world.later(minutes=1)
    assert world.listed() == ["L1"]
    assert len(receipts(world, addresses)) == 1
    assert len(world.to(addresses["XX-CUSTOMER"])) == 1
    assert len(world.notices()) == 1  # the order that cannot be read
    assert world.attention("L1") == ("to-answer",)
    assert world.verify().differences == ()


def test_the_same_file_every_minute_after_its_answer(open_world, addresses):
    """Each repeat is answered with our last word, at most so often an hour."""
    world = open_world
    world.ordered(ORDER, file_ref="7")
    world.act("L1", "unfilled", reason="not-owned")
    for _ in range(20):
        world.ordered(ORDER, file_ref="7")
        world.later(minutes=1)
    assert 2 <= len(world.to(addresses["XX-CUSTOMER"])) <= MOST + 1  # the answer itself is staff's
    assert len(world.notices()) <= 1
    assert world.state("L1") == "NOT_SUPPLIED"


def test_a_customer_who_floods_gets_so_many_receipts_an_hour(open_world, addresses):
    world = open_world
    for number in range(MOST + 10):
        world.ordered(f"TXC9-{number} S LOAN\nA book", file_ref=str(number + 1), run=False)
    world.run()
    assert len(receipts(world, addresses)) == MOST
    assert len(world.listed(limit=500)) == MOST + 10


def test_a_receipt_waits_while_the_partner_is_paused_and_for_a_template_to_be_mended(
    open_world, addresses, tmp_path
):
    world = open_world
    file = tmp_path / "site-templates" / "artemail" / "receipt.txt"
    file.parent.mkdir(parents=True)
    file.write_text("FILEREFNO {{ file_ref }} accepted - 9 orders\n")
    world.ordered(ORDER)
    assert world.to(addresses["XX-CUSTOMER"]) == []
    (held,) = [row for row in world.rows("intent") if row["kind"] == "receipt"]
    assert held["state"] == "held"
    assert "how many orders" in held["last_error"]
    file.unlink()
    world.later(minutes=2)
    world.run()
    assert len(receipts(world, addresses)) == 1


def test_a_receipt_is_stored_before_it_is_sent_and_goes_once(open_world, addresses):
    world = open_world
    world.ordered(ORDER, run=False)
    world.quiet()
    (row,) = [row for row in world.rows("outgoing") if row["rcpt_to"] == addresses["XX-CUSTOMER"]]
    assert row["state"] == "prepared"
    assert world.sent == []
    world.run()
    world.run()
    assert len(world.sent) == 1


def test_a_receipt_that_was_written_before_a_pause_waits_too(open_world, addresses):
    world = open_world
    world.ordered(ORDER, run=False)
    world.quiet()
    pausing.pause(world.app.store, world.app.context, "XX-CUSTOMER")
    world.run()
    assert world.sent == []
    pausing.resume(world.app.store, world.app.context, "XX-CUSTOMER")
    world.run()
    assert len(receipts(world, addresses)) == 1


CANCEL = "TXC9-1 CANCEL\nno longer needed"


def said(world, receipt):
    """(kind, number) of each message that our own reader sees in a receipt."""
    found = world.app.context.registry.by_name("artemail").decode(parse(receipt.raw)).apdus
    return [(apdu.report.kind, apdu.ref.number) for apdu in found]


def test_orders_shelved_after_reading_do_not_count_as_accepted(
    make_world, store_url, receipt_lines, addresses
):
    """A cancellation of an order that nobody has: read well, and nothing can be done."""
    world = make_world(store_url, receipt_lines)
    world.ordered(ORDER, CANCEL, COPY, EMPTY, file_ref="12")
    assert "no transaction" in " ".join(world.shelf().values())
    (receipt,) = receipts(world, addresses)
    text = parse(receipt.raw).text
    assert "FILEREFNO 12 accepted - 2 orders" in text
    assert "C9-1 REJECTED - no order of this number is known here" in text
    assert said(world, receipt) == [("status", ""), ("error", "C1-3"), ("error", "C9-1")]


def test_a_file_of_which_every_order_is_shelved_is_rejected(open_world, addresses):
    world = open_world
    world.ordered(CANCEL, file_ref="13")
    (receipt,) = receipts(world, addresses)
    assert parse(receipt.raw).subject == "FILEREFNO 13 rejected"
    assert said(world, receipt) == [("error", "")]
    assert "no order of this number is known here" in parse(receipt.raw).text


def test_orders_dismissed_before_the_receipt_do_not_count(open_world, addresses):
    world = open_world
    world.ordered(ORDER, CANCEL, file_ref="17", run=False)
    intake.run(world.app.store, world.app.context)
    advance.run(world.app.store, world.app.context)
    (shelved,) = world.shelf()
    dismissal.dismiss(world.app.store, world.app.context, [shelved], by=DoneBy("clerk", world.now))
    world.run()
    (receipt,) = receipts(world, addresses)
    assert said(world, receipt) == [("status", ""), ("error", "C9-1")]


def test_a_cancellation_in_front_of_its_order_is_taken_with_it(open_world, addresses):
    world = open_world
    world.ordered(CANCEL, "TXC9-1 S LOAN\nA book", file_ref="14")
    assert world.shelf() == {}
    (receipt,) = receipts(world, addresses)
    assert "2 orders" in parse(receipt.raw).text
    assert said(world, receipt) == [("status", "")]


def test_the_customer_is_not_told_why_an_order_is_shelved(open_world, addresses, monkeypatch, quiet_log):
    """It may name another library, or a fault of ours."""
    world = open_world

    def breaks(*_):
        raise ZeroDivisionError("XX-OTHER")

    monkeypatch.setattr("mailproc.flow.matching.new_transactions.accept", breaks)
    world.ordered(ORDER, file_ref="15")
    assert "ZeroDivisionError" in " ".join(world.shelf().values())
    (receipt,) = receipts(world, addresses)
    assert "C1-1 REJECTED - not taken, please ask us" in parse(receipt.raw).text
    assert "ZeroDivision" not in receipt.text and "fault" not in receipt.text


def test_more_refusals_than_a_receipt_has_lines(open_world, addresses):
    world = open_world
    many = [f"TXC{number}-1 CANCEL\nno" for number in range(1, 251)]
    world.ordered(ORDER.replace("C1-1", "D1-1"), *many, file_ref="16")
    (receipt,) = receipts(world, addresses)
    assert "FILEREFNO 16 accepted - 1 order" in parse(receipt.raw).text
    assert len(said(world, receipt)) == 201
    assert "250 in all" in parse(receipt.raw).text
