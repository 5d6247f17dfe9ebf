"""Letters and calls as our daemon would write them, and the practice world as a process."""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from queue import Queue
from typing import Any

import pytest

from mailproc.practice.world import PASSWORDS
from mailproc.transport import hook_http

SECRET = {who: f"{who.upper()}7Q" for who in PASSWORDS}
GAP = "\n" * 5


def order(number: str, *lines: str, keywords: str = "S SED99") -> str:
    return "\n".join([f"TX{number} {keywords}", *lines])


def file_letter(
    *orders: str,
    code: str = "99-0001",
    password: str = SECRET["bl"],
    file_ref: str = "4711",
    end: str = "NNNN",
) -> bytes:
    letter = EmailMessage()
    letter["From"] = "Our Library <ill@library.example>"
    letter["To"] = "orders@bl.practice.example"
    letter["Subject"] = f"Order file FILEREFNO {file_ref}"
    letter.set_content(GAP.join([f"{code}\n{password}", *orders, end]))
    return letter.as_bytes().replace(b"\n", b"\r\n")


def hook_body(event: str = "REQUESTER.receive", *, sample: bool = False) -> bytes:
    told = {"event": event, "numbers": {"request": "B9"}, "state": {"after": "RECEIVED"}, "sample": sample}
    return json.dumps(told).encode()


def signed(secret: str, body: bytes, at: float, key: str = "call-1") -> dict[str, str]:
    """The headers that our own side writes."""
    sent_at = str(int(at))
    signature = hook_http.signature(secret, key, sent_at, body)
    return {"webhook-id": key, "webhook-timestamp": sent_at, "webhook-signature": signature}


class Happenings:
    """Stands in the place of ``tell``: keeps what was told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def __call__(self, event: str, **particulars: Any) -> None:
        self.told.append({"event": event, **particulars})


@pytest.fixture
def tell() -> Happenings:
    return Happenings()


class Process:
    """``python -m mailproc.practice``, its lines read as they come."""

    def __init__(self, python: str) -> None:
        environment = {**os.environ, **{PASSWORDS[who]: secret for who, secret in SECRET.items()}}
        self.popen = subprocess.Popen(
            [python, "-m", "mailproc.practice"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        self._lines: Queue[str] = Queue()
        self.seen: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.popen.stdout
        for line in self.popen.stdout:
            self._lines.put(line)

    def write(self, line: str) -> None:
        assert self.popen.stdin
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            self.seen.append(self._lines.get(timeout=20))
            happening: dict[str, Any] = json.loads(self.seen[-1])
            if wanted(happening):
                return happening

    def end(self) -> int:
        assert self.popen.stdin and self.popen.stdout
        self.popen.stdin.close()
        code = self.popen.wait(20)
        self.popen.stdout.close()
        return code


@pytest.fixture
def process(python: str) -> Iterator[Process]:
    running = Process(python)
    yield running
    if running.popen.poll() is None:
        assert running.end() == 0
