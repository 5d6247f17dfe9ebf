"""Letters of forms become requests to review, are accepted or declined, and go straight on where they may."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.requests import reviewing
from mailproc.office.requests.reviewing import Acceptance
from tests.support.partners import ADDRESS, BL, CUSTOMER, US, USUAL

WEB = "web@www.example"
FORM = f"""
[[form]]
name = "wishes"
accepts_from = ["{WEB}"]
proof = ["none"]
lenders = ["{BL}"]

[[form]]
name = "orders"
role = "RESPONDER"
vocabulary = "iso10161"
partner = "{CUSTOMER}"
"""
WISH = """A wish of a reader.

Service: Loan
Title: On Letters
Author: Seneca
Year: 1969
Name: Ada Reader
Card number: R1
E-mail: ada@readers.example
Comments: With its map,
please.
"""
ORDER = """message-type: REQUEST
transaction-id:
transaction-group-qualifier: SUB:2026-1
transaction-qualifier: 1
client-name: Ada Reader
del-email-address: copies@library-b.example
ill-service-type: COPY
item-title: Journal of Letters
item-volume-issue: 12(3)
item-publication-date: 2019
item-title-of-article: On writing:
 a study
item-pagination: 45-52
"""


@pytest.fixture
def office(make_world, sqlite_url):
    return make_world(sqlite_url, USUAL + FORM)


def send(office, text=WISH, sender=WEB, run=True, **more):
    inbox_id = office.inject(office.letter(text, sender, more.pop("subject", "A form"), **more), sender)
    if run:
        office.run()
    return office.row("inbox", inbox_id)


def accept(office, number, *lenders, anyway=False, **more):
    given = Acceptance(lenders, **more)
    done = reviewing.accept(office.store, office.app.context, number, given, "clerk", anyway=anyway)
    office.run()
    return done


def test_a_form_is_reviewed_and_ordered(office):
    row = send(office)
    assert (row["state"], row["codec"], row["taken_from"]) == ("done", "form", "form wishes")
    found = office.shown("B1")
    assert (found.line.needs, found.line.attempt, found.line.title) == (("to-review",), 0, "On Letters")
    assert found.review.letter == "I1" and found.review.lacks == ()
    assert found.note == "With its map,\nplease."
    assert office.listed() == ["B1"] and office.listed(attention=True) == ["B1"]
    assert office.listed(find="letters seneca") == ["B1"]
    assert office.sent == []
    accept(office, "B1")
    assert office.state("B1") == "PENDING"
    (order,) = office.to(ADDRESS[BL])
    assert "TXB1-1" in order.text and "On Letters" in order.text
    assert office.events("B1") == ["SUBMITTED", "accept", "request"]
    assert office.shown("B1").patron == {"id": "R1", "name": "Ada Reader", "email": "ada@readers.example"}
    assert office.verify().differences == ()


def test_an_order_of_a_partner_is_reviewed_and_comes_into_process(office):
    send(office, ORDER, ADDRESS[CUSTOMER])
    found = office.shown("L1")
    assert (found.line.partner, found.line.their_number, found.line.service) == (
        CUSTOMER,
        "SUB:2026-1",
        "COPY",
    )
    assert found.item["article_title"] == "On writing: a study"
    accept(office, "L1")
    assert office.state("L1") == "IN_PROCESS"
    assert office.shown("L1").asked["delivery"] == {"electronic": "copies@library-b.example"}


def test_a_declined_one_is_closed_and_can_be_taken_back(office):
    send(office)
    with pytest.raises(LocalFault, match="Say why"):
        reviewing.decline(office.store, office.app.context, "B1", " ", "clerk")
    reviewing.decline(office.store, office.app.context, "B1", "we hold it", "clerk")
    found = office.shown("B1")
    assert (found.line.outcome, found.line.needs, found.line.status.term) == ("declined", (), "DECLINED")
    assert found.history[-1].note == "we hold it"
    with pytest.raises(LocalFault, match="was declined"):
        accept(office, "B1")
    assert office.listed() == [] and office.listed(find="letters") == ["B1"]
    reviewing.take_back(office.store, office.app.context, "B1", "clerk")
    assert office.shown("B1").line.needs == ("to-review",)
    accept(office, "B1")
    assert office.state("B1") == "PENDING"
    assert office.events("B1") == ["SUBMITTED", "decline", "review", "accept", "request"]
    assert US and office.verify().differences == ()
