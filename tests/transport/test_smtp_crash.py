"""kill -9 of the SMTP door under load: whatever was answered 250 is in the store."""

import os
import smtplib
import subprocess
import threading
from typing import Any

import pytest

DOOR = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from sqlalchemy import create_engine
from mailproc.config import Listen
from mailproc.store.inbox import keep
from mailproc.transport.smtp_in import Listener
engine = create_engine(sys.argv[1])
writer = ThreadPoolExecutor(1)
def commit(letters):
    with engine.begin() as connection:
        return keep(connection, letters)
listener = Listener(
    Listen(port=0), ["ill@library.example"], lambda batch: writer.submit(commit, batch),
    lambda: datetime.now(UTC)
)
print(listener.start(), flush=True)
sys.stdin.read()
"""

ROUNDS = 20 if os.environ.get("REQUIRE_ALL") == "1" else 2
CLIENTS = 4
ENOUGH = 60  # letters answered before the kill


class Clients:
    """Send without end, and remember what was answered."""

    def __init__(self, port: int, tag: str) -> None:
        self.answered: set[bytes] = set()
        self.enough = threading.Event()
        self.threads = [
            threading.Thread(target=self._send, args=(port, f"{tag}-{n}")) for n in range(CLIENTS)
        ]
        for thread in self.threads:
            thread.start()

    def _send(self, port: int, tag: str) -> None:
        number = 0
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
                while True:
                    number += 1
                    raw = f"Subject: {tag}-{number}\r\n\r\n".encode()
                    client.sendmail("a@lender.example", ["ill@library.example"], raw)
                    self.answered.add(raw)
                    if len(self.answered) >= ENOUGH:
                        self.enough.set()
        except (OSError, smtplib.SMTPException):
            self.enough.set()  # the door is dead


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_nothing_answered_is_lost(inbox: Any, python: str, round_: int) -> None:
    command = [python, "-c", DOOR, inbox.engine.url.render_as_string()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as door:
        assert door.stdout is not None
        clients = Clients(int(door.stdout.readline()), str(round_))
        assert clients.enough.wait(30)
        door.kill()
        for thread in clients.threads:
            thread.join(20)
    assert len(clients.answered) >= ENOUGH
    rows = [row.raw for row in inbox.rows()]
    assert clients.answered <= set(rows)
    assert len(rows) == len(set(rows))
    assert len(rows) - len(clients.answered) <= CLIENTS  # kept, not answered: one each at most
