"""Write a search in the prefix notation of Bib-1 (PQF), which yaz-client reads, a command to a line."""

import re

from mailproc.catalogues import indexes
from mailproc.catalogues.search import Search
from mailproc.config_catalogues import Catalogue

DEFAULTS = {"isbn": "7", "issn": "8", "title": "4", "author": "1003"}
_WORDS = "@attr 4=6"
"""The term is a list of words that must all be there."""
_MASKED = re.compile(r'(["\\])')
_NO_TERM = re.compile(r"[^\w .,:;'\"\\&+/()-]+")
"""What ends a line, or steers a terminal, is in no term: each line is a command."""


def query(search: Search, catalogue: Catalogue) -> str:
    if search.numbers:
        terms = [f"@attr 1={_index(catalogue, search.by)} {quoted(one)}" for one in search.numbers]
        return " ".join(["@or"] * (len(terms) - 1) + terms)
    said = {name: text for name, text in (("title", search.title), ("author", search.author)) if text}
    terms = [f"@attr 1={_index(catalogue, name)} {_WORDS} {quoted(text)}" for name, text in said.items()]
    return " ".join(["@and"] * (len(terms) - 1) + terms)


def quoted(text: str) -> str:
    """Return the text as one term, whatever it holds."""
    return '"' + _MASKED.sub(r"\\\1", " ".join(_NO_TERM.sub(" ", text).split())) + '"'


def _index(catalogue: Catalogue, name: str) -> str:
    return indexes.named(catalogue.indexes)[name] or DEFAULTS[name]
