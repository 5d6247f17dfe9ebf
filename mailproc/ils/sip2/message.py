"""Write and read one message of SIP2: two digits, fields of fixed width, then fields "TAGvalue|", a CR.

Lenient in what is read: systems add fields of their own, leave others out, and order them as they like.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mailproc.errors import RemoteFault

LONGEST = 32_768
"""Octets of an answer; with all lists of a patron it has some thousands."""
FIXED: Mapping[str, int] = MappingProxyType({"94": 1, "96": 0, "98": 34, "64": 59, "36": 19})
"""The characters of fixed width in each answer that is read."""
LONGEST_VALUE = 500
"""Characters of a field that are read."""
CR = b"\r"


@dataclass(frozen=True)
class Sip2Answer:
    """``code``: two digits. ``fixed``: what has a fixed width. ``fields``: the first value of each tag."""

    code: str
    fixed: str
    fields: Mapping[str, str]

    def flag(self, tag: str) -> bool | None:
        """Return whether the field says Y; None if it is missing or says neither Y nor N."""
        return {"Y": True, "N": False}.get(self.fields.get(tag, "")[:1].upper())


def write(code: str, fixed: str, fields: Mapping[str, str], sequence: int | None, charset: str) -> bytes:
    """Return the octets of a message; with ``sequence`` (0–9) it has a number and a checksum.

    A character that would end a field or the message becomes a blank, one that ``charset`` lacks a question
    mark.
    """
    text = code + fixed + "".join(f"{tag}{_one_line(value)}|" for tag, value in fields.items())
    if sequence is None:
        return text.encode(charset, "replace") + CR
    octets = f"{text}AY{sequence}AZ".encode(charset, "replace")
    return octets + checksum(octets).encode("ascii") + CR


def read(octets: bytes, charset: str) -> Sip2Answer:
    """Return the message of ``octets`` (without its CR). Raise RemoteFault if it is none of ``FIXED``."""
    if len(octets) > LONGEST:
        raise RemoteFault(f"the answer has more than {LONGEST} octets")
    text = octets.strip(b"\r\n\0 ").decode(charset, "replace")
    code = text[:2]
    if code not in FIXED:
        raise RemoteFault(f"the answer begins with {code!r}, which is no answer of SIP2 that is read")
    end = 2 + FIXED[code]
    if len(text) < end:
        raise RemoteFault(f"the answer {code} breaks off")
    _check(octets.strip(b"\r\n\0 "))
    fields: dict[str, str] = {}
    for part in text[end:].split("|"):
        if len(part) > 2:
            fields.setdefault(part[:2], _one_line(part[2 : 2 + LONGEST_VALUE]).strip())
    return Sip2Answer(code, text[2:end], fields)


def can_say(value: str, charset: str) -> bool:
    """Return whether ``write`` sends the value as it is. A changed number may be that of another reader."""
    try:
        value.encode(charset)
    except UnicodeEncodeError:
        return False
    return value == _one_line(value)


def checksum(octets: bytes) -> str:
    """Return four hexadecimal digits: the sum of the octets and this number is 0 in 16 bits."""
    return f"{-sum(octets) & 0xFFFF:04X}"


def _check(octets: bytes) -> None:
    """Raise RemoteFault if the message has a checksum, and it is wrong: the line has changed it."""
    body, mark, given = octets[-16:].rpartition(b"AZ")
    said = given.decode("ascii", "replace").upper()
    if mark and b"AY" in body and len(given) == 4 and said != checksum(octets[:-4]):
        raise RemoteFault("the checksum of the answer is wrong")


def _one_line(value: str) -> str:
    return "".join(" " if one == "|" or not one.isprintable() else one for one in value)
