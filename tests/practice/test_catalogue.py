"""The practice catalogues as mailproc asks and reads them, and over HTTP."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import create_server

import pytest

from mailproc.catalogues import cql, marc, search, sru
from mailproc.config_catalogues import Catalogue
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Item
from mailproc.ill.holding import Available, Holding
from mailproc.practice import catalogue
from mailproc.practice.hub import PractisingHub
from mailproc.practice.library_system import LibrarySystem
from mailproc.practice.web_server import WebServer
from mailproc.transport import http_client

DOCS = Path(__file__).parents[2] / "docs" / "practice.md"
OURS, THEIRS, MAP = catalogue.BOOKS


def holdings(content: bytes) -> tuple[Holding, ...]:
    return marc.holdings(map(marc.from_xml, sru.read(content).records), "practice")


def found(base: str, item: Item) -> tuple[Holding, ...]:
    """What the first search that finds anything finds, as mailproc does it."""
    asked = Catalogue(name="practice", url="http://127.0.0.1/")
    answers = (catalogue.answer(base, cql.query(one, asked)) for one in search.searches(item))
    return next(filter(None, map(holdings, answers)), ())


@pytest.mark.parametrize(
    "item",
    [
        Item(isbn=OURS.isbn, title="Anything"),
        Item(isbn="3-16-148410-X"),
        Item(title="A Gazetteer of Sunken Bridges"),
        Item(title="sunken bridges", author="Marsh, Eleanor"),
    ],
)
def test_our_own_book_is_found_with_its_shelfmark(item: Item) -> None:
    (copy,) = found(catalogue.OWN, item)
    assert (copy.title, copy.shelfmark, copy.available) == (OURS.title, "624.2 MAR", Available.YES)
    assert found(catalogue.UNION, item) == ()


def test_the_union_catalogue_names_who_has_a_book() -> None:
    (copy,) = found(catalogue.UNION, Item(isbn=THEIRS.isbn))
    assert (copy.symbol, copy.title) == (catalogue.SECOND, THEIRS.title)
    assert found(catalogue.OWN, Item(isbn=THEIRS.isbn)) == ()


def test_a_book_without_a_number_is_found_by_its_words_alone() -> None:
    assert [copy.shelfmark for copy in found(catalogue.OWN, Item(title=MAP.title))] == ["912.4 MAR"]


@pytest.mark.parametrize(
    "query",
    ["", '"', 'dc.title all ""', 'dc.title all "bridges of gold"', 'bath.isbn=""', 'bath.issn="1234-5679"'],
)
def test_nothing_else_is_found(query: str) -> None:
    assert sru.read(catalogue.answer(catalogue.OWN, query)).count == 0


@pytest.fixture
def url() -> Iterator[str]:
    server = WebServer(LibrarySystem("", print), PractisingHub(print, print))
    yield f"http://127.0.0.1:{server.start()}"
    server.stop()


def test_it_is_asked_by_http(url: str) -> None:
    asked = Catalogue(name="practice", url=f"{url}{catalogue.OWN}")
    answer = http_client.ask("GET", sru.url(asked, f'bath.isbn="{OURS.isbn}"'))
    assert (answer.status, [copy.shelfmark for copy in holdings(answer.content)]) == (200, ["624.2 MAR"])


@pytest.mark.parametrize(
    ("method", "path", "length", "status"),
    [
        ("GET", "/", "0", 404),
        ("POST", "/own", "0", 404),
        ("POST", "/told", "99999999999", 413),
        ("POST", "/told", "many", 413),
        ("POST", "/told", "0", 401),
    ],
)
def test_what_is_not_there_or_too_much_is_refused(
    url: str, method: str, path: str, length: str, status: int
) -> None:
    assert http_client.ask(method, url + path, headers={"Content-Length": length}).status == status


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}],
)
def test_a_page_in_a_browser_asks_nothing_here(url: str, headers: dict[str, str]) -> None:
    for method, path in (("GET", "/sru/own?query=x"), ("POST", "/hub")):
        assert http_client.ask(method, f"{url}{path}", b"", headers).status == 403


def test_a_taken_port_is_named() -> None:
    with closing(create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalFault, match=f"cannot have port {port}"):
            WebServer(LibrarySystem("", print), PractisingHub(print, print), port).start()


def test_the_documentation_names_every_book() -> None:
    between = DOCS.read_text("utf-8").partition("<!-- books -->\n")[2].partition("<!-- /books -->")[0]
    rows = [[cell.strip() for cell in row.split("|")[1:3]] for row in between.splitlines()[2:]]
    assert rows == [[book.title, book.isbn] for book in catalogue.BOOKS]
