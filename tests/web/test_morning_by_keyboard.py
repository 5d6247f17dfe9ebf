"""A morning at the desk by keyboard alone; without script it leaves the same behind (test_morning.py)."""

from playwright.sync_api import expect

from tests.support.world import World
from tests.web.browser import PASSWORD
from tests.web.chromium import PATIENCE, Window
from tests.web.work_of_a_morning import BOOKS, begin, is_done

expect.set_options(timeout=PATIENCE)


def goes_to(window: Window, path: str) -> None:
    """Press g and the letter of a page."""
    link = window.page.locator(f"nav a[href='{path}']")
    press(window, "g", link.get_attribute("data-go") or "")
    window.page.wait_for_url(f"{window.origin}{path}")
    ready(window)


def ready(window: Window) -> None:
    window.page.locator("html.keys").wait_for()


def press(window: Window, *keys: str) -> None:
    for key in keys:
        window.page.keyboard.press(key)


def until_focused(window: Window, key: str, wanted: str) -> None:
    """Press ``key`` until ``wanted`` has the focus."""
    for _ in range(80):
        if window.page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        press(window, key)
    raise AssertionError(f"{key} never comes to {wanted}")


def test_by_keyboard_alone(windows, house: World) -> None:
    morning = begin(house)
    window = windows()
    window.log_in("rau", PASSWORD)
    ready(window)
    (letter,) = morning.shelf()
    until_focused(window, "j", f"a[href='/letters/{letter}']")
    press(window, "Enter")
    window.page.wait_for_url(f"**/letters/{letter}")
    ready(window)
    until_focused(window, "Tab", "form[action$='/attach']:has(input[value='B12']) button")
    with window.page.expect_navigation():
        press(window, "Enter")
    goes_to(window, "/")
    row = "[data-row=B11]"
    until_focused(window, "j", f"{row} a")
    with window.page.expect_navigation():
        press(window, window.page.locator(f"{row} button[data-act]").first.get_attribute("data-act") or "")
    expect(window.page.locator(".done")).to_contain_text("B11")
    ready(window)
    goes_to(window, "/scan/receive")
    for number in BOOKS:
        expect(window.page.locator("#code")).to_be_focused()
        window.page.keyboard.type(number)
        with window.page.expect_navigation():
            press(window, "Enter")
        expect(window.page.locator(".done.scanned")).to_contain_text(number)
    window.page.locator("#code").blur()
    goes_to(window, "/")
    until_focused(window, "Tab", "[data-row=done-B1] button")
    with window.page.expect_navigation():
        press(window, "Enter")
    expect(window.page.locator(".status")).to_be_visible()
    is_done(morning)
    assert window.complaints == []
