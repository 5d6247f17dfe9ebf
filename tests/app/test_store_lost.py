"""The store is moved, deleted, overwritten or damaged under the running service: no letter is answered 250
into it, the service ends loudly, and no store is made again in silence."""

import os
import re
import shutil
import smtplib
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from mailproc.app.build import build
from mailproc.errors import StoreLost, TryLater
from mailproc.store import connections, inbox
from mailproc.store.inbox import NewLetter
from tests.app.installation import Daemon, Installation, order
from tests.servers.postgres import PASSWORD, PostgresServer

NOT_TAKEN = (451, 421, 0)
"""A station may have seen it before: then the service ends already."""
WRITES = 2_000 if os.environ.get("REQUIRE_ALL") == "1" else 200
EVERYTHING = os.environ.get("REQUIRE_ALL") == "1"
UNWATCHED = "from mailproc.app import daemon; daemon.WATCH = 600; daemon.IDLE_LOOK = 600"
"""Nobody looks by himself: what is seen is seen at the COMMIT."""


def store_of(app: Installation) -> Path:
    return app.folder / "var/mailproc.db"


def other_store(app: Installation) -> Path:
    """A file that is a database, and not ours."""
    made = app.folder / "other.db"
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.executemany("INSERT INTO t VALUES (?)", [(b"x" * 4000,)] * 200)
        connection.commit()
    return made


def moved(app: Installation) -> None:
    store_of(app).rename(app.folder / "elsewhere.db")


def folder_moved(app: Installation) -> None:
    (app.folder / "var").rename(app.folder / "elsewhere")


def deleted(app: Installation) -> None:
    store_of(app).unlink()


def folder_deleted(app: Installation) -> None:
    shutil.rmtree(app.folder / "var")


def log_deleted(app: Installation) -> None:
    store_of(app).with_name("mailproc.db-wal").unlink()


def emptied(app: Installation) -> None:
    os.truncate(store_of(app), 0)


def cut(app: Installation) -> None:
    os.truncate(store_of(app), 8192)


def replaced(app: Installation) -> None:
    other_store(app).rename(store_of(app))


def overwritten(app: Installation) -> None:
    shutil.copyfile(other_store(app), store_of(app))


def backup_put_in_place(app: Installation) -> None:
    (app.folder / "backup.db").rename(store_of(app))


def backup_copied_over(app: Installation) -> None:
    shutil.copyfile(app.folder / "backup.db", store_of(app))


DONE_TO_IT = (
    moved, folder_moved, deleted, folder_deleted, log_deleted, emptied, cut, replaced, overwritten,
    backup_put_in_place, backup_copied_over,
)  # fmt: skip


def with_a_backup(app: Installation) -> None:
    """A store that has run before, and a copy of it."""
    assert app.cli("run", "--once").code == 0
    with closing(sqlite3.connect(store_of(app))) as connection:
        connection.execute("VACUUM INTO ?", [str(app.folder / "backup.db")])


def is_refused(daemon: Daemon, raw: bytes) -> int:
    """The code that a letter is answered with; 0 where nobody answers any more."""
    try:
        daemon.takes(raw)
    except smtplib.SMTPResponseException as refused:
        return refused.smtp_code
    except (OSError, smtplib.SMTPException):
        return 0
    return 250


def traceback_in(lines: list[str]) -> list[str]:
    """The lines from the first traceback on."""
    return next((lines[at:] for at, line in enumerate(lines) if "Traceback" in line), [])


@pytest.mark.parametrize("do", DONE_TO_IT)
def test_at_its_commit_a_letter_hears_of_it(app: Installation, do: Callable[[Installation], None]) -> None:
    with_a_backup(app)
    with closing(build(app.folder / "config.toml").store) as store:
        store.start_writer()
        store.begin_run()
        letter = NewLetter("listener", b"Subject: x\r\n\r\n", datetime.now(UTC))
        keep = partial(inbox.keep, letters=[letter])
        assert store.submit(keep).result()[0].new
        do(app)
        for _ in range(2):
            with pytest.raises(StoreLost):
                store.submit(partial(inbox.keep, letters=[replace(letter, raw=b"another")])).result()


@pytest.mark.parametrize("do", [moved, replaced, backup_put_in_place])
def test_a_job_that_misses_its_tables_hears_of_it(
    app: Installation, do: Callable[[Installation], None]
) -> None:
    with_a_backup(app)
    with closing(build(app.folder / "config.toml").store) as store:
        do(app)
        with pytest.raises(StoreLost), store.read() as connection:
            connection.exec_driver_sql("SELECT * FROM nowhere")


def test_a_connection_makes_no_file_in_the_place_of_a_store_that_is_gone(app: Installation) -> None:
    """SQLite would delete the log that lies beside it, with the last letters."""
    with_a_backup(app)
    with closing(build(app.folder / "config.toml").store) as store:
        store.start_writer()
        store.submit(partial(inbox.keep, letters=[NewLetter("listener", b"x", datetime.now(UTC))])).result()
        moved(app)
        left = sorted(store_of(app).parent.iterdir())
        for engine in (connections.reading(store.url), connections.writing(store.url)):
            with pytest.raises(OperationalError, match="unable to open"):
                engine.connect()
        assert sorted(store_of(app).parent.iterdir()) == left
        (app.folder / "elsewhere.db").rename(store_of(app))
        assert len(app.json("letters")) == 1


@pytest.mark.parametrize("do", DONE_TO_IT if EVERYTHING else (moved, backup_copied_over))
def test_no_letter_is_answered_250_into_it(app: Installation, do: Callable[[Installation], None]) -> None:
    with_a_backup(app)
    daemon = app.start(code=UNWATCHED)
    daemon.takes(order("C1"))
    do(app)
    assert is_refused(daemon, order("C2")) in NOT_TAKEN
    assert daemon.ends() == 1
    assert any("CRITICAL" in line and "the store" in line for line in daemon.lines), daemon.lines
    assert traceback_in(daemon.lines) == []


@pytest.mark.parametrize("do", [moved, folder_deleted, overwritten, log_deleted] if EVERYTHING else [moved])
def test_an_idle_service_sees_it_by_itself(app: Installation, do: Callable[[Installation], None]) -> None:
    with_a_backup(app)
    daemon = app.start()
    do(app)
    assert daemon.ends() == 1


@pytest.mark.parametrize("do", [moved, folder_moved, deleted, folder_deleted, emptied])
def test_what_vanished_is_not_made_again_in_silence(
    app: Installation, do: Callable[[Installation], None]
) -> None:
    assert app.cli("run", "--once").code == 0
    do(app)
    left = sorted(app.folder.rglob("*"))
    for verb in (["run", "--once"], ["letters"], ["check"], ["verify"]):
        refused = app.cli(*verb)
        assert refused.code == 3, verb
        assert "put it back" in refused.err
        assert f"delete {app.folder}/.mailproc.db.id" in refused.err
    assert sorted(app.folder.rglob("*")) == left
    shutil.rmtree(app.folder / "var", ignore_errors=True)
    (app.folder / ".mailproc.db.id").unlink()
    assert app.cli("letters").code == 0  # it was really meant


def test_another_store_in_its_place_is_refused(app: Installation) -> None:
    assert app.cli("letters").code == 0
    folder_deleted(app)
    marker = app.folder / ".mailproc.db.id"
    known = marker.read_text()
    marker.unlink()
    assert app.cli("letters").code == 0
    assert marker.read_text() != known
    marker.write_text(known)
    refused = app.cli("letters")
    assert refused.code == 3
    assert "another store" in refused.err


def a_folder(marker: Path) -> None:
    marker.mkdir()  # as root may read everything, this stands for EACCES and EIO


def a_loop(marker: Path) -> None:
    marker.symlink_to(marker.name)


def no_text(marker: Path) -> None:
    marker.write_bytes(b"\xff\xfe")


def nothing(marker: Path) -> None:
    marker.touch()


@pytest.mark.parametrize("instead", [a_folder, a_loop, no_text, nothing])
def test_a_marker_that_cannot_be_read_does_not_mean_that_no_store_was_made(
    app: Installation, instead: Callable[[Path], None]
) -> None:
    assert app.cli("letters").code == 0
    folder_deleted(app)
    marker = app.folder / ".mailproc.db.id"
    marker.unlink()
    instead(marker)
    refused = app.cli("letters")
    assert refused.code == 3
    assert f"{marker}, which says which store was made here, cannot be read" in refused.err
    assert not (app.folder / "var").exists()


def test_what_was_moved_and_put_back_has_every_letter(app: Installation) -> None:
    daemon = app.start()
    daemon.takes(order("C1"))
    moved(app)
    assert daemon.ends() == 1
    (app.folder / "elsewhere.db").rename(store_of(app))
    again = app.start()
    again.takes(order("C2"))
    app.until(["requests"], lambda found: len(found) == 2)
    assert app.cli("verify").code == 0
    assert again.stop() == 0


def test_a_copy_of_the_store_is_the_same_store(app: Installation) -> None:
    """A backup that is put back while nothing runs is taken."""
    with_a_backup(app)
    for end in ("", "-wal", "-shm"):
        store_of(app).with_name(f"mailproc.db{end}").unlink(missing_ok=True)
    backup_put_in_place(app)
    assert app.start().stop() == 0


def damaged(app: Installation) -> None:
    """A page in the middle of a store at rest is overwritten."""
    assert app.cli("run", "--once").code == 0
    with closing(sqlite3.connect(store_of(app))) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'patron'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with store_of(app).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def test_a_damaged_store_is_said_by_every_verb_that_looks(app: Installation) -> None:
    damaged(app)
    for verb in (["check"], ["verify"]):
        ran = app.cli(*verb)
        assert ran.code == 1
        assert "is damaged" in ran.out + ran.err
        assert "Traceback" not in ran.err
    daemon = app.start(ready=False)
    assert daemon.ends() == 1
    assert "is damaged" in daemon.lines[-1]
    assert not any("listening" in line for line in daemon.lines)  # nothing comes into it


def test_a_large_store_is_examined_while_the_door_is_open(app: Installation) -> None:
    damaged(app)
    daemon = app.start(code="from mailproc.app import jobs; jobs.SOON_EXAMINED = 0")
    assert daemon.ends() == 1
    assert any("CRITICAL" in line and "is damaged" in line for line in daemon.lines)


@pytest.fixture
def on_postgres(
    app: Installation, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Installation, str]]:
    """The house on a database of its own, and the name of an older copy of that."""
    name = postgres_server.create()
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    url = re.sub(r":[^:@/]+@", "@", postgres_server.url(name))
    config = app.folder / "config.toml"
    config.write_text(f'{config.read_text()}[store]\nurl = "{url}"\n')
    assert app.cli("run", "--once").code == 0
    postgres_server.disconnect(name)
    postgres_server.execute(f"CREATE DATABASE {name}_old TEMPLATE {name}")
    yield app, name
    for each in (name, f"{name}_old"):
        postgres_server.execute(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)")


@pytest.mark.parametrize("restored", [False, True])
def test_a_database_that_is_dropped_or_replaced(
    on_postgres: tuple[Installation, str], postgres_server: PostgresServer, restored: bool
) -> None:
    app, name = on_postgres
    daemon = app.start(code=UNWATCHED)
    daemon.takes(order("C1"))
    postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    if restored:
        postgres_server.execute(f"ALTER DATABASE {name}_old RENAME TO {name}")
    assert is_refused(daemon, order("C2")) in NOT_TAKEN
    assert daemon.ends() == 1
    assert any("CRITICAL" in line and "the store" in line for line in daemon.lines), daemon.lines


def test_a_table_that_is_restored_under_a_living_connection(
    on_postgres: tuple[Installation, str], postgres_server: PostgresServer
) -> None:
    app, name = on_postgres
    daemon = app.start(code=UNWATCHED)
    daemon.takes(order("C1"))
    postgres_server.execute("UPDATE identity SET run = 'of an older copy'", database=name)
    assert is_refused(daemon, order("C2")) != 250  # 451, or nobody answers where a step has seen it first
    assert daemon.ends() == 1


def test_a_store_at_work_is_never_taken_for_lost(app: Installation) -> None:
    """It grows, its log is begun again, the writer loses its connection, others open and close the store."""
    assert app.cli("letters").code == 0
    with closing(build(app.folder / "config.toml").store) as store:
        store.start_writer()
        store.begin_run()

        def full(_connection: object) -> None:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error

        def write(first: int) -> None:
            for number in range(first, first + WRITES):
                letter = NewLetter("listener", b"%d" % number + b"x" * 50_000, datetime.now(UTC))
                assert store.submit(partial(inbox.keep, letters=[letter])).result()[0].new
                if number % 5 == 0:
                    with pytest.raises(TryLater):
                        store.submit(full).result()
                if number % 50 == 0:
                    assert app.cli("letters").code == 0

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write, 0)
            while not writing.done():
                store.still_there()
            writing.result()
        store.still_there()
