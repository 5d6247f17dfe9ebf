"""A copy that a lender supplies as a file goes to its reader once, if all is proven; else staff hear why."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from mailproc.flow.advance import station as advance
from mailproc.flow.intake import station as intake
from mailproc.mail.attachments import attachments
from mailproc.mail.parse import parse
from mailproc.office.mailroom import incoming
from mailproc.office.queries import request_details
from mailproc.office.requests import notes
from mailproc.secret_words import MASK
from tests.flow.test_heard_suggestions import offered
from tests.support import files, short_form, soundness
from tests.support.files import EXE, PDF, PNG, ZIP, File
from tests.support.partners import ADDRESS, BL, CUSTOMER, PASSWORD, SECOND, US, partner_lines
from tests.support.world import Sent, World

FORWARD = "[documents]\nforward = true\nmax_size = 100_000\n"
ARTICLE = File("article.pdf", PDF)
READER = "r@readers.example"


class Borrower:
    """A world in which one copy was ordered from the British Library."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.number = world.place(service="COPY", title="An article")

    def hear(self, *lines: str, with_files: Sequence[File] = (ARTICLE,), run: bool = True, **how: Any) -> int:
        text = "\r\n".join([f"REPLIES FOR 99-0001   {self.world.now:%d-%m-%Y}", "", *lines])
        self.world._count += 1
        name = f"m{self.world._count}@bl.example"
        head = f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: Replies\nMessage-ID: <{name}>\n"
        inbox_id = self.world.inject(files.letter(head, text, with_files), ADDRESS[BL], **how)
        if run:
            self.world.run()
        return inbox_id

    def letters(self) -> list[Sent]:
        """The letters to the reader that carry files."""
        return [one for one in self.world.reader() if self.files_of(one)]

    def files_of(self, letter: Sent) -> list[tuple[str, bytes]]:
        return [(one.name, one.content) for one in attachments(parse(letter.raw))]

    def why_not(self) -> str:
        """What staff read of documents that did not go."""
        return "\n".join(
            one.note for one in self.world.shown(self.number).history if one.event == "DOCUMENT_WITHHELD"
        )


@pytest.fixture
def borrower(
    make_world: Callable[..., World], sqlite_url: str, request: pytest.FixtureRequest
) -> Iterator[Borrower]:
    world = make_world(sqlite_url, more=FORWARD)
    yield Borrower(world)
    soundness.check(world, whole=short_form.is_checked_whole(request.node))


def test_a_copy_that_comes_with_its_report_goes_to_the_reader(borrower: Borrower) -> None:
    borrower.hear("B1-1 SHIPPED COPY")
    (letter,) = borrower.letters()
    assert borrower.files_of(letter) == [("article.pdf", PDF)]
    assert "Copyright:" in parse(letter.raw).text
    assert f"article.pdf ({len(PDF)} bytes)" in letter.text
    assert borrower.world.state("B1") == "SHIPPED"
    sent = next(one for one in borrower.world.shown("B1").history if one.event == "DOCUMENT_SENT")
    assert "article.pdf" in sent.note


def test_nothing_goes_unless_the_library_wants_it(small_world: World) -> None:
    borrower = Borrower(small_world)
    borrower.hear("B1-1 SHIPPED COPY")
    assert borrower.letters() == []
    assert small_world.rows("document") == []


def test_a_document_goes_once_whatever_is_said_again(borrower: Borrower) -> None:
    borrower.hear("B1-1 SHIPPED COPY")
    borrower.hear("B1-1 SHIPPED COPY")
    borrower.world.act("B1", "receive")
    borrower.hear("B1-1 *QUERY")
    assert len(borrower.letters()) == 1
    assert borrower.why_not() == ""


def test_another_document_of_the_same_request_goes_too(borrower: Borrower) -> None:
    borrower.hear("B1-1 SHIPPED COPY")
    borrower.hear("B1-1 SHIPPED COPY", with_files=[ARTICLE, File("page 7.png", PNG, "image/png")])
    assert [borrower.files_of(one) for one in borrower.letters()] == [
        [("article.pdf", PDF)], [("page 7.png", PNG)],
    ]  # fmt: skip


def test_what_comes_too_early_waits_until_staff_have_the_copy(borrower: Borrower) -> None:
    borrower.hear("B1-1 USE*3")
    assert borrower.letters() == []
    assert "has not been reported shipped" in borrower.why_not()
    assert borrower.world.attention("B1") == ("document-withheld",)
    assert "article.pdf of I1" in borrower.world.notices()[-1].text
    told = len(borrower.world.notices())
    borrower.hear("B1-1 USE*2")
    assert len(borrower.world.notices()) == told, "the same document again: staff know"
    borrower.world.act("B1", "receive")
    assert [borrower.files_of(one) for one in borrower.letters()] == [[("article.pdf", PDF)]]


WITHHELD = {
    "a program that is called a PDF": ([File("article.pdf", EXE)], "portable-executable; allowed are pdf"),
    "an archive, which nobody unpacks": ([File("article.zip", ZIP, "application/zip")], "application/zip"),
    "no content": ([File("article.pdf", b"")], "application/x-empty"),
    "too many": ([File(f"{one}.pdf", PDF + bytes([one])) for one in range(200)], "takes 10 documents"),
    "too large": ([File("a.pdf", PDF + bytes(70_000)), File("b.pdf", PDF + bytes(40_000))],
                  "have 100000 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("case", WITHHELD)
def test_what_does_not_go_is_said_to_staff_once(borrower: Borrower, case: str) -> None:
    given, why = WITHHELD[case]
    borrower.hear("B1-1 SHIPPED COPY", with_files=given)
    went = [len(borrower.files_of(one)) for one in borrower.letters()]
    assert went == {"too many": [10], "too large": [1]}.get(case, [])
    assert why in borrower.why_not()
    told = [one for one in borrower.world.notices() if "does not go" in one.text]
    assert len(told) == 1
    borrower.hear("B1-1 SHIPPED COPY", with_files=given)
    assert len([one for one in borrower.world.notices() if "does not go" in one.text]) == 1


def test_a_letter_about_several_requests_brings_nobody_anything(borrower: Borrower) -> None:
    other = borrower.world.place(service="COPY", title="Another article")
    borrower.hear("B1-1 SHIPPED COPY", f"{other}-1 SHIPPED COPY")
    assert borrower.letters() == []
    assert "about other requests too" in borrower.why_not()


NAMES_ANOTHER = {
    "in its subject": ("B1-1", "Re: B2-1", "copy.pdf"),
    "in its own words": ("B1-1 and B2-1 of another reader", "B1-1", "copy.pdf"),
    "in what it quotes": ("Here.\r\n\r\n> B1-1 One\r\n> B2-1 Two", "B1-1", "copy.pdf"),
    "in a file's name": ("Here it is.", "B1-1", "B2-1.pdf"),
    "below its dashes": ("Here it is.\n-- \nB2-1", "B1-1", "copy.pdf"),
    "where nobody reads on": ("Here it is.\n" + "More of it.\n" * 2_000 + "B2-1", "B1-1", "copy.pdf"),
    "in wide signs": ("Here is \uff22\uff12\uff0d\uff11.", "B1-1", "copy.pdf"),
}
COVERS = {
    "a text": File("cover.txt", b"The article of B2-1", "text/plain"),
    "a page": File("cover.html", b"<html><body><p>B2<b>-1</b></p></body></html>", "text/html"),
    "a letter": File("cover.eml", b"Subject: x\r\n\r\nThe article of B2-1\r\n", "message/rfc822"),
    "a text that calls itself a file": File("x.bin", b"The article of B2-1", "application/octet-stream"),
}


@pytest.mark.parametrize("case", NAMES_ANOTHER)
def test_a_letter_in_words_that_names_another_request_brings_nobody_anything(
    borrower: Borrower, case: str
) -> None:
    text, subject, name = NAMES_ANOTHER[case]
    borrower.world.place(service="COPY", title="Another article")
    first, _ = borrower.world.to(ADDRESS[BL])[:2]
    answers = parse(first.raw).message_id
    for number in ("B1", "B2"):
        borrower.hear(f"{number}-1 SHIPPED COPY", with_files=())
    head = f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: {subject}\nMessage-ID: <p1@bl.example>\n"
    head += f"In-Reply-To: <{answers}>\n"
    borrower.world.inject(files.letter(head, text, [File(name, PDF)]), ADDRESS[BL])
    borrower.world.run()
    assert [one.event for one in borrower.world.shown("B1").history].count("MESSAGE") == 1
    assert borrower.letters() == []
    assert "about other requests too" in borrower.why_not()


@pytest.mark.parametrize("cover", COVERS)
@pytest.mark.parametrize("report", [True, False])
def test_a_cover_that_names_another_request_keeps_the_document_back(
    borrower: Borrower, cover: str, report: bool
) -> None:
    borrower.world.place(service="COPY", title="Another article")
    if report:
        borrower.hear("B1-1 SHIPPED COPY", with_files=[ARTICLE, COVERS[cover]])
    else:
        borrower.hear("B1-1 SHIPPED COPY", with_files=())
        head = f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: B1-1\nMessage-ID: <p1@bl.example>\n"
        borrower.world.inject(files.letter(head, "Here it is.", [ARTICLE, COVERS[cover]]), ADDRESS[BL])
        borrower.world.run()
    assert borrower.letters() == []
    assert "about other requests too" in borrower.why_not()


def test_words_beside_a_report_that_name_another_request_keep_the_document_back(borrower: Borrower) -> None:
    borrower.hear("B1-1 SHIPPED COPY\nThe article of B2-1 is attached", with_files=[ARTICLE])
    assert borrower.letters() == []


def test_readers_letters_with_files_hide_no_document_of_the_lender(borrower: Borrower) -> None:
    """The copy comes before its report, and anybody can write in the reader's name."""
    world = borrower.world
    head = f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: B1-1\nMessage-ID: <early@bl.example>\n"
    world.inject(files.letter(head, "Here it is.", [ARTICLE]), ADDRESS[BL])
    world.run()
    for number in range(20):
        mark = "Auto-Submitted: auto-replied\n" if number % 2 else ""
        head = f"From: {READER}\nTo: {US}\nSubject: B1\nMessage-ID: <r{number}@readers.example>\n{mark}"
        world.inject(files.letter(head, f"See {number}.", [File("x.pdf", PDF + b"%d" % number)]), READER)
    world.run()
    assert world.events("B1").count("READER_WROTE") + world.events("B1").count("AUTOMATIC_REPLY") == 20
    borrower.hear("B1-1 SHIPPED COPY", with_files=())
    world.act("B1", "receive")
    assert len(borrower.letters()) == 1


def test_a_report_with_a_file_named_after_another_request_brings_nobody_anything(borrower: Borrower) -> None:
    borrower.hear("B1-1 SHIPPED COPY", with_files=[File("B2-1.pdf", PDF)])
    assert borrower.letters() == []
    assert "about other requests too" in borrower.why_not()


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("run.hta", "run.pdf"),
        ("x.pdf.exe", "x-pdf.pdf"),
        ("a.js", "a.pdf"),
        ("My article.PDF", "My article.pdf"),
    ],
)
def test_a_file_has_the_ending_of_its_content(borrower: Borrower, given: str, sent: str) -> None:
    borrower.hear("B1-1 SHIPPED COPY", with_files=[File(given, PDF)])
    assert [borrower.files_of(one) for one in borrower.letters()] == [[(sent, PDF)]]


@pytest.mark.parametrize("page", [b"<script>", b"<HTML>"])
def test_a_pdf_that_is_a_page_too_is_not_sent(borrower: Borrower, page: bytes) -> None:
    borrower.hear("B1-1 SHIPPED COPY", with_files=[File("a.pdf", b"%PDF-1.4\n" + page + PDF)])
    assert borrower.letters() == []
    assert "web page" in borrower.why_not()


def test_a_password_in_the_name_of_a_file_is_masked(borrower: Borrower) -> None:
    borrower.hear("B1-1 SHIPPED COPY", with_files=[File(f"for {PASSWORD[BL]}.pdf", PDF)])
    (letter,) = borrower.letters()
    assert borrower.files_of(letter) == [(f"for {MASK}.pdf", PDF)]
    assert PASSWORD[BL] not in letter.text
    assert [one["name"] for one in borrower.world.rows("document")] == [f"for {MASK}.pdf"]


@pytest.mark.parametrize(("days", "went"), [(80, 1), (400, 0)])
def test_a_document_goes_some_time_after_the_end_and_then_no_more(
    borrower: Borrower, days: int, went: int
) -> None:
    world = borrower.world
    borrower.hear("B1-1 SHIPPED COPY", with_files=())
    world.act("B1", "receive")
    assert world.rows("request")[0]["closed_at"] is not None
    world.later(days=days)
    borrower.hear("B1-1 SHIPPED COPY")
    assert len(borrower.letters()) == went


def test_a_letter_that_only_staff_vouch_for_brings_the_reader_nothing(
    make_world: Callable[..., World], sqlite_url: str
) -> None:
    lines = partner_lines(BL, ["RESPONDER"], "out", more='proof = ["network"]\nnetworks = ["192.0.2.0/25"]')
    world = make_world(sqlite_url, lines, FORWARD)
    borrower = Borrower(world)
    inbox_id = borrower.hear("B1-1 SHIPPED COPY", peer="198.51.100.7")
    assert world.rows("document") == []
    incoming.release(world.store, world.app.context, f"I{inbox_id}")
    world.run()
    assert (world.state("B1"), borrower.letters()) == ("SHIPPED", [])
    assert "the word of staff" in borrower.why_not()
    borrower.hear("B1-1 SHIPPED COPY", peer="192.0.2.7", with_files=[File("again.pdf", PDF)])
    assert [borrower.files_of(one) for one in borrower.letters()] == [[("again.pdf", PDF)]]


def test_a_reader_without_an_address_is_known_to_staff(borrower: Borrower) -> None:
    world = borrower.world
    number = world.place(service="COPY", title="Another", patron={"id": "R2", "name": "No Mail"})
    borrower.hear(f"{number}-1 SHIPPED COPY")
    assert borrower.letters() == []
    assert world.attention(number) == ("document-withheld",)


@pytest.mark.parametrize("said", [{"quiet": True}, {"wrong": True}])
def test_staff_decide_what_the_reader_hears_of_the_wrong_copy(
    borrower: Borrower, said: dict[str, bool]
) -> None:
    borrower.hear("B1-1 USE*3")
    borrower.world.act("B1", "receive", **said)
    assert borrower.letters() == []


def test_a_loan_brings_no_copy(borrower: Borrower) -> None:
    number = borrower.world.place(service="LOAN")
    borrower.hear(f"{number}-1 SHIPPED LOAN")
    assert borrower.letters() == []
    assert borrower.world.rows("document") == []


def test_the_letter_is_stored_with_a_place_and_leaves_with_the_document(borrower: Borrower) -> None:
    borrower.hear("B1-1 SHIPPED COPY")
    (letter,) = borrower.letters()
    row = borrower.world.row("outgoing", int(letter.name[1:]))
    (document,) = borrower.world.rows("document")
    assert row["documents"] == document["digest"]
    assert b"A document is put here" in parse(row["raw"]).parts[1].content
    folder = borrower.world.app.context.documents
    assert folder.read(document["digest"]) == PDF
    assert (folder.path / document["digest"][:2] / document["digest"]).stat().st_mode & 0o777 == 0o600


def test_a_document_that_is_lost_stops_its_letter_and_staff_hear(borrower: Borrower) -> None:
    world = borrower.world
    borrower.hear("B1-1 SHIPPED COPY", run=False)
    world.quiet()
    (document,) = world.rows("document")
    world.app.context.documents.remove(document["digest"])
    world.run()
    assert borrower.letters() == []
    assert world.attention("B1") == ("delivery-failed",)


def test_the_folder_cannot_be_used_and_the_letter_waits(borrower: Borrower) -> None:
    world = borrower.world
    folder = world.app.context.documents.path
    folder.write_text("a file is in its place")
    borrower.hear("B1-1 SHIPPED COPY")
    assert borrower.letters() == []
    folder.unlink()
    world.later(hours=13)
    world.run()
    assert [borrower.files_of(one) for one in borrower.letters()] == [[("article.pdf", PDF)]]


def test_who_has_the_copy_itself_is_not_told_that_it_is_here(borrower: Borrower) -> None:
    borrower.hear("B1-1 SHIPPED COPY")
    borrower.world.act("B1", "receive")
    assert len(borrower.world.reader()) == len(borrower.letters()) == 1


def test_what_people_send_goes_to_the_reader_once_staff_say_that_it_is_the_copy(borrower: Borrower) -> None:
    world = borrower.world
    head = f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: your request B1-1\nMessage-ID: <p1@bl.example>\n"
    world.inject(files.letter(head, "Dear all,\r\nhere is your article.\r\nKim", [ARTICLE]), ADDRESS[BL])
    world.run()
    said = next(one for one in world.shown("B1").history if one.event == "MESSAGE")
    assert (said.documents, borrower.letters()) == (1, [])
    assert "has not been reported shipped" in borrower.why_not()
    world.act("B1", "receive")
    assert [borrower.files_of(one) for one in borrower.letters()] == [[("article.pdf", PDF)]]


COVER = File("note.txt", b"You may use this copy until 1 May only; please pay 3 EUR.", "text/plain")


@pytest.mark.parametrize("cover", [COVER, File("note.html", b"<html><p>Pay 3 EUR.</p></html>", "text/html")])
def test_a_cover_note_beside_a_document_is_named_to_staff(borrower: Borrower, cover: File) -> None:
    world = borrower.world
    head = f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: your request B1-1\nMessage-ID: <p1@bl.example>\n"
    world.inject(files.letter(head, "Here is your article.", [ARTICLE, cover]), ADDRESS[BL])
    world.run()
    said = next(one for one in world.shown("B1").history if one.event == "MESSAGE")
    assert said.documents == 2
    assert all(f"\n  {file.name} (" in world.notices()[0].text for file in (ARTICLE, cover))
    assert f"{cover.name} of I1 does not go to the reader: its content is text/" in borrower.why_not()
    world.act("B1", "receive")
    assert [borrower.files_of(one) for one in borrower.letters()] == [[("article.pdf", PDF)]]
    assert borrower.why_not().count(cover.name) == 1


def test_a_cover_note_beside_a_reported_copy_is_named_to_staff(borrower: Borrower) -> None:
    borrower.hear("B1-1 SHIPPED COPY", with_files=[ARTICLE, COVER])
    assert [borrower.files_of(one) for one in borrower.letters()] == [[("article.pdf", PDF)]]
    assert "note.txt of I1 does not go" in borrower.why_not()
    assert "note.txt of I1 does not go" in borrower.world.notices()[-1].text


@pytest.mark.parametrize(
    "beside",
    [
        File("report.txt", b"REPLIES FOR 99-0001   02-03-2026\r\n\r\nB1-1 SHIPPED COPY\r\n", "text/plain"),
        File("kim.vcf", b"BEGIN:VCARD\r\nFN:Kim\r\nEND:VCARD\r\n", "text/vcard"),
    ],
)
def test_a_report_or_a_card_beside_a_document_is_no_cover_note(borrower: Borrower, beside: File) -> None:
    borrower.hear("B1-1 SHIPPED COPY", with_files=[ARTICLE, beside])
    assert len(borrower.letters()) == 1
    assert borrower.why_not() == ""


def test_what_a_reader_sends_us_goes_nowhere(borrower: Borrower) -> None:
    world = borrower.world
    borrower.hear("B1-1 SHIPPED COPY")
    head = f"From: r@readers.example\nTo: {US}\nSubject: my request B1\nMessage-ID: <r1@readers.example>\n"
    sender = "r@readers.example"
    world.inject(files.letter(head, "Is it this one?", [File("mine.pdf", PDF + b"x")]), sender)
    world.run()
    assert (len(borrower.letters()), borrower.why_not()) == (1, "")


def heard_last(world: World) -> str:
    return world.reader()[-1].text.partition("Subject: ")[2].partition(":")[0]


@pytest.mark.parametrize("again", ["another library", "the same library"])
def test_after_a_wrong_copy_by_mail_the_right_one_is_announced(borrower: Borrower, again: str) -> None:
    """What the reader has is the wrong article, so that letter does not stand for the right one."""
    world = borrower.world
    borrower.hear("B1-1 SHIPPED COPY")
    world.act("B1", "receive", wrong=True)
    if again == "another library":
        world.next("B1", SECOND)
        world.hear("B1-2 SHIPPED COPY", of=SECOND)
    world.act("B1", "receive")
    assert (len(borrower.letters()), heard_last(world)) == (1, "Your interlibrary loan is here")


def test_a_copy_whose_letter_came_back_is_announced(borrower: Borrower) -> None:
    world = borrower.world
    borrower.hear("B1-1 SHIPPED COPY")
    world.bounce(borrower.letters()[0])
    world.act("B1", "receive")
    assert heard_last(world) == "Your interlibrary loan is here"


@pytest.mark.parametrize("when", ["before it is read", "while its letter is written"])
def test_the_wrong_copy_does_not_go_to_the_reader(
    borrower: Borrower, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    world, put = borrower.world, borrower.world.app.context.documents.put
    borrower.hear("B1-1 SHIPPED COPY", run=False)
    intake.run(world.app.store, world.app.context)
    advance.run(world.app.store, world.app.context)

    def recorded(content: bytes) -> str:
        world.act("B1", "receive", wrong=True, run=False)
        return put(content)

    if when == "before it is read":
        world.act("B1", "receive", wrong=True, run=False)
    else:
        monkeypatch.setattr(world.app.context.documents, "put", recorded)
    world.run()
    assert borrower.letters() == []
    assert "the wrong copy" in borrower.why_not()
    borrower.hear("B1-1 *QUERY")
    assert borrower.letters() == []


def test_a_document_that_cannot_be_read_holds_its_own_letter_only(borrower: Borrower) -> None:
    world = borrower.world
    digest = hashlib.sha256(PDF).hexdigest()
    in_its_place = world.app.context.documents.path / digest[:2] / digest
    in_its_place.mkdir(parents=True)
    borrower.hear("B1-1 SHIPPED COPY")
    world.ordered("TXC1-1 S LOAN\nA book of ours")
    world.act("L1", "unfilled", reason="not-owned")
    assert len(world.to(ADDRESS[CUSTOMER])) == 1
    assert borrower.letters() == []
    in_its_place.rmdir()
    world.later(hours=13)
    world.run()
    assert [borrower.files_of(one) for one in borrower.letters()] == [[("article.pdf", PDF)]]


def test_the_reader_of_a_part_hears_what_is_missing(borrower: Borrower) -> None:
    borrower.hear("B1-1 SHIPPED COPY")
    world = borrower.world
    said = world.act("B1", "receive", partial=True, note="Pages 49-52 are missing.")
    assert "a letter to the reader: it is here" in map(str, said.words)
    letter = world.reader()[-1].text
    assert "Subject: About your copy" in letter and "Not all of it has come yet." in letter
    assert "Pages 49-52 are missing." in letter and "at our desk" not in letter
    with world.store.read() as connection:
        assert "receive" in request_details.shown(connection, "B1", world.app.context).actions


def test_a_letter_that_is_not_written_is_not_announced(borrower: Borrower) -> None:
    borrower.hear("B1-1 SHIPPED COPY")
    count = len(borrower.world.reader())
    said = borrower.world.act("B1", "receive")
    assert "no letter to the reader (it is here): the reader has the copy itself" in map(str, said.words)
    assert len(borrower.world.reader()) == count


def test_what_is_of_no_allowed_type_is_not_promised_for_later(borrower: Borrower) -> None:
    borrower.hear("B1-1 WAIT", with_files=[File("article.exe", EXE)])
    borrower.hear("B1-1 SHIPPED COPY", with_files=[])
    said = borrower.why_not()
    assert said.count("article.exe") == 1 and "allowed are" in said
    assert "goes to the reader when it is" not in said


TO_READER = {"electronic": "r@readers.example"}


def arrival(world: World) -> str:
    """What the reader was told last of a copy that has come."""
    return [one.text for one in world.reader() if "Your interlibrary loan is here" in one.text][-1]


def test_what_did_not_go_is_with_us_until_staff_say_that_it_is_passed_on(borrower: Borrower) -> None:
    world = borrower.world
    number = world.place(service="COPY", title="Newts", delivery=TO_READER)
    borrower.hear(f"{number}-1 USE*3", with_files=[File("newts.zip", ZIP, "application/zip")])
    world.act(number, "ship", heard_by="mail")
    world.act(number, "receive")
    told = arrival(world)
    assert "another library has sent us, as a file, what you asked for" in told
    assert "has been sent by another library" not in told
    assert world.attention(number) == ("document-withheld",)
    assert any(one.endswith("--to-reader FILE") for one in offered(world, number))
    said_to_be_passed_on(world, number)


def said_to_be_passed_on(world: World, number: str) -> None:
    notes.add(world.store, world.app.context, number, "passed on", "alice")
    assert world.attention(number) == ()


def test_without_forwarding_staff_hear_of_the_file_and_it_stays_open(small_world: World) -> None:
    borrower = Borrower(small_world)
    number = small_world.place(service="COPY", title="Newts", delivery=TO_READER)
    inbox_id = borrower.hear(f"{number}-1 SHIPPED COPY")
    told = small_world.notices()[-1].text
    assert "a document came, and does not go to the reader by itself" in told
    assert f"article.pdf ({len(PDF)} bytes)" in told
    assert f"mailproc letter I{inbox_id} --save DIR" in told
    small_world.act(number, "receive")
    assert "another library has sent us, as a file" in arrival(small_world)
    assert small_world.attention(number) == ("document-came",)
    said_to_be_passed_on(small_world, number)


def test_what_went_on_to_the_reader_is_no_longer_with_us(borrower: Borrower) -> None:
    borrower.hear("B1-1 USE*3")
    assert borrower.world.attention("B1") == ("document-withheld",)
    borrower.world.act("B1", "receive")
    assert len(borrower.letters()) == 1
    assert borrower.world.attention("B1") == ()


def test_a_copy_that_went_straight_to_the_reader_is_said_to_be_there(small_world: World) -> None:
    number = small_world.place(service="COPY", title="Newts", delivery=TO_READER)
    small_world.hear(f"{number}-1 SHIPPED COPY")
    small_world.act(number, "receive")
    assert "has been sent by another library, as a file, to r@readers.example" in arrival(small_world)
    assert small_world.attention(number) == ()


def test_the_rest_of_a_copy_goes_on_once_it_is_received_and_staff_are_offered_that(
    borrower: Borrower,
) -> None:
    world = borrower.world
    borrower.hear("B1-1 SHIPPED COPY")
    world.act("B1", "receive", partial=True)
    head = f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: B1-1\nMessage-ID: <rest@bl.example>\n"
    world.inject(files.letter(head, "And the second half.", [File("p2.pdf", PDF + b"2")]), ADDRESS[BL])
    world.run()
    told = next(one.text for one in world.notices() if f"p2.pdf ({len(PDF) + 1} bytes)" in one.text)
    assert "mailproc act B1 receive" in told and "lost --heard-by" not in told
    assert "goes to the reader once you record that you received" in borrower.why_not()
    world.act("B1", "receive")
    assert [name for one in borrower.letters() for name, _ in borrower.files_of(one)] == [
        "article.pdf",
        "p2.pdf",
    ]


def test_staff_read_what_went_on_to_the_reader(borrower: Borrower) -> None:
    borrower.hear("B1-1 NOT", with_files=())
    borrower.hear("B1-1 SHIPPED COPY")
    assert len(borrower.letters()) == 1
    told = "\n".join(one.text for one in borrower.world.notices())
    assert f"article.pdf ({len(PDF)} bytes): goes to the reader" in told


def test_no_letter_is_named_for_print_that_does_not_exist(borrower: Borrower) -> None:
    world = borrower.world
    number = world.place(service="COPY", title="Another", patron={"id": "R2", "name": "No Mail"})
    head = f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: {number}-1\nMessage-ID: <p@bl.example>\n"
    world.inject(files.letter(head, "Here you are.", [ARTICLE]), ADDRESS[BL])
    world.run()
    assert [one for one in world.notices() if "letters --print" in one.text] == []
    world.act(number, "receive")
    assert world.attention(number) == ("document-withheld",)


def hear_in_words(world: World, text: str, *given: File, sender: str = ADDRESS[BL]) -> None:
    world._count += 1
    head = f"From: {sender}\nTo: {US}\nSubject: B1-1\nMessage-ID: <w{world._count}@bl.example>\n"
    world.inject(files.letter(head, text, given), sender)
    world.run()


INVOICE = File("invoice.pdf", PDF + b"invoice")


def test_an_invoice_before_the_copy_does_not_go_to_the_reader(borrower: Borrower) -> None:
    hear_in_words(borrower.world, "Our invoice. Please pay in advance.", INVOICE)
    borrower.hear("B1-1 SHIPPED COPY")
    assert [borrower.files_of(one) for one in borrower.letters()] == [[("article.pdf", PDF)]]
    told = borrower.why_not()
    borrower.world.act("B1", "receive", quiet=True)
    assert len(borrower.letters()) == 1
    assert (told, borrower.why_not()) == (told, told)


def test_an_act_that_records_the_report_lets_no_file_go(borrower: Borrower) -> None:
    hear_in_words(borrower.world, "Our invoice. Please pay in advance.", INVOICE)
    borrower.world.act("B1", "ship", heard_by="mail")
    assert (borrower.world.state("B1"), borrower.letters()) == ("SHIPPED", [])


def test_what_staff_kept_from_the_reader_stays_so(borrower: Borrower) -> None:
    world = borrower.world
    hear_in_words(world, "A licence form for staff only", File("form.pdf", PDF + b"form"))
    world.act("B1", "receive", quiet=True)
    hear_in_words(world, "Here is the invoice.", INVOICE)
    assert borrower.letters() == []
    assert "invoice.pdf of I2 does not go to the reader: it came after the copy" in borrower.why_not()


def test_the_right_copy_after_a_wrong_one_goes_once_staff_have_it(borrower: Borrower) -> None:
    world, right = borrower.world, File("right.pdf", PDF + b"right")
    borrower.hear("B1-1 SHIPPED COPY")
    world.act("B1", "receive", wrong=True)
    letter = world.reader()[-1].text
    assert "Please delete the file." in letter and "bring it back" not in letter
    hear_in_words(world, "Sorry, now the right one.", right)
    assert len(borrower.letters()) == 1
    assert (
        "right.pdf of I2 does not go to the reader: a wrong copy was recorded; what comes"
        in borrower.why_not()
    )
    assert "recorded it as the wrong copy" not in borrower.why_not()
    assert "letter I2 --save DIR" in offered(world, "B1")
    assert "letter I1 --save DIR" not in offered(world, "B1")
    world.act("B1", "receive")
    assert [borrower.files_of(one) for one in borrower.letters()] == [
        [("article.pdf", PDF)], [("right.pdf", right.content)],
    ]  # fmt: skip
    assert "is here" not in heard_last(world)


def test_of_the_wrong_copy_staff_hear_no_more_once_they_recorded_it(borrower: Borrower) -> None:
    world, right = borrower.world, File("right.pdf", PDF + b"right")
    hear_in_words(world, "Here it is.", ARTICLE)
    world.act("B1", "receive", wrong=True)
    assert world.attention("B1") == ("wrong-copy",)
    hear_in_words(world, "Sorry, now the right one.", right)
    world.act("B1", "receive")
    assert [borrower.files_of(one) for one in borrower.letters()] == [[("right.pdf", right.content)]]
    assert "article.pdf of I1 does not go to the reader: staff" not in borrower.why_not()
    assert world.attention("B1") == ()


def test_of_several_files_that_do_not_go_each_is_named(borrower: Borrower) -> None:
    hear_in_words(borrower.world, "In two files.", ARTICLE, File("part2.pdf", PDF + b"2"))
    assert "article.pdf, part2.pdf of I1 do not go to the reader: the copy has not" in borrower.why_not()
    assert "article.pdf, part2.pdf of I1 do not go" in borrower.world.notices()[-1].text
    assert borrower.why_not().count("has not been reported") == 1


def test_a_part_and_the_rest_of_a_copy_are_called_so(borrower: Borrower) -> None:
    world = borrower.world
    hear_in_words(world, "The first half.", ARTICLE)
    world.act("B1", "receive", partial=True)
    hear_in_words(world, "The second half.", File("p2.pdf", PDF + b"2"))
    world.act("B1", "receive")
    part, rest = (one.text for one in borrower.letters())
    assert "sent a part of what you asked for." in part
    assert "sent the rest of what you asked for." in rest


def test_a_whole_copy_is_called_so(borrower: Borrower) -> None:
    hear_in_words(borrower.world, "Here it is.", ARTICLE)
    borrower.world.act("B1", "receive")
    assert "sent what you asked for." in borrower.letters()[0].text


def test_without_forwarding_each_letter_with_files_is_offered_until_a_note(small_world: World) -> None:
    Borrower(small_world)
    hear_in_words(small_world, "The first half.", ARTICLE)
    small_world.act("B1", "receive", partial=True)
    hear_in_words(small_world, "The rest.", File("p2.pdf", PDF + b"2"))
    small_world.act("B1", "receive")
    assert offered(small_world, "B1")[:2] == ["letter I2 --save DIR", "letter I1 --save DIR"]
    notes.add(small_world.store, small_world.app.context, "B1", "passed on", "alice")
    hear_in_words(small_world, "One more page.", File("p3.pdf", PDF + b"3"))
    saved = [one for one in offered(small_world, "B1") if one.endswith("--save DIR")]
    assert saved == ["letter I3 --save DIR"]
