"""Not today, at the desk: a row is hidden until a day, is counted all the same, and comes back with news."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from mailproc.office.requests import notes
from tests.support.world import World
from tests.web.browser import PASSWORD, Browser, PageShown
from tests.web.chromium import Window
from tests.web.test_row_acts import form, marks, types
from tests.web.wishes import submit


@pytest.fixture
def asked(house: World) -> World:
    """L1 to L3 were asked of us."""
    house.ordered(*(f"TXC{at}-1 S LOAN\nBook {at}" for at in (1, 2, 3)))
    return house


def later(page: PageShown, number: str) -> dict[str, str]:
    """The form "Not today" of a row, or "Show it again"."""
    return next(
        one for one in page.forms("/act")
        if one["number"] == number and one["action"] in ("put-off", "show-again")
    )  # fmt: skip


def group_of(page: PageShown, number: str) -> str:
    return str(page.tree.xpath(f"string(//section[.//li[@data-row='{number}']]/h2)")).split()[0]


def test_a_row_is_put_off_and_taken_back_and_the_sum_counts_it(browser: Browser, asked: World) -> None:
    said = later(browser.get("/"), "L1")
    page = browser.post("/act", said)
    assert page.status == 200 and page.url.endswith("/#at-L2")
    assert "2 here + 1 put off + 0 waiting for others = 3 open." in page.words
    assert group_of(page, "L1") == "Put" and "until Tue 3 Mar" in page.words
    assert "It is shown again on Tue 3 Mar, or when there is news of it. Take it back z" in page.words
    assert browser.post("/act", said).status == 200 and types(asked) == [("put-off", "rau", "desk")]
    assert "Put offuntil Tue 3 Mar" in browser.get("/r/L1").words
    assert "Put off until Tue 3 Mar: for us to answer" in browser.get("/requests").words
    (back,) = page.forms("/r/L1/act")
    assert browser.post("/r/L1/act", back).status == 200
    page = browser.get("/")
    assert "3 here + 0 waiting for others = 3 open." in page.words and page.forms("/r/L1/act") == []
    assert types(asked)[1:] == [("show-again", "rau", "desk")]


def test_its_day_shows_it_again_and_so_does_news(browser: Browser, asked: World) -> None:
    for number in ("L1", "L2"):
        browser.post("/act", later(browser.get("/"), number))
    asked.act("L1", "message", heard_by="phone", note="Is it on its way?")
    page = browser.get("/")
    assert group_of(page, "L1") != "Put" and group_of(page, "L2") == "Put"
    assert "Take it back" in page.words
    asked.later(seconds=61)
    assert "Take it back" not in browser.get("/").words
    asked.days(1)
    browser.log_in()
    assert group_of(browser.get("/"), "L2") != "Put"


def test_marked_rows_take_a_day_each_by_itself(browser: Browser, asked: World) -> None:
    page = browser.get("/")
    asked.act("L2", "will-supply", on=asked.now.date())
    said = marks(page, "L1", "L2", "L3") | {"act": "put-off", "on": "2026-03-04"}
    page = browser.post("/marked", said)
    assert page.status == 200 and "2 done, 1 refused: L2: L2 has moved on" in page.words
    assert "1 here + 2 put off + 0 waiting" in page.words and "until Wed 4 Mar" in page.words
    assert [one["action"] for one in page.forms("/act") if one["number"] == "L2"] == ["ship"], (
        "it is due today"
    )
    assert types(asked) == [("put-off", "rau", "desk")] * 2
    page = browser.post("/marked", marks(page, "L1", "L3") | {"act": "show-again"})
    assert "2 done." in page.words and "3 here + 0 waiting" in page.words


def test_a_day_that_is_too_far_is_refused_and_what_was_marked_is_kept(browser: Browser, asked: World) -> None:
    said = marks(browser.get("/"), "L1", "L3") | {"act": "put-off", "on": "2026-06-01"}
    page = browser.post("/marked", said)
    assert page.status == 422 and "L1 can be put off until" in page.words and types(asked) == []
    assert page.tree.xpath("//input[@checked]/@name") == ["row-L1", "row-L3"]
    assert page.tree.xpath("//input[@name='on']/@value") == ["2026-06-01"]


def test_who_looks_or_is_overtaken_changes_nothing(opened, asked: World) -> None:
    worker, guest = opened(), opened()
    worker.log_in()
    guest.log_in("guest")
    said = later(worker.get("/"), "L1")
    assert guest.post("/act", said).status == 422
    asked.act("L1", "put-off")
    assert worker.post("/act", said).status == 409 and types(asked) == []


def test_a_wish_to_review_can_wait_and_a_note_shows_it_again(browser: Browser, house: World) -> None:
    submit(house)
    page = browser.post("/act", later(browser.get("/"), "B1"))
    assert "0 here + 1 put off + 0 waiting" in page.words and "B1: until Tue 3 Mar" in page.words
    assert "until Tue 3 Mar" in browser.get("/r/B1").words
    assert "On Letters" not in browser.get("/requests?attention=1").words
    page = browser.post("/act", later(page, "B1"))
    assert "1 here + 0 waiting" in page.words
    browser.post("/act", later(page, "B1"))
    (back,) = browser.get("/").forms("/r/B1/act")
    assert back["action"] == "show-again"
    notes.add(house.store, house.app.context, "B1", "the reader calls back", "clerk")
    assert "1 here + 0 waiting" in browser.get("/").words


def test_the_main_act_of_a_row_stays_what_it_was(browser: Browser, asked: World) -> None:
    assert form(browser.get("/"), "L1")["action"] == "ship"


def test_by_the_keyboard_alone_at_320_pixels(windows: Callable[..., Window], asked: World) -> None:
    window = windows(320)
    window.log_in("rau", PASSWORD)
    window.page.locator("html.keys").wait_for()
    button = window.page.locator("[data-row=L1] form:has([value=put-off]) button")
    letter = button.get_attribute("data-act") or ""
    window.page.locator("#at-L1").focus()
    with window.page.expect_navigation():
        window.page.keyboard.press(letter)
    expect(window.page.locator(".sum")).to_contain_text("2 here + 1 put off")
    assert window.wider_than_the_window() <= 0
    assert window.faults() == []
    window.page.locator("html.keys").wait_for()
    with window.page.expect_navigation():
        window.page.keyboard.press("z")
    assert types(asked) == [("put-off", "rau", "desk"), ("show-again", "rau", "desk")]
    assert window.complaints == []


def test_an_old_page_takes_back_no_later_day_of_a_colleague(opened, asked: World) -> None:
    first, second = opened(), opened()
    first.log_in()
    second.log_in()
    page = first.post("/act", later(first.get("/"), "L1"))
    (back,) = page.forms("/r/L1/act")
    row = later(second.get("/"), "L2")
    asked.act("L1", "put-off", on=asked.now.date() + timedelta(days=4), note="they call back")
    assert first.post("/r/L1/act", back).status == 409
    assert "until Fri 6 Mar" in second.get("/").words
    assert second.post("/act", row).status == 200
