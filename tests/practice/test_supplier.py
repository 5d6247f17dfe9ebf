from datetime import date
from email.message import EmailMessage

import pytest

from mailproc.practice.british_library import british_library
from mailproc.practice.customer import Customer
from mailproc.practice.order_file import ADDRESS, BadOrderFile, NoOrderFile, read
from mailproc.practice.scripts import choose, scripts
from mailproc.practice.second_library import second_library
from mailproc.practice.supplier import Supplier
from tests.practice.conftest import GAP, SECRET, Happenings, file_letter, order

LOAN = "S LOAN"


@pytest.fixture
def bl(tell: Happenings) -> Supplier:
    today = lambda: date(2026, 8, 5)  # noqa: E731  # one line says it
    return Supplier("BL", "orders@bl.practice.example", {"99-0001": SECRET["bl"]}, choose, tell, today)


def codes(answers: object) -> list[str]:
    """What the reports among the answers say, without numbers and headings."""
    assert isinstance(answers, list)
    texts = [answer.text for answer in answers if answer.kind == "report"]
    return [line[12:] for text in texts for line in text.split("\n")[2:]]


def test_a_file_is_receipted_and_answered_in_one_report(bl: Supplier, tell: Happenings) -> None:
    orders = (order("B1-1", "SHIP this"), order("B2-1", "NOT held"), order("B3-1", "SILENCE"))
    receipt, report = bl.take(file_letter(*orders))
    assert receipt.subject == "FILEREFNO 4711 accepted - 3 orders"
    assert report.subject == "Replies FILEREFNO 4711"
    assert report.text.split("\n") == [
        "REPLIES FOR 99-0001   05-08-2026", "", "B1-1        SHIPPED COPY", "B2-1        NOT",
    ]  # fmt: skip
    assert (report.sender, report.to) == ("orders@bl.practice.example", "ill@library.example")
    assert [told["number"] for told in tell.told if told["event"] == "came"] == ["B1-1", "B2-1", "B3-1"]


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.words[0])
def test_each_script_is_played_to_its_end(bl: Supplier, script: object) -> None:
    assert isinstance(script, type(scripts()[0]))
    said = codes(bl.take(file_letter(order("B1-1", f"On {script.words[0]} and more"))))
    for cue in script.cues:
        said += codes(bl.go("B1", cue))
    said += codes(bl.take(file_letter(order("B1-1", keywords="CANCEL"))))
    foreseen = [
        reply.say.replace("{renewed}", "28-10-2026")
        for stage in ("order", *script.cues, "cancel")
        for reply in script.answers(stage, "COPY")
        if reply.say
    ]
    assert said[: len(foreseen)] == foreseen
    assert said[len(foreseen) :] in ([], ["NCANC"])


def test_a_loan_that_is_sent_makes_no_words(bl: Supplier) -> None:
    (receipt,) = bl.take(file_letter(order("B1-1", "SHIP", keywords=LOAN)))
    assert receipt.kind == "receipt"


def test_silence_is_silent_to_a_cancellation_too(bl: Supplier) -> None:
    bl.take(file_letter(order("B1-1", "SILENCE")))
    assert codes(bl.take(file_letter(order("B1-1", keywords="CANCEL")))) == []


def test_cancelling_what_nobody_ordered_is_refused(bl: Supplier) -> None:
    assert codes(bl.take(file_letter(order("B9-1", keywords="CANCEL")))) == ["NCANC"]


def test_twice_goes_by_both_doors_and_garbage_is_no_report(bl: Supplier) -> None:
    _, twice = bl.take(file_letter(order("B1-1", "TWICE")))
    assert twice.both
    _, garbage = bl.take(file_letter(order("B2-1", "GARBAGE")))
    assert "B2-1" not in garbage.text
    assert not garbage.text.isascii()


@pytest.mark.parametrize(
    ("code", "password"), [("99-0001", "WRONG99"), ("99-0009", SECRET["bl"]), ("99-0009", "WRONG99")]
)
def test_a_wrong_code_or_password_rejects_the_file(
    bl: Supplier, tell: Happenings, code: str, password: str
) -> None:
    (refusal,) = bl.take(file_letter(order("B1-1", "SHIP"), code=code, password=password))
    assert refusal.subject == "FILEREFNO 4711 rejected"
    assert not bl.knows("B1")
    assert password not in repr(tell.told) + repr(refusal)
    assert SECRET["bl"] not in repr(tell.told) + repr(refusal)


def test_cues_that_nobody_knows_are_told_not_answered(bl: Supplier, tell: Happenings) -> None:
    bl.take(file_letter(order("B1-1", "RENEW", keywords=LOAN)))
    assert bl.go("B1-1", "explode") == []
    assert tell.told[-1]["cues"] == "automatic, renewed, due, final"
    assert bl.go("B7", "due") == []


def test_the_latest_attempt_answers_to_the_local_number(bl: Supplier) -> None:
    bl.take(file_letter(order("B1-1", "NOT")))
    bl.take(file_letter(order("B1-2", "DUE", keywords=LOAN)))
    (report,) = bl.go("B1", "due")
    assert report.text.endswith("B1-2        DUE")


def test_the_second_library_fills_what_the_first_does_not_hold(tell: Happenings) -> None:
    file = file_letter(order("B1-2", "NOT held"), code="99-0002", password=SECRET["second"])
    assert codes(second_library(SECRET["second"], tell).take(file)) == ["SHIPPED COPY"]
    assert codes(british_library(SECRET["bl"], tell).take(file)) == []


@pytest.mark.parametrize(
    "letter",
    [
        file_letter(order("B1-1", "A title"), end="NNN"),
        file_letter(order("B1-1", "A title" * 6)),
        file_letter(order("B1-1", "A title", "", "An author")),
        file_letter("TX B1-1 S SED99\nA title"),
        file_letter("A title"),
        file_letter(),
    ],
)
def test_what_breaks_the_layout_is_rejected_or_empty(bl: Supplier, letter: bytes) -> None:
    (receipt,) = bl.take(letter)
    assert receipt.subject.endswith(("rejected", "accepted - 0 orders"))
    assert SECRET["bl"] not in receipt.text


def test_three_blank_lines_are_not_four() -> None:
    letter = file_letter(order("B1-1", "One"), order("B2-1", "Two")).replace(b"\r\n" * 5, b"\r\n" * 4)
    with pytest.raises((BadOrderFile, NoOrderFile)):
        read(letter)


def test_a_letter_for_people_is_none_for_the_machine(bl: Supplier, tell: Happenings) -> None:
    letter = EmailMessage()
    letter["Subject"] = "Please renew B1-1"
    letter.set_content("Dear colleagues")
    assert bl.take(letter.as_bytes()) == []
    assert tell.told == [{"event": "letter", "player": "BL", "subject": "Please renew B1-1"}]


def test_the_delivery_address_belongs_to_the_order_before_it() -> None:
    file = read(file_letter(order("B1-1", "One"), f"{ADDRESS}\nreader@library.example", order("B2-1", "Two")))
    assert [found.address for found in file.orders] == [("reader@library.example",), ()]
    assert SECRET["bl"] not in repr(file)


def test_the_customers_file_can_be_read(tell: Happenings) -> None:
    answer = Customer("CUST7QQ", tell).order("ill@library.example")
    head, *orders, end = answer.text.split(GAP)
    assert head == "99-0003\nCUST7QQ"
    assert [chunk.split("\n")[0] for chunk in orders if chunk.startswith("TX")] == [
        "TXC1-1 S SED99", "TXC1-2 S LOAN", "TXC1-3 S SED99",
    ]  # fmt: skip
    assert end == "NNNN"
    assert tell.told == [
        {"event": "ordered", "player": "Customer (practice)", "numbers": ["C1-1", "C1-2", "C1-3"]}
    ]


def test_the_customer_notes_our_reports(tell: Happenings) -> None:
    letter = EmailMessage()
    letter.set_content("REPLIES FOR 99-0003   05-08-2026\n\nC1-1   SHIPPED COPY\nC1-3  NOT\n")
    Customer("CUST7QQ", tell).take(letter.as_bytes())
    assert [(told["number"], told["code"]) for told in tell.told] == [
        ("C1-1", "SHIPPED COPY"),
        ("C1-3", "NOT"),
    ]
