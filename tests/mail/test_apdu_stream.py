"""APDUs are cut out of a stream of octets where they end, and nothing else is taken."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailproc.mail import apdu_stream
from mailproc.mail.apdu_stream import MOST_OCTETS, MOST_OPEN, ApduCutter, StreamRefused

APDU = bytes.fromhex("61053003800101")


def length(size: int) -> bytes:
    """In the fewest octets."""
    if size < 128:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def long_length(size: int, octets: int) -> bytes:
    """With leading zeros."""
    return bytes([0x80 | octets]) + size.to_bytes(octets, "big")


TAGS = st.one_of(
    st.integers(1, 30).map(lambda low: bytes([0x80 | low])),
    st.binary(min_size=0, max_size=2).map(lambda more: b"\x9f" + bytes(0x80 | one for one in more) + b"\x1f"),
)
LENGTHS = st.sampled_from(["short", "long", "none"])


@st.composite
def elements(draw: st.DrawFn, tag: bytes | None = None, depth: int = 0) -> bytes:
    """One BER element; with a tag it is constructed."""
    constructed = tag is not None or (depth < 4 and draw(st.booleans()))
    head = tag if tag is not None else draw(TAGS)
    if constructed and tag is None:
        head = bytes([head[0] | 0x20]) + head[1:]
    inner = (
        b"".join(draw(st.lists(elements(depth=depth + 1), max_size=3)))
        if constructed
        else draw(st.binary(max_size=200))
    )
    form = draw(LENGTHS)
    if form == "none" and constructed:
        return head + b"\x80" + inner + b"\0\0"
    if form == "long":
        return head + long_length(len(inner), draw(st.integers(2, 8))) + inner
    return head + length(len(inner)) + inner


APDUS = st.integers(0x61, 0x74).flatmap(lambda first: elements(bytes([first])))


def pieces(octets: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(octets), *(cut % (len(octets) + 1) for cut in cuts)})
    return [octets[at:end] for at, end in pairwise(places)]


def taken(cutter: ApduCutter, octets: bytes) -> list[bytes]:
    cutter.feed(octets)
    found = []
    while (apdu := cutter.next()) is not None:
        found.append(apdu)
    return found


@given(st.lists(APDUS, min_size=1, max_size=4), st.lists(st.integers(0, 5000), max_size=20))
def test_glued_and_split_anywhere_each_comes_out_as_it_went_in(apdus: list[bytes], cuts: list[int]) -> None:
    cutter = ApduCutter()
    found = [apdu for piece in pieces(b"".join(apdus), cuts) for apdu in taken(cutter, piece)]
    assert found == apdus
    assert cutter.rest == b""
    assert cutter.count == len(apdus)


@given(APDUS)
def test_octet_by_octet_none_is_taken_before_its_end(apdu: bytes) -> None:
    cutter = ApduCutter()
    for at, octet in enumerate(apdu, 1):
        assert taken(cutter, bytes([octet])) == ([apdu] if at == len(apdu) else [])


@given(APDUS)
def test_truncated_anywhere_it_is_not_whole(apdu: bytes) -> None:
    assert apdu_stream.why_not_whole(apdu) == ""
    for end in range(len(apdu)):
        assert apdu_stream.why_not_whole(apdu[:end]) == "stream-cut-off"


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=5))
@example(b"\x61" + b"\x80" * 400, [])
def test_whatever_comes_is_refused_or_waited_for(octets: bytes, cuts: list[int]) -> None:
    """No other error; and what is refused is refused the same however it comes."""

    def outcome(parts: list[bytes]) -> tuple[list[bytes], str]:
        cutter, found = ApduCutter(), list[bytes]()
        try:
            for part in parts:
                cutter.feed(part)
                while (apdu := cutter.next()) is not None:
                    found.append(apdu)
        except StreamRefused as refused:
            return found, refused.code
        return found, ""

    whole, split = outcome([octets]), outcome(pieces(octets, cuts))
    assert whole[0] == split[0]
    assert bool(whole[1]) == bool(split[1])


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"\x16\x03\x01\x02\x00\x01", "stream-tls"),
        (b"GET / HTTP/1.1\r\n", "stream-http"),
        (b"POST /ill HTTP/1.1\r\n", "stream-http"),
        (b"EHLO there\r\n", "stream-no-apdu"),
        (b"\r\n", "stream-no-apdu"),
        (b"\0", "stream-no-apdu"),
        (b"\x60\x03", "stream-no-apdu"),
        (b"\x75\x03", "stream-no-apdu"),
        (b"\x41\x03", "stream-no-apdu"),
        (b"\x61\x84\x80\x00\x00\x00", "stream-long"),
        (b"\x61\x88" + b"\xff" * 8, "stream-long"),
        (b"\x61" + b"\x83" + (MOST_OCTETS + 1).to_bytes(3, "big"), "stream-long"),
        (b"\x61\x80\x04\x83" + MOST_OCTETS.to_bytes(3, "big"), "stream-long"),
        (b"\x61\xff", "stream-length"),
        (b"\x61\x89" + b"\0" * 9, "stream-length"),
        (b"\x61\x80\x04\x80", "stream-length"),
        (b"\x61\x80\x00\x01", "stream-tag"),
        (b"\x61\x80\x3f\x81\x82\x83\x84\x05", "stream-tag"),
        (b"\x61\x80" + b"\x30\x80" * (MOST_OPEN + 1), "stream-depth"),
        (b"\x61\x80" + b"\x30\x80" * 1500, "stream-depth"),
        (b"\x61\x80" + b"\x05\x00" * 20_001, "stream-elements"),
    ],
)
def test_what_is_no_apdu_is_refused_at_once(octets: bytes, code: str) -> None:
    cutter = ApduCutter()
    cutter.feed(octets)
    with pytest.raises(StreamRefused) as refused:
        cutter.next()
    assert refused.value.code == code
    assert refused.value.begin == octets[:16]


def test_nothing_is_skipped_between_two_and_a_line_end_is_nothing_at_the_end() -> None:
    cutter = ApduCutter()
    assert taken(cutter, APDU + b"\r\n\0") == [APDU]
    assert cutter.rest == b""
    cutter.feed(APDU)
    with pytest.raises(StreamRefused):
        cutter.next()


def test_a_flood_without_an_end_is_refused_when_it_is_longer_than_an_apdu_may_be() -> None:
    cutter = ApduCutter()
    cutter.feed(b"\x61\x80")
    with pytest.raises(StreamRefused, match="stream-long"):
        for _ in range(MOST_OCTETS // 60_000 + 2):
            cutter.feed(b"\x04\x82\xea\x5c" + b"x" * 59_996)
            assert cutter.next() is None


@pytest.mark.parametrize("size", [0, 5, 0x41, 127])
def test_a_short_length_is_written_long(size: int) -> None:
    """libyaz 5.34 takes three printable octets at the beginning for HTTP."""
    apdu = b"\x73" + length(size) + b"\x30" * size
    written = apdu_stream.in_long_form(apdu)
    assert written == b"\x73\x81" + apdu[1:]
    assert apdu_stream.why_not_whole(written) == ""


@pytest.mark.parametrize("apdu", [b"\x61\x80\0\0", b"\x61\x81\x80" + b"\x30" * 128, b"\x61"])
def test_any_other_length_stays(apdu: bytes) -> None:
    assert apdu_stream.in_long_form(apdu) == apdu
