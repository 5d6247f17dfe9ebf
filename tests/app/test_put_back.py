"""A restore that fails leaves what was there; a backup of an older revision is put back on both databases."""

import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from mailproc.app import put_back
from tests.app.installation import Installation, order
from tests.app.test_copy_store import moved, url, worked  # noqa: F401  # fixtures
from tests.app.test_restored import store_of
from tests.support.earlier_store import made_at
from tests.support.files import PDF


def shipped(app: Installation, place: str = "B1") -> Path:
    """A backup of a store with a document and request ``place``; then one more request."""
    daemon = app.start()
    daemon.takes(order("C1"))
    app.until(["requests"], lambda found: "L1" in [one["number"] for one in found])
    scan = app.folder / "scan.pdf"
    scan.write_bytes(PDF)
    assert app.cli("act", "L1", "ship", "--attach", str(scan)).code == 0
    assert daemon.stop() == 0
    assert app.place() == place
    told = app.json("backup", "--to", str(app.folder / "b"))
    app.place()
    return Path(told["file"])


def in_the_way(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("in the way")


def test_one_that_fails_leaves_the_store_and_its_numbers(app: Installation) -> None:
    """The documents cannot be brought: the last thing that can fail."""
    file = shipped(app)
    in_the_way(app.folder / "var/documents")
    counters = app.folder / ".mailproc.db.counters"
    before = store_of(app).read_bytes(), counters.read_bytes()
    assert app.cli("restore", str(file)).code == 1
    assert (store_of(app).read_bytes(), counters.read_bytes()) == before
    (app.folder / "var/documents").unlink()
    assert app.place() == "B3"
    assert not app.json("restore")["is_held"]


@pytest.mark.long
def test_one_that_is_killed_before_the_last_step_leaves_them_too(
    app: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shipped(app)

    def dies(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(put_back, "_move_aside", dies)
        assert app.cli("restore", str(file)).code != 0
    assert app.place() == "B3"
    assert not app.json("restore")["is_held"]


def on_postgres(app: Installation, url: str) -> Path:  # noqa: F811
    moved(app, url)
    return shipped(app)


@pytest.mark.long
def test_one_that_fails_on_postgresql_leaves_them_too(app: Installation, url: str) -> None:  # noqa: F811
    file = on_postgres(app, url)
    in_the_way(app.folder / "var/documents")
    refused = app.cli("restore", str(file))
    assert refused.code == 1
    assert "documents" in refused.err
    (app.folder / "var/documents").unlink()
    assert app.place() == "B3"
    assert not app.json("restore")["is_held"]
    assert "4 transactions checked, 0 differ" in app.cli("verify").out


@pytest.mark.long
def test_no_service_starts_on_postgresql_before_it_is_held(
    app: Installation,
    url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = on_postgres(app, url)
    held, tried = put_back._held, []

    def starts(*given: object) -> object:
        tried.append(app.cli("run", "--once"))
        return held(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(put_back, "_held", starts)
    assert app.cli("restore", str(file)).code == 0
    assert [one.code for one in tried] == [1]
    assert "another mailproc" in tried[0].err
    assert app.json("restore")["is_held"]


def older_dump(app: Installation, url: str) -> Path:  # noqa: F811
    """What 0.1.0 would have dumped, but for its rows: the first revision knows no id."""
    moved(app, url)
    engine = made_at("0001", url, app.folder)
    engine.dispose()
    dump = app.folder / "old.dump"
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run(["pg_dump", "--format=custom", "--no-owner", f"--file={dump}", plain], check=True)
    return dump


@pytest.mark.long
def test_a_dump_of_an_older_revision_is_put_back_and_migrated(app: Installation, url: str) -> None:  # noqa: F811
    dump = older_dump(app, url)
    assert app.cli("run", "--once").code == 0
    assert app.place() == "B1"
    done = app.cli("restore", str(dump))
    assert done.code == 0, done.err
    assert "does not say of which store it is" in done.out
    assert app.json("restore")["is_held"]
    assert int(app.place()[1:]) > 1
    assert app.cli("run", "--once").code == 0
    (kept,) = (app.folder / "var").glob("*.replaced-*.dump")
    assert app.cli("restore", str(kept)).code == 0, "and what was there can be put back"
    assert [one["number"] for one in app.json("requests")] == ["B1"]


@pytest.mark.long
def test_a_dump_that_ends_early_changes_nothing(app: Installation, url: str) -> None:  # noqa: F811
    """It is read again while it is put back, and the disk fails then."""
    file = on_postgres(app, url)
    tool = app.folder / "bin/pg_restore"
    tool.parent.mkdir()
    real = shutil.which("pg_restore")
    tool.write_text(
        f'#!/bin/sh\ncase "$*" in *--no-owner*) {real} "$@" | head -c 3000; exit 1;; esac\nexec {real} "$@"\n'
    )
    tool.chmod(0o755)
    with pytest.MonkeyPatch.context() as path:
        path.setenv("PATH", str(tool.parent), prepend=":")
        refused = app.cli("restore", str(file))
    assert refused.code == 1
    assert "What was there is as it was" in refused.err
    assert app.place() == "B3"


@pytest.mark.long
def test_documents_of_the_store_that_was_replaced_stay_for_their_days(app: Installation) -> None:
    """It is kept beside, and can be put back whole."""
    assert app.place() == "B1"
    copy = app.folder / "b/one.db"
    assert app.cli("backup", str(copy)).code == 0
    shipped(app, place="B2")
    assert app.cli("restore", str(copy)).code == 0
    (kept,) = (app.folder / "var").glob("mailproc.db.replaced-*Z")
    assert app.cli("restore", "--go").code == 0
    assert app.cli("run", "--once").code == 0
    assert app.cli("restore", str(kept)).code == 0
    assert app.cli("verify").code == 0
