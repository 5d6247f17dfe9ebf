"""What readers see of their own requests, and what they wish: nobody sees or moves anything else."""

import pytest

from mailproc.ill.apdu import Item
from mailproc.ill.submitted import Source, SubmittedRequest, WrittenReader
from mailproc.ill.terms import Role
from mailproc.office.patrons import forgetting
from mailproc.office.requests import notes, reviewing, submitted
from mailproc.office.requests.reviewing import Acceptance
from tests.office.test_patron_import import run as imported
from tests.web.browser import ORIGIN
from tests.web.readers_desk import MAIL, other, pages_of, sign_in, signed_in
from tests.web.wishes import submit


def test_a_number_of_somebody_else_is_like_one_that_does_not_exist(house, reader, asks):
    house.place()
    theirs = other(house)
    browser = signed_in(reader, asks)
    assert "Secret" not in browser.get("/my").words
    missing = browser.get("/my/r/B99")
    for number in (theirs, f"{theirs}-1", "b2", "L1", "B1'--", "%"):
        page = browser.get(f"/my/r/{number}")
        assert (page.status, page.text) == (404, missing.text), number
    before = len(house.rows("event"))
    for what in ("cancel", "renew"):
        page = browser.post(f"/my/r/{theirs}/ask", {"what": what})
        assert page.status in (404, 422) and "Secret" not in page.text
    assert len(house.rows("event")) == before


def test_what_staff_and_libraries_write_is_not_shown(house, reader, asks):
    house.place()
    notes.add(house.app.store, house.app.context, "B1", "A difficult person", "rau")
    house.hear("B1-1 NOT*NUKL")
    page = signed_in(reader, asks).get("/my/r/B1").words
    assert "difficult" not in page and "XX-BL" not in page and "NUKL" not in page


def test_the_state_is_in_words_for_readers(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    house.hear("B1-1 SHIPPED LOAN")
    assert "On its way to the library" in browser.get("/my").words
    house.act("B1", "receive")
    assert "It has come: until you fetch it, it waits for you" in browser.get("/my").words
    house.act("B1", "collected")
    assert "You have it" in browser.get("/my").words
    house.act("B1", "return")
    assert "You have returned it" in browser.get("/my").words


def test_a_form_under_somebodys_number_is_not_shown_to_its_owner(house, reader, asks):
    """Anybody may write any number into the letter of a form."""
    house.place()
    said = SubmittedRequest(
        role=Role.REQUESTER, service="LOAN", item=Item(title="Typed by a stranger"),
        reader=WrittenReader(id="R1"),
    )  # fmt: skip
    house.app.store.write(
        lambda connection: submitted.submit(connection, house.app.context, said, Source(name="wishes"))
    )
    assert "stranger" not in signed_in(reader, asks).get("/my").words


# what a reader asks for


def test_a_wish_waits_for_review_as_the_readers_own(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    said = {"service": "LOAN", "title": "Iron Bridges", "author": "Rolt", "note": "With the map, please"}
    page = browser.post("/my/new/send", said | {"patron_id": "R2", "number": "R2", "id": "R2"})
    assert page.url == f"{ORIGIN}/my" and "Sent to the library: B2" in page.words
    (row,) = house.rows("submission")
    assert (row["state"], row["patron_id"], row["source"]) == ("review", "R1", "/my")
    assert row["reader"]["email"] == MAIL
    assert len(house.rows("transactions")) == 1, "nobody is asked by a click"
    assert "The library reads it first" in browser.get("/my/r/B2").words
    assert "to-review" in house.shown("B2").line.needs


def test_a_remark_for_the_library_does_not_leave_it(house, reader, asks, opened):
    """The other library is told what staff write into the order, and not what a reader writes to staff."""
    house.place()
    browser = signed_in(reader, asks)
    said = {"service": "LOAN", "title": "Iron Bridges", "author": "Rolt", "note": "I am ill, no hurry"}
    browser.post("/my/new/send", said)
    staff = opened()
    staff.log_in()
    page = staff.get("/reviews/B2")
    assert "A remark for the library: I am ill, no hurry" in page.words
    (form,) = page.forms("/reviews/B2/accept") or page.forms("/reviews/B2/correct")
    assert "ill" not in form.values() and not form.get("note")
    reviewing.accept(house.app.store, house.app.context, "B2", Acceptance(lenders=("XX-BL",)), "rau")
    sent = len(house.sent)
    house.later(minutes=5)
    house.run()
    assert all("hurry" not in one.text for one in house.sent[sent:])
    assert house.rows("request")[-1]["note"] == ""
    assert "I am ill, no hurry" in staff.get("/r/B2").words, "staff find it in the particulars"
    assert "hurry" not in browser.get("/my/r/B2").words


def test_a_remark_goes_with_its_reader(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    said = {"service": "LOAN", "title": "Iron Bridges", "note": "I am ill, no hurry"}
    browser.post("/my/new/send", said)
    house.act("B1", "close")
    forgetting.forget(house.app.store, house.app.context, "R1", by="head")
    for table in ("event", "submission", "request"):
        assert "no hurry" not in repr(house.rows(table)), table


def test_what_is_recalled_may_not_be_kept_until_any_day(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    assert "You may keep it until" in browser.get("/my/r/B1").words
    house.act("B1", "recall", heard_by="phone")
    page = browser.get("/my/r/B1").words
    assert "It must come back now" in page and "may keep it" not in page
    assert "until" not in browser.get("/my").words


def test_where_nobody_is_left_to_ask_the_page_says_so(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    house.hear("B1-1 NOT*NUKL")
    page = browser.get("/my/r/B1").words
    assert "No library could supply it so far" in page and "has been asked" not in page


def test_an_order_that_never_left_is_no_library_that_could_not_supply(house, reader, asks, browser):
    imported(house, "id,name,email\nR1,Ada Reader,ada@readers.example\n")
    submit(house)
    (form,) = browser.get("/reviews/B1").forms("/reviews/B1/correct")
    browser.post("/reviews/B1/accept", form)
    own = reader()
    sign_in(own, asks(own, email="ada@readers.example"))
    assert "Another library has been asked" in own.get("/my/r/B1").words
    undo = [one for one in browser.get("/r/B1").forms("/r/B1/act") if one["action"] == "undo"]
    browser.post("/r/B1/act", undo[0])
    assert house.state("B1") == "CANCELLED"
    words = own.get("/my").words
    assert "No library could supply" not in words and "The library reads it first" in words


@pytest.mark.parametrize(("delivery", "waits"), [(None, True), ({"electronic": MAIL}, False)])
def test_a_copy_on_paper_waits_where_the_reader_fetches_it(house, reader, asks, delivery, waits):
    house.place(service="COPY", delivery=delivery)
    house.hear("B1-1 SHIPPED COPY")
    house.act("B1", "receive")
    own = signed_in(reader, asks)
    page = own.get("/my")
    assert ("until you fetch it, it waits for you" in page.words) is waits
    assert ("Earlier" in page.words) is not waits
    house.later(days=29)
    assert "Earlier" in signed_in(reader, asks).get("/my").words


def test_more_time_that_was_asked_for_is_told(house, reader, asks):
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    house.act("B1", "renew")
    assert "The library has asked for more time" in signed_in(reader, asks).get("/my/r/B1").words


def test_what_waits_says_where(house, reader, asks):
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    house.store.write(lambda connection: connection.exec_driver_sql("UPDATE patron SET pickup = 'Main desk'"))
    browser = signed_in(reader, asks)
    assert "it waits for you" in browser.get("/my").words


@pytest.mark.parametrize("path", ["/my/nothing", "/my/r/B1/more", "/my/"])
def test_a_page_that_is_none_says_so_as_a_page_for_readers(house, reader, asks, path):
    house.place()
    page = signed_in(reader, asks).get(path)
    assert page.status == 404 and "There is no such page" in page.words
    links = [str(one) for one in page.tree.xpath("//a/@href")]
    assert all(one.startswith(("/my", "#")) for one in links), links


def test_staff_accept_a_wish(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    browser.post("/my/new/send", {"service": "COPY", "title": "A Journal", "article_title": "On Bridges"})
    reviewing.accept(house.app.store, house.app.context, "B2", Acceptance(lenders=("XX-BL",)), "rau")
    house.run()
    assert "Another library has been asked" in browser.get("/my/r/B2").words
    assert house.shown("B2").patron["id"] == "R1"


def test_the_same_wish_twice_is_one(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    for _ in range(2):
        page = browser.post("/my/new/send", {"service": "LOAN", "title": "Iron Bridges"})
    assert "has it already: B2" in page.words and len(house.rows("submission")) == 1


def test_wishes_have_a_ceiling(house, queues, reader, asks):
    house.place()
    pages = pages_of(house, sign_in="mail", per_hour=2)
    browser = reader(pages)
    sign_in(browser, asks(browser))
    said = [browser.post("/my/new/send", {"service": "LOAN", "title": f"Book {one}"}) for one in range(3)]
    assert [one.status for one in said] == [200, 200, 422] and "later" in said[2].words
    assert said[2].tree.xpath("//input[@name='title']/@value") == ["Book 2"], "what was typed is kept"
    house.later(minutes=29)
    browser.get("/my")
    house.later(minutes=29)
    browser.get("/my")
    house.later(minutes=10)
    assert browser.post("/my/new/send", {"service": "LOAN", "title": "Book 3"}).status == 200


@pytest.mark.parametrize(
    "said",
    [
        {}, {"service": "LOAN"}, {"service": "GIFT", "title": "x"}, {"service": "LOAN", "title": "x" * 400},
        {"service": "LOAN", "title": "x", "need_before": "2020-01-01"},
        {"service": "LOAN", "title": "x", "need_before": "soon"}, {"service": "LOAN", "title": "\u202e\n "},
        {"service": "LOAN", "title": "x", "note": "y" * 600},
    ],
)  # fmt: skip
def test_a_wish_that_cannot_be_read_is_refused_in_place(house, reader, asks, said):
    house.place()
    page = signed_in(reader, asks).post("/my/new/send", said)
    assert page.status == 422 and page.tree.xpath("//*[@role='alert']")
    assert house.rows("submission") == []


def test_a_hostile_wish_is_text(house, reader, asks, opened):
    house.place()
    browser = signed_in(reader, asks)
    browser.post("/my/new/send", {"service": "LOAN", "title": "<script>alert(1)</script> {{ 7*7 }} \x00"})
    desk = opened()
    desk.log_in()
    for page in (browser.get("/my"), browser.get("/my/r/B2"), desk.get("/r/B2")):
        assert (
            not page.tree.xpath("//script[not(starts-with(@src, '/static/'))]") and "{{ 7*7 }}" in page.words
        )
