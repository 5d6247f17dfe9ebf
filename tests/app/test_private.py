"""What the service makes is for its own user; what is open to others already is said aloud."""

import json
import os
import shutil
import stat
from contextlib import closing
from pathlib import Path

import pytest

from mailproc.app import file_permissions
from mailproc.app.build import build
from mailproc.store import store_identity
from tests.app.installation import Installation, order
from tests.servers.relay import Relay


@pytest.fixture
def app(app: Installation) -> Installation:
    """Its store and the store's folder are made by the service itself."""
    shutil.rmtree(app.folder / "var")
    return app


@pytest.fixture(autouse=True)
def generous_umask() -> object:
    """A umask that takes nothing away."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> dict[str, str]:
    made = [folder, *folder.rglob("*")]
    modes = {str(path): stat.S_IMODE(path.stat().st_mode) for path in made}
    return {path: oct(mode) for path, mode in modes.items() if mode & 0o077}


def test_all_that_the_service_makes_is_its_own(app: Installation, relay: Relay) -> None:
    config = app.folder / "config.toml"
    text = config.read_text().replace('mode = "smtp"', 'mode = "folder"\nfolder = "var/deep/outgoing"')
    config.write_text(text)
    daemon = app.start()
    daemon.takes(order("C77"))
    app.until(["requests"], lambda found: len(found) == 1)
    app.place()
    app.until(["letters"], lambda found: any(one["state"] == "filed" for one in found))
    names = {path.name for path in (app.folder / "var").iterdir()}
    assert {"mailproc.db", "mailproc.db-wal", "mailproc.db-shm", "mailproc.db.lock", "deep"} <= names
    assert open_to_others(app.folder / "var") == {}
    assert daemon.stop() == 0
    assert not any("open to every user" in line for line in daemon.lines)


def test_a_folder_that_is_open_is_said_and_left(app: Installation) -> None:
    (app.folder / "var").mkdir()
    (app.folder / "var").chmod(0o755)
    daemon = app.start()
    daemon.says(f"{app.folder}/var is open to every user")
    assert daemon.stop() == 0
    warnings = json.loads(app.cli("check", "--json").out)["warnings"]
    assert any("chmod 700" in line for line in warnings)
    assert stat.S_IMODE((app.folder / "var").stat().st_mode) == 0o755


STORES = ("mailproc.db", "mailproc.db-wal", "mailproc.db.before-0004.bak", "mailproc.db.underway")
OPEN = {
    # the folder's mode, the files' mode, which are named
    "a closed folder closes its files": (0o700, 0o644, []),
    "of a group": (0o750, 0o660, []),
    "open": (0o755, 0o600, ["var"]),
    "only to pass through": (0o701, 0o600, ["var"]),
    "to write as well": (0o777, 0o600, ["var"]),
    "with its files": (0o755, 0o644, ["var", *(f"var/{name}" for name in STORES)]),
}


@pytest.mark.parametrize("case", OPEN)
def test_what_is_open_is_named(app: Installation, case: str) -> None:
    folder_mode, file_mode, named = OPEN[case]
    (app.folder / "var").mkdir()
    made = build(app.folder / "config.toml")
    with closing(made.store):
        made.store.write(store_identity.touch)  # its log is there
        for name in STORES:
            (app.folder / "var" / name).touch()
            (app.folder / "var" / name).chmod(file_mode)
        (app.folder / "var").chmod(folder_mode)
        found = list(file_permissions.warnings(made.config))
    assert [line.partition(" is open")[0] for line in found] == [f"{app.folder}/{name}" for name in named]


@pytest.mark.parametrize(
    ("folder", "file", "sentences"), [(0o700, 0o644, 0), (0o755, 0o600, 1), (0o755, 0o644, 2)]
)
def test_letters_in_an_open_folder_are_named_together(
    app: Installation, folder: int, file: int, sentences: int
) -> None:
    config = app.folder / "config.toml"
    config.write_text(config.read_text().replace('mode = "smtp"', 'mode = "folder"\nfolder = "outgoing"'))
    (app.folder / "outgoing").mkdir()
    for number in range(3):
        (app.folder / f"outgoing/O{number}.eml").touch()
        (app.folder / f"outgoing/O{number}.eml").chmod(file)
    (app.folder / "outgoing").chmod(folder)
    made = build(config)
    with closing(made.store):
        assert len(list(file_permissions.warnings(made.config))) == sentences


@pytest.mark.parametrize(
    ("folder", "file", "named"),
    [(0o755, 0o644, True), (0o711, 0o604, True), (0o755, 0o602, True), (0o755, 0o640, False),
     (0o755, 0o600, False), (0o755, 0o400, False), (0o700, 0o644, False), (0o750, 0o644, False)],
)  # fmt: skip
def test_a_secrets_file_that_others_may_read_is_named(
    app: Installation, folder: int, file: int, named: bool
) -> None:
    secrets = app.folder / "secrets"
    secrets.mkdir()
    (secrets / "art").write_text("Zq7Pass9\n")
    (secrets / "art").chmod(file)
    secrets.chmod(folder)
    config = app.folder / "config.toml"
    text = config.read_text()
    assert '{ env = "ART_PASSWORD" }' in text
    config.write_text(text.replace('{ env = "ART_PASSWORD" }', '{ file = "secrets/art" }'))
    said = [
        line for line in json.loads(app.cli("check", "--json").out)["warnings"] if "holds a secret" in line
    ]
    wrong = f"{secrets}/art holds a secret and is open to every user of this machine: chmod o= it"
    assert said == ([wrong] if named else [])
