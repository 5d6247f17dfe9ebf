"""An APDU as the JSON of the command line, and back.

``type`` and ``transaction`` are always present (transaction is null if the wire has no such identity); every
other field only if it applies. Types of the fields decide the conversion, so a new field of an APDU needs no
line here.
"""

import dataclasses
import json
import types
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, TypedDict, Union, cast, get_args, get_origin, get_type_hints

from mailproc import slow_work
from mailproc.errors import LocalFault
from mailproc.ill.apdu import APDU_CLASSES, Apdu
from mailproc.ill.terms import ApduType
from mailproc.sentence import Sentence, sentence

GREATEST = 10**18 - 1
"""The largest number that the store, and every protocol, has room for."""
LONGEST_AMOUNT = 40
"""Characters."""
MOST_ENTRIES = 1_500
"""Values of an APDU that is decoded inside a write; one that was read never has more (size_limits.py)."""


class NameJson(TypedDict, total=False):
    """The fields of a Transaction-Id that are read from JSON."""

    tgq: str
    tq: str


class RefJson(TypedDict, total=False):
    """The number of a partner without Transaction-Ids."""

    number: str
    customer_code: str


class ConditionJson(TypedDict, total=False):
    """A condition of an answer."""

    condition: str


class ReportJson(TypedDict, total=False):
    """A Status-Or-Error-Report."""

    kind: str
    current_state: str
    problem: str


class ItemJson(TypedDict, total=False):
    """An Item: every field of it."""

    type: str
    title: str
    author: str
    subtitle: str
    place: str
    publisher: str
    series: str
    volume_issue: str
    edition: str
    publication_date: str
    component_date: str
    article_author: str
    article_title: str
    pagination: str
    isbn: str
    issn: str
    call_number: str
    system_no: str
    additional_numbers: str
    verification: str
    lines: list[str]


class PostalJson(TypedDict, total=False):
    """A postal address."""

    name: str
    extended: str
    street: str
    po_box: str
    city: str
    region: str
    country: str
    postcode: str


class DeliveryJson(TypedDict, total=False):
    """Where to: by post, by e-mail, or both."""

    postal: PostalJson
    electronic: str


class MoneyJson(TypedDict, total=False):
    """An amount, in figures, and its currency."""

    amount: str
    currency: str


class DueJson(TypedDict, total=False):
    """A due date: an ISO date, and whether the loan may be renewed."""

    on: str
    renewable: bool | None


class OptionalMessagesJson(TypedDict, total=False):
    """Names of messages that need not be said."""

    can_send: list[str]
    requires: list[str]
    desires: list[str]


class ApduJson(TypedDict, total=False):
    """An APDU as JSON: the fields that are read without decoding the whole. ``type`` is always present."""

    type: str
    transaction: NameJson | None
    ref: RefJson
    sent_at: str
    original_sent_at: str
    services: list[str]
    item: ItemJson
    expiry: str
    results: str
    reason: str
    reply_code: str
    conditions: list[ConditionJson]
    retry_on: str
    due: DueJson | None
    answer: bool
    report: ReportJson


def amount(text: str | int) -> Decimal:
    """Return a decimal number.

    Raise ValueError if it is none, not finite, or has more than 18 digits before or after the point:
    "1e999999999" is short to write, and would be a gigabyte to print.
    """
    written = str(text) if isinstance(text, str) or abs(text) <= GREATEST else "NaN"
    try:
        value = Decimal(written if len(written) <= LONGEST_AMOUNT else "NaN")
    except InvalidOperation:
        raise ValueError(f"{written!r} is no number") from None
    if not value.is_finite() or not -18 <= value.adjusted() < 18 or int(value.as_tuple().exponent) < -18:
        raise ValueError(f"{written[:LONGEST_AMOUNT]!r} has too many digits")
    return value


def to_json(apdu: Apdu) -> ApduJson:
    """Return the JSON object of ``apdu`` (docs/requests.md)."""
    return cast(ApduJson, {"type": apdu.type.name, "transaction": None} | _plain_fields(apdu))


def from_json(value: Mapping[str, Any]) -> Apdu:
    """Return the APDU of ``value``. Raise LocalFault that names the unknown, missing or invalid field."""
    if slow_work.is_writing():
        slow_work.check_length("apdu_json.from_json", _entries(value), MOST_ENTRIES)
    name = value.get("type")
    if not isinstance(name, str) or name not in ApduType.__members__:
        raise LocalFault(sentence("apdu-type", name=str(name), known=", ".join(ApduType.__members__)))
    rest = {key: item for key, item in value.items() if key != "type"}
    return cast(Apdu, _build(APDU_CLASSES[ApduType[name]], rest, name))


def _entries(value: Any) -> int:
    """Return how many values are to be converted, at every depth."""
    if isinstance(value, Mapping):
        return sum(_entries(item) for key, item in value.items() if key != "extensions")
    return sum(map(_entries, value)) if isinstance(value, list) else 1


def value_to_json(value: Any) -> Any:
    """Return a dataclass of this vocabulary (Item, Delivery, Money …) as plain JSON."""
    return _plain(value)


def value_from_json(cls: Any, value: Any, where: str) -> Any:
    """Return ``cls`` from plain JSON. Raise LocalFault that names ``where`` and the field."""
    return _convert(cls, value, where)


def _plain_fields(value: Any) -> dict[str, Any]:
    return {
        name: _plain(item)
        for name in _field_names(value.__class__)
        if (item := getattr(value, name)) is not None and item != ()
    }


@cache
def _field_names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


def _plain(value: Any) -> Any:
    if value.__class__ is str:  # nearly always; the fast way
        return value
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    if dataclasses.is_dataclass(value):
        return {key: item for key, item in _plain_fields(value).items() if item != ""}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


@cache
def _hints(cls: Any) -> dict[str, Any]:
    names = set(_field_names(cls))
    return {name: _present(hint) for name, hint in get_type_hints(cls).items() if name in names}


def _present(hint: Any) -> Any:
    """Return the type of a field without None: ``str`` for ``str | None``."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(arg for arg in get_args(hint) if arg is not type(None))
    return hint


def _build(cls: type, value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise _wrong(where, sentence("value-object"), value)
    hints = _hints(cls)
    for key in value:
        if key not in hints:
            raise LocalFault(sentence("apdu-unknown-field", where=where, name=key, known=", ".join(hints)))
    fields = {
        key: _convert(hints[key], item, f"{where}.{key}") for key, item in value.items() if item is not None
    }
    for name in _required(cls):
        if name not in fields:
            raise LocalFault(sentence("apdu-missing-field", where=where, name=name))
    return cls(**fields)


@cache
def _required(cls: Any) -> tuple[str, ...]:
    return tuple(
        field.name
        for field in dataclasses.fields(cls)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    )


def _convert(hint: Any, value: Any, where: str) -> Any:
    if hint is str and value.__class__ is str:  # nearly always; the fast way
        return value
    hint = _present(hint)
    origin = get_origin(hint)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise _wrong(where, sentence("value-list"), value)
        kind = get_args(hint)[0]
        return tuple(_convert(kind, item, f"{where}[{index}]") for index, item in enumerate(value))
    if origin is dict or hint is Any:
        return value
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, where)  # type: ignore[arg-type]  # a class, not an instance
    return _scalar(hint, value, where)


def _scalar(hint: Any, value: Any, where: str) -> Any:
    try:
        if issubclass(hint, Enum):
            return hint[value]
        if hint is datetime:
            return datetime.fromisoformat(value)
        if hint is date:
            return date.fromisoformat(value)
        if hint is Decimal and isinstance(value, str | int) and not isinstance(value, bool):
            return amount(value)
        if hint is int and isinstance(value, int) and abs(value) > GREATEST:
            raise ValueError(f"beyond {GREATEST}")
        if isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
            return value
    except (KeyError, ValueError, TypeError, InvalidOperation):
        pass
    raise _wrong(where, _expected(hint), value)


def _expected(hint: Any) -> Sentence:
    if issubclass(hint, Enum):
        return sentence("value-one-of", known=", ".join(hint.__members__))
    return sentence(_VALUES.get(hint, hint.__name__))


_VALUES = {
    str: "value-text",
    bool: "value-bool",
    int: "value-number",
    date: "value-date",
    datetime: "value-time",
    Decimal: "value-amount",
}


def _wrong(where: str, needed: Sentence, value: Any) -> LocalFault:
    """Return the error, with ``value`` as in the JSON, shortened."""
    huge = isinstance(value, int) and abs(value) > GREATEST  # Python refuses to print thousands of digits
    beyond = sentence("value-beyond")
    shown = beyond if huge else json.dumps(value, ensure_ascii=False, default=str)[:60]
    return LocalFault(sentence("value-must-be", where=where, needed=needed, given=shown))
