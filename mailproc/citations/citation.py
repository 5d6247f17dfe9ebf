"""What a citation that another program wrote says, in the fields of a request."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from mailproc.ill.apdu import Item

LONGEST = 16_384
"""Characters of a citation: no browser or server passes on a longer OpenURL."""
LONGEST_VALUE = 2_000
"""Characters of one field; what follows is cut."""
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_FIELDS = tuple(field.name for field in fields(Item))


@dataclass(frozen=True)
class Citation:
    """One citation.

    ``service``: LOAN, or COPY for a part of a book or journal. ``item``: what could be read, perhaps without
    a title. ``unread``: lines "name: value" of what a request has no field for.
    """

    service: str
    item: Item
    unread: tuple[str, ...] = ()

    def said(self) -> dict[str, Any]:
        """Return the fields of the item that have a value, as in a request's JSON."""
        found = {name: getattr(self.item, name) for name in _FIELDS}
        return {name: value for name, value in found.items() if value}


class Values:
    """Named values, of which each is taken once; what is left at the end was not understood."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name: value for name, value in values.items() if value}
        self._taken: set[str] = set()

    def __getitem__(self, name: str) -> str:
        """Return a value without taking it; '' if there is none."""
        return self._values.get(name, "")

    def take(self, *names: str) -> str | None:
        """Return the first value of these names. The other names are taken too if they say the same."""
        found = next((self[name] for name in names if self[name]), None)
        self._taken |= {name for name in names if self[name] == found}
        return found

    def left(self, silent: Collection[str] = ()) -> tuple[str, ...]:
        """Return lines "name: value" of what nobody took; ``silent`` names need no line."""
        rest = [name for name in self._values if name not in self._taken and name not in silent]
        return tuple(f"{name}: {self[name]}" for name in rest)


def plain(text: str) -> str:
    """Return ``text`` without the tags of HTML, in one line, at most ``LONGEST_VALUE`` characters."""
    return " ".join(_TAG.sub("", text[: 2 * LONGEST_VALUE]).split())[:LONGEST_VALUE]


def volume_issue(volume: str | None, issue: str | None) -> str | None:
    """Return volume and issue as they are cited: 12(3)."""
    return f"{volume or ''}({issue})" if issue else volume


def pages(begin: str | None, end: str | None) -> str | None:
    """Return the pages as they are cited: 45-52. Page 0 is how some programs say that they know none."""
    begin, end = (None if one == "0" else one for one in (begin, end))
    return f"{begin}-{end}" if begin and end and begin != end else begin
