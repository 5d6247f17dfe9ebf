"""Separate what somebody wrote in a letter from the letter that they quote and from their signature.

Every mail program marks a quotation in its own way, and no standard says how. A line that begins with ">" is
quoted, wherever it stands. Below a line that announces a quotation ("On … wrote:", "-----Original
Message-----", a block of From, Sent, To and Subject) everything is quoted, unless ">" marks lines there: then
the lines between them are the writer's. (docs/decisions.md says why this is code of our own.)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailproc import slow_work
from mailproc.mail import html_text
from mailproc.mail.letter import Letter
from mailproc.mail.quotation import announces, is_quoted, unquoted
from mailproc.mail.signature import ends_with_signature

MOST_LINES = 5_000
"""Lines of a letter that are looked at; people write fewer."""
LONGEST_LINE = 2_000
LONGEST = 10_000
"""Characters that are kept of the writer's own words, and of what they quote."""

_VISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF)) | {
    0xA0: " ", 0x2007: " ", 0x202F: " ", 0x2010: "-", 0x2011: "-", 0x2212: "-",
}  # fmt: skip


@dataclass(frozen=True)
class ReplyText:
    """The parts of a letter's text, lines with LF between them, without blank lines at both ends.

    ``own``: the writer's words, without signature; ``quoted``: the quoted letter, without its marks.
    """

    own: str = ""
    quoted: str = ""


@slow_work.outside_writes
def read(letter: Letter) -> ReplyText:
    """Return what the letter's body says, and what it quotes. Linear in the letter."""
    return split(body(letter))


def body(letter: Letter) -> str:
    """Return the text of the body: the plain one, else the HTML as a mail program would write it plain."""
    parts = [part for part in letter.parts if not part.attachment and part.text]
    for part in parts:
        if part.media_type == "text/plain" and part.text and not part.text.isspace():
            return _unflowed(part.text, dict(part.parameters))
    pages = (part.text or "" for part in parts if part.media_type == "text/html")
    return next((html_text.from_html(page, with_links=True) for page in pages), "")


def _unflowed(text: str, given: Mapping[str, str]) -> str:
    """Return a text with its paragraphs joined if it is format=flowed (RFC 3676).

    Only here, for the words of people: a blank at the end of a line joins it to the next, and most signatures
    leave such blanks out, so anybody could join the lines of a report.
    """
    if given.get("format", "").lower() != "flowed":
        return text
    return html_text.unflowed(text, delete_space=given.get("delsp", "").lower() == "yes")


def split(text: str) -> ReplyText:
    """Split a text as ``read`` does."""
    lines = [line[:LONGEST_LINE] for line in _lines(text)]
    own: list[str] = []
    quoted: list[str] = []
    for segment, is_own in _segments(lines):
        if is_own:
            own += ["", *ends_with_signature(segment)[0]]
        else:
            quoted += segment
    return ReplyText(_joined(own), _joined([unquoted(line) for line in quoted]))


def _lines(text: str) -> list[str]:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n", MOST_LINES)[:MOST_LINES]
    return [visible(line).rstrip() for line in lines]


def visible(line: str) -> str:
    """Return the line with plain blanks and hyphens, and without signs that nobody sees."""
    return line if line.isascii() else line.translate(_VISIBLE)


def _segments(lines: Sequence[str]) -> Iterator[tuple[list[str], bool]]:
    """Yield runs of lines, each with whether they are the writer's own."""
    last_marked = max((index for index, line in enumerate(lines) if is_quoted(line)), default=-1)
    run: list[str] = []
    own, index = True, 0
    while index < len(lines):
        mark = 0 if is_quoted(lines[index]) else announces(lines, index)
        if mark and not _is_marked_below(lines, index + mark, last_marked):
            yield run, own
            yield list(lines[index:]), False
            return
        is_own = not (mark or is_quoted(lines[index]))
        if is_own is not own and (is_own or lines[index]):
            yield run, own
            run, own = [], is_own
        run += lines[index : index + max(mark, 1)]
        index += max(mark, 1)
    yield run, own


def _is_marked_below(lines: Sequence[str], start: int, last_marked: int) -> bool:
    """Return whether ">" marks the quotation that was announced above line ``start``."""
    following = next((index for index in range(start, len(lines)) if lines[index]), len(lines))
    return following <= last_marked and is_quoted(lines[following])


def _joined(lines: Sequence[str]) -> str:
    """Return the lines as one text with single blank lines, cut at ``LONGEST``."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")[:LONGEST].rstrip()
