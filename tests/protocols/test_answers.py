"""The reply codes, one table read both ways: as customer we read them, as supplier we write them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mailproc.ill.apdu import (
    Apdu,
    CancelReply,
    CheckedIn,
    Due,
    IllAnswer,
    Message,
    Money,
    Overdue,
    Recall,
    RenewAnswer,
    Shipped,
)
from mailproc.ill.terms import Ref, Results, Role, Service, TransactionId
from mailproc.mail.letter import Body, Letter
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.codec import Wire
from mailproc.templating.environment import Templates

THEIRS = "99-0002"
REF = Ref(THEIRS, "LIB-20001", file_ref="12")
GBP = Money(amount=Decimal("41.50"), currency="GBP")
DUE = Due(on=date(2026, 9, 16))


def answer(results: str, **fields: Any) -> IllAnswer:
    return IllAnswer(results=Results(results), **fields)


BOTH_WAYS: list[tuple[str, Apdu]] = [
    ("SHIPPED COPY", Shipped(shipped_service=Service.COPY)),
    ("SHIPPED LOAN", Shipped(shipped_service=Service.LOAN)),
    ("USE O/D", answer("WILL_SUPPLY")),
    ("USE*3", answer("HOLD_PLACED", position=3)),
    ("CAT*REAPPLY 6", answer("RETRY", retry_on=date(2026, 9, 16))),
    ("CAT*REAPPLY", answer("RETRY")),
    ("DIRECT", answer("LOCATIONS_PROVIDED")),
    ("NOT", answer("UNFILLED", reason="not-owned")),
    ("NOT*NUKL", answer("UNFILLED", reason="locations-not-found")),
    ("CRF*CANNOT MATCH ITEM", answer("UNFILLED", reason="not-found-as-cited")),
    ("RCOP", answer("UNFILLED", reason="lacks-copyright-compliance")),
    (
        "*TOTAL LIBRARY MAX COST GBP 41.50",
        answer("UNFILLED", reason="cost-exceeds-limit", cost_estimate=GBP),
    ),
    ("CANC", CancelReply(answer=True)),
    ("NCANC", CancelReply(answer=False)),
    ("RENEWED*16-09-2026", RenewAnswer(answer=True, due=DUE)),
    ("NO RENEW", RenewAnswer(answer=False)),
    ("DUE", Overdue(level=1)),
]
"""Code, and the message without its reference and code."""

AS_IT_STANDS = [
    ("*INVALID ORDERING OPTIONS", answer("UNFILLED", reason="responder-specific")),
    ("TOTAL LOAN*MORE THAN 1 VOLUME", answer("UNFILLED", reason="responder-specific")),
    ("*TOTAL LIBRARY", answer("WILL_SUPPLY")),
    ("DUE*AUTOMATIC RENEWAL PENDING", Message()),
    ("DUE WAIT", Message()),
    ("SHIPPED", Shipped()),
]
"""Codes that no message chooses by itself: they are said where ``reply_code`` names them."""

SAID_NARROWER = [
    ("NOT", answer("UNFILLED", reason="lost"), answer("UNFILLED", reason="not-owned")),
    ("NOT", answer("UNFILLED"), answer("UNFILLED", reason="not-owned")),
    ("USE O/D", answer("HOLD_PLACED"), answer("WILL_SUPPLY")),
    (
        "CAT*REAPPLY 2",
        answer("RETRY", retry_on=date(2026, 8, 13)),
        answer("RETRY", retry_on=date(2026, 8, 19)),
    ),
    (
        "CAT*REAPPLY 1",
        answer("RETRY", retry_on=date(2020, 1, 1)),
        answer("RETRY", retry_on=date(2026, 8, 12)),
    ),
    ("DUE", Overdue(), Overdue(level=1)),
    ("DUE", Overdue(level=2), Overdue(level=1)),
    ("*FINAL DEMAND", Overdue(level=3), Overdue(level=2)),
    ("*FINAL DEMAND", Overdue(level=4), Overdue(level=2)),
]
"""What the vocabulary has no exact word for: code, what is meant, what is read."""


@pytest.fixture
def sent(
    codec: ArtemailCodec,
    templates: Templates,
    wire: Callable[..., Wire],
    as_letter: Callable[[Body | None], Letter],
) -> Callable[..., Letter]:
    def send(*apdus: Apdu, **settings: Any) -> Letter:
        encoded = codec.encode(apdus, wire(Role.RESPONDER, file_ref="12", **settings), templates)
        assert encoded.held == ()
        return as_letter(encoded.body)

    return send


@pytest.mark.parametrize(("code", "meant"), BOTH_WAYS, ids=[code for code, _ in BOTH_WAYS])
def test_a_message_is_said_with_its_code_and_read_back(
    code: str, meant: Apdu, sent: Callable[..., Letter], codec: ArtemailCodec
) -> None:
    letter = sent(replace(meant, ref=REF))
    assert f"\nLIB-20001   {code}\n" in letter.text
    assert codec.recognise(letter)
    assert codec.decode(letter).apdus == (replace(meant, ref=REF, reply_code=code),)


@pytest.mark.parametrize(("code", "meant"), AS_IT_STANDS, ids=[code for code, _ in AS_IT_STANDS])
def test_a_reply_code_goes_out_as_it_stands(
    code: str, meant: Apdu, sent: Callable[..., Letter], codec: ArtemailCodec
) -> None:
    apdu = replace(meant, ref=REF, reply_code=code)
    assert codec.decode(sent(apdu)).apdus == (apdu,)
    assert codec.project(apdu) == apdu


@pytest.mark.parametrize(("code", "meant", "read"), SAID_NARROWER, ids=str)
def test_what_has_no_word_of_its_own_is_said_with_the_nearest(
    code: str, meant: Apdu, read: Apdu, sent: Callable[..., Letter], codec: ArtemailCodec
) -> None:
    letter = sent(replace(meant, ref=REF))
    assert codec.decode(letter).apdus == (replace(read, ref=REF, reply_code=code),)


@pytest.mark.parametrize(
    "meant", [meant for _, meant in BOTH_WAYS if not getattr(meant, "retry_on", None)], ids=repr
)
def test_an_answer_is_read_back_as_projected(
    meant: Apdu, sent: Callable[..., Letter], codec: ArtemailCodec
) -> None:
    apdu = replace(meant, ref=REF)
    assert codec.decode(sent(apdu)).apdus == (codec.project(apdu),)


def test_an_unknown_reply_code_is_read_as_unsure(sent: Callable[..., Letter], codec: ArtemailCodec) -> None:
    letter = sent(Message(ref=REF, reply_code="Bind at binders"), CancelReply(ref=REF, answer=True))
    assert codec.decode(letter).unsure == (Message(ref=REF, reply_code="BIND AT BINDERS"),)


def test_all_answers_of_a_batch_stand_in_one_letter(
    sent: Callable[..., Letter], codec: ArtemailCodec
) -> None:
    batch = [replace(meant, ref=replace(REF, number=f"LIB-{n}")) for n, (_, meant) in enumerate(BOTH_WAYS)]
    letter = sent(*batch)
    assert letter.subject == "Replies FILEREFNO 12"
    assert [apdu.reply_code for apdu in codec.decode(letter).apdus] == [code for code, _ in BOTH_WAYS]


def test_the_customers_number_comes_from_the_transaction(sent: Callable[..., Letter]) -> None:
    letter = sent(CancelReply(transaction=TransactionId("XX-COLLEGE", "LIB-7", THEIRS), answer=True))
    assert "\nLIB-7   CANC\n" in letter.text


@pytest.mark.parametrize("number", ["lib-7", "LIB_7.1", "7", "L" * 39 + "7"])
def test_the_customers_number_is_quoted_as_it_was_printed(
    number: str, sent: Callable[..., Letter], codec: ArtemailCodec
) -> None:
    apdu = CancelReply(ref=replace(REF, number=number), answer=True)
    assert codec.decode(sent(apdu)).apdus == (replace(apdu, reply_code="CANC"),)


HELD = [
    (answer("CONDITIONAL"), "results", "no word for a condition"),
    (answer("ESTIMATE"), "results", "no word for an estimate"),
    (RenewAnswer(answer=True), "due", "new due date"),
    (CheckedIn(), "type", "no word for this CHECKED_IN"),
    (Recall(), "type", "no word for this RECALL"),
    (Shipped(), "type", "no word for this SHIPPED"),
    (Shipped(reply_code="NOT"), "reply_code", "does not say SHIPPED"),
    (Message(reply_code="X" * 121), "reply_code", "at most"),
    (Message(reply_code="S SED99"), "reply_code", "does not see a reply"),
    (CancelReply(answer=True, ref=Ref(THEIRS, "NO NUMBER 1")), "ref.number", "is no number"),
    (CancelReply(answer=True, ref=Ref(THEIRS)), "ref.number", "is no number"),
    (CancelReply(answer=True, ref=Ref("99-0009", "LIB-1")), "ref.customer_code", "another customer code"),
]


@pytest.mark.parametrize(("apdu", "field", "text"), HELD, ids=str)
def test_what_cannot_be_said_is_held_and_the_rest_goes(
    apdu: Apdu, field: str, text: str, codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    bad = apdu if apdu.ref else replace(apdu, ref=REF)
    good = CancelReply(ref=replace(REF, number="LIB-2"), answer=False)
    encoded = codec.encode([bad, good], wire(Role.RESPONDER), templates)
    assert [(each.index, each.field) for each in encoded.held] == [(0, field)]
    assert text in str(encoded.held[0].text)
    assert encoded.body
    assert "LIB-2   NCANC" in (encoded.body.parts[0].text or "")


def test_a_loan_is_not_announced_where_the_partner_does_not_want_it(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    way = wire(Role.RESPONDER, ship_loan=False)
    loan = Shipped(ref=REF, shipped_service=Service.LOAN)
    encoded = codec.encode([loan], way, templates)
    assert (encoded.body, encoded.held, encoded.unsaid) == (None, (), (0,))
    both = codec.encode([loan, Shipped(ref=REF, shipped_service=Service.COPY)], way, templates)
    assert both.body
    assert "LOAN" not in (both.body.parts[0].text or "")


HEAD = "REPLIES FOR {{ customer_code }}   {{ date }}\n\n"
LINES = "{% for line in replies %}{{ line }}\n{% endfor %}"


def test_a_site_may_greet_in_a_report(
    codec: ArtemailCodec, site: Callable[[str, str], Templates], wire: Callable[..., Wire]
) -> None:
    text = f"Dear colleagues,\n{HEAD}{LINES}\nKind regards\n-- \nThe library of 99-0002\n"
    encoded = codec.encode(
        [CancelReply(ref=REF, answer=True)], wire(Role.RESPONDER), site("artemail/report.txt", text)
    )
    assert encoded.held == ()
    assert encoded.body and "Kind regards" in (encoded.body.parts[0].text or "")


BROKEN_REPORTS = [
    ("{% for line in replies %}{{ line }} {% endfor %}", "text"),
    ("REPLIES\n", "text"),
    ("-- \n{% for line in replies %}{{ line }}\n{% endfor %}", "text"),
    ("FILEREFNO 12 accepted\n{% for line in replies %}{{ line }}\n{% endfor %}", "text"),
    ("LIB-9   NOT\n{% for line in replies %}{{ line }}\n{% endfor %}", "text"),
    ("für {{ customer_code }}\n{% for line in replies %}{{ line }}\n{% endfor %}", "text"),
    ("99-0009\n{% for line in replies %}{{ line }}\n{% endfor %}", "ref.customer_code"),
    ("{{ nubmer }}", "template"),
    (HEAD.replace("{{ date }}", "") + LINES, "date"),
    (HEAD.replace("{{ date }}", "") + LINES + "{{ date }}\n", "date"),
    (HEAD.replace("{{ date }}", "04-08-2026") + LINES, "date"),
    (HEAD + LINES + "\n\n\n\n\nTXLIB-9 CANCEL\n", "text"),
    (HEAD + LINES + "  tx LIB-9 S LOAN\nA title\n", "text"),
    ("TXLIB-9 CANCEL\n" + HEAD + LINES, "text"),
    (HEAD + LINES + "NNNN\n", "text"),
    (HEAD + LINES + "-- \nLIB-9   NOT\n", "text"),
    (HEAD + LINES + "For 99-0009\n", "text"),
]


@pytest.mark.parametrize(("text", "field"), BROKEN_REPORTS)
def test_a_report_that_does_not_say_what_was_meant_is_held(
    text: str,
    field: str,
    codec: ArtemailCodec,
    site: Callable[[str, str], Templates],
    wire: Callable[..., Wire],
) -> None:
    answers = [CancelReply(ref=REF, answer=True), CancelReply(ref=replace(REF, number="LIB-2"), answer=False)]
    encoded = codec.encode(answers, wire(Role.RESPONDER, file_ref="12"), site("artemail/report.txt", text))
    assert encoded.body is None
    assert [(each.index, each.field) for each in encoded.held] == [(0, field), (1, field)]
