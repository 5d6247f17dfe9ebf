"""All places taken by clients that stand still: whoever has a letter gets a place within seconds."""

import contextlib
import os
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime
from typing import Any

import pytest

from mailproc.config import Listen
from mailproc.store.inbox import StoredLetter
from mailproc.transport import smtp_session
from mailproc.transport.smtp_in import Listener

Clock = Callable[[], datetime]
US = "ill@library.example"
THEM = "orders@lender.example"
RAW = b"Subject: order\r\n\r\nwords\r\n"
START = f"EHLO x\r\nMAIL FROM:<{THEM}>\r\nRCPT TO:<{US}>\r\nDATA\r\n".encode()
PLACES = Listen().max_connections_per_host


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As shipped in the long run."""
    if os.environ.get("REQUIRE_ALL") != "1":
        monkeypatch.setattr(smtp_session, "IDLE_PATIENCE", 0.2)
        monkeypatch.setattr(smtp_session, "DATA_PATIENCE", 0.5)


@pytest.fixture
def door(inbox: Any, clock: Clock) -> Iterator[Callable[..., int]]:
    with contextlib.ExitStack() as stack:

        def opened(keep: Any = inbox.submit, **values: Any) -> int:
            listener = Listener(Listen.model_validate({"port": 0} | values), [US], keep, clock)
            stack.callback(listener.stop)
            return listener.start()

        yield opened


def connected(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=10)
    line.recv(999)
    return line


def gets_in(port: int, patience: float = 20) -> float:
    """Seconds until a client that tries again and again has handed its letter in."""
    begun = time.monotonic()
    while True:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
                client.sendmail(THEM, [US], RAW)
                return time.monotonic() - begun
        except smtplib.SMTPConnectError as refused:
            assert refused.smtp_code == 421
            assert time.monotonic() - begun < patience
            time.sleep(0.05)  # a relay waits longer before it tries again


@pytest.mark.parametrize("said", [b"", b"EHLO x\r\n", START, START + b"Subject: a drop"])
@pytest.mark.usefixtures("impatient")
def test_sixty_that_stand_still_keep_nobody_away(door: Any, inbox: Any, said: bytes) -> None:
    port = door()
    with contextlib.ExitStack() as stack:
        for _ in range(PLACES):
            stack.enter_context(connected(port)).sendall(said)
        gets_in(port)
    assert [row.raw for row in inbox.rows()] == [RAW]


@pytest.mark.usefixtures("impatient")
def test_those_that_drip_words_give_way_too(door: Any, inbox: Any) -> None:
    port, over = door(), threading.Event()
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(connected(port)) for _ in range(PLACES)]

        def drip() -> None:
            while not over.wait(0.1):
                for line in lines:
                    with contextlib.suppress(OSError):
                        line.sendall(b"NOOP\r\n")

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            gets_in(port)
        finally:
            over.set()
            dripping.join()
    assert len(inbox.rows()) == 1


@pytest.mark.usefixtures("impatient")
def test_the_one_that_stood_still_longest_hears_why(door: Any) -> None:
    port = door(max_connections_per_host=2)
    with connected(port) as first, connected(port) as second:
        gets_in(port)
        assert first.recv(999).startswith(b"421 4.3.2 Too busy")
        assert first.recv(999) == b""
        second.sendall(b"NOOP\r\n")
        assert second.recv(999).startswith(b"250")


@pytest.mark.usefixtures("impatient")
def test_all_places_together_are_freed_in_the_same_way(door: Any) -> None:
    port = door(max_connections=2)
    with connected(port), connected(port):
        gets_in(port)


def test_a_letter_that_is_being_committed_never_gives_way(door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for patience in ("IDLE_PATIENCE", "DATA_PATIENCE"):
        monkeypatch.setattr(smtp_session, patience, 0.0)  # any other would be hung up on at once
    committed: Future[list[StoredLetter]] = Future()
    begun = threading.Event()

    def keep(_letters: object) -> Future[list[StoredLetter]]:
        begun.set()
        return committed

    port = door(keep=keep, max_connections_per_host=1)
    with connected(port) as busy:
        busy.sendall(START)
        said = b""
        while b"354" not in said:
            said += busy.recv(999)
        busy.sendall(RAW + b".\r\n")
        assert begun.wait(10)
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as other:
                assert other.recv(999).startswith(b"421")
        committed.set_result([StoredLetter(7, new=True)])
        assert busy.recv(999).startswith(b"250 2.0.0 Kept as I7")
