"""Turn trees into octets, fast, if a tree is exactly as its type requires, as almost all are.

The counterpart of ``plain_reader``, made from the same compiled types: what is missing, misspelt, unknown or
of a wrong type is ``NotPlain``, and is left to ``asn1``, which names the fault or writes it all the same.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from asn1tools.codecs import EncodeError
from asn1tools.codecs import ber as compiled

from mailproc.protocols.iso10161.ber import asn1, elements
from mailproc.protocols.iso10161.ber.elements import NotPlain, element

Writer = Callable[[Any], bytes]
"""Takes a value; returns the whole element."""

_OBJECTS = 64
_NUMBER_BITS = 64
_ZERO = b"\0"


def write(name: str, value: Any) -> bytes:
    """Return ``value`` as the type ``name``. Raise NotPlain."""
    try:
        return _top(name)(value)
    except (LookupError, ValueError, TypeError, EncodeError):  # no alternative; no pair; no object identifier
        raise NotPlain from None


@cache
def _top(name: str) -> Writer:
    return _writer(asn1.types()[name].type)


def _writer(described: Any) -> Writer:
    match described:
        case compiled.Choice():
            return _choice(described)
        case compiled.Any():
            return _element
    tag = bytes(described.tag)
    match described:
        case compiled.Sequence():
            return _sequence(described, tag)
        case compiled.SequenceOf():
            return _sequence_of(_writer(described.element_type), tag)
        case compiled.ExplicitTag():
            return _explicit(_writer(described.inner), tag)
        case compiled.ObjectIdentifier():
            return _object(described, tag)
    return _SIMPLE[type(described)](tag)


def _choice(described: Any) -> Writer:
    writers = {member.name: _writer(member) for member in described.members}

    def choice(value: Any) -> bytes:
        if type(value) is not tuple:
            raise NotPlain
        alternative, inner = value
        return writers[alternative](inner)

    return choice


def _sequence(described: Any, tag: bytes) -> Writer:
    members = [(each.name, _writer(each), _absent(each)) for each in described.root_members]

    def sequence(tree: Any) -> bytes:
        if type(tree) is not dict:
            raise NotPlain
        parts = []
        left = len(tree)
        for name, writer, absent in members:
            if name in tree:
                left -= 1
                parts.append(writer(tree[name]))
            elif absent is None:
                raise NotPlain
            elif absent:
                parts.append(absent)
        if left:
            raise NotPlain
        return element(tag, b"".join(parts))

    return sequence


def _absent(member: Any) -> bytes | None:
    """Return what is written for a missing component; None if it is mandatory."""
    if member.has_default():
        return _writer(member)(member.get_default())
    return b"" if member.optional else None


def _sequence_of(writer: Writer, tag: bytes) -> Writer:
    def sequence_of(values: Any) -> bytes:
        if type(values) is not list:
            raise NotPlain
        return element(tag, b"".join(map(writer, values)))

    return sequence_of


def _explicit(writer: Writer, tag: bytes) -> Writer:
    return lambda value: element(tag, writer(value))


def _element(value: Any) -> bytes:
    if type(value) is not bytes or not elements.is_plain(value, 0, len(value)):
        raise NotPlain
    return value


def _object(described: Any, tag: bytes) -> Writer:
    @lru_cache(_OBJECTS)
    def coded(text: str) -> bytes:
        return element(tag, described.encode_content(text))

    def object_(value: Any) -> bytes:
        if type(value) is not str:
            raise NotPlain
        return coded(value)

    return object_


def _octets(tag: bytes) -> Writer:
    def octets(value: Any) -> bytes:
        if type(value) is not bytes:
            raise NotPlain
        return element(tag, value)

    return octets


def _integer(tag: bytes) -> Writer:
    def integer(value: Any) -> bytes:
        if type(value) is not int or value.bit_length() >= _NUMBER_BITS:
            raise NotPlain
        return element(tag, compiled.encode_signed_integer(value))

    return integer


def _boolean(tag: bytes) -> Writer:
    said = {True: element(tag, b"\xff"), False: element(tag, _ZERO)}

    def boolean(value: Any) -> bytes:
        if type(value) is not bool:
            raise NotPlain
        return said[value]

    return boolean


def _null(tag: bytes) -> Writer:
    def null(value: Any) -> bytes:
        if value is not None:
            raise NotPlain
        return tag + _ZERO

    return null


_SIMPLE: dict[type, Callable[[bytes], Writer]] = {
    compiled.OctetString: _octets,
    asn1.Integer: _integer,
    compiled.Boolean: _boolean,
    compiled.Null: _null,
}
