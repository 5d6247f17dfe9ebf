"""DAIA 1.0.0: the URL that asks whether the copies of a document are available, and its answer (JSON)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from mailproc.catalogues import particulars
from mailproc.catalogues.search import Search
from mailproc.config_catalogues import Catalogue
from mailproc.errors import RemoteFault
from mailproc.ill.holding import Available, CatalogueAnswer, Holding
from mailproc.sentence import sentence

LENDING = ("interloan", "loan")
"""The services that a copy must have to be lent; "presentation" is use in the library."""
MOST_DOCUMENTS = 10


def url(base: str, document: str) -> str:
    joint = "&" if "?" in base else "?"
    return f"{base}{joint}{urlencode({'id': document, 'format': 'json'})}"


def document(catalogue: Catalogue, search: Search) -> str:
    """Return what the server knows the item by; '' if it is not known by what is searched for."""
    if not search.numbers or f"{{{search.by}}}" not in catalogue.id:
        return ""
    try:
        return catalogue.id.format_map({search.by: search.numbers[0]})
    except KeyError:
        return ""


def read(content: bytes, source: str, searched_by: str) -> CatalogueAnswer:
    """Return the answer: a holding for each item. Raise RemoteFault if it is no answer of DAIA."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise RemoteFault(sentence("daia-no-answer")) from None
    if not isinstance(said, dict) or not isinstance(said.get("document", []), list):
        raise RemoteFault(sentence("daia-no-answer"))
    documents = _objects(said, "document")[:MOST_DOCUMENTS]
    bare = Holding(source=source, symbol=_content(said, "institution"))
    copies = [_copy(one, bare, _text(doc, "about")) for doc in documents for one in _objects(doc, "item")]
    return CatalogueAnswer(
        searched_by=searched_by, records=len(documents), holdings=tuple(copies[: particulars.MOST])
    )


def _copy(item: Mapping[str, Any], bare: Holding, title: str) -> Holding:
    can, cannot = (_services(item, name) for name in ("available", "unavailable"))
    lent = next((cannot[name] for name in LENDING if name in cannot), None)
    available = Available.UNKNOWN
    if any(name in can for name in LENDING):
        available = Available.YES
    elif lent is not None:
        available = Available.NO
    return Holding(
        source=bare.source,
        symbol=bare.symbol,
        branch=_content(item, "department"),
        location=_content(item, "storage"),
        shelfmark=_text(item, "label"),
        available=available,
        until=particulars.day(_text(lent, "expected"))
        if lent is not None and available is Available.NO
        else None,
        note=particulars.text(*_limits(can), _text(item, "about")),
        title=title,
    )


def _services(item: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    """Return what is said of each service; its name may be a URI."""
    named = (
        (_text(one, "service").rpartition("#")[2].rpartition("/")[2].lower(), one)
        for one in _objects(item, name)
    )
    return {service: one for service, one in named if service}


def _limits(can: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for service in LENDING:
        for one in _objects(can.get(service, {}), "limitation"):
            yield _text(one, "content")


def _objects(value: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = value.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _content(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return _text(found, "content") if isinstance(found, dict) else ""


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return particulars.text(found) if isinstance(found, str) else ""
