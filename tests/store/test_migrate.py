"""A store is brought up to date whole or not at all; a newer one is left alone."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlmodel import SQLModel

from mailproc.errors import Misconfigured, TryLater
from mailproc.store import connections, inbox, migrate
from mailproc.store.engine import Store
from tests.support.earlier_store import made_at

HEAD = migrate.HEAD
NEXT = "9000"
STEP = '''
"""A step of the tests."""
import sqlalchemy as sa
from alembic import op
revision = "9000"
down_revision = "{head}"
def upgrade() -> None:
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO half (id) VALUES (7)")
    op.execute({then!r})
'''


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new.db"
    return request.getfixturevalue("empty_postgres_url")


@pytest.fixture
def next_step(tmp_path, monkeypatch):
    """This program becomes one revision newer: its step ends with the statement given."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    shipped = Path(migrate.__file__).parent / "migrations"

    def make(then: str) -> None:
        for file in [shipped / "env.py", *shipped.glob("versions/v*.py")]:
            to = folder / file.relative_to(shipped)
            to.parent.mkdir(exist_ok=True)
            to.write_text(file.read_text())
        (folder / "versions" / "v9000_step.py").write_text(STEP.format(then=then, head=HEAD))
        monkeypatch.setattr(migrate, "_MIGRATIONS", folder)
        monkeypatch.setattr(migrate, "HEAD", NEXT)

    return make


def tables_of(url):
    """What is there, looked at without opening it as a store; and its revision."""
    parsed = connections.parse(url, Path())
    file = connections.file_of(parsed)
    if file is not None and not file.exists():
        return set(), None
    store = Store(parsed)
    with store.read() as connection:
        names = set(inspect(connection).get_table_names())
        revision = migrate.revision(connection)
    store.close()
    return names, revision


def test_head_is_the_newest_step():
    script = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert script.get_heads() == [migrate.HEAD]
    assert {step.revision for step in script.walk_revisions()} == migrate._known()


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_steps_make_what_tables_says(empty_url):
    store = Store.open(empty_url)
    options = {"compare_server_default": True, "include_object": migrate.described}
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []
    store.close()


def test_steps_make_the_indexes_that_tables_says(tmp_path):
    """To the letter: of an index of an expression the comparison above sees nothing on SQLite."""
    Store.open(f"sqlite:///{tmp_path}/stepped.db").close()
    made = create_engine(f"sqlite:///{tmp_path}/made.db")
    SQLModel.metadata.create_all(made)
    made.dispose()
    stepped, whole = (indexes_of(tmp_path / f"{name}.db") for name in ("stepped", "made"))
    assert stepped == whole
    assert "upper(tgq)" in stepped["ix_transactions_typed"]


def indexes_of(file):
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL")
        return {name: " ".join(sql.replace('"', "").split()) for name, sql in rows}


def test_opened_again_nothing_is_done(empty_url):
    Store.open(empty_url).close()
    Store.open(empty_url, migrate=False).close()
    assert tables_of(empty_url)[1] == migrate.HEAD


def test_without_leave_an_empty_store_is_refused(empty_url):
    with pytest.raises(Misconfigured, match=f"empty.*{migrate.HEAD}|is not there"):
        Store.open(empty_url, make=False, migrate=False)
    assert tables_of(empty_url) == (set(), None)


def test_a_newer_store_is_refused_and_left_alone(empty_url, letter):
    store = Store.open(empty_url)
    store.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '0999'")))
    store.close()
    before = tables_of(empty_url)
    for leave in (True, False):
        with pytest.raises(Misconfigured, match=f"0999.*{migrate.HEAD}"):
            Store.open(empty_url, migrate=leave)
    assert tables_of(empty_url) == before
    assert before[1] == "0999"


def test_a_step_that_fails_half_way_leaves_nothing(empty_url, letter, next_step):
    store = Store.open(empty_url)
    store.write(lambda c: inbox.keep(c, [letter()]))
    store.close()
    before = tables_of(empty_url)
    next_step("INSERT INTO nowhere VALUES (1)")
    with pytest.raises(Exception, match="nowhere"):
        Store.open(empty_url)
    assert tables_of(empty_url) == before
    next_step("UPDATE inbox SET subject = 'stepped'")
    store = Store.open(empty_url)
    with store.read() as connection:
        assert connection.execute(text("SELECT id FROM half")).scalar() == 7
        assert connection.execute(text("SELECT subject FROM inbox")).scalar() == "stepped"
    store.close()


def test_a_first_step_that_fails_leaves_an_empty_store(empty_url, next_step):
    next_step("INSERT INTO nowhere VALUES (1)")
    with pytest.raises(Exception, match="nowhere"):
        Store.open(empty_url)
    assert tables_of(empty_url) == (set(), None)


def test_a_file_is_copied_before_it_is_changed(sqlite_url, letter, next_step):
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    store = Store.open(sqlite_url)
    store.write(lambda c: inbox.keep(c, [letter()]))  # still in the log beside the file
    next_step("UPDATE inbox SET subject = 'stepped'")
    Store.open(sqlite_url).close()
    store.close()
    copy = file.with_name("mailproc.db.before-9000.bak")
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT subject FROM inbox").fetchall() == [("",)]
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    connection.close()
    assert copy.stat().st_mode == file.stat().st_mode
    assert [f.name for f in file.parent.iterdir() if "bak" in f.name] == [copy.name]


def copies_of(file: Path) -> list[Path]:
    return sorted(one for one in file.parent.iterdir() if "bak" in one.name)


def test_an_earlier_copy_stays_and_a_failed_try_leaves_no_second(sqlite_url, next_step, letter):
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    store = Store.open(sqlite_url)
    store.write(lambda c: inbox.keep(c, [letter()]))
    store.close()
    copy = file.with_name("mailproc.db.before-9000.bak")
    copy.write_bytes(b"of an earlier migration")
    next_step("INSERT INTO nowhere VALUES (1)")
    for _ in range(3):
        with pytest.raises(Exception, match="nowhere"):
            Store.open(sqlite_url)
    newest, earlier = copies_of(file)
    assert (newest, earlier.read_bytes()) == (copy, b"of an earlier migration")
    assert newest.read_bytes().startswith(b"SQLite format 3")


def test_a_copy_is_on_the_disk_before_the_store_is_changed(sqlite_url, next_step, monkeypatch):
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    Store.open(sqlite_url).close()
    synced = []

    def noted(number: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{number}")).name)

    monkeypatch.setattr(os, "fsync", noted)
    next_step("SELECT 1")
    Store.open(sqlite_url).close()
    assert synced == ["mailproc.db.before-9000.bak.unfinished", file.parent.name]


def test_what_cannot_be_copied_is_not_migrated(sqlite_url, next_step):
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    (file.parent / "mailproc.db.before-9000.bak").mkdir()
    next_step("SELECT 1")
    with pytest.raises(TryLater, match="not migrated"):
        Store.open(sqlite_url)
    assert tables_of(sqlite_url)[1] == HEAD


OPEN = "import sys; from mailproc.store.engine import Store; Store.open(sys.argv[1]).close()"


def test_processes_that_start_together_migrate_once(empty_url, python):
    """The first start of daemon and command line at once."""
    starting = [
        subprocess.Popen([python, "-c", OPEN, empty_url], stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in starting]
    assert ended == [("", 0)] * 4
    assert tables_of(empty_url)[1] == migrate.HEAD


LETTER_OF_0001 = """
INSERT INTO inbox (state, attempts, last_error, door, mail_from, rcpt_to, peer, login, digest, raw,
received_at, proof, message_id, subject, codec, partner, note)
VALUES ('done', 1, '', 'm', '', '', '', '', 'd', :raw, '2026-01-01', '', '', '', '', '', '')
"""


def test_a_store_of_the_first_version_is_brought_up(empty_url):
    """What 0.1.0 made, with a letter in it, is taken through every step since."""
    engine = made_at("0001", empty_url, Path())
    with engine.connect() as connection, connection.begin():
        connection.execute(text(LETTER_OF_0001), {"raw": b"as it came"})
    engine.dispose()
    store = Store.open(empty_url)
    with store.read() as connection:
        assert bytes(connection.execute(text("SELECT raw FROM inbox_bytes")).scalar()) == b"as it came"
    store.close()
    assert tables_of(empty_url)[1] == migrate.HEAD
