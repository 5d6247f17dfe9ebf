"""The lines of a letter as ARTEmail's readers want them, whatever a mail program did to them."""

import re
from collections.abc import Iterator

from mailproc.mail import charset
from mailproc.mail.defects import Defects
from mailproc.mail.letter import Letter, Part
from mailproc.mail.parse import readable

MOST_LINES = 200_000
"""Lines of one text; what follows is not read. Ten thousand orders have fewer."""

_TEXT_FILES = (".txt", ".art", ".asc")
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff"
    "\u200b-\u200f\u2028-\u202e\u2060-\u2069]"  # invisible ones, and those that turn the direction
)


def texts(letter: Letter) -> Iterator[list[str]]:
    """The lines of a letter's body, then those of each further plain text in it or attached to it."""
    body = readable(letter)
    yield lines_of(body)
    for part in letter.parts:
        text = _text(part)
        if text and text != body:
            yield lines_of(text)


def _text(part: Part) -> str | None:
    """Some programs attach a text as nothing but bytes, with a name that says what it is."""
    if part.media_type == "text/plain":
        return part.text
    if part.media_type == "application/octet-stream" and part.filename.lower().endswith(_TEXT_FILES):
        return charset.decode(part.content, "", Defects())[0]
    return None


def lines_of(text: str) -> list[str]:
    """Lines without line ends, trailing blanks, control characters, quoting, or an OpenPGP frame.

    Quoting ("> ") is undone only where every line has it: then the whole was forwarded. One
    quoted line among others is what somebody else said before. At most ``MOST_LINES``.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\xa0", " ")
    said = _CONTROL.sub("", text).split("\n", MOST_LINES)[:MOST_LINES]
    lines = [line.rstrip() for line in said]
    for _ in range(20):
        if not _is_quoted(lines):
            break
        lines = [line[1:].removeprefix(" ").rstrip() for line in lines]
    return _unsigned(lines)


def _unsigned(lines: list[str]) -> list[str]:
    """The text of a cleartext signature (RFC 9580, 7): between its headers and the signature."""
    begin = next((index for index, line in enumerate(lines) if line), 0)
    if not lines or lines[begin] != _SIGNED:
        return lines
    text = lines[lines.index("", begin) + 1 :] if "" in lines[begin:] else []
    end = text.index(_SIGNATURE) if _SIGNATURE in text else len(text)
    return [line.removeprefix("- ") for line in text[:end]]


def _is_quoted(lines: list[str]) -> bool:
    said = [line for line in lines if line]
    return bool(said) and all(line.startswith(">") for line in said)
