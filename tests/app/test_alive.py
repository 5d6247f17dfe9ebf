"""Alive or not: what `status` and other verbs say of a real service, killed, stopped or in trouble."""

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailproc.app import build
from mailproc.office.upkeep import backup_folder
from mailproc.store import backups, inbox, service_record
from mailproc.store.engine import Store
from mailproc.store.inbox import NewLetter
from mailproc.store.letters import INBOX
from mailproc.store.lock import daemon_lock
from mailproc.store.service_record import ServiceRecord
from tests.app.installation import DEADLINE, Installation
from tests.app.test_wall_clock import SHIFTED
from tests.command_line import Ran
from tests.servers.relay import Relay
from tests.servers.systemd import Systemd

QUICK = "from mailproc.app import heartbeat, watchdog; heartbeat.BEAT = watchdog.ROUND = 0.05\n"
BROKEN = "Subject: {{ no_such_field }}\n\nWords.\n"


def told(app: Installation) -> Ran:
    return app.cli("status", "--json")


def until(app: Installation, true: Callable[[Any], bool]) -> Any:
    """Ask again until it is so: the service is another process."""
    end = time.monotonic() + DEADLINE
    while not true(found := told(app).json):
        assert time.monotonic() < end, found
        time.sleep(0.02)
    return found


def later(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    """The clock of the verbs that are called from here on."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + ahead

    monkeypatch.setattr(build, "datetime", Later)


def closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def test_a_service_that_runs_is_alive_and_its_jobs_have_times(app: Installation) -> None:
    daemon = app.start(code=QUICK)
    app.until(["jobs"], lambda found: found["jobs"][0]["next_at"] is not None)
    found = told(app).json
    assert (found["service"]["state"], found["service"]["process"]) == ("running", daemon.process.pid)
    assert found["wrong"] == found["notes"] == []
    jobs = {one["job"]: one["next_at"] for one in app.json("jobs")["jobs"]}
    assert jobs.keys() == {"sweep", "archive", "purge", "documents", "examine"}
    soon = datetime.fromisoformat(jobs["sweep"]) - datetime.now(UTC)
    assert timedelta(0) < soon <= timedelta(seconds=60)
    ran = app.cli("status")
    assert ran.code == 0
    assert "runs since" in ran.out and ran.out.endswith("Everything is all right.\n")
    assert daemon.stop() == 0
    assert told(app).json["service"]["state"] == "stopped"
    assert told(app).code == 1


DAILY = (("digest",), ("outbox",), ("jobs",), ("check",))


def test_a_service_that_was_killed_is_said_everywhere(app: Installation) -> None:
    daemon = app.start()
    daemon.process.send_signal(signal.SIGKILL)
    daemon.ends()
    ran = told(app)
    assert (ran.code, ran.json["service"]["state"], ran.json["service"]["alive"]) == (1, "died", False)
    assert f"process {daemon.process.pid}" in ran.json["wrong"][0]
    for verb in DAILY:
        ran = app.cli(*verb)
        assert ran.code == 0
        assert "the service has died" in ran.out, verb
    assert app.cli("outbox", "--json").err.startswith("NOTHING MOVES: the service has died")
    assert app.json("digest")["service"]["state"] == app.json("jobs")["service"]["state"] == "died"
    assert all(one["next_at"] is None for one in app.json("jobs")["jobs"])
    app.start()
    assert "the service has died" not in app.cli("digest").out


def test_a_service_that_hangs_is_said_and_comes_back(
    app: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = app.start(code=QUICK)
    daemon.process.send_signal(signal.SIGSTOP)
    with monkeypatch.context() as patch:
        later(patch, timedelta(minutes=2))
        ran = told(app)
        assert (ran.code, ran.json["service"]["state"]) == (1, "hanging")
        for verb in DAILY:
            assert "the service hangs" in app.cli(*verb).out, verb
    daemon.process.send_signal(signal.SIGCONT)
    before = told(app).json["service"]["seen_at"]
    until(app, lambda found: found["service"]["seen_at"] > before)
    assert told(app).json["service"]["state"] == "running"
    assert daemon.stop() == 0


def test_a_service_that_ends_by_itself_says_why(app: Installation) -> None:
    dies = "import mailproc.flow.send as s; s.run = lambda *given, **more: 1 // 0"
    assert app.start(ready=False, code=dies).ends() == 1
    found = told(app).json
    assert (found["service"]["state"], found["service"]["failure"]) == ("failed", "the sender died")
    assert "the sender died" in app.cli("digest").out


def test_runs_of_once_are_expected_for_a_day(app: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(app)
    assert (found.code, found.json["service"]["state"]) == (1, "never")
    assert app.cli("run", "--once").code == 0
    found = told(app)
    assert (found.code, found.json["service"]["state"]) == (0, "between-runs")
    later(monkeypatch, timedelta(hours=26))
    assert told(app).json["service"]["state"] == "stopped"


def test_who_asks_makes_no_store(app: Installation) -> None:
    store = app.folder / "var/mailproc.db"
    store.unlink()
    ran = app.cli("status")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.rstrip().endswith("is not there")
    assert not store.exists()


def test_a_template_broken_while_it_runs_is_said(app: Installation) -> None:
    app.start()
    assert told(app).code == 0
    file = app.folder / "site-templates/en/patron/arrived.txt"
    file.parent.mkdir(parents=True)
    file.write_text(BROKEN)
    ran = told(app)
    assert ran.code == 1
    assert ran.json["wrong"][0].startswith("template en/patron/arrived.txt is broken: ")
    assert "no_such_field" in ran.json["templates"][0]["error"]
    assert "en/patron/arrived.txt" in app.cli("digest").out
    file.unlink()
    assert told(app).code == 0


def test_a_mailbox_that_refuses_is_said(app: Installation) -> None:
    app.mailbox("box", closed_port(), "ill")
    app.start(code=QUICK)
    found = until(app, lambda found: found["mailboxes"][0]["failing_since"] is not None)
    assert found["wrong"][0].startswith("mailbox box cannot be read: ")
    assert told(app).code == 1
    assert "box" in app.cli("status").out


def test_a_relay_that_refuses_is_said_until_a_letter_leaves(app: Installation, relay: Relay) -> None:
    config = app.folder / "config.toml"
    right, text = str(relay.port), config.read_text()
    config.write_text(text.replace(f"port = {right}", f"port = {closed_port()}"))
    daemon = app.start(code=QUICK)
    app.place()
    found = until(app, lambda found: found["relay"]["refusal"])
    assert found["wrong"] == [f"no letter leaves: {found['relay']['refusal']}"]
    assert {one["queue"]: one["waiting"] for one in found["queues"]}["outgoing"] == 1
    assert daemon.stop() == 0
    config.write_text(text)
    app.start(code=QUICK)
    assert app.cli("redeliver", "O1").code == 0
    found = until(app, lambda found: found["relay"]["sent_at"] is not None)
    assert found["wrong"] == []


def test_runs_of_once_say_that_letters_wait_for_a_relay_that_refuses(app: Installation, relay: Relay) -> None:
    config = app.folder / "config.toml"
    right, text = str(relay.port), config.read_text()
    config.write_text(text.replace(f"port = {right}", f"port = {closed_port()}"))
    app.place()
    assert app.cli("run", "--once").code == 0
    refused = told(app).json
    assert refused["wrong"] == [f"no letter leaves: {refused['relay']['refusal']}"]
    assert app.cli("run", "--once").code == 0  # nothing is due: the letter waits still
    assert told(app).json["wrong"] == refused["wrong"]
    config.write_text(text)
    assert app.cli("redeliver", "O1").code == 0
    assert app.cli("run", "--once").code == 0
    left = told(app).json
    assert (left["wrong"], left["relay"]["sent_at"] is not None) == ([], True)
    assert app.cli("run", "--once").code == 0
    assert told(app).json["relay"]["sent_at"] == left["relay"]["sent_at"]


@pytest.mark.parametrize("days", [365, -365])
def test_a_clock_that_was_wrong_at_the_start(app: Installation, days: int) -> None:
    shift = app.folder / "shift"
    shift.write_text(str(days * 86_400))
    app.start(code=QUICK + SHIFTED.format(shift=str(shift)))
    ran = told(app)
    assert (ran.code, ran.json["service"]["state"]) == (1, "clock-ahead" if days > 0 else "hanging")
    shift.write_text("0")
    found = until(app, lambda found: found["service"]["state"] == "running")
    assert abs(datetime.fromisoformat(found["service"]["started_at"]) - datetime.now(UTC)) < timedelta(
        hours=1
    )


def test_several_ask_at_once_while_a_service_starts(app: Installation) -> None:
    daemon = app.start(ready=False)
    while daemon.process.poll() is None and not any("ready" in line for line in daemon.lines):
        assert told(app).json["service"]["state"] in ("never", "starting", "running")
    assert daemon.stop() == 0


def test_a_hangup_is_told_to_systemd(app: Installation, manager: Systemd) -> None:
    daemon = app.start()
    daemon.process.send_signal(signal.SIGHUP)
    manager.hears("RELOADING=1")
    manager.hears("MONOTONIC_USEC=")
    manager.hears("READY=1", times=2)
    assert daemon.stop() == 0


def test_what_the_service_does_not_take_is_stuck(app: Installation) -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    letter = NewLetter(door="listener", raw=b"Subject: A\r\n\r\nB\r\n", received_at=hour_ago)
    url = f"sqlite:///{app.folder}/var/mailproc.db"
    with closing(Store.open(url)) as store:
        store.write(lambda connection: inbox.keep(connection, [letter]))
        record = ServiceRecord.of(os.getpid(), "here", "0.0.1", datetime.now(UTC))
        store.write(lambda connection: service_record.record(connection, record))
        with daemon_lock(store):
            found = told(app)
    assert (found.code, found.json["service"]["state"]) == (1, "running")
    assert found.json["wrong"] == [
        "a row of the queue Letters to read has waited more than 15 minutes, and the service does not take it"
    ]
    assert found.json["notes"][0].startswith("the service runs mailproc 0.0.1, ")
    assert Path(found.json["disk"]["folder"]) == app.folder / "var"


def test_a_letter_that_was_tried_waits_since_its_next_try(app: Installation) -> None:
    """One of a partner who is proven by DNS waits for hours while DNS is away."""
    now = datetime.now(UTC)
    letter = NewLetter(door="listener", raw=b"Subject: A\r\n\r\nB\r\n", received_at=now - timedelta(hours=3))
    with closing(Store.open(f"sqlite:///{app.folder}/var/mailproc.db")) as store:
        store.write(lambda connection: inbox.keep(connection, [letter]))
        record = ServiceRecord.of(os.getpid(), "here", "", now)
        store.write(lambda connection: service_record.record(connection, record))
        for minutes, stuck in ((1, False), (16, True)):
            due = now - timedelta(minutes=minutes)
            statement = INBOX.update().values(attempts=6, not_before=due)
            store.write(lambda connection, one=statement: connection.execute(one))
            with daemon_lock(store):
                assert [one["queue"] for one in told(app).json["queues"] if one["stuck"]] == ["inbox"] * stuck


def test_a_refusal_is_over_where_no_letter_waits_for_it(app: Installation, relay: Relay) -> None:
    relay.answers.append("451 4.7.1 greylisted")
    app.place()
    assert app.cli("run", "--once").code == 0
    assert "greylisted" in told(app).json["relay"]["refusal"]
    assert app.cli("hold", "O1").code == 0
    assert told(app).json["wrong"] == []


def test_a_look_into_a_mailbox_that_does_not_end_is_said(
    app: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.mailbox("box", closed_port(), "ill")
    now = datetime.now(UTC)
    with closing(Store.open(f"sqlite:///{app.folder}/var/mailproc.db")) as store:
        for hours, late in ((1, False), (3, True)):
            began = ServiceRecord.of(os.getpid(), "here", "", now - timedelta(hours=hours))
            record = replace(began, seen_at=now)
            store.write(lambda connection, one=record: service_record.record(connection, one))
            with daemon_lock(store):
                found = told(app).json
            assert found["mailboxes"][0]["late"] == late
            assert any("a look does not end" in one for one in found["wrong"]) == late


def with_backups(app: Installation) -> None:
    with (app.folder / "config.toml").open("a") as config:
        config.write('\n[schedule]\nbackup = "30 2 * * *"\n[backup]\nfolder = "backups"\n')


def test_a_backup_that_is_missing_is_said(app: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two periods ago, gone, or under way for an hour: one that hangs records no fault."""
    with_backups(app)
    assert app.cli("run", "--once").code == 0
    file = Path(app.json("backup")["file"])
    assert told(app).json["wrong"] == []
    with monkeypatch.context() as patch:
        later(patch, timedelta(days=2, hours=1))
        assert any("older than two periods" in one for one in told(app).json["wrong"])
    file.rename(file.with_suffix(".elsewhere"))
    assert told(app).json["wrong"] == [f"the last good backup is gone: {file}"]
    file.with_suffix(".elsewhere").rename(file)
    with closing(Store.open(f"sqlite:///{app.folder}/var/mailproc.db")) as store:
        store.write(lambda connection: backups.begin(connection, datetime.now(UTC), "/backup/a.db"))
    assert told(app).json["wrong"] == []
    later(monkeypatch, timedelta(minutes=61))
    assert told(app).json["wrong"] == ["a backup was begun more than an hour ago and has not ended"]


def test_another_backup_under_way_is_no_failed_one(app: Installation) -> None:
    with_backups(app)
    assert app.cli("run", "--once").code == 0
    assert app.cli("backup").code == 0
    with backup_folder.alone(app.folder / "backups"):
        assert app.cli("backup").code == 1
    assert told(app).json["wrong"] == []
