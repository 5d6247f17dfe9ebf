"""The daemon and its mailboxes: a real Dovecot that is down, comes back, and one that hangs."""

import socket
import time
from collections.abc import Callable
from contextlib import closing

from tests.app.installation import DEADLINE, Installation, order
from tests.servers.dovecot import Dovecot
from tests.servers.relay import Relay


def test_letters_of_two_mailboxes_become_requests(
    app: Installation, own_dovecot: Callable[..., Dovecot]
) -> None:
    dovecot = own_dovecot()
    for name in ("one", "two"):
        dovecot.fill(name, [order(f"C1-{name}")])
        app.mailbox(name, dovecot.port, name)
    daemon = app.start()
    found = app.until(["requests"], lambda found: len(found) == 2)
    assert {one["their_number"] for one in found} == {"C1-one", "C1-two"}
    dovecot.fill("two", [order("C1-later")])
    app.until(["requests"], lambda found: len(found) == 3)
    assert dovecot.flags("two") == {1: (b"\\Seen",), 2: (b"\\Seen",)}
    assert daemon.stop() == 0


def test_down_at_start_said_once_and_read_when_it_is_back(
    app: Installation, own_dovecot: Callable[..., Dovecot]
) -> None:
    dovecot = own_dovecot()
    dovecot.fill("box", [order("C1")])
    dovecot.stop()
    app.mailbox("box", dovecot.port, "box")
    with closing(socket.create_server(("127.0.0.1", dovecot.port))) as down:
        down.settimeout(DEADLINE)
        daemon = app.start()
        for _ in range(4):  # so many looks fail
            down.accept()[0].close()
        daemon.says("mailbox box")
    dovecot.start()
    app.until(["requests"], lambda found: len(found) == 1)
    daemon.says("can be read again")
    assert len([line for line in daemon.lines if "WARNING" in line and "mailbox box" in line]) == 1
    assert daemon.stop() == 0


def test_a_wrong_password_is_no_crash_and_not_shown(app: Installation, dovecot: Dovecot) -> None:
    app.mailbox("box", dovecot.port, "box", secret="Wr0ngWord")
    daemon = app.start()
    daemon.says("mailbox box")
    checked = app.cli("check", "--connect")
    assert checked.code == 1
    assert "mailbox box" in checked.out
    assert daemon.stop() == 0
    assert "Wr0ngWord" not in "\n".join(daemon.lines) + checked.out


def test_a_mailbox_that_hangs_harms_neither_the_others_nor_the_end(app: Installation, relay: Relay) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        app.mailbox("silent", silent.getsockname()[1], "box")
        daemon = app.start()
        held, _ = silent.accept()  # it is connected, and hears nothing
        with closing(held):
            daemon.takes(order("C1"))
            app.until(["requests"], lambda found: len(found) == 1)
            begun = time.monotonic()
            assert daemon.stop() == 0
            assert time.monotonic() - begun < 30  # the mailbox may take 60


def test_run_once_reads_acts_delivers_and_ends(
    app: Installation, relay: Relay, own_dovecot: Callable[..., Dovecot]
) -> None:
    dovecot = own_dovecot()
    dovecot.fill("box", [order("C1")])
    app.mailbox("box", dovecot.port, "box")
    app.place()
    ran = app.cli("run", "--once")
    assert ran.code == 0, ran.err
    assert [one["number"] for one in app.json("requests", "--role", "RESPONDER")] == ["L1"]
    assert len(relay.wait_for("orders@bl.example", within=0)) == 1
    relay.stop()
    dovecot.stop()
    app.place()
    assert app.cli("run", "--once").code == 0  # all is away: nothing is due any more
    assert [one["state"] for one in app.json("outbox")] == ["prepared"]
    relay.start()
    dovecot.start()
