"""ILL-String: octets without a declared character set, as text and back.

The module says GeneralString or EDIFACTString and negotiates no character set; what travels is
ASCII, Latin-1 (or Windows-1252) and UTF-8. There are two ways of reading them, because two
things are wanted:

* ``WORDS`` are for people: line ends are "\\n" inside and CR LF outside, blanks around and NULs
  go, and what is empty is absent.
* ``NAME`` is for machines (the qualifiers of a transaction): the very octets come back,
  whatever they were.

Written is always generalString, which is what peers send.
"""

from typing import Any

from mailproc.protocols.iso10161.fields.field_codec import Pair

STRANGE = "\ufffd"
"""Stands before a name whose octets are not the UTF-8 of a storable text; what follows is their Latin-1."""

_NUL_SHOWN = "\u2400"  # no database stores NUL in a text; this sign is not in Latin-1, so it is free

ILL_STRING = ("generalString", "edifactString")


def decoded(octets: bytes) -> str:
    """UTF-8 where it is valid UTF-8, else Windows-1252, else Latin-1 (which takes any octet)."""
    for charset in ("utf-8", "cp1252"):
        try:
            return octets.decode(charset)
        except UnicodeDecodeError:
            continue
    return octets.decode("latin-1")


def encoded(text: str) -> bytes:
    """Latin-1, which every peer reads, where that is read back as the same text; else UTF-8."""
    if text.isascii():
        return text.encode("ascii")
    try:
        octets = text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
    return octets if decoded(octets) == text else text.encode("utf-8")


def name_decoded(octets: bytes) -> str:
    """Any octets as a text of which ``name_encoded`` makes the same octets again."""
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        text = STRANGE
    if text.startswith(STRANGE) or "\0" in text:
        return STRANGE + octets.decode("latin-1").replace("\0", _NUL_SHOWN)
    return text


def name_encoded(text: str) -> bytes:
    """UTF-8 (one library's qualifier must not depend on what else stands in it)."""
    if text.startswith(STRANGE):
        try:
            return text[1:].replace(_NUL_SHOWN, "\0").encode("latin-1")
        except UnicodeEncodeError:
            pass  # no name that was read here
    return text.encode("utf-8", "replace")


def tidy(text: str) -> str:
    """``text`` as it comes back from the wire: what people see of it is the same."""
    if text.isprintable():  # most are: none of the three is in it
        return text.strip()
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _read_words(value: Any) -> str | None:
    return tidy(decoded(value[1])) or None


def _write_words(text: str) -> Any:
    kept = tidy(text).replace("\n", "\r\n")
    return ("generalString", encoded(kept)) if kept else None


def _read_name(value: Any) -> str:
    return name_decoded(value[1])


def _write_name(text: str) -> Any:
    return ("generalString", name_encoded(text))


WORDS = Pair(_read_words, _write_words)
NAME = Pair(_read_name, _write_name)
