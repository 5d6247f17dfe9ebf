"""When two requests ask for the same item: each citation has a key, and equal keys mean the same item.

The key has two parts. ``title`` names the book or journal: its ISBN or ISSN, else the words of title and
author, in the order of the alphabet. ``part`` names what is wanted of it: volume or year, then page or
article. A key is a guess: staff are warned, and decide.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from anyascii import anyascii
from stdnum import isbn, issn
from stdnum.exceptions import ValidationError

from mailproc.ill.apdu_json import ItemJson

LONGEST = 200
"""Characters of a field, and of a part of a key, that count."""
_WORD = re.compile(r"[a-z0-9]+")
_DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"[0-9][0-9 -]{6,15}[0-9Xx]")
_OF_A_PART = ("article_title", "volume_issue", "issn")
"""With one of these a citation is of a journal, which needs no author."""
_BLANK = ("9780000000002", "00000000")
"""A number of zeros alone fills a field that must not be empty."""


class ItemKey(NamedTuple):
    """Equal for citations of the same item; ``title`` is '' if the citation names nothing."""

    title: str = ""
    part: str = ""


def key(item: ItemJson | None) -> ItemKey:
    """Return the key of a citation."""
    said = item or {}
    title = _title(said)
    return ItemKey(title, _part(said)) if title else ItemKey()


def words(item: ItemJson | None) -> str:
    """Return the words of title and author, whatever number the citation has; '' if they are too few: of a
    book without its author.

    Of an item that one citation names by its ISBN or ISSN, and another without it, the words are equal.
    """
    said = item or {}
    enough = _said(said, "author") or any(_said(said, name) for name in _OF_A_PART)
    return _named(said) if _said(said, "title") and enough else ""


def is_another_article(one: ItemJson | None, other: ItemJson | None) -> bool:
    """Return whether both citations name an article, and not the same: two may begin on one page."""
    titles = [set(_words(_said(item or {}, "article_title"))) for item in (one, other)]
    return all(titles) and titles[0] != titles[1]


def isbn_of(text: str) -> str:
    """Return the first valid ISBN in ``text``, in its form of 13 digits; '' if there is none."""
    return _valid(lambda number: isbn.validate(number, convert=True), text)


def issn_of(text: str) -> str:
    """Return the first valid ISSN in ``text``, without its hyphen; '' if there is none."""
    return _valid(issn.validate, text)


def _valid(check: Callable[[str], str], text: str) -> str:
    for written in _NUMBER.findall(text[:LONGEST]):
        try:
            return isbn.compact(check(written))
        except ValidationError:
            continue
    return ""


def _title(item: ItemJson) -> str:
    for name, found in (("isbn", isbn_of(_said(item, "isbn"))), ("issn", issn_of(_said(item, "issn")))):
        if found and found not in _BLANK:
            return f"{name}:{found}"
    return _named(item)


def _named(item: ItemJson) -> str:
    """Return the words of title and author, each once; of an author the longest, which is mostly the surname.

    If nobody knows which lines of an order are the title, all count. Single letters (initials) do not.
    """
    words = _words(_said(item, "title") or " ".join(item.get("lines") or ()))
    if words:
        words += sorted(_words(_said(item, "author")), key=len)[-1:]
    long = {word for word in words if len(word) > 1 or word.isdigit()}
    return " ".join(sorted(long or set(words)))[:LONGEST]


def _part(item: ItemJson) -> str:
    volume = "-".join(_DIGITS.findall(_said(item, "volume_issue")))
    pages = _DIGITS.search(_said(item, "pagination"))
    article = pages[0] if pages else " ".join(_words(_said(item, "article_title")))[:LONGEST]
    if article and not volume:
        volume = "-".join(_DIGITS.findall(_said(item, "publication_date")))
    return f"{volume}|{article}" if volume or article else ""


def _said(item: ItemJson, field: str) -> str:
    return str(item.get(field) or "")[:LONGEST]


def _words(text: str) -> list[str]:
    return _WORD.findall(anyascii(text[:LONGEST]).lower())
