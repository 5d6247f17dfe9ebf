"""Letters in plain English are the same messages as their codes; links, machines and people are not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailproc.ill.apdu import Apdu, IllAnswer, Message, StatusOrErrorReport
from mailproc.ill.terms import ApduType
from mailproc.mail.letter import Letter, Part
from mailproc.mail.parse import parse
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.read.document_links import FAULT
from mailproc.protocols.artemail.read.replies import MOST_OF_ONE, MOST_REPLIES

AT = datetime(2026, 8, 5, 9, tzinfo=UTC)

PAIRS = [
    ("SHIPPED COPY", "The copy has been sent to your reader."),
    ("SHIPPED COPY", "The article was despatched today"),
    ("SHIPPED LOAN", "The book has been posted."),
    ("SHIPPED", "Your item has now been dispatched."),
    ("*TOTAL LIBRARY", "Your request was passed on to one of our partners."),
    ("*TOTAL LIBRARY MAX COST 41.50", "The price of £41.50 is above your maximum."),
    ("*TOTAL LIBRARY MAX COST 41.50", "This costs more than your maximum: GBP 41.50"),
    ("*TOTAL LIBRARY MAX COST", "The charge is above your maximum."),
    ("USE*3", "this item is on loan; you are number 3 on the waiting list."),
    ("USE*12", "Waiting list: you have position 12"),
    ("USE O/D 16-09-2026", "New estimated dispatch date: 16th September 2026"),
    ("USE O/D 16-09-2026", "We expect to be dispatched; it will be despatched on 16/09/2026."),
    ("USE O/D", "There is a new estimated date of dispatch."),
    ("CAT*REAPPLY 6", "Not available at present, please re-apply in 6 weeks."),
    ("CRF*CANNOT MATCH ITEM", "We could not identify the item."),
    ("DIRECT", "Other libraries hold it. Please apply direct."),
    ("NOT", "The item is not held."),
    ("NOT", "It is no longer available"),
    ("NOT*NUKL", "No supplier could be found"),
    ("RCOP", "Not supplied because of copyright"),
    ("*INVALID ORDERING OPTIONS", "The ordering options are not allowed"),
    ("TOTAL LOAN*MORE THAN 1 VOLUME", "There is more than one volume."),
    ("CANC", "The order has been cancelled"),
    ("CANC", "Your order was canceled."),
    ("NCANC", "It could not be cancelled, the copy has been sent"),
    ("RENEWED*16-09-2026", "Renewed until 16 September 2026"),
    ("RENEWED*16-09-2026", "Your new due date is 16-09-2026"),
    ("NO RENEW", "This loan cannot be renewed."),
    ("DUE*AUTOMATIC RENEWAL PENDING", "Due soon: it will be renewed automatically."),
    ("DUE*AUTOMATIC RENEWAL PENDING 16-09-2026", "Due on 16th Sept 2026, to be automatically renewed"),
    ("DUE WAIT", "Due soon, and another reader is waiting."),
    ("DUE", "This loan is overdue"),
    ("*FINAL DEMAND", "Final demand for an overdue loan"),
]
"""A code, and what the letter in English may say."""


def letter(text: str, subject: str = "", **header: str) -> Letter:
    return Letter(raw=b"", subject=subject, date=AT, parts=(Part("text/plain", b"", text=text),), **header)  # type: ignore[arg-type]  # words alone


def content(apdu: Apdu) -> Apdu:
    """What makes two messages the same: kind and content; of a bare message its code too."""
    if isinstance(apdu, Message):
        return replace(apdu, ref=None)
    return replace(apdu, ref=None, note=None, reply_code=None)


@pytest.mark.parametrize(("code", "status"), PAIRS, ids=[status for _, status in PAIRS])
def test_a_labelled_status_is_the_message_of_its_code(code: str, status: str, codec: ArtemailCodec) -> None:
    by_code = codec.decode(letter(f"LIB-1   {code}\n")).apdus
    twin = letter(f"Your reference: LIB-1\nOur order line: 00012345-001\nStatus: {status}\n")
    assert codec.recognise(twin)
    said = codec.decode(twin)
    assert [content(apdu) for apdu in said.apdus] == [content(apdu) for apdu in by_code]
    assert said.apdus[0].reply_code == code
    assert said.apdus[0].ref
    assert (said.apdus[0].ref.number, said.apdus[0].ref.order_line) == ("LIB-1", "00012345-001")


MAX = "above your maximum"


@pytest.mark.parametrize("status", [f"The price of 1,000.00 is {MAX}.", f"It is {MAX}: 1.000,00"])
def test_a_price_with_thousands_is_not_taken_for_a_smaller_one(status: str, codec: ArtemailCodec) -> None:
    twin = letter(f"Your reference: LIB-1\nOur order line: 00012345-001\nStatus: {status}\n")
    (said,) = codec.decode(twin).apdus
    assert isinstance(said, IllAnswer)
    assert (said.reason, said.cost_estimate) == ("cost-exceeds-limit", None)


def test_every_current_code_has_a_labelled_status(codec: ArtemailCodec) -> None:
    twins = {phrase.word for phrase in codec.replies.phrases.rows}
    assert twins == set(codec.replies.codes.words())


@pytest.mark.parametrize(
    "status",
    ["The copy has not yet been sent.", "Not yet cancelled", "We do not know", "Dispatch is near", "x" * 380],
)
def test_what_fits_no_phrase_is_unsure_and_moves_nothing(status: str, codec: ArtemailCodec) -> None:
    said = codec.decode(letter(f"Your reference: LIB-1\nOur order line: 00012345-001\nStatus: {status}\n"))
    assert said.apdus == ()
    assert [(apdu.type, apdu.ref and apdu.ref.number) for apdu in said.unsure] == [
        (ApduType.MESSAGE, "LIB-1")
    ]
    assert (said.unsure[0].note or "") in status


def test_labels_without_a_phrase_or_order_line_are_for_a_person(codec: ArtemailCodec) -> None:
    assert not codec.recognise(letter("Your reference: LIB-1\nStatus: please pay our invoice\n"))


MACHINES = [
    {"auto_submitted": "auto-replied"},
    {"subject": "Automatic reply: Order file"},
    {"subject": "Out of office"},
    {"subject": "Abwesenheitsnotiz"},
]


@pytest.mark.parametrize("header", MACHINES, ids=str)
@pytest.mark.parametrize(
    "text",
    [
        "LIB-1   NOT\n",
        "Your reference: LIB-1\nStatus: The item is not held.\n",
        "99-0001\nQ7W8E9R\n\n\n\n\nTXLIB-1 S LOAN\nRivers\n\n\n\n\nNNNN\n",
    ],
)
def test_an_automatic_reply_says_nothing(header: dict[str, str], text: str, codec: ArtemailCodec) -> None:
    assert codec.recognise(letter(text)), "the same words of somebody else do"
    assert not codec.recognise(letter(text, **header))
    said = codec.decode(letter(text, **header))
    assert (said.apdus, said.unsure) == ((), ())
    assert "automatic reply" in said.faults[0].text


def test_a_report_about_a_letter_of_ours_says_nothing(codec: ArtemailCodec) -> None:
    """It quotes the order, or whatever else was in the letter, and no word of its own is a reply."""
    quoted = "Subject: Order file FILEREFNO 1\n\nLIB-1   NOT\n"
    report = (
        "From: MAILER-DAEMON@relay.example\nTo: ill@town.example\nSubject: Undelivered mail\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n'
        "--x\nContent-Type: text/plain\n\nLIB-1   NOT\n"
        "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\n"
        "Final-Recipient: rfc822; art@bl.example\nAction: failed\nStatus: 5.1.1\n"
        f"--x\nContent-Type: message/rfc822\n\n{quoted}\n--x--\n"
    )
    bounced = parse(report.encode())
    assert not codec.recognise(bounced)
    assert not codec.perhaps(bounced)
    assert codec.decode(bounced).apdus == ()
    ours = (
        "multipart/report; report-type=delivery-status",
        "MAILER-DAEMON",
        "Undelivered mail",
        "delivery-status",
    )
    for mark in ours:
        report = report.replace(
            mark, "mixed" if mark == "delivery-status" else "multipart/mixed" if "/" in mark else "art"
        )
    assert codec.recognise(parse(report.encode())), "the same words that no mail system says"


def test_what_a_machine_generated_by_itself_is_read(codec: ArtemailCodec) -> None:
    assert codec.recognise(letter("LIB-1   NOT\n", auto_submitted="auto-generated"))


DELIVERIES = [
    "Your article is ready. Open https://docs.example/d/1 within 30 days.",
    "Status: The copy has been sent.\nYour reference: LIB-1\n\nDownload your article:\n\nhttps://docs.example/d",
    "The document is now available.\n\n\nhttp://docs.example/d/1?token=x",
]


@pytest.mark.parametrize("text", DELIVERIES)
def test_a_delivery_mail_goes_to_a_person(text: str, codec: ArtemailCodec) -> None:
    mail = letter(text, "Your order 00012345-001")
    assert codec.recognise(mail)
    said = codec.decode(mail)
    assert (said.apdus, said.unsure) == ((), ())
    assert [fault.text for fault in said.faults] == [FAULT]


def test_a_link_beside_codes_takes_nothing_from_them(codec: ArtemailCodec) -> None:
    said = codec.decode(letter("LIB-1   SHIPPED COPY\n" + DELIVERIES[0], "Your order 00012345-001"))
    assert [apdu.type for apdu in said.apdus] == [ApduType.SHIPPED]
    assert [fault.text for fault in said.faults] == [FAULT]


@pytest.mark.parametrize(
    "text", ["Download your paper at https://offers.example/x", "We wrote to https://docs.example/d/1 before"]
)
def test_a_link_alone_is_no_delivery(text: str, codec: ArtemailCodec) -> None:
    assert not codec.recognise(letter(text))


REJECTED = [
    ("LIB-3 REJECTED", "LIB-3"),
    ("LIB-3: rejected (no such keyword)", "LIB-3"),
    ("Line 14: TXLIB-3 not accepted, no title", "LIB-3"),
    ("LIB-3 was refused", "LIB-3"),
]


@pytest.mark.parametrize(("line", "number"), REJECTED)
def test_an_order_that_an_accepted_file_lost_is_named(line: str, number: str, codec: ArtemailCodec) -> None:
    said = codec.decode(letter(f"LIB-2   NOT\n{line}\n", "FILEREFNO 12 accepted - 3 orders"))
    whole, single, reply = said.apdus
    assert isinstance(whole, StatusOrErrorReport)
    assert isinstance(single, StatusOrErrorReport)
    assert isinstance(reply, IllAnswer)
    assert (whole.report and whole.report.kind, single.report and single.report.kind) == ("status", "error")
    assert single.ref
    assert (single.ref.number, single.ref.file_ref, single.note) == (number, "12", line)
    assert said.unsure == ()


def test_in_a_rejected_file_no_order_is_rejected_twice(codec: ArtemailCodec) -> None:
    said = codec.decode(letter("LIB-3 REJECTED\nLIB-4 REJECTED\n", "FILEREFNO 12 rejected"))
    assert [apdu.ref and apdu.ref.number for apdu in said.apdus] == [""]


def test_a_reply_that_claims_ten_thousand_renewals_is_bounded(codec: ArtemailCodec) -> None:
    lines = [f"LIB-{n}   RENEWED*16-09-2026" for n in range(MOST_REPLIES + 5)]
    said = codec.decode(letter("\n".join(lines)))
    assert len(said.apdus) == MOST_REPLIES
    assert (
        said.faults[0].text == f"more than {MOST_REPLIES} replies: nothing was read after line {MOST_REPLIES}"
    )


def test_one_number_is_not_answered_a_hundred_times(codec: ArtemailCodec) -> None:
    said = codec.decode(letter("\n".join([f"LIB-1   USE*{n}" for n in range(1, 101)] + ["LIB-2   NOT"])))
    assert len(said.apdus) == MOST_OF_ONE + 1
    assert "(LIB-1)" in said.faults[0].text


OUTLOOK = "-----Original Message-----\nFrom: a@b.example\nSent: today\n"
PLAIN = "From: a@b.example\nSent: Tuesday\nTo: x@y.example\nSubject: Replies\n"


@pytest.mark.parametrize("mark", [OUTLOOK, PLAIN])
def test_quoted_text_does_not_count(mark: str, codec: ArtemailCodec) -> None:
    assert not codec.recognise(letter(f"What is this?\n\n{mark}\nLIB-1   NOT\n"))
    said = codec.decode(letter(f"LIB-2   CANC\n\n{mark}\nLIB-1   NOT\n"))
    assert [apdu.ref and apdu.ref.number for apdu in said.apdus] == ["LIB-2"]
    forwarded = codec.decode(letter(f"{mark}\nLIB-1   NOT\n"))
    assert [apdu.ref and apdu.ref.number for apdu in forwarded.apdus] == ["LIB-1"]


def test_a_site_adds_phrases(overlaid: Callable[[str], ArtemailCodec]) -> None:
    codec = overlaid(
        """
[[twin]]
word = "NOT"
patterns = ['nous ne (?:possedons|avons) pas']
confidence = "seen"
source = "our own letters"
[layout]
reference = 'Votre no ?: ?(?P<number>[A-Za-z0-9-]{1,20})'
status = 'Etat ?: ?(?P<status>.+)'
"""
    )
    said = codec.decode(letter("Votre no: LIB-1\nEtat : nous ne possedons pas ce livre\n"))
    assert [apdu.reply_code for apdu in said.apdus] == ["NOT"]
    assert not codec.recognise(letter("Your reference: LIB-1\nStatus: The item is not held.\n"))
