"""The program that speaks Z39.50 is given commands and nothing else, and held to its limits."""

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc.errors import RemoteFault, TryLater
from mailproc.transport import yaz_client

Program = Callable[[str], str]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Write a program that stands in for yaz-client; ``$6`` is where records go."""

    def write(script: str) -> str:
        file = tmp_path / "yaz-client"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return str(file)

    return write


def test_commands_go_in_and_words_and_records_come_out(program: Program) -> None:
    said = yaz_client.run(program('cat; printf record >> "$6"'), b"open\nquit\n", 10)
    assert (said.output, said.records) == (b"open\nquit\n", b"record")


def test_its_environment_and_its_own_files_are_not_read(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ILL_PASSWORD", "secret")
    said = yaz_client.run(program('env; pwd; printf "%s %s" "$1" "$2"'), b"", 10).output.decode()
    assert "secret" not in said
    assert "HOME=/nonexistent" in said
    assert said.splitlines()[-2:] == ["/", "-f /dev/null"]


SLOW = {
    "it hangs": "exec sleep 60",
    "its output never ends": "while :; do echo x; sleep 0.05; done",
    "a child of it holds the line": "sleep 60 & exit 0",
}


@pytest.mark.parametrize("case", SLOW)
def test_it_has_a_limit_of_time(program: Program, case: str) -> None:
    began = time.monotonic()
    with pytest.raises(TryLater, match="timed out"):
        yaz_client.run(program(SLOW[case]), b"", 0.3)
    assert time.monotonic() - began < 30


FLOODS = {"words": "yes", "records": 'yes > "$6"'}


@pytest.mark.parametrize("case", FLOODS)
def test_it_has_a_limit_of_size(program: Program, case: str) -> None:
    with pytest.raises(RemoteFault, match="more than 1000000 bytes"):
        yaz_client.run(program(FLOODS[case]), b"", 60)


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TryLater, match="nothing-there: No such file"):
        yaz_client.run(str(tmp_path / "nothing-there"), b"", 5)
    with pytest.raises(TryLater, match="Permission denied"):
        yaz_client.run(str(tmp_path), b"", 5)


def test_nothing_is_left_open_and_no_process_behind(program: Program) -> None:
    before = sorted(os.listdir("/proc/self/fd"))
    for script in ("cat", "yes", "exec sleep 60"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaz_client, "LARGEST", 1000)
            try:
                yaz_client.run(program(script), b"quit\n", 0.2)
            except (RemoteFault, TryLater):
                continue
    assert sorted(os.listdir("/proc/self/fd")) == before


def test_what_it_has_started_ends_with_it(program: Program, tmp_path: Path) -> None:
    started = tmp_path / "started"
    with pytest.raises(TryLater):
        yaz_client.run(program(f"sleep 60 & echo $! > {started}; exit 0"), b"", 0.3)
    state = Path(f"/proc/{started.read_text().strip()}/stat")
    deadline = time.monotonic() + 20
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.01)
