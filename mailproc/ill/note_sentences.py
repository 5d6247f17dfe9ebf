"""What a message of ours says in its note because ISO 10161 has no field for it.

A system's people read it there, in plain English. A letter to people says it in their own language instead,
so it is read back here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

WANTED_BY, PRICE, WRONG, PARTIAL, FOUND = "wanted_by", "price", "wrong", "partial", "found"
LEVEL, POSITION = "level", "position"

SENTENCES: Mapping[str, str] = {
    WANTED_BY: "Wanted back by {value}.",
    PRICE: "Price: {value}.",
    WRONG: "This is not what we asked for.",
    PARTIAL: "This is only a part: pages are missing.",
    FOUND: "What was reported lost has been found.",
    LEVEL: "Reminder {value}.",
    POSITION: "Place {value} on the waiting list.",
}
_VALUES = {
    WANTED_BY: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    PRICE: r"[0-9]{1,12}(?:\.[0-9]{1,4})?(?: [A-Z]{3})?",
    LEVEL: "[0-9]{1,4}",
    POSITION: "[0-9]{1,6}",
}
_SHAPES = {
    name: re.compile(rf"(?:^|\s){re.escape(text).replace(re.escape('{value}'), f'({_VALUES.get(name)})')}$")
    for name, text in SENTENCES.items()
}
_LONGEST = 80
_STOPS = ".!?:;,"


@dataclass(frozen=True)
class Parted:
    """A note as staff wrote it, and what stands behind it. ``value``: '' if the sentence names none."""

    note: str
    said: str = ""
    value: str = ""


def written(name: str, value: str = "") -> str:
    """Return the sentence."""
    return SENTENCES[name].format(value=value)


def joined(note: str, sentence: str) -> str:
    """Return the remark of staff with the sentence behind it, and a stop between them."""
    before = note.rstrip()
    if not (before and sentence):
        return note or sentence
    return f"{before if before[-1] in _STOPS else f'{before}.'}\n{sentence}"


def parted(note: str | None) -> Parted:
    """Return the remark of staff without the sentence."""
    text = note or ""
    start = max(0, len(text) - _LONGEST)
    for name, shape in _SHAPES.items():
        found = shape.search(text, start)
        value = found[1] if found and found.groups() else ""
        if found and (name != WANTED_BY or _is_day(value)):
            return Parted(text[: found.start()].rstrip(), name, value)
    return Parted(text)


def _is_day(value: str) -> bool:
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False
