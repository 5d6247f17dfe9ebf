"""Read a document: as XML, or as the form field in which the hub posts it.

The hub's documents name a character set that they are not always written in, and come with their markup as
entities now and then. So a document is read as UTF-8 if it is valid, else as Windows-1252; and what is no XML
is unescaped and read again.
"""

import html
import re
from urllib.parse import unquote_to_bytes

from mailproc import hostile_xml
from mailproc.errors import RemoteFault
from mailproc.hostile_xml import Element, Limits
from mailproc.protocols.illsbn.element_table import ROOT
from mailproc.sentence import sentence

LIMITS = Limits(octets=2**20, depth=32, elements=20_000, doctype_name=True)
FIELD = b"BufferILL="
"""The form field in which the hub posts a document; behind the last one is nothing else."""

_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*+[<&]")
_DECLARATION = re.compile(r"\A\s*+<\?xml[^<>]{0,200}\?>")
_MOST_ESCAPES = 2


def text_of(content: bytes, limits: Limits = LIMITS) -> str:
    """Return the characters of a document, out of its form field if it stands in one.

    Raise RemoteFault if it is too long.
    """
    if len(content) > 3 * limits.octets:  # percent-encoded
        raise RemoteFault(sentence("xml-too-long", most=limits.octets))
    if not _MARKUP.match(content):
        content = content.rpartition(FIELD)[2]
    if not _MARKUP.match(content):
        content = _percent_decoded(content.partition(b"&")[0])
    if content[:3].upper() == b"%3C":
        content = _percent_decoded(content)
    if len(content) > limits.octets:
        raise RemoteFault(sentence("xml-too-long", most=limits.octets))
    return _decoded(content)


def _percent_decoded(content: bytes) -> bytes:
    """Decode a form field. Where no blank is left the hub has written each as "+", and encoded that too."""
    content = unquote_to_bytes(content.replace(b"+", b" ")).lstrip()
    return content if b" " in content else content.replace(b"+", b" ")


def _decoded(content: bytes) -> str:
    for charset in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(charset)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def root_of(content: bytes, limits: Limits = LIMITS) -> Element:
    """Return the root of a document. Raise RemoteFault that says what is wrong with it."""
    text = text_of(content, limits)
    problem: RemoteFault | None = None
    for _ in range(_MOST_ESCAPES + 1):
        try:
            root = _parsed(text, limits)
        except RemoteFault as fault:
            problem = problem or fault
        else:
            if not _is_escaped_inside(root):
                return root
        text = html.unescape(text)
    raise problem or RemoteFault(sentence("xml-wrong", why="its markup is escaped more than twice"))


def _parsed(text: str, limits: Limits) -> Element:
    """Parse without the declaration: the characters are known already."""
    plain = _DECLARATION.sub(_line_ends, text, count=1).rstrip()
    root = hostile_xml.parse(plain.encode("utf-8", "replace"), limits)
    if root.tag != ROOT:
        raise RemoteFault(sentence("sbn-other-root", found=str(root.tag)[:80], expected=ROOT))
    return root


def _line_ends(declaration: re.Match[str]) -> str:
    return "\n" * declaration[0].count("\n")


def _is_escaped_inside(root: Element) -> bool:
    """Return whether the root's content is markup that was written as entities."""
    return not len(root) and (root.text or "").lstrip()[:1] == "<"
