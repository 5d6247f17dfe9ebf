"""A partner without a system: every message goes as a letter, and nothing of a request is lost on the way."""

import dataclasses
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest

from mailproc.ill.actions import OF_ROLE
from mailproc.ill.apdu import Item
from mailproc.ill.terms import Role
from tests.support import configuration, soundness
from tests.support.configuration import Account
from tests.support.partners import CODE, CUSTOMER, PASSWORD, variable

PEOPLE = "ill@town.example"


def town(roles=("RESPONDER", "REQUESTER"), more=""):
    """With an account, so that an order of theirs can come in as a file: people write none."""
    theirs = Account("in", CODE[CUSTOMER], variable(CUSTOMER))
    return (
        configuration.partner(
            "XX-TOWN", PEOPLE, theirs, name="Town Library", codec="letter", roles=list(roles), more=more
        )
        + "[partner.artemail]\nreceipts = false\n"
    )


@pytest.fixture
def by_mail(make_world, sqlite_url):
    return make_world(sqlite_url, town())


WHOLE = {
    "delivery": {
        "electronic": "desk@library.example",
        "postal": {"name": "Our Library", "street": "2 Any Road", "city": "Anytown", "postcode": "AB1 2CD"},
    },
    "need_before": "2026-04-01",
    "max_cost": {"currency": "GBP", "amount": "20"},
    "copyright_declared": True,
    "note": "A clean copy, please.",
}


def test_an_order_is_a_letter_from_which_a_person_can_supply_it(by_mail):
    number = by_mail.place("XX-TOWN", service="COPY", title="On first orders", **WHOLE)
    (letter,) = by_mail.to(PEOPLE)
    heading, _, text = letter.text.partition("\n\n")
    assert number == "B1" and "Interlibrary loan B1-1" in heading
    for said in (
        "Dear colleagues at Town Library", "B1-1", "Article: On first orders", "Title: A journal",
        "needed by Wed 1 Apr", "at most 20 GBP", "desk@library.example", "2 Any Road", "AB1 2CD Anytown",
        "the declaration is signed", "A clean copy, please.", "R1",
        "Please answer this letter and leave the number B1-1 in the subject.",
    ):  # fmt: skip
        assert said in text
    assert "A Reader" not in letter.text  # this library did not ask for the name
    assert by_mail.shown("B1").line.delivery == "handed_over"


ITEM = {
    "type": "SERIAL", "title": "A journal", "author": "Sample, B.", "subtitle": "its subtitle",
    "place": "Anytown", "publisher": "A Press", "series": "Studies 7",
    "volume_issue": "12(3)", "edition": "2nd ed.",
    "publication_date": "2019", "component_date": "March 2019", "article_author": "Sample, A.",
    "article_title": "On first orders", "pagination": "45-52", "isbn": "9780306406157", "issn": "0028-0836",
    "call_number": "QA 76", "system_no": "BLL01013", "additional_numbers": "Report R-7; thesis D 12345",
    "verification": "Ulrich 2019, p. 4",
}  # fmt: skip


def test_no_field_of_an_item_is_dropped(by_mail):
    assert ITEM.keys() | {"lines"} == {one.name for one in dataclasses.fields(Item)}
    by_mail.place("XX-TOWN", service="COPY", item=ITEM)
    (letter,) = by_mail.to(PEOPLE)
    assert [value for name, value in ITEM.items() if name != "type" and value not in letter.text] == []
    assert "Kind: journal" in letter.text


DUE = date(2026, 4, 13)
ASKED = {"heard_by": "phone"}
"""They told us by telephone."""
SENT = (("ship", {"on": DUE}),)
TO_US = (("ship", ASKED | {"on": DUE}),)
HERE = (*TO_US, ("receive", {}))
CONDITION = (("conditional", ASKED | {"condition": "charges"}),)
BORROWED = [
    ((), "cancel", {}, ["we ask you to stop it", "already on its way"]),
    (CONDITION, "answer-condition", {"answer": True}, ["we agree to your condition"]),
    (CONDITION, "answer-condition", {"answer": False}, ["we do not agree to your condition"]),
    (TO_US, "receive", {}, ["we have received it"]),
    (HERE, "return", {"via": "parcel", "cost": "50 GBP"}, ["sent your item back", "parcel", "50 GBP"]),
    (
        HERE,
        "renew",
        {"on": date(2026, 5, 1)},
        ["keep it longer", "until Fri 1 May", "whether we may keep it"],
    ),
    (HERE, "lost", {}, ["it is lost"]),
    (HERE, "damaged", {"reason": "wet"}, ["it is damaged", "wet"]),
    ((), "message", {"note": "Hello."}, ["Hello."]),
    ((), "query", {}, ["please tell us how it stands"]),
]
LENT = [
    ((), "will-supply", {"on": date(2026, 3, 9)}, ["we shall supply it", "Mon 9 Mar"]),
    ((), "hold", {"position": 3}, ["waiting list", "place 3"]),
    ((), "conditional", {"condition": "library-use-only", "on": date(2026, 3, 9)},
     ["on a condition", "read in the library only", "answer by Mon 9 Mar", "whether you agree"]),
    ((), "answer-retry", {"on": date(2026, 3, 9)}, ["ask again", "Mon 9 Mar"]),
    ((), "unfilled", {"reason": "not-owned"}, ["we cannot supply it", "we do not own it"]),
    ((), "locations", {"locations": ("XX-OTHER",)}, ["other libraries", "XX-OTHER"]),
    ((), "estimate", {"cost": "5 GBP"}, ["would cost", "5 GBP"]),
    ((), "forward", {"to": "XX-OTHER"}, ["passed your request on", "XX-OTHER"]),
    ((), "ship", {"on": DUE, "via": "courier", "cost": "5 GBP"},
     ["we have sent it", "due back on Mon 13 Apr", "courier", "5 GBP"]),
    (SENT, "overdue", {"level": 2}, ["it is overdue", "due back on Mon 13 Apr", "reminder 2", "Please send"]),
    (SENT, "recall", {}, ["we ask you to send it back"]),
    (SENT, "check-in", {}, ["it is back with us"]),
    (SENT, "lost", {}, ["it is lost"]),
    (SENT, "damaged", {"reason": "wet"}, ["it is damaged", "wet"]),
    ((*SENT, ("renew", ASKED)), "renew-reply", {"answer": True, "on": date(2026, 5, 4)},
     ["you may keep it longer", "Mon 4 May"]),
    ((*SENT, ("renew", ASKED)), "renew-reply", {"answer": False}, ["you cannot keep it longer"]),
    ((("cancel", ASKED),), "cancel-reply", {"answer": True}, ["it is stopped, as you asked"]),
    ((("cancel", ASKED),), "cancel-reply", {"answer": False}, ["cannot be stopped any more"]),
    ((), "message", {"note": "Hello."}, ["Hello."]),
    ((), "query", {}, ["please tell us how it stands"]),
]  # fmt: skip
BESIDE = {"close", "undo", "collected", "brought-back"}
"""Acts that say nothing to the other library."""


def written(world, number, action, particulars):
    """The one letter that the act sends, its subject and its text."""
    world.sent.clear()
    world.act(number, action, **particulars)
    (letter,) = world.to(PEOPLE)
    read = message_from_bytes(letter.raw, policy=default)
    return str(read["Subject"]), " ".join(read.get_content().split())


def check(said, number, words):
    subject, text = said
    assert number in subject and f"leave the number {number} in the subject" in text
    for word in words:
        assert word in text


@pytest.mark.parametrize(("before", "action", "particulars", "words"), BORROWED)
def test_all_that_a_borrower_says(before, action, particulars, words, by_mail):
    by_mail.place("XX-TOWN")
    for each, what in before:
        by_mail.act("B1", each, **what)
    check(written(by_mail, "B1", action, particulars), "B1-1", words)
    soundness.check(by_mail)


@pytest.mark.parametrize(("before", "action", "particulars", "words"), LENT)
def test_all_that_a_lender_says(before, action, particulars, words, by_mail):
    by_mail.ordered(
        "TXC1-1 S LOAN\nA book of ours", code=CODE[CUSTOMER], password=PASSWORD[CUSTOMER], sender=PEOPLE
    )
    for each, what in before:
        by_mail.act("L1", each, **what)
    subject, text = written(by_mail, "L1", action, particulars)
    check((subject, text), "L1", words)
    assert "C1-1" in subject and "Your number: C1-1" in text
    soundness.check(by_mail)


def test_every_action_is_tried_here():
    assert {one[1] for one in BORROWED} >= set(OF_ROLE[Role.REQUESTER]) - BESIDE
    assert {one[1] for one in LENT} >= set(OF_ROLE[Role.RESPONDER]) - BESIDE
