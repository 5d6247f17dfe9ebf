"""The pages for readers in a real browser: everybody can use each, and it asks nobody else for anything."""

import pytest

from mailproc.config_web_readers import WebReaders
from tests.web.test_chromium import busy


@pytest.mark.parametrize(
    ("width", "dark", "language"),
    [(1280, False, "de"), (320, False, "en"), pytest.param(320, True, "de", marks=pytest.mark.long)],
)
def test_every_reader_can_use_each_page(windows, house, width, dark, language):
    """Of who is signed in by a proxy; the page that asks for a link is of everybody."""
    busy(house)
    window = windows(width, dark=dark, language=language, readers=WebReaders(sign_in="mail"))
    window.go("/my")
    assert (window.faults(), window.wider_than_the_window() <= 0) == ([], True)
    window.page.locator("#number").fill("R1")
    window.page.locator("#email").fill("r@readers.example")
    window.page.locator("form.login button").click()
    window.page.get_by_role("status").wait_for()
    assert window.faults() == []
    known = windows(width, dark=dark, language=language, readers=WebReaders(sign_in="proxy"))
    known.say("X-Reader", "R1")
    for path in ("/my", "/my/new", "/my/new?service=COPY", "/my/r/B1"):
        known.go(path)
        assert (path, known.faults()) == (path, [])
        assert (path, known.wider_than_the_window() <= 0) == (path, True)
    known.go("/my/new")
    known.page.locator("#w-title").fill("Iron " + "x" * 280)
    known.page.locator("form.login button").click()
    known.page.get_by_role("status").wait_for()
    assert known.faults() == [] and known.wider_than_the_window() <= 0
    known.page.locator("#main").get_by_role("link").first.click()
    known.page.locator("form button.main").first.click()
    known.page.get_by_role("status").wait_for()
    assert (known.faults(), window.complaints, known.complaints) == ([], [], [])
