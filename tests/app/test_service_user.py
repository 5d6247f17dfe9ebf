"""A verb that root calls works as the user whose store it is: no link in its folder leads root on."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailproc import config_load, private
from mailproc.app import build, service_user
from mailproc.config import Config, ServerLogin
from mailproc.errors import LocalFault, Misconfigured
from mailproc.store import counters_file, lock
from mailproc.store.crash_note import Underway
from mailproc.store.store_marker import Marker
from mailproc.transport.token_file import TokenFile
from mailproc.transport.token_server import TokenTrouble
from tests.app.installation import Installation

NOBODY = 65534
AS_ROOT = (
    "setpriv",
    "--securebits=+no_setuid_fixup",  # who was root may read everything: Python may lie in a home of root's
    "--inh-caps=-all",
    "--bounding-set=-all,+setuid,+setgid,+dac_read_search",
)
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="root alone can be another user")


@pytest.fixture(autouse=True)
def this_process_stays_root(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("setresuid", "setresgid", "setgroups", "initgroups"):
        monkeypatch.delattr(os, name)


@pytest.fixture
def given_away(app: Installation) -> Iterator[Callable[..., None]]:
    """Gives the store's folder to the service's user; config.toml stays root's."""

    def give(owner: int = NOBODY) -> None:
        beside = app.folder.glob(".mailproc*")
        for path in (app.folder / "var", *(app.folder / "var").rglob("*"), *beside):
            os.chown(path, owner, owner)

    yield give
    give(os.geteuid())


def as_root(app: Installation, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from mailproc.cli import main; main()"
    command = [*AS_ROOT, sys.executable, "-c", code, "--config", str(app.folder / "config.toml"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=app.folder)


def owners(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_uid for path in (folder, *folder.rglob("*"))}


@only_root
def test_a_store_that_root_puts_back_belongs_to_the_service(
    app: Installation, given_away: Callable[..., None]
) -> None:
    copy = app.folder / "copy.db"
    assert app.cli("backup", str(copy)).code == 0
    given_away()
    ran = as_root(app, "restore", str(copy))
    assert ran.returncode == 0, ran.stderr
    assert (app.folder / "var/mailproc.db").stat().st_uid == NOBODY
    assert set(owners(app.folder / "var").values()) == {NOBODY}


@only_root
def test_who_acted_stays_in_the_history(
    app: Installation, given_away: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = app.place()
    given_away()
    monkeypatch.setenv("SUDO_USER", "alice")
    ran = as_root(app, "note", number, "a word")
    assert ran.returncode == 0, ran.stderr
    given_away(0)
    assert app.json("show", number)["history"][-1]["cause"]["id"] == "alice"


@pytest.mark.parametrize("trusted", [True, False])
def test_secrets_are_read_as_root_only_where_root_alone_names_their_files(
    app: Installation, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    order: list[object] = []
    load = config_load.load
    monkeypatch.setattr(service_user, "of_store", lambda _: NOBODY)
    monkeypatch.setattr(service_user, "is_roots_alone", lambda _: trusted)
    monkeypatch.setattr(service_user, "become", order.append)

    def read(*what: Any, **how: Any) -> Config:
        order.append("read")
        return load(*what, **how)

    monkeypatch.setattr(config_load, "load", read)
    build.configured(app.folder / "config.toml")
    assert order == (["read", NOBODY] if trusted else [NOBODY, "read", NOBODY])


@only_root
def test_whose_file_config_toml_is(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("")
    config.chmod(0o640)
    assert service_user.is_roots_alone(config)
    for spoil, mend in (
        (lambda: os.chown(config, NOBODY, 0), lambda: os.chown(config, 0, 0)),
        (lambda: config.chmod(0o660), lambda: config.chmod(0o640)),
        (lambda: tmp_path.chmod(0o777), lambda: tmp_path.chmod(0o700)),
        (lambda: os.chown(tmp_path, NOBODY, 0), lambda: os.chown(tmp_path, 0, 0)),
    ):
        spoil()
        assert not service_user.is_roots_alone(config)
        mend()
    config.unlink()
    assert service_user.is_roots_alone(config)
    tmp_path.chmod(0o1777)
    assert not service_user.is_roots_alone(config), "anybody can make it there"
    config.touch()
    assert service_user.is_roots_alone(config), "nobody can put another one in its place"


@only_root
def test_where_nothing_is_at_the_root_nobody_else_can_make_it() -> None:
    assert service_user.is_roots_alone(Path("/no-such-folder/config.toml"))


@only_root
@pytest.mark.parametrize("url", ["sqlite:///var/mailproc.db", "postgresql://there/mailproc"])
def test_whose_store_it_is(tmp_path: Path, url: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[store]\nurl = "{url}"\n')
    assert service_user.of_store(config) is None
    os.chown(tmp_path, NOBODY, NOBODY)
    assert service_user.of_store(config) == NOBODY, "var is made in it"
    (tmp_path / "var").mkdir()
    assert service_user.of_store(config) is None
    os.chown(tmp_path / "var", NOBODY, NOBODY)
    assert service_user.of_store(config) == NOBODY
    (tmp_path / "var").rename(tmp_path / "other")
    (tmp_path / "var").symlink_to("/")
    os.lchown(tmp_path / "var", NOBODY, NOBODY)
    assert service_user.of_store(config) == NOBODY, "a link of the service's into a folder of root's"


def _tokens(folder: Path) -> Path:
    return TokenFile(folder, ServerLogin()).path.with_suffix(".lock")


def _take_tokens(folder: Path) -> None:
    with TokenFile(folder, ServerLogin()).alone():
        pass


def _take_lock(folder: Path) -> None:
    with lock.file_lock(folder / "mailproc.db"):
        pass


def _note(folder: Path) -> None:
    note = Underway(folder / "mailproc.db.underway")
    note.at(1)
    note.close()


OPENED: dict[str, tuple[Callable[[Path], Path], Callable[[Path], None]]] = {
    "the lock of tokens": (_tokens, _take_tokens),
    "the lock of the store": (lambda folder: folder / "mailproc.db.lock", _take_lock),
    "the note of the rows in hand": (lambda folder: folder / "mailproc.db.underway", _note),
    "the mark of the store": (
        lambda folder: folder / ".store.id.unfinished",
        lambda folder: Marker([folder / ".store.id"])._write("an-id"),
    ),
    "the counters": (
        lambda folder: folder / f".counters.unfinished-{os.getpid()}",
        lambda folder: counters_file._make(folder / ".counters", b"{}"),
    ),
}


@pytest.mark.parametrize("way", ["link", "second name", "pipe"])
@pytest.mark.parametrize("case", OPENED)
def test_a_file_that_was_put_in_the_place_of_ours_stays_as_it_is(tmp_path: Path, case: str, way: str) -> None:
    place, use = OPENED[case]
    folder = tmp_path / "var"
    folder.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("important")
    victim.chmod(0o640)
    match way:
        case "link":
            place(folder).symlink_to(victim)
        case "second name":
            os.link(victim, place(folder))
        case _:
            os.mkfifo(place(folder))
    try:
        use(folder)
    except (Misconfigured, LocalFault, TokenTrouble) as error:
        assert "link" in str(error)
    assert victim.read_text() == "important"
    assert victim.stat().st_mode & 0o777 == 0o640


def test_a_name_that_leads_nowhere_makes_no_file(tmp_path: Path) -> None:
    (tmp_path / "here").symlink_to(tmp_path / "there")
    with pytest.raises(OSError, match="link"):
        private.open_ours(tmp_path / "here", os.O_RDWR | os.O_CREAT)
    assert not (tmp_path / "there").exists()


@only_root
def test_a_new_installation_in_the_folder_of_another_user_is_his(
    app: Installation, given_away: Callable[..., None]
) -> None:
    given_away()
    folder = app.folder / "var/new"
    ran = as_root(app, "init", str(folder), "--symbol=UK-X", "--name=X", "--email=x@example.org")
    assert ran.returncode == 0, ran.stderr
    assert set(owners(folder).values()) == {NOBODY}
