"""Each page × empty, full, refused × with and without script × wide and narrow: everybody can use it, it asks
nobody else for anything, and its console stays silent."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser as Chromium

from mailproc.config_web_readers import WebReaders
from tests.support import short_form
from tests.support.world import World
from tests.web.browser import PASSWORD
from tests.web.chromium import Window
from tests.web.every_page import PAGES, DeskPage, Who
from tests.web.opening import be_refused, open_missing, open_page
from tests.web.shared_house import Served, house_of, link_of, served

WIDE, NARROW = 1280, 320
LINKS = WebReaders(sign_in="mail", links_an_hour=100)
REFUSING = [one for one in PAGES if one.refused is not None]
PARTS = 10 if short_form.everything() else 20
"""Each test opens every tenth page; in the short form every twentieth, and each test others."""
EACH_PART = [0, *(pytest.param(part, marks=pytest.mark.long) for part in range(1, PARTS))]


@dataclass
class Windows:
    """Windows of staff, of a reader and of somebody unknown, all at one house."""

    of: dict[Who, Window]
    token: str


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with house_of(tmp_path_factory.mktemp("empty")) as house:
        yield house


@pytest.fixture
def at(driven: Chromium) -> Iterator[Callable[..., Windows]]:
    """Opens the windows at a house."""
    open_now: list[Window] = []
    running: list[Served] = []

    def open_at(house: World, language: str, *, script: bool, dark: bool, login: str = "head") -> Windows:
        desk = served(house, language, WebReaders(sign_in="proxy"))
        links = served(house, language, LINKS)
        running.extend([desk, links])
        how = {"dark": dark, "script": script}
        made: dict[Who, Window] = {
            "staff": Window(driven, desk.origin, WIDE, **how),
            "reader": Window(driven, desk.origin, WIDE, **how),
            "nobody": Window(driven, links.origin, WIDE, **how),
        }
        open_now.extend(made.values())
        made["staff"].log_in(login, PASSWORD)
        made["reader"].say("X-Reader", "R1")
        return Windows(made, link_of(house, links))

    yield open_at
    for window in open_now:
        window.close()
    for one in running:
        one.stop()


def part_of(pages: Sequence[DeskPage], part: int) -> Sequence[DeskPage]:
    return pages[part % PARTS :: PARTS]


def faults(window: Window, about: str, status: int) -> list[str]:
    """What keeps anybody from using the page that is open; what its console or a request complained of. A
    browser names the status of what is refused by itself."""
    found: list[str] = []
    window.unfold()
    for width in (WIDE, NARROW):
        window.page.set_viewport_size({"width": width, "height": 800})
        found += window.faults()
        if window.wider_than_the_window() > 0:
            found.append(f"wider than {width}")
    told = f"status of {status} " if status >= 400 else "nothing"
    found += [one for one in window.complaints if told not in one]
    window.complaints.clear()
    return [f"{about}: {one}" for one in found]


@pytest.mark.parametrize("part", EACH_PART)
@pytest.mark.parametrize(
    ("first", "script", "language", "dark", "login"),
    [(0, True, "en", False, "head"), (1, False, "de", True, "rau")],
    ids=["script", "none"],
)
def test_everybody_can_use_each_page(at, full, part, first, script, language, dark, login):
    """Who works sees other buttons than who keeps."""
    windows = at(full, language, script=script, dark=dark, login=login)
    found: list[str] = []
    for page in part_of(PAGES, first + part):
        if page.keeps and login != "head":
            continue
        window = windows.of[page.who]
        status = open_page(window, page, windows.token)
        found += faults(window, page.address, status)
        if status != page.status:
            found.append(f"{page.address}: {status}")
    assert found == []


@pytest.mark.parametrize("part", EACH_PART)
@pytest.mark.parametrize(
    ("first", "script", "language", "dark"),
    [(2, True, "de", True), (3, False, "en", False)],
    ids=["script", "none"],
)
def test_everybody_can_use_each_page_of_an_empty_house(at, empty, part, first, script, language, dark):
    windows = at(empty, language, script=script, dark=dark)
    found: list[str] = []
    for page in part_of(PAGES, first + part):
        window = windows.of[page.who]
        status = open_missing(window, page)
        found += faults(window, page.address, status)
        unknown = {"reader": 403, "staff": 404 if "{" in page.route else page.status, "nobody": page.status}
        if status not in (200, unknown[page.who], 404 if "{" in page.route else page.status):
            found.append(f"{page.address}: {status}")
    assert found == []


@pytest.mark.parametrize("part", EACH_PART)
@pytest.mark.parametrize(
    ("first", "script", "language", "dark"),
    [(4, True, "en", True), (5, False, "de", False)],
    ids=["script", "none"],
)
def test_everybody_can_use_what_is_refused(at, full, part, first, script, language, dark):
    windows = at(full, language, script=script, dark=dark)
    found: list[str] = []
    for page in part_of(REFUSING, first + part):
        window = windows.of[page.who]
        open_page(window, page, windows.token)
        status = be_refused(window, page.refused) if page.refused else 0
        found += faults(window, f"{page.address} refused", status)
        if status not in (401, 409, 422) or not window.page.get_by_role("alert").count():
            found.append(f"{page.address}: refused with {status}, and nothing says so")
    assert found == []
