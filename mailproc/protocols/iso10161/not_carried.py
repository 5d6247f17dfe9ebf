"""What a message of ours means and its octets do not say: seen by reading back what would be written.

So no list of fields must be kept: a field is told if the receiver reads the same, or if the note says it.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.apdu import (
    Apdu,
    Damaged,
    IllAnswer,
    IllRequest,
    Item,
    Money,
    Overdue,
    StatusOrErrorReport,
)
from mailproc.ill.terms import Results, TransactionId
from mailproc.protocols.codec import NotTold
from mailproc.protocols.iso10161 import losses, writing
from mailproc.protocols.iso10161.fields.strings import tidy

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
_SOMEBODY = TransactionId("-", "-", "-")


def not_told(apdu: Apdu) -> tuple[NotTold, ...]:
    """Return each field that is lost, with its words. () of what cannot be written: it is held, with a reason
    of its own."""
    if isinstance(apdu, StatusOrErrorReport):
        return ()  # nobody of ours writes it
    meant = apdu if apdu.transaction is not None else replace(apdu, transaction=_SOMEBODY)
    try:
        read = writing.project(meant)
    except LocalFault:
        return ()
    return tuple(dict.fromkeys((*losses.not_told(apdu), *_lost(apdu, read))))


def _lost(meant: Apdu, read: Apdu) -> Iterator[NotTold]:
    known = _said_otherwise(meant)
    for each in fields(meant):
        name, value = each.name, getattr(meant, each.name)
        if name in _OF_THE_LETTER or name in known or not _is_said(value):
            continue
        if name == "item":
            yield from _of_item(value, getattr(read, name))
        elif name == "note":
            if tidy(value) not in (read.note or ""):
                yield NotTold(name, value[: losses.MOST_WORDS])
        elif not _is_same(value, getattr(read, name)):
            yield NotTold(name, "" if name in _PERSONAL else _shown(value))


def _said_otherwise(meant: Apdu) -> frozenset[str]:
    """Return the fields that stand in the note, and those that ``losses`` reports by itself."""
    match meant:
        case IllRequest():
            return frozenset({"keywords"})
        case IllAnswer():
            conditional = meant.results is Results.CONDITIONAL
            in_condition = (
                {"conditions", *(() if meant.conditions else ("reason",))} if conditional else set()
            )
            return frozenset({"position", *in_condition})
        case Overdue():
            return frozenset({"level"})
        case Damaged():
            return frozenset({"damaged_details"})
    return frozenset()


def _of_item(meant: Item, read: Item) -> Iterator[NotTold]:
    for each in fields(meant):
        value = getattr(meant, each.name)
        same = _is_same_number if each.name in _NUMBERS else _is_same
        if each.name != "lines" and _is_said(value) and not same(value, getattr(read, each.name)):
            yield NotTold(f"item.{each.name}", _shown(value))


def _is_said(value: Any) -> bool:
    return value not in (None, "", ())


def _is_same(meant: Any, read: Any) -> bool:
    if isinstance(meant, str) and isinstance(read, str):
        return tidy(meant) == tidy(read)
    if is_dataclass(meant) and type(meant) is type(read):  # what it leaves open has the standard's value
        parts = [(getattr(meant, each.name), getattr(read, each.name)) for each in fields(meant)]
        return all(_is_same(said, told) for said, told in parts if _is_said(said))
    return bool(meant == read)


def _is_same_number(meant: str, read: str | None) -> bool:
    return _plain(meant) == _plain(read or "")


def _plain(number: str) -> str:
    return number.replace("-", "").replace(" ", "").casefold()


def _shown(value: Any) -> str:
    if isinstance(value, Money):
        return f"{value.amount} {value.currency or ''}".strip()
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))[: losses.MOST_WORDS]
    named = getattr(value, "on", None) or getattr(value, "condition", None) or getattr(value, "symbol", None)
    return str(named or value)[: losses.MOST_WORDS]
