"""The IMAP door against another server than Dovecot: pymap, which the demonstration embeds."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from mailproc.config import Mailbox
from mailproc.transport.imap_in import Refused, check, poll
from tests.servers.ports import free_port

Clock = Callable[[], datetime]
LETTERS = [b"Subject: order %d\r\n\r\nbody\r\n" % number for number in range(30)]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    pytest.importorskip("pymap")
    port = free_port()
    program = str(Path(sys.executable).with_name("pymap"))
    where = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "--no-service", "admin"]
    command = [program, *where, "--no-service", "managesieve", "dict", "--demo-data"]
    command += ["--demo-user", "ill", "--demo-password", "demopass"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _listening(process, port)
        yield port
    finally:
        process.kill()
        process.wait(10)


def _listening(process: "subprocess.Popen[bytes]", port: int) -> None:
    """It does not say when it is ready: ask until it is."""
    end = time.monotonic() + 15
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)  # a connection refused is the only event there is
    pytest.fail("pymap did not start")


def mailbox(port: int, **values: object) -> Mailbox:
    standard = {"name": "m", "host": "127.0.0.1", "port": port, "security": "none", "user": "ill"}
    return Mailbox.model_validate(standard | {"password": "demopass", "timeout": 10} | values)


@pytest.mark.parametrize("after", ["seen", "move:Done", "delete"])
def test_letters_come_once(port: int, inbox: Any, clock: Clock, after: str) -> None:
    folder = "In-" + after.partition(":")[0]
    with IMAPClient("127.0.0.1", port, ssl=False, timeout=10) as client:
        client.login("ill", "demopass")
        client.create_folder(folder)
        if not client.folder_exists("Done"):
            client.create_folder("Done")
        client.multiappend(folder, LETTERS)
    keep = inbox.keep
    look = mailbox(port, after=after, batch=7, folder=folder)
    polled = poll(look, inbox.position("m"), keep, clock)
    assert (polled.new, polled.faults) == (30, [])
    assert [row.raw for row in inbox.rows()] == LETTERS
    assert poll(look, inbox.position("m"), keep, clock).letters == 0
    left = 30 if after == "seen" else 0
    assert f"has {left} letters" in check(look)


def test_it_refuses_what_is_wrong(port: int) -> None:
    with pytest.raises(Refused, match="login of ill failed"):
        check(mailbox(port, password="wrong"))
    with pytest.raises(Refused, match=r"no folder 'none'.*INBOX"):
        check(mailbox(port, folder="none"))
