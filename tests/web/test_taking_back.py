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
    assert "(staff rau). A letter of this leaves at 09:01:00. Take it back" in page.words
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


LOAN = {"service": "LOAN", "title": "On Letters", "author": "Seneca", "partner1": "XX-BL", "patron": "R1"}


def placed(browser: Browser, **more: str) -> None:
    (form,) = browser.get("/new").forms("/new/check")
    assert browser.post("/new/place", form | LOAN | more).status == 200


def test_an_order_that_was_a_slip_never_leaves_and_is_closed(browser, house):
    """The wrong number of a reader is the commonest slip."""
    placed(browser)
    page = browser.post("/r/B1/act", undo_form(browser))
    assert page.status == 200, page.words
    house.later(hours=1)
    house.run()
    assert [one.to for one in house.sent] == [], "nobody hears of it, the reader neither"
    assert house.state("B1") == "CANCELLED" and house.rows("request")[0]["closed_at"] is not None
    events = [one["type"] for one in house.rows("event")]
    assert events.count("cancel") == 1


def test_two_clicks_take_an_order_back_once(browser, house):
    placed(browser)
    form = undo_form(browser)
    assert [browser.post("/r/B1/act", form).status for _ in range(2)] == [200, 200]
    assert [one["type"] for one in house.rows("event")] == ["request", "cancel"]


def test_an_order_that_has_left_is_not_taken_back(browser, house):
    placed(browser)
    form = undo_form(browser)
    house.later(minutes=2)
    house.run()
    page = browser.post("/r/B1/act", form)
    assert page.status == 422 and house.state("B1") == "PENDING"


def test_the_next_library_is_not_asked_where_that_is_taken_back(browser, house, addresses):
    """The request stays open: staff look for another library."""
    house.place("XX-BL", "XX-SECOND")
    forms = browser.get("/r/B1").forms("/r/B1/act")
    (form,) = (one for one in forms if one["key"] == "told-unfilled")
    browser.post("/r/B1/act", form | {"heard_by": "phone", "reason": "not-owned"})
    assert house.transaction("B1")["partner"] == "XX-SECOND"
    assert browser.post("/r/B1/act", undo_form(browser)).status == 200
    house.later(hours=1)
    house.run()
    assert house.to(addresses["XX-SECOND"]) == [] and house.state("B1") == "CANCELLED"
    assert house.rows("request")[0]["closed_at"] is None


def test_an_act_under_another_one_is_taken_back_too(browser, house, shipped):
    """The renewal is not wanted any more: the book is back."""
    browser.act("B1", "receive", quiet="1")
    house.later(minutes=5)
    house.run()
    browser.act("B1", "renew")
    renewed = house.state("B1")
    form = next(one for one in browser.get("/r/B1").forms("/r/B1/act") if one["action"] == "brought-back")
    assert browser.post("/r/B1/act", form).status == 200 and renewed == "RENEW_PENDING"
    browser.post("/r/B1/act", undo_form(browser))
    page = browser.get("/r/B1")
    assert "Take it back" in page.words
    browser.post("/r/B1/act", undo_form(browser))
    assert house.state("B1") == "RECEIVED"
    sent = len(house.sent)
    house.later(hours=1)
    house.run()
    assert all("RENEW" not in one.text for one in house.sent[sent:])


def test_one_key_takes_back_the_own_last_act_and_no_colleagues(opened, house):
    for number in ("B1", "B2", "B3"):
        assert house.place(title=f"Title {number}") == number
        house.hear(f"{number}-1 SHIPPED LOAN")
    first, second = opened(), opened()
    first.log_in("rau")
    second.log_in("head")
    first.act("B1", "receive")
    second.act("B2", "receive")
    house.later(seconds=1)
    first.act("B3", "receive")

    def with_key(browser: Browser) -> list[str]:
        buttons = browser.get("/").tree.xpath("//button[@data-key='z']")
        return [str(one.getparent().get("action")) for one in buttons]

    assert with_key(first) == ["/r/B3/act"], "the last one"
    assert with_key(second) == ["/r/B2/act"]
    (box,) = second.get("/").tree.xpath("//div[@data-row='done-B1']")
    (button,), (told,) = box.xpath(".//button"), box.xpath("./p")
    assert button.get("aria-describedby") == told.get("id") and "staff rau" in told.text_content()
    assert second.get("/r/B1").tree.xpath("//button[@data-key='z']") == []


def test_what_they_told_us_is_taken_back_too(browser, house):
    """A record on the wrong number recalls a reader's book."""
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    house.later(minutes=5)
    house.sent.clear()
    forms = browser.get("/r/B1").forms("/r/B1/act")
    (form,) = (one for one in forms if one["key"] == "told-recall")
    page = browser.post("/r/B1/act", form | {"heard_by": "phone"})
    assert house.state("B1") == "RECALL" and page.tree.xpath("//button[@data-key='z']")
    page = browser.post("/r/B1/act", undo_form(browser))
    assert page.status == 200 and house.state("B1") == "RECEIVED"
    house.later(hours=1)
    house.run()
    assert house.sent == [], "nobody hears of it, the reader neither"


def test_a_letter_that_waits_its_minute_is_no_trouble(browser, house, shipped):
    """It stands once, with the act and who did it; what was tried in vain stands among the troubles."""
    browser.act("B1", "receive")
    page = browser.get("/")
    assert "(staff rau). A letter of this leaves at" in page.words
    assert "patron/arrived" not in page.words and "it is here" not in page.words
    assert "Letters of ours" not in page.words and page.words.count("A letter of this leaves") == 1


def test_what_cannot_be_taken_back_says_how_to_go_on(browser, house, shipped):
    """They have written since: what we did is not the last word."""
    browser.act("B1", "receive")
    house.hear("B1-1 RECALL")
    page = browser.get("/r/B1")
    assert "This cannot be taken back. Record now what is true" in page.words
    assert "Take it back" not in page.words
