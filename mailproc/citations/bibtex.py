"""Read BibTeX, the form in which sites of publishers and programs for LaTeX offer a citation."""

import re
from collections.abc import Iterator

from mailproc.citations.citation import LONGEST, Citation, Values, plain, volume_issue
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Item
from mailproc.sentence import sentence

_HEAD = re.compile(r"@([A-Za-z]{3,20})\s{0,9}\{")
_PARTS = frozenset({"article", "inbook", "incollection", "inproceedings", "conference"})
_SILENT = frozenset({"abstract", "keywords", "url", "urldate", "file", "month", "language"})


def is_one(text: str) -> bool:
    """Return whether ``text`` is BibTeX: it begins with the kind of a reference."""
    return _HEAD.match(text.lstrip("\ufeff \r\n\t")) is not None


def read(text: str) -> Citation:
    """Return its citation. Raise LocalFault if it is too long, or holds several."""
    if len(text) > LONGEST:
        raise LocalFault(sentence("citation-long", count=len(text), most=LONGEST))
    text = text.strip("\ufeff \r\n\t")
    head = _HEAD.match(text)
    count = sum(_HEAD.match(line.lstrip()) is not None for line in text.splitlines())
    if head is None or count > 1:
        raise LocalFault(sentence("ris-several", count=count, titles=""))
    named = dict(_fields(text[head.end() :].rstrip().removesuffix("}")))
    odd = {name: value for name, value in named.items() if "\\" in value or "$" in value}
    values = Values({name: value for name, value in named.items() if name not in odd})
    kind = head[1].lower()
    item = _part(values, serial=kind == "article") if kind in _PARTS else _book(values)
    unread = (*values.left(_SILENT), *(f"{name}: {value}" for name, value in odd.items()))
    return Citation("COPY" if kind in _PARTS else "LOAN", item, unread)


def _fields(body: str) -> Iterator[tuple[str, str]]:
    """Yield each field with its value, without the braces around words whose case is kept."""
    for piece in _pieces(body):
        name, is_field, value = piece.partition("=")
        text = value.strip()
        if text[:1] == '"':
            text = text.strip('"')
        if is_field and (text := plain(text.replace("{", "").replace("}", ""))):
            yield name.strip().lower()[:40], text


def _pieces(body: str) -> Iterator[str]:
    """Split at the commas outside of braces and quotation marks."""
    start = depth = 0
    quoted = False
    for at, sign in enumerate(body):
        depth += (sign == "{") - (sign == "}")
        if sign == '"' and not depth:
            quoted = not quoted
        elif sign == "," and not depth and not quoted:
            yield body[start:at]
            start = at + 1
    yield body[start:]


def _people(values: Values, name: str = "author") -> str | None:
    found = values.take(name)
    return "; ".join(one.strip() for one in found.split(" and ")) if found else None


def _span(values: Values) -> str | None:
    found = values.take("pages")
    return found.replace("--", "-").replace("\u2013", "-") if found else None


def _doi(values: Values) -> str | None:
    found = values.take("doi")
    return f"doi:{found}" if found else None


def _part(values: Values, *, serial: bool) -> Item:
    return Item(
        type="SERIAL" if serial else "MONOGRAPH",
        title=values.take("journal", "journaltitle", "booktitle"),
        author=_people(values, "editor"),
        article_title=values.take("title"),
        article_author=_people(values),
        volume_issue=volume_issue(values.take("volume"), values.take("number")),
        pagination=_span(values),
        publication_date=values.take("year", "date"),
        publisher=values.take("publisher"),
        place=values.take("address", "location"),
        issn=values.take("issn"),
        isbn=values.take("isbn"),
        additional_numbers=_doi(values),
    )


def _book(values: Values) -> Item:
    return Item(
        type="MONOGRAPH",
        title=values.take("title"),
        author=_people(values) or _people(values, "editor"),
        edition=values.take("edition"),
        series=values.take("series"),
        volume_issue=values.take("volume"),
        publisher=values.take("publisher", "school", "institution"),
        place=values.take("address", "location"),
        publication_date=values.take("year", "date"),
        isbn=values.take("isbn"),
        additional_numbers=_doi(values),
    )
