"""Old letters through the whole program: archived, killed, backed up, put back, and moved to PostgreSQL."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from mailproc.store import archive_file
from tests.app.installation import Installation
from tests.servers.postgres import PASSWORD

AGED = (
    "UPDATE request SET closed_at = '2024-06-01 10:00:00.000000', outcome = 'closed'",
    "UPDATE outgoing SET prepared_at = '2024-05-01 10:00:00.000000'",
    "UPDATE outgoing_bytes SET at = '2024-05-01 10:00:00.000000'",
)
KILLED = {
    "before it is in the archive": ("mailproc.store.archive_file.ArchiveFile", "put", "before"),
    "before the archive's commit": ("mailproc.store.archive_file", "_version", "before"),
    "before the store gives it up": ("mailproc.store.letter_bytes", "give_up", "before"),
    "before the store's commit": ("mailproc.store.letter_bytes", "give_up", "after"),
}
KILL = """
import os, pkgutil, signal, sys
where, name, when = sys.argv[1:4]
from mailproc.cli.root import main
place = pkgutil.resolve_name(where)
real = getattr(place, name)
def killed(*given, **named):
    if when == "after":
        real(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(place, name, killed)
sys.argv[1:] = sys.argv[4:]
main()
"""


@pytest.fixture
def aged(app: Installation) -> Installation:
    """A house whose requests are long closed; two letters of ours."""
    with (app.folder / "config.toml").open("a") as file:
        file.write("[policy]\narchive_after = 365\n")
    app.place("Iron Bridges")
    app.place("Roman Law")
    assert app.cli("run", "--once").code == 0
    age(app)
    return app


def store_of(app: Installation) -> Path:
    return app.folder / "var/mailproc.db"


def file_of(app: Installation) -> Path:
    return app.folder / "var/mailproc.db.letters-2024.db"


def kept(app: Installation) -> int:
    with closing(sqlite3.connect(store_of(app))) as store:
        return int(store.execute("SELECT count(*) FROM outgoing_bytes").fetchone()[0])


def archived(file: Path) -> int:
    with closing(sqlite3.connect(file)) as archive:
        return int(archive.execute("SELECT count(*) FROM letter").fetchone()[0])


def test_it_is_said_first_then_done_and_found(aged: Installation) -> None:
    before = aged.cli("letter", "O1", "--raw").out
    (would,) = aged.json("archive", "--dry-run")
    assert (would["year"], would["letters"], would["file"]) == (2024, kept(aged), str(file_of(aged)))
    assert not file_of(aged).exists()
    assert aged.json("archive") == [would]
    assert (kept(aged), archived(file_of(aged))) == (0, would["letters"])
    assert aged.cli("letter", "O1", "--raw").out == before
    assert aged.json("archive") == []
    assert aged.json("verify")["archives"] == {"checked": would["letters"], "wrong": []}
    file_of(aged).rename(file_of(aged).with_suffix(".away"))
    told = aged.cli("verify")
    assert (told.code, "mailproc.db.letters-2024.db is not there" in told.out) == (1, True)
    assert "is not there" in aged.cli("letter", "O1").err
    assert aged.cli("show", "B1").code == 0, "all but the bytes is in the store"


@pytest.mark.parametrize("when", KILLED)
def test_a_kill_loses_nothing_and_leaves_nothing_twice(aged: Installation, when: str) -> None:
    count, before = kept(aged), aged.cli("letter", "O1", "--raw").out
    config = ("--config", str(aged.folder / "config.toml"))
    ran = subprocess.run([sys.executable, "-c", KILL, *KILLED[when], *config, "archive"], check=False)
    assert ran.returncode == -signal.SIGKILL
    assert aged.cli("letter", "O1", "--raw").out == before
    assert aged.cli("archive").code == 0
    assert (kept(aged), archived(file_of(aged))) == (0, count)
    assert aged.cli("letter", "O1", "--raw").out == before
    assert aged.cli("verify").code == 0


def test_a_backup_takes_it_once_and_brings_it_back(aged: Installation) -> None:
    aged.cli("archive")
    before = aged.cli("letter", "O1", "--raw").out
    folder = aged.folder / "backups"
    first = aged.json("backup", "--to", str(folder))
    copy = folder / "archives/letters-2024.db"
    assert (first["archives"], archived(copy), copy.stat().st_mode & 0o777) == (
        1,
        archived(file_of(aged)),
        0o600,
    )
    inode = copy.stat().st_ino
    assert aged.json("backup", "--to", str(folder))["archives"] == 0
    assert copy.stat().st_ino == inode
    file_of(aged).unlink()
    assert aged.cli("restore", first["file"]).code == 0
    assert aged.cli("letter", "O1", "--raw").out == before
    assert aged.cli("verify").code == 0


def age(app: Installation) -> None:
    with closing(sqlite3.connect(store_of(app))) as store, store:
        for statement in AGED:
            store.execute(statement)


def test_an_archive_that_is_lost_is_not_begun_again_and_its_copy_stays(aged: Installation) -> None:
    """Its disk is not mounted, say."""
    aged.cli("archive")
    before, folder = aged.cli("letter", "O1", "--raw").out, aged.folder / "backups"
    copy = folder / "archives/letters-2024.db"
    first, whole = aged.json("backup", "--to", str(folder)), archived(file_of(aged))
    file_of(aged).unlink()
    aged.place("A third")
    assert aged.cli("run", "--once").code == 0
    age(aged)
    assert "is not there" in aged.cli("archive").err
    assert not file_of(aged).exists()
    made = aged.cli("backup", "--to", str(folder))
    assert (made.code, archived(copy)) == (1, whole)
    assert str(copy) in made.out
    assert "WRONG" in aged.cli("status").out
    assert str(file_of(aged)) in aged.cli("status").out
    checked = aged.cli("check")
    assert (checked.code, f"WRONG The archive {file_of(aged)}" in checked.out) == (1, True)
    assert aged.cli("restore", first["file"]).code == 0
    assert aged.cli("letter", "O1", "--raw").out == before


def test_a_backup_is_made_beside_an_archive_that_a_kill_left_empty(aged: Installation) -> None:
    config = ("--config", str(aged.folder / "config.toml"))
    killed = [sys.executable, "-c", KILL, *KILLED["before the archive's commit"], *config, "archive"]
    assert subprocess.run(killed, check=False).returncode == -signal.SIGKILL
    assert file_of(aged).stat().st_size == 0
    made = aged.cli("backup", "--to", str(aged.folder / "backups"))
    assert (made.code, made.err) == (0, "")
    assert aged.cli("archive").code == 0
    assert aged.cli("verify").code == 0


def test_restore_names_archived_letters_that_it_could_not_bring(aged: Installation) -> None:
    aged.cli("archive")
    made = aged.json("backup", "--to", str(aged.folder / "backups"))
    (aged.folder / "backups/archives/letters-2024.db").unlink()
    file_of(aged).unlink()
    ran = aged.cli("restore", made["file"])
    assert (ran.code, "O1: The archive" in ran.out, "is not there" in ran.out) == (1, True, True)


def test_restore_is_not_refused_for_an_archive_that_cannot_be_read_now(
    aged: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    aged.cli("archive")
    made = aged.json("backup", "--to", str(aged.folder / "backups"))
    monkeypatch.setattr(archive_file, "BUSY_SECONDS", 0)
    with closing(sqlite3.connect(file_of(aged), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        ran = aged.cli("restore", made["file"])
    assert (ran.code, "database is locked" in ran.out, ran.err) == (1, True, "")
    assert aged.cli("restore", made["file"]).code == 0


def test_verify_names_letters_whose_bytes_the_store_has_lost(aged: Installation) -> None:
    with closing(sqlite3.connect(store_of(aged))) as store, store:
        store.execute("DELETE FROM outgoing_bytes WHERE letter_id = 1")
    ran = aged.cli("verify")
    assert (ran.code, "O1: The store has lost" in ran.out) == (1, True)


def test_in_a_folder_that_two_machines_reach_and_on_postgresql(
    aged: Installation, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    url = make_url(empty_postgres_url)._replace(password=None).render_as_string(hide_password=False)
    config = aged.folder / "config.toml"
    assert aged.cli("archive").code == 0
    before = aged.cli("letter", "O1", "--raw").out
    config.write_text(config.read_text() + '[store]\narchives = "shared"\n')
    (aged.folder / "shared").mkdir()
    file_of(aged).rename(aged.folder / "shared" / file_of(aged).name)
    assert aged.cli("letter", "O1", "--raw").out == before
    done = aged.cli("copy-store", url)
    assert done.code == 0, done.err
    config.write_text(config.read_text().replace("[store]\n", f'[store]\nurl = "{url}"\n'))
    assert aged.cli("letter", "O1", "--raw").out == before
    assert aged.cli("verify").code == 0
