"""The lines of a letter as ARTEmail's readers want them, whatever a mail program did to them."""

import re
from collections.abc import Iterator

from mailproc.mail.letter import Letter
from mailproc.mail.parse import readable

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


def texts(letter: Letter) -> Iterator[list[str]]:
    """The lines of a letter's body, then those of each plain text that is attached."""
    body = readable(letter)
    yield lines_of(body)
    for part in letter.parts:
        if part.media_type == "text/plain" and part.attachment and part.text and part.text != body:
            yield lines_of(part.text)


def lines_of(text: str) -> list[str]:
    """Lines without line ends, trailing blanks, control characters or quoting.

    Quoting ("> ") is undone only where every line has it: then the whole was forwarded. One
    quoted line among others is what somebody else said before.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\xa0", " ")
    lines = [line.rstrip() for line in _CONTROL.sub("", text).split("\n")]
    for _ in range(20):
        if not _is_quoted(lines):
            break
        lines = [line[1:].removeprefix(" ").rstrip() for line in lines]
    return lines


def _is_quoted(lines: list[str]) -> bool:
    said = [line for line in lines if line]
    return bool(said) and all(line.startswith(">") for line in said)
