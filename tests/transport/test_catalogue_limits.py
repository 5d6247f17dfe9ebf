"""Catalogues by HTTP that answer something else, late or never; DAIA alone and beside SRU; OPAC records."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest

from mailproc.config import Catalogue
from mailproc.errors import MailprocError, RemoteFault, TryLater
from mailproc.ill.apdu import Item
from mailproc.ill.holding import Available, CatalogueAnswer
from mailproc.transport import catalogue_client
from tests.servers import catalogue_stub
from tests.servers.catalogue_stub import NOTHING, CatalogueStub, Content, field, records
from tests.servers.ports import free_port

BOOK = Item(isbn="9783161484100")
RECORD = (
    b'<controlfield tag="001">77</controlfield>' + field("245", a="A Book") + field("852", a="S", h="M 1")
)


def catalogue(url: str, **settings: object) -> Catalogue:
    return Catalogue.model_validate({"name": "own", "url": url} | settings)


@pytest.fixture
def stub() -> Iterator[CatalogueStub]:
    with catalogue_stub.running() as running:
        yield running


WRONG: dict[str, tuple[Content, type[MailprocError], str]] = {
    "an error of the server": ((500, b"x"), TryLater, "500"),
    "too many questions": ((429, b""), TryLater, "429"),
    "not there": ((404, b"<html></html>"), RemoteFault, "404"),
    "elsewhere": ((302, b""), RemoteFault, "302"),
    "a greeting": (b"It works!", RemoteFault, "no XML"),
    "HTML": (b"<html><body/></html>", RemoteFault, "<html>"),
    "10 MB": (b"<a>" + b" " * 10_000_000, TryLater, "too long"),
    "a bomb": (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', RemoteFault, "DOCTYPE"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_answer_is_said(stub: CatalogueStub, case: str) -> None:
    content, kind, word = WRONG[case]
    stub.say(content)
    with pytest.raises(kind) as raised:
        catalogue_client.ask(catalogue(stub.url), BOOK)
    assert word in str(raised.value)
    assert len(stub.asked) == 1, "a redirect was followed"


@pytest.mark.parametrize("settings", [{"timeout": 0.2}, {"longest": 0.2}])
def test_a_server_that_never_answers_has_a_limit_of_time(settings: dict[str, float]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/sru"
        began = time.monotonic()
        with pytest.raises(TryLater, match="does not answer"):
            catalogue_client.ask(catalogue(url, **settings), BOOK)
        assert time.monotonic() - began < 30


def test_all_questions_together_have_the_limit(stub: CatalogueStub) -> None:
    """By its number, by its words, and of each record at a DAIA server: each answer takes a while."""

    def answer(path: str) -> bytes:
        time.sleep(0.4)
        if path.startswith("/daia"):
            return daia(DOCUMENT)
        every = [RECORD.replace(b">77<", f">{number}<".encode()) for number in range(3)]
        return NOTHING if "isbn" in path else records(*every)

    stub.answer = answer
    own = catalogue(stub.url, longest=1.0, daia={"url": stub.url.replace("/sru", "/daia")})
    with suppress(TryLater):
        found = catalogue_client.ask(own, Item(isbn="9783161484100", title="A Book"))
        assert any(one.available is Available.UNKNOWN for one in found.holdings)
    assert len(stub.asked) < 5


DOCUMENT = {
    "item": [
        {"label": "M 1", "available": [{"service": "loan"}]},
        {"label": "M 2", "unavailable": [{"service": "loan", "expected": "2026-12-24"}]},
    ]
}


def daia(*documents: object) -> bytes:
    return json.dumps({"document": documents}).encode()


def test_daia_is_asked_by_number_alone(stub: CatalogueStub) -> None:
    stub.say(daia(DOCUMENT))
    own = catalogue(stub.url, protocol="daia")
    answer = catalogue_client.ask(own, BOOK)
    assert [(one.shelfmark, one.available) for one in answer.holdings] == [
        ("M 1", Available.YES),
        ("M 2", Available.NO),
    ]
    assert stub.asked == ["/sru?id=isbn%3A9783161484100&format=json"]
    assert catalogue_client.ask(own, Item(title="A Book")) == CatalogueAnswer()
    stub.say((404, b"nothing"))
    assert catalogue_client.ask(own, BOOK).records == 0
    assert len(stub.asked) == 2


def beside(stub: CatalogueStub, said: Content) -> CatalogueAnswer:
    stub.answer = lambda path: said if path.startswith("/daia") else records(RECORD)
    settings = {"daia": {"url": stub.url.replace("/sru", "/daia"), "id": "ppn:{number}"}}
    return catalogue_client.ask(catalogue(stub.url, **settings), BOOK)


def test_daia_beside_sru_says_which_copies_are_available(stub: CatalogueStub) -> None:
    answer = beside(stub, daia(DOCUMENT))
    assert [(one.shelfmark, one.available, one.title, one.number) for one in answer.holdings] == [
        ("M 1", Available.YES, "A Book", "77"),
        ("M 2", Available.NO, "A Book", "77"),
    ]
    assert stub.asked[-1] == "/daia?id=ppn%3A77&format=json"


@pytest.mark.parametrize("said", [(503, b"x"), b"<html>", daia(), (404, b"")])
def test_where_daia_says_nothing_the_record_stands(stub: CatalogueStub, said: Content) -> None:
    (one,) = beside(stub, said).holdings
    assert (one.symbol, one.shelfmark, one.available) == ("S", "M 1", Available.UNKNOWN)


def test_daia_is_asked_of_the_first_records_only(stub: CatalogueStub) -> None:
    every = [RECORD.replace(b">77<", f">{number}<".encode()) for number in range(9)]
    stub.answer = lambda path: daia() if path.startswith("/daia") else records(*every)
    settings = {"daia": {"url": stub.url.replace("/sru", "/daia")}}
    assert len(catalogue_client.ask(catalogue(stub.url, **settings), BOOK).holdings) == 9
    assert len(stub.asked) == 1 + catalogue_client.MOST_ASKED


def test_check_tries_number_and_words(stub: CatalogueStub) -> None:
    assert catalogue_client.check(catalogue(stub.url)) == "isbn, issn, title"
    stub.answer = lambda path: NOTHING if "isbn" in path else b"<html/>"
    with pytest.raises(RemoteFault):
        catalogue_client.check(catalogue(stub.url))


@pytest.fixture
def opac(missing: Callable[[str], None]) -> Iterator[str]:
    """The test server of YAZ, which finds some copies of any word, and says whether they are available."""
    if shutil.which("yaz-ztest") is None:
        missing("yaz")
    port = free_port()
    words = ["yaz-ztest", f"tcp:127.0.0.1:{port}"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.01)
        yield f"127.0.0.1:{port}/Default"
        server.kill()


def test_opac_records_of_z3950_say_whether_a_copy_is_available(opac: str) -> None:
    settings = {"protocol": "z39.50", "syntax": "opac"}
    answer = catalogue_client.ask(catalogue(opac, **settings), BOOK)
    assert answer.records >= len({one.number for one in answer.holdings}) > 1
    one = answer.holdings[0]
    assert (one.title, one.available, one.shelfmark) == (
        "How to program a computer", Available.YES, "MLCM 89/00602 (N)",
    )  # fmt: skip
    with pytest.raises(RemoteFault, match="refuses the search"):
        catalogue_client.ask(catalogue(opac.replace("Default", "Nothing"), **settings), BOOK)


def test_a_port_where_no_z3950_is_spoken_is_said(stub: CatalogueStub, opac: str) -> None:
    for url in (f"127.0.0.1:{free_port()}/Default", stub.url.removeprefix("http://").replace("sru", "x")):
        with pytest.raises(TryLater, match="does not answer"):
            catalogue_client.ask(catalogue(url, protocol="z39.50", longest=0.5), BOOK)
