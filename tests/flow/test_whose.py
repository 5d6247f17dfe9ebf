"""Whose letter it is, and whose number: who may speak, and about what."""

import logging

import pytest

from mailproc.errors import LocalFault
from mailproc.office.mailroom import incoming

ORDER = "TXC1-1 S LOAN\nA book of ours"


def release(world, letter_id, partner=""):
    incoming.release(world.app.store, world.app.context, letter_id, partner)
    world.run()


# numbers


def test_a_number_of_another_system_is_a_note(world):
    world.place()
    inbox_id = world.hear("B1-1 USE*2", "ZZZ-99999 NOT", "ZZZ-99998 SHIPPED COPY")
    row = world.row("inbox", inbox_id)
    assert row["state"] == "done"
    assert "2 not ours" in row["note"] and "ZZZ-99999" in row["note"]
    assert world.shelf() == {} and world.notices() == []
    assert world.shown("B1").line.promise["position"] == 2


def test_a_letter_in_which_nothing_is_ours_is_shelved(world):
    world.place()
    inbox_id = world.hear("ZZZ-99999 NOT", "ZZZ-99998 SHIPPED COPY")
    assert "ZZZ-99999" in world.shelf()[f"I{inbox_id}"]
    assert world.state("B1") == "PENDING"
    assert [row["type"] for row in world.rows("event")] == ["request"]


def test_an_unknown_code_for_a_known_number(world):
    """Kept in the history with attention; the state is untouched. Unknown in both: dropped."""
    world.place()
    world.hear("B1-1 USE*2")
    inbox_id = world.hear("B1-1 ROME", "OLD-00012 ROME", "B1-1 USE*1")
    line = world.shown("B1").line
    assert (line.state, line.attention) == ("PENDING", ("unknown-code",))
    assert any("ROME" in change.note for change in world.shown("B1").history)
    assert "OLD-00012" not in world.row("inbox", inbox_id)["note"]


def test_a_number_of_one_partner_from_another(world):
    world.place("XX-BL")
    world.hear("B1-1 NOT", of="XX-SECOND")
    (reason,) = world.shelf().values()
    assert "XX-BL" in reason and "XX-SECOND" in reason and "B1-1" in reason
    assert world.state("B1") == "PENDING"


def test_among_others_it_is_shelved_alone(small_world):
    small_world.place("XX-BL")
    small_world.place("XX-SECOND")
    small_world.hear("B1-1 SHIPPED LOAN", "B2-1 SHIPPED LOAN", of="XX-SECOND")
    assert (small_world.state("B1"), small_world.state("B2")) == ("PENDING", "SHIPPED")
    (letter_id,) = small_world.shelf()
    assert letter_id.startswith("E")


@pytest.mark.parametrize("order", ["TXC1-1 CANCEL", "TXC1-1 CANCEL\nno longer needed"])
def test_a_customers_number_from_another_customer(small_world, order):
    small_world.ordered(ORDER)
    small_world.ordered(order, of="XX-OTHER")
    (reason,) = small_world.shelf().values()
    assert "C1-1" in reason and "XX-OTHER" in reason and "XX-CUSTOMER" in reason
    assert small_world.state("L1") == "IN_PROCESS"


def test_two_customers_may_use_the_same_number(small_world):
    small_world.ordered(ORDER)
    small_world.ordered("TXC1-1 S LOAN\nAnother book", of="XX-OTHER")
    assert sorted(small_world.listed()) == ["L1", "L2"]
    assert small_world.attention("L2") == ("to-answer",)


# who may speak


@pytest.mark.parametrize(
    ("envelope", "door"),
    [
        ("stranger@elsewhere.example", "listener"),
        ("", "listener"),
        ("orders@sub.bl.example", "listener"),
        ("orders@bl.example.evil.example", "listener"),
    ],
)
def test_an_unproven_sender_is_shelved(world, addresses, envelope, door):
    world.place()
    inbox_id = world.inject(world.letter("B1-1 NOT", addresses["XX-BL"]), envelope, door=door)
    world.run()
    assert "unproven sender" in world.shelf()[f"I{inbox_id}"]
    assert world.state("B1") == "PENDING"
    assert world.to(addresses["XX-BL"])[1:] == []
    assert len(world.notices()) == 1


def test_a_header_that_is_not_the_envelope(small_world, addresses):
    small_world.place()
    inbox_id = small_world.inject(
        small_world.letter("B1-1 NOT", "stranger@elsewhere.example"), addresses["XX-BL"]
    )
    small_world.run()
    assert "unproven" in small_world.shelf()[f"I{inbox_id}"]


def test_release_needs_to_know_whose_it_is(world):
    world.place()
    inbox_id = world.inject(world.letter("B1-1 SHIPPED LOAN", "new@bl.example"), "new@bl.example")
    world.run()
    with pytest.raises(LocalFault) as refused:
        release(world, f"I{inbox_id}")
    assert "--partner" in str(refused.value)
    with pytest.raises(LocalFault):
        release(world, f"I{inbox_id}", "XX-NOBODY")
    release(world, f"I{inbox_id}", "xx-bl")
    assert world.state("B1") == "SHIPPED"
    assert world.row("inbox", inbox_id)["proof"] == "released"
    with pytest.raises(LocalFault):
        release(world, f"I{inbox_id}", "XX-BL")


def test_release_to_the_wrong_partner_gives_it_no_more_rights(small_world):
    small_world.place()
    inbox_id = small_world.inject(small_world.letter("B1-1 NOT", "new@bl.example"), "new@bl.example")
    small_world.run()
    release(small_world, f"I{inbox_id}", "XX-SECOND")
    assert small_world.state("B1") == "PENDING"
    assert any("XX-BL" in why for why in small_world.shelf().values())


@pytest.mark.parametrize(("peer", "proven"), [("192.0.2.7", True), ("198.51.100.7", False), ("", False)])
def test_proof_by_network(make_world, sqlite_url, network_lines, peer, proven):
    world = make_world(sqlite_url, network_lines)
    world.ordered(ORDER, of="XX-NET", peer=peer)
    assert (world.listed() == ["L1"]) is proven
    assert (world.shelf() == {}) is proven


def test_by_imap_no_network_is_proven(make_world, sqlite_url, network_lines, addresses):
    world = make_world(sqlite_url, network_lines)
    world.ordered(ORDER, of="XX-NET", sender=addresses["XX-NET"], door="a mailbox", peer="")
    assert world.listed() == []
    assert len(world.shelf()) == 1


def test_staff_vouch_for_what_they_bring(make_world, sqlite_url, network_lines):
    world = make_world(sqlite_url, network_lines)
    world.ordered(ORDER, of="XX-NET", door="inject", peer="")
    assert world.listed() == ["L1"]


def test_by_imap_the_return_path_must_agree_where_there_is_one(small_world, addresses):
    small_world.place()
    small_world.place()
    for number, path in (("B1-1", "<stranger@elsewhere.example>"), ("B2-1", f"<{addresses['XX-BL']}>")):
        letter = small_world.letter(f"{number} NOT", addresses["XX-BL"], Return_Path=path)
        small_world.inject(letter, "", door="a mailbox")
    small_world.run()
    assert (small_world.state("B1"), small_world.state("B2")) == ("PENDING", "NOT_SUPPLIED")


# customer code and password


@pytest.mark.parametrize(
    ("code", "password"),
    [("", "WRONG99"), ("99-9999", ""), ("99-0004", ""), ("99-0001", "PW0001XQ"), ("", "pw0003xq")],
)
def test_a_wrong_code_or_password(small_world, addresses, caplog, capsys, code, password):
    """The file is refused, staff are told once, and nobody is answered."""
    with caplog.at_level(logging.DEBUG):
        inbox_id = small_world.ordered(ORDER, code=code, password=password)
        small_world.ordered("TXC1-2 S LOAN\nAnother", code=code, password=password, file_ref="2")
    assert small_world.listed() == []
    assert "XX-CUSTOMER" in small_world.shelf()[f"I{inbox_id}"]
    (note,) = small_world.notices()
    assert small_world.sent == [note]
    said = password or "PW0003XQ"
    told = note.text + caplog.text + "".join(capsys.readouterr()) + str(small_world.shelf())
    assert said not in told
    for table, rows in small_world.dump().items():
        for row in rows:
            row.pop("raw" if table == "inbox_bytes" else "", None)
            assert said not in str(row)


def test_the_right_password_of_another_customer(small_world, passwords):
    inbox_id = small_world.ordered(ORDER, code="99-0004", password=passwords["XX-OTHER"])
    assert f"I{inbox_id}" in small_world.shelf()


def test_a_partner_that_does_not_borrow(small_world, passwords):
    """The lender's account is ours with it, so it cannot order here; a role says so too."""
    inbox_id = small_world.ordered(ORDER, of="XX-BL", code="99-0001", password=passwords["XX-BL"])
    assert f"I{inbox_id}" in small_world.shelf()
    assert small_world.listed() == []


def test_a_partner_whose_role_is_missing(make_world, sqlite_url, network_lines):
    lines = network_lines.replace('["RESPONDER", "REQUESTER"]', '["RESPONDER"]')
    world = make_world(sqlite_url, lines)
    world.ordered(ORDER, of="XX-NET", peer="192.0.2.1")
    (reason,) = world.shelf().values()
    assert "REQUESTER" in reason
    assert world.listed() == []


def test_one_bad_order_in_a_file_of_forty(world):
    orders = [f"TXC1-{number} S LOAN\nBook {number}" for number in range(1, 41)]
    orders[17] = "TXC1-18 S LOAN"  # it names no item
    world.ordered(*orders)
    assert len(world.listed(limit=100)) == 39
    (letter_id,) = world.shelf()
    assert letter_id.startswith("E")
    with pytest.raises(LocalFault):
        release(world, letter_id)


def test_a_file_without_orders_needs_no_attention(small_world):
    """A writer in use sends one each night, whether there are orders or not."""
    inbox_id = small_world.ordered()
    small_world.ordered(file_ref="2")
    row = small_world.row("inbox", inbox_id)
    assert (row["state"], row["note"]) == ("done", "an order file without orders")
    assert (small_world.shelf(), small_world.sent) == ({}, [])


def test_a_file_without_orders_and_with_a_wrong_password_is_refused(small_world):
    small_world.ordered(password="WRONG99")
    assert len(small_world.shelf()) == 1
    assert len(small_world.notices()) == 1


def test_an_unknown_code_for_an_unknown_number_alone_is_shelved(small_world):
    inbox_id = small_world.hear("ZZZ-1 PURPLE")
    assert "nothing in it is ours" in small_world.shelf()[f"I{inbox_id}"]


def test_another_partners_number_does_not_count_as_placed(small_world):
    small_world.place("XX-SECOND")
    small_world.place("XX-BL")
    inbox_id = small_world.hear("B1-1 NOT", "B2-1 USE*2", of="XX-BL")
    assert small_world.row("inbox", inbox_id)["note"] == "1 placed; 1 about what another partner was asked"
    (why,) = small_world.shelf().values()
    assert why == "B1-1 was asked of XX-SECOND, but this comes from XX-BL"
