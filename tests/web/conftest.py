"""The desk over a whole house, without sockets."""

from collections.abc import Callable, Iterator

import pytest
from starlette.types import ASGIApp

from mailproc import passwords
from mailproc.config import Web
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.staff import people
from mailproc.office.staff.people import StaffRole
from mailproc.web import site
from tests.cheap_hash import cheap_hash
from tests.support.world import World
from tests.web.browser import PASSWORD, Browser


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hashed", cheap_hash)


@pytest.fixture
def house(small_world: World) -> World:
    """A house with a person of each role."""
    for role in StaffRole:
        login = {StaffRole.LOOK: "guest", StaffRole.WORK: "rau", StaffRole.KEEP: "head"}[role]
        people.add(small_world.app.store, small_world.app.context, login, f"M. {login}", role, PASSWORD)
    return small_world


@pytest.fixture
def pages(house: World) -> ASGIApp:
    return site.application(StaffDesk(house.app.store, house.app.context), Web(enabled=True))


@pytest.fixture
def opened(pages: ASGIApp) -> Iterator[Callable[..., Browser]]:
    """Opens a browser, without a login."""
    made: list[Browser] = []

    def open_one(**more: str) -> Browser:
        made.append(Browser(pages, **more))
        return made[-1]

    yield open_one
    for one in made:
        one.close()


@pytest.fixture
def browser(opened: Callable[..., Browser]) -> Browser:
    """A browser in which a person who works is logged in."""
    one = opened()
    assert one.log_in().status == 200
    return one
