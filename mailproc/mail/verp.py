"""An envelope sender for each letter (VERP): ill+O12.TOKEN@library.example.

Every system sends a bounce to the envelope's sender, so the address tells which letter bounced. The token
proves it: it is random, and only receivers of the letter have seen it. It is in no header of ours, and
survives systems that write addresses in lower case.
"""

import re
from secrets import token_hex

from mailproc.mail.addresses import ascii_lower

_TOKEN_OCTETS = 10
MOST_OF_LOCAL_PART = 64 - len("+O123456789.") - 2 * _TOKEN_OCTETS
"""Characters before the "@" of an address that takes such a detail (RFC 5321, 4.5.3.1.1)."""

_DETAILED = re.compile(r"([^@]{1,64})\+o([0-9]{1,9})\.[0-9a-f]{20}@([^@]{1,255})")


def address(sender: str, outgoing_id: int) -> str:
    """Return an address for the bounces of letter ``outgoing_id``, with a new token; store it before use."""
    local, _, domain = sender.rpartition("@")
    return f"{local}+O{outgoing_id}.{token_hex(_TOKEN_OCTETS)}@{domain}"


def read(recipient: str) -> tuple[int, str] | None:
    """Return the letter that such an address names, and the address without it; None for another address."""
    found = _DETAILED.fullmatch(ascii_lower(recipient))
    return (int(found[2]), f"{found[1]}@{found[3]}") if found else None


def without_detail(envelope: str) -> tuple[str, ...]:
    """Return an envelope's address without its "+detail", cut at the first and at the last "+"."""
    local, at, domain = envelope.rpartition("@")
    return (
        (local.partition("+")[0] + at + domain, local.rpartition("+")[0] + at + domain)
        if "+" in local
        else ()
    )
