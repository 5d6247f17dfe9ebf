"""What is wanted, each part of it under its name: whoever fetches it from the shelf needs all of it."""

from collections.abc import Collection, Mapping
from typing import Any

from mailproc.notices.vocabulary import Words

LABELS: Mapping[str, Words] = {
    "en": {
        "article_title": "Article", "article_author": "Article by", "title": "Title", "subtitle": "Subtitle",
        "author": "Author", "volume_issue": "Volume", "component_date": "Issue of",
        "publication_date": "Year", "pagination": "Pages", "edition": "Edition", "place": "Place",
        "publisher": "Publisher", "series": "Series", "isbn": "ISBN", "issn": "ISSN",
        "call_number": "Shelfmark", "system_no": "Catalogue no.", "additional_numbers": "Other numbers",
        "verification": "Found in", "lines": "As written",
    },
    "de": {
        "article_title": "Aufsatz", "article_author": "Aufsatz von", "title": "Titel",
        "subtitle": "Untertitel", "author": "Verfasser", "volume_issue": "Band", "component_date": "Heft vom",
        "publication_date": "Jahr", "pagination": "Seiten", "edition": "Auflage", "place": "Ort",
        "publisher": "Verlag", "series": "Reihe", "isbn": "ISBN", "issn": "ISSN",
        "call_number": "Signatur", "system_no": "Katalognr.", "additional_numbers": "Andere Nummern",
        "verification": "Nachgewiesen", "lines": "So bestellt",
    },
}  # fmt: skip
"""Fields of Item in the order in which they are read; ``type`` is no part of a citation."""


def cited(
    item: Mapping[str, Any], language: str = "en", said: Collection[str] = ()
) -> tuple[tuple[str, str], ...]:
    """(label, value) of each part of ``item``, an Item as JSON. What stands among ``said`` (the title at
    the head of a page) is not said again."""
    labels = LABELS.get(language.partition("-")[0], LABELS["en"])
    found = ((label, _text(item.get(name))) for name, label in labels.items())
    return tuple((label, value) for label, value in found if value and value not in said)


def _text(value: Any) -> str:
    return " / ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
