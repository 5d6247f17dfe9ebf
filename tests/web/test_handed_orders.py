"""What a partner ordered by post, telephone or portal is entered at the desk, as by the command line."""

import pytest

from mailproc.errors import TryLater
from mailproc.office.requests import lend
from tests.web.test_new_request import said, value

ORDER = {
    "borrower": "XX-CUSTOMER", "their_number": "C7-1", "asked_by": "phone", "asked_on": "2026-02-27",
    "service": "LOAN", "title": "A book of ours", "author": "Author, A.",
}  # fmt: skip


def fresh(browser):
    """The hidden fields of a new form."""
    (form,) = browser.get("/lend").forms("/lend/check")
    return form


def test_an_order_is_entered_once(browser, house):
    form = fresh(browser) | ORDER
    page = browser.post("/lend/place", form)
    assert page.status == 200 and page.url.endswith("/r/L1"), page.words
    assert "L1 is entered: XX-CUSTOMER asks us." in page.words
    assert browser.post("/lend/place", form).url.endswith("/r/L1"), "a double click enters once"
    assert len(house.rows("request")) == 1
    event = house.rows("event")[0]
    assert (event["type"], event["actor"], event["door"]) == ("ILL_REQUEST", "rau", "desk")
    assert event["heard_by"] == "phone" and event["facts"]["asked_on"] == "2026-02-27"
    assert house.sent == []


def test_it_is_the_same_event_as_by_the_command_line(browser, house):
    wanted = {
        "as": "lender", "partners": ["XX-CUSTOMER"], "service": "COPY", "their_number": "C8",
        "asked_by": "post", "item": {"title": "Journal", "article_title": "On letters", "pagination": "1-2"},
        "patron": {"id": "R1", "name": "Ada"}, "note": "With colour plates", "need_before": "2026-05-01",
        "delivery": {"electronic": "copies@customer.example"}, "keywords": ["one", "two"],
        "max_cost": {"amount": "12.50", "currency": "EUR"},
    }  # fmt: skip
    lend.enter(house.app.store, house.app.context, lend.read(wanted), "rau")
    typed = {
        "borrower": "XX-CUSTOMER", "service": "COPY", "their_number": "C8", "asked_by": "post",
        "title": "Journal", "article_title": "On letters", "pagination": "1-2", "patron": "R1",
        "patron_name": "Ada", "their_note": "With colour plates", "need_before": "2026-05-01",
        "delivery": "copies@customer.example", "keywords": "one; two", "max_cost": "12.50 EUR",
        "anyway": "1",
    }  # fmt: skip
    page = browser.post("/lend/place", fresh(browser) | typed)
    assert page.url.endswith("/r/L2"), page.words
    first, second = (one for one in house.rows("event") if one["type"] == "ILL_REQUEST")
    assert first["apdu"] == second["apdu"] and first["heard_by"] == second["heard_by"]


def test_what_speaks_against_it_stands_at_its_field(browser, house):
    browser.post("/lend/place", fresh(browser) | ORDER)
    before = house.dump()
    page = browser.post("/lend/check", fresh(browser) | ORDER)
    assert page.status == 200 and "C7-1 before: L1" in said(page, "their_number")
    assert page.tree.xpath("//input[@name='anyway']") and value(page, "title") == "A book of ours"
    assert browser.post("/lend/place", fresh(browser) | ORDER).status == 422
    assert house.dump() == before
    done = browser.post("/lend/place", fresh(browser) | ORDER | {"anyway": "1"})
    assert done.url.endswith("/r/L2")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("borrower", ""), ("borrower", "XX-NOBODY"), ("borrower", "XX-BL"), ("title", ""), ("service", ""),
        ("asked_on", "2027-01-01"), ("asked_on", "soon"), ("asked_by", "raven"), ("max_cost", "a lot"),
        ("their_number", "x" * 101),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(browser, house, field, typed):
    before = house.dump()
    page = browser.post("/lend/place", fresh(browser) | ORDER | {field: typed})
    assert page.status == 422 and said(page, field), page.words
    assert value(page, "author") == "Author, A."
    assert house.dump() == before


def test_a_busy_store_loses_nothing(browser, house, monkeypatch):
    form = fresh(browser) | ORDER

    def busy(*_, **__):
        raise TryLater("the store is away")

    monkeypatch.setattr(lend, "enter", busy)
    page = browser.post("/lend/place", form)
    assert page.status == 503 and value(page, "title") == "A book of ours"


def test_who_looks_enters_nothing(opened, house):
    guest = opened()
    guest.log_in("guest")
    assert not guest.get("/lend").forms("/lend/check")
    before = house.dump()
    assert guest.post("/lend/place", ORDER).status in (403, 404, 422)
    assert house.dump() == before


def test_each_form_leads_to_the_other(browser):
    assert browser.get("/new").tree.xpath("//a[@href='/lend']")
    assert browser.get("/lend").tree.xpath("//a[@href='/new']")
