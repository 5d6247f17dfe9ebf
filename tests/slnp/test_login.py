"""What we say to a ZFL before our message: its greeting is waited for, and we log in where it wants that."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from mailproc.config import Config, Partner
from mailproc.config_slnp import PartnerSlnp, SlnpInfo
from mailproc.errors import TryLater
from mailproc.mail.letter import Envelope
from mailproc.protocols.slnp import wire
from mailproc.transport.slnp_out import SlnpOut

COMMAND = b"SLNPInfo2FLServer\nA:1\nSLNPEndCommand\n"
LOGIN = ("SLNPLogin", "Name:house", "Password:{password}")
SECRET = "Zq7Pass9"


class Strict:
    """A server that says ``greeting``, hears a login if ``login`` is its answer, and then one message."""

    def __init__(self, greeting: str, login: str) -> None:
        self._greeting, self._login = greeting, login
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.heard: list[str] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        line, _ = self._socket.accept()
        with line, line.makefile("rb") as file:
            line.sendall(self._greeting.encode())
            for answer in filter(None, (self._login, "240 OK\n")):
                said = b""
                while not said.endswith(b"SLNPEndCommand\n") and (one := file.readline()):
                    said += one
                if not said:
                    return  # it went away
                self.heard.append(said.decode())
                line.sendall(answer.encode())

    def close(self) -> None:
        self._thread.join(10)
        self._socket.close()


def sent(server: Strict, **how: object) -> str:
    info = SlnpInfo(host="127.0.0.1", port=server.port, tls=False, fields=("A:{word}",), timeout=20, **how)  # type: ignore[arg-type]
    partner = Partner(
        symbol="XX-Z", address="z@z.example", codec="slnp", transport="slnp", slnp=PartnerSlnp(info=info)
    )
    raw = wire.letter(COMMAND, "x", "z@z.example", "Mon, 30 Nov 2026 10:00:00 +0000")
    envelope = Envelope("a@b.example", "z@z.example", "slnp", "XX-Z", "")
    return SlnpOut(Config(partner=(partner,), file=Path("/c.toml"))).send(envelope, raw, "O1")


@pytest.fixture
def strict(request: pytest.FixtureRequest) -> Iterator[Strict]:
    server = Strict(*request.param)
    yield server
    server.close()


LOGGED = "SLNPLogin\nName:house\nPassword:Zq7Pass9\nSLNPEndCommand\n"


@pytest.mark.parametrize("strict", [("220 FLServer\n", "240 OK\n"), ("", "240 OK\n \n")], indirect=True)
def test_it_logs_in_before_the_message(strict: Strict) -> None:
    greeted = strict._greeting != ""
    said = sent(strict, login=LOGIN, password=SecretStr(SECRET), greeting=greeted)
    assert said == "240 OK"
    assert strict.heard == [LOGGED, COMMAND.decode()]
    assert SECRET not in said


@pytest.mark.parametrize("strict", [("220 FLServer\n", "")], indirect=True)
def test_a_greeting_is_not_taken_for_the_answer(strict: Strict) -> None:
    assert sent(strict, greeting=True) == "240 OK"
    assert strict.heard == [COMMAND.decode()]


@pytest.mark.parametrize("strict", [("", f"510 unknown user {SECRET}\n"), ("", "what?\n")], indirect=True)
def test_a_login_that_is_refused_is_tried_later_and_no_message_was_said(strict: Strict) -> None:
    with pytest.raises(TryLater) as refused:
        sent(strict, login=LOGIN, password=SecretStr(SECRET))
    assert strict.heard == [LOGGED]
    assert SECRET not in str(refused.value)
