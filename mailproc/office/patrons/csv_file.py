"""Readers of a CSV file (RFC 4180, and what spreadsheets make of it)."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from mailproc.config_patrons import PatronColumns
from mailproc.errors import LocalFault
from mailproc.formula_guard import as_it_was
from mailproc.office.patrons import reader_fields
from mailproc.office.patrons.said_readers import RefusedReader, SaidReader
from mailproc.sentence import sentence

DELIMITERS = (";", ",", "\t", "|")


def read(lines: Iterator[str], columns: PatronColumns) -> Iterator[SaidReader | RefusedReader]:
    """Give the readers; the first row has the headings. Raise LocalFault for what is no such file."""
    first = next((line for line in lines if line.strip()), "")
    delimiter = _delimiter(first)
    if first.lower().startswith("sep="):  # Excel's own first line
        delimiter, first = first[4:5], next(lines, "")
    table = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    begins = 1
    try:
        headings = next(table, [])
        places = _places(headings, columns)
        begins = table.line_num + 1
        for row in table:
            if any(cell.strip() for cell in row):
                said = _said(row, headings, places, begins)
                yield said if table.line_num == begins else _of_several_lines(said)
            begins = table.line_num + 1
    except csv.Error as error:
        raise LocalFault(sentence("patrons-csv", line=begins, why=str(error))) from None


def _delimiter(first: str) -> str:
    """Return what separates the headings: of several, what occurs most."""
    outside = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _places(headings: Sequence[str], columns: PatronColumns) -> Mapping[str, list[int]]:
    """Return for each field its columns. A heading that config.toml changed must be there."""
    there: dict[str, int] = {}
    for place, heading in enumerate(headings):
        there.setdefault(_folded(heading), place)
    places: dict[str, list[int]] = {}
    shipped = _headings(PatronColumns())
    for name, wanted in _headings(columns).items():
        missing = [one for one in wanted if _folded(one) not in there]
        if missing and (wanted != shipped[name] or name == "id"):
            # Never what the row holds: it is a reader's data where the headings are missing.
            raise LocalFault(sentence("patrons-column", name=name, heading=missing[0], count=len(headings)))
        if wanted and not missing:
            places[name] = [there[_folded(one)] for one in wanted]
    return places


def _headings(columns: PatronColumns) -> Mapping[str, tuple[str, ...]]:
    return {
        "id": columns.id,
        "barcodes": columns.barcodes,
        "name": columns.name,
        "email": columns.email,
        "address": columns.address,
        "category": columns.category,
        "pickup": columns.pickup,
        "expires": columns.expires,
        "blocks": columns.blocks,
        "language": columns.language,
    }


def _folded(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def _said(
    row: Sequence[str], headings: Sequence[str], places: Mapping[str, list[int]], line: int
) -> SaidReader | RefusedReader:
    if len(row) != len(headings):
        # A cell too many or too few moves those behind it: the first one alone is certain.
        patron_id = reader_fields.id_of(row[:1]) if places["id"] == [0] else ""
        why = sentence("patrons-cells", cells=len(row), headings=len(headings))
        return RefusedReader(line, "", why, patron_id)
    texts = {name: tuple(map(as_it_was, (row[one] for one in at))) for name, at in places.items()}
    return SaidReader(line, texts, {name: headings[at[0]].strip() for name, at in places.items()})


def _of_several_lines(said: SaidReader | RefusedReader) -> SaidReader | RefusedReader:
    """A wrong row of several lines may hold other readers: a quotation mark that is missing joins them."""
    return replace(said, id="") if isinstance(said, RefusedReader) else said
