"""Asked to stop at the worst moment: a signal's handler runs in between two steps of the main thread."""

import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mailproc.app.build import build
from mailproc.app.daemon import Daemon
from tests.app.installation import Installation


def at_line(number: int, act: Callable[[], None]) -> Callable[[FrameType, str, Any], Any]:
    """A trace that acts once, before the line ``number`` of what its thread does from now on."""
    left = [number]

    def trace(_frame: FrameType, event: str, _given: Any) -> Any:
        if event == "line":
            left[0] -= 1
            if left[0] == 0:
                act()
        return trace

    return trace


@pytest.mark.parametrize("number", range(1, 13))
def test_a_signal_between_any_two_lines_ends_the_service(app: Installation, number: int) -> None:
    built = build(Path(app.folder / "config.toml"))
    daemon, up = Daemon(built), threading.Event()

    def ready(_address: object) -> None:
        up.set()
        frame, trace = sys._getframe(1), at_line(number, daemon.stop)
        frame.f_trace = trace
        sys.settrace(trace)

    main = threading.Thread(target=daemon.run, args=(ready,), daemon=True)
    main.start()
    assert up.wait(20)
    main.join(0.1)  # it has come to its waiting, or has seen the signal before
    threading.Thread(target=daemon.stop, daemon=True).start()
    main.join(15)
    assert not main.is_alive()
    built.store.close()


def test_a_stop_just_before_a_station_looks_is_heard(
    app: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The bell that tells of the stop is not taken for an older one."""
    rung = threading.Event()

    class Bell(threading.Event):
        def set(self) -> None:
            super().set()
            if daemon._stop.is_set():
                rung.set()

        def clear(self) -> None:
            daemon.stop()
            rung.wait(20)
            super().clear()

    monkeypatch.setattr("mailproc.app.daemon.IDLE_LOOK", 60)
    monkeypatch.setattr("mailproc.app.daemon.PATIENCE", 5)
    built = build(Path(app.folder / "config.toml"))
    daemon = Daemon(built)
    daemon._sender = Bell()
    with closing(built.store):
        assert daemon.run(lambda _: None) == 0
    assert "not waited for" not in caplog.text
