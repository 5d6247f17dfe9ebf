"""What breaks the grammar, the limits or the patience of the door: a clear answer, and nothing half done."""

import socket
from contextlib import suppress

import pytest

from tests.slnp.conftest import Open
from tests.slnp.zfl import House, order

TOO_MUCH = {
    "octets": b"SLNPFLBestellung\nTitel:" + b"x" * 70_000,
    "lines": b"SLNPFLBestellung\n" + b"A:b\n" * 501,
    "groups": b"SLNPFLBestellung\n" + b"SLNPBegin\n" * 501,
}


@pytest.mark.parametrize("octets", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_long_is_answered_and_ends_the_connection(house: House, octets: bytes) -> None:
    with house.zfl() as zfl:
        said = zfl.says(octets)
        assert said[0].startswith("520 SlnpRequestError: SLNP_REQ_FORMAT_ERROR more than")
        assert zfl.hears() == []
    assert house.rows("inbox") == []


def test_a_slow_client_is_cut_off_and_others_are_served(open_house: Open) -> None:
    house = open_house(door="timeout = 0.3")
    with house.zfl() as slow:
        slow.line.sendall(b"SLNPFLBestellung\n")
        with house.zfl() as zfl:
            assert zfl.says(order())[0] == "600 SLNPFLBestellung"
        assert slow.hears() == []


def test_a_client_that_closes_its_half_still_hears_its_answer(house: House) -> None:
    with house.zfl() as zfl:
        zfl.line.sendall(order())
        zfl.line.shutdown(socket.SHUT_WR)
        assert zfl.hears()[0] == "600 SLNPFLBestellung"


def test_an_order_that_is_cut_off_leaves_nothing(house: House) -> None:
    with house.zfl() as zfl:
        zfl.line.sendall(order()[:-5])
        zfl.line.shutdown(socket.SHUT_WR)
        assert zfl.hears() == []
    assert house.rows("inbox") == []


def test_a_broken_order_is_shelved_for_staff_and_moves_nothing(house: House) -> None:
    with house.zfl() as zfl:
        zfl.says(order(Titel=""))
        zfl.says(order(BestellId="2"))
    first, second = house.rows("inbox")
    assert (first["state"], second["state"]) == ("shelved", "done")
    assert "SLNP_MAND_PARAM_LACKING" in first["last_error"]
    assert len(house.rows("request")) == 1


def test_who_is_not_on_the_list_is_hung_up_on(open_house: Open) -> None:
    house = open_house(door='networks = ["192.0.2.1/32"]')
    with house.zfl() as zfl, suppress(ConnectionError):
        assert zfl.hears() == []
    assert house.rows("inbox") == []


def test_of_more_connections_than_allowed_the_longest_silent_one_gives_way(open_house: Open) -> None:
    house = open_house(door="max_connections = 2")
    with house.zfl() as first, house.zfl() as second:
        first.says(order())
        with house.zfl() as third:
            assert third.says(order())[0] == "600 SLNPFLBestellung"
            assert second.hears() == []
            assert first.says(order())[0] == "600 SLNPFLBestellung"


def test_who_is_being_answered_gives_no_way(open_house: Open) -> None:
    house = open_house(door="max_connections = 1")
    with house.zfl() as first, house.stations_held():
        first.line.sendall(order())
        house.until(lambda: bool(house.rows("inbox")))
        with house.zfl() as second, suppress(ConnectionError):
            assert second.hears() == []
        first.line.settimeout(0)
        with pytest.raises(BlockingIOError):  # not closed
            first.line.recv(1)


def test_a_greeting_is_a_switch(open_house: Open) -> None:
    house = open_house(door="greeting = true")
    with house.zfl() as zfl:
        said = zfl.says(order())
    assert said[0].startswith("220 SLNP mailproc@Version:")
    assert said[1] == "600 SLNPFLBestellung"


def test_without_the_commits_in_time_the_zfl_hears_520_and_a_repeat_makes_no_second_request(
    open_house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(door="answer_within = 0.2")
    with house.zfl() as zfl:
        with house.stations_held():
            assert zfl.says(order()) == [
                "520 SlnpExecutionError: SLNP_CMD_EXECUTION_ERROR Error while executing SLNP command"
                " 'SLNPFLBestellung': please repeat it later"
            ]
        house.until(lambda: [row["state"] for row in house.rows("inbox")] == ["done"])
        assert zfl.says(order())[1] == "601 PFLNummer:B1-1"
    assert len(house.rows("request")) == 1


def test_a_service_that_died_between_the_commit_and_the_answer_answers_the_repeat(house: House) -> None:
    """The commit stands, the answer was never written: another run of the service reads it."""
    with house.zfl() as zfl, house.stations_held():
        zfl.line.sendall(order())
        house.until(lambda: bool(house.rows("inbox")))
    house.again()
    with house.zfl() as zfl:
        assert zfl.says(order())[1] == "601 PFLNummer:B1-1"
    assert len(house.rows("request")) == 1
