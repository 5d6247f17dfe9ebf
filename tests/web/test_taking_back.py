"""An act at the desk can be taken back for a while: its letters wait."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailproc.config import Web
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.web import site
from tests.web.browser import Browser


@pytest.fixture
def shipped(house):
    """A loan that is here, of which nothing was said yet."""
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    house.sent.clear()


def undo_form(browser: Browser) -> dict[str, str]:
    page = browser.get("/r/B1")
    (box,) = page.tree.xpath("//div[@class='leaving']")
    (form,) = box.xpath("./form")
    return {str(one.get("name")): str(one.get("value")) for one in form.xpath("./input")}


def test_the_letter_waits_and_the_page_says_until_when(browser, house, shipped):
    page = browser.act("B1", "receive")
    assert "A letter of this leaves at 09:01:00. Take it back" in page.words
    house.run()
    assert house.sent == []
    house.later(seconds=59)
    house.run()
    assert house.sent == []
    house.later(seconds=1)
    house.run()
    assert house.sent
    assert "Take it back" not in browser.get("/r/B1").words


def test_what_is_taken_back_never_leaves(browser, house, shipped):
    browser.act("B1", "receive")
    page = browser.post("/r/B1/act", undo_form(browser))
    assert page.status == 200 and house.state("B1") == "SHIPPED"
    house.later(hours=1)
    house.run()
    assert house.sent == []
    event = house.rows("event")[-1]
    assert [event[name] for name in ("type", "actor", "door")] == ["undo", "rau", "desk"]


def test_what_to_do_lists_what_was_just_done(browser, house, shipped):
    browser.act("B1", "receive")
    page = browser.get("/")
    assert "A letter of this leaves at 09:01:00. Take it back" in page.words
    (form,) = page.forms("/r/B1/act")
    assert browser.post("/r/B1/act", form).status == 200 and house.state("B1") == "SHIPPED"
    assert "Take it back" not in browser.get("/").words


def test_what_has_left_is_not_taken_back(browser, house, shipped):
    browser.act("B1", "receive")
    form = undo_form(browser)
    house.later(minutes=2)
    house.run()
    page = browser.post("/r/B1/act", form)
    assert page.status == 422 and "was sent already" in page.words
    assert house.state("B1") == "RECEIVED"


def test_two_clicks_on_take_it_back_do_it_once(browser, house, shipped):
    browser.act("B1", "receive")
    form = undo_form(browser)
    assert browser.post("/r/B1/act", form).status == browser.post("/r/B1/act", form).status == 200
    assert [one["type"] for one in house.rows("event")].count("undo") == 1


def test_an_act_of_the_command_line_leaves_at_once(browser, house, shipped):
    house.act("B1", "receive")
    assert house.sent
    assert "Take it back" not in browser.get("/r/B1").words


def test_a_later_letter_waits_for_the_earlier_one(browser, house, shipped, addresses):
    browser.act("B1", "receive", quiet="1")
    house.act("B1", "return", note="with thanks")
    house.run()
    assert house.to(addresses["XX-BL"]) == [], "it would overtake what can still be taken back"
    house.later(minutes=1)
    house.run()
    letters = [row["outgoing_id"] for row in house.rows("intent") if row["kind"] == "apdu"]
    assert None not in letters and letters == sorted(letters)


def test_the_wait_outlasts_the_service(browser, house, shipped):
    browser.act("B1", "receive")
    waits = {row["not_before"] for row in house.rows("intent") if row["state"] == "todo"}
    assert waits == {house.now + timedelta(seconds=60)}, "it stands in the row"


def test_without_a_wait_it_leaves_at_once(house, shipped):
    web = Web(enabled=True, undo_seconds=0)
    context = replace(house.app.context, config=house.app.config.model_copy(update={"web": web}))
    browser = Browser(site.application(StaffDesk(house.app.store, context), web))
    browser.log_in()
    page = browser.act("B1", "receive")
    browser.close()
    assert "Take it back" not in page.words
    house.run()
    assert house.sent


def test_what_follows_from_it_waits_too(browser, house):
    """The order at the next library, after the first has said by telephone that it has not got it."""
    house.place("XX-BL", "XX-SECOND")
    house.sent.clear()
    forms = browser.get("/r/B1").forms("/r/B1/act")
    (form,) = (one for one in forms if one["key"] == "told-unfilled")
    assert browser.post("/r/B1/act", form | {"heard_by": "phone", "reason": "not-owned"}).status == 200
    house.run()
    assert house.transaction("B1")["partner"] == "XX-SECOND" and house.sent == []
    house.later(minutes=1)
    house.run()
    assert house.sent
