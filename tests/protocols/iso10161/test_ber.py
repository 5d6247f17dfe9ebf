"""The walk: every way to write an element leads to one, and nothing a stranger writes costs much."""

import time
import tracemalloc
from collections.abc import Callable
from functools import reduce
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailproc.errors import RemoteFault
from mailproc.ill.terms import ApduType
from mailproc.protocols.iso10161.ber import schema
from mailproc.protocols.iso10161.ber.elements import DEPTH, ELEMENTS, OCTETS, element, first, looks_like
from mailproc.protocols.iso10161.ber.schema import Tree
from tests.support.short_form import examples

from .disguise import disguised
from .trees import FULL, apdus

# What comes in, what it is in plain form, how many octets come after it; all in hexadecimal.
PLAIN = [
    ("an element as it is", "0401ff", "0401ff", 0),
    ("nothing in it", "3000", "3000", 0),
    ("what comes after is counted", "3000 0d0a0d0a", "3000", 4),
    ("zeros before the length", "04840000000161", "040161", 0),
    ("a long length in one octet", "30820003 020101", "3003020101", 0),
    ("unknown length", "3080 020101 0000", "3003020101", 0),
    ("unknown length, nothing in it", "30800000", "3000", 0),
    ("unknown lengths in each other", "6180 3080 a180 0500 0000 0000 0000", "6106 3004 a102 0500", 0),
    ("unknown inside known", "3006 a080 0000 0500", "3004 a000 0500", 0),
    ("known inside unknown", "3080 a002 0500 0000 ff", "3004 a002 0500", 1),
    ("two zeros that are content", "3004 04020000", "3004 04020000", 0),
    ("a string in segments", "3b08 040161 040162 0400", "1b02 6162", 0),
    ("segments with the string's own tag", "3b80 1b0161 1b0162 0000", "1b02 6162", 0),
    ("a string in segments of segments", "3a80 2406 040161 040162 040163 0000", "1a03 616263", 0),
    ("a string of no segments", "3b00", "1b00", 0),
    ("octets in segments", "2480 0402 0102 0401 03 0000", "0403 010203", 0),
    ("a context tag stays constructed", "a180 040161 040162 0000", "a106 040161 040162", 0),
    ("a tag of two octets", "bf3180 0500 0000", "bf3102 0500", 0),
    ("a tag of four octets", "9fffff7f 0161", "9fffff7f 0161", 0),
    ("any octet is TRUE and stays", "010142", "010142", 0),
]

# What comes in, and the octet at which the fault is.
FAULTY = [
    ("nothing", "", 0),
    ("an identifier alone", "30", 0),
    ("a long identifier that ends", "bf", 0),
    ("an identifier without end", "bfff", 0),
    ("a length that ends", "3082 00", 0),
    ("content that ends", "0402 61", 0),
    ("longer than what holds it", "3003 0404 61", 2),
    ("longer than what holds it, behind unknown lengths", "3007 a080 0406 61 0000 ffffffff", 4),
    ("no end of contents", "3080 0500", 4),
    ("half an end of contents", "3080 0500 00", 4),
    ("an end of contents behind the end", "3003 a080 00 00", 4),
    ("an end of contents where none is open", "0000", 0),
    ("an end of contents in a known length", "3002 0000", 2),
    ("a string of unknown length that is not constructed", "0480 61 0000", 0),
    ("the length FF", "04ff" + "01" * 130, 1),
    ("a length as large as can be", "04fe" + "ff" * 126, 0),
    ("a negative length would be", "0484 ffffffff", 0),
    ("a high tag with a zero first", "9f8031 00", 0),
    ("a low number as a high tag", "9f05 00", 0),
    ("a tag of five octets", "9fffffff7f 00", 0),
    ("a segment that is no string", "3b80 0201 05 0000", 2),
    ("a segment of another string", "3b80 1a01 61 0000", 2),
    ("a constructed segment that is no string", "3b80 3003 0401 61 0000", 2),
    ("a segment of segments of another string", "3b80 3a03 1a01 61 0000", 2),
    ("the whole's own tag two levels down", "3b80 2403 1b01 61 0000", 4),
]


@pytest.mark.parametrize(
    ("came", "plain", "trailing"), [row[1:] for row in PLAIN], ids=[row[0] for row in PLAIN]
)
def test_each_form_leads_to_the_plain_one(came: str, plain: str, trailing: int) -> None:
    found = first(bytes.fromhex(came))
    assert found.bytes.hex() == plain.replace(" ", "")
    assert found.trailing == trailing
    assert found.as_it_was == came.replace(" ", "").startswith(plain.replace(" ", ""))


@pytest.mark.parametrize(("came", "position"), [row[1:] for row in FAULTY], ids=[row[0] for row in FAULTY])
def test_a_fault_names_its_octet(came: str, position: int) -> None:
    with pytest.raises(RemoteFault, match=f"octet {position}: ") as caught:
        first(bytes.fromhex(came))
    assert caught.value.position == position


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=80) | st.binary(max_size=20).map(b"\x30\x80\x24\x80\xa0\x04".__add__))
@example(b"\x1f\x00")
@example(b"\x24\x80\x24\x80\x00\x00\x00\x00")
def test_any_octets_are_an_element_or_a_fault(data: bytes) -> None:
    try:
        found = first(data)
    except RemoteFault as fault:
        assert fault.position is not None
        assert 0 <= fault.position <= len(data)
        return
    assert 0 <= found.trailing < len(data)
    again = first(found.bytes)
    assert (again.bytes, again.trailing, again.as_it_was) == (found.bytes, 0, True)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(ApduType), st.integers(0, 2**32), st.binary(max_size=3))
def test_other_encodings_of_an_element_are_normalised(
    data: st.DataObject, kind: ApduType, seed: int, after: bytes
) -> None:
    plain = schema.encode(kind, data.draw(apdus(kind)))
    found = first(disguised(plain, Random(seed)) + after)  # noqa: S311  # no secret
    assert found.bytes == plain
    assert found.trailing == len(after)


@settings(max_examples=5, deadline=None)
@given(apdus(ApduType.STATUS_OR_ERROR_REPORT, FULL), st.integers(0, 2**32))
def test_cut_off_anywhere_it_is_a_fault(tree: Tree, seed: int) -> None:
    whole = disguised(schema.encode(ApduType.STATUS_OR_ERROR_REPORT, tree), Random(seed))  # noqa: S311
    for end in range(len(whole)):
        with pytest.raises(RemoteFault):
            first(whole[:end])


EXTENSION = bytes.fromhex("300c 800101 810100 a204 30020500")


def nested(levels: int) -> bytes:
    return b"\x30\x80" * levels + b"\0\0" * levels


HOSTILE = {
    "one octet too many": element(b"\x04", bytes(OCTETS - 4)),
    "levels without end": b"\x30\x80" * 500_000,
    "ten thousand levels": nested(10_000),
    "strings in strings": b"\x24\x80" * 10_000 + b"\0\0" * 10_000,
    "just too many levels": nested(DEPTH + 1),
    "fifty thousand extensions": element(b"\x61", element(b"\x30", element(b"\xbf\x31", EXTENSION * 50_000))),
    "just too many elements": element(b"\x30", b"\x05\x00" * ELEMENTS),
    "empty segments": b"\x3b\x80" + b"\x04\x00" * 400_000 + b"\0\0",
    "an identifier of a megabyte": b"\xbf" + b"\xff" * 1_000_000,
    "lengths of 126 octets": (b"\x30\xfe" + bytes(122) + b"\x00\x0f\xff\xff") * 5_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_is_hostile_is_a_fault_with_little_work_and_memory(data: bytes) -> None:
    before = time.process_time()
    with pytest.raises(RemoteFault):
        first(data)
    assert time.process_time() - before < 1
    tracemalloc.start()
    try:
        with pytest.raises(RemoteFault):
            first(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000


def test_the_limits_themselves_are_allowed() -> None:
    assert len(first(nested(DEPTH)).bytes) == 2 * DEPTH
    assert first(element(b"\x30", b"\x05\x00" * (ELEMENTS - 1))).trailing == 0
    assert first(element(b"\x04", bytes(OCTETS - 5))).trailing == 0


@pytest.mark.parametrize(
    "grown",
    [
        lambda size: element(b"\x30", b"\x05\x00" * (size * 9_000)),
        lambda size: b"\x3b\x80" + b"\x04\x01x" * (size * 9_000) + b"\0\0",
        lambda size: (
            b"\x30\x80" * 60
            + b"\x04\x83"
            + (size * 500_000).to_bytes(3)
            + bytes(size * 500_000)
            + b"\0\0" * 60
        ),
        lambda size: element(b"\x30", (b"\x04\xfe" + bytes(126)) * (size * 3_500)),
        lambda size: reduce(
            lambda inside, _: element(b"\x30", b"\x05\x00" * (size * 140) + inside),
            range(60),
            b"\x30\x80\0\0",
        ),
        lambda size: reduce(
            lambda inside, _: element(b"\x30", inside),
            range(60),
            b"\x05\x00" * (size * 9_000) + b"\x30\x80\0\0",
        ),
    ],
    ids=[
        "many elements",
        "many segments",
        "deep and long",
        "long lengths",
        "the last of each level is not plain",
        "deep, and the very last is not plain",
    ],
)
def test_work_grows_with_the_input(steady: Callable[..., None], grown: Callable[[int], Any]) -> None:
    steady(first, grown(1), grown(2))


LOOKS = [
    (True, "a plain one", "6106 3004 80010130 00"),
    (True, "with a line end", "6105 3003 800101 0d0a"),
    (True, "unknown length", "7480 3080 800101 0000 0000"),
    (True, "the SEQUENCE's tag missing", "6603 800101"),
    (False, "nothing", ""),
    (False, "an identifier alone", "61"),
    (False, "no APDU", "3003 800101"),
    (False, "a number behind the last", "7503 800101"),
    (False, "too short", "6110 3003 800101"),
    (False, "too long", "6105 3003 800101" + "00" * 9),
    (False, "a length that cannot be", "61ff 30"),
    (False, "a length that ends", "6184 00"),
    (False, "text", b"please lend us".hex()),
    (False, "text whose second letter fits", (b"al" + b"o" * 0x6C).hex()),
]


@pytest.mark.parametrize(
    ("expected", "data"), [(row[0], row[2]) for row in LOOKS], ids=[row[1] for row in LOOKS]
)
def test_the_first_octets_tell_an_apdu(expected: bool, data: str) -> None:
    assert looks_like(bytes.fromhex(data)) is expected


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from(ApduType), st.integers(0, 2**32))
def test_every_apdu_looks_like_one(data: st.DataObject, kind: ApduType, seed: int) -> None:
    plain = schema.encode(kind, data.draw(apdus(kind)))
    assert looks_like(plain)
    assert looks_like(disguised(plain, Random(seed)))  # noqa: S311  # no secret
