"""Documents are deleted after their days, a row with the digest stays; a crash leaves nothing for good."""

from collections.abc import Callable, Iterator

import pytest

from mailproc.flow import document_retention
from mailproc.store.document_files import MARK, DocumentFolder
from tests.flow.test_forwarding import FORWARD, Borrower
from tests.support import soundness
from tests.support.files import PDF, File
from tests.support.world import World


@pytest.fixture
def borrower(make_world: Callable[..., World], store_url: str) -> Iterator[Borrower]:
    """On SQLite and on PostgreSQL: the rows are asked for in ways of their own."""
    world = make_world(store_url, more=FORWARD)
    yield Borrower(world)
    soundness.check(world)


def purge(world: World) -> int:
    return document_retention.purge(world.store, world.app.context)


def on_disk(world: World) -> list[str]:
    folder = world.app.context.documents.path
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != MARK)


def test_after_its_days_the_file_is_gone_and_the_history_says_so(borrower: Borrower) -> None:
    world = borrower.world
    borrower.hear("B1-1 SHIPPED COPY")
    world.later(days=30)
    assert (purge(world), len(on_disk(world))) == (0, 1)
    world.later(minutes=1)
    assert (purge(world), on_disk(world)) == (1, [])
    world.run()
    assert world.events("B1")[-1] == "DOCUMENT_DELETED"
    assert "article.pdf" in world.shown("B1").history[-1].note
    (row,) = world.rows("document")
    assert (len(row["digest"]), row["deleted_at"] is not None) == (64, True)
    assert world.verify().differences == ()
    assert purge(world) == 0, "once"
    assert len(borrower.letters()) == 1


def test_a_file_that_another_request_needs_stays(borrower: Borrower) -> None:
    world = borrower.world
    other = world.place(service="COPY", title="The same article")
    borrower.hear("B1-1 SHIPPED COPY")
    world.later(days=20)
    borrower.hear(f"{other}-1 SHIPPED COPY")
    world.later(days=20)
    assert (purge(world), len(on_disk(world))) == (1, 1)
    world.later(days=20)
    assert (purge(world), on_disk(world)) == (1, [])


def test_a_letter_that_has_not_left_keeps_its_document(borrower: Borrower) -> None:
    world = borrower.world
    borrower.hear("B1-1 SHIPPED COPY", run=False)
    world.quiet()
    world.later(days=60)
    assert (purge(world), len(on_disk(world))) == (0, 1)
    world.run()
    assert (purge(world), on_disk(world)) == (1, [])


def test_zero_days_keep_it_for_good(make_world: Callable[..., World], sqlite_url: str) -> None:
    world = make_world(sqlite_url, more=FORWARD + "keep_days = 0\n")
    Borrower(world).hear("B1-1 SHIPPED COPY")
    world.later(days=3_000)
    assert (purge(world), len(on_disk(world))) == (0, 1)


def test_what_a_crash_leaves_is_deleted_and_what_is_being_written_is_not(borrower: Borrower) -> None:
    world = borrower.world
    folder = world.app.context.documents
    with folder.writing(world.store.identity()):
        digest = folder.put(b"%PDF- of a letter that was never committed")
        (folder.path / digest[:2] / "unfinished-0").write_bytes(b"%PDF- hal")
        assert (purge(world), len(on_disk(world))) == (0, 2), "somebody writes"
    assert (purge(world), on_disk(world)) == (0, [])


def test_a_purge_that_was_killed_between_row_and_file_is_finished(
    borrower: Borrower, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = borrower.world
    borrower.hear("B1-1 SHIPPED COPY")
    world.later(days=31)
    with monkeypatch.context() as killed:
        killed.setattr(DocumentFolder, "remove", _killed)
        with pytest.raises(KeyboardInterrupt):
            purge(world)
    assert (len(on_disk(world)), world.rows("document")[0]["deleted_at"] is None) == (1, False)
    assert (purge(world), on_disk(world)) == (0, [])


def _killed(_folder: DocumentFolder, _digest: str) -> None:
    raise KeyboardInterrupt


def test_a_crash_between_file_and_row_sends_the_letter_again_once(
    borrower: Borrower, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is there, the row is not: the intent is taken up again, and one letter leaves."""
    world = borrower.world
    borrower.hear("B1-1 SHIPPED COPY", with_files=[File("a.pdf", PDF)], run=False)
    from mailproc.flow.prepare import document_letter

    with monkeypatch.context() as killed:
        killed.setattr(document_letter, "_settle", _cut)
        with pytest.raises(KeyboardInterrupt):
            world.run()
    assert (len(on_disk(world)), world.rows("document")) == (1, [])
    world.store.write(world.store.underway.forgive)
    world.later(hours=1)
    world.run()
    assert [borrower.files_of(one) for one in borrower.letters()] == [[("a.pdf", PDF)]]


def _cut(*_given: object) -> None:
    raise KeyboardInterrupt
