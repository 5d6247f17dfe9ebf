"""The desk, readers' pages, /api and the versions of texts on PostgreSQL: what they ask and write is the same
there. The tests go in order through one house."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailproc.config import Web
from mailproc.config_web_readers import WebReaders
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.staff import tokens
from mailproc.office.staff.people import StaffRole
from mailproc.web import site
from tests.servers.postgres import PostgresServer
from tests.support.world import World
from tests.web.browser import Browser, PageShown
from tests.web.every_page import PAGES
from tests.web.full_house import OURS, TEXT, fill
from tests.web.shared_house import context_of, house_at
from tests.web.template_pages import save

WEB = Web(enabled=True, readers=WebReaders(sign_in="proxy"))
PARTNER = "/partners/XX-BL"


@pytest.fixture(scope="module")
def house(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    name = postgres_server.lend()
    with house_at(postgres_server.url(name), tmp_path_factory.mktemp("house")) as made:
        fill(made)
        yield made
    postgres_server.give_back(name)


@pytest.fixture(scope="module")
def pages(house: World):
    return site.application(StaffDesk(house.app.store, context_of(house, "en", WEB)), WEB)


@pytest.fixture(scope="module")
def desk(pages) -> Iterator[Browser]:
    browser = Browser(pages)
    browser.log_in("head")
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def reader(pages) -> Iterator[Browser]:
    browser = Browser(pages)
    browser.client.headers["X-Reader"] = "R1"
    yield browser
    browser.close()


def refused(page: PageShown) -> str:
    return " ".join(page.tree.xpath("string(//*[@role='alert'])").split())


def test_every_page_is_shown(desk, reader):
    of = {"staff": desk, "reader": reader}
    opened = [one for one in PAGES if one.who in of and not (one.follows or one.typed)]
    shown = {one.address: of[one.who].get(one.address).status for one in opened}
    assert shown == {one.address: one.status for one in opened}
    assert len(shown) > 30


@pytest.mark.parametrize("words", ["alert", "read", "B1", "R1", "%", "'"])
def test_what_is_looked_for_is_found_or_not(desk, words):
    assert desk.post("/find", {"find": words}).status == 200
    assert desk.post("/patrons/find", {"who": words}).status == 200


def test_an_act_is_done_once_and_who_is_too_late_is_told(desk, house):
    form, late = desk.form("B1", "return"), desk.form("B1", "return")
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda _: desk.post("/r/B1/act", form).status, range(2)))
    assert both == [200, 200]
    assert desk.post("/r/B1/act", late).status == 409
    done = [one for one in house.rows("event") if one["type"] == "return"]
    assert [(one["actor"], one["door"]) for one in done] == [("head", "desk")]
    undo = next(one for one in desk.get("/r/B1").forms("/r/B1/act") if one["action"] == "undo")
    assert desk.post("/r/B1/act", undo).status == 200
    assert house.state("B1") == "RECEIVED"


def test_a_double_click_at_a_partner_pauses_once(desk, house):
    (form,) = desk.get(PARTNER).forms(f"{PARTNER}/pause")
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda _: desk.post(f"{PARTNER}/pause", form).status, range(2)))
    assert both == [200, 200]
    paused = [
        one for one in house.rows("event") if one["type"].startswith("pause") and one["actor"] == "head"
    ]
    assert len(paused) == 2, "one is of the house as it began"


def test_a_reader_asks_for_an_item_and_for_more_time(reader, desk):
    (form,) = reader.get("/my/new").forms("/my/new/send")
    assert refused(reader.post("/my/new/send", form | {"title": "  "}))
    page = reader.post("/my/new/send", form | {"title": "Hedges of the north"})
    assert page.status == 200 and "Hedges of the north" in page.words
    (renew,) = reader.get("/my/r/B1").forms("/my/r/B1/ask")
    assert reader.post("/my/r/B1/ask", renew).status == 200
    assert "Hedges of the north" in desk.get("/reviews").words


def test_a_text_is_saved_overtaken_and_brought_back(desk):
    path = f"/templates/{TEXT}"
    late = desk.get(path).tree.xpath("string(//form[@class='editor']//input[@name='seen']/@value)")
    assert save(desk, OURS + "One.\n", path).status == 200
    assert save(desk, OURS + "Two.\n", path).status == 200
    assert save(desk, OURS + "Three.\n", path, seen=late).status == 409
    back = next(one for one in desk.get(path).forms(f"{path}/revert") if one.get("version") == "1")
    assert desk.post(f"{path}/revert", back).status == 200
    assert desk.get(path).tree.xpath("string(//textarea[@id='text'])").strip() == OURS.strip()


def test_another_system_asks_and_is_answered_once(pages, house):
    _, token = tokens.add(house.app.store, house.app.context, "catalogue", StaffRole.WORK)
    system, before = Browser(pages, site=""), len(house.rows("request"))
    said = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one", "Content-Type": "application/json"}
    wish = '{"service": "LOAN", "item": {"title": "Weirs"}, "partners": ["XX-BL"], "patron": {"id": "R1"}}'
    with ThreadPoolExecutor(2) as threads:
        asked = [
            threads.submit(system.ask, "POST", "/api/requests", content=wish, headers=said) for _ in range(2)
        ]
    answers = [one.result() for one in asked]
    assert 201 in {one.status for one in answers}, [one.text for one in answers]
    assert len(house.rows("request")) == before + 1
    assert system.get("/api/partners", headers=said).status == 200
    assert system.get("/api/requests/B1", headers=said).status == 200
    system.close()
