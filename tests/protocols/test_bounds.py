"""ARTEmail at its bounds: the last that is taken, and the first that is not."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from mailproc.config import Partner, PartnerArtemail
from mailproc.errors import LocalFault
from mailproc.ill.apdu import IllAnswer, IllRequest, Item, Message, Money
from mailproc.ill.terms import ApduType, Ref, Results, Role, Service
from mailproc.mail.letter import Letter, Part
from mailproc.protocols.artemail import citation, mask, plain
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.read import orders
from mailproc.protocols.artemail.read.body_lines import lines_of, texts
from mailproc.protocols.artemail.read.explain import explain
from mailproc.protocols.artemail.read.replies import MOST_OF_ONE
from mailproc.protocols.artemail.requests import Orders, text_lines
from mailproc.protocols.artemail.tables.reply_codes import LONGEST_CODE
from mailproc.protocols.artemail.write.file_receipt import Receipt, letter, receipt_of
from mailproc.protocols.artemail.write.guard import FieldLost, check_beside
from mailproc.protocols.artemail.write.status_report import word_for
from mailproc.protocols.codec import Fault, Manner
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder

AT = datetime(2026, 8, 5, 9, tzinfo=UTC)
OURS = "99-0001"


def heard(text: str, subject: str = "Replies", **header: Any) -> Letter:
    return Letter(raw=b"", subject=subject, date=AT, parts=(Part("text/plain", b"", text=text),), **header)


# Receipts


@pytest.mark.parametrize(
    ("file_ref", "orders", "faults", "made"),
    [("7", 1, 0, True), ("7", 0, 1, True), ("7", 0, 0, False), ("", 1, 1, False)],
)
def test_a_file_with_a_number_and_something_in_it_has_a_receipt(
    file_ref: str, orders: int, faults: int, made: bool
) -> None:
    said = [Fault(1, "no item", "LIB-1")] * faults
    assert (receipt_of("99-0002", file_ref, orders, said) is not None) is made


def test_a_rejected_line_without_a_number_may_not_be_left_out(
    codec: ArtemailCodec, site: Callable[[str, str], Templates]
) -> None:
    receipt = Receipt("99-0002", "12", 2, ("Line 30: this order has no number",))
    shipped = (shipped_folder() / "artemail/receipt.txt").read_text()
    assert letter(receipt, site("artemail/receipt.txt", shipped), codec.replies)
    silent = shipped.replace("{% for line in rejected %}", "{% for line in rejected[1:] %}")
    with pytest.raises(LocalFault, match="'Line 30: this order has no number' is not in it"):
        letter(receipt, site("artemail/receipt.txt", silent), codec.replies)


@pytest.mark.parametrize("verdict", ["accepted", "rejected"])
def test_a_receipt_is_told_by_the_row_that_knows_it(verdict: str, codec: ArtemailCodec) -> None:
    told = explain(codec, heard(f"FILEREFNO 12 {verdict}\n", subject="Your orders"))
    assert [line.row for line in told.lines if line.kind == "receipt"] == [f"[layout] {verdict}"]


# Codes


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("not", "NOT"),
        ("X" * LONGEST_CODE, "X" * LONGEST_CODE),
        ("X" * (LONGEST_CODE + 1), ""),
        ("\u0301", ""),
    ],
    ids=["short", "longest", "too long", "nothing readable"],
)
def test_a_reply_code_of_ours_has_at_most_so_many_characters(
    code: str, said: str, codec: ArtemailCodec
) -> None:
    if said:
        assert word_for(Message(reply_code=code), None, codec.replies.codes) == said
        return
    with pytest.raises(FieldLost) as lost:
        word_for(Message(reply_code=code), None, codec.replies.codes)
    assert lost.value.field == "reply_code"


@pytest.mark.parametrize(
    ("currency", "said"), [("GBP", "GBP 41.50"), ("USD", "USD 41.50"), ("EUR", "EUR 41.50"), ("CHF", "41.50")]
)
def test_a_cost_is_said_in_the_currencies_that_the_layout_knows(
    currency: str, said: str, codec: ArtemailCodec
) -> None:
    cost = Money(amount=Decimal("41.50"), currency=currency)
    answer = IllAnswer(results=Results.UNFILLED, reason="cost-exceeds-limit", cost_estimate=cost)
    assert word_for(answer, None, codec.replies.codes) == f"*TOTAL LIBRARY MAX COST {said}"


def test_a_code_is_found_whole_up_to_its_greatest_length(codec: ArtemailCodec) -> None:
    codes = codec.replies.codes
    assert codes.find("NOT" + " " * (LONGEST_CODE - 3)) is not None
    assert codes.find("NOT" + " " * (LONGEST_CODE - 2)) is None
    assert codes.find("not") is None, "one small word is the end of a sentence"
    assert codes.find("due*automatic renewal pending") is not None
    assert codes.known("NOT") is not None
    assert [codes.known(word).word for word in codes.words() if codes.known(word)] == codes.words()
    assert codes.known("NO SUCH WORD") is None


@pytest.mark.parametrize("number", [MOST_OF_ONE, MOST_OF_ONE + 1])
def test_one_order_has_at_most_so_many_different_replies(number: int, codec: ArtemailCodec) -> None:
    said = codec.decode(
        heard("".join(f"LIB-1   USE*{at}\n" for at in range(1, number + 1)) + "LIB-2   NOT\n")
    )
    assert len(said.apdus) == MOST_OF_ONE + 1
    assert [fault.text for fault in said.faults] == (
        [f"more than {MOST_OF_ONE} different replies to one order (LIB-1)"] if number > MOST_OF_ONE else []
    )


def test_each_reply_makes_room_for_two_lines_of_prose(codec: ArtemailCodec) -> None:
    room = codec.replies.codes.layout.most_prose
    for replies in (1, 2, 5):
        text = "".join(f"LIB-{at}   NOT\n" for at in range(1, replies + 1))
        prose = "We write to you about it.\n"
        assert codec.kind(heard(text + prose * (room + 2 * replies))) == "report"
        assert codec.kind(heard(text + prose * (room + 2 * replies + 1))) is None


# Texts


def test_each_kind_of_line_end_ends_a_line() -> None:
    assert lines_of("a\rb\r\nc\n\nd") == ["a", "b", "c", "", "d"]


@pytest.mark.parametrize(
    ("part", "read"),
    [
        (Part("text/plain", b"", text="LIB-1   NOT"), True),
        (Part("text/csv", b"LIB-1   NOT", text="LIB-1   NOT"), False),
        (Part("application/octet-stream", b"LIB-1   NOT", filename="replies.TXT"), True),
        (Part("application/octet-stream", b"LIB-1   NOT", filename="replies.doc"), False),
    ],
    ids=["plain", "another text", "a text as octets", "other octets"],
)
def test_which_attached_texts_are_read(part: Part, read: bool) -> None:
    said = texts(Letter(raw=b"", subject="x", parts=(Part("text/plain", b"", text="See below"), part)))
    assert said == ((["See below"], ["LIB-1   NOT"]) if read else (["See below"],))


@pytest.mark.parametrize(
    ("item", "service", "first"),
    [
        (Item(title="A book", author="Marsh", volume_issue="3"), Service.LOAN, ["A book", "Marsh"]),
        (Item(title="A book", author="Marsh", isbn="1", type="SERIAL"), Service.LOAN, ["A book", "Marsh"]),
        (Item(title="Annals", author="Marsh", type="SERIAL"), Service.LOAN, ["Annals"]),
        (Item(title="Annals", author="Marsh", issn="1234-5679"), Service.LOAN, ["Annals", "1234-5679"]),
        (Item(title="A book", author="Marsh", type="BOOK"), Service.LOAN, ["A book", "Marsh"]),
    ],
)
def test_a_loan_of_a_journal_has_no_line_for_an_author(
    item: Item, service: Service, first: list[str]
) -> None:
    assert citation.write(item, service)[:2] == first


@pytest.mark.parametrize(
    ("lines", "title"),
    [([], None), (["2019 VOL 12", "An article"], None), (["Annals", "2019 VOL 12", "An article"], "Annals")],
)
def test_a_copy_without_a_line_above_its_year_has_no_title(lines: list[str], title: str | None) -> None:
    assert (citation.read(lines, Service.COPY).title or None) == title


def test_a_wrapped_line_that_could_split_the_file_is_as_long_as_its_guard_allows() -> None:
    settings = PartnerArtemail(overflow="wrap", guard_word="-")
    text = "TX" + "x" * 36 + " and the rest"
    assert text_lines([text], settings) == ("- TX" + "x" * 36, "and the rest")


def test_what_stands_before_the_first_order_is_where_all_are_delivered_but_for_its_announcement(
    codec: ArtemailCodec,
) -> None:
    gap = "\n" * 5
    file = f"99-0002\nS3CR3TPW\n\n:ALL TO:\n reader@example.org{gap}TXLIB-1 S SED99\nDikes{gap}NNNN\n"
    (order,) = orders.read(file.split("\n"), codec.words).orders
    assert order.address == ("reader@example.org",)


def test_a_blank_line_of_an_item_takes_no_place_in_a_plain_letter(codec: ArtemailCodec) -> None:
    scheme = Orders(codec.words, PartnerArtemail(max_lines=2), Ref(OURS))
    wanted = IllRequest(
        ref=Ref(number="B1-1"), services=(Service.LOAN,), item=Item(lines=("A book", " ", "Marsh", "1974"))
    )
    assert plain.project(wanted, scheme).item.lines == ("A book", "Marsh")


def test_a_multipart_of_as_many_parts_as_are_read_is_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mask, "MOST_PIECES", 5)  # what stands before and behind the parts counts too
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    for parts in (3, 4):
        raw = head + b"--b\r\n\r\nwords\r\n" * parts + b"--b--\r\n"
        assert (mask.Masker([]).letter(raw) == raw) is (parts == 3)


# What the guard refuses


@pytest.mark.parametrize(
    "line", ["TXB1-1 S LOAN", "  tx it", "NNNN", ":DELIVER ABOVE ITEM TO:", "For 99-0009"]
)
def test_lines_beside_an_answer_are_prose_only(line: str) -> None:
    check_beside(["Dear colleagues,", f"For {OURS}", ""], OURS)
    with pytest.raises(FieldLost) as lost:
        check_beside(["Dear colleagues,", line], OURS)
    assert lost.value.field == "text"


# Whose letter it is


def test_without_a_keyword_of_the_partner_an_act_is_no_order(codec: ArtemailCodec) -> None:
    college = codec.partners[OURS]
    for partner in (None, Partner(symbol="XX-BL", address="art@bl.example", artemail=college)):
        assert codec.manner(ApduType.RENEW, Role.REQUESTER, "", partner) is Manner.NOTICE
        assert codec.manner(ApduType.RECEIVED, Role.REQUESTER, "", partner) is Manner.LOCAL
    assert codec.manner(ApduType.CANCEL, Role.RESPONDER, "") is not Manner.SEND


def test_what_stands_below_the_first_reply_is_prose_even_where_it_names_us(codec: ArtemailCodec) -> None:
    told = explain(codec, heard(f"REPLIES FOR {OURS}\n\nLIB-1   NOT\nREPLIES FOR {OURS}\n")).lines
    assert [line.kind for line in told] == ["prose", "heading", "reply", "prose"]
