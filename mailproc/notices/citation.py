"""Show the citation, each part under its name: it must suffice to fetch the item from the shelf."""

from collections.abc import Collection, Mapping
from typing import Any

from mailproc.notices.language import Language


def cited(
    item: Mapping[str, Any], language: Language, said: Collection[str] = ()
) -> tuple[tuple[str, str], ...]:
    """(label, value) of each part of ``item``, an Item as JSON. What stands among ``said`` (the title at
    the head of a page) is not said again. The order is that of the language's file."""
    labels = dict(language.texts.citation)
    if item.get("article_title"):
        labels["title"] = language.texts.single["holds_article"]
    found = ((label, _text(item.get(name))) for name, label in labels.items())
    return tuple((label, value) for label, value in found if value and value not in said)


def _text(value: Any) -> str:
    return " / ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
