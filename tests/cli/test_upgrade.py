"""A store of an older version, or of another user: what `check`, the verbs and the service say and do."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mailproc.store import connections, migrate, store_identity
from mailproc.store.engine import Store
from mailproc.store.lock import daemon_lock
from tests.cli.test_exits import WITHOUT_ROOTS_RIGHTS
from tests.support.earlier_store import made_at

Cli = Callable[..., Any]
URL = "sqlite:///var/mailproc.db"


def revision(folder: Path) -> str | None:
    return Store.revision_at(URL, folder)


@pytest.fixture
def folder(folder: Path) -> Path:
    """Without a store."""
    shutil.rmtree(folder / "var")
    return folder


@pytest.fixture
def older(folder: Path) -> Path:
    """The store as version 0.1.0 left it."""
    (folder / "var").mkdir()
    engine = made_at("0001", URL, folder)
    engine.dispose()
    return folder


def test_check_says_what_will_happen_and_migrates_nothing(cli: Cli, older: Path) -> None:
    ran = cli("check")
    assert ran.code == 0
    assert "the store is at revision 0001: the first `mailproc run` migrates it" in ran.out
    assert f"copies it to {older}/var/mailproc.db.before-{migrate.HEAD}.bak" in ran.out
    assert revision(older) == "0001"
    assert sorted(file.name for file in older.iterdir()) == ["config.toml", "site", "var"]


@pytest.mark.parametrize("verb", [["requests"], ["verify"], ["digest"], ["inject", "-"]], ids=" ".join)
def test_no_other_verb_migrates(cli: Cli, older: Path, verb: list[str]) -> None:
    ran = cli(*verb)
    assert (ran.code, ran.out) == (3, "")
    assert "only `mailproc run` migrates" in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert revision(older) == "0001"


def test_run_migrates_but_never_beside_a_running_service(cli: Cli, older: Path) -> None:
    with closing(Store(connections.parse(URL, older))) as store, daemon_lock(store):
        ran = cli("run", "--once")
        assert ran.code == 1
        assert "runs on this store: stop it first" in ran.err
        assert revision(older) == "0001"
    assert cli("run", "--once").code == 0
    assert revision(older) == migrate.HEAD
    assert cli("requests").code == 0


@pytest.mark.parametrize("is_left_behind", [True, False])
def test_check_says_before_the_migration_that_the_counters_file_was_left_behind(
    cli: Cli, folder: Path, is_left_behind: bool
) -> None:
    """A store of 0.2.0 whose folder was moved without it would be held from its first start."""
    (folder / "var").mkdir()
    engine = made_at("0003", URL, folder)
    with engine.connect() as connection, connection.begin():
        store_identity.make(connection)
        store_identity.note_counters(connection, there=True)
    engine.dispose()
    if not is_left_behind:
        (folder / ".mailproc.db.counters").write_text("")
    ran = cli("check")
    assert "the store is at revision 0003" in ran.out
    assert ("counters is missing: the store will be taken for" in ran.out) is is_left_behind


def test_check_makes_nothing_where_nothing_is(cli: Cli, folder: Path) -> None:
    ran = cli("check")
    assert ran.code == 0
    assert "there is no store yet, and `check` makes none" in ran.out
    assert sorted(file.name for file in folder.iterdir()) == ["config.toml", "site"]


def test_check_writes_nothing_beside_a_store(cli: Cli, placed: Cli, folder: Path) -> None:
    placed()
    (folder / ".mailproc.db.id").unlink()
    assert cli("check").code == 0
    assert not (folder / ".mailproc.db.id").exists()


@pytest.mark.parametrize(
    "verb",
    [["requests"], *(pytest.param(verb, marks=pytest.mark.long) for verb in (["check"], ["run", "--once"]))],
    ids=" ".join,
)
def test_whoever_may_not_look_at_the_store_hears_whose_it_is(
    placed: Cli, folder: Path, verb: list[str]
) -> None:
    placed()
    lead = [*WITHOUT_ROOTS_RIGHTS] if os.geteuid() == 0 else []
    if lead:
        lead[1] += ",-dac_read_search"
        lead[2] += ",-dac_read_search"
    (folder / "var").chmod(0)
    ran = subprocess.run(
        [*lead, sys.executable, "-m", "mailproc", *verb],
        capture_output=True, text=True, timeout=60, check=False, cwd=folder,
    )  # fmt: skip
    (folder / "var").chmod(0o700)
    assert (ran.returncode, ran.stdout) == (3, "")
    owner = (folder / "var").owner()
    assert f"belongs to {owner}: run this as `sudo -u {owner} mailproc" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.long
def test_a_folder_of_another_user_is_named_with_its_owner(folder: Path) -> None:
    (folder / "var").mkdir(mode=0o500)
    (folder / "config.toml").write_text(
        (folder / "config.toml").read_text().replace('folder = "out"', 'folder = "var/out"')
    )
    lead = WITHOUT_ROOTS_RIGHTS if os.geteuid() == 0 else []
    ran = subprocess.run(
        [*lead, sys.executable, "-m", "mailproc", "check"],
        capture_output=True, text=True, timeout=60, check=False, cwd=folder,
    )  # fmt: skip
    (folder / "var").chmod(0o700)
    assert ran.returncode == 3
    assert f"{folder}/var belongs to {(folder / 'var').owner()}, this was run as" in ran.stderr


def test_upgrade_md_names_the_copy_that_each_version_makes() -> None:
    """0.2.0 wrote revision 0003; who goes back looks for the file by this name."""
    page = (Path(__file__).parents[2] / "docs/upgrade.md").read_text()
    to_this, from_0_1_0 = page.split("\n## From 0.1.0")
    assert f"mv mailproc.db.before-{migrate.HEAD}.bak mailproc.db\n" in to_this
    assert "mv mailproc.db.before-0003.bak mailproc.db\n" in from_0_1_0
    assert "outside" in to_this
