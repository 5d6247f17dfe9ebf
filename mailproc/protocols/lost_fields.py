"""What a message of ours means and its wire does not say: seen by comparing it with what would be read back.

So no list of fields must be kept: a field is told if the receiver reads the same, or if the note says it.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

from mailproc.ill.apdu import Apdu, Item, Money
from mailproc.protocols.codec import NotTold

MOST_WORDS = 200
"""Characters that are shown of what is missing."""

_OF_THE_LETTER = frozenset(
    {
        "transaction", "ref", "requester", "responder", "requester_name", "responder_name", "sent_at",
        "original_sent_at", "reply_code", "reply_to", "extensions", "optional_messages", "transaction_type",
    }
)  # fmt: skip
"""What the two ends fill in, and what is another protocol's."""
_PERSONAL = frozenset({"patron", "delivery", "billing"})
"""Fields whose words no history repeats."""
_NUMBERS = frozenset({"isbn", "issn", "system_no"})
"""Parts of a citation that are written without hyphens, or in the letters of the standard."""


class Compared(NamedTuple):
    """``meant``: the message; ``read``: what its receiver reads; ``tidy``: a text as it comes back."""

    meant: Apdu
    read: Apdu
    tidy: Callable[[str], str]

    def lost(self, elsewhere: Collection[str]) -> Iterator[NotTold]:
        """Yield each field that is lost, with its words. ``elsewhere``: fields that are said otherwise."""
        for each in fields(self.meant):
            name, value = each.name, getattr(self.meant, each.name)
            if name in _OF_THE_LETTER or name in elsewhere or not _is_said(value):
                continue
            if name == "item":
                yield from self._of_item(value, getattr(self.read, name))
            elif name == "note":
                if self.tidy(value) not in (self.read.note or ""):
                    yield NotTold(name, value[:MOST_WORDS])
            elif not self._is_same(value, getattr(self.read, name)):
                yield NotTold(name, "" if name in _PERSONAL else _shown(value))

    def _of_item(self, meant: Item, read: Item) -> Iterator[NotTold]:
        for each in fields(meant):
            value = getattr(meant, each.name)
            same = _is_same_number if each.name in _NUMBERS else self._is_same
            if each.name != "lines" and _is_said(value) and not same(value, getattr(read, each.name)):
                yield NotTold(f"item.{each.name}", _shown(value))

    def _is_same(self, meant: Any, read: Any) -> bool:
        if isinstance(meant, str) and isinstance(read, str):
            return self.tidy(meant) == self.tidy(read)
        if is_dataclass(meant) and type(meant) is type(read):  # what it leaves open has the standard's value
            parts = [(getattr(meant, each.name), getattr(read, each.name)) for each in fields(meant)]
            return all(self._is_same(said, told) for said, told in parts if _is_said(said))
        return bool(meant == read)


def _is_said(value: Any) -> bool:
    return value not in (None, "", ())


def _is_same_number(meant: str, read: str | None) -> bool:
    return _plain(meant) == _plain(read or "")


def _plain(number: str) -> str:
    return number.replace("-", "").replace(" ", "").casefold()


def _shown(value: Any) -> str:
    if isinstance(value, Money):
        return f"{value.amount} {value.currency or ''}".strip()
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))[:MOST_WORDS]
    named = getattr(value, "on", None) or getattr(value, "condition", None) or getattr(value, "symbol", None)
    return str(named or value)[:MOST_WORDS]
