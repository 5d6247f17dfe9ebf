"""Many logins at once, of many names and from many places."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import count

import httpx
import pytest
from starlette.types import ASGIApp

from mailproc import passwords
from mailproc.errors import LocalFault, TryLater
from mailproc.office.staff.sessions import Sessions
from mailproc.sentence import Sentence
from mailproc.web.login_room import AT_ONCE, PER_PLACE, WAITING, LoginRoom
from tests.support.world import World
from tests.web import loop
from tests.web.browser import ORIGIN, PASSWORD, Browser

PATIENCE = 30.0


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The passwords that were looked at."""
    seen: list[bytes] = []
    judge = passwords.is_of
    monkeypatch.setattr(passwords, "is_of", lambda said, phc: seen.append(said) or judge(said, phc))
    return seen


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """No look at a password ends before this is set."""
    event, judge = threading.Event(), passwords.is_of
    monkeypatch.setattr(passwords, "is_of", lambda said, phc: event.wait(PATIENCE) and judge(said, phc))
    yield event
    event.set()


@pytest.fixture
def sessions(house: World) -> Sessions:
    return Sessions(house.app.store, house.app.context)


def why(sessions: Sessions, login: str, said: str = "guess", host: str = "192.0.2.1") -> str:
    """The key of the sentence that refuses this login."""
    with pytest.raises(LocalFault) as fault:
        sessions.begin(login, said, host)
    assert isinstance(fault.value.said, Sentence)
    return fault.value.said.code


def test_pages_go_on_while_logins_wait(pages: ASGIApp, house: World, held: threading.Event) -> None:
    async def story() -> Counter[int]:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(pages), base_url=ORIGIN, headers={"Sec-Fetch-Site": "same-origin"}
        )
        held.set()
        await client.post("/login", data={"login": "rau", "password": PASSWORD})
        held.clear()
        posts = [
            asyncio.create_task(client.post("/login", data={"login": f"x{number}", "password": "guess"}))
            for number in range(40)
        ]
        waiting = set(posts)
        while len(waiting) > PER_PLACE:
            done, waiting = await asyncio.wait(waiting, timeout=PATIENCE, return_when="FIRST_COMPLETED")
            assert done, "who has no place is told so at once"
        page = await asyncio.wait_for(client.get("/"), PATIENCE / 2)
        assert page.status_code == 200
        held.set()
        return Counter([(await one).status_code for one in posts])

    assert loop.run(story()) == {503: 40 - PER_PLACE, 422: PER_PLACE}


def test_two_looks_at_once_a_few_wait_and_the_rest_come_later() -> None:
    async def story() -> None:
        room, free, under_way = LoginRoom(), threading.Event(), count(1)
        most = threading.Semaphore(AT_ONCE)

        def work() -> int:
            assert most.acquire(blocking=False), "more than two at once"
            assert free.wait(PATIENCE)
            most.release()
            return next(under_way)

        hosts = [f"192.0.2.{number}" for number in range(AT_ONCE + WAITING)]
        asked = [asyncio.create_task(room.done(host, work)) for host in hosts]
        await asyncio.sleep(0)
        with pytest.raises(TryLater):
            await room.done("192.0.2.99", work)
        free.set()
        assert sorted(await asyncio.gather(*asked)) == list(range(1, len(hosts) + 1))
        assert await room.done("192.0.2.99", work) == len(hosts) + 1, "there is room again"

    loop.run(story())


@pytest.mark.parametrize("hosts", [["192.0.2.1"] * 3, ["2001:db8::1", "2001:db8::2", "2001:db8::3:4"]])
def test_one_place_has_two(hosts: list[str]) -> None:
    async def story() -> None:
        room, free = LoginRoom(), threading.Event()
        asked = [asyncio.create_task(room.done(host, free.wait)) for host in hosts[:2]]
        await asyncio.sleep(0)
        with pytest.raises(TryLater):
            await room.done(hosts[2], free.wait)
        other = asyncio.create_task(room.done("198.51.100.1", free.wait))
        free.set()
        assert all(await asyncio.gather(*asked, other))

    loop.run(story())


def test_invented_logins_wash_no_failure_away(sessions: Sessions, looks: list[bytes]) -> None:
    for _ in range(5):
        assert why(sessions, "rau") == "login-wrong"
    assert why(sessions, "rau") == "login-too-often"
    for number in range(1100):
        why(sessions, f"invented{number}", host=f"198.51.{number // 250}.{number % 250}")
    assert len(looks) == 1105
    assert why(sessions, "rau") == "login-too-often"


def test_what_is_too_long_for_any_password_is_no_try(sessions: Sessions, looks: list[bytes]) -> None:
    for _ in range(50):
        assert why(sessions, "rau", "x" * 5000) == "login-wrong"
    assert looks == []
    assert sessions.begin("rau", PASSWORD, "192.0.2.1")


def test_an_address_is_turned_away_whatever_logins_it_invents(
    sessions: Sessions, house: World, looks: list[bytes]
) -> None:
    said = [why(sessions, f"invented{number}") for number in range(30)]
    assert said == ["login-wrong"] * 20 + ["login-place-too-often"] * 10 and len(looks) == 20
    assert why(sessions, "rau") == "login-place-too-often"
    assert sessions.begin("rau", PASSWORD, "192.0.2.2"), "others are not concerned"
    house.later(seconds=3)
    assert sessions.begin("rau", PASSWORD, "192.0.2.1")


def test_a_network_is_turned_away_and_its_person_gets_in_from_elsewhere(
    sessions: Sessions, house: World
) -> None:
    """Who has a /48 has 65,536 places; nobody is kept out by it who comes from elsewhere."""
    said = [why(sessions, "rau", host=f"2001:db8:7:{number:x}::1") for number in range(70)]
    assert said == ["login-wrong"] * 60 + ["login-place-too-often"] * 10
    assert sessions.begin("rau", PASSWORD, "2001:db8:8::1")


def test_a_crowd_of_a_campus_keeps_nobody_out_who_has_logged_in_there(sessions: Sessions) -> None:
    """Readers and staff are in one /48, or behind one address."""
    mine = "2001:db8:7:1::5"
    assert sessions.begin("rau", PASSWORD, mine)
    for number in range(70):
        why(sessions, f"invented{number}", host=f"2001:db8:7:{number % 4 + 1:x}::1")
    assert why(sessions, "head", host=mine) == "login-place-too-often"
    assert sessions.begin("rau", PASSWORD, mine)
    said = [why(sessions, "rau", host=mine) for _ in range(6)]
    assert said == ["login-wrong"] * 5 + ["login-too-often"], "guesses at a login pause"


def test_a_form_of_too_many_fields_is_not_kept_and_the_login_is_done(browser: Browser) -> None:
    kept = "&".join(f"a{number}=1" for number in range(150))
    form = {"login": "rau", "password": PASSWORD, "then": "/r/L1/act", "kept": kept}
    assert browser.ask("POST", "/login", data=form, follow_redirects=False).status == 303
