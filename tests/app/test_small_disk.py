"""A start on a full disk: the door opens, letters are deferred, and the service begins when there is room."""

import shutil
import smtplib
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.app.installation import Installation, order
from tests.servers.ports import free_port
from tests.support.earlier_store import made_at

SOON = "from mailproc.app import full_disk as waiting; waiting.LOOK = 0.3"


@pytest.fixture
def disk(app: Installation) -> Iterator[Path]:
    """The folder var/ is a disk of 5 MB: an upgrade from the first release needs four."""
    var = app.folder / "var"
    shutil.rmtree(var)
    var.mkdir(mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", "size=5m,mode=0700", "tmpfs", str(var)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a small disk: run as root ({mounted.stderr.decode().strip()})")
    port = free_port()
    config = app.folder / "config.toml"
    config.write_text(config.read_text().replace("port = 0", f"port = {port}", 1))
    yield var
    for daemon in app.daemons:
        daemon.kill()
    subprocess.run(["umount", "-l", str(var)], check=True)


def fill(disk: Path) -> Path:
    filling = disk / "filling"
    with filling.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(b"x" * 4096)
    return filling


def port_of(app: Installation) -> int:
    line = next(line for line in (app.folder / "config.toml").read_text().splitlines() if "port = " in line)
    return int(line.rpartition("=")[2])


def code_of(app: Installation) -> int:
    """What a letter is answered at MAIL."""
    with smtplib.SMTP("127.0.0.1", port_of(app), timeout=10) as client:
        client.ehlo()
        return client.mail("ill@customer.example")[0]


def first_start(app: Installation, disk: Path) -> None:
    """No store is there yet."""


def store_of_now(app: Installation, disk: Path) -> None:
    assert app.cli("run", "--once").code == 0


def store_of_the_first_release(app: Installation, disk: Path) -> None:
    made_at("0001", f"sqlite:///{disk}/mailproc.db").dispose()


@pytest.mark.parametrize("before", [first_start, store_of_now, store_of_the_first_release])
def test_the_door_opens_and_defers_and_the_rest_follows(
    app: Installation, disk: Path, before: Callable[[Installation, Path], None]
) -> None:
    before(app, disk)
    filling = fill(disk)
    daemon = app.start(ready=False, code=SOON)
    daemon.says("answered 452")
    assert code_of(app) == 452
    filling.unlink()
    daemon.says("ready")
    daemon.takes(order("C1"))
    app.until(["requests"], lambda found: len(found) == 1)
    assert daemon.stop() == 0
    assert not any("Traceback" in line for line in daemon.lines), daemon.lines


def test_it_ends_when_asked_while_it_waits(app: Installation, disk: Path) -> None:
    fill(disk)
    daemon = app.start(ready=False, code=SOON)
    daemon.says("answered 452")
    assert daemon.stop() == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port_of(app)), timeout=5)
