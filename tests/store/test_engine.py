"""Opening, reading, writing directly, and what is said when the store is not there."""

import os
import re
import socket
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mailproc.errors import Misconfigured, StoreLost, TryLater
from mailproc.store import inbox
from mailproc.store.engine import Store

COUNT = text("SELECT count(*) FROM inbox")


def test_relative_path_starts_at_base_and_the_folder_is_made(tmp_path):
    store = Store.open("sqlite:///var/deep/mailproc.db", base=tmp_path)
    file = tmp_path / "var/deep/mailproc.db"
    assert store.path == file
    assert store.dialect == "sqlite"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    store.close()


def test_every_connection_is_durable(sqlite_url):
    store = Store.open(sqlite_url)

    def pragmas(connection):
        names = ("synchronous", "journal_mode", "foreign_keys", "busy_timeout")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    durable = [2, "wal", 1, 30_000]
    with store.read() as one, store.read() as two:
        assert pragmas(one) == pragmas(two) == durable
    assert store.write(pragmas) == durable
    store.start_writer()
    assert store.write(pragmas) == durable
    store.close()


@pytest.mark.parametrize(("there", "size"), [(0, 8192), (4096, 4096)])
def test_a_new_store_has_larger_pages_and_any_other_stays(tmp_path, there, size):
    if there:
        with closing(sqlite3.connect(tmp_path / "mailproc.db")) as connection:
            connection.executescript(
                f"PRAGMA page_size = {there}; CREATE TABLE other (id); DROP TABLE other;"
            )
    Store.open("sqlite:///mailproc.db", base=tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "mailproc.db")) as connection:
        assert connection.execute("PRAGMA page_size").fetchone() == (size,)


def test_postgresql_commits_are_durable(store):
    if store.dialect == "postgresql":
        assert store.write(lambda c: c.exec_driver_sql("SHOW synchronous_commit").scalar()) == "on"
    else:
        assert store.write(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar()) == 2


def test_readers_cannot_write(store, letter):
    with pytest.raises((SQLAlchemyError, TryLater)), store.read() as connection:
        inbox.keep(connection, [letter()])
    with store.read() as connection:
        assert connection.execute(COUNT).scalar() == 0


def test_a_reader_sees_one_snapshot_and_stops_nobody(store, letter):
    with store.read() as connection:
        assert connection.execute(COUNT).scalar() == 0
        store.write(lambda c: inbox.keep(c, [letter()]))
        assert connection.execute(COUNT).scalar() == 0
    with store.read() as connection:
        assert connection.execute(COUNT).scalar() == 1


def test_a_failing_direct_write_leaves_nothing(store, letter):
    def job(connection):
        inbox.keep(connection, [letter()])
        raise KeyError("no")

    with pytest.raises(KeyError):
        store.write(job)
    with store.read() as connection:
        assert connection.execute(COUNT).scalar() == 0


def test_direct_writes_are_one_after_the_other(store_url):
    """Read, then write what follows from it: on both databases nothing comes between."""
    stores = [Store.open(store_url) for _ in range(4)]
    stores[0].write(lambda c: c.execute(text("INSERT INTO counter (name, next) VALUES ('X', 0)")))

    def count_up(connection):
        value = connection.execute(text("SELECT next FROM counter WHERE name = 'X'")).scalar_one()
        connection.execute(text("UPDATE counter SET next = :v WHERE name = 'X'"), {"v": value + 1})

    threads = [threading.Thread(target=lambda s=s: [s.write(count_up) for _ in range(25)]) for s in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with stores[0].read() as connection:
        assert connection.execute(text("SELECT next FROM counter WHERE name = 'X'")).scalar() == 100
    for store in stores:
        store.close()


def test_data_version_moves_with_anybodys_change(store, store_url, letter):
    other = Store.open(store_url)
    first = store.data_version()
    assert store.data_version() == first
    other.write(lambda c: inbox.keep(c, [letter()]))
    second = store.data_version()
    assert second != first
    store.write(lambda c: inbox.keep(c, [letter(b"another")]))
    assert store.data_version() != second
    other.close()


REFUSED = {
    "": "cannot be read",
    "not a url": "cannot be read",
    "mysql://root:hidden@db.example/x": "mysql",
    "sqlite://": "plain file",
    "sqlite:///:memory:": "plain file",
    "sqlite:///x.db?mode=ro": "plain file",
    "postgresql://a:hidden@127.0.0.1:notaport/x": "cannot be read",
}


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_that_cannot_be_is_refused_with_the_key(url, tmp_path):
    with pytest.raises(Misconfigured, match=REFUSED[url]) as caught:
        Store.open(url, base=tmp_path)
    assert "store.url" in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_what_is_no_store_is_refused(tmp_path):
    (tmp_path / "letter.db").write_bytes(b"Dear Sir or Madam, " * 1000)
    with pytest.raises(Misconfigured, match="not a database"):
        Store.open("sqlite:///letter.db", base=tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match=re.escape(str(tmp_path / "file"))):
        Store.open("sqlite:///file/mailproc.db", base=tmp_path)
    with pytest.raises(Misconfigured, match="cannot be opened"):
        Store.open(f"sqlite:///{tmp_path}")
    assert (tmp_path / "letter.db").read_bytes().startswith(b"Dear Sir")


def words_of(error: BaseException) -> str:
    """Everything a log would show of an error, its causes too."""
    import traceback

    return "".join(traceback.format_exception(error))


def test_postgresql_away_is_try_later_without_the_password():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        word = "h1dden"
        with pytest.raises(TryLater, match="cannot be opened just now") as caught:
            Store.open(f"postgresql+psycopg://mailproc:{word}@127.0.0.1:{port}/x")
    assert "h1dden" not in words_of(caught.value).replace('word = "h1dden"', "")
    assert f"127.0.0.1:{port}" in str(caught.value)


@pytest.mark.parametrize("wrong", ["password", "database", "user"])
def test_postgresql_that_refuses_us_is_misconfigured_without_the_password(postgres_url, wrong):
    change = {
        "password": lambda u: re.sub(r":[^:@/]+@", ":hidden@", u),
        "database": lambda u: u.replace("/postgres", "/nosuch") if u.endswith("/postgres") else u,
        "user": lambda u: re.sub(r"//mailproc:[^:@/]+@", "//nobody:hidden@", u),
    }
    with pytest.raises(Misconfigured, match="cannot be opened") as caught:
        Store.open(change[wrong](postgres_url))
    assert "hidden" not in words_of(caught.value)
    assert "a-secret" not in words_of(caught.value)


def test_a_short_url_uses_our_driver(empty_postgres_url):
    store = Store.open(empty_postgres_url.replace("+psycopg", ""))
    assert store.dialect == "postgresql"
    assert "a-secret" not in store.shown
    store.close()


def test_a_values_error_shows_no_letter(store, letter):
    secret = "ARTEmail password 4711"
    with pytest.raises(SQLAlchemyError) as caught:
        store.write(lambda c: c.execute(text("INSERT INTO counter (name) VALUES (:n)"), {"n": secret}))
    assert "counter" in words_of(caught.value)
    assert "4711" not in words_of(caught.value)


def test_a_cut_connection_is_made_anew(postgres_server, letter):
    """The server was restarted while we were idle: the next letter is kept, not refused."""
    name = postgres_server.lend()
    store = Store.open(postgres_server.url(name))
    store.start_writer()
    store.write(lambda c: inbox.keep(c, [letter(b"1")]))
    store.data_version()
    postgres_server.disconnect(name)
    assert store.write(lambda c: inbox.keep(c, [letter(b"2")]))[0].new
    with store.read() as connection:
        assert connection.execute(COUNT).scalar() == 2
    with pytest.raises(TryLater):
        store.data_version()
    assert store.data_version() > 0
    store.close()
    postgres_server.give_back(name)


def test_a_connection_cut_in_the_middle_of_a_job_is_try_later(postgres_server, letter):
    name = postgres_server.lend()
    store = Store.open(postgres_server.url(name))
    store.start_writer()

    def job(connection):
        inbox.keep(connection, [letter(b"1")])
        postgres_server.disconnect(name)
        inbox.keep(connection, [letter(b"2")])

    with pytest.raises(TryLater, match="cannot work just now"):
        store.write(job)
    assert store.write(lambda c: inbox.keep(c, [letter(b"3")]))[0].new
    with store.read() as connection:
        assert connection.execute(COUNT).scalar() == 1
    store.close()
    postgres_server.give_back(name)


def test_a_file_that_must_not_be_written_is_named(tmp_path, sqlite_url):
    if os.geteuid() == 0:  # root may write anything: the folder that is a file stands for it
        Path(tmp_path / "shut").touch()
        sqlite_url = f"sqlite:///{tmp_path}/shut/mailproc.db"
    else:
        (tmp_path / "store").chmod(0o500)
        sqlite_url = f"sqlite:///{tmp_path}/store/new.db"
    with pytest.raises(Misconfigured, match=re.escape(str(tmp_path))):
        Store.open(sqlite_url)


def test_a_store_without_one_of_its_tables_is_damaged(sqlite_url):
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("DROP TABLE finding_index")
    store = Store.open(sqlite_url)
    with pytest.raises(StoreLost, match="no table finding_index"):
        store.examine()
    store.close()
