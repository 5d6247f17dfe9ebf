"""A copy that went to its reader can be fetched at the reader's page: by the reader alone, for some days."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from mailproc.config import Web
from mailproc.config_web_readers import WebReaders
from mailproc.errors import TryLater
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.staff import people
from mailproc.office.staff.people import StaffRole
from mailproc.web import site
from tests.flow.test_forwarding import Borrower
from tests.support.files import PDF
from tests.support.world import World
from tests.web.browser import PASSWORD, Browser

PAGE = "[documents]\nforward = true\nmax_size = 100_000\npage_days = 7\n"


@pytest.fixture
def house(make_world: Callable[..., World], sqlite_url: str) -> World:
    """A house in which R1 got a copy by mail."""
    world = make_world(sqlite_url, more=PAGE)
    Borrower(world).hear("B1-1 SHIPPED COPY")
    return world


@contextmanager
def at(world: World) -> Iterator[Browser]:
    """A browser at the pages for readers, behind a proxy."""
    office = StaffDesk(world.app.store, world.app.context)
    pages = site.application(office, Web(enabled=True, readers=WebReaders(sign_in="proxy")))
    with closing(Browser(pages)) as browser:
        yield browser


@pytest.fixture
def browser(house: World) -> Iterator[Browser]:
    with at(house) as one:
        yield one


def fetched(browser: Browser, number: str = "B1", reader: str = "R1", **said: str):
    page = browser.get(f"/my/r/{number}", headers={"X-Reader": reader})
    forms = page.forms(f"/my/r/{number}/document") or [{"document": "1"}]
    return browser.post(f"/my/r/{number}/document", forms[0] | said, headers={"X-Reader": reader})


def test_the_reader_fetches_the_copy_as_a_file_twice(browser, house):
    for left in (1, 0):
        got = fetched(browser)
        assert (got.status, got.text.encode("latin-1", "replace")[:4]) == (200, PDF[:4])
        assert got.headers["content-disposition"].startswith("attachment;")
        assert got.headers["content-type"] == "application/pdf"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["cache-control"] == "no-store"
        assert house.rows("document")[0]["fetched"] == 2 - left
    assert fetched(browser).status == 422, "so often, and no more"
    page = browser.get("/my/r/B1", headers={"X-Reader": "R1"})
    assert not page.forms("/my/r/B1/document")


def test_after_some_days_it_is_gone(browser, house):
    house.later(days=7, minutes=1)
    assert fetched(browser).status == 422


@pytest.mark.parametrize("named", ["", "2", "-1", "1 OR 1=1", "../config.toml", "x" * 500])
def test_another_document_is_none(browser, house, named):
    assert fetched(browser, document=named).status == 422
    assert house.rows("document")[0]["fetched"] == 0


def test_somebody_else_gets_nothing(browser, house):
    house.place(title="Mine", patron={"id": "R2", "name": "B Other", "email": "b@readers.example"})
    missing = browser.post("/my/r/B9/document", {"document": "1"}, headers={"X-Reader": "R2"})
    assert fetched(browser, "B1", "R2").text == missing.text
    assert fetched(browser, "B2", "R2", document="1").status == 422
    assert browser.post("/my/r/B1/document", {"document": "1"}).status == 401
    assert house.rows("document")[0]["fetched"] == 0


def test_a_person_of_staff_gets_nothing(browser, house):
    store, context = house.app.store, house.app.context
    people.add(store, context, "rau", "M. Rau", StaffRole.KEEP, PASSWORD)
    browser.log_in()
    assert browser.post("/my/r/B1/document", {"document": "1"}).status == 401


def test_what_staff_say_is_the_wrong_one_is_not_given(browser, house):
    house.act("B1", "receive", wrong=True)
    assert fetched(browser).status == 422


def test_what_was_deleted_is_gone(browser, house):
    house.app.context.documents.remove(house.rows("document")[0]["digest"])
    assert fetched(browser).status == 422


def test_off_there_is_nothing_to_fetch(make_world, sqlite_url):
    world = make_world(sqlite_url, more=PAGE.replace("page_days = 7\n", ""))
    Borrower(world).hear("B1-1 SHIPPED COPY")
    with at(world) as browser:
        assert fetched(browser).status == 422
    assert world.rows("document")[0]["fetched"] == 0


def test_a_disk_that_is_away_costs_no_turn(browser, house, monkeypatch):
    def away(_documents, _digest):
        raise TryLater("the disk is away")

    with monkeypatch.context() as for_a_while:
        for_a_while.setattr(type(house.app.context.documents), "read", away)
        assert [fetched(browser).status for _ in range(3)] == [503] * 3
    assert house.rows("document")[0]["fetched"] == 0
    assert fetched(browser).status == 200
