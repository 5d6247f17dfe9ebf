"""Texts of a message: what XML cannot hold is left out, and blanks around a text say nothing."""

import re

from mailproc.protocols.field_codec import Pair

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def tidy(text: str) -> str:
    """Return the text as it comes back from the wire; to people it looks the same."""
    if text.isprintable():  # true of most texts: nothing to replace
        return text.strip()
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_IN_XML.sub("", lines).strip()


def text_of(component: object) -> str:
    """Return the text of an element, with or without attributes; '' if it has none."""
    if isinstance(component, dict):
        component = component.get("")
    return component if isinstance(component, str) else ""


def attribute_of(component: object, name: str) -> str:
    """Return an attribute of an element; '' if it has none of this name."""
    return str(component.get(f"@{name}", "")).strip() if isinstance(component, dict) else ""


def _read_note(notes: object) -> str | None:
    every = notes if isinstance(notes, list) else [notes]
    return "\n".join(filter(None, map(text_of, every))) or None


WORDS = Pair(lambda component: text_of(component) or None, lambda text: tidy(text) or None)
NOTES = Pair(_read_note, lambda text: [said] if (said := tidy(text)) else None)
"""The elements "Note", several of which are one text of several lines."""
