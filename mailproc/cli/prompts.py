"""Ask on the terminal for what a request by options lacks. An empty answer leaves a field out."""

import sys
from collections.abc import Mapping
from typing import Any

import typer

from mailproc.errors import LocalFault
from mailproc.notices.language import Language
from mailproc.sentence import sentence

_OF_BOOK = ("title", "author", "publication_date", "publisher", "isbn")
_OF_ARTICLE = (
    "title", "volume_issue", "publication_date", "article_title", "article_author", "pagination", "issn",
)  # fmt: skip
_OF_READER = {"patron": "id", "patron_name": "name", "patron_email": "email"}


def complete(said: Mapping[str, Any], language: Language, *, lending: bool) -> dict[str, Any]:
    """Return the fields of a request with the answers; what was said already is not asked.

    ``lending``: a partner asks us. Raise LocalFault if nobody sits at a terminal.
    """
    if not sys.stdin.isatty():
        raise LocalFault(sentence("ask-terminal"))
    words = language.texts.labels["ask"]
    found = dict(said)
    found["service"] = found.get("service") or _answer(words["service"]).upper()
    found["item"] = _item(found, language.texts.citation)
    if not found.get("partners"):
        found["partners"] = _answer(words["asks" if lending else "partners"]).split()
    for name in ("their_number", "asked_by", "asked_on") if lending else ("need_before",):
        found[name] = found.get(name) or _answer(words[name])
    if not lending and not found.get("patron"):
        found["patron"] = _reader(words)
    return {name: value for name, value in found.items() if value}


def _item(found: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, str]:
    item = dict(found.get("item") or {})
    names = _OF_ARTICLE if found["service"] == "COPY" else _OF_BOOK
    answers = {name: item.get(name) or _answer(words[name]) for name in names}
    return item | {name: text for name, text in answers.items() if text}


def _reader(words: Mapping[str, str]) -> dict[str, str]:
    """Return the reader; without a number nobody is named."""
    reader: dict[str, str] = {}
    for label, name in _OF_READER.items():
        reader[name] = _answer(words[label])
        if not reader["id"]:
            return {}
    return {name: text for name, text in reader.items() if text}


def _answer(label: str) -> str:
    said: str = typer.prompt(label, default="", show_default=False, err=True)
    return said.strip()
