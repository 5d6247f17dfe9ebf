"""Read RIS, the form in which reference managers and catalogues export citations; rispy reads its tags."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import rispy
from stdnum import issn

from mailproc.citations.citation import Citation, Values, pages, plain, volume_issue
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Item
from mailproc.sentence import sentence

LONGEST_FILE = 262_144
HEAD = 1000
"""Characters in which the first reference begins."""
MOST = 50
"""Citations of a file."""
ARTICLES = frozenset({"JOUR", "JFULL", "MGZN", "NEWS", "EJOUR", "ABST", "INPR"})
CHAPTERS = frozenset({"CHAP", "CPAPER", "ECHAP"})
_TAG_LINE = re.compile(r"^([A-Z][A-Z0-9]) {0,2}- {0,2}", re.MULTILINE)
_BEGIN, _END = "TY  - ", "ER  - "
_SILENT = frozenset(
    {"type_of_reference", "abstract", "notes_abstract", "keywords", "urls", "access_date", "id"}
)


def is_one(text: str) -> bool:
    """Return whether ``text`` is RIS: a line near its beginning has the type of a reference.

    EBSCO writes lines about itself before.
    """
    head = _written(text[:HEAD])
    return not head.startswith(("{", "[")) and f"\n{_BEGIN}" in f"\n{head}"


def read(text: str) -> list[Citation]:
    """Return the citations of ``text``. Raise LocalFault if it is too long, or one cannot be read."""
    if len(text) > LONGEST_FILE:
        raise LocalFault(sentence("citation-long", count=len(text), most=LONGEST_FILE))
    _, *records = f"\n{_written(text)}".split(f"\n{_BEGIN}")
    if len(records) > MOST:
        raise LocalFault(sentence("ris-many", count=len(records), most=MOST))
    return [_citation(_record(number, one)) for number, one in enumerate(records, 1)]


def _written(text: str) -> str:
    """Return the text with each tag as the format wants it: rispy drops a line with one blank less."""
    return _TAG_LINE.sub(r"\1  - ", "\n".join(text.removeprefix("\ufeff").strip().splitlines()))


def _record(number: int, text: str) -> Mapping[str, Any]:
    """Return the fields of one record. rispy drops one without its end ("ER") silently: it gets one."""
    whole = text.partition(f"\n{_END}")[0]
    try:
        found: Mapping[str, Any] = rispy.loads(f"{_BEGIN}{whole}\n{_END}\n")[0]
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise LocalFault(sentence("ris-broken", number=number, why=str(error)[:200])) from None
    return found


def _citation(record: Mapping[str, Any]) -> Citation:
    values, kind = Values(_texts(record)), str(record.get("type_of_reference", "")).strip().upper()
    if kind in ARTICLES:
        item = _article(values)
    elif kind in CHAPTERS:
        item = _chapter(values)
    else:
        item = _book(values)
    return Citation("LOAN" if item.article_title is None else "COPY", item, values.left(_SILENT))


def _texts(record: Mapping[str, Any]) -> dict[str, str]:
    """Return each field as one text; a field that may be repeated is a list."""
    rest = dict(record)
    unknown = rest.pop("unknown_tag", {})
    lines = {name or "text": " ".join(each) for name, each in unknown.items()}
    named = {name: "; ".join(each) if isinstance(each, list) else each for name, each in rest.items()}
    return {name: plain(str(text)) for name, text in (named | lines).items()}


def _author(values: Values) -> str | None:
    return values.take("authors", "first_authors")


def _year(values: Values) -> str | None:
    """Return the year; the full date is written 2001/02/03/other."""
    found = values.take("year", "publication_year") or values.take("date")
    return found.strip("/").replace("/", "-") if found else None


def _doi(values: Values) -> str | None:
    found = values.take("doi")
    return f"doi:{found}" if found else None


def _article(values: Values) -> Item:
    # JF is the full title, JO often an abbreviation.
    journal = ("alternate_title3", "journal_name", "secondary_title", "alternate_title2", "alternate_title1")
    article = values.take("title", "primary_title")
    return Item(
        type="SERIAL",
        title=values.take(*journal) or article,
        article_title=article,
        article_author=_author(values),
        volume_issue=volume_issue(values.take("volume"), values.take("number")),
        pagination=pages(values.take("start_page"), values.take("end_page")),
        publication_date=_year(values),
        issn=values.take("issn"),
        publisher=values.take("publisher"),
        place=values.take("place_published"),
        additional_numbers=_doi(values),
    )


def _chapter(values: Values) -> Item:
    item = Item(
        type="MONOGRAPH",
        article_title=values.take("title", "primary_title"),
        article_author=_author(values),
        title=values.take("secondary_title", "tertiary_title"),
        author=values.take("secondary_authors"),
        pagination=pages(values.take("start_page"), values.take("end_page")),
    )
    return _printed(item, values)


def _book(values: Values) -> Item:
    item = Item(
        type="MONOGRAPH",
        title=values.take("title", "primary_title"),
        author=_author(values),
        series=values.take("tertiary_title", "secondary_title"),
    )
    return _printed(item, values)


def _printed(item: Item, values: Values) -> Item:
    """Return the item with what books and their chapters have alike."""
    number = values.take("issn")  # SN is an ISBN or an ISSN
    serial = number is not None and issn.is_valid(number)
    return replace(
        item,
        isbn=None if serial else number,
        issn=number if serial else None,
        volume_issue=values.take("volume"),
        edition=values.take("edition"),
        publisher=values.take("publisher"),
        place=values.take("place_published"),
        publication_date=_year(values),
        additional_numbers=_doi(values),
    )
