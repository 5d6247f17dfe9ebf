"""A second machine: it waits, takes over when the first is gone, and the first commits nothing any more."""

import os
import re
import signal
import smtplib
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from mailproc.practice import order_file
from tests.app.installation import ART, CUSTOMER, DEADLINE, Daemon, Installation, configured, order
from tests.app.test_alive import later
from tests.servers.postgres import PASSWORD, PostgresServer
from tests.servers.relay import Relay
from tests.servers.systemd import Systemd
from tests.support.forking import Forker

QUICK = (
    "from mailproc.app import daemon, heartbeat, standby, watchdog\n"
    "heartbeat.BEAT = watchdog.ROUND = standby.LOOK = daemon.LOCK_LOOK = 0.05\n"
)
UNWATCHED = f"{QUICK}daemon.LOCK_LOOK = daemon.WATCH = 600\n"
"""Nothing but its own commits tells the service that its term is over."""
BL = "orders@bl.example"
OVER = "another mailproc has taken the store over"
SOME = 5
FROZEN = 1
"""Seconds of silence after which a second service takes over, where it is to."""


class Machines:
    """Two machines with one store, and what lies beside it where both reach it."""

    def __init__(self, folder: Path, url: str, relay: Relay, forker: Forker) -> None:
        shared = folder / "shared"
        shared.mkdir()
        self.relay, self.all = relay, []
        for name in ("one", "two"):
            (folder / name).mkdir()
            machine = Installation(folder / name, relay, forker)
            text = f'[store]\nurl = "{url}"\ncounters = "{shared}/counters"\ntake_over_after = 0\n'
            text += f'archives = "{shared}/archives"\n'
            text += f'[documents]\nfolder = "{shared}/documents"\n'
            (machine.folder / "config.toml").write_text(configured(relay.port) + text)
            self.all.append(machine)

    @property
    def one(self) -> Installation:
        return self.all[0]

    @property
    def two(self) -> Installation:
        return self.all[1]

    def both(self, first: str = QUICK) -> tuple[Daemon, Daemon]:
        """The first at work, the second waiting for it."""
        at_work = self.one.start(code=first)
        waiting = self.two.start(ready=False, code=QUICK)
        waiting.says(f"process {at_work.process.pid} on")
        return at_work, waiting

    def takes_over_from_frozen(self) -> None:
        config = self.two.folder / "config.toml"
        config.write_text(config.read_text().replace("take_over_after = 0", f"take_over_after = {FROZEN}"))

    def ordered(self) -> Counter[str]:
        """How often the British Library got each order."""
        posted = [one for one in self.relay.letters if one.rcpt_to == BL]
        return Counter(each.number for one in posted for each in order_file.read(one.raw).orders)


class Post:
    """A mail server that gives an order at a time to whichever machine takes it, and tries until one does."""

    def __init__(self, *daemons: Daemon) -> None:
        self._daemons, self._over, self._news = daemons, threading.Event(), threading.Condition()
        self.taken: list[tuple[str, Daemon]] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Post":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(DEADLINE)

    def more(self, count: int = SOME) -> None:
        """Wait until so many more were taken."""
        with self._news:
            goal = len(self.taken) + count
            assert self._news.wait_for(lambda: len(self.taken) >= goal, DEADLINE), self.taken

    def _run(self) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            name = f"C{number}"
            while not (by := self._offered(name)) and not self._over.is_set():
                time.sleep(0.02)  # as a mail server, which tries again
            if by:
                with self._news:
                    self.taken.append((name, by))
                    self._news.notify_all()

    def _offered(self, name: str) -> Daemon | None:
        for daemon in self._daemons:
            if not any("listening on" in line for line in daemon.lines):
                continue
            try:
                with smtplib.SMTP("127.0.0.1", daemon.port, timeout=2) as client:
                    client.sendmail("ill@customer.example", ["ill@town.example"], order(name))
                return daemon
            except (OSError, smtplib.SMTPException):
                continue
        return None


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[str]:
    name = postgres_server.lend()
    yield name
    postgres_server.give_back(name)


@pytest.fixture
def machines(
    tmp_path: Path,
    relay: Relay,
    forker: Forker,
    database: str,
    postgres_server: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Machines]:
    monkeypatch.setenv("ART_PASSWORD", ART)
    monkeypatch.setenv("CUSTOMER_PASSWORD", CUSTOMER)
    monkeypatch.delenv("MAILPROC_CONFIG", raising=False)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    url = re.sub(r":[^:@/]+@", "@", postgres_server.url(database))
    machines = Machines(tmp_path, url, relay, forker)
    yield machines
    for machine in machines.all:
        for daemon in machine.daemons:
            daemon.kill()


def killed(first: Daemon, _server: PostgresServer, _database: str) -> None:
    first.process.kill()


def all_its_connections_cut(_first: Daemon, server: PostgresServer, database: str) -> None:
    server.disconnect(database)


def its_lock_cut(first: Daemon, server: PostgresServer, database: str) -> None:
    its = f"datname = '{database}' AND application_name LIKE 'mailproc service {first.process.pid}@%'"
    server.execute(f"SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE {its}")  # noqa: S608  # ours


@pytest.mark.parametrize("gone", [killed, its_lock_cut, all_its_connections_cut])
def test_the_second_takes_over_while_letters_come_and_nothing_is_lost_or_done_twice(
    machines: Machines,
    postgres_server: PostgresServer,
    database: str,
    gone: Callable[[Daemon, PostgresServer, str], None],
) -> None:
    first, second = machines.both(UNWATCHED)
    numbers = [machines.two.place(f"Before {count}") for count in range(2)]
    with Post(first, second) as post:
        post.more()
        gone(first, postgres_server, database)
        numbers += [machines.one.place(f"Meanwhile {count}") for count in range(2)]
        second.says("ready")
        before = len(post.taken)
        post.more(2 * SOME)
        if gone is not killed:
            assert first.ends() == 1
            assert any(OVER in line for line in first.lines), first.lines
    assert all(by is second for _, by in post.taken[before + 1 :]), "the first takes nothing any more"
    taken = [name for name, _ in post.taken]
    found = machines.two.until(["requests"], lambda found: len(found) >= len(taken) + len(numbers))
    assert len(found) == len(taken) + len(numbers)
    open_letters = machines.two.until(
        ["outbox"], lambda found: all(one["state"] == "in_doubt" for one in found)
    )
    ordered = machines.ordered()
    assert set(ordered.values()) == {1}
    assert len(ordered) + len(open_letters) >= len(numbers)
    assert second.stop() == 0
    assert machines.two.cli("verify").out.endswith("checked, 0 differ\n")


def test_a_second_service_waits_says_so_and_goes_when_it_is_asked(
    machines: Machines, manager: Systemd
) -> None:
    first, second = machines.both()
    assert f"process {first.process.pid} on" in manager.hears("STATUS=standby: ")
    assert machines.one.cli("act", machines.two.place(), "note", "seen").code in (0, 1, 2)
    assert second.stop() == 0
    assert first.stop() == 0
    assert not any(OVER in line for line in first.lines)


@pytest.mark.long
def test_a_lock_that_was_cut_is_taken_again_where_nobody_waits(
    machines: Machines, postgres_server: PostgresServer, database: str
) -> None:
    first = machines.one.start(code=QUICK)
    its_lock_cut(first, postgres_server, database)
    end = time.monotonic() + DEADLINE
    while machines.one.cli("status", "--json").json["service"]["state"] != "running":
        assert time.monotonic() < end, first.lines
        time.sleep(0.02)  # as above: another process
    first.takes(order("C1"))
    assert first.stop() == 0


def test_a_frozen_service_is_cut_off_and_commits_nothing_when_it_thaws(machines: Machines) -> None:
    machines.takes_over_from_frozen()
    first = machines.one.start(code=QUICK)
    with closing(smtplib.SMTP("127.0.0.1", first.port, timeout=DEADLINE)) as client:
        client.ehlo()
        client.mail("ill@customer.example")
        client.rcpt("ill@town.example")
        assert client.docmd("DATA")[0] == 354
        first.process.send_signal(signal.SIGSTOP)
        client.send(order("C1") + b"\r\n.\r\n")
        second = machines.two.start(code=QUICK)
        assert any("has been silent for" in line for line in second.lines)
        first.process.send_signal(signal.SIGCONT)
        with suppress(smtplib.SMTPServerDisconnected):
            assert client.getreply()[0] != 250
    assert first.ends() == 1
    assert any(OVER in line for line in first.lines), first.lines
    assert machines.two.json("requests") == []
    assert machines.two.json("status")["service"]["process"] == second.process.pid
    second.takes(order("C1"))
    machines.two.until(["requests"], lambda found: len(found) == 1)
    assert second.stop() == 0


def until_stopped(daemon: Daemon) -> None:
    end = time.monotonic() + DEADLINE
    while Path(f"/proc/{daemon.process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < end, daemon.lines
        time.sleep(0.02)  # the kernel tells nobody but the parent


class Network:
    """A way to the database that can fail: then nothing goes through, and nobody is told."""

    def __init__(self, port: int) -> None:
        self._to, self._works = port, threading.Event()
        self._works.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def fail(self) -> None:
        self._works.clear()

    def come_back(self) -> None:
        self._works.set()

    def close(self) -> None:
        self._works.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while octets := one.recv(65536):
                self._works.wait()
                other.sendall(octets)
        self._works.wait()
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture
def network(postgres_server: PostgresServer) -> Iterator[Network]:
    made = Network(postgres_server.port)
    yield made
    made.close()


@pytest.mark.long
def test_a_service_that_lost_the_network_is_taken_over_and_sends_nothing_when_it_is_back(
    machines: Machines, network: Network, postgres_server: PostgresServer
) -> None:
    machines.takes_over_from_frozen()
    config = machines.one.folder / "config.toml"
    config.write_text(config.read_text().replace(f":{postgres_server.port}/", f":{network.port}/"))
    first = machines.one.start(code=QUICK)
    first.takes(order("C1"))
    network.fail()
    second = machines.two.start(code=QUICK)
    machines.two.until(["status"], lambda found: found["service"]["process"] == second.process.pid)
    number = machines.two.place()  # before, the first may hold the lock of writers in the middle of a commit
    machines.relay.wait_for(BL, 1)
    network.come_back()
    assert first.ends() == 1
    assert any(OVER in line for line in first.lines), first.lines
    assert machines.ordered() == {f"{number}-1": 1}
    assert second.stop() == 0


# By the thread's own signal: one to the process may stop the thread only after its commit.
FREEZES = """
import signal, threading
from mailproc.store import inbox
keep = inbox.keep
def frozen(connection, letters):
    kept = keep(connection, letters)
    connection.exec_driver_sql("SELECT 1")
    signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
    return kept
inbox.keep = frozen
"""


@pytest.mark.long
def test_a_service_that_is_frozen_in_a_commit_keeps_nobody_from_writing(machines: Machines) -> None:
    machines.takes_over_from_frozen()
    first = machines.one.start(code=QUICK + FREEZES)
    answers: list[str] = []

    def give() -> None:
        try:
            first.takes(order("C1"))
            answers.append("taken")
        except (OSError, smtplib.SMTPException) as error:
            answers.append(type(error).__name__)

    giver = threading.Thread(target=give)
    giver.start()
    until_stopped(first)
    second = machines.two.start(code=QUICK)
    os.kill(first.process.pid, signal.SIGCONT)
    giver.join(DEADLINE)
    assert answers != ["taken"]
    assert first.ends() == 1
    assert machines.two.json("letters") == []
    assert second.stop() == 0


@pytest.mark.long
def test_status_names_who_waits(machines: Machines) -> None:
    first, second = machines.both()
    for machine in machines.all:
        [standby] = machine.json("status")["standbys"]
        assert (standby["process"], standby["ready"]) == (second.process.pid, True)
        assert f"process {second.process.pid} on" in machine.cli("status").out
    first.process.kill()
    second.says("ready")
    assert machines.two.json("status")["standbys"] == []


@pytest.mark.long
@pytest.mark.parametrize("place", ["counters", "documents", "archives"])
def test_a_machine_that_does_not_reach_the_same_places_takes_nothing_over(
    machines: Machines, place: str
) -> None:
    config = machines.two.folder / "config.toml"
    config.write_text(config.read_text().replace(f"shared/{place}", f"two/own/{place}"))
    first = machines.one.start(code=QUICK)
    second = machines.two.start(ready=False, code=QUICK)
    said = second.says("CANNOT TAKE OVER")
    assert f"two/own/{place}" in said
    assert "is its disk mounted?" in said
    ran = machines.one.cli("status", "--json")
    assert (ran.code, ran.json["standbys"][0]["ready"]) == (1, False)
    checked = machines.two.cli("check")
    assert checked.code == 1
    assert f"two/own/{place}" in checked.out
    assert machines.one.cli("check").code == 0
    first.process.kill()
    first.ends()
    alone = machines.two.start(ready=False, code=QUICK)
    assert alone.ends() == 3
    assert "is not the place that the service of this store uses" in alone.lines[-1]
    assert second.process.poll() is None


def test_staff_on_a_machine_without_the_counters_file_are_refused_and_hold_nothing(
    machines: Machines,
) -> None:
    first = machines.one.start(code=QUICK)
    config = machines.two.folder / "config.toml"
    config.write_text(config.read_text().replace("shared/counters", "two/own/counters"))
    wanted = '{"service": "LOAN", "item": {"title": "A Book"}, "partners": ["UK-BL"]}'
    file = machines.two.folder / "copy.pdf"
    file.write_bytes(b"%PDF-1.4")
    for words in (["request", "-"], ["act", "L1", "ship", "--attach", str(file)]):
        refused = machines.two.cli(*words, stdin=wanted)
        assert refused.code == 3
        assert "is not the place that the service of this store uses" in refused.err
    assert "was never put back" in machines.one.cli("restore").out
    assert machines.one.place() == "B1"
    assert first.stop() == 0


@pytest.mark.long
def test_how_long_a_service_is_silent_is_told_by_the_databases_clock(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines.one.start(code=QUICK)
    later(monkeypatch, timedelta(minutes=2))
    assert machines.two.json("status")["service"]["state"] == "running"
    assert "the clock of this machine" not in machines.two.cli("check").out
    later(monkeypatch, timedelta(hours=1))
    assert machines.two.json("status")["service"]["state"] == "running"
    assert "the clock of this machine and that of the database differ by" in machines.two.cli("check").out


FREEZES_AFTER_THE_CLAIM = """
import signal, threading
from mailproc.flow import send
unmasked = send.unmasked
def frozen(row, store, context):
    # the letter is committed as being sent, and no connection is open
    signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
    return unmasked(row, store, context)
send.unmasked = frozen
"""


@pytest.mark.long
def test_a_service_that_was_frozen_before_it_connects_sends_nothing_when_it_thaws(machines: Machines) -> None:
    machines.takes_over_from_frozen()
    first = machines.one.start(code=QUICK + FREEZES_AFTER_THE_CLAIM)
    number = machines.two.place()
    until_stopped(first)
    second = machines.two.start(code=QUICK)
    machines.two.until(["outbox"], lambda found: any(one["state"] == "in_doubt" for one in found))
    assert machines.two.cli("redeliver", "O1").code == 0
    machines.relay.wait_for(BL, 1)
    first.process.send_signal(signal.SIGCONT)
    assert first.ends() == 1
    assert any(OVER in line for line in first.lines), first.lines
    assert second.stop() == 0
    assert machines.ordered() == {f"{number}-1": 1}
