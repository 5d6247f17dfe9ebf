"""A start without room: which errors are waited for, and what systemd hears meanwhile."""

from tests.app.installation import Installation, order
from tests.servers.systemd import Systemd

FAILS = """
import time
from pathlib import Path
from mailproc import errors
from mailproc.app import full_disk as waiting
from mailproc.store.engine import Store
waiting.LOOK, opens, left = 0.1, Store.open, [{errors}]
def fails(*given, **named):
    if left:
        raise left.pop(0)
    print("opening", flush=True)
    while {held} and not Path("go").exists():
        time.sleep(0.02)
    return opens(*given, **named)
Store.open = fails
"""
FULL, AWAY, LOST = "errors.NoRoom('full')", "errors.TryLater('locked')", "errors.StoreLost('gone')"


def failing(*which: str, held: bool = False) -> str:
    return FAILS.strip().format(errors=", ".join(which), held=held)


def test_a_store_that_is_locked_or_away_is_waited_for_as_well(app: Installation) -> None:
    daemon = app.start(code=failing(FULL, AWAY, AWAY, FULL, AWAY))
    daemon.takes(order("C1"))
    assert daemon.stop() == 0
    assert not any("Traceback" in line for line in daemon.lines), daemon.lines


def test_systemd_hears_that_it_lives_while_the_store_is_migrated(app: Installation, manager: Systemd) -> None:
    daemon = app.start(ready=False, code=failing(FULL, AWAY, held=True))
    manager.hears("READY=1")
    daemon.says("opening")
    so_far = manager.told.count("WATCHDOG=1")
    manager.hears("WATCHDOG=1", times=so_far + 3)
    (app.folder / "go").touch()
    daemon.says("ready")
    assert daemon.stop() == 0


def test_a_store_that_is_lost_is_not_waited_for(app: Installation) -> None:
    daemon = app.start(ready=False, code=failing(FULL, LOST))
    assert daemon.ends() == 1
    assert any("gone" in line for line in daemon.lines)


def test_without_a_full_disk_nothing_is_waited_for(app: Installation) -> None:
    daemon = app.start(ready=False, code=failing(AWAY))
    assert daemon.ends() == 1
    assert any("locked" in line for line in daemon.lines)
