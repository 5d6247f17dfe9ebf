"""The store moves to PostgreSQL whole or not at all; there it is backed up and put back too."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from sqlalchemy.engine import make_url

from mailproc.errors import TryLater
from mailproc.store import foreign_schema, store_transfer
from tests.app import test_restored
from tests.app.installation import Installation, order
from tests.servers.postgres import PASSWORD
from tests.servers.relay import Relay

MANY = 2_000
"""Letters: enough for a copy that is killed in the middle."""


@pytest.fixture
def url(empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of an empty database, without its password."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    plain = make_url(empty_postgres_url)._replace(password=None)
    return plain.render_as_string(hide_password=False)


@pytest.fixture
def worked(app: Installation) -> Installation:
    """A house with letters in and out, also one in words that are not English."""
    app.place("Ein Buch über Brücken – naïve «Lösungen»")
    daemon = app.start()
    daemon.takes(order("C1"))
    app.until(["requests"], lambda found: len(found) == 2)
    app.until(["outbox"], lambda found: found == [])
    assert daemon.stop() == 0
    return app


def moved(app: Installation, url: str) -> None:
    """The configuration names the database now."""
    config = app.folder / "config.toml"
    config.write_text(f'{config.read_text()}\n[store]\nurl = "{url}"\n')


def test_both_hold_the_same_and_the_service_goes_on_there(worked: Installation, url: str) -> None:
    before = worked.json("requests"), worked.json("show", "B1"), worked.json("letters")
    done = worked.json("copy-store", url)
    assert all(one["same"] for one in done["tables"])
    assert done["here"] == done["there"]
    assert done["here"]["checked"] == 2
    moved(worked, url)
    assert (worked.json("requests"), worked.json("show", "B1"), worked.json("letters")) == before
    assert worked.place("Roman Law") == "B2"
    daemon = worked.start()
    daemon.takes(order("C2"))
    worked.until(["requests"], lambda found: len(found) == 4)
    assert daemon.stop() == 0
    assert worked.cli("verify").code == 0
    assert [one["number"] for one in worked.json("requests", "--find", "naive")] == ["B1"]


def test_what_is_in_the_way_is_named(worked: Installation, url: str) -> None:
    assert worked.cli("copy-store", url).code == 0
    for given, words in (
        (url, "is not empty"),
        (f"sqlite:///{worked.folder}/other.db", "postgresql+psycopg://"),
        (str(make_url(url).set(password="secret-word").render_as_string(hide_password=False)), "PGPASSFILE"),
        ("no url", "This is no URL"),
    ):
        refused = worked.cli("copy-store", given)
        assert refused.code == 1
        assert words in refused.err
        assert "secret-word" not in refused.err
    daemon = worked.start()
    assert "stop it first" in worked.cli("copy-store", url).err
    assert daemon.stop() == 0


def test_one_that_was_killed_is_begun_again(worked: Installation, url: str) -> None:
    with closing(sqlite3.connect(worked.folder / "var/mailproc.db")) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(inbox)") if row[1] != "id"]
        changed = ", ".join("'d' || n.n" if name == "digest" else name for name in columns)
        numbers = f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {MANY})"  # noqa: S608
        connection.execute(
            f"{numbers} INSERT INTO inbox ({', '.join(columns)}) SELECT {changed} FROM inbox, n"  # noqa: S608
        )
        connection.commit()
    command = [
        sys.executable,
        "-m",
        "mailproc",
        "--config",
        str(worked.folder / "config.toml"),
        "copy-store",
        url,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert "of" in process.stderr.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    again = worked.cli("copy-store", url)
    assert again.code == 0, again.err
    assert "Both hold the same" in again.out
    assert f"inbox: {MANY + 1} of {MANY + 1} rows" in again.err


def test_there_it_is_backed_up_and_put_back(worked: Installation, url: str) -> None:
    assert worked.cli("copy-store", url).code == 0
    moved(worked, url)
    folder = worked.folder / "backups"
    told = worked.json("backup", "--to", str(folder))
    dump = Path(told["file"])
    assert dump.suffix == ".dump"
    assert dump.stat().st_mode & 0o777 == 0o600
    assert worked.place("Roman Law") == "B2"
    refused = worked.cli("restore", str(worked.folder / "var/mailproc.db"))
    assert "another kind of database" in refused.err
    done = worked.cli("restore", str(dump))
    assert done.code == 0, done.err
    assert list((worked.folder / "var").glob("*.replaced-*.dump"))
    assert worked.json("restore")["is_held"]
    assert [one["number"] for one in worked.json("requests") if one["number"][0] == "B"] == ["B1"]
    assert int(worked.place("A Third Book")[1:]) > 2
    assert worked.cli("verify").code == 0
    octets = dump.read_bytes()
    dump.write_bytes(octets[:-200] + bytes([octets[-200] ^ 1]) + octets[-199:])
    assert "is damaged" in worked.cli("restore", str(dump)).err
    os.truncate(dump, dump.stat().st_size // 2)
    assert worked.cli("restore", str(dump)).code == 1


@pytest.mark.long
@pytest.mark.parametrize("step", ["compared", "_set_sequences"])
def test_one_that_was_broken_off_late_is_begun_again(
    worked: Installation, url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def broken(*_: object) -> None:
        raise TryLater("the line broke")

    with monkeypatch.context() as late:
        late.setattr(store_transfer, step, broken)
        assert worked.cli("copy-store", url).code == 1
    again = worked.cli("copy-store", url)
    assert again.code == 0, again.err


@pytest.mark.long
def test_a_copy_that_differs_is_not_kept(
    worked: Installation, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*given: Any) -> None:
        copied(*given)
        given[1].exec_driver_sql("UPDATE request SET number = number || '0'")

    copied = store_transfer.copy
    with monkeypatch.context() as late:
        late.setattr(store_transfer, "copy", wrong)
        told = worked.cli("copy-store", url)
    assert told.code == 1
    assert "request" in told.out
    assert "The two differ" in told.out
    assert worked.cli("copy-store", url).code == 0, "the database is empty again"


@pytest.mark.long
def test_the_old_store_is_only_read(worked: Installation, url: str) -> None:
    def rows() -> list[str]:
        with closing(sqlite3.connect(worked.folder / "var/mailproc.db")) as connection:
            return list(connection.iterdump())

    before = rows()
    assert worked.cli("copy-store", url).code == 0
    assert rows() == before


def test_a_store_that_was_put_back_does_not_go_on_by_being_copied(
    app: Installation, url: str, relay: Relay
) -> None:
    app.place("Iron Bridges")
    copy = test_restored.copied(app)
    assert app.cli("run", "--once").code == 0
    test_restored.put_back(app, copy)
    refused = app.cli("copy-store", url)
    assert refused.code == 1
    assert "restore --go" in refused.err
    assert app.json("restore")["is_held"]
    assert app.cli("restore", "--go").code == 0
    assert app.cli("copy-store", url).code == 0
    moved(app, url)
    assert app.cli("run", "--once").code == 0
    assert len(test_restored.orders(relay)) == 1


@pytest.mark.long
def test_a_dump_that_would_act_by_itself_is_not_put_back(
    worked: Installation, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worked.cli("copy-store", url).code == 0
    moved(worked, url)
    dump = worked.folder / "one.dump"
    made: LiteralString
    for made in (
        "CREATE FUNCTION zz() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$",
        "CREATE TRIGGER zz BEFORE INSERT ON outgoing FOR EACH ROW EXECUTE FUNCTION zz()",
    ):
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute(made)
        connection.close()
        refused = worked.cli("backup", str(dump))
        assert refused.code == 1
        assert made.split(" zz")[0].removeprefix("CREATE ") in refused.err
    assert "trigger zz" in worked.cli("check").out
    with monkeypatch.context() as patch:
        patch.setattr(foreign_schema, "in_dump", lambda _: [])  # a list of contents can be forged
        assert worked.cli("backup", str(dump)).code == 0
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("DROP FUNCTION zz CASCADE")
        connection.close()
        assert "trigger zz" in worked.cli("restore", str(dump)).err


@pytest.mark.long
def test_a_store_with_a_trigger_is_replaced_by_a_good_dump(worked: Installation, url: str) -> None:
    assert worked.cli("copy-store", url).code == 0
    moved(worked, url)
    dump = worked.folder / "good.dump"
    assert worked.cli("backup", str(dump)).code == 0
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(
            "CREATE FUNCTION zz() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$"
        )
        connection.execute("CREATE TRIGGER zz BEFORE INSERT ON outgoing FOR EACH ROW EXECUTE FUNCTION zz()")
    connection.close()
    assert "trigger zz" in worked.cli("check").out
    ran = worked.cli("restore", str(dump))
    assert ran.code == 0, ran.err
    assert "zz" not in worked.cli("check").out
    assert list(worked.folder.glob("var/*.replaced-*.dump")), "what was there is kept"


@pytest.mark.long
def test_a_store_that_cannot_be_dumped_is_replaced_only_if_that_is_said(
    worked: Installation, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worked.cli("copy-store", url).code == 0
    moved(worked, url)
    dump = worked.folder / "good.dump"
    assert worked.cli("backup", str(dump)).code == 0
    programs = worked.folder / "bin"
    programs.mkdir()
    broken = programs / "pg_dump"
    broken.write_text("#!/bin/sh\necho 'pg_dump: error: invalid page in block 7 of relation 1' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    refused = worked.cli("restore", str(dump))
    assert refused.code == 1
    assert "invalid page in block 7" in refused.err
    assert "--anyway" in refused.err
    assert not worked.json("restore")["is_held"]
    ran = worked.cli("restore", str(dump), "--anyway")
    assert ran.code == 0, ran.err
    assert worked.json("restore")["is_held"]


def test_anyway_belongs_to_a_backup(worked: Installation) -> None:
    assert "FILE" in worked.cli("restore", "--here", "--anyway").err
