"""A station that stands still ends the service, also without systemd; what systemd is told."""

import contextlib
import os
import smtplib
import socket
import time

import pytest

from mailproc.app import watchdog
from mailproc.app.watchdog import Watchdog
from mailproc.store.queue import DEATHS
from mailproc.transport import systemd
from tests.app.installation import Daemon, Installation, order
from tests.servers.systemd import Systemd

EVERYTHING = os.environ.get("REQUIRE_ALL") == "1"
SHORT = "from mailproc.app import watchdog as w; w.STALL = 1.5; w.ROUND = 0.2; w.GRACE = 2; import time; "
HANGS = "lambda *given, **named: time.sleep(1000)"
STILL = {
    "stations": f"import mailproc.flow.intake.station as s; s.run = {HANGS}",
    "sender": f"import mailproc.flow.send as s; s.run = {HANGS}",
    "watcher": f"from mailproc.store.engine import Store; Store.data_version = {HANGS}",
    "writer": f"import mailproc.store.inbox as s; s.keep = {HANGS}",
    "listener": f"from mailproc.transport.smtp_handler import SmtpHandler; SmtpHandler._letters = {HANGS}",
}
ENDS_AT_ONCE = """
from mailproc.app import daemon
from mailproc.store import writer
from mailproc.transport import smtp_in
daemon.PATIENCE = writer.CLOSING = smtp_in.ENDING = 0.5"""


def knocks(daemon: Daemon) -> None:
    """A letter, whatever becomes of it."""
    with (
        contextlib.suppress(OSError, smtplib.SMTPException),
        smtplib.SMTP("127.0.0.1", daemon.port, timeout=3) as client,
    ):
        client.sendmail("ill@customer.example", ["ill@town.example"], order("C1"))


def test_systemd_hears_of_a_quiet_life(app: Installation, manager: Systemd) -> None:
    daemon = app.start()
    manager.hears("READY=1")
    manager.hears("WATCHDOG=1", times=3)
    assert daemon.stop() == 0
    manager.hears("STOPPING=1")
    assert manager.told.index("READY=1") < manager.told.index("STOPPING=1")
    assert [line for line in manager.told if line.startswith("STATUS")] == ["STATUS=at work"]


@pytest.mark.parametrize("station", STILL if EVERYTHING else ["stations", "writer"])
def test_a_station_that_stands_still_ends_the_service(
    app: Installation, manager: Systemd, station: str
) -> None:
    (app.folder / "config.toml").write_text(
        (app.folder / "config.toml").read_text().replace("timeout = 60.0", "timeout = 0.05")
    )
    daemon = app.start(code=SHORT + STILL[station] + ENDS_AT_ONCE)
    knocks(daemon)
    assert daemon.ends() == 1
    said = manager.hears("STATUS=no longer responding")
    assert station in said or station == "writer"  # who waits for it may have begun to wait before
    told = "\n".join(daemon.lines)
    assert "no longer responding, the service stops: " in told
    assert "thread MainThread: " in told
    assert "thread mailproc-writer: " in told
    assert "99-0003" not in told  # where a thread is, without its values


@pytest.mark.long
def test_an_end_that_hangs_too_is_forced(app: Installation) -> None:
    daemon = app.start(code=SHORT + STILL["writer"])
    knocks(daemon)
    assert daemon.ends() == 1
    assert any("is killed" in line for line in daemon.lines)


@pytest.mark.long
def test_a_frozen_interpreter_is_ended_from_outside(app: Installation) -> None:
    """A C function that never lets go of the interpreter's lock: no thread of ours runs any more."""
    freezes = "import re, mailproc.flow.intake.station as s; s.run = lambda *g: re.match('(a+)+b', 'a' * 60)"
    daemon = app.start(ready=False, code=SHORT + freezes)
    assert daemon.ends() == 1
    assert any("Timeout" in line for line in daemon.lines)


@pytest.mark.skipif(not EVERYTHING, reason="six starts; REQUIRE_ALL=1 makes it run")
def test_a_step_that_hangs_is_shelved_the_fifth_time(app: Installation) -> None:
    """The end that is forced leaves the note of the step in hand: its neighbours are taken meanwhile."""
    hangs = (
        "import mailproc.flow.advance.station as s; t = s.take;"
        " s.take = lambda c, e, p: time.sleep(1000) if e == 2 else t(c, e, p)"
    )
    for number in range(3):
        (app.folder / "letter.eml").write_bytes(order(f"C{number}"))
        assert app.cli("inject", str(app.folder / "letter.eml")).code == 0
    for _ in range(DEATHS):
        daemon = app.start(ready=False, code=SHORT + hangs)
        assert daemon.ends() == 1
    daemon = app.start(code=SHORT + hangs)
    app.until(["requests"], lambda found: len(found) == 2)
    assert "died five times" in str(app.json("shelved"))
    assert daemon.stop() == 0


@pytest.mark.long
def test_work_that_goes_on_is_left_alone(app: Installation) -> None:
    """Many rows, each quick: the round as a whole takes longer than the bound."""
    slow = (
        "import mailproc.flow.intake.batch as s; r = s._read; s._read = lambda *g: time.sleep(0.6) or r(*g)"
    )
    daemon = app.start(code=SHORT + slow)
    for number in range(6):
        daemon.takes(order(f"C{number}"))
    app.until(["requests"], lambda found: len(found) == 6)
    assert daemon.stop() == 0


def test_who_rests_does_not_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "STALL", 10)
    eye, long_ago = Watchdog(lambda _why: None), time.monotonic() - 11
    eye.beat("a", long_ago)
    eye.beat("b", long_ago)
    eye.allow("b", 20)
    assert eye.still() == ["a (11 s)"]
    eye.rest("a")
    assert eye.still() == []


@pytest.mark.parametrize("address", ["", "nowhere", "/nonexistent/socket", "@of-nobody", "vsock:2:1"])
def test_without_systemd_nothing_is_told(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    systemd.tell("READY=1")


def test_an_abstract_socket_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(f"\0mailproc-test-{os.getpid()}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@mailproc-test-{os.getpid()}")
        systemd.tell("READY=1", "STATUS=well")
        assert line.recv(99) == b"READY=1\nSTATUS=well"


@pytest.mark.parametrize(
    ("asked", "process", "seconds"),
    [("", "", None), ("30000000", "", 30), ("30000000", "1", None), ("x", "", None), ("-5", "", None)],
)
def test_how_often_systemd_wants_to_hear(
    monkeypatch: pytest.MonkeyPatch, asked: str, process: str, seconds: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", asked)
    monkeypatch.setenv("WATCHDOG_PID", process)
    assert systemd.watchdog_seconds() == seconds


def test_the_service_reports_itself_only_while_each_station_moves() -> None:
    """A letter may take its time at the relay; the sender without one may not."""
    told, reports = Watchdog(pytest.fail), list[str]()
    told.report(lambda: reports.append("moves"))
    told.allow("sender", 1200)
    stood = time.monotonic() - watchdog.SLOW - 1
    for beaten, moves in ((["stations"], 0), (["sender"], 0), (["sender", "sender O12"], 1), ([], 1)):
        for station in beaten:
            told.beat(station, stood)
        assert told.look() == []
        assert len(reports) == moves, beaten
        reports.clear()
        for station in beaten:
            told.rest(station)
