"""Return plain lines from HTML and from flowed text (RFC 3676).

HTML is split by one expression without backtracking: ``html.parser`` takes seconds for a short letter of
unclosed tags (quadratic, CVE-2025-6069), and raises for others.
"""

import re
from collections.abc import Iterator
from html import unescape

from mailproc.mail.letter import MOST_LINES

MOST_OF_HTML = 1_000_000  # characters
MOST_OF_LINK = 2_000  # characters
MOST_QUOTED = 20
"""Marks before a quoted line, however deep quotations are nested."""

_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<hidden>script|style|title|template)\b.*?(?:</(?P=hidden)\s*>|\Z)"
    r"|<(?P<close>/?)(?P<tag>[a-z][a-z0-9]*)[^<>]*>?"
    r"|<[!?/][^<>]*>?"
    r"|(?P<words>[^<]+|<)",
    re.IGNORECASE | re.DOTALL,
)
_LINK = re.compile(r"""\bhref\s{0,9}=\s{0,9}["']?(?P<to>https?://[^\s"'<>]{1,2000}+)""", re.IGNORECASE)
_ENDLESS = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")  # no character has such a number
_WORD_END = re.compile("[0-9A-Za-z] $")
_WHITE = re.compile(r"[ \t\n\r\f]+")  # not the no-break space: an empty line of Outlook's is one
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset"}
    | {"footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav"}
    | {"ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul"}
)


def unflowed(text: str, delete_space: bool) -> str:
    """Join the lines that a flowed text broke; quoted lines only within their level.

    A blank line is never joined, because blank lines have a meaning here. A text above ``MOST_LINES`` is
    unchanged. ``delete_space`` joins no Latin words or numbers, against the RFC: no program breaks them, but
    a blank that anybody may add would make another number of two.
    """
    if text.count("\n") >= MOST_LINES:
        return text
    pieces: list[str] = []
    open_depth = -1  # quote depth of the line that waits for its next half
    for line in _lines(text):
        unquoted = line.lstrip(">")
        depth = len(line) - len(unquoted)
        content = unquoted.removeprefix(" ")
        if depth == 0 and content.startswith(">"):
            content = unquoted  # stuffed, because ">" is no mark of quotation here
        flows = content.endswith(" ") and content != "-- "
        deletes = flows and delete_space and not _WORD_END.search(content, len(content) - 2)
        said = content[:-1] if deletes else content
        if open_depth != depth or content in ("", "-- "):
            pieces.append("\n" * bool(pieces) + ">" * depth + " " * bool(depth))
        pieces.append(said)
        open_depth = depth if flows else -1
    return "".join(pieces)


def _lines(text: str) -> Iterator[str]:
    """Yield lines one by one: all of them together would take many times the text's memory."""
    begin = 0
    while (end := text.find("\n", begin)) >= 0:
        yield text[begin:end]
        begin = end + 1
    yield text[begin:]


def from_html(html: str, *, with_links: bool = False, between_cells: str = " ") -> str:
    """Return the words of an HTML text in lines, without scripts, styles and tags.

    Lines of a blockquote begin with ">", as mail programs write them in plain text. ``with_links``: where a
    link leads stands behind its words. ``between_cells``: what parts the cells of a row.
    """
    page = _Page(between_cells)
    for token in _TOKEN.finditer(html[:MOST_OF_HTML]):
        if token["tag"]:
            name, opens = token["tag"].lower(), not token["close"]
            page.tag(name, opens=opens)
            if with_links and name == "a":
                page.link(token[0] if opens else "")
        elif token["words"]:
            page.words(unescape(_ENDLESS.sub("\ufffd", token["words"])))
    return page.result()


class _Page:
    """Breaks lines as a browser would, each block once, however deep blocks are nested."""

    def __init__(self, between_cells: str) -> None:
        self._between_cells = between_cells
        self._link = ""
        self._depth = 0
        self._lines: list[str] = []
        self._line: list[str] = []
        self._as_is = False

    def tag(self, name: str, opens: bool) -> None:
        if name == "br":
            self._end_line()
        elif name in _BLOCKS:
            self._end_block()
        elif name in ("td", "th") and opens and self._line:
            self._line.append(self._between_cells)
        if name == "pre":
            self._as_is = opens
        if name == "blockquote":
            self._depth = max(0, self._depth + (1 if opens else -1))

    def link(self, tag: str) -> None:
        """Begin a link with its tag, or end it with ''."""
        shown = "".join(piece[-MOST_OF_LINK:] for piece in self._line[-3:])
        if self._link and self._link not in shown:
            self._line.append(f"{' ' if shown else ''}<{self._link}>")
        found = _LINK.search(tag)
        self._link = unescape(_ENDLESS.sub("\ufffd", found["to"])) if found else ""

    def words(self, text: str) -> None:
        if self._as_is:
            *whole, rest = text.split("\n")
            for line in whole:
                self._line.append(line)
                self._end_line()
            self._line.append(rest)
            return
        words = _WHITE.sub(" ", text)
        if not self._line or self._line[-1].endswith(" "):
            words = words.removeprefix(" ")
        if words:
            self._line.append(words)

    def result(self) -> str:
        """Return the lines, without blank ones at both ends."""
        self._end_block()
        return "\n".join(self._lines).strip("\n") + "\n"

    def _end_block(self) -> None:
        if any(self._line):
            self._end_line()

    def _end_line(self) -> None:
        marks = "> " * min(self._depth, MOST_QUOTED)
        self._lines.append((marks + "".join(self._line)).replace("\xa0", " ").rstrip())
        self._line.clear()
