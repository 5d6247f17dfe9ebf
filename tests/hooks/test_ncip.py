"""The library system told by NCIP: loans only, with a barcode, in order, and nothing twice."""

import logging
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from mailproc.flow import call as calling
from mailproc.office.acts import item_barcode
from mailproc.office.acts.item_barcode import ItemBarcode
from mailproc.office.mailroom import hook_handling
from mailproc.store import hook_calls
from tests.hooks.house import House, MakeHouse
from tests.servers.ncip_responder import NcipResponder, problem
from tests.support.partners import CUSTOMER

LOAN = "TXC1-1 S LOAN\nA book of ours"
COPY = "TXC1-2 S\nA journal of ours\npp 1-2"
MORE = """
[ncip]
url = "{url}"
from_agency = "OURS"
to_agency = "LMS"
timeout = 2.0
accounts = {{ {partner} = "PARTNER" }}
request_item = ["RESPONDER.promise"]
cancel_request_item = ["RESPONDER.unfilled"]
"""


@pytest.fixture
def system() -> Iterator[NcipResponder]:
    with NcipResponder() as made:
        made.items = ["100"]
        yield made


@pytest.fixture
def house(make_house: MakeHouse, system: NcipResponder) -> House:
    return make_house(MORE.format(url=system.url, partner=CUSTOMER))


def received(house: House, **how: object) -> None:
    house.world.place(patron={"id": "P1", "name": "Zoë Leser", "email": "r@readers.example"})
    house.world.hear("B1-1 SHIPPED LOAN")
    house.world.act("B1", "receive", **how)


def test_an_item_that_arrives_becomes_an_item_there(house: House, system: NcipResponder) -> None:
    received(house, barcode="300123")
    assert house.call() == 1
    assert system.received == ["AcceptItem"]
    assert system.items == ["100", "300123"]
    sent = system.contents[0].decode()
    for part in (">B1-1<", ">P1<", ">300123<", "T23:59:00+0", ">OURS<", ">LMS<"):
        assert part in sent
    (row,) = house.calls()
    assert (row["state"], row["reply"], row["kind"]) == ("handed_over", "AcceptItem: done", "ncip")


def test_the_whole_of_a_loan_of_ours_in_order(house: House, system: NcipResponder) -> None:
    house.world.ordered(LOAN)
    house.world.act("L1", "will-supply", barcode="100")
    house.world.act("L1", "ship")
    while house.call():
        pass
    assert system.lent == {"100": "PARTNER"}
    house.world.act("L1", "check-in")
    assert house.call() == 1
    assert system.received == ["RequestItem", "CheckOutItem", "CheckInItem"]
    assert system.lent == {}
    assert house.states() == ["handed_over"] * 3


def test_what_died_is_cancelled(house: House, system: NcipResponder) -> None:
    house.world.ordered(LOAN)
    house.world.act("L1", "will-supply", barcode="100")
    house.world.act("L1", "unfilled", reason="lost")
    while house.call():
        pass
    assert system.received == ["RequestItem", "CancelRequestItem"]
    assert system.requests == {}


def test_the_desk_lends_it_to_the_reader_and_takes_it_back(
    make_house: MakeHouse, system: NcipResponder
) -> None:
    events = 'check_out_item = ["REQUESTER.collected"]\ncheck_in_item = ["REQUESTER.brought-back"]'
    house = make_house(f'[ncip]\nurl = "{system.url}"\n{events}\n')
    received(house, barcode="300123")
    house.world.act("B1", "collected")
    while house.call():
        pass
    assert system.lent == {"300123": "P1"}
    house.world.act("B1", "brought-back")
    house.call()
    assert system.received == ["AcceptItem", "CheckOutItem", "CheckInItem"]
    assert system.lent == {}


def test_an_act_without_a_barcode_says_at_once_that_nothing_is_told(house: House) -> None:
    house.world.place()
    house.world.hear("B1-1 SHIPPED LOAN")
    said = " ".join(map(str, house.world.act("B1", "receive").words))
    assert "not told without the item's barcode: mailproc amend B1 --barcode" in said
    house.world.ordered(LOAN)
    assert "amend L1" in " ".join(map(str, house.world.act("L1", "will-supply").words))
    assert "amend" not in " ".join(map(str, house.world.act("L1", "ship", barcode="100").words))


def test_of_a_copy_it_is_told_nothing(house: House, system: NcipResponder) -> None:
    house.world.ordered(COPY)
    house.world.act("L1", "ship")
    assert house.call() == 0
    assert house.calls() == []


def test_of_the_wrong_item_it_is_told_nothing_until_the_right_one_comes(
    house: House, system: NcipResponder
) -> None:
    received(house, wrong=True)
    assert house.calls() == []
    house.world.act("B1", "receive", barcode="300123")
    house.call()
    assert system.items == ["100", "300123"]


def test_without_a_barcode_nothing_is_told_and_staff_are(house: House, system: NcipResponder) -> None:
    received(house)
    assert house.call() == 1
    assert system.received == []
    (row,) = house.calls()
    assert row["state"] == "shelved"
    assert "amend B1-1 --barcode" in row["last_error"] or "ncip-no-barcode" in row["last_error"]
    house.world.run()
    assert any("amend B1-1 --barcode" in letter.text for letter in house.world.sent)


def test_a_barcode_that_is_given_later_is_told(house: House, system: NcipResponder) -> None:
    received(house)
    house.call()
    context, store = house.world.app.context, house.world.store
    item_barcode.correct(store, context, ItemBarcode("B1", "300124", "clerk"))
    hook_handling.redeliver(store, context, house.calls()[0]["id"])
    assert house.call() == 1
    assert system.items == ["100", "300124"]


def broken_off(request: BaseHTTPRequestHandler) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("answer", [b"It works!", (500, b""), broken_off])
def test_what_is_in_doubt_is_never_repeated_by_itself(
    house: House, system: NcipResponder, answer: object
) -> None:
    system.answers = [answer]  # type: ignore[list-item]
    received(house, barcode="300123")
    house.call()
    for _ in range(3):
        house.world.days(2)
        house.call()
    assert system.received == ["AcceptItem"]
    assert system.items == ["100", "300123"]  # it was done, and nobody was told
    assert house.states() == ["in_doubt"]
    assert any("may have been done" in letter.text for letter in house.world.sent)


def test_a_crash_during_the_call_leaves_it_in_doubt(house: House, system: NcipResponder) -> None:
    received(house, barcode="300123")
    store, context = house.world.store, house.world.app.context
    now = context.clock()
    store.write(
        lambda connection: hook_calls.claim(connection, hook_calls.due(connection, "ncip", now, 1), now)
    )
    assert calling.recover(store, context) == 1
    assert house.states() == ["in_doubt"]
    assert house.call() == 0
    assert system.received == []


def test_what_was_not_taken_goes_later(house: House, system: NcipResponder) -> None:
    system.answers = [(503, b"")]
    received(house, barcode="300123")
    house.call()
    assert house.states() == ["prepared"]
    house.call(days=1)
    assert house.states() == ["handed_over"]


def test_a_problem_is_for_staff_in_plain_words(house: House, system: NcipResponder) -> None:
    answer = f"<AcceptItemResponse>{problem('Unsupported Service')}</AcceptItemResponse>"
    system.answers = [f"<NCIPMessage>{answer}</NCIPMessage>".encode()]
    received(house, barcode="300123")
    house.call()
    house.call(days=1)
    assert len(system.received) == 1
    assert house.states() == ["shelved"]
    house.world.run()
    (letter,) = [one for one in house.world.sent if "Unsupported Service" in one.text]
    assert "enter it there by hand" in " ".join(letter.text.split())


def test_a_reader_whom_the_system_does_not_know_may_have_cost_an_item(
    house: House, system: NcipResponder
) -> None:
    del system.users["P1"]
    received(house, barcode="300123")
    house.call()
    assert system.items == ["100", "300123"]
    house.world.run()
    (letter,) = [one for one in house.world.sent if "Unknown User" in one.text]
    assert "It may have made the item all the same" in " ".join(letter.text.split())
    assert "P1" not in letter.text
    assert house.states() == ["in_doubt"]
    store, context = house.world.store, house.world.app.context
    assert hook_handling.redeliver_all(store, context) == []
    hook_handling.redeliver(store, context, house.calls()[0]["id"])  # staff have looked
    system.users["P1"] = ""
    house.call()
    assert house.states() == ["handed_over"]


def test_a_receipt_that_is_undone_and_done_again_makes_no_second_item(
    make_house: MakeHouse, system: NcipResponder, store_url: str
) -> None:
    house = make_house(MORE.format(url=system.url, partner=CUSTOMER), store_url)
    received(house, barcode="300123", quiet=True)
    house.call()
    house.world.act("B1", "undo")
    house.world.act("B1", "receive", barcode="300123", quiet=True)
    assert house.call() == 0
    assert system.items == ["100", "300123"]
    house.world.act("B1", "undo")
    house.world.act("B1", "receive", barcode="300199", quiet=True)  # another item after all
    assert house.call() == 1
    assert system.items == ["100", "300123", "300199"]


def test_a_partner_without_a_number_there_is_named(make_house: MakeHouse, system: NcipResponder) -> None:
    house = make_house(f'[ncip]\nurl = "{system.url}"\n')
    house.world.ordered(LOAN)
    house.world.act("L1", "ship", barcode="100")
    house.call()
    assert system.received == []
    assert house.states() == ["shelved"]
    house.world.run()
    assert any(f"{CUSTOMER} has no user number" in letter.text for letter in house.world.sent)


def refused(kind: str, detail: str, about: str = "", value: str = "") -> bytes:
    said = problem(kind, detail, about, value)
    return f"<NCIPMessage><AcceptItemResponse>{said}</AcceptItemResponse></NCIPMessage>".encode()


@pytest.mark.parametrize(
    "answer",
    [
        refused("User Blocked", "Zoë Leser (P1-4711) owes 3 EUR", "UserIdentifierValue", "P1-4711"),
        refused("User P1-4711 blocked", "", "Zoë  LESER", "0P1-4711"),
        refused("Needed Data Missing", "the card of Frau Leser"),
        b"No account P1-4711 of Zo\xc3\xab Leser",
        (500, b"P1-4711"),
        (404, b"P1-4711"),
    ],
)
def test_what_a_system_says_of_a_reader_is_not_kept(
    house: House, system: NcipResponder, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    system.answers = [answer]
    house.world.place(patron={"id": "P1-4711", "name": "Zoë Leser", "email": "r@readers.example"})
    house.world.hear("B1-1 SHIPPED LOAN")
    house.world.act("B1", "receive", barcode="300123")
    house.call()
    (row,) = house.calls()
    assert row["state"] in {"shelved", "in_doubt"}
    assert row["last_error"]
    house.world.run()
    (letter,) = [one for one in house.world.sent if "hooks show H1" in one.text]
    notices = [one["body"] for one in house.world.rows("intent") if "hook-failed" in str(one["body"])]
    said = "".join([row["last_error"], letter.text, str(notices), *caplog.messages]).casefold()
    assert "h1 for ncip is" in said
    assert "p1-4711" not in said
    assert "leser" not in said


def test_what_was_kept_of_an_answer_goes_with_the_reader(house: House, system: NcipResponder) -> None:
    system.answers = [refused("Strange", "Dear Zoë Leser")]
    received(house, barcode="300123")
    house.call()
    (row,) = house.calls()
    assert "Strange" in row["last_error"]
    house.world.store.write(lambda connection: hook_calls.erase_reader(connection, row["request_id"]))
    (row,) = house.calls()
    assert (row["last_error"], row["reply"], row["payload"]["reader"]) == ("", "", None)
