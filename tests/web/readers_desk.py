"""The pages for readers over a house: who opens them, by a link or a proxy. conftest.py has its fixtures."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from starlette.types import ASGIApp

from mailproc.config import Web
from mailproc.config_web_readers import WebReaders
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.web import link_queue, my_site, site
from mailproc.web.link_queue import LinkQueue
from tests.support.world import World
from tests.web.browser import ORIGIN, Browser

MAIL = "r@readers.example"
LINK = re.compile(r"http://127\.0\.0\.1:8026(/my/in/[A-Za-z0-9_-]+)")


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> list[LinkQueue]:
    """The queues of links that were made."""
    made: list[LinkQueue] = []

    def noted(office: link_queue.AsksLinks) -> LinkQueue:
        made.append(LinkQueue(office))
        return made[-1]

    monkeypatch.setattr(my_site, "LinkQueue", noted)
    return made


def pages_of(house: World, **readers: object) -> ASGIApp:
    config = house.app.config
    web = Web(enabled=True, readers=WebReaders(**readers))
    context = replace(house.app.context, config=config.model_copy(update={"web": web}))
    house.app = replace(house.app, context=context)
    return site.application(StaffDesk(house.app.store, context), web)


@pytest.fixture
def by_mail(house: World, queues: list[LinkQueue]) -> ASGIApp:
    return pages_of(house, sign_in="mail")


@pytest.fixture
def reader(by_mail: ASGIApp) -> Iterator[Callable[..., Browser]]:
    """Opens a browser at the pages for readers."""
    made: list[Browser] = []

    def open_one(pages: ASGIApp = by_mail, **more: str) -> Browser:
        made.append(Browser(pages, **more))
        return made[-1]

    yield open_one
    for one in made:
        one.close()


@pytest.fixture
def asks(house: World, queues: list[LinkQueue]) -> Callable[..., str]:
    """Asks for a link; returns its path from the letter, '' if none came."""

    def ask(browser: Browser, number: str = "R1", email: str = MAIL) -> str:
        before = len(house.sent)
        assert browser.post("/my/link", {"number": number, "email": email}).status == 200
        queues[-1].settle()
        house.run()
        found = [LINK.search(one.text) for one in house.sent[before:] if one.to == email]
        return found[-1][1] if found and found[-1] else ""

    return ask


def sign_in(browser: Browser, link: str):
    (form,) = browser.get(link).forms("/my/in")
    return browser.post("/my/in", form)


def other(house: World) -> str:
    """A request of somebody else; its number."""
    who = {"id": "R2", "name": "B Other", "email": "b@readers.example"}
    return house.place(title="Somebody's Secret", patron=who)


def signed_in(reader: Callable[..., Browser], asks: Callable[..., str]) -> Browser:
    browser = reader()
    assert sign_in(browser, asks(browser)).url == f"{ORIGIN}/my"
    return browser


def states(house: World) -> list[tuple[str, str]]:
    return [(one["state"], one["updated_at"]) for one in house.rows("transactions")]


@pytest.fixture
def by_proxy(house: World) -> ASGIApp:
    return pages_of(house, sign_in="proxy", trusted=("127.0.0.1",))
