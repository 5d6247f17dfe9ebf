"""Normalise BER from outside before anything reads it (X.690, the basic encoding rules).

BER lets the writer choose: lengths known or unknown in advance, lengths with leading zeros, strings in
segments. One pass accepts all of them, limits the work that a stranger can cause, and rewrites the input to
the plain form that ``schema`` reads: definite lengths in the fewest octets, strings in one piece. Contents
stay as they are (a TRUE of any octet, an INTEGER of any length). Nothing recurses; each octet is copied at
most once per level.
"""

from dataclasses import dataclass, field

from mailproc.errors import RemoteFault

OCTETS = 1 << 20
"""The longest input; the largest APDUs in use have a few kilobytes."""
DEPTH = 64
ELEMENTS = 20_000

_CONSTRUCTED = 0x20
_HIGH_TAG = 0x1F
_LONG = 0x80
_INDEFINITE = -1
_END_OF_CONTENTS = b"\0\0"
_OCTET_STRING = b"\x04"
_TAG_OCTETS = 4
_APDUS = range(0x61, 0x75)
_INSIDE = (0x30, 0x80)  # the SEQUENCE, or its first component if the tag is missing
_JUNK = 8

# Universal types that may be sent in segments (8.7, 8.23, 8.25): descriptor, UTF8String … BMPString.
# BIT STRING is left unchanged: its segments count unused bits.
_STRINGS = {
    bytes([number | _CONSTRUCTED]): bytes([number])
    for number in (0x04, 0x07, 0x0C, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1E)
}

_STRING_TAGS = frozenset(tag[0] for tag in _STRINGS)


class NotPlain(Exception):
    """Raised for octets or a tree that the fast path does not handle; they may still be valid."""


@dataclass(frozen=True)
class First:
    """The first element of the input in plain form, and how many octets of the input follow it.

    ``as_it_was``: the input already had that form, so an octet has the same position in both.
    """

    bytes: bytes
    trailing: int
    as_it_was: bool = False


def looks_like(data: bytes) -> bool:
    """Return whether this could be one APDU, by its first octets and its length.

    A line end or two after it is allowed; a text that begins with a letter from a to t hardly ever matches.
    """
    if not data or data[0] not in _APDUS:
        return False
    try:
        body, length = _length(data, 1)
        inside = data[body]
    except (IndexError, RemoteFault):
        return False
    rest = len(data) - body - length if length != _INDEFINITE else 0
    return inside in _INSIDE and 0 <= rest <= _JUNK


def inside(data: bytes, at: int) -> int:
    """Return where the content of the element at octet ``at`` begins. Raise RemoteFault if it is cut off."""
    return _header(data, at)[1]


def first(data: bytes) -> First:
    """Return the first element of ``data`` in plain form.

    Raise RemoteFault that names the octet (counted from 0) at which the element cannot be read, or the limit
    that it exceeds: 1 MiB, 64 levels, 20,000 elements.
    """
    if len(data) > OCTETS:
        raise RemoteFault(f"{len(data)} octets are more than the {OCTETS} allowed", OCTETS)
    root = _Frame(0, b"", len(data), len(data))
    frames = [root]
    at = elements = 0
    stop = -1
    while not root.parts:
        frame = frames[-1]
        if frame.end == _INDEFINITE and data[at : min(at + 2, frame.bound)] == _END_OF_CONTENTS:
            at += 2
            _close(frames)
        else:
            begin = at
            at, taken, stop = _plain_run(data, at, frames, ELEMENTS - elements, stop)
            elements += taken
            if taken:
                frame.parts.append(data[begin:at])
            else:
                elements += 1
                if elements > ELEMENTS:
                    raise _too_many(at)
                at = _element(data, at, frames)
        while frames[-1].end == at and frames[-1] is not root:
            _close(frames)
    plain = b"".join(root.parts)
    return First(plain, len(data) - at, data.startswith(plain))


def is_plain(data: bytes, at: int, end: int) -> bool:
    """Return whether these octets are exactly one element that ``first`` would leave unchanged.

    False also for rare but valid forms: tags of several octets, more than half of the allowed levels.
    """
    stop, ends = end, list[int]()
    while at + 2 <= stop:
        tag, size, body = data[at], data[at + 1], at + 2
        behind = body + size
        if size >= _LONG:
            body, behind = _plain_header(data, at, stop)
        if not (tag and at < behind <= stop) or tag & _HIGH_TAG == _HIGH_TAG or not (ends or behind == end):
            return False
        at = behind
        if tag & _CONSTRUCTED:
            if tag in _STRING_TAGS or len(ends) == DEPTH // 2:
                return False
            ends.append(stop)
            stop, at = behind, body
        while at == stop:
            if not ends:
                return True
            stop = ends.pop()
    return False


def element(tag: bytes, content: bytes) -> bytes:
    """Return an element: identifier octets, the length in the fewest octets, the content."""
    size = len(content)
    if size < _LONG:
        return tag + bytes((size,)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return tag + bytes((_LONG | len(length),)) + length + content


@dataclass(slots=True)
class _Frame:
    """A constructed element that is being read.

    ``end``: where it ends, -1 if unknown; ``bound``: the nearest known end around it. ``string``: the
    identifier of the whole string, if this is a string in segments.
    """

    start: int
    tag: bytes
    end: int
    bound: int
    string: bytes | None = None
    parts: list[bytes] = field(default_factory=list)

    def add(self, tag: bytes, content: bytes, at: int) -> None:
        if self.string is None:
            self.parts.append(element(tag, content))
        elif tag in (_OCTET_STRING, self.string):
            self.parts.append(content)
        else:
            raise RemoteFault(f"octet {at}: a string has a segment that is no string", at)


def _close(frames: list[_Frame]) -> None:
    done = frames.pop()
    frames[-1].add(done.string or done.tag, b"".join(done.parts), done.start)


def _plain_run(data: bytes, at: int, frames: list[_Frame], most: int, stop: int) -> tuple[int, int, int]:
    """Return where the plain elements that follow end, how many they are, and the furthest octet not plain.

    Their number includes all elements inside them. Only what ``_element`` would leave unchanged is taken.
    This is a fast path: most input is plain, and a flood of elements is refused sooner. ``stop``: the
    furthest octet not plain of earlier runs; an element around it is not tried as a whole again, so the work
    stays linear.
    """
    frame, begin, taken, count = frames[-1], at, 0, 0
    if len(frames) == 1 or frame.string is not None:
        return at, 0, stop
    ends = [frame.bound if frame.end == _INDEFINITE else frame.end]
    while True:
        limit = ends[-1]
        if at == limit and len(ends) > 1:
            ends.pop()
        elif at + 1 >= limit or not data[at]:
            break
        elif count == most:
            raise _too_many(at)
        else:
            body, end = _plain_header(data, at, limit)
            holds_more = data[at] & _CONSTRUCTED
            if end < 0 or (
                holds_more
                and (at < stop < end or data[at] in _STRING_TAGS or len(frames) + len(ends) > DEPTH + 1)
            ):
                break
            count += 1
            if holds_more:
                ends.append(end)
            at = body if holds_more else end
        if len(ends) == 1:
            begin, taken = at, count
    return begin, taken, max(at, stop)


def _plain_header(data: bytes, at: int, limit: int) -> tuple[int, int]:
    """Return where the content of an element begins and ends; the end is -1 if it is not plain.

    Plain is a tag of one octet, a length in the fewest octets, and an end not after ``limit``.
    """
    size, body = data[at + 1], at + 2
    if size >= _LONG:
        octets = size & 0x7F
        size = int.from_bytes(data[body : body + octets], "big") if 0 < octets < _TAG_OCTETS else -1
        if size < _LONG or size >> 8 * (octets - 1) == 0:
            return body, -1
        body += octets
    end = body + size
    return body, -1 if end > limit or data[at] & _HIGH_TAG == _HIGH_TAG else end


def _element(data: bytes, at: int, frames: list[_Frame]) -> int:
    """Read the element at this octet; return where to continue."""
    frame = frames[-1]
    behind, body, length = _header(data, at)
    end = body + length if length != _INDEFINITE else _INDEFINITE
    if max(body, end) > frame.bound:
        raise _ends(at)
    if data[at] & _CONSTRUCTED:
        if len(frames) > DEPTH:
            raise RemoteFault(f"octet {at}: more than {DEPTH} levels", at)
        tag = data[at:behind]
        bound = frame.bound if end == _INDEFINITE else end
        frames.append(_Frame(at, tag, end, bound, _STRINGS.get(tag)))
        return body
    if end == _INDEFINITE or not data[at]:
        raise RemoteFault(f"octet {at}: no element can begin like this", at)
    if frame.string is None and body - behind == 1:
        frame.parts.append(data[at:end])  # already plain, as most are
    else:
        frame.add(data[at:behind], data[body:end], at)
    return end


def _header(data: bytes, at: int) -> tuple[int, int, int]:
    """Return where the identifier ends, where the content begins, and its length (or -1)."""
    try:
        size = data[at + 1]
        if size < _LONG and data[at] & _HIGH_TAG != _HIGH_TAG:
            return at + 1, at + 2, size
        behind = _identifier(data, at)
        return behind, *_length(data, behind)
    except IndexError:
        raise _ends(at) from None


def _too_many(at: int) -> RemoteFault:
    return RemoteFault(f"octet {at}: more than {ELEMENTS} elements", at)


def _ends(at: int) -> RemoteFault:
    return RemoteFault(f"octet {at}: the element that begins here is longer than what holds it", at)


def _identifier(data: bytes, at: int) -> int:
    """Return the octet after the identifier (8.1.2). Raise IndexError at the end of the input."""
    if data[at] & _HIGH_TAG != _HIGH_TAG:
        return at + 1
    behind = at + 1
    while data[behind] & 0x80 and behind - at < _TAG_OCTETS:
        behind += 1
    behind += 1
    # The shortest form is the only legal one (8.1.2.2, 8.1.2.4.2); another could hide a known tag.
    if data[at + 1] == 0x80 or data[at + 1] < _HIGH_TAG or behind - at > _TAG_OCTETS:
        raise RemoteFault(f"octet {at}: a tag that cannot be", at)
    return behind


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Return where the content begins, and its length (8.1.3) or -1. Raise IndexError at the input's end."""
    size = data[at]
    if size < _LONG:
        return at + 1, size
    if size == _LONG:
        return at + 1, _INDEFINITE
    if size == 0xFF:
        raise RemoteFault(f"octet {at}: a length that cannot be", at)
    body = at + 1 + (size & 0x7F)
    if body > len(data):
        raise IndexError
    return body, int.from_bytes(data[at + 1 : body], "big")
