"""What `show` and the list say of a letter in the folder, and of the numbers a request goes by."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailproc.notices.catalogue import NOTICES
from mailproc.notices.language_files import ENGLISH

Cli = Callable[..., Any]
SENT = "NOT SENT"
CARRIED = "written to the folder; answered since"
_letters = iter(range(1000, 9999))


def hear(cli: Cli, *lines: str) -> None:
    """A status report of the library that is asked, and all that follows."""
    head = f"From: orders@bl.example\r\nSubject: Replies\r\nMessage-ID: <{next(_letters)}@bl.example>\r\n\r\n"
    assert cli("inject", "-", stdin=head + "\r\n".join(["REPLIES FOR 99-0001", "", *lines, ""])).code == 0
    assert cli("run", "--once").code == 0


def act(cli: Cli, *arguments: str) -> None:
    assert cli("act", "B1", *arguments).code == 0
    assert cli("run", "--once").code == 0


def said(cli: Cli) -> str:
    """The head of `show`, without the history."""
    return str(cli("show", "B1").out.partition("When")[0])


@pytest.fixture
def ordered(cli: Cli, placed: Cli) -> None:
    placed()
    assert cli("run", "--once").code == 0


def test_an_order_in_the_folder_is_not_sent_until_it_is_answered(cli: Cli, ordered: None) -> None:
    assert said(cli).count(SENT) == 2  # how it stands, and the letter
    assert SENT in cli("requests").out
    hear(cli, "B1-1 USE*3")
    assert (said(cli).count(SENT), said(cli).count(CARRIED)) == (0, 2)
    assert SENT not in cli("requests").out
    shown = cli("show", "B1", "--json").json
    assert (shown["delivery"], shown["answered"]) == ("filed", True)
    assert [one["answered"] for one in shown["letters"]] == [True]


def test_what_they_told_us_by_telephone_is_an_answer_too(cli: Cli, ordered: None) -> None:
    act(cli, "will-supply", "--heard-by", "phone")
    assert SENT not in said(cli)


def test_what_says_nothing_of_the_letter_proves_nothing(cli: Cli, ordered: None) -> None:
    """A cancellation that nobody carried: their answer to the order may have crossed it."""
    hear(cli, "B1-1 USE*3")
    act(cli, "cancel")
    hear(cli, "B1-1 USE*2")
    assert "O1 (written to the folder; answered since), O2 (written to the folder, NOT SENT)" in said(cli)
    assert SENT in cli("requests").out
    hear(cli, "B1-1 NCANC")
    assert "O1 O2 (written to the folder; answered since), O3 (" in said(cli)  # the third is to staff
    assert SENT not in said(cli).partition("Letters")[0] and SENT not in cli("requests").out


def test_an_answer_about_another_order_proves_nothing(cli: Cli, placed: Cli, ordered: None) -> None:
    placed("Another Book")
    assert cli("run", "--once").code == 0
    hear(cli, "B2-1 USE*3")
    assert said(cli).count(SENT) == 2
    assert cli("show", "B1", "--json").json["answered"] is False


def test_a_letter_that_staff_attached_proves_nothing(cli: Cli, ordered: None) -> None:
    """It may be the reader's, who asks where the book is."""
    hurry = "From: r@readers.example\r\nMessage-ID: <h@readers.example>\r\n\r\nPlease hurry.\r\n"
    assert cli("inject", "-", stdin=hurry).code == 0
    assert cli("run", "--once").code == 0
    assert cli("attach", "I1", "B1").code == 0
    assert "Please hurry" in cli("show", "B1").out
    assert said(cli).count(SENT) == 2
    assert cli("show", "B1", "--json").json["answered"] is False


def test_a_number_that_they_have_not_given_is_not_theirs(cli: Cli, ordered: None) -> None:
    assert "Their number" not in said(cli)
    assert cli("show", "B1", "--json").json["their_number"] == ""
    assert cli("requests", "--json").json[0]["their_number"] == ""
    hear(cli, "B1-1 00012345-001 USE*3")
    assert "Their number    00012345-001" in said(cli)
    assert cli("show", "B1", "--json").json["their_number"] == "00012345-001"


def test_the_number_of_who_asks_us_is_theirs(cli: Cli, lent: str) -> None:
    assert "Their number     C77" in cli("show", "L1").out


def test_the_number_that_an_order_bears_is_shown_where_it_is_not_the_attempts(
    cli: Cli, folder: Any, placed: Cli
) -> None:
    """With a prefix a librarian cannot guess what to say on the telephone."""
    config = (folder / "config.toml").read_text()
    account = '[[partner.artemail.account]]\ndirection = "out"'
    (folder / "config.toml").write_text(
        config.replace(account, f'[partner.artemail]\nprefix = "TOWN-"\n{account}', 1)
    )
    placed()
    assert "Ordered as      TOWN-B1-1" in said(cli)
    assert cli("show", "B1", "--json").json["ordered_as"] == "TOWN-B1-1"


READER = {"id": "R1", "name": "R. Reader"}


@pytest.mark.parametrize(
    ("reader", "on_paper"),
    [(READER, True), (READER | {"email": "r@reader.example"}, False), (None, False)],
    ids=["no address", "an address", "no reader"],
)
def test_the_letter_to_a_reader_without_an_address_is_to_be_printed(
    cli: Cli, placed: Cli, folder: Path, reader: dict[str, str] | None, on_paper: bool
) -> None:
    placed(patron=reader)
    assert ("for R. Reader (no e-mail address: letters are printed)" in said(cli)) is on_paper
    assert cli("run", "--once").code == 0
    hear(cli, "B1-1 NOT")
    assert ("(to be printed)" in said(cli)) is on_paper
    waits = cli("letters", "--print").out
    assert ("R. Reader (R1)\n\nWe could not get it for you: A Book\n\nDear R. Reader," in waits) is on_paper
    found = cli("letters", "--print", "--json").json
    assert [one["number"] for one in found] == ["B1"] * on_paper
    if on_paper:
        assert cli("letters", "--printed", found[0]["id"]).out == f"Printed: {found[0]['id']}\n"
        assert cli("letters", "--print").out == "No letter is to be printed.\n"
    letters = [file.read_text() for file in sorted((folder / "out").glob("*.eml"))]
    (to_staff,) = [text for text in letters if "\nSubject: B1 needs attention" in text]
    assert ("The reader of B1 has no e-mail address" in to_staff) is on_paper
    assert any("To: r@reader.example" in text for text in letters) is (reader is not None and not on_paper)


def test_at_the_end_of_the_rota_it_is_said_how_to_add_to_it(cli: Cli, placed: Cli) -> None:
    placed()
    assert cli("run", "--once").code == 0
    hear(cli, "B1-1 NOT")
    assert "To go on         mailproc next B1 --partner SYMBOL (ask another library)" in said(cli)
    assert cli("rota", "B1", "--add", "UK-OTHER").code == 1  # as it says; this one is nobody


def test_what_their_people_are_told_is_offered_like_the_rest(cli, lent):
    actions = cli("show", lent, "--json").json["actions"]
    assert {"ship", "conditional", "estimate", "forward"} <= set(actions)
    told = " ".join(cli("act", lent, "conditional", "--condition", "charges", "--dry-run").out.split())
    assert "a letter to the people of UK-CUSTOMER" in told


def test_only_what_they_may_be_told_is_offered(cli, folder, lent):
    config = folder / "config.toml"
    customer = 'symbol = "UK-CUSTOMER"\n'
    forbidden = 'manner = { forward_notification = "REFUSE", ill_answer = "REFUSE" }\n'
    config.write_text(config.read_text().replace(customer, customer + forbidden))
    actions = cli("show", lent, "--json").json["actions"]
    assert "ship" in actions and not {"conditional", "estimate", "forward"} & set(actions)
    assert "forward" not in cli("show", lent).out
    refused = cli("act", lent, "renew-reply", "--answer", "no")
    assert "Possible now: ship" in refused.err and "forward" not in refused.err
    for action in (
        ["forward", "--to", "UK-BL"],
        ["conditional", "--condition", "charges"],
        ["estimate", "--cost", "3 EUR"],
    ):
        refused = cli("act", lent, *action)
        assert refused.code == 1 and "_" not in refused.err, refused.err


def test_a_waiting_list_is_no_promise(cli, lent):
    told = cli("act", lent, "hold", "--position", "3").out
    assert "waiting list" in told and "we shall supply" not in told


def test_what_is_said_again_and_again_is_one_line(cli: Cli, ordered: None) -> None:
    for _ in range(12):
        hear(cli, "B1-1 USE*3")
    hear(cli, "B1-1 USE*2")
    table = cli("show", "B1").out.partition("When")[2].splitlines()[1:]
    lines = [line for line in table if line[0].isdigit()]  # a long note goes on below
    assert len(lines) == 4  # asked, promised, the same again, promised anew
    assert "letter I2 " in lines[2]
    assert "said 11 times, last on " in lines[2]
    assert "USE*3 (on the waiting list at this place)" in lines[1]
    assert len(cli("show", "B1", "--json").json["history"]) == 14


ARTICLE = (
    "From: ill@customer.example\r\nSubject: Order file\r\nMessage-ID: <a@customer.example>\r\n\r\n"
    "99-0003\r\nKw3Word5\r\n\r\n\r\n\r\n\r\nTXC78 S COPY\r\nA Journal\r\n2019 VOL 12 PT 3 PP 33-40\r\n"
    "An Article\r\nAuthor, A.\r\n\r\n\r\n\r\n\r\nNNNN\r\n"
)


def test_who_lends_sees_all_that_is_wanted(cli: Cli) -> None:
    """Without volume, year and pages nobody can copy an article."""
    assert cli("inject", "-", stdin=ARTICLE).code == 0
    assert cli("run", "--once").code == 0
    head = cli("show", "L1").out
    assert head.startswith("L1 · An Article · Author, A.\n")
    for shown in (head, cli("letter", "I1").out.partition("\n\n")[0]):
        for label, value in {
            "Journal": "A Journal",
            "Volume": "12",
            "Year": "2019",
            "Pages": "33-40",
        }.items():
            assert any(line.split()[0] == label and value in line for line in shown.splitlines()), label
    assert "An Article" in cli("requests").out and "An Article" in cli("digest").out


def test_an_answer_is_called_what_it_is_and_no_code_stands_beside_words(cli: Cli, placed: Cli) -> None:
    """A waiting list is no promise, and who names a price or a later day has not refused."""
    placed()
    for action, more, headline, says in (
        ("estimate", ("--cost", "12 EUR"), "UK-BL: Estimate (", "said what it would cost"),
        (
            "answer-retry",
            ("--date", "2031-05-01", "--reason", "at-bindery"),
            "UK-BL: Retry later: it is at the binder's, Thu 1 May 2031 (",
            "answered: ask again later",
        ),
    ):
        assert cli("act", "B1", action, *more, "--heard-by", "phone").code == 0
        shown = " ".join(cli("show", "B1").out.split())
        assert says in shown and "cannot supply" not in shown and "at-bindery" not in shown
        assert headline in shown
        assert "at-bindery" not in cli("rota", "B1").out
        assert cli("amend", "B1", "--again").code == 0


def test_every_notice_that_a_reader_may_miss_has_a_word() -> None:
    to_readers = {one.path.removeprefix("en/").removesuffix(".txt") for one in NOTICES}
    names = {name.removeprefix("patron/") for name in to_readers if name.startswith("patron/")}
    assert names == set(ENGLISH.texts.labels["untold"])


def test_what_an_order_does_not_say_is_said_beside_its_number(cli: Cli, tmp_path: Path) -> None:
    """The number alone stands on standard output, for scripts."""
    wanted = tmp_path / "long.json"
    wanted.write_text(
        '{"service": "LOAN", "item": {"title": "On mud", "series": "Mud 7"}, "partners": ["UK-BL"]}'
    )
    placed = cli("request", str(wanted))
    assert (placed.code, placed.out.strip()) == (0, "B1")
    assert "not told: Series: Mud 7" in placed.err
    assert "not told: Series: Mud 7" in cli("show", "B1").out
    (line,) = cli("show", "B1", "--json").json["history"]
    assert line["not_told"] == [{"field": "item.series", "words": "Mud 7"}]
