"""The practice world as the demo meets it: a process, sockets, lines."""

import signal
import smtplib
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from imapclient import IMAPClient

from mailproc.errors import LocalFault
from mailproc.practice.mailbox import USER
from mailproc.practice.post_office import Posted, PostOffice
from mailproc.transport import http_client
from tests.practice.conftest import SECRET, Process, file_letter, hook_body, order, signed


@pytest.fixture
def listener() -> Iterator[tuple[int, "Queue[Posted]"]]:
    """Stands where our own listener stands in life."""
    came: Queue[Posted] = Queue()
    office = PostOffice(came.put)
    yield office.start(), came
    office.stop()


def introduced(process: Process, port: int) -> dict[str, Any]:
    """The ports of the world, which now knows the listener's."""
    ready = process.wait_for(lambda told: told["event"] == "ready")
    introduce(process, port)
    return ready


def introduce(process: Process, port: int) -> None:
    process.write(f"listener 127.0.0.1 {port}")
    process.wait_for(lambda told: told["event"] == "listener")


def post(port: int, to: str, raw: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.sendmail("ill@library.example", [to], raw)


def in_mailbox(port: int) -> list[bytes]:
    client = IMAPClient("127.0.0.1", port, ssl=False, timeout=10)
    try:
        client.login(USER, SECRET["mailbox"])
        client.select_folder("INBOX")
        uids = client.search()
        return [part[b"BODY[]"] for part in client.fetch(uids, ["BODY.PEEK[]"]).values()] if uids else []
    finally:
        client.logout()


def test_answers_come_half_by_imap_half_by_smtp(
    process: Process, listener: tuple[int, "Queue[Posted]"]
) -> None:
    port, came = listener
    ready = introduced(process, port)
    post(ready["relay"], "orders@bl.practice.example", file_letter(order("B1-1", "RENEW", keywords="S LOAN")))
    process.wait_for(lambda told: told["event"] == "sent" and told["kind"] == "receipt")
    for number, cue in enumerate(("automatic", "renewed", "due", "final"), start=1):
        process.write(f"go B1 {cue}")
        sent = process.wait_for(lambda told: told["event"] == "sent")
        assert sent["by"] == ("imap", "smtp")[(number - 1) % 2]
    texts = [came.get(timeout=10).raw for _ in range(2)]
    assert b"RENEWED*" in texts[0]
    assert b"*FINAL DEMAND" in texts[1]
    kept = in_mailbox(ready["mailbox"])
    assert len(kept) == 3  # the receipt, and two of the four reports
    assert all(raw.startswith(b"Return-Path: <orders@bl.practice.example>\r\n") for raw in kept)
    assert not any(secret in line for line in process.seen for secret in SECRET.values())


def test_the_same_letter_comes_by_both_doors(process: Process, listener: tuple[int, "Queue[Posted]"]) -> None:
    port, came = listener
    ready = introduced(process, port)
    post(ready["relay"], "orders@bl.practice.example", file_letter(order("B1-1", "TWICE")))
    by_smtp = came.get(timeout=10).raw
    assert by_smtp in [raw.partition(b"\r\n")[2] for raw in in_mailbox(ready["mailbox"])]


def test_a_listener_that_is_down_gets_its_letters_when_it_is_up(process: Process) -> None:
    ready = process.wait_for(lambda told: told["event"] == "ready")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    introduce(process, port)
    for count in (1, 2):
        post(ready["relay"], "orders@bl.practice.example", file_letter(order(f"B{count}-1", "NOT")))
    process.wait_for(lambda told: told["event"] == "waits")
    came: Queue[Posted] = Queue()
    office = PostOffice(came.put, port)
    office.start()
    subjects = {came.get(timeout=10).raw.partition(b"Subject: ")[2].partition(b"\r\n")[0] for _ in range(2)}
    office.stop()
    assert subjects == {b"FILEREFNO 4711 accepted - 1 order", b"Replies FILEREFNO 4711"}


def test_the_customer_orders_from_us(process: Process, listener: tuple[int, "Queue[Posted]"]) -> None:
    port, came = listener
    ready = introduced(process, port)
    process.write("order ill@library.example")
    first = process.wait_for(lambda told: told["event"] == "sent")
    process.write("order ill@library.example")
    second = process.wait_for(lambda told: told["event"] == "sent")
    assert (first["by"], second["by"]) == ("imap", "smtp")
    assert b"TXC1-1 S SED99\r\n" in in_mailbox(ready["mailbox"])[0]
    assert came.get(timeout=10).rcpt_to == "ill@library.example"


def test_a_line_that_is_not_understood_is_told(process: Process) -> None:
    lines = ["", "go", "go B1", "dance B1 now", "go B1 due", "order", "listener here", "listener here now"]
    for line in lines:
        process.write(line)
    told = [process.wait_for(lambda told: told["event"] == "not-understood") for _ in lines]
    assert [one["text"] for one in told] == [*lines[:4], "no order B1", *lines[5:]]


def test_letters_to_readers_are_told(process: Process) -> None:
    ready = process.wait_for(lambda told: told["event"] == "ready")
    post(ready["relay"], "reader@library.example", b"Subject: Your book\r\n\r\nis here\r\n")
    told = process.wait_for(lambda told: told["event"] == "post")
    assert (told["to"], told["subject"]) == ("reader@library.example", "Your book")


def test_the_library_system_tells_what_it_hears(process: Process) -> None:
    ready = process.wait_for(lambda told: told["event"] == "ready")
    url, body = f"http://127.0.0.1:{ready['web']}/told", hook_body()
    answer = http_client.ask("POST", url, body, signed(SECRET["hook"], body, time.time()))
    told = process.wait_for(lambda told: told["event"] == "hook")
    assert (answer.status, told["number"]) == (204, "B9")
    assert told["text"] == "hears REQUESTER.receive: B9 is RECEIVED"


def test_the_mailbox_does_not_outlive_a_killed_world(process: Process) -> None:
    ready = process.wait_for(lambda told: told["event"] == "ready")
    mailbox = socket.create_connection(("127.0.0.1", ready["mailbox"]), timeout=10)
    assert mailbox.recv(1000).startswith(b"* OK")
    process.popen.kill()
    process.popen.wait(10)
    with closing(mailbox):
        assert mailbox.recv(1000) == b""
    assert process.popen.stdin and process.popen.stdout
    process.popen.stdin.close()
    process.popen.stdout.close()


def test_a_taken_port_is_named() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalFault, match=f"cannot have port {port}"):
            PostOffice(print, port).start()


def test_the_post_office_keeps_a_letter_for_each_recipient() -> None:
    office = PostOffice(lambda _posted: None)
    with smtplib.SMTP("127.0.0.1", office.start(), timeout=10) as client:
        client.sendmail("", ["One@library.example", "two@library.example"], b"Subject: x\r\n\r\n.dot\r\n")
    office.stop()
    raw = b"Subject: x\r\n\r\n.dot\r\n"
    assert list(office.letters) == [Posted("", f"{who}@library.example", raw) for who in ("one", "two")]


def test_the_aleph_hears_a_connection_and_the_zfl_an_order_to_give(process: Process) -> None:
    """Nothing that connects ends the world, and without our ports that is said."""
    ready = process.wait_for(lambda told: told["event"] == "ready")
    with socket.create_connection(("127.0.0.1", ready["aleph"]), timeout=10) as line:
        line.sendall(b"HELO stranger\r\n")
        line.shutdown(socket.SHUT_WR)
        assert line.recv(10) == b""
    process.write("listener-slnp 127.0.0.1 ninety")
    assert process.wait_for(lambda told: told["event"] == "not-understood")["text"].endswith("ninety")
    process.write("pfl DE-X1")
    assert (
        process.wait_for(lambda told: told["event"] == "slnp")["text"] == "no answer: our port is not known"
    )
    process.write("verify")
    names = [process.wait_for(lambda told: told["event"] == "verified")["player"] for _ in range(2)]
    assert names == ["Neighbour Library (practice)", "University Library (practice)"]


@pytest.mark.parametrize("asked", [(signal.SIGTERM,), (signal.SIGINT, signal.SIGTERM)])
def test_a_world_that_is_asked_to_end_leaves_nothing(
    asked: tuple[signal.Signals, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C reaches it beside the demo, which asks it too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    process = Process(sys.executable)  # a fork of ours knows its folder already
    process.write("verify")
    process.wait_for(lambda told: told["event"] == "verified")
    assert list(tmp_path.iterdir())
    for one in asked:
        process.popen.send_signal(one)
    assert process.end() == 0
    assert list(tmp_path.iterdir()) == []
