"""The quick way and the careful one say the same, or the quick one says nothing."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from asn1tools.codecs import ber as compiled
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailproc.errors import RemoteFault
from mailproc.ill.terms import ApduType
from mailproc.mail.parse import parse
from mailproc.protocols.iso10161 import wire
from mailproc.protocols.iso10161.ber import asn1, elements, plain_reader, plain_writer
from mailproc.protocols.iso10161.ber.elements import NotPlain, element
from mailproc.protocols.iso10161.ber.schema import NAMES, Tree
from tests.support.short_form import examples

from .disguise import disguised
from .letters import CANCEL
from .trees import FULL, MINIMAL, of

SAMPLES = Path(__file__).parents[2] / "samples" / "iso10161"
OTHERS = ("External", "APDU-Delivery-Info", "IPIG-System-Number", "CanSystemNo", "Transaction-Id")
TYPES = (*NAMES.values(), *OTHERS)


def carefully_read(name: str, octets: bytes) -> tuple[Any, int]:
    found = elements.first(octets)
    return asn1.types()[name].decode(found.bytes), len(octets) - found.trailing


def carefully_written(name: str, value: Any) -> bytes:
    asn1.types()[name].check_types(value)
    return bytes(asn1.types()[name].encode(value))


def agree(name: str, octets: bytes) -> bool:
    """Does the quick way read it? Then as the careful one does, or this fails."""
    try:
        quick = plain_reader.read(name, octets)
    except NotPlain:
        return False
    assert quick == carefully_read(name, octets)
    return True


@pytest.mark.costly
@pytest.mark.parametrize("fullness", [MINIMAL, FULL, None], ids=["minimal", "full", "mixed"])
@pytest.mark.parametrize("name", TYPES)
def test_regular_messages_take_the_fast_path(name: str, fullness: float | None) -> None:
    @settings(max_examples=10, deadline=None)
    @given(of(name, fullness), st.binary(max_size=3))
    def check(value: Any, after: bytes) -> None:
        octets = carefully_written(name, value)
        if has_rare_tags(value):
            agree(name, octets + after)
            return
        assert plain_writer.write(name, value) == octets
        assert plain_reader.read(name, octets + after) == (value, len(octets))
        assert agree(name, octets + after)

    check()


def has_rare_tags(value: Any) -> bool:
    """An element of another's making whose tag has several octets: allowed, and not tried quickly."""
    if isinstance(value, dict):
        return any(map(has_rare_tags, value.values()))
    if isinstance(value, list | tuple):
        return any(map(has_rare_tags, value))
    return isinstance(value, bytes) and value.startswith(b"\x9f\x81\x00")


@settings(max_examples=examples(300), deadline=None)
@given(st.data(), st.sampled_from(TYPES), st.integers(0, 2**32))
def test_damaged_octets_are_read_alike_or_not_at_all(data: st.DataObject, name: str, seed: int) -> None:
    random = Random(seed)  # noqa: S311  # no secret
    octets = bytearray(carefully_written(name, data.draw(of(name))))
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(octets))
        match random.randrange(4):
            case 0:
                octets[at] = random.randrange(256)
            case 1:
                octets[at] ^= 0x20
            case 2:
                del octets[at : at + random.randint(1, 3)]
            case _:
                octets[at:at] = octets[random.randrange(len(octets)) :][:8]
    agree(name, bytes(octets))
    agree(name, disguised_or(bytes(octets), random))


def disguised_or(octets: bytes, random: Random) -> bytes:
    try:
        return disguised(elements.first(octets).bytes, random)
    except RemoteFault:
        return octets


@pytest.mark.parametrize("octet", [0, 1, 0x80, 0xFF])
def test_one_wrong_octet_is_read_alike_or_not_at_all(octet: int) -> None:
    for at in range(len(CANCEL)):
        agree("Cancel", CANCEL[:at] + bytes([octet]) + CANCEL[at + 1 :])


def test_cut_off_anywhere_it_is_not_read() -> None:
    for end in range(len(CANCEL)):
        assert not agree("Cancel", CANCEL[:end])


@settings(max_examples=examples(300), deadline=None)
@given(st.sampled_from(TYPES), st.binary(max_size=60))
def test_any_octets_are_read_alike_or_not_at_all(name: str, content: bytes) -> None:
    described = asn1.types()[name].type
    agree(name, content)
    agree(name, element(bytes(described.tag), content))
    agree(name, element(bytes(described.tag), element(b"\x30", content)))


WRONG = (None, True, 1, 2**63, b"", b"x", "", "text", (), ("generalString", b"x"), ("no", b""), [], [1], {})


@settings(max_examples=examples(400), deadline=None)
@given(st.data(), st.sampled_from(TYPES), st.integers(0, 2**32))
def test_a_wrong_tree_is_written_alike_or_not_at_all(data: st.DataObject, name: str, seed: int) -> None:
    random = Random(seed)  # noqa: S311  # no secret
    value = {"": data.draw(of(name))}
    holder, key = random.choice(list(places(value)))
    if isinstance(holder, dict) and key and random.random() < 0.3:
        del holder[key]
    else:
        holder[key] = random.choice(WRONG)
    try:
        quick = plain_writer.write(name, value[""])
    except NotPlain:
        return
    assert quick == carefully_written(name, value[""])


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Everywhere in the tree where another value may be put."""
    if isinstance(node, tuple):
        yield from places(node[1])
    elif isinstance(node, dict | list):
        for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
            yield node, key
            yield from places(value)


@settings(max_examples=examples(300), deadline=None)
@given(st.binary(max_size=40) | st.binary(max_size=20).map(lambda inner: element(b"\x30", inner)))
@example(b"\x30\x81\x03\x02\x01\x01")
@example(b"\x3b\x00")
@example(b"\x05\x00\x05\x00")
@example(b"")
def test_what_is_plain_is_left_as_it_stands(octets: bytes) -> None:
    for end in range(len(octets) + 1):
        if elements.is_plain(octets, 0, end):
            assert elements.first(octets[:end]) == elements.First(octets[:end], 0, as_it_was=True)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(("APDU-Delivery-Info", "IPIG-System-Number", "Transaction-Id")))
def test_what_is_written_is_plain(data: st.DataObject, name: str) -> None:
    octets = carefully_written(name, data.draw(of(name)))
    assert elements.is_plain(octets, 0, len(octets))
    assert not elements.is_plain(octets, 0, len(octets) - 1)
    assert not elements.is_plain(octets + b"\0", 0, len(octets) + 1)


def of_content(octets: int) -> bytes:
    """A Cancel whose content has so many octets; its note fills them."""
    tree = carefully_read("Cancel", CANCEL)[0]
    for length in range(octets):
        whole = carefully_written("Cancel", tree | {"requester-note": ("generalString", b"x" * length)})
        if len(content := whole[2 if whole[1] < 0x80 else 3 :]) == octets:
            return content
    raise AssertionError(octets)


@pytest.mark.parametrize("octets", [127, 128, 129, 255])
def test_a_content_of_unknown_length_is_not_taken_for_one_of_128_octets(octets: int) -> None:
    content = of_content(octets)
    tag = CANCEL[:1]
    unknown = tag + b"\x80" + content + b"\0\0"
    assert not agree("Cancel", unknown)
    assert not elements.is_plain(unknown, 0, len(unknown))
    assert elements.first(unknown).bytes == element(tag, content)
    inside = element(b"\x66", b"\x30\x80" + content + b"\0\0")
    assert elements.first(inside).bytes == element(b"\x66", element(b"\x30", content))


@pytest.mark.parametrize("octets", [127, 128, 255])
def test_a_length_in_more_octets_than_it_needs_is_not_plain(octets: int) -> None:
    content = of_content(octets)
    tag, long = CANCEL[:1], b"\x82" + octets.to_bytes(2, "big")
    assert not agree("Cancel", tag + long + content)
    assert not elements.is_plain(tag + long + content, 0, len(content) + 4)
    assert elements.first(tag + long + content) == elements.First(element(tag, content), 0, as_it_was=False)
    assert agree("Cancel", element(tag, content))
    text = b"x" * octets
    assert elements.is_plain(element(b"\x04", text), 0, len(element(b"\x04", text)))
    assert not elements.is_plain(b"\x04" + long + text, 0, octets + 4)
    inside = element(b"\x66", b"\x04" + long + text)
    assert elements.first(inside).bytes == element(b"\x66", element(b"\x04", text))


def test_a_text_that_is_no_octets_is_not_written_the_quick_way() -> None:
    tree, _ = carefully_read("Cancel", CANCEL)
    assert plain_writer.write("Cancel", tree | {"requester-note": ("generalString", b"x")})
    for value in ("", [b"x"], (b"x",), bytearray(b"x")):
        with pytest.raises(NotPlain):
            plain_writer.write("Cancel", tree | {"requester-note": ("generalString", value)})


def test_the_fast_path_limits_levels() -> None:
    def nested(levels: int) -> bytes:
        inner = b""
        for _ in range(levels):
            inner = element(b"\x30", inner)
        return inner

    taken = [
        levels
        for levels in range(1, elements.DEPTH)
        if elements.is_plain(nested(levels), 0, len(nested(levels)))
    ]
    assert max(taken) + max(depth(asn1.types()[name].type) for name in TYPES) <= elements.DEPTH


def depth(described: Any) -> int:
    match described:
        case compiled.ExplicitTag():
            return 1 + depth(described.inner)
        case compiled.Sequence():
            return 1 + max(map(depth, described.root_members))
        case compiled.Choice():
            return max(map(depth, described.members))
        case compiled.SequenceOf():
            return 1 + depth(described.element_type)
    return 1


def test_long_messages_skip_the_fast_path() -> None:
    """So no message on the quick way can hold more elements than are allowed."""
    octets = element(b"\x66", element(b"\x30", b"\x05\x00" * elements.ELEMENTS))
    with pytest.raises(NotPlain):
        plain_reader.read("Cancel", octets)


def test_almost_all_samples_take_the_fast_path() -> None:
    """What is not read so is what its name says: another form of BER, and what is broken."""
    careful = {"ber-indefinite-everywhere", "ber-long-lengths", "ber-segmented-strings",
               "ber-no-sequence-in-the-application-tag", "ber-overdue-implicit-extensions",
               "ber-unknown-component", "wire-octet-stream-indefinite"}  # fmt: skip
    for file in SAMPLES.glob("*.eml"):
        for part in wire.found(parse(file.read_bytes())):
            if file.stem.startswith("broken") or file.stem.endswith("-full"):  # libyaz: indefinite lengths
                continue
            name = NAMES[ApduType(part.content[0] - 0x60)]
            assert agree(name, part.content) == (file.stem not in careful), file.stem


def test_results_are_not_shared() -> None:
    """A tree belongs to whoever asked for it."""
    once: Tree = plain_reader.read("Cancel", CANCEL)[0]
    once["transaction-id"].clear()
    assert plain_reader.read("Cancel", CANCEL)[0] == carefully_read("Cancel", CANCEL)[0]
