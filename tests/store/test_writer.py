"""The one writer: groups, savepoints, failures that stay with whom they belong."""

import json
import logging
import random
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError

from mailproc import log
from mailproc.errors import NoRoom, TryLater
from mailproc.store import inbox, writer
from mailproc.store.engine import Store
from tests.support import short_form

COUNT = text("SELECT count(*) FROM inbox")
SECONDS = 30


def kept(store: Store) -> int:
    with store.read() as connection:
        return connection.execute(COUNT).scalar_one()


@pytest.fixture
def gate(writing):
    """A job that holds the writer in the middle of a commit group until the gate is opened."""
    opened, entered = threading.Event(), threading.Event()

    def job(_connection):
        entered.set()
        assert opened.wait(SECONDS)

    writing.submit(job)
    assert entered.wait(SECONDS)
    yield opened
    opened.set()


@pytest.fixture
def commits(store):
    """How many COMMITs the write engine made."""
    counted = []
    event.listen(store._writing, "commit", lambda _c: counted.append(1))
    return counted


def test_fifty_threads_lose_nothing_and_share_commits(commits, writing, letter):
    each = 20 if short_form.everything() else 4

    def client(number):
        for n in range(each):
            raw = f"{number}-{n}".encode()
            (answer,) = writing.submit(lambda c, r=raw: inbox.keep(c, [letter(r)])).result(SECONDS)
            assert answer.new
            assert kept_row(writing, answer.inbox_id) == raw  # visible to others once it is answered

    with ThreadPoolExecutor(50) as threads:
        list(threads.map(client, range(50)))
    assert kept(writing) == 50 * each
    assert len(commits) < 50 * each


def kept_row(store, inbox_id):
    with store.read() as connection:
        return bytes(
            connection.execute(
                text("SELECT raw FROM inbox_bytes WHERE letter_id = :i"), {"i": inbox_id}
            ).scalar_one()
        )


@pytest.fixture
def bad(letter):
    """A job with a bug, which has written something."""

    def job(connection):
        inbox.keep(connection, [letter(b"half a job")])
        raise KeyError("a bug")

    return job


@pytest.fixture
def broken(letter):
    """A job whose second statement the database refuses."""

    def job(connection):
        inbox.keep(connection, [letter(b"half a statement")])
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    return job


def test_what_has_gathered_is_one_commit_and_a_failing_job_fails_alone(
    gate, commits, writing, letter, bad, broken
):
    def good(number):
        return lambda c: inbox.keep(c, [letter(str(number).encode())])

    def violating(connection):
        connection.exec_driver_sql("INSERT INTO counter (name, next) VALUES ('B', 1), ('B', 2)")

    jobs = [good(1), bad, good(2), broken, good(3), violating, good(4)]
    futures = [writing.submit(job) for job in jobs]
    gate.set()
    wait(futures, SECONDS)
    errors = [future.exception() for future in futures]
    assert [error is None for error in errors] == [True, False, True, False, True, False, True]
    assert isinstance(errors[1], KeyError)
    assert not any(isinstance(error, TryLater) for error in errors)
    assert kept(writing) == 4
    assert len(commits) == 2  # the gate's, and one for all


def test_a_job_that_is_alone_in_its_commit_is_undone_as_well(writing, letter, bad, broken):
    """It has no savepoint; its transaction is rolled back."""

    for job in (bad, broken, bad):
        assert isinstance(writing.submit(job).exception(SECONDS), KeyError | SQLAlchemyError)
        assert kept(writing) == 0
    assert writing.write(lambda c: inbox.keep(c, [letter(b"whole")]))[0].new
    assert kept(writing) == 1


@pytest.mark.parametrize("company", [False, True])
def test_a_job_that_hides_its_error_cannot_make_a_commit_that_keeps_nothing(gate, writing, letter, company):
    """PostgreSQL answers COMMIT with a ROLLBACK where a statement has failed, and says no word."""

    def hides(connection):
        inbox.keep(connection, [letter(b"acknowledged")])
        with suppress(SQLAlchemyError):
            connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    futures = [writing.submit(hides)]
    futures += [writing.submit(lambda c: inbox.keep(c, [letter(b"other")]))] if company else []
    gate.set()
    wait(futures, SECONDS)
    assert kept(writing) == sum(future.exception() is None for future in futures)
    assert writing.write(lambda c: inbox.keep(c, [letter(b"after")]))[0].new


def test_a_value_too_long_for_an_index_fails_alone(gate, writing, letter):
    """PostgreSQL refuses it each time, so it must not count as the store's trouble; SQLite takes it."""
    address = random.Random(1).randbytes(20_000).hex()  # noqa: S311  # only incompressible
    futures = [
        writing.submit(lambda c: inbox.keep(c, [letter(b"before")])),
        writing.submit(lambda c: inbox.keep(c, [letter(rcpt_to=address)])),
        writing.submit(lambda c: inbox.keep(c, [letter(b"after")])),
    ]
    gate.set()
    assert futures[0].result(SECONDS)[0].new
    assert futures[2].result(SECONDS)[0].new
    error = futures[1].exception(SECONDS)
    assert not isinstance(error, TryLater)
    assert (error is None) == (writing.dialect == "sqlite")


def test_an_exiting_job_does_not_end_the_writer(writing):
    def exits(_connection):
        raise SystemExit

    assert isinstance(writing.submit(exits).exception(SECONDS), SystemExit)
    assert writing.write(lambda _c: "alive") == "alive"


def test_cancelled_while_it_waits_is_not_run(gate, writing, letter):
    ran = []
    cancelled: Future[None] = writing.submit(lambda _c: ran.append(1))
    other = writing.submit(lambda c: inbox.keep(c, [letter()]))
    assert cancelled.cancel()
    gate.set()
    assert other.result(SECONDS)[0].new
    assert ran == []


def test_cancelled_in_the_middle_is_kept_all_the_same(writing, letter):
    entered, go_on = threading.Event(), threading.Event()

    def job(connection):
        entered.set()
        assert go_on.wait(SECONDS)
        return inbox.keep(connection, [letter()])

    future = writing.submit(job)
    assert entered.wait(SECONDS)
    assert not future.cancel()
    go_on.set()
    assert future.result(SECONDS)[0].new
    assert kept(writing) == 1


def test_full_queue_says_try_later_at_once(gate, writing):
    futures = [writing.submit(lambda _c: 1) for _ in range(writer.QUEUE_SIZE)]
    with pytest.raises(TryLater, match="more work"):
        writing.submit(lambda _c: 1)
    gate.set()
    assert sum(future.result(SECONDS) for future in futures) == writer.QUEUE_SIZE
    assert writing.write(lambda _c: 1) == 1


def test_close_drains_and_then_refuses(gate, writing, letter):
    futures = [writing.submit(lambda c, n=n: inbox.keep(c, [letter(bytes([n]))])) for n in range(100)]
    closing = threading.Thread(target=writing.close)
    closing.start()
    gate.set()
    closing.join(SECONDS)
    assert not closing.is_alive()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(TryLater, match="closing"):
        writing.submit(lambda _c: 1)
    writing.close()  # twice is once


def test_a_job_that_waits_for_a_job_is_refused_not_hung(writing):
    with pytest.raises(RuntimeError, match="wait for another job"):
        writing.submit(lambda _c: writing.write(lambda _d: 1)).result(SECONDS)


def test_woken_after_changes_only_and_a_broken_hint_breaks_nothing(store, letter):
    woken = threading.Semaphore(0)

    def wake():
        woken.release()
        raise RuntimeError("the hint is broken")

    store.start_writer(wake)
    store.write(lambda c: c.execute(COUNT).scalar())
    assert store.write(lambda c: inbox.keep(c, [letter()]))[0].new
    assert woken.acquire(timeout=SECONDS)
    store.write(lambda c: c.execute(COUNT).scalar())
    store.close()
    assert not woken.acquire(blocking=False)


def test_a_job_that_is_undone_beside_one_that_writes_nothing_wakes_nobody(sqlite_url, letter):
    """PostgreSQL does not say whose change it was, so there it may wake."""
    store = Store.open(sqlite_url)
    woken = threading.Semaphore(0)
    store.start_writer(woken.release)
    opened, entered = threading.Event(), threading.Event()

    def job(_connection):
        entered.set()
        assert opened.wait(SECONDS)

    def undone(connection):
        inbox.keep(connection, [letter()])
        raise ValueError("foreseen")

    store.submit(job)
    assert entered.wait(SECONDS)
    both = [store.submit(undone), store.submit(lambda c: c.execute(COUNT).scalar())]
    opened.set()
    assert [type(one.exception(SECONDS)) for one in both] == [ValueError, type(None)]
    store.close()
    assert not woken.acquire(blocking=False)


def test_submit_without_a_writer_is_a_bug(store):
    with pytest.raises(RuntimeError, match="running writer"):
        store.submit(lambda _c: 1)


def test_a_commit_that_fails_fails_its_group_and_the_writer_lives(gate, writing, letter):
    def refuse(_connection):
        event.remove(writing._writing, "commit", refuse)
        raise OSError("the disk is gone")

    futures = [writing.submit(lambda c, n=n: inbox.keep(c, [letter(bytes([n]))])) for n in range(3)]
    gate_done = writing.submit(lambda _c: event.listen(writing._writing, "commit", refuse))
    gate.set()
    errors = [future.exception(SECONDS) for future in (*futures, gate_done)]
    assert [type(error) for error in errors] == [TryLater] * 4
    assert kept(writing) == 0
    assert writing.write(lambda c: inbox.keep(c, [letter()]))[0].new


def test_a_full_disk_says_try_later_and_goes_on_when_there_is_room(sqlite_url, letter):
    """PRAGMA max_page_count stands for the disk: SQLite answers the same "disk is full"."""
    store = Store.open(sqlite_url)
    store.start_writer()
    store.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1").scalar())  # = as large as now
    small = [store.submit(lambda c: inbox.keep(c, [letter(b"small")]))]
    small[0].exception(SECONDS)
    large = store.submit(lambda c: inbox.keep(c, [letter(b"x" * 1_000_000)]))
    error = large.exception(SECONDS)
    assert isinstance(error, NoRoom)
    assert isinstance(error, TryLater)
    assert "full" in str(error)
    # The connection was given up, and the new one has no such limit: there is room again.
    assert store.write(lambda c: inbox.keep(c, [letter(b"x" * 1_000_000)]))[0].new
    store.close()


def test_a_locked_store_says_try_later(sqlite_url, letter, monkeypatch):
    monkeypatch.setattr("mailproc.store.connections.BUSY_SECONDS", 0.1)
    daemon, other = Store.open(sqlite_url), Store.open(sqlite_url)
    daemon.start_writer()
    with other._writing.connect() as connection, connection.begin():
        with pytest.raises(TryLater, match="locked"):
            daemon.write(lambda c: inbox.keep(c, [letter()]))
        with pytest.raises(TryLater, match="locked"):
            Store.open(sqlite_url).write(lambda _c: 1)
    assert daemon.write(lambda c: inbox.keep(c, [letter()]))[0].new
    daemon.close()
    other.close()


def test_what_a_job_logs_is_about_the_letter_of_whoever_submitted_it(writing, capsys):
    log.set_up("INFO", json_lines=True)
    capsys.readouterr()  # what was repeated before
    with log.following("O7"):
        writing.write(lambda _c: logging.getLogger("mailproc.test").info("handed over"))
    writing.write(lambda _c: logging.getLogger("mailproc.test").info("nobody's"))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line.get("letter") for line in lines if line["logger"] == "mailproc.test"] == ["O7", None]
