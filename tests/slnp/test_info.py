"""SLNPInfo2FLServer by the field map of config.toml, to a server of the tests."""

import socket
import threading
from collections.abc import Iterator

import pytest

from mailproc.config_slnp import SlnpInfo
from mailproc.protocols.slnp import info
from tests.slnp.conftest import Open
from tests.slnp.zfl import House, asked, order

FIELDS = '["BestellId:{bestell_id}", "PFLNummer:{pfl_number}", "Status:{word}", "Grund:{reason_text}"]'


class Server:
    """Answers each command with ``answer``; '' hangs up."""

    def __init__(self, answer: str) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.answer, self.heard = answer, list[str]()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            with line, line.makefile("rb") as file:
                said = b""
                while not said.endswith(b"SLNPEndCommand\n") and (one := file.readline()):
                    said += one
                self.heard.append(said.decode())
                line.sendall(self.answer.encode())

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def server() -> Iterator[Server]:
    opened = Server("240 OK\n \n")
    yield opened
    opened.close()


@pytest.fixture
def told(open_house: Open, server: Server) -> House:
    return open_house(
        transport="slnp",
        slnp=f'[partner.slnp.info]\nhost = "127.0.0.1"\nport = {server.port}\ntls = false\nfields = {FIELDS}',
    )


def sent(house: House) -> list[tuple[str, str]]:
    return [(row["transport"], row["state"]) for row in house.rows("outgoing") if row["partner"]]


def test_that_it_is_shipped_is_told(told: House, server: Server) -> None:
    with told.zfl() as zfl:
        zfl.says(asked())
    told.act("L1", "ship")
    told.until(lambda: sent(told) == [("slnp", "handed_over")])
    assert server.heard == [
        "SLNPInfo2FLServer\nBestellId:20260000501\nPFLNummer:DE-X2#78\nStatus:Shipped\nSLNPEndCommand\n"
    ]


def test_that_it_cannot_be_lent_is_told_with_its_reason(told: House, server: Server) -> None:
    with told.zfl() as zfl:
        zfl.says(asked(ExternReferenz=""))
    told.act("L1", "unfilled", reason="not-on-shelf")
    told.until(lambda: sent(told) == [("slnp", "handed_over")])
    assert server.heard == [
        "SLNPInfo2FLServer\nBestellId:20260000501\nStatus:NotAvailable\nGrund:not-on-shelf\nSLNPEndCommand\n"
    ]


def test_that_it_goes_back_is_told(told: House, server: Server) -> None:
    from tests.slnp.test_orders import changed

    with told.zfl() as zfl:
        zfl.says(order())
        zfl.says(changed())
    told.act("B1", "receive")
    told.act("B1", "return")
    told.until(lambda: sent(told) == [("slnp", "handed_over")])
    assert "BestellId:20260000501\nPFLNummer:B1-1\nStatus:Return\n" in server.heard[0]


@pytest.mark.parametrize(
    ("answer", "state"), [("510 not now\n", "shelved"), ("", "in_doubt"), ("???\n", "in_doubt")]
)
def test_what_the_server_does_not_take_is_for_staff(
    told: House, server: Server, answer: str, state: str
) -> None:
    server.answer = answer
    with told.zfl() as zfl:
        zfl.says(asked())
    told.act("L1", "ship")
    told.until(lambda: sent(told) == [("slnp", state)])


def test_a_letter_to_people_goes_by_mail(told: House) -> None:
    with told.zfl() as zfl:
        zfl.says(asked())
    told.act("L1", "conditional", condition="charges")
    told.until(lambda: [way for way, _ in sent(told)] == ["mail"])


@pytest.mark.parametrize(
    "field", ["BestellId", "Bestell-Id:{word}", "A:{nothing}", "A:{word", "A:\n", "A:{word!r:>99999999}"]
)
def test_a_field_that_cannot_be_written_is_refused(field: str) -> None:
    assert info.wrong(field)


def test_the_map_is_off_until_it_is_filled_in() -> None:
    assert not SlnpInfo(host="zfl.example", port=9002).is_on
    assert SlnpInfo(host="zfl.example", port=9002, fields=("A:{word}",)).is_on
