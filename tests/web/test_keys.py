"""The keyboard alone is enough, and nobody is forced to have single keys."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from mailproc.ill.actions import BY_NAME
from mailproc.ill.events import PUT_OFF, SHOWN_AGAIN
from mailproc.web.letters_of_keys import OF_ACTS, OF_ANSWERS, TAKEN, letters, of_act
from tests.web.browser import PASSWORD
from tests.web.chromium import PATIENCE, Window

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def at_work(windows: Callable[..., Window], house) -> Window:
    house.place(title="On Letters")
    house.place(title="Iron Bridges")
    house.hear("B1-1 SHIPPED LOAN", "B2-1 NOT*NUKL")
    window = windows()
    window.log_in("rau", PASSWORD)
    window.page.locator("html.keys").wait_for()
    return window


def press(window: Window, *keys: str) -> None:
    for key in keys:
        window.page.keyboard.press(key)


def focused(window: Window) -> str:
    said: str = window.page.evaluate("document.activeElement.textContent.trim()")
    return said


def goes_to(window: Window, path: str) -> None:
    window.page.wait_for_url(f"{window.origin}{path}")
    window.page.locator("html.keys").wait_for()


def test_a_morning_by_keyboard_alone(at_work, house):
    window = at_work
    press(window, "/")
    window.page.keyboard.type("B1")
    press(window, "Enter")
    goes_to(window, "/r/B1")
    receive = window.page.locator("details#act-receive")
    press(window, receive.get_attribute("data-act") or "")
    expect(receive).to_have_attribute("open", "")
    with window.page.expect_navigation():
        press(window, "Enter")
    expect(window.page.locator(".status")).to_contain_text("Received")
    window.page.locator("html.keys").wait_for()
    with window.page.expect_navigation():
        press(window, "z")
    expect(window.page.locator(".status")).to_contain_text("Shipped")
    window.page.locator("html.keys").wait_for()
    press(window, "u")
    goes_to(window, "/")
    press(window, "g", "r")
    goes_to(window, "/requests")
    press(window, "j", "j", "k")
    assert focused(window) in ("B1", "B2")
    press(window, "Enter")
    window.page.wait_for_url("**/r/B*")
    assert [one["type"] for one in house.rows("event")][-2:] == ["receive", "undo"]
    assert window.complaints == []


def test_marked_rows_take_one_act_by_keyboard_and_the_next_row_is_at_hand(at_work, house):
    window = at_work
    house.ordered(*(f"TXC{at}-1 S LOAN\nBook {at}" for at in range(1, 6)))
    window.page.reload()
    window.page.locator("html.keys").wait_for()
    letter = window.page.locator("[data-row=L1] button[data-act]").first.get_attribute("data-act") or ""
    press(window, letter)
    window.page.locator("#at-L1").focus()
    with window.page.expect_navigation():
        press(window, letter)
    expect(window.page.locator(".done")).to_contain_text("L1 is now: Shipped")
    expect(window.page.locator("#at-L2")).to_be_focused()
    press(window, "x", "x")
    expect(window.page.locator("#mark-L3")).to_be_checked()
    expect(window.page.locator("#at-L4")).to_be_focused()
    with window.page.expect_navigation():
        press(window, letter)
    expect(window.page.locator(".done")).to_contain_text("2 done.")
    assert [house.state(f"L{at}") for at in range(1, 6)] == ["SHIPPED"] * 3 + ["IN_PROCESS"] * 2
    assert window.faults() == [] and window.complaints == []


def test_keys_do_nothing_while_one_types(at_work):
    window = at_work
    window.go("/r/B1")
    window.page.locator("#note").focus()
    window.page.keyboard.type("just u z ? g r . / x")
    assert window.page.locator("#note").input_value() == "just u z ? g r . / x"
    assert window.page.url.endswith("/r/B1")
    window.page.locator("main").focus()
    press(window, "Control+u", "Alt+u", "Shift+U")
    assert window.page.url.endswith("/r/B1")


def test_the_keys_are_listed_and_can_be_turned_off(at_work):
    window = at_work
    press(window, "?")
    goes_to(window, "/keys")
    assert window.faults() == []
    window.page.get_by_role("button", name="Turn them off").click()
    window.page.get_by_role("button", name="Turn them on").wait_for()
    assert window.page.locator("html.keys").count() == 0
    press(window, "u", "/", "g", "r")
    assert window.page.url.endswith("/keys")
    assert window.page.locator("kbd").first.is_hidden()
    window.page.get_by_role("button", name="Turn them on").click()
    window.page.locator("html.keys").wait_for()
    press(window, "u")
    goes_to(window, "/")
    assert window.complaints == []


def test_the_letter_of_an_act_is_its_own_on_every_page():
    used = [*OF_ANSWERS.values(), *OF_ACTS.values()]
    assert [one for one in used if used.count(one) > 1] == [OF_ACTS[PUT_OFF], OF_ACTS[SHOWN_AGAIN]], (
        "one takes the other back"
    )
    assert not set(used) & set(TAKEN), "one of these moves, opens or takes back"
    assert OF_ACTS.keys() <= BY_NAME.keys() | {PUT_OFF, SHOWN_AGAIN}
    assert of_act("renew-reply", "no") == of_act("cancel-reply", "no") == "n" and of_act("lost", "") == ""


def test_each_name_has_a_letter_of_its_own():
    assert letters(["To do", "Requests", "Templates", "Taken"]) == ["t", "r", "e", "a"]
    assert letters(["received it", "reject"], "r") == ["e", "j"]
    assert letters(["ä", "", "aa", "aaa"]) == ["", "", "a", ""]
