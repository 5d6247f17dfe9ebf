"""A real catalogue, Debian's Zebra, is asked who holds an item."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailproc.config import Catalogue
from mailproc.errors import RemoteFault, TryLater
from mailproc.ill.apdu import Item
from mailproc.ill.holding import CatalogueAnswer
from mailproc.transport import catalogue_client
from tests.servers import zebra
from tests.servers.ports import free_port
from tests.servers.zebra import Zebra

RECORDS = Path(__file__).parent.parent / "catalogues" / "records.xml"


@pytest.fixture(scope="module")
def server(missing: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zebra]:
    if package := zebra.missing_package():
        missing(package)
    with zebra.running(tmp_path_factory.mktemp("zebra"), RECORDS) as found:
        yield found


@pytest.fixture
def yaz_client(missing: Callable[[str], None]) -> str:
    program = shutil.which("yaz-client")
    if program is None:
        missing("yaz")
    return program or ""


def ask(server: Zebra, item: Item, **settings: str) -> CatalogueAnswer:
    return catalogue_client.ask(Catalogue.model_validate({"name": "own", "url": server.sru} | settings), item)


FOUND = [
    (Item(isbn="9783161484100"), "isbn", 1),
    (Item(isbn="978-3-16-148410-0 (bound)"), "isbn", 1),
    (Item(isbn="3-16-148410-X"), "isbn", 1),
    (Item(isbn="3161484100"), "isbn", 0),  # a wrong check digit is searched for as it is
    (Item(issn="0317-8471"), "issn", 1),
    (Item(issn="03178471"), "issn", 1),
    (Item(isbn="9780000000019", title="Journal of Invented Results"), "title", 1),
    (Item(title='The "quoted" book', author="Größe, Z."), "title", 1),
    (Item(title='and or not "quoted"'), "title", 1),
    (Item(title="book * ? ^ \\", author="Nobody"), "title", 0),
    (Item(title="book"), "title", 2),
    (Item(lines=("The quoted book", "ISBN 3-16-148410-X")), "isbn", 1),
    (Item(), "", 0),
]


@pytest.mark.parametrize("version", ["1.1", "1.2", "2.0"])
def test_an_item_is_found_by_number_or_words(server: Zebra, version: str) -> None:
    for item, by, records in FOUND:
        answer = ask(server, item, version=version)
        assert (answer.searched_by, answer.records) == (by, records), item


def test_holdings_are_read(server: Zebra) -> None:
    main, small = ask(server, Item(isbn="316148410X")).holdings
    assert (main.symbol, main.branch, main.location, main.shelfmark, main.barcode) == (
        "XX-LIBRARY", "Main", "Stacks", "QA 76 .G7", "30001",
    )  # fmt: skip
    assert (main.number, main.title, main.source) == ("1001", 'The "quoted" book : more and or not', "own")
    assert (small.symbol, small.shelfmark) == ("XX-SMALL", "Gr 7")
    (journal,) = ask(server, Item(issn="03178471")).holdings
    assert (journal.symbol, journal.note) == ("XX-SMALL", "1.1990 - 16.2005")


WRONG = [
    ({"record_schema": "mods"}, "schema"),
    ({"relation": "encloses"}, "refuses the search"),
    ({"indexes": {"title": "dc.nothing"}}, "Unsupported index"),
]


@pytest.mark.parametrize(("settings", "word"), WRONG)
def test_what_the_catalogue_refuses_is_said(server: Zebra, settings: dict[str, str], word: str) -> None:
    with pytest.raises(RemoteFault) as raised:
        ask(server, Item(title="book"), **settings)
    assert word in str(raised.value)


def test_a_wrong_address_is_said(server: Zebra) -> None:
    with pytest.raises(RemoteFault, match="404"):
        ask(server, Item(title="book"), url=f"http://127.0.0.1:{server.port}/Nothing")
    with pytest.raises(TryLater, match="refused"):
        ask(server, Item(title="book"), url=f"http://127.0.0.1:{free_port()}/Default")


def test_the_same_is_found_by_z3950(server: Zebra, yaz_client: str) -> None:
    settings = {"protocol": "z39.50", "url": server.z3950, "program": yaz_client}
    for item, by, records in FOUND:
        answer = ask(server, item, **settings)
        assert (answer.searched_by, answer.records) == (by, records), item
    assert ask(server, Item(isbn="316148410X"), **settings) == ask(server, Item(isbn="316148410X"))
