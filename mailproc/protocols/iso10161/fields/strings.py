"""ILL-String: octets without a declared character set, as text and back.

The module allows GeneralString and EDIFACTString and negotiates no character set; peers send ASCII,
Latin-1 (or Windows-1252) and UTF-8. There are two ways to read a string, for two purposes:

* ``WORDS`` are for people: line ends are "\\n" inside and CR LF on the wire, blanks around the text and NULs
  are removed, and an empty text is absent.
* ``NAME`` is for machines (the qualifiers of a transaction): exactly the same octets come back.

We always write generalString, as peers do.
"""

from typing import Any

from mailproc.protocols.field_codec import Pair

STRANGE = "\ufffd"
"""Marks a name whose octets are not UTF-8 of a text that can be stored; their Latin-1 form follows."""

_NUL_SHOWN = "\u2400"  # no database stores NUL in a text; this sign is not in Latin-1, so it is free

ILL_STRING = ("generalString", "edifactString")


def decoded(octets: bytes) -> str:
    """Decode UTF-8 if valid, else Windows-1252, else Latin-1 (which accepts any octet)."""
    for charset in ("utf-8", "cp1252"):
        try:
            return octets.decode(charset)
        except UnicodeDecodeError:
            continue
    return octets.decode("latin-1")


def encoded(text: str) -> bytes:
    """Encode as Latin-1, which every peer reads, if that is read back as the same text; else as UTF-8."""
    if text.isascii():
        return text.encode("ascii")
    try:
        octets = text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
    return octets if decoded(octets) == text else text.encode("utf-8")


def name_decoded(octets: bytes) -> str:
    """Return any octets as a text from which ``name_encoded`` makes the same octets again."""
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        text = STRANGE
    if text.startswith(STRANGE) or "\0" in text:
        return STRANGE + octets.decode("latin-1").replace("\0", _NUL_SHOWN)
    return text


def name_encoded(text: str) -> bytes:
    """Encode as UTF-8, so that the octets of a qualifier never depend on its other characters."""
    if text.startswith(STRANGE):
        try:
            return text[1:].replace(_NUL_SHOWN, "\0").encode("latin-1")
        except UnicodeEncodeError:
            pass  # this name was not read from a message
    return text.encode("utf-8", "replace")


def tidy(text: str) -> str:
    """Return ``text`` as it comes back from the wire; to people it looks the same."""
    if text.isprintable():  # true of most texts: nothing to replace
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
