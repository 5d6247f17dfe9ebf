"""Write the MIME entity of a letter: header lines and encoded content.

RFC 2045, 2046, 2231. An attached letter (message/rfc822) is sent as base64 like any other content that is not
text.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence

from mailproc.errors import LocalFault
from mailproc.mail import parameters
from mailproc.mail.charset import codec_name
from mailproc.mail.headers import one_line
from mailproc.mail.letter import Part

MOST_OF_LINE = 998  # octets, RFC 5322 2.1.1
MOST_OF_VALUE = 80  # characters of a parameter: coded it still fits into one line

_NEEDS_CODING = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f-\xff]")
_QUOTABLE = re.compile(r'(["\\])')
_NAME = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}")
_NOT_FOR_MAIL = ("utf-16", "utf-32")  # their line ends are no CRLF (RFC 2046 4.1.1)

Entity = tuple[list[str], bytes]  # header lines, encoded content


def written(parts: Sequence[Part], seed: str) -> bytes:
    """Return everything from Content-Type to the end of the letter, ending in CRLF.

    Raise LocalFault for an invalid media type or parameter name.
    """
    entities = [_entity(part) for part in parts] or [_entity(Part("text/plain", b"", text=""))]
    if len(entities) == 1:
        return _rendered(entities[0])
    boundary = _boundary(b"".join(content for _, content in entities), seed)
    head = f'Content-Type: multipart/mixed;\r\n boundary="{boundary}"\r\n\r\n'
    delimiter = f"--{boundary}".encode()
    pieces = b"".join(delimiter + b"\r\n" + _rendered(one) + b"\r\n" for one in entities)
    return head.encode() + pieces + delimiter + b"--\r\n"


def _boundary(content: bytes, seed: str) -> str:
    """Derive it from the letter, so that equal letters are equal; never one that occurs in it."""
    while True:
        boundary = "=_" + hashlib.sha256(seed.encode()).hexdigest()[:32]
        if boundary.encode() not in content:
            return boundary
        seed = boundary


def _rendered(part: Entity) -> bytes:
    lines, content = part
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + content


def _entity(part: Part) -> Entity:
    """Return header lines and encoded content of one part."""
    given = dict(part.parameters)
    if part.text is None:
        charset, encoding, content = "", "base64", _base64(part.content)
    else:
        charset, octets = _characters(part.text, part.charset or given.get("charset", ""))
        encoding, content = _transfer(octets)
        given = {name: value for name, value in given.items() if name not in ("charset", "format", "delsp")}
    if not parameters.TYPE.fullmatch(part.media_type.lower()):
        raise LocalFault(f"{part.media_type[:80]!r} is no media type.")
    lines = [f"Content-Type: {part.media_type}" + (f"; charset={charset}" if charset else "")]
    lines[0] += "".join(_parameter(name, value) for name, value in given.items())
    lines.append(f"Content-Transfer-Encoding: {encoding}")
    if part.attachment or part.filename:
        named = _parameter("filename", part.filename) if part.filename else ""
        lines.append("Content-Disposition: " + ("attachment" if part.attachment else "inline") + named)
    return lines, content


def _characters(text: str, label: str) -> tuple[str, bytes]:
    """Return the charset asked for if the text fits in it, else us-ascii, else utf-8."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if lines and not lines.endswith("\n"):
        lines += "\n"
    for name in (label.lower(), "us-ascii"):
        try:
            if (codec := codec_name(name)) and not codec.startswith(_NOT_FOR_MAIL):
                return name.replace("cp125", "windows-125"), lines.encode(codec)
        except UnicodeEncodeError:
            continue
    return "utf-8", lines.encode("utf-8", "replace")


def _transfer(octets: bytes) -> tuple[str, bytes]:
    """Return text with LF ends in the plainest encoding that carries it, with CRLF ends."""
    fits = all(len(line) <= MOST_OF_LINE for line in octets.split(b"\n"))
    if fits and not _NEEDS_CODING.search(octets):
        return "7bit", octets.replace(b"\n", b"\r\n")
    quoted = binascii.b2a_qp(octets, istext=True).replace(b"\n", b"\r\n")
    coded = _base64(octets.replace(b"\n", b"\r\n"))
    # readable by people as it is, unless most letters are not Latin
    return ("quoted-printable", quoted) if len(quoted) <= 2 * len(coded) else ("base64", coded)


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _parameter(name: str, value: str) -> str:
    """Return RFC 2045 quoting, or RFC 2231 if the value is not ASCII; bounded, on its own line."""
    if not _NAME.fullmatch(name):
        raise LocalFault(f"{name[:80]!r} cannot name a parameter.")
    line = one_line(value)[:MOST_OF_VALUE]
    if line.isascii():
        quoted = _QUOTABLE.sub(r"\\\1", line)
        return f';\r\n {name}="{quoted}"'
    coded = "".join(f"%{octet:02X}" for octet in line.encode("utf-8", "replace"))
    return f";\r\n {name}*=utf-8''{coded}"
