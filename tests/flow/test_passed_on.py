"""Staff send one file of a letter on to the reader, though by itself it would not go."""

from collections.abc import Callable

import pytest

from mailproc.errors import LocalFault
from mailproc.flow.advance.steps import StepOutcome
from mailproc.office.mailroom import passed_on
from tests.flow.test_forwarding import FORWARD, Borrower
from tests.support import files, soundness
from tests.support.files import EXE, PDF, File
from tests.support.partners import ADDRESS, BL, US
from tests.support.world import World

REST = File("rest.pdf", PDF)
OFF = "[documents]\nforward = false\n"


@pytest.fixture(params=[FORWARD, OFF], ids=["forwarded", "by hand"])
def borrower(request: pytest.FixtureRequest, make_world: Callable[..., World], sqlite_url: str) -> Borrower:
    """The copy was reported as sent; then words came with two files, which go to nobody by themselves."""
    found = Borrower(make_world(sqlite_url, more=request.param))
    found.hear("B1-1 SHIPPED COPY", with_files=())
    write(found, REST, File("tool.exe", EXE))
    assert found.letters() == []
    return found


def write(borrower: Borrower, *came: File) -> int:
    head = f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: B1-1\nMessage-ID: <w@bl.example>\n"
    inbox_id = borrower.world.inject(files.letter(head, "Here it is.", came), ADDRESS[BL])
    borrower.world.run()
    return inbox_id


def send(
    borrower: Borrower, name: str = "rest.pdf", letter: str = "I2", *, dry_run: bool = False
) -> StepOutcome:
    world = borrower.world
    done = passed_on.send(world.store, world.app.context, letter, name, "clerk", dry_run=dry_run)
    world.run()
    return done


def test_the_file_goes_to_the_reader_and_nothing_else(borrower: Borrower) -> None:
    done = send(borrower)
    (letter,) = borrower.letters()
    assert borrower.files_of(letter) == [("rest.pdf", PDF)]
    history = borrower.world.shown("B1").history
    assert [one.event for one in history][-2:] == ["pass-on", "DOCUMENT_SENT"]
    assert history[-2].note == "rest.pdf of I2"
    assert done.before == done.after == "SHIPPED"
    soundness.check(borrower.world)


def test_what_it_would_do_is_said_and_nothing_kept(borrower: Borrower) -> None:
    before = borrower.world.dump()
    done = send(borrower, dry_run=True)
    assert done.event == "pass-on"
    assert borrower.world.dump() == before


def test_it_goes_once(borrower: Borrower) -> None:
    send(borrower)
    with pytest.raises(LocalFault, match=r"The reader has rest\.pdf already"):
        send(borrower)
    assert len(borrower.letters()) == 1


@pytest.mark.parametrize(
    ("name", "letter", "why"),
    [
        ("tool.exe", "I2", "tool.exe is not sent on: its content is"),
        ("other.pdf", "I2", r"I2 has no file other.pdf. It has: rest.pdf, tool.exe"),
        ("rest.pdf", "I99", "I99 is not about one request"),
        ("rest.pdf", "O1", "O1 is not about one request"),
    ],
)
def test_what_cannot_be_sent_is_refused(borrower: Borrower, name: str, letter: str, why: str) -> None:
    before = borrower.world.dump()
    with pytest.raises(LocalFault, match=why):
        send(borrower, name, letter)
    assert borrower.world.dump() == before


def test_what_is_not_supplied_is_recorded_first(make_world: Callable[..., World], sqlite_url: str) -> None:
    borrower = Borrower(make_world(sqlite_url, more=FORWARD))
    write(borrower, REST)
    with pytest.raises(LocalFault) as refused:
        send(borrower, letter="I1")
    assert refused.value.possible == ("mailproc act B1 receive",)
