"""asn1tools, changed where this protocol needs it. Imported late: it takes a third of a second.

* A component with a DEFAULT is always written: some libraries in use reject an APDU without it.
* An unknown element is kept (under ``unknown``) and written back, at every level; asn1tools drops it and all
  that follows.
* An explicit tag must hold exactly one element; if the SEQUENCE's own tag is missing inside it, as in the
  APDUs of one library in use, the content is read as the SEQUENCE's.
* Numbers have at most eight octets, object identifiers 64: the work grows with the square of their length.
"""

from functools import cache, cached_property
from pathlib import Path
from typing import Any

from asn1tools import parse_files
from asn1tools.codecs import DecodeError, EncodeError, ber, type_checker

from mailproc.errors import RemoteFault
from mailproc.protocols.iso10161.ber.elements import first

__all__ = ["DecodeError", "EncodeError", "Unwritable", "types"]

UNKNOWN = "unknown"

_MODULE = "ISO-10161-ILL-1"
_FILE = Path(__file__).parent / "ill.asn"
_NUMBER_OCTETS = 8
_OBJECT_OCTETS = 64
_SEQUENCE = 0x30


class Unwritable(EncodeError):
    """An error in our own words, without the value (asn1tools' messages repeat it)."""


class Sequence(ber.Sequence):
    """A SEQUENCE that finds each component by its tag, in any order."""

    @cached_property
    def by_tag(self) -> dict[bytes, Any]:
        return {tag: member for member in self.root_members for tag in tags(member)}

    def decode_content(self, data: bytearray, offset: int, length: int) -> tuple[dict[str, Any], int]:
        end = offset + length
        values: dict[str, Any] = {}
        by_tag = self.by_tag
        while offset < end:
            member = by_tag.get(_tag(data, offset))
            if member is None or member.name in values:
                behind = ber.skip_tag_length_contents(data, offset)
                values.setdefault(UNKNOWN, []).append(bytes(data[offset:behind]))
                offset = behind
                continue
            try:
                values[member.name], offset = member.decode(data, offset)
            except DecodeError as error:
                error.add_location(member)
                raise
        self._absent(values, offset)
        return values, end

    def _absent(self, values: dict[str, Any], offset: int) -> None:
        for member in self.root_members:
            if member.name in values or member.optional:
                continue
            if not member.has_default():
                raise DecodeError("is missing", offset, location=member)
            values[member.name] = member.get_default()

    def encode_content(self, data: dict[str, Any], **_: Any) -> bytearray:
        encoded = bytearray()
        left = len(data)
        for member in self.root_members:
            if member.name in data:
                value = data[member.name]
                left -= 1
            elif member.has_default():
                value = member.get_default()
            elif member.optional:
                continue
            else:
                raise Unwritable("is missing", location=member)
            try:
                member.encode(value, encoded)
            except EncodeError as error:
                error.add_location(member)
                raise
        if left:
            encoded.extend(self._rest(data))
        return encoded

    def _rest(self, data: dict[str, Any]) -> bytes:
        """Return the unknown elements; raise Unwritable for a misspelt component, which would get lost."""
        names = {member.name for member in self.root_members} | {UNKNOWN}
        if strange := sorted(set(data) - names):
            raise Unwritable(f"there is no component {', '.join(strange)}")
        return b"".join(_whole(octets) for octets in data[UNKNOWN])


class ExplicitTag(ber.ExplicitTag):
    def decode_content(self, data: bytearray, offset: int, length: int) -> tuple[Any, int]:
        end = offset + length
        inner = self.inner
        if isinstance(inner, ber.MembersType | ber.ArrayType) and self._bare(data, offset, end):
            return inner.decode_content(data, offset, length)
        value, behind = inner.decode(data, offset)
        if value is ber.TAG_MISMATCH:
            raise ber.DecodeTagError(inner, data, offset)
        if behind != end:
            raise DecodeError("holds more or less than one element", offset)
        return value, end

    def _bare(self, data: bytearray, offset: int, end: int) -> bool:
        """Return whether the tag of a SEQUENCE (or EXTERNAL: 28) is missing inside this one.

        For a list, the element one level deeper tells.
        """
        if offset == end or data[offset] != self.inner.tag[0]:
            return True
        if isinstance(self.inner, ber.MembersType):
            return False
        length, body = ber.decode_length(data, offset + 1)
        return body + length != end or (length > 0 and data[body] != _SEQUENCE)


class Integer(ber.Integer):
    def decode_content(self, data: bytearray, offset: int, length: int) -> tuple[int, int]:
        if not 0 < length <= _NUMBER_OCTETS:
            raise DecodeError(f"a number of {length} octets", offset)
        return super().decode_content(data, offset, length)

    def encode_content(self, data: Any, **_: Any) -> bytes:
        if not isinstance(data, int) or isinstance(data, bool):
            raise Unwritable("is no number")
        if data.bit_length() >= 8 * _NUMBER_OCTETS:
            raise Unwritable("is too large a number")
        return super().encode_content(data)


class ObjectIdentifier(ber.ObjectIdentifier):
    """An object identifier (X.690, 8.19), as text with full stops."""

    def decode_content(self, data: bytearray, offset: int, length: int) -> tuple[str, int]:
        end = offset + length
        if not 0 < length <= _OBJECT_OCTETS or data[end - 1] & 0x80:
            raise DecodeError("is no object identifier", offset)
        arcs = [0]
        for octet in data[offset:end]:
            arcs[-1] = arcs[-1] << 7 | octet & 0x7F
            if not octet & 0x80:
                arcs.append(0)
        top = min(arcs[0] // 40, 2)
        return ".".join(map(str, [top, arcs[0] - 40 * top, *arcs[1:-1]])), end

    def encode_content(self, data: str, **_: Any) -> bytes:
        try:
            top, second, *rest = map(int, data.split("."))
        except ValueError:
            raise Unwritable("is no object identifier") from None
        if min(top, second, *rest, 0) < 0 or top > 2 or (top < 2 and second > 39):
            raise Unwritable("is no object identifier")
        encoded = bytearray()
        for arc in (40 * top + second, *rest):
            encoded.extend(ber.encode_object_identifier_subidentifier(arc))
        if len(encoded) > _OBJECT_OCTETS:
            raise Unwritable("is too long an object identifier")
        return bytes(encoded)


class AnyElement(ber.Any):
    """A whole element, as octets."""

    def decode(self, data: bytearray, offset: int, **_: Any) -> tuple[bytes, int]:
        value, behind = super().decode(data, offset)
        return bytes(value), behind

    def encode(self, data: bytes, encoded: bytearray) -> None:
        encoded.extend(_whole(data))


_OWN = {"INTEGER": Integer, "OBJECT IDENTIFIER": ObjectIdentifier, "ANY": AnyElement}
"""Our classes that replace those of asn1tools, by ASN.1 type; each constructor takes a name."""


class _Compiler(ber.Compiler):
    """Makes our classes in place of asn1tools' own."""

    def compile_implicit_type(self, name: str, described: dict[str, Any], module: str) -> Any:
        of = described["type"]
        if of == "SEQUENCE":
            return Sequence(name, *self.compile_members(described["members"], module))
        if of == "EXTERNAL":
            members = self.external_type_descriptor()["members"]
            external = Sequence(name, *self.compile_members(members, module))
            external.set_tag(ber.Tag.EXTERNAL, 0)
            return external
        if of in _OWN:
            return _OWN[of](name)
        return super().compile_implicit_type(name, described, module)

    def compile_type(self, name: str, described: dict[str, Any], module: str) -> Any:
        compiled = super().compile_type(name, described, module)
        if type(compiled) is not ber.ExplicitTag:
            return compiled
        tagged = ExplicitTag(name, compiled.inner)
        tagged.tag, tagged.tag_len = compiled.tag, compiled.tag_len
        return tagged


def _tag(data: bytearray, offset: int) -> bytes:
    if data[offset] & 0x1F != 0x1F:
        return bytes(data[offset : offset + 1])
    return bytes(ber.read_tag(data, offset))


def tags(member: Any) -> list[bytes]:
    if isinstance(member, ber.Choice):
        return list(member.tag_to_member)
    tags = [bytes(member.tag)]
    if isinstance(member, ber.PrimitiveOrConstructedType):
        tags.append(bytes(member.constructed_tag))
    return tags


def _whole(octets: Any) -> bytes:
    """Return the octets, if they are exactly one element. Raise Unwritable otherwise."""
    if not isinstance(octets, bytes):
        raise Unwritable("is no whole element")
    try:
        found = first(octets)
    except RemoteFault:
        raise Unwritable("is no whole element") from None
    if found.trailing:
        raise Unwritable("is more than one element")
    return found.bytes


@cache
def types() -> dict[str, Any]:
    """Return the compiled types of ``ill.asn`` by name, each with its ``type_checker``."""
    parsed = parse_files(str(_FILE))
    compiled: dict[str, Any] = _Compiler(parsed, False).process()[_MODULE]
    checks = type_checker.compile_dict(parsed, False)[_MODULE]
    for name, compiled_type in compiled.items():
        compiled_type.type_checker = checks[name]
    return compiled
