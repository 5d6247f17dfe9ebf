"""A command is a hook too: JSON on its standard input, a time limit, no shell, and none of our secrets."""

import json
import logging
import os
import select
import stat
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.hooks.house import SECRET, VARIABLE, House, MakeHouse, hook

WRITES = (
    "import json, os, sys\nopen('told', 'a').write(json.dumps([json.load(sys.stdin), dict(os.environ)]))\n"
)


@pytest.fixture
def program(tmp_path: Path) -> str:
    """An executable file; its text is the test's."""
    return str(tmp_path / "program")


def written(program: str, text: str) -> None:
    Path(program).write_text(f"#!{sys.executable} -I\n{text}")
    os.chmod(program, stat.S_IRWXU)


def placed(make_house: MakeHouse, *command: str, **more: object) -> House:
    house = make_house(hook("ils", "*.request", command=list(command), **more))
    house.world.place(title="$(touch here); `id` \u2028 é")
    house.call()
    return house


def test_a_command_reads_what_happened(make_house: MakeHouse, program: str, tmp_path: Path) -> None:
    written(program, WRITES)
    house = placed(make_house, program, "$HOME", "; touch here")
    told, environment = json.loads((tmp_path / "told").read_text())
    (row,) = house.calls()
    assert told == row["payload"]
    assert told["item"]["title"] == "$(touch here); `id` \u2028 é"
    assert (row["state"], row["kind"]) == ("handed_over", "command")
    assert environment["MAILPROC_KEY"] == row["key"]
    assert (environment["MAILPROC_HOOK"], environment["MAILPROC_EVENT"]) == ("ils", "REQUESTER.request")
    assert not (tmp_path / "here").exists()


def test_a_command_gets_no_secret(make_house: MakeHouse, program: str, tmp_path: Path) -> None:
    written(program, WRITES)
    assert os.environ[VARIABLE] == SECRET
    placed(make_house, program)
    _, environment = json.loads((tmp_path / "told").read_text())
    allowed = {"PATH", "TZ", "LANG", "LC_ALL", "LC_CTYPE", "MAILPROC_HOOK", "MAILPROC_EVENT", "MAILPROC_KEY"}
    assert set(environment) <= allowed


@pytest.mark.parametrize(
    ("ends", "state", "why"),
    [
        ("sys.exit('no such item')", "prepared", "the command ended with status 1: no such item"),
        ("sys.exit(75)", "prepared", "status 75"),
        ("print('never'); sys.exit(65)", "shelved", "status 65: never"),
        ("os.kill(os.getpid(), 9)", "prepared", "status -9"),
        ("time.sleep(60)", "prepared", "had not ended after 0.5 s"),
        ("print('x' * 20_000_000); sys.exit(1)", "prepared", "status 1: xxx"),
        ("os.close(0); sys.exit(0)", "handed_over", ""),
        ("sys.stdout.buffer.write(b'\\xff\\x00'); sys.exit(1)", "prepared", "status 1"),
    ],
    ids=["status 1", "later", "never", "killed", "hangs", "20 MB", "reads nothing", "no text"],
)
def test_its_end_is_the_answer(make_house: MakeHouse, program: str, ends: str, state: str, why: str) -> None:
    written(program, f"import os, sys, time\n{ends}\n")
    timeout = 0.5 if "60" in ends and "sleep" in ends else 30.0
    house = placed(make_house, program, timeout=timeout)
    (row,) = house.calls()
    assert row["state"] == state
    assert why in row["last_error"]
    assert len(row["last_error"]) < 700


@pytest.mark.parametrize(("status", "state"), [(1, "in_doubt"), (75, "prepared")])
def test_what_may_not_be_repeated(make_house: MakeHouse, program: str, status: int, state: str) -> None:
    written(program, f"raise SystemExit({status})")
    assert placed(make_house, program, repeat_safe=False).states() == [state]


def test_a_command_that_is_not_there(make_house: MakeHouse, program: str) -> None:
    (row,) = placed(make_house, program).calls()
    assert row["state"] == "prepared"
    assert "the command could not be started: No such file" in row["last_error"]


@pytest.mark.parametrize("status", [0, 1, 65])
def test_what_a_command_prints_is_kept_with_its_call_alone(
    make_house: MakeHouse, program: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """It may name a reader, in words that mailproc does not know."""
    caplog.set_level(logging.DEBUG)
    written(program, f"import sys\nprint('Miss L. has owed 3 EUR')\nsys.exit({status})\n")
    house = placed(make_house, program, repeat_safe=False)
    (row,) = house.calls()
    assert "Miss L. has owed 3 EUR" in row["last_error"] + row["reply"]
    house.world.run()
    letters = [one.text for one in house.world.sent if "hooks show H1" in one.text]
    assert len(letters) == (status != 0)
    assert f"ended with status {status}" in "".join(caplog.messages)
    assert "Miss L." not in "".join([*letters, *caplog.messages, *map(str, house.world.rows("intent"))])


def test_all_that_a_command_began_ends_with_its_time(
    make_house: MakeHouse, program: str, tmp_path: Path
) -> None:
    """A child of its own would hold the output open."""
    pid = tmp_path / "pid"
    begins = f"child = subprocess.Popen(['sleep', '60'])\nopen({str(pid)!r}, 'w').write(str(child.pid))"
    written(program, f"import subprocess\n{begins}\nchild.wait()\n")
    placed(make_house, program, timeout=2.0)
    with suppress(ProcessLookupError):  # it has ended already
        watched = os.pidfd_open(int(pid.read_text()))
        assert select.select([watched], [], [], 30)[0]
        os.close(watched)
