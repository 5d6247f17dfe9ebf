"""Decode encoded words in a header (RFC 2047), and check them where proof depends on them."""

import binascii
import re

from mailproc.mail import charset, transfer_encoding
from mailproc.mail.defects import Defects

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters, and what some readers take for a line end."""

_WORD = re.compile(r"=\?([^\s?*]{1,40})(?:\*[^\s?]{0,40})?\?([bBqQ])\?([^?]*)\?=")
_DECEIVING = re.compile(rf"[@<>]|{CONTROL.pattern}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


def decoded(line: str) -> str:
    """Return the line with its encoded words decoded; all else is unchanged."""
    if "=?" not in line:
        return line
    return "".join(charset.decode(content, name, Defects())[0] for name, content in _pieces(line))


def deceives(text: str) -> bool:
    """Return whether encoded words of ``text`` may hold an address, or be decoded in different ways.

    Some readers decode a field before they look for its addresses.
    """
    if "=?" not in text:
        return False
    words = list(_WORD.finditer(text))
    if "=?" in _WORD.sub("", text) or not all(_is_plain(word) for word in words):
        return True
    defects = Defects()
    said = "".join(charset.decode(content, name, defects)[0] for name, content in _pieces(text) if name)
    return bool(defects.as_tuple() or _DECEIVING.search(said))


def _is_plain(word: re.Match[str]) -> bool:
    """Return whether there is only one way to decode it."""
    sure = word[2] in "qQ" or (_BASE64.fullmatch(word[3]) is not None and len(word[3]) % 4 == 0)
    return sure and bool(charset.codec_name(word[1].lower()))


def _pieces(line: str) -> list[tuple[str, bytes]]:
    """Return octets with their charset; '' marks text that was not encoded.

    Neighbours of one charset are joined as bytes, because some senders split characters.
    """
    pieces: list[tuple[str, bytes]] = []
    position = 0
    for word in _WORD.finditer(line):
        gap, name = line[position : word.start()], word[1].lower()
        content = _octets(word[2], word[3])
        position = word.end()
        beside_word = bool(pieces) and bool(pieces[-1][0]) and not gap.strip()
        if beside_word and pieces[-1][0] == name:
            pieces[-1] = (name, pieces[-1][1] + content)
            continue
        if gap and not beside_word:
            pieces.append(("", gap.encode()))
        pieces.append((name, content))
    pieces.append(("", line[position:].encode()))
    return pieces


def _octets(encoding: str, content: str) -> bytes:
    if encoding in "bB":
        return transfer_encoding.base64(content.encode(), Defects())
    return binascii.a2b_qp(content.encode(), header=True)
