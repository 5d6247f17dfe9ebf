"""A store is made where none was, and another in its place is refused."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mailproc import private
from mailproc.errors import MailprocError, Misconfigured, NoRoom
from mailproc.store.connections import make_file
from mailproc.store.engine import Store
from mailproc.store.store_marker import Marker


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, NoRoom), (errno.EDQUOT, NoRoom), (errno.EACCES, Misconfigured)],
    ids=["full", "over quota", "no right"],
)
def test_why_a_file_cannot_be_made_says_who_must_act(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[MailprocError]
) -> None:
    def failing(_: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(private, "make_folder", failing)
    with pytest.raises(kind, match=r"a\.db cannot be made: ") as refused:
        make_file(tmp_path / "a.db")
    assert os.strerror(number) in str(refused.value)
    assert not isinstance(refused.value, {NoRoom, Misconfigured}.difference({kind}).pop())


def test_another_store_in_the_place_of_the_one_that_was_here_is_refused(tmp_path: Path) -> None:
    marker = Marker([tmp_path / "mark"])
    ours = marker.open("sqlite:///a.db", tmp_path, make=True, migrate=True)
    known = ours.identity()
    ours.close()
    Store.open("sqlite:///b.db", base=tmp_path).close()
    with pytest.raises(Misconfigured, match=r"b\.db is another store than the one that was here"):
        marker.open("sqlite:///b.db", tmp_path, make=True, migrate=True)
    again = marker.open("sqlite:///a.db", tmp_path, make=False, migrate=False)
    assert again.identity() == known
    again.close()


def older(file: Path) -> None:
    """As a store that was made before stores had an id."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.execute("DROP TABLE identity")


def test_another_store_is_not_even_migrated(tmp_path: Path) -> None:
    marker = Marker([tmp_path / "mark"])
    marker.open("sqlite:///a.db", tmp_path, make=True, migrate=True).close()
    Store.open("sqlite:///b.db", base=tmp_path).close()
    older(tmp_path / "b.db")
    for migrate in (False, True):
        with pytest.raises(Misconfigured, match=r"b\.db is another store .*put it back"):
            marker.open("sqlite:///b.db", tmp_path, make=True, migrate=migrate)
    assert Store.revision_at("sqlite:///b.db", tmp_path) == "0001"
    assert not list(tmp_path.glob("*.bak"))


def test_what_is_wrong_with_our_own_store_is_not_mended_by_deleting_the_mark(tmp_path: Path) -> None:
    marker = Marker([tmp_path / "mark"])
    marker.open("sqlite:///a.db", tmp_path, make=True, migrate=True).close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(MailprocError, match="0001") as refused:
        marker.open("sqlite:///a.db", tmp_path, make=False, migrate=False)
    assert "put it back" not in str(refused.value)
    assert "delete" not in str(refused.value)
