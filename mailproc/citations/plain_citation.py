"""Read a citation in words, as people copy it from a list of references: numbers are sure, names a guess."""

import re

from mailproc.citations.citation import Citation, pages, plain
from mailproc.ill import item_identity
from mailproc.ill.apdu import Item

LONGEST = 2_000
"""Characters of a citation in words; what follows is not read."""
_ISSN = re.compile(r"(?<![0-9-])[0-9]{4}-[0-9]{3}[0-9Xx](?![0-9-])")
_ISBN = re.compile(r"(?<![0-9-])(?:97[89][- ]?)?[0-9](?:[- ]?[0-9]){8}[- ]?[0-9Xx](?![0-9-])")
_DOI = re.compile(r"(?<![0-9.])10\.[0-9]{4,9}/[^\s\"<>]{1,200}")
_LABEL = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|\b(?:ISBN|ISSN|DOI)(?:-1[03])?:?)\s{0,3}", re.IGNORECASE)
_YEAR = re.compile(r"(?<![0-9-])(?:1[5-9][0-9]{2}|20[0-9]{2})(?![0-9-])")
_VOLUME = re.compile(r"(?<![0-9])([0-9]{1,4})\s?\(([0-9]{1,4}(?:[-/][0-9]{1,4})?)\)")
_PAGES = re.compile(r"(?:\bpp?\.|\bS\.|\bpages?)\s?([0-9]{1,6})(?:\s?[-\u2013]\s?([0-9]{1,6}))?")
_AFTER_VOLUME = re.compile(r"[,:]\s?([0-9]{1,6})(?:\s?[-\u2013]\s?([0-9]{1,6}))?(?![0-9(])")
_AUTHOR_YEAR = re.compile(r"([^()]{2,200})\s\((?:1[5-9]|20)[0-9]{2}[a-z]?\)[.:,]?\s")
_AUTHOR_COLON = re.compile(r"([^:.0-9]{2,100}):\s")
_EDGES = " .,;:()-\u2013"


def read(text: str) -> Citation:
    """Return what the words of one citation say. Words without any sign of order become the title."""
    words = plain(text[:LONGEST])
    doi, isbn, issn = _DOI.search(words), _isbn(words), _issn(words)
    rest = _LABEL.sub("", _ISSN.sub("", _ISBN.sub("", _DOI.sub("", words)))).strip(_EDGES)
    volume = _VOLUME.search(rest)
    span = _PAGES.search(rest) or (_AFTER_VOLUME.match(rest, volume.end()) if volume else None)
    author, title, journal = _names(rest, of_part=volume is not None)
    year = _YEAR.search(rest)
    item = Item(
        title=journal or title,
        author=None if journal else author,
        article_title=title if journal else None,
        article_author=author if journal else None,
        volume_issue=f"{volume[1]}({volume[2]})" if volume else None,
        pagination=pages(span[1], span[2]) if span else None,
        publication_date=year[0] if year else None,
        isbn=isbn,
        issn=issn,
        additional_numbers=f"doi:{doi[0].rstrip(_EDGES)}" if doi else None,
    )
    return Citation("COPY" if journal or span else "LOAN", item)


def _isbn(words: str) -> str | None:
    return next((one for one in _ISBN.findall(words) if item_identity.isbn_of(one)), None)


def _issn(words: str) -> str | None:
    return next((one for one in _ISSN.findall(words) if item_identity.issn_of(one)), None)


def _names(rest: str, *, of_part: bool) -> tuple[str | None, str | None, str | None]:
    """Return author, title and, where it cites a part, the journal."""
    found = _AUTHOR_YEAR.match(rest) or _AUTHOR_COLON.match(rest)
    author = found[1].strip(_EDGES) if found else None
    first, _, after = (rest[found.end() :] if found else rest).partition(". ")
    if not of_part:
        return author, first.strip(_EDGES) or None, None
    journal = _before_number(after)
    return author, first.strip(_EDGES) or None, journal


def _before_number(text: str) -> str | None:
    """Return the words before the volume."""
    found = _VOLUME.search(text)
    return (text[: found.start()] if found else "").strip(_EDGES) or None
