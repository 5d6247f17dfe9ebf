"""The header of a letter or part: split as bytes, each field decoded when needed.

RFC 5322 (fields, folding, identifiers), RFC 2047 (encoded words). A bare CR ends no line here, so nobody can
hide a field from a verifier that read the letter before us.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mailproc.mail import charset, encoded_words
from mailproc.mail.defects import Defects

Header = dict[str, list[bytes]]  # lower-case names; values as they came, folded

MOST_OF_HEADER = 262_144  # octets
MOST_OF_FIELD = 16_384  # octets of one field that are read
MOST_OF_LINE = 998  # characters of a decoded value
MOST_OF_ID = 250
MOST_IDS = 100

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)\n?")
_MBOX = re.compile(rb">?From (?![ \t]*:)[^\n]*\n")
_REGULAR = re.compile(rb"(?:[!-9;-~]++:[^\n]*+\n(?:[ \t]++[^\s][^\n]*+\n)*+)*+")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNSAFE = re.compile(f"{encoded_words.CONTROL.pattern}+")
_BEHIND_TOKEN = re.compile(r"[\s;(]+")
_ID = re.compile(r"<([^<>]+)>")


def split(raw: bytes, defects: Defects) -> tuple[Header, bytes]:
    """Return the fields and the body. A line that is not a field ends the header and is kept."""
    header, body = read(raw, 0, len(raw), defects)
    return header, raw[body:]


def read(raw: bytes, begin: int, stop: int, defects: Defects) -> tuple[Header, int]:
    """Like ``split``, for a range of a letter: return the fields, and where the body begins.

    Only the fields are copied: parts are nested, and each level would copy the letter.
    """
    end, body = _end(raw, begin, stop)
    if end - begin > MOST_OF_HEADER:
        defects.note("header too long, its end not read")
    limit = min(end, begin + MOST_OF_HEADER)
    mbox = _MBOX.match(raw, begin, limit)
    header: Header = {}
    position = mbox.end() if mbox else begin
    while field := _FIELD.match(raw, position, limit):
        header.setdefault(field[1].lower().decode("ascii"), []).append(field[2])
        position = field.end()
    if position < limit:
        defects.note("no blank line between header and body")
        return header, position
    return header, body


def irregular(raw: bytes) -> str:
    """Return why others may see other fields in this header than ``split`` does; '' if nobody can.

    RFC 5322, 2.1, 2.2 and 4.5: if systems disagree on what ends a line, a field or the header, a field is
    hidden from one of them and not from another.
    """
    end, body = _end(raw, 0, len(raw))
    if end > MOST_OF_HEADER:
        return "header too long, its end not read"
    lines, whole_ends, returns = (raw.count(sign, 0, body) for sign in (b"\n", b"\r\n", b"\r"))
    if _CONTROL.search(raw, 0, body):
        return "control characters in the header"
    if returns != whole_ends or (whole_ends and whole_ends != lines):
        return "lines of the header that end in different ways"
    if not _REGULAR.fullmatch(raw, 0, end):
        return "a line of the header that is no field, or not whole"
    return ""


def _end(raw: bytes, begin: int, stop: int) -> tuple[int, int]:
    """Return where the blank line after the header begins, and where the body does."""
    if raw.startswith((b"\n", b"\r\n"), begin, stop):
        return begin, raw.index(b"\n", begin) + 1
    crlf = raw.find(b"\n\r\n", begin, stop)  # the fastest search: every part of every letter is split
    lf = raw.find(b"\n\n", begin, crlf + 1 if crlf >= 0 else stop)
    if lf >= 0:
        return lf + 1, lf + 2
    return (crlf + 1, crlf + 3) if crlf >= 0 else (stop, stop)


def named(raw: bytes, name: str) -> tuple[str, ...]:
    """Return every field of that name in a letter, topmost (newest trace) first, each as one line."""
    if name.lower().encode("ascii") not in raw[: min(_end(raw, 0, len(raw))[0], MOST_OF_HEADER)].lower():
        return ()  # as in almost every letter that is asked: ten times quicker than splitting
    header, _ = split(raw, Defects())
    return tuple(text(value) for value in header.get(name.lower(), ()))


def first(header: Header, name: str) -> bytes:
    """Return the topmost field of that name, b'' if there is none."""
    values = header.get(name)
    return values[0] if values else b""


def text(value: bytes) -> str:
    """Return a field as one line of text, with encoded words decoded."""
    return one_line(encoded_words.decoded(charset.plain(value[:MOST_OF_FIELD])))[:MOST_OF_LINE]


def one_line(characters: str) -> str:
    """Collapse control characters and runs of white space to single blanks."""
    return " ".join(_UNSAFE.sub(" ", characters).split())


def token(value: bytes) -> str:
    """Return the first word of a field in lower case: "auto-replied" for "auto-replied; owner=x"."""
    words = _BEHIND_TOKEN.split(text(value).lower().strip(), maxsplit=1)
    return words[0]


def ids(values: list[bytes]) -> tuple[str, ...]:
    """Return Message-IDs without brackets, the last hundred; garbage is kept as text."""
    line = " ".join(one_line(charset.plain(value[:MOST_OF_FIELD])) for value in values)
    found = ["".join(one.split())[:MOST_OF_ID] for one in _ID.findall(line)]
    if not found:
        found = [word[:MOST_OF_ID] for word in line.split() if "@" in word]
    if not found and line:
        found = [line.strip("<> ")[:MOST_OF_ID]]
    return tuple(dict.fromkeys(one for one in found[-MOST_IDS:] if one))


def date(value: bytes, defects: Defects) -> datetime | None:
    """Return the aware instant of a Date field, in the sender's zone; UTC if no zone is given."""
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(text(value)[:100])
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment.astimezone(UTC)  # the edges of the calendar have no UTC
    except (ValueError, TypeError, OverflowError, IndexError):
        defects.note("a date that cannot be read")
        return None
    return moment
