"""A backup is made while the service works, is whole or not there, and is put back held.

What may lie in the way is tried too: a full disk, another store's file, one of a newer version, a broken one.
"""

import os
import shutil
import sqlite3
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailproc.store import migrate
from mailproc.store.document_files import DocumentFolder
from tests.app.installation import Installation, order
from tests.servers.relay import Relay
from tests.support.empty_store import copy_to
from tests.support.files import PDF


def store_of(app: Installation) -> Path:
    return app.folder / "var/mailproc.db"


def files_of(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.fixture
def made(app: Installation) -> Path:
    """A backup of a store with one request that has not left."""
    app.place("Iron Bridges")
    file = app.folder / "backups/one.db"
    assert app.cli("backup", str(file)).code == 0
    return file


def test_while_the_service_works_it_is_whole_and_can_be_repeated(app: Installation) -> None:
    daemon = app.start()
    daemon.takes(order("C1"))
    app.until(["requests"], lambda found: len(found) == 1)
    file = app.folder / "backups/one.db"
    for count in (1, 2):
        told = app.json("backup", str(file))
        assert (told["file"], told["size"]) == (str(file), file.stat().st_size)
        assert files_of(file.parent) == ["one.db"], "nothing else is left, no log either"
        assert mode(file) == 0o600
        assert mode(file.parent) == 0o700
        with closing(sqlite3.connect(file)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert copy.execute("SELECT count(*) FROM request").fetchone() == (count,)
        daemon.takes(order(f"C{count + 1}"))
        app.until(["requests"], lambda found, more=count + 1: len(found) == more)
    assert daemon.stop() == 0


def test_it_is_put_back_held_and_what_was_there_is_kept(app: Installation, relay: Relay, made: Path) -> None:
    daemon = app.start()
    relay.wait_for("orders@bl.example", 1)
    assert app.place("Roman Law") == "B2"
    relay.wait_for("orders@bl.example", 2)
    refused = app.cli("restore", str(made))
    assert refused.code == 1
    assert "stop it first" in refused.err
    daemon.kill()

    told = app.cli("restore", str(made))
    assert told.code == 0, told.err
    (kept,) = (app.folder / "var").glob("mailproc.db.replaced-*Z")
    assert str(kept) in told.out
    assert "O1" not in told.out, "it was no letter yet"
    assert not list((app.folder / "var").glob("*restoring*"))
    assert mode(store_of(app)) == 0o600
    again = app.start()
    app.until(["outbox"], lambda found: [one["state"] for one in found] == ["held"])
    assert int(app.place("A Third Book")[1:]) > 2
    assert again.stop() == 0
    assert len(relay.letters) == 2
    assert app.json("restore")["how"] == "file"
    assert app.cli("verify").code == 0


def test_a_restore_that_was_killed_is_begun_again(app: Installation, made: Path) -> None:
    """Between the two renames nothing is in the place of the store: no service begins a new one."""
    os.replace(store_of(app), app.folder / "var/mailproc.db.replaced-20260101T000000Z")
    (app.folder / "var/mailproc.db.restoring").write_bytes(b"half")
    refused = app.cli("run", "--once")
    assert refused.code == 3
    assert "gone" in refused.err
    assert app.cli("restore", str(made)).code == 0
    assert app.json("restore")["is_held"]
    assert [one["number"] for one in app.json("requests")] == ["B1"]


def test_on_a_new_machine_numbers_go_on_far_ahead(app: Installation, made: Path) -> None:
    """No file tells there how many were given out."""
    for file in (store_of(app), *app.folder.glob(".mailproc.db.*")):
        file.unlink()
    assert app.cli("restore", str(made)).code == 0
    assert int(app.place("Roman Law")[1:]) > 1000


def test_a_store_without_its_file_is_held(app: Installation, relay: Relay, made: Path) -> None:
    """As on a new machine to which the copy was brought by hand, without `restore`."""
    for file in (store_of(app), *app.folder.glob(".mailproc.db.*")):
        file.unlink()
    shutil.copyfile(made, store_of(app))
    assert app.cli("run", "--once").code == 0
    assert relay.letters == []
    assert app.json("restore")["is_held"]
    assert int(app.place("Roman Law")[1:]) > 1000


def another_store(app: Installation, file: Path) -> str:
    copy_to(app.folder / "other/mailproc.db")
    with closing(sqlite3.connect(app.folder / "other/mailproc.db")) as other:
        other.execute("INSERT INTO identity (store_id, run) VALUES ('another', '')")
        other.commit()
    shutil.copyfile(app.folder / "other/mailproc.db", file)
    return "another store"


def a_newer_version(_app: Installation, file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
        connection.commit()
    return f"revision 0999, this program knows revisions up to {migrate.HEAD}"


def cut_off(_app: Installation, file: Path) -> str:
    os.truncate(file, file.stat().st_size // 2)
    return "no whole backup"


def overwritten(_app: Installation, file: Path) -> str:
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 2)
        opened.write(os.urandom(20_000))
    return "no whole backup"


def no_database(_app: Installation, file: Path) -> str:
    file.write_text("a letter, maybe\n" * 100)
    return "no whole backup"


def of_another_program(_app: Installation, file: Path) -> str:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE t (x)")
    return "no store of mailproc"


def gone(_app: Installation, file: Path) -> str:
    file.unlink()
    return "No such file"


def a_folder(_app: Installation, file: Path) -> str:
    file.unlink()
    file.mkdir()
    return "directory"


BAD = (another_store, a_newer_version, cut_off, overwritten, no_database, of_another_program, gone, a_folder)


@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_backup_of_this_store_is_refused_and_changes_nothing(
    app: Installation, made: Path, bad: Callable[[Installation, Path], str]
) -> None:
    words = bad(app, made)
    before = store_of(app).read_bytes(), files_of(app.folder)
    refused = app.cli("restore", str(made))
    assert refused.code == 1
    assert words in refused.err
    assert (store_of(app).read_bytes(), files_of(app.folder)) == before


def test_a_backup_takes_the_place_of_nothing_else(app: Installation, made: Path) -> None:
    letter = app.folder / "letter.txt"
    letter.write_text("of value")
    for file, words in ((letter, "no backup of this store"), (store_of(app), "the store itself")):
        refused = app.cli("backup", str(file))
        assert refused.code == 1
        assert words in refused.err
    another_store(app, made)
    assert "another store" in app.cli("backup", str(made)).err
    assert letter.read_text() == "of value"
    assert app.cli("verify").code == 0


def test_dated_ones_are_pruned_and_nothing_else_is(app: Installation) -> None:
    folder = app.folder / "backups"
    folder.mkdir()
    (folder / "notes.txt").write_text("of value")
    for day in range(1, 4):
        (folder / f"mailproc-2026010{day}T000000Z.db").write_bytes(b"old")
    told = app.json("backup", "--to", str(folder), "--keep", "2")
    assert [Path(one).name for one in told["pruned"]] == [
        "mailproc-20260101T000000Z.db", "mailproc-20260102T000000Z.db",
    ]  # fmt: skip
    assert files_of(folder) == ["mailproc-20260103T000000Z.db", Path(told["file"]).name, "notes.txt"]
    assert "Name a file" in app.cli("backup").err


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k,mode=0700", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a small disk: run as root ({mounted.stderr.decode().strip()})")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_on_a_full_disk_it_says_so_and_leaves_nothing(app: Installation, small_disk: Path) -> None:
    app.place()
    for arguments in ([str(small_disk / "one.db")], ["--to", str(small_disk)]):
        refused = app.cli("backup", *arguments)
        assert refused.code == 1
        assert "No backup was made" in refused.err
        assert "full" in refused.err or "No space" in refused.err
        assert files_of(small_disk) == []
    told = app.cli("status", "--json").json
    assert "No backup was made" in told["backup"]["fault"]
    assert any("the last backup failed" in one for one in told["wrong"])
    assert app.cli("verify").code == 0


def test_the_schedule_makes_them(app: Installation) -> None:
    config = app.folder / "config.toml"
    config.write_text(
        config.read_text() + '\n[schedule]\nbackup = "every 1s"\n[backup]\nfolder = "backups"\nkeep = 1\n'
    )
    daemon = app.start()
    made = app.folder / "backups"
    first = app.until(["jobs"], lambda _found: list(made.glob("mailproc-*.db")))
    assert "backup" in [one["job"] for one in first["jobs"]]
    told = app.until(["status"], lambda found: found["backup"]["made_at"])
    assert told["backup"]["file"].startswith(str(made))
    assert daemon.stop() == 0
    assert app.cli("verify").code == 0


def test_documents_lie_beside_it_and_come_back(app: Installation) -> None:
    daemon = app.start()
    daemon.takes(order("C1"))
    app.until(["requests"], lambda found: len(found) == 1)
    scan = app.folder / "scan.pdf"
    scan.write_bytes(PDF)
    assert app.cli("act", "L1", "ship", "--attach", str(scan)).code == 0
    assert daemon.stop() == 0
    live, folder = app.folder / "var/documents", app.folder / "backups"
    (kept,) = (name for name in files_of(live) if "/" in name)
    for _ in range(2):
        assert app.json("backup", str(folder / "one.db"))["documents"] == 1
    assert (folder / "documents" / kept).read_bytes() == scan.read_bytes()
    assert mode(folder / "documents" / kept) == 0o600

    shutil.rmtree(live)
    missing = app.json("backup", str(folder / "two.db"))
    assert (missing["documents"], missing["missing"]) == (0, 1)
    assert app.cli("restore", str(folder / "one.db")).code == 0
    assert (live / kept).read_bytes() == scan.read_bytes()
    assert app.cli("verify").code == 0


def test_documents_go_with_the_last_backup_that_has_them(app: Installation) -> None:
    app.place()
    folder = app.folder / "backups"
    assert app.cli("backup", "--to", str(folder)).code == 0
    files = DocumentFolder(folder / "documents")
    with files.writing((app.folder / ".mailproc.db.id").read_text().strip()):
        old, new = files.put(b"old"), files.put(b"new")
    for name, age in (("mailproc-20260101T000000Z.db", 3_000), ("mailproc-20260102T000000Z.db", 2_000)):
        (folder / name).write_bytes(b"a backup")
        os.utime(folder / name, (time.time() - age,) * 2)
    for digest, age in ((old, 2_500), (new, -1_000)):
        os.utime(folder / "documents" / digest[:2] / digest, (time.time() - age,) * 2)
    assert app.cli("backup", "--to", str(folder), "--keep", "3").code == 0
    assert not files.state(old), "only what the oldest one that is left may have"
    assert app.cli("backup", "--to", str(folder), "--keep", "2").code == 0
    assert (files.state(old), files.state(new)) == ("missing", "")


def test_a_damaged_store_is_replaced_and_kept(app: Installation, made: Path) -> None:
    store_of(app).write_bytes(b"nonsense" * 1000)
    assert app.cli("verify").code != 0
    assert app.cli("restore", str(made)).code == 0
    (kept,) = (app.folder / "var").glob("mailproc.db.replaced-*Z")
    assert kept.read_bytes().startswith(b"nonsense")
    assert app.cli("verify").code == 0
    assert [one["number"] for one in app.json("requests")] == ["B1"]
