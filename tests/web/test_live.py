"""Windows that stay open: they hear of each other, and nothing moves under the hand."""

import pytest
from playwright.sync_api import expect

from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.mailroom import dismissal
from mailproc.web import site
from mailproc.web.streams import Streams
from tests.web.browser import PASSWORD
from tests.web.chromium import PATIENCE

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def loan(house):
    house.place(title="On Letters")
    house.hear("B1-1 SHIPPED LOAN")


def test_one_sees_what_the_other_does(windows, house, loan):
    first, second = windows(), windows()
    first.log_in("rau", PASSWORD)
    second.log_in("head", PASSWORD)
    first.go("/r/B1")
    second.go("/r/B1")
    second.page.locator("details:has(#act-receive-note) > summary").click()
    second.page.locator("#act-receive-note").fill("half a sen")
    first.page.locator("details:has(#act-receive-note) > summary").click()
    first.page.locator("details[open] button.main").click()
    news = second.page.get_by_role("button", name="new · show")
    news.wait_for()
    assert "Shipped" in second.page.locator(".status").inner_text(), "nothing moves until it is asked for"
    assert second.page.locator("#act-receive-note").input_value() == "half a sen"
    second.page.locator("#note").fill("typed before")
    news.click()
    expect(second.page.locator(".status")).to_contain_text("Received")
    assert second.page.locator("#note").input_value() == "typed before"
    expect(second.page.locator("#news")).to_be_empty()
    assert second.faults() == []
    assert first.complaints + second.complaints == []


def test_rows_that_are_done_stay_and_new_ones_wait(windows, house, loan):
    window = windows()
    window.log_in("rau", PASSWORD)
    row = window.page.locator("[data-row=B1]")
    row.wait_for()
    house.act("B1", "receive")
    house.place(title="Iron Bridges")
    house.hear("B2-1 NOT*NUKL")
    expect(row).to_have_attribute("data-news", "no longer here")
    button = window.page.get_by_role("button", name="2 new · show")  # of both: less may be shown before
    button.wait_for()
    assert window.page.locator("[data-row=B2]").count() == 0
    row.locator("a").focus()
    assert window.faults() == []
    button.click()
    expect(window.page.locator("[data-row=B2][data-news=new]")).to_have_count(
        1
    )  # letters of B2 may wait, too
    assert row.count() == 0
    assert window.complaints == []


def test_the_shelf_and_a_letter_on_it_are_marked_when_a_colleague_is_quicker(windows, house, loan):
    for said in ("Whose is this?", "And this?"):
        house.inject(house.letter(said, "someone@bl.example", "Hello"), "someone@bl.example")
    house.run()
    (first, _), shelf, letter = sorted(house.shelf()), windows(), windows()
    shelf.log_in("rau", PASSWORD)
    letter.log_in("head", PASSWORD)
    shelf.go("/unplaced")
    letter.go(f"/letters/{first}?number=B1")
    letter.page.locator("#place-number").fill("B7")
    dismissal.dismiss(house.app.store, house.app.context, [first])
    expect(shelf.page.locator(f"[data-row={first}]")).to_have_attribute("data-news", "no longer here")
    letter.page.get_by_role("button", name="new · show").click()
    expect(letter.page.locator(".placing")).to_contain_text("dismissed")
    assert letter.page.locator("#place-number").input_value() == "B7"
    assert shelf.faults() == [] and shelf.complaints + letter.complaints == []
    shelf.page.get_by_role("button", name="new · show").click()
    expect(shelf.page.locator("[data-row]")).to_have_count(1)


def test_a_page_that_is_as_it_was_says_nothing(windows, house, loan):
    window = windows()
    window.log_in("rau", PASSWORD)
    window.go("/r/B1")
    with window.page.expect_request("**/events**"):
        window.page.reload()
    expect(window.page.locator("#news")).to_be_empty()


def test_the_service_goes_and_comes_back(windows, house, loan):
    from mailproc.config import Web
    from mailproc.transport.http_server import HttpServer

    def served(port: int) -> tuple[HttpServer, int]:
        streams = Streams()
        pages = site.application(StaffDesk(house.app.store, house.app.context), Web(enabled=True), streams)
        server = HttpServer(pages, "127.0.0.1", port, ending=streams.end)
        return server, server.start()[1]

    window = windows()
    server, port = served(0)
    window.origin = f"http://127.0.0.1:{port}"
    window.log_in("rau", PASSWORD)
    window.go("/r/B1")
    window.page.locator("#note").fill("half a sen")
    with window.page.expect_request("**/events**"):
        window.page.reload()
    window.page.locator("#note").fill("half a sen")
    server.stop()
    bar = window.page.locator("#news")
    expect(bar).to_contain_text("Nothing here is newer than")
    assert window.faults() == []
    house.act("B1", "receive")
    server, _ = served(port)
    window.page.get_by_role("button", name="new · show").click()
    expect(window.page.locator(".status")).to_contain_text("Received")
    assert window.page.locator("#note").input_value() == "half a sen"
    window.page.goto("about:blank")
    server.stop()


def test_a_session_that_ends_is_said_and_what_was_typed_stays(windows, house, loan):
    from mailproc.office.staff import people

    window = windows()
    window.log_in("rau", PASSWORD)
    window.go("/r/B1")
    window.page.locator("#note").fill("half a sen")
    people.show_out(house.app.store, house.app.context, "rau")
    expect(window.page.locator("#news")).to_contain_text("You are no longer logged in")
    assert window.page.locator("#note").input_value() == "half a sen"
    assert window.faults() == []
