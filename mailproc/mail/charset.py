"""Decode text in letters, whose charset labels are often wrong."""

import codecs
import re
from functools import lru_cache

from mailproc.mail.defects import Defects

FALLBACK = "cp1252"
_LABEL = re.compile(r"[A-Za-z0-9._-]{1,40}")

# A letter may name any codec that Python has; some of those are no charsets (zip, rot13), take
# quadratic time (punycode, idna) or yield halves of characters (utf-7). Only these are used.
_KNOWN = frozenset(
    {"ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
    | {f"iso8859-{n}" for n in (*range(1, 12), *range(13, 17))}
    | {f"cp{n}" for n in (*range(1250, 1259), 437, 850, 852, 855, 858, 866, 932, 949, 950)}
    | {"koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "tis-620", "gb2312", "gbk", "gb18030", "hz"}
    | {"big5", "big5hkscs", "euc_jp", "euc_kr", "shift_jis", "iso2022_jp", "iso2022_kr"}
)
# In these ASCII bytes need not mean ASCII characters, so "it is valid UTF-8" proves nothing.
_NOT_ASCII_BASED = re.compile(r"utf-(16|32)|iso2022|hz")
# Text with this label is really windows-1252 wherever the two differ.
_LATIN = frozenset({"ascii", "iso8859-1"})


@lru_cache(maxsize=256)
def codec_name(label: str) -> str:
    """Return Python's name for a charset label; '' if the label is unknown or not trusted."""
    if not _LABEL.fullmatch(label):
        return ""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return ""
    return name if name in _KNOWN else ""


def decode(content: bytes, label: str, defects: Defects) -> tuple[str, str]:
    """Return the text, and the name of the charset that gave it; never raises.

    Strict UTF-8 goes before the label, because some writers label UTF-8 as latin-1. Line ends become LF; a
    byte order mark and NULs (PostgreSQL accepts none) are removed.
    """
    characters, name = _characters(content, label, defects)
    characters = characters.removeprefix("\ufeff")
    if "\0" in characters:
        defects.note("NUL characters left out")
        characters = characters.replace("\0", "")
    if "\r" in characters:  # of what is not based on ASCII
        characters = characters.replace("\r\n", "\n").replace("\r", "\n")
    return characters, name


def plain(content: bytes) -> str:
    """Return the text of a header's bytes (RFC 6532, or a careless sender)."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode(FALLBACK, "replace")


def _characters(content: bytes, label: str, defects: Defects) -> tuple[str, str]:
    words = label.split(maxsplit=1)  # "us-ascii (Plain text)" was seen
    name = codec_name(words[0].strip("'\"").lower()) if words else "ascii"
    if not _NOT_ASCII_BASED.match(name):
        if b"\r" in content and b"\0" not in content:  # now, for a character may take four octets
            content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        try:
            return content.decode(), "utf-8"
        except UnicodeDecodeError:
            pass
    if not name:
        defects.note(f"unknown charset {label[:40]!r}, read as windows-1252")
    return _by_name(content, name, defects)


def _by_name(content: bytes, name: str, defects: Defects) -> tuple[str, str]:
    wanted = FALLBACK if name in _LATIN or not name else name
    try:
        return content.decode(wanted), wanted
    except UnicodeDecodeError:
        defects.note(f"bytes that are not {wanted}, replaced")
        return content.decode(wanted, "replace"), wanted
