"""A library system is asked by SIP2: another's server, and servers that do what they should not."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import anyio
import anyio.abc
import anyio.from_thread
import anyio.lowlevel
import pytest
from pysip2 import (
    LOGIN,
    PATRON_INFORMATION,
    LoginResponse,
    PatronInformationResponse,
    SIP2Server,
)

from mailproc.errors import Misconfigured, TryLater
from mailproc.ils.sip2.patron import Sip2Terminal
from mailproc.transport.sip2_line import Sip2Server, look_up

NOW = datetime(2026, 11, 29, 6, 56, 4)  # noqa: DTZ001


@contextmanager
def library_system() -> Iterator[int]:
    """Another's server, that knows the patron P1 with PIN 1234 and the terminal ill/secret."""
    app = SIP2Server(institution_id="MPLIB", encoding="utf-8")

    @app.route(LOGIN)
    async def login(request, _context):
        return LoginResponse(ok="1" if request.login_password == "secret" else "0")

    @app.route(PATRON_INFORMATION)
    async def patron(request, _context):
        known = request.patron_identifier == "P1"
        return PatronInformationResponse(
            patron_status=" " * 4 + "Y" + " " * 9, language="001", transaction_date="20261129    065604",
            hold_items_count="0000", overdue_items_count="0000", charged_items_count="0000",
            fine_items_count="0000", recall_items_count="0000", unavailable_holds_count="0000",
            institution_id="MPLIB", patron_identifier=request.patron_identifier,
            personal_name="Zoë Leser" if known else "", valid_patron="Y" if known else "N",
            valid_patron_password="Y" if request.patron_password == "1234" else "N",
        )  # fmt: skip

    began, ends = threading.Event(), []

    async def serve() -> None:
        # Its own ``start`` leaves the listener open at the end.
        async with await app.listen("127.0.0.1", 0) as listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, app._handle_connection)
            port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610  # no Django
            ends.extend([port, anyio.lowlevel.current_token(), group.cancel_scope.cancel])
            began.set()

    thread = threading.Thread(target=anyio.run, args=(serve,), daemon=True)
    thread.start()
    assert began.wait(10)
    port, token, cancel = ends
    try:
        yield port
    finally:
        anyio.from_thread.run_sync(cancel, token=token)
        thread.join(10)


@pytest.mark.parametrize("checksums", [True, False])
def test_a_patron_is_found_with_name_pin_and_block(checksums):
    with library_system() as port:
        server = Sip2Server(
            "127.0.0.1", port, terminal=Sip2Terminal("MPLIB", "ill", "secret", checksums=checksums)
        )
        found = look_up(server, "P1", "1234", lambda: NOW)
        assert (found.known, found.name, found.pin_valid) == (True, "Zoë Leser", True)
        assert [block.value for block in found.blocks] == ["card-lost"]
        assert not look_up(server, "P2", "", lambda: NOW).known


def test_a_wrong_login_is_a_mistake_of_the_configuration():
    with library_system() as port:
        server = Sip2Server("127.0.0.1", port, terminal=Sip2Terminal("MPLIB", "ill", "wrong"))
        with pytest.raises(Misconfigured, match="refuses our login") as refused:
            look_up(server, "P1", "", lambda: NOW)
        assert "wrong" not in str(refused.value)


@contextmanager
def listener(act: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does with each connection what ``act`` says."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        act(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def dribbles(connection: socket.socket) -> None:
    ended = threading.Event()
    while not ended.wait(0.05):
        connection.sendall(b"9")


def floods(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"9" * 65_536)


def speaks_smtp(connection: socket.socket) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n")
    silent(connection)


def ends(connection: socket.socket) -> None:
    connection.recv(4096)


def is_offline(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"98NYYYYY03000320261129    0656042.00AO|AM|BX|\r")
    silent(connection)


HOSTILE = {
    "silent": (silent, "no answer in time"),
    "an octet now and then": (dribbles, "no answer in time"),
    "no end": (floods, "more than 32768 octets"),
    "another service": (speaks_smtp, "no answer of SIP2"),
    "hangs up": (ends, "ended the connection"),
    "not online": (is_offline, "not online"),
}


@pytest.mark.parametrize(("act", "why"), HOSTILE.values(), ids=HOSTILE)
def test_a_system_that_cannot_be_asked_is_said_and_keeps_nobody(act, why):
    with listener(act) as port, pytest.raises(TryLater, match=why):
        look_up(Sip2Server("127.0.0.1", port, seconds=0.4), "P1", "", lambda: NOW)


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(TryLater, match=r"127\.0\.0\.1"):
        look_up(Sip2Server("127.0.0.1", port), "P1", "", lambda: NOW)


def test_a_server_without_tls_is_told_nothing_where_tls_is_wanted():
    heard: list[bytes] = []
    with listener(lambda connection: heard.append(connection.recv(4096))) as port, pytest.raises(TryLater):
        terminal = Sip2Terminal("MPLIB", "ill", "secret")
        look_up(Sip2Server("127.0.0.1", port, tls=True, seconds=1, terminal=terminal), "P1", "", lambda: NOW)
    assert all(b"secret" not in one for one in heard)


def test_a_system_that_did_not_understand_is_asked_once_more():
    asked: list[bytes] = []

    def act(connection: socket.socket) -> None:
        answers = [b"96AZFEF6\r", b"98YYYYYN03000320261129    0656042.00AO|AM|BX|\r"]
        answers.append(f"64{' ' * 14}{'0' * 45}AEZ|BLY|\r".encode())
        for answer in answers:
            asked.append(connection.recv(4096))
            connection.sendall(answer)
        silent(connection)

    with listener(act) as port:
        assert look_up(Sip2Server("127.0.0.1", port), "P1", "", lambda: NOW).name == "Z"
    assert asked[0] == asked[1]
    assert asked[0].startswith(b"99")
