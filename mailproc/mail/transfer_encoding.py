"""Decode Content-Transfer-Encoding (RFC 2045, section 6) leniently."""

import binascii
import re

from mailproc.mail.defects import Defects

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_OTHERS = bytes(sorted(set(range(256)) - set(_ALPHABET)))
_LAYOUT = b"\r\n\t ="
_BLANKS_AT_END = re.compile(rb"(?<![ \t])[ \t]++(?=\r?(?:\n|\Z))")
"""Of quoted-printable: added on the way (RFC 2045, 6.7, rule 3); a signature need not cover them."""
_IDENTITY = ("", "7bit", "8bit", "binary")


def decode(content: bytes, encoding: str, defects: Defects) -> bytes:
    """Return the decoded bytes; an unknown encoding leaves them unchanged."""
    if encoding in _IDENTITY:
        return content
    if encoding == "quoted-printable":
        return binascii.a2b_qp(_BLANKS_AT_END.sub(b"", content))
    if encoding == "base64":
        return base64(content, defects)
    defects.note(f"unknown transfer encoding {encoding[:40]!r}")
    return content


def base64(content: bytes, defects: Defects) -> bytes:
    """Decode up to the padding; a list server may append text after it."""
    data, _, rest = content.partition(b"=")
    clean = data.translate(None, _OTHERS)
    if data.translate(None, _LAYOUT) != clean or rest.strip(_LAYOUT):
        defects.note("characters in base64 that do not belong there")
    if len(clean) % 4 == 1:
        defects.note("base64 that ends too early")
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))
