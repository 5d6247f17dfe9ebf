"""The catalogues of the practice world, by SRU 1.1: what we hold ourselves, and what other libraries hold.

They share no line with mailproc's own reader of catalogues, as the suppliers share none with its codec.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

OWN, UNION = "/own", "/union"
SECOND = "ZZ-2"
"""The union catalogue's symbol of the second library; in config.toml it stands beside the partner's own."""

Field = tuple[str, Mapping[str, str]]
"""Of MARC 21: its tag, and its subfields."""


@dataclass(frozen=True)
class Book:
    """``isbn`` without hyphens; '' has none. ``copies``: the field of each catalogue that has it."""

    title: str
    author: str
    isbn: str
    copies: Mapping[str, Field]


BOOKS = (
    Book(
        "A gazetteer of sunken bridges", "Marsh Eleanor", "9783161484100",
        {OWN: ("952", {"a": "Main library", "c": "Second floor", "o": "624.2 MAR", "p": "700123", "7": "0"})},
    ),
    Book(
        "Ferries of the dry valleys", "Okafor N", "9780000000019",
        {UNION: ("852", {"a": SECOND, "h": "386.6 OKA"})},
    ),
    Book(
        "Cartography of vanished rivers", "Marsh Eleanor", "",
        {OWN: ("952", {"a": "Main library", "c": "Map room", "o": "912.4 MAR", "p": "700124", "7": "0"})},
    ),
)  # fmt: skip
"""Invented. The customer's loan is the last of them."""

_ANSWER = """\
<searchRetrieveResponse xmlns="http://www.loc.gov/zing/srw/"><version>1.1</version>\
<numberOfRecords>{count}</numberOfRecords><records>{records}</records></searchRetrieveResponse>"""
_RECORD = """\
<record><recordSchema>marcxml</recordSchema><recordPacking>xml</recordPacking><recordData>\
<record xmlns="http://www.loc.gov/MARC21/slim">{fields}</record></recordData></record>"""
_FIELD = '<datafield tag="{tag}" ind1=" " ind2=" ">{subfields}</datafield>'
_SUBFIELD = '<subfield code="{code}">{text}</subfield>'


def answer(catalogue: str, query: str) -> bytes:
    """Return what OWN or UNION says to a query in CQL: by ISBN, or by words of title and author."""
    found = [book for book in BOOKS if catalogue in book.copies and _is_meant(book, query)]
    records = "".join(_record(book, book.copies[catalogue]) for book in found)
    return _ANSWER.format(count=len(found), records=records).encode()


def _is_meant(book: Book, query: str) -> bool:
    index, *rest = query.split('"')
    terms = rest[::2]
    if index.startswith("bath.isbn"):
        return bool(book.isbn) and book.isbn in terms
    words = {word for term in terms for word in term.casefold().split()}
    known = f"{book.title} {book.author}".casefold().split()
    return index.startswith("dc.") and bool(words) and words <= set(known)


def _record(book: Book, copy: Field) -> str:
    fields: tuple[Field, ...] = (
        ("020", {"a": book.isbn}), ("100", {"a": book.author}), ("245", {"a": book.title}), copy,
    )  # fmt: skip
    return _RECORD.format(fields="".join(_field(*one) for one in fields if any(one[1].values())))


def _field(tag: str, subfields: Mapping[str, str]) -> str:
    inside = (_SUBFIELD.format(code=code, text=escape(text)) for code, text in subfields.items())
    return _FIELD.format(tag=tag, subfields="".join(inside))
