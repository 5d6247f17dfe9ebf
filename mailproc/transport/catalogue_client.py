"""Ask a catalogue who holds an item: by SRU, DAIA or Z39.50, whichever config.toml names."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from mailproc.catalogues import cql, daia, marc, pqf, search, sru, z3950
from mailproc.catalogues.search import Search
from mailproc.config_catalogues import Catalogue
from mailproc.errors import MailprocError, RemoteFault, TryLater
from mailproc.ill.apdu import Item
from mailproc.ill.holding import CatalogueAnswer, Holding
from mailproc.sentence import sentence
from mailproc.transport import http_client, yaz_client
from mailproc.transport.http_client import HttpAnswer, HttpLimits, HttpTrouble

LARGEST = 1_000_000
"""Octets of an answer."""
MOST_ASKED = 3
"""Records of which a DAIA server is asked."""
_TRIED = (
    Search("isbn", ("9780306406157",)),
    Search("issn", ("0317-8471",)),
    Search("title", title="book", author="author"),
)
Ask = Callable[[Catalogue, Search, float], CatalogueAnswer]
"""With the time by which it must have answered (``time.monotonic``)."""


def ask(catalogue: Catalogue, item: Item) -> CatalogueAnswer:
    """Search for the item by its number, and by its words where that finds nothing.

    All of it takes ``longest`` seconds at most. Raise TryLater if the catalogue is down or too slow,
    RemoteFault if its answer says nothing.
    """
    found, until = CatalogueAnswer(), time.monotonic() + catalogue.longest
    for one in search.searches(item):
        found = _WAYS[catalogue.protocol](catalogue, one, until)
        if found.records:
            break
    return found


def check(catalogue: Catalogue) -> str:
    """Search for a number, then for words: each index is tried. Raise as ``ask``; return what was tried."""
    for one in _TRIED:
        _WAYS[catalogue.protocol](catalogue, one, time.monotonic() + catalogue.longest)
    return ", ".join(one.by for one in _TRIED)


def _sru(catalogue: Catalogue, wanted: Search, until: float) -> CatalogueAnswer:
    answer = sru.read(_content(_got(catalogue, sru.url(catalogue, cql.query(wanted, catalogue)), until)))
    if answer.faults and not answer.records:
        raise RemoteFault(answer.faults[0])
    records = (marc.from_xml(one) for one in answer.records)
    held = marc.holdings(records, catalogue.name, catalogue.holding)
    found = CatalogueAnswer(searched_by=wanted.by, records=answer.count, holdings=held)
    return _with_daia(catalogue, found, until)


def _z3950(catalogue: Catalogue, wanted: Search, until: float) -> CatalogueAnswer:
    commands = z3950.commands(catalogue, pqf.query(wanted, catalogue))
    said = yaz_client.run(catalogue.program, commands, _left(until))
    return _with_daia(catalogue, z3950.read(said.output, said.records, catalogue, wanted.by), until)


def _daia(catalogue: Catalogue, wanted: Search, until: float) -> CatalogueAnswer:
    document = daia.document(catalogue, wanted)
    if not document:
        return CatalogueAnswer()
    return _copies(catalogue, daia.url(catalogue.url, document), until, wanted.by)


def _copies(catalogue: Catalogue, url: str, until: float, searched_by: str = "") -> CatalogueAnswer:
    answer = _got(catalogue, url, until)
    if answer.status == 404:
        return CatalogueAnswer(searched_by=searched_by)
    return daia.read(_content(answer), catalogue.name, searched_by)


def _with_daia(catalogue: Catalogue, found: CatalogueAnswer, until: float) -> CatalogueAnswer:
    """Return the answer with the copies that the DAIA server knows of its first records, if there is one.

    What it does not say stays as the records have it.
    """
    numbers = dict.fromkeys(copy.number for copy in found.holdings if copy.number)
    if not catalogue.daia.url or not numbers:
        return found
    known = {number: tuple(_available(catalogue, number, until)) for number in list(numbers)[:MOST_ASKED]}
    held: list[Holding] = []
    for copy in found.holdings:
        said = known.get(copy.number, ())
        if not said:
            held.append(copy)
        elif copy.number not in {one.number for one in held}:
            held += [replace(one, number=copy.number, title=copy.title) for one in said]
    return replace(found, holdings=tuple(held))


def _available(catalogue: Catalogue, number: str, until: float) -> Iterator[Holding]:
    url = daia.url(catalogue.daia.url, catalogue.daia.id.format_map({"number": number}))
    try:
        yield from _copies(catalogue, url, until).holdings
    except MailprocError:
        return  # the records are an answer


def _got(catalogue: Catalogue, url: str, until: float) -> HttpAnswer:
    limits = HttpLimits(catalogue.timeout, _left(until), LARGEST)
    try:
        return http_client.ask("GET", url, limits=limits)
    except HttpTrouble as trouble:
        raise TryLater(sentence("catalogue-silent", why=str(trouble)[:200])) from trouble


def _left(until: float) -> float:
    """Return how many seconds are left. Raise TryLater if there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TryLater(sentence("catalogue-silent", why="timed out"))
    return left


def _content(answer: HttpAnswer) -> bytes:
    """Raise TryLater, RemoteFault for what is no answer."""
    if answer.status >= 500 or answer.status == 429:
        raise TryLater(sentence("catalogue-status", status=answer.status))
    if answer.status != 200:
        raise RemoteFault(sentence("catalogue-status", status=answer.status))
    return answer.content


_WAYS: Mapping[str, Ask] = {"sru": _sru, "daia": _daia, "z39.50": _z3950}
