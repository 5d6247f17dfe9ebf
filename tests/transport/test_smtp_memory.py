"""Memory for letters under way, held by clients that say nothing: others get in, and it is logged."""

import contextlib
import logging
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
from mailproc.transport import smtp_deferrals, smtp_memory, smtp_session
from mailproc.transport.smtp_in import Listener

Clock = Callable[[], datetime]
US = "ill@library.example"
THEM = "orders@lender.example"
RAW = b"Subject: order\r\n\r\nwords\r\n"
START = f"EHLO x\r\nMAIL FROM:<{THEM}>\r\nRCPT TO:<{US}>\r\nDATA\r\n".encode()
LARGEST = 400_000
LARGE = (b"x" * 98 + b"\r\n") * (LARGEST // 100 - 1) + b"x" * 97 + b".\r\n"
PLENTY = smtp_memory.LETTERS * 3 // 2


@pytest.fixture
def door(inbox: Any, clock: Clock) -> Iterator[Callable[..., int]]:
    with contextlib.ExitStack() as stack:

        def opened(keep: Any = inbox.submit, **values: Any) -> int:
            listen = Listen.model_validate({"port": 0, "max_size": LARGEST} | values)
            listener = Listener(listen, [US], keep, clock)
            stack.callback(listener.stop)
            return listener.start()

        yield opened


def holding(port: int, host: str, more: bytes = b"") -> socket.socket:
    """A client that has brought the largest letter that there may be, but for its end."""
    line = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(host, 0))
    line.sendall(START)
    said = b""
    while b"354" not in said:
        said += line.recv(999)
    line.sendall(LARGE + more)
    return line


def answer(port: int, host: str, raw: bytes = LARGE) -> int:
    with smtplib.SMTP("127.0.0.1", port, timeout=10, source_address=(host, 0)) as client:
        try:
            client.sendmail(THEM, [US], raw)
        except smtplib.SMTPDataError as refused:
            return refused.smtp_code
    return 250


def until(port: int, host: str, wanted: int, patience: float = 30) -> None:
    """Try until the answer is this one."""
    end = time.monotonic() + patience
    while answer(port, host) != wanted:
        assert time.monotonic() < end
        time.sleep(0.05)  # a relay waits longer before it tries again


def test_silent_contents_give_way_to_who_asks_for_memory(
    door: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(smtp_session, "DATA_PATIENCE", 1.0)
    port = door()
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(holding(port, "127.0.0.1"))
        for _ in range(PLENTY):
            stack.enter_context(holding(port, "127.0.0.1"))
        until(port, "127.0.0.1", 250)
        assert first.recv(999).startswith(b"421 4.3.2 Too busy")
    assert any("(421)" in line and "gave way" in line for line in caplog.messages)


def test_a_host_holds_its_share_and_no_more(door: Any, caplog: pytest.LogCaptureFixture) -> None:
    """While nobody has stood still for long: the host's own letters wait, those of another are taken."""
    port = door()
    with contextlib.ExitStack() as stack:
        for _ in range(PLENTY):
            stack.enter_context(holding(port, "127.0.0.1"))
        until(port, "127.0.0.1", 452)
        for raw in (RAW, LARGE):
            assert answer(port, "127.0.0.2", raw) == 250
    assert not [line for line in caplog.messages if "127.0.0.2" in line]


def test_one_letter_of_the_largest_size_is_always_in_a_host_s_share(door: Any) -> None:
    port = door(max_connections_per_host=1)
    assert answer(port, "127.0.0.1") == 250


def test_what_is_deferred_for_want_of_memory_is_logged_and_not_a_line_for_each(
    door: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_deferrals, "PERIOD", 1.5)
    told = threading.Event()

    def heard(record: logging.LogRecord) -> bool:
        if " more within " in record.getMessage():
            told.set()
        return True

    caplog.handler.addFilter(heard)
    port = door()
    with contextlib.ExitStack() as stack:
        stack.callback(caplog.handler.removeFilter, heard)
        for _ in range(PLENTY):
            stack.enter_context(holding(port, "127.0.0.1"))
        until(port, "127.0.0.1", 452)
        for _ in range(10):
            assert answer(port, "127.0.0.1") == 452
        assert told.wait(10)
    lines = [line for line in caplog.messages if "deferred (452)" in line]
    assert len(lines) < 6
    assert "from 127.0.0.1 hold its share of the memory" in lines[0]
    assert " more within 1.5 s, the last: letters under way from 127.0.0.1" in lines[1]


def test_a_letter_that_is_being_committed_does_not_give_its_memory(
    door: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_memory, "LETTERS", 1)
    monkeypatch.setattr(smtp_session, "DATA_PATIENCE", 0.0)  # any other would be hung up on at once
    committed: Future[list[StoredLetter]] = Future()
    begun = threading.Event()

    def keep(_letters: object) -> Future[list[StoredLetter]]:
        begun.set()
        return committed

    port = door(keep=keep)
    with holding(port, "127.0.0.1", b".\r\n") as busy:
        assert begun.wait(10)
        for host in ("127.0.0.1", "127.0.0.2"):
            assert answer(port, host, RAW) == 421  # itself the only one that may give way
        committed.set_result([StoredLetter(7, new=True)])
        assert busy.recv(999).startswith(b"250 2.0.0 Kept as I7")


def test_what_a_letter_held_is_free_when_it_is_kept(door: Any) -> None:
    """A host that may hold one letter sends many, one after the other."""
    port = door(max_connections_per_host=1)
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        for _ in range(4):
            assert client.sendmail(THEM, [US], LARGE) == {}
