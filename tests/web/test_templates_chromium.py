"""The editor of texts in a real browser: wide and narrow, by keyboard, refused, overtaken."""

import pytest
from playwright.sync_api import expect

from mailproc.office.desk.template_desk import TemplateDesk
from mailproc.office.staff.people import StaffPerson, StaffRole
from tests.web.browser import PASSWORD
from tests.web.chromium import Window

KEY = "en.patron.arrived"
PAGE = f"/templates/{KEY}"
OURS = "Subject: It is here\n\nDear {{ patron.name or 'reader' }},\n{{ request.title }} waits for you.\n"
HEAD = StaffPerson("head", "M. head", StaffRole.KEEP)


def usable(window: Window) -> None:
    for summary in window.page.locator("summary").all():
        summary.evaluate("one => one.parentElement.open = true")
    assert window.faults() == []
    assert window.wider_than_the_window() <= 0


def send(window: Window, button: str) -> None:
    with window.page.expect_navigation():
        window.page.locator(button).click()


@pytest.mark.parametrize(
    ("width", "language"), [pytest.param(1280, "en", marks=pytest.mark.long), (320, "de")]
)
def test_a_text_is_tried_refused_saved_and_overtaken(windows, house, width, language):
    house.place(title="On Letters " + "x" * 200)
    house.hear("B1-1 SHIPPED LOAN")
    desk = TemplateDesk(house.app.store, house.app.context)
    window = windows(width, language=language)
    window.log_in("head", PASSWORD)
    window.go("/templates")
    usable(window)
    window.go(PAGE)
    text = window.page.locator("#text")
    text.fill(OURS.replace("request.title", "request.titel"))
    send(window, "button[formaction$='/save']")
    assert "request.titel" in window.page.get_by_role("alert").inner_text()
    usable(window)
    text.fill(OURS)
    window.page.locator("#number").fill("B1")
    send(window, ".editor button:not([formaction])")
    assert "On Letters" in window.page.locator("#preview pre").inner_text()
    usable(window)
    send(window, "button[formaction$='/save']")
    window.page.get_by_role("status").wait_for()
    usable(window)
    text.fill(OURS + "A long line " + "y" * 300 + "\n")
    desk.save(HEAD, KEY, OURS + "Another line.\n", desk.one(KEY).seen, "quicker")
    send(window, "button[formaction$='/save']")
    assert "Another line." in window.page.locator("section pre").first.inner_text()
    assert "yyy" in text.input_value()
    usable(window)
    window.page.locator("ol.history a").first.click()
    usable(window)
    assert [one for one in window.complaints if "422" not in one and "409" not in one] == []


def test_what_is_typed_is_shown_beside_it_and_the_hand_is_left_alone(windows, house):
    house.place(title="On Letters")
    house.hear("B1-1 SHIPPED LOAN")
    window = windows()
    window.log_in("head", PASSWORD)
    window.go(PAGE)
    text, shown = window.page.locator("#text"), window.page.locator("#preview")
    window.page.locator("#number").fill("B1")
    text.fill(OURS)
    expect(shown.locator("pre")).to_contain_text("On Letters waits for you.")
    text.evaluate("one => one.setSelectionRange(9, 9)")
    window.page.keyboard.type("Look: {{ no.such }} ", delay=5)
    expect(shown).to_contain_text("there is no no;")
    assert text.evaluate("one => [document.activeElement === one, one.selectionStart]") == [True, 29]
    assert window.page.locator("[role=alert]").count() == 0, "nobody is talked into while typing"
    expect(window.page.locator("#typed")).to_have_text("As typed now, faults: 1.")
    usable(window)
    window.page.context.clear_cookies()
    window.page.keyboard.type("typed on")
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="You are no longer logged in").click()
    window.page.get_by_role("textbox").first.fill("head")
    window.page.locator("#password").fill(PASSWORD)
    with window.page.expect_navigation():
        window.page.locator("form.login button").click()
    assert "typed on" in text.input_value()
    assert [one for one in window.complaints if "401" not in one] == []
    assert house.rows("template_version") == []


def test_a_text_is_changed_by_keyboard_alone_and_comes_back_as_it_was_typed(windows, house):
    config = house.app.config
    window = windows()
    window.log_in("head", PASSWORD)
    window.go(PAGE)
    keys = window.page.keyboard

    def tab_to(wanted: str) -> None:
        for _ in range(200):
            keys.press("Tab")
            if window.page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                return
        raise AssertionError(f"no way to {wanted}")

    tab_to("#text")
    keys.press("Control+A")
    keys.insert_text("Subject: here\n\n  Dear reader,\n\n\n{{ request.title }} — «ä»\n\n")
    tab_to("button[formaction$='/save']")
    with window.page.expect_navigation():
        keys.press("Enter")
    window.page.get_by_role("status").wait_for()
    file = config.file.parent / config.templates.site / "en/patron/arrived.txt"
    assert file.read_bytes().decode() == "Subject: here\n\n  Dear reader,\n\n\n{{ request.title }} — «ä»\n\n"
    assert window.page.locator("#text").input_value() == file.read_text()
    assert window.complaints == []
