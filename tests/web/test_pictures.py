"""Pictures of the desk in the documents: `make pictures` takes them, and this holds what they promise."""

import os
import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.world import World
from tests.web.browser import PASSWORD
from tests.web.chromium import Window
from tests.web.morning import morning

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/pictures"
WRITE = os.environ.get("WRITE_PICTURES") == "1"
KEY = "en.patron.arrived"
PAGES = {
    "to-do": "/",
    "request": "/r/B2",
    "new-request": "/new",
    "unplaced-letter": "/unplaced",
    "text": f"/templates/{KEY}",
    "scan": "/scan/receive",
}
WIDTH, HEIGHT = 1000, 700
LARGEST = 120_000
"""Octets of a picture."""


def _open_the_letter(window: Window) -> None:
    with window.page.expect_navigation():
        window.page.locator("#main a[href^='/letters/']").first.click()


def _change_the_text(window: Window) -> None:
    text = window.page.locator("#text")
    text.fill(text.input_value().replace("Dear ", "Good day, "))
    with window.page.expect_navigation():
        window.page.locator(".editor button:not([formaction])").click()
    window.page.locator("#text").evaluate("one => { one.rows = 8; one.scrollIntoView() }")


def _scan(window: Window) -> None:
    for code in ("B1", "B5", "B77"):
        window.page.locator("#code").fill(code)
        with window.page.expect_navigation():
            window.page.keyboard.press("Enter")


BEFORE = {"scan": _scan, "unplaced-letter": _open_the_letter, "text": _change_the_text}
"""What is done on a page before its picture is taken."""


@pytest.mark.long
def test_the_pictures_can_be_taken(windows: Callable[..., Window], house: World, tmp_path: Path) -> None:
    morning(house)
    window = windows(WIDTH)
    window.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    window.log_in("head", PASSWORD)
    folder = FOLDER if WRITE else tmp_path
    for name, path in PAGES.items():
        window.go(path)
        if name in BEFORE:
            BEFORE[name](window)
        window.page.screenshot(path=folder / f"{name}.png")
        assert _is_small_picture(folder / f"{name}.png")
    assert [one for one in window.complaints if "422" not in one] == [], "a browser names the status itself"


@pytest.mark.parametrize("name", PAGES)
def test_each_picture_is_there_and_small(name: str) -> None:
    assert _is_small_picture(FOLDER / f"{name}.png")


def _is_small_picture(file: Path) -> bool:
    octets = file.read_bytes()
    size = struct.unpack(">II", octets[16:24])
    return octets.startswith(b"\x89PNG\r\n") and len(octets) < LARGEST and size == (WIDTH, HEIGHT)


def test_the_documents_show_every_picture_with_words_for_who_cannot_see_it() -> None:
    text = (ROOT / "docs/desk.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"!\[([^]]{20,})\]\(pictures/([a-z-]+)\.png\)", text))
    assert sorted(shown.values()) == sorted(PAGES)
    assert {one.stem for one in FOLDER.glob("*")} == set(PAGES)
    assert "docs/pictures/to-do.png" in (ROOT / "README.md").read_text(encoding="utf-8")
