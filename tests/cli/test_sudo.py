"""Staff call mailproc by sudo as the service's user: the history has their own names."""

import os
from collections.abc import Callable
from getpass import getuser

import pytest

from tests.command_line import Ran

Cli = Callable[..., Ran]


def actor(cli: Cli, number: str) -> str:
    assert cli("note", number, "a word").code == 0
    return str(cli("show", number, "--json").json["history"][-1]["cause"]["id"])


@pytest.mark.parametrize("name", ["alice", "a.b-c_d", "alice@town.example", "TOWN\\\\alice", "pc1$"])
def test_the_one_behind_sudo_is_named(
    cli: Cli, placed: Callable[..., str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SUDO_USER", name)
    assert actor(cli, placed()) == name


@pytest.mark.parametrize("name", ["", " ", "a b", "alice\nbob", "-x", "\x1b[31m", "x" * 65])
def test_what_is_no_name_is_not_taken(
    cli: Cli, placed: Callable[..., str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SUDO_USER", name)
    assert actor(cli, placed()) == getuser()


def test_another_user_cannot_call_himself_by_another_name(
    cli: Cli, placed: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = placed()
    monkeypatch.setenv("SUDO_USER", "alice")
    other = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    assert actor(cli, number) == getuser()
