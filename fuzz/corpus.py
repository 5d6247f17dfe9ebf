"""The letters to begin with: every sample of the tests, and each ISO message as it is alone."""

import re
from pathlib import Path

from mailproc.mail.parse import parse

SAMPLES = Path(__file__).parents[1] / "tests" / "samples"
FINDS = SAMPLES / "finds"
LARGEST = 16_384  # octets of a sample that is mutated

BINARY = (
    b"From: ill@vdx.example\r\nTo: ill@library.example\r\nSubject: ILL\r\nMessage-ID: <%d@vdx.example>\r\n"
    b"Content-Type: application/iso-10161-ill-1\r\nContent-Transfer-Encoding: binary\r\n\r\n"
)
"""With the octets as they are a mutation meets BER, and not its base64."""


def letters() -> list[bytes]:
    """In a fixed order: a seed makes the same letters on every machine."""
    found = [file.read_bytes() for file in sorted(SAMPLES.rglob("*.eml"))]
    found = [_crlf(raw) for raw in found if len(raw) <= LARGEST]
    return found + [BINARY % number + octets for number, octets in enumerate(_messages(found))]


def _messages(found: list[bytes]) -> list[bytes]:
    parts = (part for raw in found for part in parse(raw).parts)
    return [part.content for part in parts if part.media_type == "application/iso-10161-ill-1"]


def _crlf(raw: bytes) -> bytes:
    return re.sub(rb"\r?\n", b"\r\n", raw)
