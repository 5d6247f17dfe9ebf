"""A store is made where none was, and another in its place is refused."""

import errno
import os
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
