"""Strangers who come back from the provider with rubbish, in crowds, keep nobody out."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.types import ASGIApp

from mailproc.config import StaffEntry, Web
from mailproc.errors import LocalFault
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.staff.outside_login import ListedStaff, LoginAnswer, OutsideLogins
from mailproc.office.staff.place_failures import FREE_OF_PLACE
from mailproc.sentence import sentence
from mailproc.web import page_room, site
from mailproc.web.outside import BACK, THERE
from tests.support.world import World
from tests.web import loop
from tests.web.browser import ORIGIN
from tests.web.test_outside import configured

PATIENCE = 30.0
STAFF = (StaffEntry(login="rau", role="work", subject="f81d4"),)
Opened = Callable[[str], httpx.AsyncClient]


class SlowProvider:
    """It takes its time for a code that is none."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.came = threading.Semaphore(0)
        self.asked = list[str]()

    def address(self, state: str, nonce: str, verifier: str) -> str:  # noqa: ARG002
        return f"https://provider.example/?state={state}"

    def subject(self, code: str, nonce: str, verifier: str) -> str:  # noqa: ARG002
        self.asked.append(code)
        self.came.release()
        if code != "right":
            self.free.wait(PATIENCE)
            raise LocalFault(sentence("oidc-refused", server="provider.example"))
        return "f81d4"


@pytest.fixture
def provider() -> Iterator[SlowProvider]:
    made = SlowProvider()
    yield made
    made.free.set()


@pytest.fixture
def pages(house: World, provider: SlowProvider) -> ASGIApp:
    web = Web(enabled=True, auth="oidc", public_url=ORIGIN)
    return site.application(StaffDesk(house.app.store, configured(house, web, STAFF), provider), web)


def at(pages: ASGIApp, host: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(pages, client=(host, 5)), base_url=ORIGIN)


async def log_in(client: httpx.AsyncClient, code: str) -> int:
    begun = await client.get(THERE)
    assert begun.status_code == 303
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    return (await client.get(BACK, params={"state": state, "code": code})).status_code


def test_a_crowd_of_a_network_waits_for_itself(pages: ASGIApp, provider: SlowProvider) -> None:
    async def story() -> None:
        hosts = [f"2001:db8:aaaa:{number:x}::1" for number in range(6)] * 2
        crowd = [asyncio.create_task(log_in(at(pages, host), "rubbish")) for host in hosts]
        for _ in range(page_room.AT_ONCE):
            assert await asyncio.to_thread(provider.came.acquire, timeout=PATIENCE)
        keeper = at(pages, "192.0.2.7")
        assert await asyncio.wait_for(log_in(keeper, "right"), PATIENCE / 2) == 303
        provider.free.set()
        assert set(await asyncio.gather(*crowd)) == {403}, "nobody lost a code because many came"

    loop.run(story())


def test_failures_put_off_their_place_and_no_browser_of_staff(house: World, provider: SlowProvider) -> None:
    provider.free.set()
    logins = OutsideLogins(house.app.context, provider, ListedStaff(STAFF))

    def back(code: str, host: str) -> str:
        url, cookie = logins.begin("/")
        try:
            return logins.finish(LoginAnswer(url.partition("state=")[2], cookie, code), host)[0].login
        except LocalFault as fault:
            return getattr(fault.said, "code", "")

    said = [back("rubbish", "192.0.2.1") for _ in range(FREE_OF_PLACE + 5)]
    assert said == ["oidc-refused"] * FREE_OF_PLACE + ["login-place-too-often"] * 5
    assert len(provider.asked) == FREE_OF_PLACE, "the provider hears no more of it"
    assert [back("right", host) for host in ("192.0.2.1", "192.0.2.2", "")] == [
        "login-place-too-often", "rau", "rau",
    ]  # fmt: skip
    house.later(seconds=3)
    assert back("right", "192.0.2.1") == "rau"
