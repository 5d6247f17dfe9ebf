"""The header of a letter or of a part: split as bytes, each field decoded when asked for.

Rules: RFC 5322 (fields, folding, identifiers), RFC 2047 (encoded words). A bare CR ends no
line here, so nobody can hide a field from the verifier that looked at the letter before us.
"""

import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mailproc.mail import charset, transfer
from mailproc.mail.defects import Defects

Header = dict[str, list[bytes]]  # lower-case names; values as they came, folded

MOST_OF_HEADER = 262_144  # octets
MOST_OF_FIELD = 16_384  # octets of one field that are looked at
MOST_OF_LINE = 998  # characters of a decoded value
MOST_OF_ID = 250
MOST_IDS = 100

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)\n?")
_MBOX = re.compile(rb">?From [^\n]*\n")
_WORD = re.compile(r"=\?([^\s?*]{1,40})(?:\*[^\s?]{0,40})?\?([bBqQ])\?([^?]*)\?=")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*("|\\?\Z)', re.DOTALL)  # always matches: linear time
_COMMENT = re.compile(rb"\([^()]*\)")
_ANGLE = re.compile(rb"<([^<>]*)>")
_ADDRESS = re.compile(rb'[^\x00-\x20\x7f"(),:;<>@\\]{1,254}(?:@[^\x00-\x20\x7f"(),;<>@\\]{1,254})?')
_ID = re.compile(r"<([^<>]+)>")


def split(raw: bytes, defects: Defects) -> tuple[Header, bytes]:
    """Return the fields and the body. A line that is no field ends the header, unswallowed."""
    end, body = _end(raw)
    if end > MOST_OF_HEADER:
        defects.note("header too long, its end not read")
    limit = min(end, MOST_OF_HEADER)
    mbox = _MBOX.match(raw, 0, limit)
    header: Header = {}
    position = mbox.end() if mbox else 0
    while field := _FIELD.match(raw, position, limit):
        header.setdefault(field[1].lower().decode("ascii"), []).append(field[2])
        position = field.end()
    if position < limit:
        defects.note("no blank line between header and body")
        return header, raw[position:]
    return header, raw[body:]


def _end(raw: bytes) -> tuple[int, int]:
    """Where the blank line behind the header begins, and where the body does."""
    if raw.startswith((b"\n", b"\r\n")):
        return 0, raw.index(b"\n") + 1
    crlf = raw.find(b"\n\r\n")  # searched so for its speed: every part of every letter is split
    lf = raw.find(b"\n\n", 0, crlf + 1 if crlf >= 0 else len(raw))
    if lf >= 0:
        return lf + 1, lf + 2
    return (crlf + 1, crlf + 3) if crlf >= 0 else (len(raw), len(raw))


def named(raw: bytes, name: str) -> tuple[str, ...]:
    """Every field of that name in a letter, topmost (newest trace) first, each as one line."""
    if name.lower().encode("ascii") not in raw[: min(_end(raw)[0], MOST_OF_HEADER)].lower():
        return ()  # as in almost every letter that is asked: ten times quicker than splitting
    header, _ = split(raw, Defects())
    return tuple(text(value) for value in header.get(name.lower(), ()))


def first(header: Header, name: str) -> bytes:
    """The topmost field of that name, b'' where there is none."""
    values = header.get(name)
    return values[0] if values else b""


def text(value: bytes) -> str:
    """Return a field as one line of characters, encoded words decoded."""
    return one_line(_words(charset.plain(value[:MOST_OF_FIELD])))[:MOST_OF_LINE]


def one_line(characters: str) -> str:
    """Collapse control characters and runs of white space to single blanks."""
    return " ".join(_UNSAFE.sub(" ", characters).split())


def token(value: bytes) -> str:
    """The first word of a field in lower case: "auto-replied; owner=x" is "auto-replied"."""
    words = re.split(r"[\s;(]+", text(value).lower().strip(), maxsplit=1)
    return words[0]


def addresses(values: list[bytes], defects: Defects) -> tuple[str, ...]:
    """Bare addresses in lower case (ASCII letters only: "K" for Kelvin is not our "k").

    Display names are thrown away undecoded, so none of them can pretend to be an address.
    What is not clearly an address is left out and noted.
    """
    found: dict[str, None] = {}
    for value in values:
        for candidate in _candidates(value[:MOST_OF_FIELD]):
            if _ADDRESS.fullmatch(candidate):
                found[charset.plain(candidate.lower())] = None
            elif candidate:
                defects.note("an address that cannot be read")
    return tuple(found)


def _candidates(value: bytes) -> Iterator[bytes]:
    bare = _QUOTED.sub(lambda quoted: b'""' if quoted[1] == b'"' else quoted[0], value)
    for _ in range(10):  # comments nest
        bare, hits = _COMMENT.subn(b" ", bare)
        if not hits:
            break
    for entry in re.split(rb"[,;]", bare):
        inside = _ANGLE.findall(entry)
        if inside:
            yield from (one.strip() for one in inside)
        else:
            yield entry.rpartition(b":")[2].strip()  # "group: a@b.example, …;"


def ids(values: list[bytes]) -> tuple[str, ...]:
    """Message identifiers without brackets, the last hundred; garbage stays as text."""
    line = " ".join(one_line(charset.plain(value[:MOST_OF_FIELD])) for value in values)
    found = ["".join(one.split())[:MOST_OF_ID] for one in _ID.findall(line)]
    if not found:
        found = [word[:MOST_OF_ID] for word in line.split() if "@" in word]
    if not found and line:
        found = [line.strip("<> ")[:MOST_OF_ID]]
    return tuple(dict.fromkeys(one for one in found[-MOST_IDS:] if one))


def date(value: bytes, defects: Defects) -> datetime | None:
    """The aware instant of a Date field, in the sender's zone; UTC where no zone is given."""
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


def _words(line: str) -> str:
    """RFC 2047: neighbours of one charset are joined as bytes, for senders cut characters."""
    if "=?" not in line:
        return line
    pieces: list[tuple[str, bytes]] = []  # '' marks characters that were not encoded
    position = 0
    for word in _WORD.finditer(line):
        gap, name = line[position : word.start()], word[1].lower()
        content = _word_bytes(word[2], word[3])
        position = word.end()
        beside_word = bool(pieces) and bool(pieces[-1][0]) and not gap.strip()
        if beside_word and pieces[-1][0] == name:
            pieces[-1] = (name, pieces[-1][1] + content)
            continue
        if gap and not beside_word:
            pieces.append(("", gap.encode()))
        pieces.append((name, content))
    pieces.append(("", line[position:].encode()))
    return "".join(charset.decode(content, name, Defects())[0] for name, content in pieces)


def _word_bytes(encoding: str, content: str) -> bytes:
    if encoding in "bB":
        return transfer.base64(content.encode(), Defects())
    return binascii.a2b_qp(content.encode(), header=True)
