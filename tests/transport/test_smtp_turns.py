"""What a client sends costs by its octets, whatever its lines are, and each client gets its turn."""

import contextlib
import smtplib
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from mailproc.config import Listen
from mailproc.transport.smtp_content import Content
from mailproc.transport.smtp_in import Listener
from mailproc.transport.smtp_session import Session

Clock = Callable[[], datetime]
US = "ill@library.example"
THEM = "orders@lender.example"
START = f"EHLO x\r\nMAIL FROM:<{THEM}>\r\nRCPT TO:<{US}>\r\nDATA\r\n".encode()
SIZE = 2_000_000
BUFFER = 65_536
LINES = {
    "plain": b"x" * 70 + b"\r\n",
    "dots": b"a.\r\n",
    "only dots": b"..\r\n",
    "empty": b"\r\n",
    "returns": b"\r",
    "near ends": b"\r\n.\r",
    "dots of no line": b".\n",
    "one line": b"x",
}
COMMANDS = [b"RCPT TO:<nobody@library.example>\r\n", b"\r\n", b"RSET\r\n", b"NOOP\r\n" * 4]


class Turns:
    """Counts the turns of a listener's loop, and what each session did in each of them."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._turn = 0
        self.done: Counter[tuple[int, int]] = Counter()
        self.over = threading.Event()
        listener.ask(self._next)

    def _next(self) -> None:
        self._turn += 1
        if not self.over.is_set():
            self._listener.ask(self._next)

    def count(self, session: object) -> None:
        self.done[self._turn, id(session)] += 1


@pytest.fixture
def listener(inbox: Any, clock: Clock) -> Iterator[Listener]:
    one = Listener(Listen(port=0), [US], inbox.submit, clock)
    yield one
    one.stop()


def sent(port: int, octets: bytes) -> bytes:
    """All that is answered until the server hangs up."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        reading = threading.Thread(target=lambda: line.sendall(octets))
        reading.start()
        with contextlib.suppress(ConnectionResetError):
            while more := line.recv(99_999):
                said += more
        reading.join()
    return said


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_content_is_taken_by_the_buffer_full(
    line: bytes, listener: Listener, inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = []
    add = Content.add

    def counted(content: Content, chunk: bytes) -> None:
        rounds.append(len(chunk))
        add(content, chunk)

    monkeypatch.setattr(Content, "add", counted)
    content = line * (SIZE // len(line))
    said = sent(listener.start(), START + content + b"\r\n.\r\nQUIT\r\n")
    assert b"250 2.0.0 Kept as I" in said
    assert sum(rounds) >= len(content)
    assert len(rounds) <= len(content) / BUFFER + 3
    assert [row.raw for row in inbox.rows()] == [(b"\r\n" + content).replace(b"\r\n.", b"\r\n")[2:] + b"\r\n"]


def test_no_content_takes_a_turn_for_more_than_a_few_buffers(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = listener.start()
    turns, add = Turns(listener), Content.add

    def counted(content: Content, chunk: bytes) -> None:
        turns.count(content)
        add(content, chunk)

    monkeypatch.setattr(Content, "add", counted)
    sent(port, START + b"a.\r\n" * (SIZE // 4) + b".\r\nQUIT\r\n")
    turns.over.set()
    assert sum(turns.done.values()) >= 5
    assert max(turns.done.values()) <= 4


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_sent_by_the_thousand_take_turns(
    command: bytes, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = listener.start()
    turns, push = Turns(listener), Session.push

    async def counted(session: Session, status: str) -> None:
        await push(session, status)
        turns.count(session)

    monkeypatch.setattr(Session, "push", counted)
    sent(port, b"EHLO x\r\n" + f"MAIL FROM:<{THEM}>\r\n".encode() + command * 2_000 + b"QUIT\r\n")
    turns.over.set()
    assert sum(turns.done.values()) > 100
    assert max(turns.done.values()) <= 2


def test_a_small_letter_gets_in_while_others_send_dots_without_end(listener: Listener, inbox: Any) -> None:
    port = listener.start()
    taken = threading.Barrier(4)

    def flood() -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line, contextlib.suppress(OSError):
            line.sendall(START + b"a.\r\n" * 50_000)
            taken.wait(20)
            while not over.is_set():
                line.sendall(b"a.\r\n" * 50_000)

    over = threading.Event()
    clients = [threading.Thread(target=flood) for _ in range(3)]
    for client in clients:
        client.start()
    try:
        taken.wait(20)
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.sendmail(THEM, [US], b"Subject: small\r\n\r\nwords\r\n")
    finally:
        over.set()
        for thread in clients:
            thread.join()
    assert len(inbox.rows()) == 1
