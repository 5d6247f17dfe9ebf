"""The service with its port for ISO 10161: another's program at the other end, and kills in between."""

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

import pytest

from mailproc.config import Config
from mailproc.ill.apdu import IllAnswer, IllRequest, Item, Results
from mailproc.ill.terms import ApduType, Service, TransactionId
from mailproc.mail import received
from mailproc.protocols.iso10161 import writing
from mailproc.protocols.iso10161.ber import schema
from mailproc.protocols.iso10161.codec import Iso10161Codec
from tests.app.installation import DEADLINE, Daemon, Installation

IDS = {
    "ill,transaction-id,initial-requester-id,person-or-institution-symbol,institution": "XX-YAZ",
    "ill,transaction-id,transaction-group-qualifier": "G1",
    "ill,transaction-id,transaction-qualifier": "1",
    "ill,requester-id,person-or-institution-symbol,institution": "XX-YAZ",
    "ill,responder-id,person-or-institution-symbol,institution": "XX-TOWN",
    "ill,item-id,title": "A Book",
}
REPORTED, NOT_ANSWERED, ERROR_REPORT = 0, 6, 7


def listens(app: Installation, answer: str = "same", more: str = "", timeout: float = 60.0) -> None:
    """Open the port, and know a partner that connects from this machine."""
    text = f"""
[listen_tcp]
enabled = true
port = 0
timeout = {timeout}

[[partner]]
symbol = "XX-YAZ"
address = "ill@yaz.example"
codec = "iso10161"
proof = ["none"]
roles = ["REQUESTER"]
transport = "tcp"
[partner.tcp]
address = "127.0.0.1:9"
networks = ["127.0.0.0/8"]
answer = "{answer}"
{more}
"""
    with (app.folder / "config.toml").open("a") as file:
        file.write(text)


def port_of(daemon: Daemon) -> int:
    return int(daemon.says("listening on", times=2).rpartition(":")[2])


@pytest.fixture
def asks(missing: Callable[[str], None], tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """An ILL-Request by Debian's yaz-illclient."""
    if shutil.which("yaz-illclient") is None:
        missing("yaz-illclient")

    def ask(port: int, **changed: str) -> "subprocess.CompletedProcess[str]":
        ids = IDS | {key: value for key, value in changed.items() if key in IDS}
        ids |= {name: value for name, value in changed.items() if name not in IDS}
        words = [word for name, value in ids.items() if value for word in ("-D", f"{name}={value}")]
        command = ["yaz-illclient", *words, f"127.0.0.1:{port}"]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=DEADLINE, check=False, cwd=tmp_path
        )

    return ask


def test_its_request_becomes_ours_and_is_answered_on_its_connection(
    app: Installation, asks: Callable
) -> None:
    listens(app)
    asked = asks(port_of(app.start()))
    assert (asked.returncode, asked.stdout.strip()) == (REPORTED, "Ok"), asked.stderr
    assert "status_report" in asked.stderr
    (request,) = app.json("requests")
    assert (request["role"], request["partner"], request["state"]) == ("RESPONDER", "XX-YAZ", "IN_PROCESS")
    letter = app.json("letter", "I1")
    assert (letter["door"], letter["proof"], letter["peer"]) == ("tcp", "network", "127.0.0.1")
    assert app.json("letter", "O1")["reply"] == "answered on the connection on which it was asked"


class Library:
    """A library's port; ``came``: the connections, each with all that was said on it."""

    def __init__(self) -> None:
        self._port = socket.create_server(("127.0.0.1", 0))
        self.number = int(self._port.getsockname()[1])
        self.came: SimpleQueue[bytes] = SimpleQueue()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            line, _ = self._port.accept()
            with line, line.makefile("rb") as said:
                self.came.put(said.read())

    def lends(self, symbol: str) -> str:
        return f"""
[[partner]]
symbol = "{symbol}"
address = "ill@{symbol.lower()}.example"
codec = "iso10161"
proof = ["none"]
roles = ["RESPONDER"]
transport = "tcp"
[partner.tcp]
address = "127.0.0.1:{self.number}"
networks = ["127.0.0.0/8"]
answer = "both"
"""


def unfilled(request: bytes, config: Path) -> bytes:
    """Their answer to our request, and it declines."""
    (asked,) = Iso10161Codec.of(Config(file=config)).decode(received.letter(request, "tcp")).apdus
    answer = IllAnswer(
        transaction=asked.transaction, requester=asked.requester, responder=asked.responder,
        sent_at=datetime.now(UTC), results=Results.UNFILLED, reason="in-use-on-loan",
    )  # fmt: skip
    return schema.encode(answer.type, writing.tree(answer, writing.Ends()))


def test_the_next_library_is_asked_at_its_own_port(app: Installation) -> None:
    """Not on the open connection of the one that has just declined, though that caused it."""
    first, second = Library(), Library()
    with (app.folder / "config.toml").open("a") as file:
        file.write("\n[listen_tcp]\nenabled = true\nport = 0\n" + first.lends("XX-A") + second.lends("XX-B"))
    port = port_of(app.start())
    wanted = {"service": "LOAN", "item": {"title": "T"}, "partners": ["XX-A", "XX-B"]}
    assert app.cli("request", "-", "--anyway", stdin=json.dumps(wanted)).code == 0
    request = first.came.get(timeout=DEADLINE)
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as line:
        line.sendall(unfilled(request, app.folder / "config.toml"))
        line.settimeout(0.1)
        assert second.came.get(timeout=DEADLINE)[:1] == request[:1], "an ILL-Request"
        with pytest.raises(TimeoutError):
            line.recv(1)


def test_who_is_called_back_waits_in_vain(app: Installation, asks: Callable) -> None:
    """Its answers go to its own port; we end an idle connection."""
    listens(app, answer="connect", timeout=0.5)
    assert asks(port_of(app.start())).returncode == NOT_ANSWERED
    app.until(["requests"], lambda found: len(found) == 1)


def test_without_a_report_for_requests_there_is_none(app: Installation, asks: Callable) -> None:
    listens(app, more="report_request = false", timeout=0.5)
    assert asks(port_of(app.start())).returncode == NOT_ANSWERED
    app.until(["requests"], lambda found: len(found) == 1)


def test_what_we_cannot_take_is_answered_with_an_error_report(app: Installation, asks: Callable) -> None:
    """A name longer than ours can be; and one that it has used for another book."""
    listens(app)
    port = port_of(app.start())
    group = "ill,transaction-id,transaction-group-qualifier"
    assert asks(port, **{group: "G" * 3000}).returncode == ERROR_REPORT
    assert app.json("requests") == []
    assert asks(port).returncode == REPORTED
    assert asks(port, **{"ill,item-id,title": "Another Book"}).returncode == ERROR_REPORT
    assert len(app.json("requests")) == 1


def test_another_ones_symbol_on_its_line_is_shelved(app: Installation, asks: Callable) -> None:
    listens(app, timeout=0.5)
    requester = "ill,requester-id,person-or-institution-symbol,institution"
    initial = "ill,transaction-id,initial-requester-id,person-or-institution-symbol,institution"
    for symbol in ("UK-CUSTOMER", "XX-NOBODY", "XX-TOWN"):
        daemon = app.daemons[0] if app.daemons else app.start()
        assert asks(port_of(daemon), **{requester: symbol, initial: symbol}).returncode == NOT_ANSWERED
    shelf = app.until(["shelved"], lambda found: len(found) == 3)
    assert app.json("requests") == []
    assert all("127.0.0.1" in str(one) or "XX-TOWN" in str(one) for one in shelf)


def test_killed_after_the_commit_the_repeat_changes_nothing(
    app: Installation, asks: Callable, tmp_path: Path
) -> None:
    """Octet for octet the same, as a sender in doubt repeats it: one request."""
    listens(app)
    daemon = app.start()
    assert asks(port_of(daemon)).returncode == REPORTED
    request = (tmp_path / "req.apdu").read_bytes()
    for _ in range(2):
        daemon.kill()
        daemon = app.start()
        with socket.create_connection(("127.0.0.1", port_of(daemon)), timeout=DEADLINE) as line:
            line.sendall(request)
            line.shutdown(socket.SHUT_WR)
            line.recv(1000)
    assert len(app.json("requests")) == 1
    assert app.cli("verify").code == 0


@pytest.mark.parametrize("at", [10, 200])
def test_killed_before_the_commit_the_sender_hears_it(
    app: Installation, asks: Callable, tmp_path: Path, at: int
) -> None:
    """Between two octets of a message: the connection breaks, and the whole message comes again."""
    listens(app)
    daemon = app.start()
    assert asks(port_of(daemon), **{"ill,transaction-id,transaction-qualifier": "2"}).returncode == REPORTED
    request = (tmp_path / "req.apdu").read_bytes().replace(b"\x1b\x012", b"\x1b\x013")
    with socket.create_connection(("127.0.0.1", port_of(daemon)), timeout=DEADLINE) as line:
        line.sendall(request[:at])
        daemon.kill()
        with pytest.raises(ConnectionResetError):  # an end in order would say that we have it
            line.recv(1)
    daemon = app.start()
    with socket.create_connection(("127.0.0.1", port_of(daemon)), timeout=DEADLINE) as line:
        line.sendall(request)
        assert line.recv(1000)[:1] == b"\x73", "a report"
    assert len(app.json("requests")) == 2


def test_whole_messages_without_a_meaning_have_a_ceiling_by_the_hour(app: Installation) -> None:
    """Valid BER that says nothing, from a partner's own address: what says something is taken."""
    listens(app, answer="connect")
    daemon = app.start(code="from mailproc.transport import tcp_waste; tcp_waste.ASK_EVERY = 0.0")
    port = port_of(daemon)

    def said(octets: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as line:
            line.sendall(octets)
            line.shutdown(socket.SHUT_WR)
            while line.recv(1000):
                pass

    def shelved() -> int:
        return len(app.json("shelved", "--limit", "1000"))

    for number in range(20):
        said(nonsense(number))
    app.until(["shelved", "--limit", "1000"], lambda found: len(found) == 20)
    big = nonsense(99, 100_000)
    for _ in range(5):
        said(big)
    daemon.says("is not kept: too many of its cannot be read")
    app.until(["shelved", "--limit", "1000"], lambda found: len(found) == 21)
    said(big + good_request())
    app.until(["requests"], lambda found: len(found) == 1)
    assert shelved() == 21


def nonsense(number: int, size: int = 10) -> bytes:
    """A whole APDU by its tag and length, in which nothing is what it should be."""
    said = number.to_bytes(2, "big") + b"x" * size
    inner = b"\x04\x83" + len(said).to_bytes(3, "big") + said
    return b"\x61\x83" + len(inner).to_bytes(3, "big") + inner


def good_request() -> bytes:
    asked = IllRequest(
        sent_at=datetime(2026, 11, 30, 10, 0),  # noqa: DTZ001  # as on the wire
        transaction=TransactionId("XX-YAZ", "G9", "1"),
        requester="XX-YAZ",
        responder="XX-TOWN",
        services=(Service.LOAN,),
        item=Item(title="A Book"),
    )
    return schema.encode(ApduType.ILL_REQUEST, writing.tree(asked, writing.NOBODY))
