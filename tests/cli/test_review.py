"""What somebody submitted, from the letter to the order, by the verbs of staff."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG
from tests.command_line import Ran

Cli = Callable[..., Ran]
FORM = """
[[form]]
name = "interlibrary loan"
accepts_from = ["web@www.library.example"]
proof = ["none"]

[form.labels]
patron_id = ["Card"]

[[form]]
name = "orders"
role = "RESPONDER"
partner = "UK-CUSTOMER"
vocabulary = "iso10161"
"""
HEAD = "From: web@www.library.example\nTo: ill@town.example\nSubject: A form\nMessage-ID: <1@www>\n\n"
WISH = "Good day\n\nTitle: A Book\nName: R. Reader\nCard: R1\nNeeded by: soon\n"


@pytest.fixture
def office(cli: Cli, folder: Path) -> Cli:
    (folder / "config.toml").write_text(CONFIG + FORM)
    (folder / "wish.eml").write_text(HEAD + WISH)
    assert cli("inject", "wish.eml").out == "I1\n"
    assert cli("run", "--once").code == 0
    return cli


def test_a_wish_is_reviewed_and_ordered(office: Cli) -> None:
    assert "A Book" in office("review").out and "R. Reader" in office("review").out
    shown = office("review", "B1")
    assert shown.code == 0
    for said in (
        "Needs attention     for us to review",
        "mailproc accept B1 (orders it)",
        "Missing             whom to ask",
        "nobody said whether a copy or a loan is wanted: loan is a guess",
        "not understood: Needed by: soon",
        "interlibrary loan I1",
        "R1, R. Reader",
        "Also written        Good day",
        "  | Needed by: soon",
    ):
        assert said in shown.out, said
    assert "review B1" in office("next", "B1").err
    refused = office("accept", "B1")
    assert (refused.code, "--lenders SYMBOL" in refused.err) == (1, True)
    assert "would be" in office("accept", "B1", "--lenders", "UK-BL", "--dry-run").out
    assert office("amend", "B1", "--title", "A Better Book").out.splitlines()[-1] == (
        "B1 still waits for review: `mailproc accept B1` orders it."
    )
    assert office("note", "B1", "by telephone").code == 0
    done = office("accept", "B1", "--lenders", "UK-BL")
    assert (done.code, done.out) == (0, "B1\n")
    assert office("run", "--once").code == 0
    shown = office("show", "B1", "--json").json
    assert (shown["state"], shown["item"]["title"]) == ("PENDING", "A Better Book")
    assert [one["event"] for one in shown["history"]] == ["SUBMITTED", "amend", "note", "accept", "request"]
    assert office("verify").code == 0
    assert office("review").out.strip() == "no request waits for review"
    assert "no request to review" in office("review", "B1").err


def test_it_is_declined_and_taken_back(office: Cli) -> None:
    assert office("decline", "B1").code == 1
    assert office("decline", "B1", "--reason", "we hold it", "--dry-run").out.startswith("Nothing is changed")
    assert office("decline", "B1", "--reason", "we hold it").out == (
        "B1 is declined and closed; nobody was asked.\nThe reader has not been told: R. Reader, (none).\n"
    )
    assert "Declined" in office("show", "B1").out and "we hold it" in office("show", "B1").out
    assert office("review").out.strip() == "no request waits for review"
    assert office("decline", "B1", "--undo").out == "B1 waits for review again.\n"
    assert "To review" in office("requests").out


def test_its_reader_hears_of_it_unless_staff_want_no_letter(office: Cli, folder: Path) -> None:
    (folder / "readers.csv").write_text("id,name,email\nR1,R. Reader,r@readers.example\n")
    assert office("patrons", "import", "readers.csv").code == 0
    quiet = office("decline", "B1", "--reason", "we hold it", "--quiet", "--dry-run", "--json").json
    assert quiet["reader_told"] is False
    told = office("decline", "B1", "--reason", "we hold it").out.splitlines()[-1]
    assert told == "The reader R. Reader hears of it by e-mail to r@readers.example, with your reason."
    assert office("run", "--once").code == 0
    assert "O1 (" in office("show", "B1").out
    assert "We cannot order it" in office("letter", "O1").out
    assert "has been told already" in office("decline", "B1", "--undo").out


def test_of_a_forgotten_reader_no_words_are_shown(office: Cli, folder: Path) -> None:
    assert "As it was written:" in office("review", "B1").out
    with closing(sqlite3.connect(folder / "var/mailproc.db")) as store, store:
        store.execute("UPDATE submission SET words = ''")
    assert "As it was written:" not in office("review", "B1").out


def test_each_verb_answers_a_program(office: Cli) -> None:
    (line,) = office("review", "--json").json
    assert (line["number"], line["needs"], line["state"]) == ("B1", ["to-review"], "IDLE")
    found = office("review", "B1", "--json").json
    assert found["review"]["letter"] == "I1" and found["review"]["words"].startswith("Good day")
    assert found["review"]["lacks"] and found["rota"] == []
    assert office("decline", "B1", "--reason", "no", "--json").json["outcome"] == "declined"
    assert office("decline", "B1", "--undo", "--json").json["needs"] == ["to-review"]
    assert office("accept", "B1", "--lenders", "UK-BL", "--dry-run", "--json").json["dry_run"] is True
    assert office("accept", "B1", "--lenders", "UK-BL", "--json").json["number"] == "B1"


def test_decode_shows_how_a_form_is_read(office: Cli) -> None:
    said = office("decode", "wish.eml", "--json").json[0]
    assert (said["codec"], said["form"]) == ("form", "interlibrary loan")
    assert said["apdus"][0]["item"] == {"title": "A Book"} and said["apdus"][0]["patron"]["id"] == "R1"
    assert said["faults"] == [{"position": None, "text": "Needed by: soon"}]


def test_the_letter_and_the_digest_name_it(office: Cli) -> None:
    assert "for us to review" in office("digest").out
    (letter,) = office("letters", "--json").json
    assert letter["requests"] == ["B1"]
    assert office("trace", "I1").out.count("B1") >= 1
    assert office("trace", "B1").code == 0
    assert "B1 waits for review" in office("letter", "I1").out


def test_no_word_of_a_form_makes_a_line_of_its_own(office: Cli, folder: Path) -> None:
    forged = "Forged: mailproc act L1 close"
    ends = ("\v", "\f", "\x85", "\u2028", "\u2029", "\x1e", "\u202e")
    hostile = "word" + "".join(f"{end}{forged}" for end in ends) + "\x1b[31m"
    text = HEAD.replace("1@www", "2@www").replace("\n\n", "\nContent-Type: text/plain; charset=utf-8\n\n", 1)
    fields = ("Title", "Author", "Name", "Card", "Comments", "Source", "Needed by", "Anything else")
    body = "".join(f"{name}: {hostile}\n" for name in fields)
    (folder / "hostile.eml").write_bytes((text + body).encode())
    assert office("inject", "hostile.eml").code == 0
    assert office("run", "--once").code == 0
    for verb in (("review",), ("review", "B2"), ("show", "B2"), ("requests",), ("digest",), ("letter", "I2")):
        ran = office(*verb)
        assert ran.code == 0 and "\x1b[31m" not in ran.out
        assert not [line for line in ran.out.splitlines() if line.strip().startswith("Forged")], verb


def test_a_partners_order_is_accepted(office: Cli, folder: Path) -> None:
    order = (
        "From: ill@customer.example\nTo: ill@town.example\nSubject: Order\nMessage-ID: <3@c>\n\n"
        "message-type: REQUEST\ntransaction-group-qualifier: S-1\nill-service-type: LOAN\n"
        "item-title: A Book\n"
    )
    (folder / "order.eml").write_text(order)
    assert office("inject", "order.eml", "--mail-from", "ill@customer.example").code == 0
    assert office("run", "--once").code == 0
    assert "UK-CUSTOMER S-1" in office("review").out
    assert office("accept", "L1").out == "L1\n"
    assert office("show", "L1", "--json").json["state"] == "IN_PROCESS"


def test_what_was_submitted_is_counted(office: Cli, folder: Path) -> None:
    for number in (2, 3):
        (folder / "more.eml").write_text(HEAD.replace("1@www", f"{number}@www") + f"Title: Book {number}\n")
        assert office("inject", "more.eml").code == 0
    assert office("run", "--once").code == 0
    for number in ("B1", "B2"):
        assert office("decline", number, "--reason", "We hold it").code == 0
    (wishes,) = office("stats", "--json").json["wishes"]
    assert wishes == {
        "role": "REQUESTER", "submitted": 3, "waiting": 1, "accepted": 0, "declined": 2,
        "reasons": {"We hold it": 2}, "other_reasons": 0,
    }  # fmt: skip
    assert "declined: We hold it" in office("stats").out
    assert office("stats", "--to", "2001-01-01", "--json").json["wishes"] == []
    assert office("stats", "--role", "lender", "--json").json["wishes"] == []
