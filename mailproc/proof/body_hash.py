"""The body of a letter in canonical form, and its hash (RFC 6376, section 3.4).

Own code, because dkimpy's takes the square of a run of blanks.
"""

import hashlib
import re

_BLANK_LINES = re.compile(rb"(?:\n\r)*")


def of(body: bytes, relaxed: bool) -> bytes:
    """The SHA-256 of a body whose lines end in CRLF."""
    return hashlib.sha256(canonical(body, relaxed)).digest()


def canonical(body: bytes, relaxed: bool) -> bytes:
    """The body as it is hashed. Each pass over it halves the longest run of blanks, so there are few."""
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    if relaxed:
        body = body.replace(b"\t", b" ")
        while b"  " in body:  # quicker by far than a pattern, which finds millions of runs one by one
            body = body.replace(b"  ", b" ")
        body = body.replace(b" \r\n", b"\r\n")
    content = body[: len(body) - _ends(body)]
    return b"" if relaxed and not content else content + b"\r\n"


def _ends(body: bytes) -> int:
    """How many octets of line ends stand at the end of the body."""
    tail = body[len(body.rstrip(b"\r\n")) :]
    found = _BLANK_LINES.match(tail[::-1])
    return found.end() if found else 0
