"""The service as a process: letters through it, its end, its death, its neighbours, its idleness."""

import os
import resource
import signal
import smtplib
import socket
import sqlite3
import ssl
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mailproc.app.build import build
from mailproc.app.daemon import Daemon
from tests.app.installation import Installation, order
from tests.servers.relay import Relay
from tests.servers.systemd import Systemd

EVERYTHING = os.environ.get("REQUIRE_ALL") == "1"
PATIENCE = 10.0 if EVERYTHING else 1.0
"""Seconds that a daemon gives its threads; as shipped in the long run."""
NEVER_IDLE = "from mailproc.app import daemon; daemon.IDLE_LOOK = 600"
"""Only a hint wakes a station: without it a test would wait in vain."""
LATE = "not waited for any longer"
STATIONS = ("intake.station", "advance.station", "prepare.messages", "prepare.notices", "send")


def test_a_letter_in_an_act_an_answer_out_and_a_graceful_end(app: Installation, relay: Relay) -> None:
    daemon = app.start()
    daemon.takes(order("C77"))
    app.until(["requests"], lambda found: [one["number"] for one in found] == ["L1"])
    assert app.cli("act", "L1", "ship").code == 0
    [answer] = relay.wait_for("ill@customer.example")
    assert "C77" in answer.text
    assert "SHIPPED" in answer.text
    assert daemon.stop() == 0
    assert not any(word in line for line in daemon.lines for word in ("Traceback", "Zq7Pass9", LATE))
    assert app.cli("verify").out == "1 transaction checked, 0 differ\n"


def test_what_the_command_line_wrote_is_noticed_at_once(app: Installation, relay: Relay) -> None:
    app.start(code=NEVER_IDLE)
    for count in (1, 2, 3):
        app.place()
        relay.wait_for("orders@bl.example", count)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_service_ends_at_once(app: Installation, by: signal.Signals) -> None:
    daemon = app.start(code=NEVER_IDLE)
    daemon.process.send_signal(by)
    assert daemon.ends() == 0
    assert not any(LATE in line for line in daemon.lines)


def test_a_hangup_is_said_and_ends_nothing(app: Installation) -> None:
    daemon = app.start(code="from mailproc import repeated_lines; repeated_lines.WINDOW = 0.0")
    for times in (1, 2):
        daemon.process.send_signal(signal.SIGHUP)
        daemon.says("SIGHUP: secrets were read again; changed: none", times=times)
    daemon.takes(order("C77"))
    assert daemon.stop() == 0


def test_a_second_service_on_the_store_is_refused(app: Installation) -> None:
    first = app.start()
    second = app.start(ready=False)
    assert second.ends() == 1
    assert "stop it first" in second.lines[-1]
    assert str(first.process.pid) in second.lines[-1]
    once = app.cli("run", "--once")
    assert once.code == 1
    assert first.process.poll() is None


def test_a_port_that_is_taken_is_exit_3(app: Installation) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        config = app.folder / "config.toml"
        config.write_text(config.read_text().replace("port = 0", f"port = {taken.getsockname()[1]}", 1))
        daemon = app.start(ready=False)
        assert daemon.ends() == 3
    assert f"{config}, line 7: listen.port = " in daemon.lines[-1]
    assert daemon.lines[-1].endswith(": Address already in use")
    found = app.cli("status", "--json")
    assert (found.code, found.json["service"]["state"]) == (1, "failed")
    assert "Address already in use" in found.json["service"]["failure"]
    app.start()
    assert app.json("status")["service"]["state"] == "running"


@pytest.mark.parametrize("station", STATIONS)
def test_a_station_that_dies_takes_the_service_down(
    app: Installation, station: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(f"mailproc.flow.{station}.run", lambda *_, **__: 1 // 0)
    built = build(app.folder / "config.toml")
    with closing(built.store):
        assert Daemon(built).run(lambda _: None) == 1
    assert "ZeroDivisionError" in caplog.text
    assert "died" in caplog.text


@pytest.mark.parametrize("station", STATIONS if EVERYTHING else STATIONS[:1])
def test_as_a_process_it_dies_loudly_and_can_be_started_again(app: Installation, station: str) -> None:
    dies = f"import mailproc.flow.{station} as s; s.run = lambda *given, **more: 1 // 0"
    daemon = app.start(ready=False, code=dies)
    assert daemon.ends() == 1
    assert "ZeroDivisionError" in "\n".join(daemon.lines)
    assert "died" in "\n".join(daemon.lines)
    assert app.start().stop() == 0  # and systemd starts it again


def test_paths_start_at_the_folder_of_config_toml(
    app: Installation, certificate: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Certificate, store and delivery folder, wherever the service was started."""
    for name in ("certificate", "key"):
        (app.folder / f"{name}.pem").write_bytes(Path(getattr(certificate, name)).read_bytes())
    config = app.folder / "config.toml"
    text = config.read_text().replace(
        "[listen]\n", '[listen]\ntls_cert = "certificate.pem"\ntls_key = "key.pem"\n'
    )
    config.write_text(text.replace('mode = "smtp"', 'mode = "folder"\nfolder = "letters"'))
    app.place()
    daemon = app.start(cwd=tmp_path_factory.mktemp("elsewhere"))
    context = ssl.create_default_context(cafile=certificate.certificate)
    with smtplib.SMTP("localhost", daemon.port, timeout=10) as client:
        assert client.starttls(context=context)[0] == 220
    app.until(["letters"], lambda found: [one["state"] for one in found] == ["filed"])
    assert (app.folder / "letters/O1.eml").exists()
    assert daemon.stop() == 0


@pytest.mark.long
def test_idle_it_costs_next_to_nothing(app: Installation, manager: Systemd) -> None:
    daemon = app.start()
    manager.hears("READY=1")
    start = manager.told.count("WATCHDOG=1") + 5  # one each 0.2 s: by then its start is over
    manager.hears("WATCHDOG=1", times=start)

    def spent() -> float:
        with open(f"/proc/{daemon.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = spent()
    manager.hears("WATCHDOG=1", times=start + 10)
    assert spent() - before < 0.1  # 5 % of one core


def test_relay_down_letters_wait_and_go_when_it_is_back(app: Installation, relay: Relay) -> None:
    relay.stop()
    daemon = app.start()
    app.place("One")
    daemon.says("waits")
    app.place("Two")
    lines = app.until(["outbox"], lambda found: len(found) == 2 and all(one["note"] for one in found))
    assert {one["state"] for one in lines} == {"prepared"}
    assert len([line for line in daemon.lines if "waits" in line]) == 1  # said once for both
    relay.start()
    for line in lines:
        assert app.cli("redeliver", line["id"]).code == 0
    relay.wait_for("orders@bl.example", 2)
    app.until(["outbox"], lambda found: found == [])
    assert daemon.stop() == 0


@pytest.mark.parametrize("killed", [True, False])
def test_caught_between_the_dot_and_the_answer_is_in_doubt(
    app: Installation, relay: Relay, killed: bool
) -> None:
    relay.answers = ["hang"]
    daemon = app.start(code=f"from mailproc.app import daemon; daemon.PATIENCE = {PATIENCE}")
    number = app.place()
    relay.wait_for("orders@bl.example")
    if killed:
        daemon.kill()
    else:
        begun = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - begun < PATIENCE + 30  # the relay may take 60
    again = app.start()
    shown = app.until(["show", number], lambda found: found["delivery"] == "in_doubt")
    assert shown["state"] == "PENDING"
    relay.wait_for("ill@town.example")  # staff are told
    assert len(relay.wait_for("orders@bl.example")) == 1  # and nothing was ordered twice
    app.until(["show", number], lambda found: found["attention"] == ["in-doubt"])
    assert app.cli("redeliver", "O1").code == 0
    first, second = relay.wait_for("orders@bl.example", 2)
    assert first.raw == second.raw
    assert again.stop() == 0


@pytest.mark.parametrize("killed", [True, False])
def test_of_several_connections_each_letter_under_way_is_in_doubt(
    app: Installation, relay: Relay, killed: bool
) -> None:
    """Two hang at the relay; a third goes by a connection of its own; after the end each has its own fate."""
    config = app.folder / "config.toml"
    config.write_text(config.read_text().replace('mode = "smtp"', 'mode = "smtp"\nmax_connections = 3'))
    relay.answers = ["hang", "hang"]
    daemon = app.start(code=f"from mailproc.app import daemon; daemon.PATIENCE = {PATIENCE}")
    numbers = []
    for count in (1, 2, 3):
        numbers.append(app.place())
        relay.wait_for("orders@bl.example", count)
    app.until(["show", numbers[2]], lambda found: found["delivery"] == "handed_over")
    assert app.json("show", numbers[0])["delivery"] == "sending"
    if killed:
        daemon.kill()
    else:
        assert daemon.stop() == 0
    again = app.start()
    for number in numbers[:2]:
        app.until(["show", number], lambda found: found["delivery"] == "in_doubt")
    assert again.stop() == 0
    assert len(relay.to("orders@bl.example")) == 3  # nothing was ordered twice


def test_a_locked_store_delays_and_loses_nothing(app: Installation) -> None:
    daemon = app.start()
    with closing(sqlite3.connect(app.folder / "var/mailproc.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Event()

        def send() -> None:
            daemon.takes(order("C1"))
            done.set()

        sender = threading.Thread(target=send)
        sender.start()
        assert not done.wait(1)  # no 250 before the commit
        other.rollback()
        assert done.wait(15)
        sender.join()
    app.until(["requests"], lambda found: len(found) == 1)
    assert daemon.stop() == 0


def test_a_full_disk_is_try_later_and_said_once(app: Installation) -> None:
    """A limit on the size of files stands for the disk: writing beyond it fails."""
    daemon = app.start()
    database = app.folder / "var/mailproc.db"
    size = max(database.stat().st_size, database.with_name("mailproc.db-wal").stat().st_size)
    _, hard = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (size + 10_000, hard))
    big = order("C1").replace(b"A Book", b"A Book" + b"\r\nmore" * 20) + b"filling\r\n" * 500_000
    for _ in range(2):
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            daemon.takes(big)
        assert refused.value.smtp_code in (451, 452)
    assert daemon.process.poll() is None
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    daemon.takes(big)
    app.until(["letters"], lambda found: len(found) >= 1)
    assert daemon.stop() == 0
    assert not any("Traceback" in line for line in daemon.lines)
