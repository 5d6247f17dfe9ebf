"""Until when a certificate holds: its DER is walked as far as that day (RFC 5280, 4.1)."""

import binascii
import re
from datetime import UTC, datetime

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([^-]*+)-----END CERTIFICATE-----")

_VERSION, _UTC_TIME, _TIME = 0xA0, 0x17, 0x18
_FORMS = {_UTC_TIME: "%y%m%d%H%M%SZ", _TIME: "%Y%m%d%H%M%SZ"}
_BEFORE_VALIDITY = 3
"""Fields between the version and the validity: serial number, algorithm, issuer."""

Part = tuple[int, bytes]
"""Tag and content."""


def ends_at(pem: bytes) -> datetime | None:
    """Return when the first of the certificates in a PEM file ends; None if none can be read."""
    ends = [end for one in _PEM.findall(pem) if (end := _end(one)) is not None]
    return min(ends, default=None)


def _end(base64: bytes) -> datetime | None:
    try:
        (_, whole), *_ = _parts(binascii.a2b_base64(base64))
        (_, signed), *_ = _parts(whole)
        fields = [part for part in _parts(signed) if part[0] != _VERSION]
        tag, said = _parts(fields[_BEFORE_VALIDITY][1])[1]
        return datetime.strptime(said.decode("ascii"), _FORMS[tag]).replace(tzinfo=UTC)
    except (ValueError, IndexError, KeyError):
        return None


def _parts(octets: bytes) -> list[Part]:
    """Cut octets into what lies side by side. Raise IndexError and ValueError."""
    found, at = list[Part](), 0
    while at < len(octets):
        tag, length, at = octets[at], octets[at + 1], at + 2
        if length & 0x80:
            more = length & 0x7F
            length, at = int.from_bytes(octets[at : at + more]), at + more
        found.append((tag, octets[at : at + length]))
        at += length
    return found
