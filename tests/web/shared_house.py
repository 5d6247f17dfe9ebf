"""A house that several tests look at, and its desk on a real port: neither is made again for each test."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mailproc import passwords
from mailproc.config import Web
from mailproc.config_web_readers import WebReaders
from mailproc.flow.context import Context
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.readers import sign_in_links
from mailproc.office.staff import people
from mailproc.office.staff.people import StaffRole
from mailproc.transport.http_server import HttpServer
from mailproc.web import site
from mailproc.web.streams import Streams
from tests.cheap_hash import cheap_hash
from tests.support import empty_store
from tests.support.fixtures import worlds
from tests.support.world import World
from tests.web.browser import PASSWORD

LOGINS = {StaffRole.LOOK: "guest", StaffRole.WORK: "rau", StaffRole.KEEP: "head"}
_LINK = re.compile(r"/my/in/([A-Za-z0-9_-]+)")


@dataclass(frozen=True)
class Served:
    origin: str
    context: Context
    server: HttpServer

    def stop(self) -> None:
        self.server.stop()


def staff_of(house: World) -> None:
    """A person of each role."""
    for role, login in LOGINS.items():
        people.add(house.app.store, house.app.context, login, f"M. {login}", role, PASSWORD)


@contextmanager
def house_of(folder: Path) -> Iterator[World]:
    """A house with a person of each role, in ``folder``; the one that is there already, if any."""
    file = folder / "store" / "mailproc.db"
    if is_new := not file.exists():
        empty_store.copy_to(file)
    with house_at(f"sqlite:///{file}", folder, is_new=is_new) as house:
        yield house


@contextmanager
def house_at(url: str, folder: Path, *, is_new: bool = True) -> Iterator[World]:
    """A house whose store has this URL; a new one gets a person of each role."""
    with pytest.MonkeyPatch.context() as patch, worlds(folder, patch) as make:
        patch.setattr(passwords, "hashed", cheap_hash)
        house = make(url)
        if is_new:
            staff_of(house)
        yield house


def context_of(house: World, language: str, web: Web) -> Context:
    """That of the house, which speaks ``language``."""
    config = house.app.config
    library = config.library.model_copy(update={"language": language})
    config = config.model_copy(update={"library": library, "web": web})
    return replace(house.app.context, config=config)


def served(house: World, language: str, readers: WebReaders) -> Served:
    """The desk of the house on a free port."""
    web, streams = Web(enabled=True, readers=readers), Streams()
    context = context_of(house, language, web)
    pages = site.application(StaffDesk(house.app.store, context), web, streams)
    server = HttpServer(pages, "127.0.0.1", 0, ending=streams.end)
    _, port = server.start()
    return Served(f"http://127.0.0.1:{port}", context, server)


def link_of(house: World, desk: Served, email: str = "r@readers.example") -> str:
    """The secret of a link that is written to R1; '' where nobody is R1."""
    before, own = len(house.sent), house.app
    sign_in_links.ask(own.store, desk.context, "R1", email)
    house.app = replace(own, context=desk.context)
    house.run()
    house.app = own
    found = [_LINK.search(one.text) for one in house.sent[before:] if one.to == email]
    return found[-1][1] if found and found[-1] else ""
