"""What fell due while the service was down, and what falls due while it runs."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.app.installation import Installation
from tests.servers.relay import Relay

STAFF = "ill@town.example"


def overdue(app: Installation) -> None:
    """All that waits should have happened two days ago."""
    with closing(sqlite3.connect(app.folder / "var" / "mailproc.db")) as store:
        store.execute("UPDATE timer SET due_at = datetime('now', '-2 days') || '.000000'")
        store.execute("UPDATE event SET at = datetime('now', '-30 days') || '.000000'")
        store.commit()


def events(app: Installation) -> list[str]:
    with closing(sqlite3.connect(app.folder / "var" / "mailproc.db")) as store:
        return [kind for (kind,) in store.execute("SELECT type FROM event WHERE cause = 'timer'")]


def test_what_fell_due_while_it_was_down_is_caught_up_once(app: Installation, relay: Relay) -> None:
    app.place()
    assert app.cli("run", "--once").code == 0
    overdue(app)
    for _ in range(2):
        daemon = app.start()
        (told,) = relay.wait_for(STAFF)
        assert "no answer for too long" in told.text
        assert daemon.stop() == 0
        assert not any("Traceback" in line for line in daemon.lines)
    assert events(app) == ["UNANSWERED"]
    assert app.cli("verify").code == 0


def test_run_once_looks_at_the_clock_too(app: Installation, relay: Relay) -> None:
    app.place()
    assert app.cli("run", "--once").code == 0
    overdue(app)
    for _ in range(2):
        assert app.cli("run", "--once").code == 0
    assert events(app) == ["UNANSWERED"]
    relay.wait_for(STAFF)


def test_it_is_noticed_while_it_runs(app: Installation, relay: Relay) -> None:
    with (app.folder / "config.toml").open("a") as file:
        file.write('[schedule]\nsweep = "every 1s"\n')
    daemon = app.start()
    app.place()
    relay.wait_for("orders@bl.example")
    assert events(app) == []
    overdue(app)
    relay.wait_for(STAFF)
    assert daemon.stop() == 0


@pytest.fixture
def silent() -> Iterator[tuple[int, threading.Event]]:
    """A mailbox server that takes a call and says nothing until told to hang up."""
    hang_up = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                hang_up.wait(60)
                line.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], hang_up
        hang_up.set()
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_mail_is_looked_at_before_a_silence_is_acted_upon(
    app: Installation, relay: Relay, silent: Any
) -> None:
    port, hang_up = silent
    app.place()
    assert app.cli("run", "--once").code == 0
    overdue(app)
    app.mailbox("intray", port, "ill")
    daemon = app.start()
    app.place()
    relay.wait_for("orders@bl.example", 2)  # the stations are at work, the mailbox has not answered yet
    assert events(app) == []
    hang_up.set()
    relay.wait_for(STAFF)
    assert events(app) == ["UNANSWERED"]
    assert daemon.stop() == 0
