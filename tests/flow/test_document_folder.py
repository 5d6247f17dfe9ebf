"""The folder of documents is one store's, and nothing in it is deleted that mailproc did not make."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc.errors import LocalFault
from mailproc.flow import document_retention
from mailproc.office.queries import document_check
from mailproc.store.document_files import MARK, DocumentFolder
from tests.flow.test_document_retention import on_disk, purge
from tests.flow.test_forwarding import FORWARD, Borrower
from tests.support.world import World


@pytest.fixture
def borrower(make_world: Callable[..., World], sqlite_url: str) -> Borrower:
    found = Borrower(make_world(sqlite_url, more=FORWARD))
    found.hear("B1-1 SHIPPED COPY")
    return found


def test_another_store_neither_deletes_nor_writes(borrower: Borrower) -> None:
    folder = borrower.world.app.context.documents
    mark = folder.path / MARK
    assert mark.read_text().strip() == borrower.world.store.identity()
    assert stat.S_IMODE(mark.stat().st_mode) == 0o600
    kept = on_disk(borrower.world)
    mark.write_text("0" * 32 + "\n")
    with pytest.raises(LocalFault, match="belongs to another store"):
        document_retention.purge(borrower.world.store, borrower.world.app.context)
    with (
        pytest.raises(LocalFault, match="belongs to another store"),
        folder.writing(borrower.world.store.identity()),
    ):
        raise AssertionError("it may be written")
    assert (len(kept), on_disk(borrower.world)) == (1, kept)
    assert document_check.check(borrower.world.store, borrower.world.app.context).wrong == ()


def test_of_two_stores_the_first_has_the_folder(tmp_path: Path) -> None:
    folder = DocumentFolder(tmp_path / "documents")
    with folder.writing("first"):
        folder.put(b"%PDF-")
    with folder.writing("first"), pytest.raises(LocalFault), folder.writing("second"):
        raise AssertionError("it may be written")
    folder.refuse_another("first")


def test_a_folder_without_a_mark_loses_nothing(borrower: Borrower) -> None:
    """Whose files these are is not known: a copy, or a folder of something else."""
    world = borrower.world
    folder = world.app.context.documents
    with folder.writing(world.store.identity()):
        folder.put(b"%PDF- without a row")
    (folder.path / MARK).unlink()
    assert (purge(world), len(on_disk(world))) == (0, 2)
    with folder.writing(world.store.identity()):
        pass
    assert (purge(world), len(on_disk(world))) == (0, 1)


def test_what_mailproc_did_not_make_is_left_alone(borrower: Borrower, tmp_path: Path) -> None:
    world = borrower.world
    folder = world.app.context.documents.path
    below, digest = folder / "ab", "a" * 64
    elsewhere = tmp_path / "elsewhere"
    for made in (below / "notes", folder / "cd" / ("cd" * 32), elsewhere):
        made.mkdir(parents=True)
    left = [below / "notes.txt", below / digest, below / "unfinished-work", elsewhere / ("ef" * 32)]
    for file in left:
        file.write_text("of somebody else")
    (folder / "ef").symlink_to(elsewhere)
    (folder / "01").write_text("a file")
    (below / ("ab" * 32)).symlink_to(left[0])
    (below / "unfinished-0123abcd").write_text("of ours")
    assert purge(world) == 0
    assert all(file.read_text() == "of somebody else" for file in left)
    assert (folder / "01").is_file() and (folder / "cd" / ("cd" * 32)).is_dir()
    assert (below / ("ab" * 32)).is_symlink()
    assert not (below / "unfinished-0123abcd").exists()


def test_staff_hear_once_that_the_folder_cannot_be_used(
    make_world: Callable[..., World], sqlite_url: str
) -> None:
    borrower = Borrower(make_world(sqlite_url, more=FORWARD))
    world = borrower.world
    folder = world.app.context.documents.path
    folder.write_text("a file")
    borrower.hear("B1-1 SHIPPED COPY")
    for _ in range(3):
        world.later(hours=13)
        world.run()
    assert (world.events("B1").count("DOCUMENT_WITHHELD"), borrower.letters()) == (1, [])
    assert "cannot be used" in borrower.why_not()
    assert sum("cannot be used" in letter.text for letter in world.notices()) == 1
    folder.unlink()
    world.later(hours=13)
    world.run()
    assert len(borrower.letters()) == 1
