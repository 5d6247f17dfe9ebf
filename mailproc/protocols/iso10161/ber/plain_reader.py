"""Turn octets into trees, fast, for messages in plain form without anything unusual, as almost all are.

One pass by functions made from the types that asn1tools has compiled. They report no faults and tolerate
nothing: another form of BER, an unknown component, a missing or wrong one is ``NotPlain``, and is left to
``elements`` and ``asn1``, which tolerate more and name the fault. Both ways read the same
(tests/protocols/iso10161/test_plain.py); this one costs a third.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from asn1tools.codecs import DecodeError
from asn1tools.codecs import ber as compiled

from mailproc.protocols.iso10161.ber import asn1, elements
from mailproc.protocols.iso10161.ber.elements import NotPlain

Reader = Callable[[bytes, int, int], Any]
"""Takes octets, where a content begins and where it ends; returns the value."""

_LONGEST = 2 * elements.ELEMENTS
"""Octets. A message of this length cannot exceed the number of elements; longer ones are rare."""

_HIGH_TAG, _LONG, _CONTINUED = 0x1F, 0x80, 0x80
_NUMBER_OCTETS, _OBJECTS = 8, 64


def read(name: str, data: bytes) -> tuple[Any, int]:
    """Return the value of type ``name`` at the beginning of ``data``, and where it ends. Raise NotPlain."""
    if len(data) > _LONGEST:
        raise NotPlain
    try:
        tag, body, behind = _header(data, 0)
        if behind > len(data):
            raise NotPlain
        return _tops(name)[tag](data, body, behind), behind
    except (LookupError, DecodeError):  # an unknown tag, the end of the octets; no object identifier
        raise NotPlain from None


@cache
def _tops(name: str) -> dict[int, Reader]:
    return _readers(asn1.types()[name].type)


def _header(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the tag of one or two octets as a number, and where the content begins and ends."""
    tag, at = data[at], at + 1
    if tag & _HIGH_TAG == _HIGH_TAG:
        if data[at] & _CONTINUED:
            raise NotPlain
        tag, at = tag << 8 | data[at], at + 1
    size, at = data[at], at + 1
    if size >= _LONG:
        octets = size & 0x7F
        size = int.from_bytes(data[at : at + octets], "big") if 0 < octets < 4 else 0
        if size < _LONG or size >> 8 * (octets - 1) == 0:
            raise NotPlain
        at += octets
    return tag, at, at + size


def _readers(described: Any) -> dict[int, Reader]:
    """Return the reader of the content for each tag with which a value of this type may begin."""
    if isinstance(described, compiled.Choice):
        return {
            tag: _alternative(member.name, reader)
            for member in described.members
            for tag, reader in _readers(member).items()
        }
    return {int.from_bytes(described.tag, "big"): _content(described)}


def _content(described: Any) -> Reader:
    match described:
        case compiled.Sequence():
            return _sequence(described)
        case compiled.SequenceOf():
            return _sequence_of(described)
        case compiled.ExplicitTag():
            return _element if isinstance(described.inner, compiled.Any) else _explicit(described)
        case compiled.ObjectIdentifier():
            return _object(described)
    return _SIMPLE[type(described)]


def _alternative(name: str, reader: Reader) -> Reader:
    return lambda data, at, end: (name, reader(data, at, end))


def _sequence(described: Any) -> Reader:
    members = {
        tag: (member.name, reader)
        for member in described.root_members
        for tag, reader in _readers(member).items()
    }
    defaults = {each.name: each.get_default() for each in described.root_members if each.has_default()}
    needed = [m.name for m in described.root_members if not m.optional and m.name not in defaults]

    def sequence(data: bytes, at: int, end: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while at < end:
            tag, size = data[at], data[at + 1]
            if (
                size < _LONG and tag & _HIGH_TAG != _HIGH_TAG
            ):  # as _header does, for two octets, which most have
                body = at + 2
                at = body + size
            else:
                tag, body, at = _header(data, at)
            name, reader = members[tag]
            if at > end or name in values:
                raise NotPlain
            values[name] = reader(data, body, at)
        for name in needed:
            if name not in values:
                raise NotPlain
        for name, value in defaults.items():
            values.setdefault(name, value)
        return values

    return sequence


def _sequence_of(described: Any) -> Reader:
    readers = _readers(described.element_type)

    def sequence_of(data: bytes, at: int, end: int) -> list[Any]:
        values = []
        while at < end:
            tag, body, at = _header(data, at)
            if at > end:
                raise NotPlain
            values.append(readers[tag](data, body, at))
        return values

    return sequence_of


def _explicit(described: Any) -> Reader:
    readers = _readers(described.inner)

    def explicit(data: bytes, at: int, end: int) -> Any:
        tag, size = data[at], data[at + 1]
        body = at + 2
        if size >= _LONG or tag & _HIGH_TAG == _HIGH_TAG:
            tag, body, at = _header(data, at)
        else:
            at = body + size
        if at != end:
            raise NotPlain
        return readers[tag](data, body, end)

    return explicit


def _element(data: bytes, at: int, end: int) -> bytes:
    if not elements.is_plain(data, at, end):
        raise NotPlain
    return data[at:end]


def _object(described: Any) -> Reader:
    @lru_cache(_OBJECTS)
    def text(octets: bytes) -> Any:
        return described.decode_content(octets, 0, len(octets))[0]

    return lambda data, at, end: text(data[at:end])


def _octets(data: bytes, at: int, end: int) -> bytes:
    return data[at:end]


def _integer(data: bytes, at: int, end: int) -> int:
    if not 0 < end - at <= _NUMBER_OCTETS:
        raise NotPlain
    return int.from_bytes(data[at:end], "big", signed=True)


def _boolean(data: bytes, at: int, end: int) -> bool:
    if end - at != 1:
        raise NotPlain
    return data[at] != 0


def _null(_data: bytes, at: int, end: int) -> None:
    if at != end:
        raise NotPlain


_SIMPLE: dict[type, Reader] = {
    compiled.OctetString: _octets,
    asn1.Integer: _integer,
    compiled.Boolean: _boolean,
    compiled.Null: _null,
}
