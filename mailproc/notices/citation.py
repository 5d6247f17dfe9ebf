"""What is wanted, each part of it under its name: whoever fetches it from the shelf needs all of it."""

from collections.abc import Collection, Mapping
from typing import Any

from mailproc.notices.language import Language


def cited(
    item: Mapping[str, Any], language: Language, said: Collection[str] = ()
) -> tuple[tuple[str, str], ...]:
    """(label, value) of each part of ``item``, an Item as JSON. What stands among ``said`` (the title at
    the head of a page) is not said again. The order is that of the language's file."""
    found = ((label, _text(item.get(name))) for name, label in language.texts.citation.items())
    return tuple((label, value) for label, value in found if value and value not in said)


def _text(value: Any) -> str:
    return " / ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
