"""Staff send a file with Shipped: as a part of the message if its protocol can, else in a letter."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailproc.errors import LocalFault
from mailproc.flow import delivery_mode
from mailproc.mail.attachments import attachments
from mailproc.mail.parse import parse
from tests.support import configuration
from tests.support.configuration import Account
from tests.support.files import EXE, PDF, PNG
from tests.support.partners import ADDRESS, CODE, CUSTOMER, variable
from tests.support.world import Sent, World

PEOPLE = "ill@town.example"
ORDER = "TXC1-1 S COPY\nA journal of ours"


@pytest.fixture
def article(tmp_path: Path) -> str:
    (tmp_path / "On copies.pdf").write_bytes(PDF)
    return str(tmp_path / "On copies.pdf")


def files_of(letter: Sent) -> list[tuple[str, bytes]]:
    return [(one.name, one.content) for one in attachments(parse(letter.raw)) if not one.type.is_text]


def test_artemail_gets_its_report_and_the_file_in_a_letter_to_people(world: World, article: str) -> None:
    world.ordered(ORDER)
    outcome = world.act("L1", "ship", attach=(article,))
    report, letter = world.to(ADDRESS[CUSTOMER])
    assert "C1-1   SHIPPED COPY" in report.text
    assert (files_of(report), files_of(letter)) == ([], [("On copies.pdf", PDF)])
    assert "Your number:  C1-1" in letter.text
    assert f"On copies.pdf ({len(PDF)} bytes)" in letter.text
    assert "a letter with the file to ill@customer.example" in map(str, outcome.words)
    shipped = next(one for one in world.shown("L1").history if one.event == "ship")
    assert (shipped.documents, world.state("L1")) == (1, "SHIPPED")


def test_people_get_it_with_the_letter_that_says_so(
    make_world: Callable[..., World], sqlite_url: str, article: str
) -> None:
    theirs = Account("in", CODE[CUSTOMER], variable(CUSTOMER))
    town = configuration.partner("XX-TOWN", PEOPLE, theirs, codec="letter", roles=["REQUESTER"])
    world = make_world(sqlite_url, town)
    world.ordered(ORDER, sender=PEOPLE)
    world.act("L1", "ship", attach=(article,))
    (letter,) = (one for one in world.to(PEOPLE) if files_of(one))
    assert files_of(letter) == [("On copies.pdf", PDF)]
    assert "we have sent it" in letter.text


def test_a_file_of_several_names_goes_once(small_world: World, article: str, tmp_path: Path) -> None:
    (tmp_path / "the same.pdf").write_bytes(PDF)
    (tmp_path / "cover.png").write_bytes(PNG)
    small_world.ordered(ORDER)
    small_world.act(
        "L1", "ship", attach=(article, str(tmp_path / "the same.pdf"), str(tmp_path / "cover.png"))
    )
    letter = small_world.to(ADDRESS[CUSTOMER])[-1]
    assert [content for _, content in files_of(letter)] == [PDF, PNG]


@pytest.mark.parametrize(
    ("delivery", "to"),
    [
        ({"electronic": "desk@reader.example"}, "desk@reader.example"),
        ({"electronic": "by Ariel"}, "ill@x.example"), ({"postal": {}}, "ill@x.example"),
        (None, "ill@x.example"),
    ],
)  # fmt: skip
def test_the_file_goes_where_the_borrower_wants_its_copies(delivery: Any, to: str) -> None:
    assert delivery_mode.documents_to(delivery, "ill@x.example") == to


REFUSED = {
    "a program": (EXE, {}, "its content is application/vnd.microsoft.portable-executable; allowed are pdf"),
    "nothing": (b"", {}, "application/x-empty"),
    "too large": (PDF + bytes(10_000_000), {}, "is too large"),
    "told by telephone": (PDF, {"heard_by": "phone"}, "not with --heard-by"),
    "said again": (PDF, {"repeat": True}, "not with --repeat"),
    "another act": (PDF, {"action": "unfilled"}, "no use for --attach"),
    "no such file": (None, {}, "cannot be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_sent_is_refused_and_nothing_changes(
    small_world: World, tmp_path: Path, case: str
) -> None:
    content, more, why = REFUSED[case]
    file = tmp_path / "a.pdf"
    if content is not None:
        file.write_bytes(content)
    small_world.ordered(ORDER)
    before = small_world.dump()
    given = {"action": "ship", "attach": (str(file),)} | more
    for way in (small_world.foresee, small_world.act):
        with pytest.raises(LocalFault) as refused:
            way("L1", **given)
        assert why in str(refused.value)
    assert small_world.dump() == before
    assert not small_world.app.context.documents.path.exists()


def test_too_many_files_a_folder_and_a_pipe_are_refused(
    small_world: World, article: str, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    small_world.ordered(ORDER)
    for attach, why in (
        ((article,) * 11, "11 files are too many"), ((str(tmp_path),), "cannot be read"),
        ((str(tmp_path / "pipe"),), "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(LocalFault) as refused:
            small_world.act("L1", "ship", attach=attach)
        assert why in str(refused.value)


def test_a_dry_run_stores_no_file(small_world: World, article: str) -> None:
    small_world.ordered(ORDER)
    before = small_world.dump()
    outcome = small_world.foresee("L1", "ship", attach=(article,))
    assert outcome.after == "SHIPPED"
    assert small_world.dump() == before
    assert not small_world.app.context.documents.path.exists()


def test_an_undo_takes_the_letter_with_the_file_back(small_world: World, article: str) -> None:
    small_world.ordered(ORDER)
    small_world.act("L1", "ship", attach=(article,), run=False)
    small_world.act("L1", "undo")
    assert [one for one in small_world.sent if files_of(one)] == []
