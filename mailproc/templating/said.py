"""Does a finished letter say what it must? A person acts on the letter alone."""

from collections.abc import Iterable, Mapping
from typing import Any


def unsaid(names: Iterable[str], context: Mapping[str, Any], text: str) -> list[str]:
    """Return those of ``names`` of which a text of the context is not in ``text``.

    Case and white space do not count: a template may change them.
    """
    found = _squeezed(text)
    return [name for name in names if not all(_squeezed(each) in found for each in _texts(context[name]))]


def _texts(value: Any) -> Iterable[str]:
    return [value] if isinstance(value, str) else value


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()
