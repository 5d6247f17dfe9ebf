"""The desk over a whole house, without sockets."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from starlette.types import ASGIApp

from mailproc import passwords
from mailproc.config import Web
from mailproc.config_web_readers import WebReaders
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.transport.http_server import HttpServer
from mailproc.web import site
from mailproc.web.streams import Streams
from tests.cheap_hash import cheap_hash
from tests.support.world import World
from tests.web import chromium
from tests.web.browser import Browser
from tests.web.chromium import Window
from tests.web.full_house import fill
from tests.web.readers_desk import asks, by_mail, by_proxy, queues, reader  # noqa: F401  # fixtures
from tests.web.shared_house import house_of, staff_of


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hashed", cheap_hash)


@pytest.fixture
def house(small_world: World) -> World:
    """A house with a person of each role."""
    staff_of(small_world)
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


@pytest.fixture
def driven(missing: Callable[[str], None]) -> Chromium:
    if not chromium.PROGRAM.exists():
        missing("chromium")
    return chromium.kept()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """While playwright runs, its loop is that of the main thread, where other folders have theirs."""
    if nextitem is None or nextitem.path.parent != Path(__file__).parent:
        chromium.let_go()


@pytest.fixture
def windows(driven: Chromium, house: World) -> Iterator[Callable[..., Window]]:
    """Opens a window at the desk of the house, which speaks ``language``, and has pages for ``readers``."""
    servers: list[HttpServer] = []
    opened: list[Window] = []

    def open_one(
        width: int = 1280, *, dark: bool = False, language: str = "en", readers: WebReaders | None = None
    ) -> Window:
        web = Web(enabled=True, readers=readers or WebReaders())
        config = house.app.config
        library = config.library.model_copy(update={"language": language})
        context = replace(house.app.context, config=config.model_copy(update={"library": library}))
        streams = Streams()
        pages = site.application(StaffDesk(house.app.store, context), web, streams)
        servers.append(HttpServer(pages, "127.0.0.1", 0, ending=streams.end))
        _, port = servers[-1].start()
        opened.append(Window(driven, f"http://127.0.0.1:{port}", width, dark=dark))
        return opened[-1]

    yield open_one
    for window in opened:
        window.close()
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a house with something on each page."""
    folder = tmp_path_factory.mktemp("filled")
    with house_of(folder) as made:
        fill(made)
    return folder


@pytest.fixture(scope="module")
def full(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """That house, for tests that only look at it or are refused."""
    folder = tmp_path_factory.mktemp("full")
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    with house_of(folder) as made:
        yield made


@pytest.fixture
def keeper(opened: Callable[..., Browser]) -> Browser:
    """A browser in which a person who keeps the texts is logged in."""
    one = opened()
    one.log_in("head")
    return one


@pytest.fixture
def site_folder(house: World) -> Path:
    """The library's own texts."""
    config = house.app.config
    return config.file.parent / config.templates.site
