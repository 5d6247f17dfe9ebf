"""By what an item is searched in a catalogue: its ISBN, else its ISSN, else its title and author."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum import isbn

from mailproc.ill.apdu import Item
from mailproc.ill.item_identity import isbn_of, issn_of

LONGEST = 200
"""Characters of a title or author that are searched for."""
_NUMBER = re.compile(r"[0-9]{7,12}[0-9Xx]")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Search:
    """``by``: isbn | issn, with the forms of the number of which any may be found; or title, with words of
    title and author, each '' if it is unknown."""

    by: str
    numbers: tuple[str, ...] = ()
    title: str = ""
    author: str = ""


def searches(item: Item) -> tuple[Search, ...]:
    """Return what to search for, the best first; the next one where nothing is found."""
    return tuple(_searches(item))


def _searches(item: Item) -> Iterator[Search]:
    lines = " ".join(item.lines)[:LONGEST]
    if numbers := _isbn(item.isbn or "") or _isbn_forms(isbn_of(lines)):
        yield Search("isbn", numbers)
    elif numbers := _issn(item.issn or "") or _issn_forms(issn_of(lines)):
        yield Search("issn", numbers)
    if title := " ".join(_words(item.title or "")):
        yield Search("title", title=title, author=_surname(item.author or ""))


def _isbn(text: str) -> tuple[str, ...]:
    """Return its forms. Old books bear numbers with a wrong check digit, and so do their records."""
    return _isbn_forms(isbn_of(text)) or _as_typed(text, (10, 13))


def _isbn_forms(number: str) -> tuple[str, ...]:
    if number.startswith("978"):
        return (number, isbn.to_isbn10(number))
    return (number,) if number else ()


def _issn(text: str) -> tuple[str, ...]:
    return _issn_forms(issn_of(text)) or _issn_forms("".join(_as_typed(text, (8,))))


def _issn_forms(number: str) -> tuple[str, ...]:
    return (f"{number[:4]}-{number[4:]}", number) if number else ()


def _as_typed(text: str, lengths: tuple[int, ...]) -> tuple[str, ...]:
    found = _NUMBER.search(text[:LONGEST].replace(" ", "").replace("-", ""))
    return (found[0].upper(),) if found and len(found[0]) in lengths else ()


def _words(text: str) -> list[str]:
    return _WORD.findall(text[:LONGEST])


def _surname(author: str) -> str:
    """Return the longest word of its name before a comma, which is mostly the surname."""
    return max(_words(author.partition(",")[0]), key=len, default="")
