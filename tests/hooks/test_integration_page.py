"""What docs/integration.md promises: what it says is what is sent, and what a library pastes works."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailproc.ill.hook_events import known
from mailproc.ill.hook_sample import sample
from mailproc.office.mailroom import hook_handling
from tests.hooks.house import SECRET, MakeHouse, hook
from tests.servers.hook_receiver import HookReceiver
from tests.servers.ports import free_port

PAGE = (
    (Path(__file__).parents[2] / "docs" / "integration.md")
    .read_text(encoding="utf-8")
    .partition("## NCIP")[0]
)
PASTED, COMMAND = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(JSON,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_is_the_sample() -> None:
    assert json.loads(JSON) == sample("REQUESTER.receive", "2026-11-30T08:35:00Z")


def test_the_form_is_a_promise(make_house: MakeHouse, receiver: HookReceiver) -> None:
    """Every key, its order and its form: change nothing here but by adding a key."""
    house = make_house(hook("ils", "REQUESTER.receive", url=receiver.url))
    house.world.place()
    house.world.hear("B1-1 SHIPPED LOAN")
    house.world.act("B1", "receive")
    house.call()
    (heard,) = receiver.heard
    assert heard.body.decode() == (
        '{"version":1,"sample":false,"event":"REQUESTER.receive","role":"REQUESTER","cause":"staff",'
        '"at":"2026-03-02T09:00:00Z",'
        '"numbers":{"request":"B1","transaction":"B1-1","group":"B1","qualifier":"1"},'
        '"service":"LOAN","partner":"XX-BL","state":{"before":"SHIPPED","after":"RECEIVED"},'
        '"due_on":"2026-04-13","item":{"title":"A book"},"barcode":"",'
        '"reader":{"id":"R1","barcodes":[]},"wrong":false,"partial":false}'
    )
    assert list(heard.told) == list(json.loads(JSON))


def test_every_event_named_there_exists() -> None:
    named = set(re.findall(r"\b(?:REQUESTER|RESPONDER)\.[\w.-]*\w", PAGE))
    assert len(named) > 5
    assert named <= known()


@contextmanager
def pasted(port: int) -> Iterator["subprocess.Popen[str]"]:
    """The receiver of the page, once it listens."""
    environment = {**os.environ, "HOOK_SECRET": SECRET, "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-c", PASTED], env=environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
        yield process
    finally:
        process.terminate()
        process.communicate()


def test_the_receiver_that_a_library_pastes(make_house: MakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does the work of a call once, and refuses what somebody else signed, or what is an hour old."""
    port = free_port()
    monkeypatch.setenv("TEST_OTHER_SECRET", "of somebody else, 24 letters")
    url, other = f"http://127.0.0.1:{port}/told", {"env": "TEST_OTHER_SECRET"}
    house = make_house(hook("ils", "*.request", url=url) + hook("forged", "*.request", url=url, secret=other))
    world = house.world
    with pasted(port) as process:
        world.place()
        house.call()
        assert house.states() == ["shelved", "shelved"], "the clock of the story is far from that of today"
        world.now = datetime.now(UTC)
        hook_handling.redeliver_all(world.store, world.app.context)
        house.call(seconds=0)
        assert house.states() == ["handed_over", "shelved"]
        hook_handling.redeliver(world.store, world.app.context, 1)
        world.place(title="Another book")
        house.call(seconds=0)
        assert house.states() == ["handed_over", "shelved", "handed_over", "shelved"]
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(2)]
    assert said == ["REQUESTER.request B1 A book\n", "REQUESTER.request B2 Another book\n"]


@pytest.mark.parametrize("length", [None, "-1", "x", "64001", "9" * 30])
def test_the_receiver_reads_no_more_than_a_call_has(length: str | None) -> None:
    """What is not signed yet may be anybody's."""
    port = free_port()
    line = f"Content-Length: {length}\r\n" if length else ""
    with pasted(port), socket.create_connection(("127.0.0.1", port), 30) as caller:
        caller.sendall(f"POST /told HTTP/1.1\r\nHost: here\r\n{line}\r\n".encode())
        assert caller.makefile("rb").readline().split()[1] == b"413"


def test_the_command_that_a_library_pastes(make_house: MakeHouse, tmp_path: Path) -> None:
    program = tmp_path / "arrived.py"
    program.write_text(COMMAND.replace("#!/usr/bin/env python3", f"#!{sys.executable}"))
    program.chmod(0o700)
    house = make_house(hook("list", "*.request", command=["./arrived.py", "arrived.csv"]))
    house.world.place()
    house.call()
    assert house.states() == ["handed_over"]
    assert (tmp_path / "arrived.csv").read_text().strip() == "2026-03-02T09:00:00Z,B1,R1,A book"


def test_the_command_that_a_library_pastes_lists_no_wrong_item(make_house: MakeHouse, tmp_path: Path) -> None:
    program = tmp_path / "arrived.py"
    program.write_text(COMMAND.replace("#!/usr/bin/env python3", f"#!{sys.executable}"))
    program.chmod(0o700)
    house = make_house(hook("list", "REQUESTER.receive", command=["./arrived.py", "arrived.csv"]))
    house.world.place()
    house.world.hear("B1-1 SHIPPED LOAN")
    house.world.act("B1", "receive", wrong=True)
    house.call()
    assert house.states() == ["handed_over"]
    assert not (tmp_path / "arrived.csv").exists()
