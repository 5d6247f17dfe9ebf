"""Z39.50 by the program yaz-client: the commands that it is given, and what is in what it prints."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from pymarc import Record

from mailproc.catalogues import marc, particulars
from mailproc.config_catalogues import Catalogue
from mailproc.errors import RemoteFault, TryLater
from mailproc.ill.holding import Available, CatalogueAnswer, Holding
from mailproc.sentence import sentence

MOST_RECORDS = 10
_HITS = re.compile(r"^Number of hits: ([0-9]{1,9})", re.MULTILINE)
_DIAGNOSTIC = re.compile(r"^ {4}\[([0-9]{1,6})\] (.{0,200})", re.MULTILINE)
_PRESENT = "Sent presentRequest"
_OPAC_RECORD = re.compile(r"^\[[^\]\n]{0,100}\]Record type: OPAC$", re.MULTILINE)
_HOLDING = re.compile(r"^Data holdings [0-9]{1,6}$", re.MULTILINE)
_LINE = re.compile(r"^ ?(\w{1,40}): (.{0,400})$", re.MULTILINE)


def commands(catalogue: Catalogue, query: str, most: int = MOST_RECORDS) -> bytes:
    """Return the commands, a line each. Each record is asked for alone: a range beyond the last has none."""
    shown = [f"show {number}" for number in range(1, most + 1)]
    lines = [f"open {catalogue.url}", f"format {catalogue.syntax}", f"find {query}", *shown, "quit", ""]
    return "\n".join(lines).encode(catalogue.encoding, "replace")


def read(printed: bytes, records: bytes, catalogue: Catalogue, searched_by: str) -> CatalogueAnswer:
    """Return the answer. ``records``: in ISO 2709, one after the other.

    Raise TryLater if there was no connection, RemoteFault if the search was refused.
    """
    text = printed.decode("utf-8", "replace").replace("\r", "")
    search, _, shown = text.partition(_PRESENT)
    if (hits := _HITS.search(search)) is None:
        raise TryLater(sentence("catalogue-silent", why="no connection"))
    if refused := _DIAGNOSTIC.search(search):
        raise RemoteFault(sentence("sru-diagnostic", what=particulars.text(refused[2])))
    found = list(marc.from_iso2709(records, MOST_RECORDS))
    held: list[Holding] = []
    for record, part in zip_longest(found, _OPAC_RECORD.split(shown)[1:]):
        in_marc = marc.holdings([record or Record()], catalogue.name, catalogue.holding)
        held += list(_of_opac(part or "", in_marc[0])) or in_marc
    return CatalogueAnswer(
        searched_by=searched_by, records=int(hits[1]), holdings=tuple(held[: particulars.MOST])
    )


def _of_opac(printed: str, record: Holding) -> Iterator[Holding]:
    """Give the holdings of an OPAC record, with number and title of the bibliographic ``record``."""
    bare = Holding(source=record.source, title=record.title, number=record.number)
    for part in _HOLDING.split(printed)[1 : particulars.MOST + 1]:
        said = dict(reversed(_LINE.findall(part)))
        yield replace(
            bare,
            symbol=particulars.text(said.get("nucCode", "")),
            location=particulars.text(said.get("localLocation", ""), said.get("shelvingLocation", "")),
            shelfmark=particulars.text(said.get("callNumber", "")),
            barcode=particulars.text(said.get("itemId", "")),
            available=_AVAILABLE.get(said.get("availableNow", ""), Available.UNKNOWN),
            until=particulars.day(said.get("availabilityDate", "")),
            note=particulars.text(said.get("publicNote", ""), said.get("enumAndChron", "")),
        )


_AVAILABLE = {"1": Available.YES, "0": Available.NO}
