"""One daemon for each store; a dead one holds nothing."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from mailproc.errors import LocalFault, Misconfigured
from mailproc.store import connections, lock, server_lock
from mailproc.store.engine import Store
from mailproc.store.lock import daemon_lock, holder
from mailproc.store.server_lock import Holder

HOLD = """
import sys, time
from mailproc.store.engine import Store
from mailproc.store.lock import daemon_lock
with daemon_lock(Store.open(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_daemon_is_refused_until_the_first_has_gone(store_url):
    first, second = Store.open(store_url), Store.open(store_url)
    with daemon_lock(first) as still_ours:
        assert still_ours()
        with pytest.raises(LocalFault, match="another mailproc"), daemon_lock(second):
            pass
        assert second.write(lambda _c: 1) == 1  # the command line is no daemon
    with daemon_lock(second):
        pass
    first.close()
    second.close()


def test_the_lock_dies_with_its_process(store, store_url):
    daemon = subprocess.Popen(
        [sys.executable, "-c", HOLD, store_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with daemon:
        assert daemon.stdout.readline() == "held\n"
        with pytest.raises(LocalFault) as refused, daemon_lock(store):
            pass
        if store.dialect == "sqlite":
            assert f"process {daemon.pid}" in str(refused.value)
        daemon.send_signal(signal.SIGKILL)
        assert daemon.wait(30) == -signal.SIGKILL
        taken = _until_taken(store)
    assert taken


def _holder(store):
    with store.read() as connection:
        return holder(store, connection)


def test_everybody_may_ask_who_holds_the_store(store, store_url):
    other = Store.open(store_url)
    assert _holder(store) is None
    with daemon_lock(store):
        here = Holder(os.getpid(), "" if store.dialect == "sqlite" else os.uname().nodename)
        assert _holder(store) == _holder(other) == here
    assert _holder(other) is None
    with daemon_lock(other):
        assert _holder(store) is not None
    other.close()


def test_a_start_waits_for_those_who_ask(sqlite_url, monkeypatch):
    """Who asks has the lock for a moment: the service that starts then is not refused."""
    store = Store.open(sqlite_url)
    with daemon_lock(store):
        pass
    asking = os.open(lock._lock_file(store.path), os.O_RDONLY)
    fcntl.flock(asking, fcntl.LOCK_SH)
    assert _holder(store) is None, "two ask at once"
    monkeypatch.setattr(lock.time, "sleep", lambda _: os.close(asking))
    with daemon_lock(store):
        pass
    store.close()


def test_a_lock_that_cannot_be_read_is_taken_for_held(sqlite_url, monkeypatch):
    store = Store.open(sqlite_url)
    with daemon_lock(store):
        pass

    def refuse(*_given):
        raise PermissionError

    monkeypatch.setattr(lock.os, "open", refuse)
    assert _holder(store) == Holder()
    store.close()


def _until_taken(store, seconds=30):
    """SQLite's lock is gone at once; PostgreSQL tidies a dead client's away within moments."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(LocalFault), daemon_lock(store):
            return True
    return False


def test_a_link_to_the_store_is_the_same_store(sqlite_url, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(sqlite_url.removeprefix("sqlite:///"))
    with (
        daemon_lock(Store.open(sqlite_url)),
        pytest.raises(LocalFault),
        daemon_lock(Store.open(f"sqlite:///{link}")),
    ):
        pass


def test_a_lock_that_cannot_be_made_is_named(sqlite_url):
    store = Store.open(sqlite_url)
    lock = store.path.with_name("mailproc.db.lock")
    lock.mkdir()
    with pytest.raises(Misconfigured, match=r"mailproc\.db\.lock"), daemon_lock(store):
        pass
    store.close()


def test_a_lost_lock_is_taken_again_or_given_up(postgres_server):
    name = postgres_server.lend()
    first, second = (Store.open(postgres_server.url(name)) for _ in range(2))
    with daemon_lock(first) as still_ours:
        postgres_server.disconnect(name)
        assert still_ours()
        postgres_server.disconnect(name)
        with daemon_lock(second):
            assert not still_ours()
        assert still_ours()
    first.close()
    second.close()
    postgres_server.give_back(name)


LONG = "a-name-of-sixty-three-octets-in-all-as-long-as-a-label-of-dns-is"


@pytest.mark.parametrize(
    ("frozen", "other"),
    [
        ((1, "mail"), (1, "mail2")),
        ((1, "mail"), (1, "mail.x")),
        ((1, "mail"), (11, "mail")),
        ((1, LONG), (1, "a")),
    ],
)
def test_the_connections_of_the_frozen_service_alone_are_ended(
    empty_postgres_url, frozen, other, monkeypatch
):
    """In containers each process is 1, and one host's name may begin as another's."""
    with ExitStack() as stack:
        open_ = {}
        for process, host in (frozen, other):
            monkeypatch.setattr(os, "getpid", lambda process=process: process)
            monkeypatch.setattr(os, "uname", lambda host=host: SimpleNamespace(nodename=host))
            for what in ("service", "writer"):
                opened = psycopg.connect(empty_postgres_url.replace("+psycopg", ""), autocommit=True)
                stack.enter_context(closing(opened))
                opened.execute(connections.naming(what))
                open_[process, host, what] = opened
        held = open_[*frozen, "service"]
        held.execute(server_lock._TRY)
        engine = connections.reading(connections.parse(empty_postgres_url, Path()))
        stack.callback(engine.dispose)
        with engine.connect() as connection:
            found = server_lock.holder(connection)
            assert found.is_(*frozen)
            assert not found.is_(*other)
            assert server_lock.end(connection, found)
        for (process, host, _), one in open_.items():
            if (process, host) == frozen:
                with pytest.raises(psycopg.OperationalError):
                    one.execute("SELECT 1")
            else:
                one.execute("SELECT 1")


def test_an_unknown_holder_is_nobody():
    assert not Holder().is_(0, "mail")
    assert not Holder(1).is_(1, "mail")
