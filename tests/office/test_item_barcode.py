"""The barcode of an item: staff give it with an act, see it, and correct it."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.acts import item_barcode
from mailproc.office.acts.item_barcode import ItemBarcode
from mailproc.office.queries import request_details
from mailproc.store import item_barcodes

ORDER = "TXC1-1 S LOAN\nA book of ours"


def known(world, number):
    with world.store.read() as connection:
        transaction = world.transaction(number)["id"]
        assert request_details.shown(connection, number).barcode == item_barcodes.latest(
            connection, transaction
        )
        return item_barcodes.latest(connection, transaction)


def corrected(world, number, barcode, **how):
    wanted = ItemBarcode(number, barcode, "clerk")
    return item_barcode.correct(world.store, world.app.context, wanted, **how)


def test_a_borrowed_item_has_the_barcode_of_its_receipt(small_world):
    small_world.place()
    small_world.act("B1", "receive", barcode=" 300123 ")
    assert known(small_world, "B1") == "300123"
    with small_world.store.read() as connection:
        line = request_details.shown(connection, "B1").history[-1]
    assert line.barcode == "300123"
    assert not small_world.verify().differences


def test_a_lent_item_has_the_barcode_of_its_promise(small_world, addresses):
    small_world.ordered(ORDER)
    small_world.act("L1", "will-supply", barcode="100")
    assert known(small_world, "L1") == "100"
    small_world.act("L1", "ship")
    assert known(small_world, "L1") == "100"


def test_the_last_one_counts(small_world, addresses):
    small_world.ordered(ORDER)
    small_world.act("L1", "will-supply", barcode="100")
    small_world.act("L1", "ship", barcode="101")
    assert known(small_world, "L1") == "101"


def test_a_barcode_stands_in_the_way_of_no_undo(small_world):
    small_world.place()
    small_world.act("B1", "receive", quiet=True)
    before = small_world.state("B1")
    corrected(small_world, "B1", "300124")
    small_world.act("B1", "undo")
    assert small_world.state("B1") != before


def test_an_item_that_is_still_out_is_said(small_world, addresses):
    for file_ref in ("1", "2", "3"):
        small_world.ordered(ORDER.replace("C1", f"C{file_ref}"), file_ref=file_ref)
    first = small_world.act("L1", "ship", barcode="100")
    other = small_world.act("L2", "ship", barcode="101")
    again = small_world.act("L3", "ship", barcode=" 100 ")
    said = [[word.code for word in one.words] for one in (first, other, again)]
    assert ["barcode-still-out" in codes for codes in said] == [False, False, True]
    assert [word.values["number"] for word in again.words if word.code == "barcode-still-out"] == ["L1"]


def test_no_letter_says_it(small_world, addresses):
    small_world.ordered(ORDER)
    small_world.sent.clear()
    small_world.act("L1", "ship", barcode="4711-0815")
    assert small_world.sent
    assert all("4711-0815" not in letter.text for letter in small_world.sent)


def test_a_barcode_can_be_corrected_alone(small_world):
    small_world.place()
    small_world.act("B1", "receive")
    assert known(small_world, "B1") == ""
    before = small_world.transaction("B1")["state"]
    done = corrected(small_world, "B1", "300124", dry_run=True)
    assert "300124" in str(done.words[0])
    assert known(small_world, "B1") == ""
    corrected(small_world, "B1", "300124")
    corrected(small_world, "B1", "300125")
    assert known(small_world, "B1") == "300125"
    assert small_world.transaction("B1")["state"] == before
    with pytest.raises(LocalFault, match="already"):
        corrected(small_world, "B1", "300125")
    assert not small_world.verify().differences


@pytest.mark.parametrize("wrong", ["  ", "x" * 65, "1\n2", "1\x002", "1\u202e2", "\ud800"])
def test_what_can_be_no_barcode_is_refused(small_world, wrong):
    small_world.place()
    with pytest.raises(LocalFault, match="cannot be a barcode"):
        small_world.act("B1", "receive", barcode=wrong)
    with pytest.raises(LocalFault, match="cannot be a barcode"):
        corrected(small_world, "B1", wrong)
    assert small_world.state("B1") != "RECEIVED"


@pytest.mark.parametrize("how", [{"heard_by": "phone"}, {"wrong": True}, {"repeat": True}])
def test_a_barcode_that_would_reach_nobody_is_refused(small_world, how):
    small_world.place()
    action = "ship" if "heard_by" in how else "receive"
    with pytest.raises(LocalFault, match="A barcode goes with what we do now"):
        small_world.act("B1", action, barcode="300123", **how)
