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
from tests.support.forking import Forker


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
    assert "No letter is held" not in told.out, "and will be held once it is"
    assert app.json("restore")["unwritten"] == 1
    assert "The store is held" in app.cli("act", "B1", "cancel", "--dry-run").out
    assert not list((app.folder / "var").glob("*restoring*"))
    assert mode(store_of(app)) == 0o600
    again = app.start()
    app.until(["outbox"], lambda found: [one["state"] for one in found] == ["held"])
    assert int(app.place("A Third Book")[1:]) > 2
    assert again.stop() == 0
    assert len(relay.letters) == 2
    assert (app.json("restore")["how"], app.json("restore")["unwritten"]) == ("file", 0)
    assert app.cli("verify").code == 0
    backup = app.cli("status", "--json").json["backup"]
    assert (backup["begun_at"], backup["file"]) == (None, str(made)), (
        "the copy holds the row of its own backup"
    )


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


def a_title_changed(_app: Installation, file: Path) -> str:
    octets = file.read_bytes()
    assert b"Iron Bridges" in octets
    file.write_bytes(octets.replace(b"Iron Bridges", b"Iron Britches"[:12]))
    return "is damaged"


def a_bit_of_nothing_turned(_app: Installation, file: Path) -> str:
    with file.open("r+b") as opened:
        opened.seek(-90, os.SEEK_END)
        (octet,) = opened.read(1)
        opened.seek(-90, os.SEEK_END)
        opened.write(bytes([octet ^ 1]))
    return "is damaged"


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


def with_a_trigger(_app: Installation, file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            "CREATE TRIGGER zz AFTER INSERT ON outgoing BEGIN"
            " UPDATE outgoing SET rcpt_to = 'thief@evil.example' WHERE id = NEW.id; END"
        )
    return "trigger zz"


def with_a_trigger_of_our_name(_app: Installation, file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TRIGGER finding_new")
        connection.execute("CREATE TRIGGER finding_new AFTER INSERT ON outgoing BEGIN SELECT 1; END")
    return "trigger finding_new"


def with_a_view_without_end(_app: Installation, file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE alembic_version RENAME TO other")
        connection.execute(
            "CREATE VIEW alembic_version (version_num) AS"
            " WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT max(n) FROM n"
        )
    return "view alembic_version"


def with_a_virtual_table(_app: Installation, file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE VIRTUAL TABLE zz USING fts5 (a)")
    return "virtual table zz"


FOREIGN = (with_a_trigger, with_a_trigger_of_our_name, with_a_view_without_end, with_a_virtual_table)
CHANGED = (a_title_changed, a_bit_of_nothing_turned)
BAD = (
    *FOREIGN,
    *CHANGED,
    another_store,
    a_newer_version,
    cut_off,
    overwritten,
    no_database,
    of_another_program,
    gone,
    a_folder,
)


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


@pytest.mark.parametrize("foreign", [with_a_trigger, with_a_trigger_of_our_name])
def test_a_store_into_which_somebody_put_a_trigger_is_not_used(
    app: Installation, foreign: Callable[[Installation, Path], str]
) -> None:
    words = foreign(app, store_of(app))
    assert words in app.cli("check").out
    assert words in app.cli("backup", str(app.folder / "one.db")).err
    daemon = app.start(ready=False)
    daemon.says(words)
    assert daemon.ends() != 0


def test_a_view_of_the_operators_stops_no_service(app: Installation) -> None:
    with closing(sqlite3.connect(store_of(app))) as connection:
        connection.execute("CREATE VIEW many AS SELECT count(*) FROM request")
    assert "many" not in app.cli("check").out
    assert "view many" in app.cli("backup", str(app.folder / "one.db")).err


def test_a_copy_that_was_made_by_other_means_is_looked_at_only(app: Installation, made: Path) -> None:
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("VACUUM INTO ?", [str(app.folder / "other.db")])
    told = app.cli("restore", str(app.folder / "other.db"))
    assert told.code == 0
    assert "no checksum" in told.err
    assert b"mailproc backup sha256" not in store_of(app).read_bytes()[-200:]


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


def dated(folder: Path, day: int, year: int = 2026) -> Path:
    return folder / f"mailproc-{year}010{day}T000000Z.db"


def test_dated_ones_are_pruned_and_nothing_else_is(app: Installation, made: Path) -> None:
    """Two of this store go; another store's, none, a pipe, a link, a folder and one of the future stay."""
    folder = made.parent
    (folder / "notes.txt").write_text("of value")
    for day in (1, 2, 3):
        shutil.copyfile(made, dated(folder, day))
    shutil.copyfile(made, dated(folder, 1, year=2099))
    another_store(app, dated(folder, 4))
    dated(folder, 5).write_bytes(b"of value")
    os.mkfifo(dated(folder, 6))
    dated(folder, 7).symlink_to(made)
    dated(folder, 8).mkdir()
    told = app.json("backup", "--to", str(folder), "--keep", "2")
    assert told["pruned"] == [str(dated(folder, day)) for day in (1, 2)]
    others = [dated(folder, day) for day in range(4, 9)] + [dated(folder, 1, year=2099)]
    assert told["left_alone"] == [str(file) for file in others]
    assert all(os.path.lexists(file) for file in (*others, made, folder / "notes.txt", dated(folder, 3)))
    assert Path(told["file"]).exists()
    assert "2099" in app.cli("backup", "--to", str(folder)).out
    assert "Name a file" in app.cli("backup").err


def test_the_one_just_made_stays_whatever_the_clock_said_before(app: Installation, made: Path) -> None:
    for day in (1, 2):
        shutil.copyfile(made, dated(made.parent, day, year=2099))
    told = app.json("backup", "--to", str(made.parent), "--keep", "1")
    assert Path(told["file"]).exists()
    assert told["pruned"] == []


def test_the_folder_of_another_store_is_refused_before_anything_is_written(
    app: Installation, tmp_path_factory: pytest.TempPathFactory, relay: Relay, forker: Forker
) -> None:
    other = Installation(tmp_path_factory.mktemp("other"), relay, forker)
    folder = app.folder / "backups"
    first = app.json("backup", "--to", str(folder))
    before = files_of(folder)
    for arguments in (["--to", str(folder), "--keep", "1"], [str(folder / "other.db")]):
        refused = other.cli("backup", *arguments)
        assert refused.code == 1
        assert "another store" in refused.err
    assert files_of(folder) == before
    assert Path(first["file"]).exists()


def test_the_folder_of_the_store_takes_no_backup(app: Installation) -> None:
    """Pruning would delete the documents there."""
    config = app.folder / "config.toml"
    text = config.read_text()
    for documents, folder in (("", "var"), ("", "var/documents/b"), ("b/documents", "b")):
        config.write_text(f'{text}\n[documents]\nfolder = "{documents}"\n[backup]\nfolder = "{folder}"\n')
        for arguments in (["--to", str(app.folder / folder)], [str(app.folder / folder / "one.db")]):
            refused = app.cli("backup", *arguments)
            assert refused.code == 1
            assert "documents lie there" in refused.err
        assert "backup.folder" in app.cli("check").err + app.cli("check").out
        assert app.cli("check").code != 0
        assert app.cli("run", "--once").code == 3


def test_a_path_that_is_not_there_is_not_made(app: Installation) -> None:
    """The disk may not be mounted: its backups would lie on this one."""
    folder = app.folder / "disk" / "backups"
    for arguments in (["--to", str(folder)], [str(folder / "one.db")]):
        refused = app.cli("backup", *arguments)
        assert (refused.code, f"{folder.parent} is not there" in refused.err) == (1, True)
    config = app.folder / "config.toml"
    config.write_text(
        f'{config.read_text()}\n[schedule]\nbackup = "30 2 * * *"\n[backup]\nfolder = "{folder}"\n'
    )
    assert f"backup.folder: {folder.parent} is not there" in app.cli("check").out
    assert not folder.parent.exists()


def test_a_store_in_a_path_that_is_not_there_is_refused(app: Installation) -> None:
    config = app.folder / "config.toml"
    text = config.read_text()
    config.write_text(f'{text}\n[store]\nurl = "sqlite:///disk/store/mailproc.db"\n')
    assert app.start(ready=False).ends() == 3
    assert f"{app.folder / 'disk'} is not there" in app.cli("check").err
    assert not (app.folder / "disk").exists()
    config.write_text(f'{text}\n[store]\nurl = "sqlite:///store/mailproc.db"\n')
    checked = app.cli("check")
    assert checked.code == 0
    assert f"{app.folder / 'store'} is not there: the first start makes it" in checked.out
    assert not (app.folder / "store").exists()


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
        assert files_of(small_disk) in ([], ["documents/.mailproc-store"])
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


def shipped(app: Installation) -> Path:
    """A request of a customer is answered with a scan; return it."""
    daemon = app.start()
    daemon.takes(order("C1"))
    app.until(["requests"], lambda found: "L1" in [one["number"] for one in found])
    scan = app.folder / "scan.pdf"
    scan.write_bytes(PDF)
    assert app.cli("act", "L1", "ship", "--attach", str(scan)).code == 0
    assert daemon.stop() == 0
    return scan


def test_documents_lie_beside_it_and_come_back(app: Installation) -> None:
    scan = shipped(app)
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


def aged(file: Path, seconds: int) -> None:
    os.utime(file, (time.time() - seconds,) * 2)


@pytest.mark.parametrize("undated", [False, True])
def test_documents_go_with_the_last_backup_that_has_them(
    app: Installation, made: Path, undated: bool
) -> None:
    """One without a date, for example of before an upgrade, keeps its documents too."""
    folder = made.parent
    Path(app.json("backup", "--to", str(folder))["file"]).unlink()  # it has claimed the folder
    files = DocumentFolder(folder / "documents")
    with files.writing((app.folder / ".mailproc.db.id").read_text().strip()):
        old, new = files.put(b"old"), files.put(b"new")
    for day, age in ((1, 3_000), (2, 2_000)):
        shutil.copyfile(made, dated(folder, day))
        aged(dated(folder, day), age)
    aged(made, 2_600 if undated else 0)
    for digest, age in ((old, 2_500), (new, -1_000)):
        aged(folder / "documents" / digest[:2] / digest, age)
    assert app.cli("backup", "--to", str(folder), "--keep", "4").code == 0
    assert not files.state(old), "only what the oldest one that is left may have"
    assert app.cli("backup", "--to", str(folder), "--keep", "1").code == 0
    assert (files.state(old), files.state(new)) == ("" if undated else "missing", "")


def test_without_its_documents_there_is_no_backup(app: Installation, made: Path) -> None:
    """It gets its name when they are there; the earlier one stays."""
    shipped(app)
    before = made.read_bytes()
    (made.parent / "documents").write_text("in the way")
    for arguments in ([str(made)], ["--to", str(made.parent)]):
        assert app.cli("backup", *arguments).code == 1
    assert files_of(made.parent) == ["documents", "one.db"]
    assert made.read_bytes() == before


def test_what_a_killed_one_left_is_cleared_by_the_next(app: Installation, made: Path) -> None:
    left = [made.parent / f".mailproc-20260101T000000Z.db.unfinished{end}" for end in ("", "-journal")]
    for file in left:
        file.write_bytes(b"half")
    (made.parent / ".notes.unfinished").write_text("of value")
    assert app.cli("backup", "--to", str(made.parent)).code == 0
    assert not any(file.exists() for file in left)
    assert (made.parent / ".notes.unfinished").exists()


def a_pipe(file: Path) -> None:
    os.mkfifo(file)


def a_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def endless(file: Path) -> None:
    """A view that is asked for ever, in the place of a table that each store has."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            "CREATE VIEW alembic_version AS WITH RECURSIVE n(version_num) AS"
            " (SELECT 1 UNION ALL SELECT version_num + 1 FROM n) SELECT * FROM n WHERE version_num < 0"
        )


@pytest.mark.parametrize("bad", [a_pipe, a_device, endless])
def test_a_file_that_never_ends_is_refused(app: Installation, bad: Callable[[Path], None]) -> None:
    app.place()
    folder = app.folder / "backups"
    folder.mkdir()
    bad(folder / "one.db")
    for verb in ("backup", "restore"):
        assert app.cli(verb, str(folder / "one.db")).code == 1
    (folder / "documents").mkdir()
    os.mkfifo(folder / "documents/.mailproc-store")
    assert app.cli("backup", "--to", str(folder)).code == 1


def test_a_damaged_store_is_replaced_and_kept(app: Installation, made: Path) -> None:
    store_of(app).write_bytes(b"nonsense" * 1000)
    assert app.cli("verify").code != 0
    assert app.cli("restore", str(made)).code == 0
    (kept,) = (app.folder / "var").glob("mailproc.db.replaced-*Z")
    assert kept.read_bytes().startswith(b"nonsense")
    assert app.cli("verify").code == 0
    assert [one["number"] for one in app.json("requests")] == ["B1"]
