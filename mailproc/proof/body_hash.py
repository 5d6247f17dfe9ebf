"""Canonicalise the body of a letter, and hash it (RFC 6376, section 3.4).

Own code, because dkimpy takes the square of a run of blanks.
"""

import hashlib
import re

_BLANK_LINES = re.compile(rb"(?:\n\r)*")


def of(body: bytes, relaxed: bool) -> bytes:
    """Return the SHA-256 of a body whose lines end in CRLF."""
    return hashlib.sha256(canonical(body, relaxed)).digest()


def canonical(body: bytes, relaxed: bool) -> bytes:
    """Return the body as it is hashed. Each pass halves the longest run of blanks, so there are few."""
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    if relaxed:
        body = body.replace(b"\t", b" ")
        while b"  " in body:  # much faster than a pattern, which finds millions of runs one by one
            body = body.replace(b"  ", b" ")
        body = body.replace(b" \r\n", b"\r\n")
    content = body[: len(body) - _ends(body)]
    return b"" if relaxed and not content else content + b"\r\n"


def _ends(body: bytes) -> int:
    """Return how many octets of line ends are at the end of the body."""
    tail = body[len(body.rstrip(b"\r\n")) :]
    found = _BLANK_LINES.match(tail[::-1])
    return found.end() if found else 0
