"""Staff call mailproc by sudo as the service's user: the history has their own names."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from getpass import getuser
from pathlib import Path
from typing import Any

import pytest

from mailproc.app import service_user
from mailproc.errors import Misconfigured
from tests.app.test_service_user import AS_ROOT
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
    "whose",
    [
        *("file of another", "folder of another", "folder above of another", "others may write"),
        *("a link", "a link above", "a link of the service's", "fine"),
    ],
)
def test_by_sudo_no_configuration_of_the_caller_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    """Else staff who may call this one program read by it each file that the service may read."""
    above = tmp_path / "above"
    folder, service = above / "own", os.geteuid() + 1
    folder.mkdir(parents=True)
    config = folder / "config.toml"
    config.write_text("")
    file_id, folder_id, above_id = (path.stat().st_ino for path in (config, folder, above))
    owners = {file_id: 0, folder_id: service, above_id: 0}
    config.chmod(0o640)
    folder.chmod(0o755)
    above.chmod(0o755)
    match whose:
        case "file of another":
            owners[file_id] = service + 1
        case "folder of another":
            owners[folder_id] = service + 1
        case "folder above of another":
            owners[above_id] = service + 1
        case "others may write":
            config.chmod(0o660)
        case "a link":
            config = above / "link.toml"
            config.symlink_to(folder / "config.toml")
            owners[os.lstat(config).st_ino] = service + 1
        case "a link above":
            (tmp_path / "d").symlink_to(folder)
            owners[os.lstat(tmp_path / "d").st_ino] = service + 1
            config = tmp_path / "d" / "config.toml"
        case "a link of the service's":
            (above / "d").symlink_to("../above/own")
            owners[os.lstat(above / "d").st_ino] = service
            config = above / "d" / "config.toml"
    stat = os.lstat

    def owned(path: Any, *what: Any, **how: Any) -> Any:
        found = stat(path, *what, **how)
        return os.stat_result((*found[:4], owners.get(found.st_ino, 0), *found[5:]))

    monkeypatch.setenv("SUDO_USER", "alice")
    monkeypatch.setattr(os, "geteuid", lambda: service)
    monkeypatch.setattr(os, "lstat", owned)
    is_fine = whose in ("fine", "a link of the service's")
    refused = contextlib.nullcontext() if is_fine else pytest.raises(Misconfigured, match="by sudo")
    with refused:
        service_user.refuse_of_others(config)
    monkeypatch.delenv("SUDO_USER")
    service_user.refuse_of_others(config)


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="root alone can be another user")
_LOOK = """
import os, sys, pathlib
from mailproc.app import service_user
from mailproc.errors import Misconfigured
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
os.environ["SUDO_USER"] = "alice"
config = pathlib.Path(sys.argv[1])
for line in sys.stdin:
    try:
        service_user.refuse_of_others(config)
        print("taken", flush=True)
    except Misconfigured as error:
        print("refused" if "by sudo" in str(error) else "absent", flush=True)
"""


@only_root
def test_a_link_that_leads_now_here_and_now_there_is_never_taken() -> None:
    """The caller swaps a link of his between the service's folder and his own: each look at it refuses."""
    top = Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        for name, owner in (("good", 0), ("staff", 1), ("staff/evil", 1)):
            (top / name).mkdir()
            if name != "staff":
                (top / name / "config.toml").write_text("")
                os.chown(top / name / "config.toml", owner, owner)
            os.chown(top / name, owner, owner)
        for folder in (top, *top.rglob("*")):
            folder.chmod(0o755 if folder.is_dir() else 0o644)
        link, told = top / "staff/d", []
        command = [*AS_ROOT, sys.executable, "-c", _LOOK, str(link / "config.toml")]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as ran:
            assert ran.stdin is not None
            assert ran.stdout is not None
            for target in (top / "good", top / "staff/evil", None):
                link.unlink(missing_ok=True)
                if target:
                    link.symlink_to(target)
                    os.lchown(link, 1, 1)
                ran.stdin.write("look\n")
                told.append(ran.stdout.readline().strip())
            ran.stdin.close()
        assert told == ["refused", "refused", "absent"]
    finally:
        shutil.rmtree(top)


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
