"""Every link and file that a page names answers; no page tells a secret or runs what a stranger wrote."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest

from mailproc.config import Web
from mailproc.config_web_readers import WebReaders
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.web import my, my_site, site
from mailproc.web.page_room import PageRoom
from tests.support import partners
from tests.support.world import World
from tests.web.browser import ORIGIN, PASSWORD, Browser, PageShown
from tests.web.every_page import FILES, NOT_REFUSED, PAGES
from tests.web.shared_house import context_of

MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""They turn the direction of writing."""
MOST = 400
"""More pages than a house this small has."""
PARTS = "//@href | //@src"


@pytest.fixture(scope="module")
def shown(full: World) -> Iterator[dict[str, PageShown]]:
    """All pages to which links lead, from those of the table on; of staff, by the keeper."""
    context = context_of(full, "en", Web(enabled=True))
    browser = Browser(site.application(StaffDesk(full.app.store, context), Web(enabled=True)))
    browser.log_in("head")
    found: dict[str, PageShown] = {}
    waiting = [one.address for one in PAGES if one.who == "staff" and one.status == 200]
    while waiting and len(found) < MOST:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = browser.get(path)
        waiting += links(found[path])
    yield found
    browser.close()


def links(page: PageShown) -> list[str]:
    """Addresses of ours that a page names, without those that end the session."""
    if "text/html" not in page.headers["content-type"]:
        return []
    named = [urljoin(page.url, str(one)) for one in page.tree.xpath(PARTS)]
    assert [one for one in named if not one.startswith(f"{ORIGIN}/")] == [], page.url
    return [path_of(one) for one in named]


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_every_link_and_file_answers(shown):
    assert 50 < len(shown) < MOST
    silent = {path: one.status for path, one in shown.items() if one.status != 200}
    said = {path: shown[path].words for path in silent if path.endswith("/forget")}
    assert set(said) == set(silent), "who has open requests is not forgotten, and the page says so"
    assert sorted("B1" in words for words in said.values()) == [False, True], "R1, and R7 on paper"
    for needed in ("/static/desk.css", "/static/live.js", "/slips/slips.pdf", "/file/"):
        assert [one for one in shown if needed in one], needed


def test_no_page_tells_a_secret(full, shown):
    rows = full.rows("staff")
    secrets = {*partners.PASSWORD.values(), PASSWORD, *(str(one["hash"]) for one in rows)}
    assert len(secrets) > 5 and "" not in secrets
    assert [(path, word) for path, one in shown.items() for word in secrets if word in one.text] == []
    assert [path for path, one in shown.items() if "$argon2" in one.text or "PGPASSWORD" in one.text] == []


def test_what_strangers_wrote_is_text_on_every_page(shown):
    pages = {path: one for path, one in shown.items() if "text/html" in one.headers["content-type"]}
    for path, page in pages.items():
        assert not page.foreign_scripts(), path
        assert not page.tree.xpath("//img | //iframe | //object | //style | //@onerror | //@style"), path
        assert not page.tree.xpath("//form[contains(@action, 'evil')] | //a[contains(@href, ':')]"), path
        assert not [one for one in MARKS if one in page.text], path
        assert len(page.text) < 500_000 and "object at 0x" not in page.text, path
    told = [path for path, page in pages.items() if "<script>alert(1)</script>" in page.words]
    assert {"/r/B1", "/reviews/B3", "/letters/I3", "/requests", "/slips", "/reviews"} <= set(told)


def test_no_address_and_no_title_names_a_reader(shown):
    for path, page in shown.items():
        assert "Reader" not in path and "R1" not in path, path
        if "text/html" in page.headers["content-type"]:
            assert "A Reader" not in (page.tree.findtext(".//title") or ""), path


def test_readers_pages_tell_no_secret_and_lead_nowhere_else(full):
    web = Web(enabled=True, readers=WebReaders(sign_in="proxy"))
    browser = Browser(site.application(StaffDesk(full.app.store, context_of(full, "en", web)), web))
    browser.client.headers["X-Reader"] = "R1"
    waiting, found = [one.address for one in PAGES if one.who == "reader" and one.status == 200], set[str]()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            page = browser.get(path)
            assert page.status == 200, path
            waiting += links(page)
            assert not page.foreign_scripts() and "M. head" not in page.text, path
            assert not [one for one in MARKS if one in page.text], path
    browser.close()
    assert {"/my", "/my/r/B1"} <= found and not [
        one for one in found if not one.startswith(("/my", "/static"))
    ]


def routes(house: World, method: str) -> set[str]:
    """Those of the desk and of readers that answer to ``method``."""
    office = StaffDesk(house.app.store, house.app.context)
    theirs = my_site.routes(office, Web(readers=WebReaders(sign_in="mail")), PageRoom())
    ours = {path for one, path, _ in (*site.PAGES, *my.MY_PAGES) if one == method}
    return ours | {one.path for one in theirs if method in (one.methods or ())} | {"/login"}


def test_no_page_is_missing_from_the_table(full):
    listed = {one.route for one in PAGES}
    assert listed | FILES == routes(full, "GET") | {"/events"}
    assert not listed & FILES


def test_no_form_is_missing_from_the_table(full):
    """Each is refused once, where everybody must be able to use what that shows; or there is a reason."""
    refused = {one.posts for one in PAGES if one.refused is not None}
    assert refused | set(NOT_REFUSED) == routes(full, "POST")
    assert not refused & set(NOT_REFUSED)
