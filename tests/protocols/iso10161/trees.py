"""Trees as the compiled types allow them: whatever ``ill.asn`` says, and nothing else.

Hypothesis draws how full a tree is and a seed; the tree is grown from these. (A full ILL-Request
has some three hundred values: drawn one by one they take Hypothesis minutes.)
"""

from random import Random
from typing import Any

from asn1tools.codecs import ber
from hypothesis import strategies as st

from mailproc.ill.terms import ApduType
from mailproc.protocols.iso10161.ber import asn1, schema
from mailproc.protocols.iso10161.ber.elements import First
from mailproc.protocols.iso10161.ber.schema import Tree

NEVER = {"damaged-details-51", "descriptor"}
"""Components that are read and never written. Of an EXTERNAL's descriptor libyaz has the tag wrong
(GraphicString), so it refuses the right one."""

MINIMAL, FULL = 0.0, 1.0

# No NUL: libyaz keeps its strings as C does.
_TEXTS = (
    b"",
    b"x",
    b"A title",
    "Müller".encode(),
    "Müller".encode("latin-1"),
    b"1\r\n2",
    b"y" * 127,
    b"z" * 300,
)
_NUMBERS = (0, 1, 2, 3, 27, 127, 128, 255, 256, 9999, 2**31 - 1, -1, -128, -129, -(2**31))
_ELEMENTS = (b"\x05\x00", b"\x30\x05\x80\x03abc", b"\x9f\x81\x00\x81\x80" + b"y" * 128)
_BITS = b"\0bits"  # the first octet counts the unused bits; libyaz takes 256 octets
_OBJECTS = ("1.0.10161.13.3", "1.2.840.10003.5.10", "2.999.1", "0.39", "2.30000.32767")  # libyaz: 15 bits


def decode(data: bytes | First) -> tuple[ApduType, Tree]:
    """The APDU at the beginning, whatever comes after it."""
    return schema.first(data)[:2]


def apdus(kind: ApduType, fullness: float | None = None) -> st.SearchStrategy[Tree]:
    """``fullness``: the chance of each optional component; None for any."""
    return of(schema.NAMES[kind], fullness)


def of(name: str, fullness: float | None = None) -> st.SearchStrategy[Tree]:
    described = asn1.types()[name].type
    chance = st.sampled_from((MINIMAL, 0.1, 0.3, 0.6, FULL)) if fullness is None else st.just(fullness)
    return st.builds(
        lambda chance, seed: _grow(described, Random(seed), chance),  # noqa: S311  # no secret
        chance,
        st.integers(0, 2**32),
    )


def _grow(described: Any, random: Random, fullness: float) -> Any:
    match described:
        case ber.ExplicitTag():
            return _grow(described.inner, random, fullness)
        case ber.Sequence():
            return {
                member.name: _grow(member, random, fullness)
                for member in described.root_members
                if not member.optional or (member.name not in NEVER and random.random() < fullness)
            }
        case ber.SequenceOf():
            return [_grow(described.element_type, random, fullness) for _ in range(random.randint(1, 3))]
        case ber.Choice():
            chosen = random.choice(described.members)
            return chosen.name, _grow(chosen, random, fullness)
        case ber.OctetString():
            if described.name == "arbitrary":
                return _BITS
            return random.choice(_TEXTS)
        case ber.Boolean():
            return random.random() < 0.5
        case ber.Null():
            return None
    return random.choice(_LEAVES[type(described)])


_LEAVES: dict[type, tuple[Any, ...]] = {
    asn1.AnyElement: _ELEMENTS,
    asn1.Integer: _NUMBERS,
    asn1.ObjectIdentifier: _OBJECTS,
}


def external_octets(tree: Tree) -> bytes:
    """An EXTERNAL as a partner writes one; of our own, the one that we send is written as octets."""
    return schema._write("External", tree)
