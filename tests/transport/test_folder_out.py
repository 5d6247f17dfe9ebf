"""Letters filed in a folder: whole, once, never over another."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.errors import TryLater
from mailproc.mail.letter import Envelope
from mailproc.transport.folder_out import Folder

ENVELOPE = Envelope("ill@library.example", "orders@lender.example")
RAW = b"Subject: order\r\n\r\n.\r\nbare\nlf \0 \xff\r\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "outgoing"


def test_the_bytes_are_exact_and_the_folder_is_made(path: Path) -> None:
    file = Folder(path).send(ENVELOPE, RAW, "O12")
    assert file == str(path / "O12.eml")
    assert Path(file).read_bytes() == RAW


@given(raw=st.binary(max_size=2000))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = Folder(tmp_path_factory.mktemp("any"))
    assert Path(folder.send(ENVELOPE, raw, "O1")).read_bytes() == raw


def test_again_is_a_no_op(path: Path) -> None:
    folder = Folder(path)
    first = folder.send(ENVELOPE, RAW, "O12")
    before = os.stat(first)
    assert folder.send(ENVELOPE, RAW, "O12") == first
    assert os.stat(first).st_ino == before.st_ino
    assert [file.name for file in path.iterdir()] == ["O12.eml"]


def test_another_letter_of_that_name_is_not_overwritten(path: Path) -> None:
    folder = Folder(path)
    folder.send(ENVELOPE, b"older store", "O12")
    second = folder.send(ENVELOPE, RAW, "O12")
    assert second == str(path / "O12-2.eml")
    assert folder.send(ENVELOPE, RAW, "O12") == second
    assert (path / "O12.eml").read_bytes() == b"older store"


def test_what_a_crash_left_half_written_is_no_letter(path: Path) -> None:
    path.mkdir(parents=True)
    (path / ".O12.eml.tmp").write_bytes(RAW[:5])
    assert Path(Folder(path).send(ENVELOPE, RAW, "O12")).read_bytes() == RAW
    assert [file.name for file in path.iterdir()] == ["O12.eml"]


@pytest.mark.parametrize("name", ["../O12", "a/b", ".hidden", ""])
def test_a_name_stays_in_the_folder(path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no plain file name"):
        Folder(path).send(ENVELOPE, RAW, name)


def test_a_folder_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TryLater, match="cannot be written"):
        Folder(tmp_path / "file").send(ENVELOPE, RAW, "O12")


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_only_the_owner_reads_it(path: Path) -> None:
    file = Folder(path).send(ENVELOPE, RAW, "O12")
    assert os.stat(file).st_mode & 0o777 == 0o600
