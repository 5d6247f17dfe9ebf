"""Split a letter into the lines that ARTEmail's readers expect, whatever a mail program did to them."""

import re
from collections.abc import Iterator

from mailproc.errors import RemoteFault
from mailproc.mail import charset
from mailproc.mail.defects import Defects
from mailproc.mail.last_letter import LastLetter
from mailproc.mail.letter import MOST_LINES, Letter, Part
from mailproc.mail.parse import readable

MOST_DEPTH = 20
"""How often a letter may have been forwarded with every line quoted."""

_TEXT_FILES = (".txt", ".art", ".asc")
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_RANGES = (
    *((0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0xD800, 0xDFFF), (0xFEFF, 0xFEFF)),
    *((0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x2069)),
)
_PLAIN = dict.fromkeys(one for first, last in _RANGES for one in range(first, last + 1)) | {9: " ", 0xA0: " "}
"""Control characters, surrogates, invisible characters and those that turn the direction are removed."""
_MARKS = tuple(re.compile(f"(?:> ?){{0,{depth}}}+") for depth in range(MOST_DEPTH + 1))
_BLANKS = re.compile(r"\s+")
_AT_ONCE = 65_536
"""Characters of a line that are split at once: a list of two-letter words takes 25 times its length."""


def texts(letter: Letter) -> tuple[list[str], ...]:
    """Return the lines of a letter's body, then those of each further plain text in it or attached to it.

    Raise RemoteFault if there are more than ``MOST_LINES`` together: nothing is left out silently.
    """
    return _texts(letter)


def _read(letter: Letter) -> tuple[list[str], ...]:
    found = list(written(letter))
    if sum(text.count("\n") + text.count("\r") for text in found) >= MOST_LINES:
        raise RemoteFault(f"too large to be read: its texts have more than {MOST_LINES} lines together")
    return tuple(map(lines_of, found))


_texts = LastLetter(_read)


def written(letter: Letter) -> Iterator[str]:
    """Yield the texts of the letter, however long."""
    body = readable(letter)
    yield body
    for part in letter.parts:
        text = _text(part)
        if text and text != body:
            yield text


def _text(part: Part) -> str | None:
    """Return the text of a part. Some programs attach a text as octet-stream, and only the name tells."""
    if part.media_type == "text/plain":
        return part.text
    if part.media_type == "application/octet-stream" and part.filename.lower().endswith(_TEXT_FILES):
        return charset.decode(part.content, "", Defects())[0]
    return None


def lines_of(text: str) -> list[str]:
    """Return the lines without line ends, trailing blanks, control characters, quoting, or an OpenPGP frame.

    Quote marks ("> ") are removed only if every line has them: then the whole letter was forwarded. A quoted
    line among others is older text of somebody else. At most ``MOST_LINES``.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    said = text.split("\n", MOST_LINES)[:MOST_LINES]
    return _unsigned(_unquoted([_plain(line).rstrip() for line in said]))


def spaced(line: str) -> str:
    """Return the line with single blanks between its words, and none at its ends."""
    if "  " not in line and line.isprintable() and line[:1] != " " != line[-1:]:
        return line  # true of most lines
    if len(line) <= _AT_ONCE:
        return " ".join(line.split())
    pieces: list[str] = []
    for start in range(0, len(line), _AT_ONCE):
        piece = _BLANKS.sub(" ", line[start : start + _AT_ONCE])
        if not pieces or pieces[-1].endswith(" "):
            piece = piece.removeprefix(" ")
        if piece:
            pieces.append(piece)
    return "".join(pieces).removesuffix(" ")


def _plain(line: str) -> str:
    return line if line.isprintable() else line.translate(_PLAIN)


def _unquoted(lines: list[str]) -> list[str]:
    depth = MOST_DEPTH
    for line in lines:
        marks = _marks(line, depth)
        if marks < len(line):
            depth = line.count(">", 0, marks)
        if not depth:
            return lines
    return [line[_marks(line, depth) :] for line in lines]


def _marks(line: str, depth: int) -> int:
    """Return where the first ``depth`` quote marks of the line end, or fewer if it has no more."""
    found = _MARKS[depth].match(line)
    return found.end() if found else 0


def _unsigned(lines: list[str]) -> list[str]:
    """Return the text of a cleartext signature (RFC 9580, 7): between its headers and the signature."""
    begin = next((index for index, line in enumerate(lines) if line), 0)
    if not lines or lines[begin] != _SIGNED:
        return lines
    text = lines[lines.index("", begin) + 1 :] if "" in lines[begin:] else []
    end = text.index(_SIGNATURE) if _SIGNATURE in text else len(text)
    return [line.removeprefix("- ") for line in text[:end]]
