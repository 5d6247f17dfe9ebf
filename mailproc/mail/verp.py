"""An envelope sender of its own for each letter (VERP): ill+O12.TOKEN@library.example.

A report goes to the envelope's sender whatever its make, so the address says which letter came back. The
token proves it: it is random, and only who had the letter in hand has seen it. It stands in no header of
ours, and systems that write addresses in lower case do it no harm.
"""

import re
from secrets import token_hex

from mailproc.mail.addresses import ascii_lower

_TOKEN_OCTETS = 10
MOST_OF_LOCAL_PART = 64 - len("+O123456789.") - 2 * _TOKEN_OCTETS
"""Characters before the "@" of an address that takes such a detail (RFC 5321 section 4.5.3.1.1)."""

_DETAILED = re.compile(r"([^@]{1,64})\+o([0-9]{1,9})\.[0-9a-f]{20}@([^@]{1,255})")


def address(sender: str, outgoing_id: int) -> str:
    """An address for the bounces of letter ``outgoing_id``, with a new token; stored before it is spoken."""
    local, _, domain = sender.rpartition("@")
    return f"{local}+O{outgoing_id}.{token_hex(_TOKEN_OCTETS)}@{domain}"


def read(recipient: str) -> tuple[int, str] | None:
    """The letter that such an address names, and the address without it; None where it is another address."""
    found = _DETAILED.fullmatch(ascii_lower(recipient))
    return (int(found[2]), f"{found[1]}@{found[3]}") if found else None


def without_detail(envelope: str) -> tuple[str, ...]:
    """What an envelope's address is without its "+detail", cut at the first and at the last "+"."""
    local, at, domain = envelope.rpartition("@")
    return (
        (local.partition("+")[0] + at + domain, local.rpartition("+")[0] + at + domain)
        if "+" in local
        else ()
    )
