"""What we say to a ZFL ends in time, whatever its server does."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mailproc.config import Config, Partner
from mailproc.config_slnp import PartnerSlnp, SlnpInfo
from mailproc.errors import InDoubt, TryLater
from mailproc.mail.letter import Envelope
from mailproc.protocols.slnp import wire
from mailproc.transport import time_limit
from mailproc.transport.slnp_out import SlnpOut

COMMAND = b"SLNPInfo2FLServer\nA:1\nSLNPEndCommand\n"
TIMEOUT = 1.0
LONG = 20.0
"""Far beyond what a message may take on a busy machine."""


def sent(port: int, host: str = "127.0.0.1", *, greeting: bool = False, tls: bool = False) -> None:
    """Send a message."""
    info = SlnpInfo(host=host, port=port, tls=tls, fields=("A:{value}",), timeout=TIMEOUT, greeting=greeting)
    partner = Partner(
        symbol="XX-Z", address="z@z.example", codec="slnp", transport="slnp", slnp=PartnerSlnp(info=info)
    )
    raw = wire.letter(COMMAND, "x", "z@z.example", "Mon, 30 Nov 2026 10:00:00 +0000")
    SlnpOut(Config(partner=(partner,), file=Path("/c.toml"))).send(
        Envelope("a@b.example", "z@z.example", "slnp", "XX-Z", ""), raw, "O1"
    )


@pytest.fixture
def dripping() -> Iterator[int]:
    """The port of a server that says a dot now and then, and never ends a line."""
    over = threading.Event()

    def drip(line: socket.socket) -> None:
        with line, suppress(OSError):
            while not over.wait(0.1):
                line.sendall(b".")

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=drip, args=(server.accept()[0],), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])
        over.set()


def ends(call: Callable[[], object]) -> BaseException | None:
    """What the call raised; it must have ended by itself."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LONG)
    assert not thread.is_alive(), "it holds a sender"
    return raised[0] if raised else None


def test_a_server_that_drips_its_answer_is_in_doubt_in_time(dripping: int) -> None:
    assert isinstance(ends(lambda: sent(dripping)), InDoubt)


def test_one_that_drips_its_greeting_or_its_handshake_heard_nothing(dripping: int) -> None:
    assert isinstance(ends(lambda: sent(dripping, greeting=True)), TryLater)
    assert isinstance(ends(lambda: sent(dripping, tls=True)), TryLater)


def test_a_name_that_nobody_looks_up_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def never(*_given: object, **_more: object) -> list[object]:
        asked.wait(2 * LONG)
        return []

    monkeypatch.setattr(time_limit.socket, "getaddrinfo", never)
    assert isinstance(ends(lambda: sent(9, "zfl.example")), TryLater)
    asked.set()
