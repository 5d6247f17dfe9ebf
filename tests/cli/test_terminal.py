"""On a terminal: a pager for long answers, and colour by meaning; neither in a pipe."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import Ran

Placed = Callable[..., str]
RED = "\x1b[1;31m"


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a terminal gets from the program, stdout and stderr."""
    own, its = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "mailproc", *arguments],
        stdin=its, stdout=its, stderr=its, close_fds=True,
        env={**os.environ, "TERM": "xterm", **environment},
    )  # fmt: skip
    os.close(its)
    said = b""
    try:
        while octets := os.read(own, 65536):
            said += octets
    except OSError:  # Linux says so when the last one has closed the terminal
        pass
    os.close(own)
    child.wait(timeout=60)
    return said.decode().replace("\r\n", "\n")


@pytest.fixture
def pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A pager that marks each line, and says how it was called."""
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    file = tmp_path / "pager"
    file.write_text("#!/bin/sh\necho secure=$LESSSECURE\nsed s/^/PAGED:/\n")
    file.chmod(0o755)
    return str(file)


def test_a_list_goes_through_the_pager_of_the_user(placed: Placed, pager: str) -> None:
    placed()
    said = on_a_terminal("requests", PAGER=pager)
    assert "secure=1" in said
    assert any(line.startswith("PAGED:") and "A Book" in line for line in said.splitlines())
    assert "PAGED:" not in on_a_terminal("requests", PAGER="false", MAILPROC_PAGER="")
    assert "A Book" in on_a_terminal("requests", PAGER="/no/such/pager")
    assert "A Book" in on_a_terminal("requests", PAGER="'")


def test_what_acts_goes_through_none(placed: Placed, pager: str) -> None:
    number = placed()
    assert "PAGED:" not in on_a_terminal("act", number, "cancel", "--dry-run", PAGER=pager)


def test_who_quits_the_pager_gets_no_complaint(placed: Placed) -> None:
    placed()
    assert on_a_terminal("requests", PAGER="true") == ""


@pytest.mark.long
def test_by_sudo_no_program_of_the_user_is_started(placed: Placed, pager: str) -> None:
    placed()
    assert "PAGED:" not in on_a_terminal("requests", PAGER=pager, SUDO_USER="alice", LESS="FRX")


@pytest.mark.long
def test_what_is_refused_is_red_on_a_terminal_alone(
    folder: Path, cli: Callable[..., Ran], pager: str
) -> None:
    assert on_a_terminal("show", "B9", PAGER="cat").startswith(RED)
    assert RED not in on_a_terminal("show", "B9", PAGER="cat", NO_COLOR="1")
    assert RED not in on_a_terminal("show", "B9", PAGER="cat", TERM="dumb")
    assert "\x1b" not in cli("show", "B9").err


@pytest.mark.long
def test_a_letter_that_waits_has_its_colour(placed: Placed, cli: Callable[..., Ran], pager: str) -> None:
    placed()
    assert cli("hold", "O1").code == 1  # there is no letter yet
    assert "\x1b[33m" in on_a_terminal("check", PAGER="cat")
    assert "\x1b[" not in on_a_terminal("check", PAGER="cat", NO_COLOR="1")
