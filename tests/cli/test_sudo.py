"""Staff call mailproc by sudo as the service's user: the history has their own names."""

import contextlib
import os
from collections.abc import Callable
from getpass import getuser
from pathlib import Path
from typing import Any

import pytest

from mailproc.app import service_user
from mailproc.errors import Misconfigured
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


@pytest.mark.parametrize(
    "whose", ["file of another", "folder of another", "others may write", "a link", "fine"]
)
def test_by_sudo_no_configuration_of_the_caller_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    """Else staff who may call this one program read by it each file that the service may read."""
    folder, service = tmp_path / "own", os.geteuid() + 1
    folder.mkdir()
    config = folder / "config.toml"
    config.write_text("")
    file_id, folder_id, above_id = (path.stat().st_ino for path in (config, folder, tmp_path))
    owners = {file_id: 0, folder_id: service, above_id: 0}
    config.chmod(0o640)
    folder.chmod(0o755)
    match whose:
        case "file of another":
            owners[file_id] = service + 1
        case "folder of another":
            owners[folder_id] = service + 1
        case "others may write":
            config.chmod(0o660)
        case "a link":
            owners[above_id] = service + 1
            config = tmp_path / "link.toml"
            config.symlink_to(folder / "config.toml")
    stat = os.stat

    def owned(path: Any, *what: Any, **how: Any) -> Any:
        found = stat(path, *what, **how)
        return os.stat_result((*found[:4], owners.get(found.st_ino, found.st_uid), *found[5:]))

    monkeypatch.setenv("SUDO_USER", "alice")
    monkeypatch.setattr(os, "geteuid", lambda: service)
    monkeypatch.setattr(os, "stat", owned)
    refused = contextlib.nullcontext() if whose == "fine" else pytest.raises(Misconfigured, match="by sudo")
    with refused:
        service_user.refuse_of_others(config)
    monkeypatch.delenv("SUDO_USER")
    service_user.refuse_of_others(config)


def test_each_verb_looks_whose_configuration_it_is(
    cli: Cli, placed: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise Misconfigured("not by sudo")

    placed()
    monkeypatch.setattr(service_user, "refuse_of_others", refuse)
    calls = (["requests"], ["check"], ["run", "--once"], ["fetch", "box"], ["authorize", "box"])
    for call in calls:
        ran = cli(*call)
        assert ran.code == 3, (call, ran)
        assert "not by sudo" in ran.err
