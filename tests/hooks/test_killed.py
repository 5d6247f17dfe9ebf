"""Nothing is lost, and nothing is told under two keys, whenever the service is killed (docs/queue.md)."""

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailproc.app import build
from mailproc.app.build import App
from mailproc.office.requests import place
from mailproc.store.hook_calls import CALL
from tests.hooks.house import SECRET, VARIABLE, hook
from tests.servers.hook_receiver import HookReceiver
from tests.servers.relay import Relay
from tests.support.partners import BL, USUAL, head, variable

KILLED = 42
BEGIN = datetime.now(UTC)
"""The clock of each process stands still, so many minutes later: nothing depends on how fast a machine is."""
RUN = """
import os
from datetime import datetime, timedelta
from pathlib import Path
from mailproc.app import one_run
from mailproc.app.build import build
from mailproc.flow import call

def die(*_arguments, **_keywords):
    os._exit(42)

if point == "committed":
    call.HookCaller._start = die
elif point == "told":
    call.end = die
house = build(Path(config), lambda: datetime.fromisoformat(begin) + timedelta(minutes=minutes))
one_run.run_once(house)
house.store.close()
"""
"""``point``: where it dies; committed: the call is written down as being made, and not made; told: it was
made, and its answer is not written down."""


@pytest.fixture
def config(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, relay: Relay
) -> Callable[..., Path]:
    for name in ("XX-BL", "XX-SECOND", "XX-CUSTOMER", "XX-OTHER"):
        monkeypatch.setenv(variable(name), "PW0001XQ")
    monkeypatch.setenv(VARIABLE, SECRET)

    def written(hooks: str) -> Path:
        file = tmp_path / "config.toml"
        file.write_text(head(sqlite_url, relay.port) + hooks + USUAL)
        return file

    return written


def run(python: str, config: Path, point: str = "", minutes: int = 0) -> int:
    named = f"config, point, minutes, begin = {str(config)!r}, {point!r}, {minutes}, {BEGIN.isoformat()!r}\n"
    return subprocess.run([python, "-c", named + RUN], env=dict(os.environ), check=False).returncode


def ordered(config: Path) -> None:
    """B1 is asked for; the call is written with it."""
    app = build.build(config, lambda: BEGIN)
    item = {"title": "A book"}
    wanted = place.read({"service": "LOAN", "item": item, "patron": {"id": "R1"}}, [BL])
    place.place(app.store, app.context, wanted, "clerk", anyway=True)
    app.store.close()


def states(config: Path) -> list[str]:
    app: App = build.build(config)
    with app.store.read() as connection:
        found = list(connection.execute(CALL.select().with_only_columns(CALL.c.state)).scalars())
    app.store.close()
    return found


def test_killed_before_the_call_it_is_made_after_the_next_start(
    python: str, config: Callable[..., Path], receiver: HookReceiver
) -> None:
    file = config(hook("ils", "*.request", url=receiver.url))
    ordered(file)
    assert run(python, file, "committed") == KILLED
    assert (states(file), receiver.heard) == (["sending"], [])
    assert run(python, file, minutes=2) == 0
    assert states(file) == ["prepared"], "in doubt: it has its pause"
    assert run(python, file, minutes=4) == 0
    assert states(file) == ["handed_over"]
    assert len(receiver.heard) == 1


def test_killed_after_the_call_it_is_made_again_with_the_same_key(
    python: str, config: Callable[..., Path], receiver: HookReceiver
) -> None:
    file = config(hook("ils", "*.request", url=receiver.url))
    ordered(file)
    assert run(python, file, "told") == KILLED
    assert states(file) == ["sending"]
    for minutes in (2, 4):
        assert run(python, file, minutes=minutes) == 0
    assert states(file) == ["handed_over"]
    assert len(receiver.heard) == 2
    assert len({(one.key, one.body) for one in receiver.heard}) == 1


@pytest.mark.long
@pytest.mark.parametrize("point", ["committed", "told"])
def test_what_may_not_be_repeated_is_in_doubt_for_staff(
    point: str, python: str, config: Callable[..., Path], receiver: HookReceiver
) -> None:
    file = config(hook("ils", "*.request", url=receiver.url, repeat_safe=False))
    ordered(file)
    assert run(python, file, point) == KILLED
    assert run(python, file, minutes=2) == 0
    assert states(file) == ["in_doubt"]
    assert run(python, file, minutes=9000) == 0
    assert len(receiver.heard) == (1 if point == "told" else 0)


@pytest.mark.long
def test_a_call_over_which_the_service_dies_five_times_is_for_staff(
    python: str, config: Callable[..., Path], receiver: HookReceiver
) -> None:
    """Killed in earnest, after the call was made and before its answer is written down."""
    file = config(hook("ils", "*.request", url=receiver.url))
    ordered(file)
    for begins in range(0, 5000, 1000):
        assert run(python, file, "told", minutes=begins) == KILLED
        assert run(python, file, minutes=begins) == 0, "in doubt, or it has its pause"
    assert states(file) == ["in_doubt"]
    assert run(python, file, minutes=9000) == 0
    assert len(receiver.heard) == 5
    assert len({(one.key, one.body) for one in receiver.heard}) == 1
