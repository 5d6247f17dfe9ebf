"""The practising central server, against the service's real door."""

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from mailproc.practice.zfl import CUES, Zfl
from tests.practice.conftest import Happenings
from tests.slnp.zfl import House, configured


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House.opened(tmp_path, configured())
    yield opened
    opened.close()


def test_an_order_is_taken_and_its_lender_named(house: House, tell: Happenings) -> None:
    zfl = Zfl(tell, ("127.0.0.1", house.port))
    zfl.order("DE-X1")
    assert (tell.told[-1]["code"], tell.told[-1]["number"]) == ("600", "B1-1")
    assert house.state("B1") == "PENDING"
    assert zfl.knows("B1") and zfl.knows("B1-1") and not zfl.knows("B2")
    assert zfl.go("B1", "lender") == []
    assert (tell.told[-1]["code"], tell.told[-1]["number"]) == ("240", "B1-1")
    assert house.state("B1") == "SHIPPED"


def test_an_order_for_another_library_is_refused(house: House, tell: Happenings) -> None:
    zfl = Zfl(tell, ("127.0.0.1", house.port))
    zfl.order("DE-OTHER")
    assert (tell.told[-1]["code"], tell.told[-1]["number"]) == ("510", "")
    assert house.rows("request") == []
    assert not zfl.knows("")


def test_two_orders_are_two_requests(house: House, tell: Happenings) -> None:
    seconds = iter((1.0, 2.0))
    zfl = Zfl(tell, ("127.0.0.1", house.port), lambda: next(seconds))
    zfl.order("DE-X1")
    zfl.order("DE-X1")
    assert [told["number"] for told in tell.told] == ["B1-1", "B2-1"]


def test_a_cue_that_it_does_not_know_is_told(house: House, tell: Happenings) -> None:
    zfl = Zfl(tell, ("127.0.0.1", house.port))
    zfl.order("DE-X1")
    assert zfl.go("B1", "dance") == []
    assert tell.told[-1]["cues"] == ", ".join(CUES)


@pytest.mark.parametrize("known", [True, False])
def test_without_a_door_that_is_said(tell: Happenings, known: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = gone.getsockname()
    zfl = Zfl(tell, address if known else None)
    zfl.order("DE-X1")
    assert tell.told[-1]["code"] == ""
    assert "no answer: " in tell.told[-1]["text"]


@pytest.mark.parametrize("said", [b"", b"600 SLNPFLBestellung\n601 PFLN"])
def test_a_door_that_closes_has_given_no_number(tell: Happenings, said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            line, _ = door.accept()
            with line:
                line.recv(10_000)
                line.sendall(said)
                line.shutdown(socket.SHUT_WR)
                line.recv(10_000)

        answering = Thread(target=answer)
        answering.start()
        Zfl(tell, door.getsockname()).order("DE-X1")
        answering.join()
    assert tell.told[-1]["number"] == ""
