"""The pages for readers in a real browser: everybody can use them, and they ask nobody else."""

import pytest

from mailproc.config_web_readers import WebReaders
from tests.web.test_chromium import busy


@pytest.mark.parametrize(
    ("width", "dark", "language"),
    [
        (320, True, "de"),
        pytest.param(1280, False, "en", marks=pytest.mark.long),
        pytest.param(1280, False, "de", marks=pytest.mark.long),
        pytest.param(320, False, "en", marks=pytest.mark.long),
    ],
)
def test_every_reader_can_use_what_follows_a_click(windows, house, width, dark, language):
    """What the pages are before stands in test_every_page.py."""
    busy(house)
    window = windows(width, dark=dark, language=language, readers=WebReaders(sign_in="mail"))
    window.go("/my")
    window.page.locator("#number").fill("R1")
    window.page.locator("#email").fill("r@readers.example")
    window.page.locator("form.login button").click()
    window.page.get_by_role("status").wait_for()
    assert window.faults() == []
    known = windows(width, dark=dark, language=language, readers=WebReaders(sign_in="proxy"))
    known.say("X-Reader", "R1")
    known.go("/my/new")
    known.page.locator("#w-title").fill("Iron " + "x" * 280)
    known.page.locator("form.login button").click()
    known.page.get_by_role("status").wait_for()
    assert known.faults() == [] and known.wider_than_the_window() <= 0
    known.page.locator("#main").get_by_role("link").first.click()
    known.page.locator("form button.main").first.click()
    known.page.get_by_role("status").wait_for()
    assert (known.faults(), window.complaints, known.complaints) == ([], [], [])
