"""What is kept of an APDU that came in: text and lists of a size that people read and machines use.

A partner may write a megabyte into any field, and each later look at the event would decode it. The
letter's bytes stay as they came, and are the truth; identity (``transaction``, ``ref``) is never cut.
"""

import dataclasses
from typing import Any, TypeVar

from mailproc.ill.apdu import Apdu

A = TypeVar("A", bound=Apdu)

LONGEST = 4_000
"""Characters of a field; of a note, which a person may have written, ``LONGEST_NOTE``."""
LONGEST_NOTE = 10_000
MOST = 100
"""Entries of a list; of the addresses for answers, ``MOST_ADDRESSES``."""
MOST_ADDRESSES = 20
SHORTENED = " (shortened)"

_IDENTITY = ("transaction", "ref")


def bounded(apdu: A) -> A:
    """The same APDU with what is too long shortened; the very same object where nothing is."""
    kept: A = _fields(apdu)
    return kept


def _fields(value: Any) -> Any:
    changed = {}
    for field in dataclasses.fields(value):
        if field.name not in _IDENTITY:
            was = getattr(value, field.name)
            if (now := _value(was, field.name)) is not was:
                changed[field.name] = now
    return dataclasses.replace(value, **changed) if changed else value


def _value(value: Any, name: str) -> Any:
    if isinstance(value, str):
        longest = LONGEST_NOTE if name == "note" else LONGEST
        return value[:longest] + SHORTENED if len(value) > longest else value
    if name == "extensions":  # all of them count, for one may be critical; none of them is decoded again
        return _same_or(value, tuple(_plain(one) for one in value))
    if isinstance(value, tuple):
        most = MOST_ADDRESSES if name == "reply_to" else MOST
        return _same_or(value, tuple(_value(one, "") for one in value[:most]))
    if isinstance(value, dict):
        return _plain(value)
    return _fields(value) if dataclasses.is_dataclass(value) else value


def _plain(value: Any) -> Any:
    """JSON within an APDU: its strings alone are shortened, for its places count."""
    if isinstance(value, dict):
        kept = {key: _plain(one) for key, one in value.items()}
        return value if all(kept[key] is value[key] for key in value) else kept
    if isinstance(value, list):
        return _same_or(value, [_plain(one) for one in value])
    return _value(value, "") if isinstance(value, str) else value


def _same_or(was: Any, now: Any) -> Any:
    same = len(was) == len(now) and all(one is other for one, other in zip(was, now, strict=True))
    return was if same else now
