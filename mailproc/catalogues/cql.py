"""Write a search in CQL, the query language of SRU (CQL 1.1)."""

import re

from mailproc.catalogues import indexes
from mailproc.catalogues.search import Search
from mailproc.config_catalogues import Catalogue

DEFAULTS = {"isbn": "bath.isbn", "issn": "bath.issn", "title": "dc.title", "author": "dc.creator"}
_MASKED = re.compile(r'(["\\*?^])')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def query(search: Search, catalogue: Catalogue) -> str:
    if search.numbers:
        index = _index(catalogue, search.by)
        return " or ".join(f"{index}={quoted(number)}" for number in search.numbers)
    said = {name: text for name, text in (("title", search.title), ("author", search.author)) if text}
    return " and ".join(
        f"{_index(catalogue, name)} {catalogue.relation} {quoted(text)}" for name, text in said.items()
    )


def quoted(text: str) -> str:
    """Return the text as a term that has no operator in it, whatever it holds."""
    plain = _CONTROL.sub(" ", text)
    return '"' + _MASKED.sub(r"\\\1", plain) + '"'


def _index(catalogue: Catalogue, name: str) -> str:
    return indexes.named(catalogue.indexes)[name] or DEFAULTS[name]
