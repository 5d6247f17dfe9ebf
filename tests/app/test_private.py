"""What the service makes is for its own user; what is open to others already is said aloud."""

import json
import os
import stat
from pathlib import Path

import pytest

from tests.app.house import House, order
from tests.servers.relay import Relay


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


def test_all_that_the_service_makes_is_its_own(house: House, relay: Relay) -> None:
    config = house.folder / "config.toml"
    text = config.read_text().replace('mode = "smtp"', 'mode = "folder"\nfolder = "var/deep/outgoing"')
    config.write_text(text)
    daemon = house.start()
    daemon.takes(order("C77"))
    house.until(["requests"], lambda found: len(found) == 1)
    house.place()
    house.until(["letters"], lambda found: any(one["state"] == "filed" for one in found))
    names = {path.name for path in (house.folder / "var").iterdir()}
    assert {"mailproc.db", "mailproc.db-wal", "mailproc.db-shm", "mailproc.db.lock", "deep"} <= names
    assert open_to_others(house.folder / "var") == {}
    assert daemon.stop() == 0
    assert not any("open to every user" in line for line in daemon.lines)


@pytest.mark.parametrize("mode", [0o755, 0o701, 0o775])
def test_a_folder_that_is_open_is_said_and_left(house: House, mode: int) -> None:
    (house.folder / "var").mkdir()
    (house.folder / "var").chmod(mode)
    daemon = house.start()
    daemon.says(f"{house.folder}/var is open to every user")
    assert daemon.stop() == 0
    warnings = json.loads(house.cli("check", "--json").out)["warnings"]
    assert any("chmod 700" in line for line in warnings)
    assert stat.S_IMODE((house.folder / "var").stat().st_mode) == mode
