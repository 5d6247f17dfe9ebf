"""The same element in other octets, as BER allows (X.690, 8.1.3, 8.7.3, 8.23): for a reader no difference."""

from random import Random

OCTET_STRING = b"\x04"
STRINGS = {0x04, 0x07, 0x0C, 0x13, 0x16, 0x1A, 0x1B}


def disguised(plain: bytes, random: Random) -> bytes:
    """``plain``: whole elements with definite lengths; anything in it may be written otherwise."""
    written = bytearray()
    while plain:
        tag, content, plain = split(plain)
        if tag[0] & 0x20:
            written += constructed(tag, disguised(content, random), random)
        elif tag[0] in STRINGS and random.random() < 0.4:
            written += constructed(bytes([tag[0] | 0x20]), segments(tag, content, random, 2), random)
        else:
            written += tag + length(len(content), random) + content
    return bytes(written)


def split(data: bytes) -> tuple[bytes, bytes, bytes]:
    """The first element's identifier and content, and what comes after it."""
    at = 1
    if data[0] & 0x1F == 0x1F:
        while data[at] & 0x80:
            at += 1
        at += 1
    tag, size = data[:at], data[at]
    at += 1
    if size & 0x80:
        octets = size & 0x7F
        size = int.from_bytes(data[at : at + octets], "big")
        at += octets
    return tag, data[at : at + size], data[at + size :]


def constructed(tag: bytes, content: bytes, random: Random) -> bytes:
    if random.random() < 0.5:
        return tag + b"\x80" + content + b"\0\0"
    return tag + length(len(content), random) + content


def segments(tag: bytes, content: bytes, random: Random, depth: int) -> bytes:
    """The string in pieces, some of them in pieces again."""
    written = b""
    while content:
        size = random.randint(0, len(content))
        piece, content = content[:size], content[size:]
        if depth and random.random() < 0.3:
            written += constructed(b"\x24", segments(OCTET_STRING, piece, random, depth - 1), random)
        else:
            written += random.choice((OCTET_STRING, tag)) + length(len(piece), random) + piece
    return written


def length(size: int, random: Random) -> bytes:
    """In as few octets as can be, or with zeros before it."""
    if size < 0x80 and random.random() < 0.5:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8 + random.choice((0, 0, 1, 5)), "big")
    return bytes([0x80 | len(octets)]) + octets if octets else b"\x00"
