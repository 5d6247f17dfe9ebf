"""Limit what is kept of a received APDU: text and lists of a size that people read and systems use.

A partner may write a megabyte into any field, and each later reading of the event would decode it. The
letter's bytes are kept unchanged. Names that identify a transaction or a library are never cut, because a
part of one is another name: a message with a name that is too long is refused (``too_long_name``).
"""

import dataclasses
from typing import Any, TypeVar

from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import TransactionId

A = TypeVar("A", bound=Apdu)

LONGEST = 4_000
"""Characters of a field; of a note, which a person may have written, ``LONGEST_NOTE``."""
LONGEST_NOTE = 10_000
MOST = 100
"""Entries of a list; of the addresses for answers, ``MOST_ADDRESSES``."""
MOST_ADDRESSES = 20
SHORTENED = " (shortened)"

LONGEST_NAME = 300
"""Octets in UTF-8. ISO 10161-1 sets no limit for an ILL-String.

Real systems write some dozens of characters; a library's whole name may replace a symbol. PostgreSQL takes
2,704 octets in an index entry, and the key of a transaction is four names, of which capitals can make one
three times as long.
"""

_IDENTITY = ("transaction", "ref")
_NAMES = {
    "requester": "the requester's symbol",
    "responder": "the responder's symbol",
    "intermediary": "the intermediary's symbol",
    "initial_requester": "the initial requester's symbol",
    "tgq": "the transaction-group-qualifier",
    "tq": "the transaction-qualifier",
    "stq": "the sub-transaction-qualifier",
    "customer_code": "the customer code",
    "number": "the request's number",
    "order_line": "the order line",
    "file_ref": "the file's number",
}
"""What identifies transactions and libraries, as text: by field of an APDU, its transaction and its ref."""
_BEGINNING = 40
_LONGEST_OF = {
    "note": LONGEST_NOTE,
    "requester_name": LONGEST_NAME,
    "responder_name": LONGEST_NAME,
}


def too_long_name(apdu: Apdu) -> str:
    """Return why the message is refused if a name has more than ``LONGEST_NAME`` octets; else ''."""
    for holder in (apdu, apdu.transaction, apdu.ref):
        for field, what in _NAMES.items():
            value = getattr(holder, field, None)
            if isinstance(value, str) and (length := _octets(value)) > LONGEST_NAME:
                which = f"{what}, which begins {value[:_BEGINNING]!a}"
                return f"{which}, has {length} octets; at most {LONGEST_NAME} are taken"
    return ""


def beginning_of(named: TransactionId) -> TransactionId:
    """Return the name, or its beginning if it is too long; only for a report about it."""
    return TransactionId(*(_cut(getattr(named, field.name)) for field in dataclasses.fields(named)))


def _cut(name: str) -> str:
    """Cut the name without splitting a character."""
    return name.encode("utf-8", "replace")[:LONGEST_NAME].decode("utf-8", "ignore")


def _octets(name: str) -> int:
    return len(name) if name.isascii() else len(name.encode("utf-8", "replace"))


def bounded(apdu: A) -> A:
    """Return the APDU with long values shortened; the same object if there are none."""
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
        longest = _LONGEST_OF.get(name, LONGEST)
        return value[:longest] + SHORTENED if len(value) > longest else value
    if name == "extensions":  # all are kept, because one may be critical; none is decoded again
        return _same_or(value, tuple(_plain(one) for one in value))
    if isinstance(value, tuple):
        most = MOST_ADDRESSES if name == "reply_to" else MOST
        return _same_or(value, tuple(_value(one, "") for one in value[:most]))
    if isinstance(value, dict):
        return _plain(value)
    return _fields(value) if dataclasses.is_dataclass(value) else value


def _plain(value: Any) -> Any:
    """Shorten only the strings of JSON within an APDU, because positions count."""
    if isinstance(value, dict):
        kept = {key: _plain(one) for key, one in value.items()}
        return value if all(kept[key] is value[key] for key in value) else kept
    if isinstance(value, list):
        return _same_or(value, [_plain(one) for one in value])
    return _value(value, "") if isinstance(value, str) else value


def _same_or(was: Any, now: Any) -> Any:
    same = len(was) == len(now) and all(one is other for one, other in zip(was, now, strict=True))
    return was if same else now
