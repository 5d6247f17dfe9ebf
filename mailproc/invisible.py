"""Characters that nobody sees, or that steer whoever shows them: a terminal, a text's direction and joints.

Control characters; what Unicode calls default ignorable (marks of direction, joiners, the soft hyphen, the
byte order mark, fillers, variation selectors, tags); what is drawn as nothing; halves of characters. A
stranger's words may hold any of them: none goes raw into a log or onto a terminal, and none hides a secret.
"""

import codecs
import re
from collections.abc import Callable

_IGNORABLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Default_Ignorable_Code_Point of the Unicode Character Database (DerivedCoreProperties.txt, 17.0)."""
_BLANK = "\u2800\U00016fe4\U0001d159"
"""Symbols by their category, and nothing to be seen: a braille cell without dots, a filler, a note."""
_FORMAT = f"{_IGNORABLE}{_BLANK}\u2028\u2029\ufff9-\ufffb"
_HALVES = "\ud800-\udfff"
_CONTROLS = "\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_SPACES = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Blanks of any width (category Zs) but the common one."""
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""The blocks of marks that are drawn over, under and through any letter."""

UNSEEN = re.compile(f"[\0\t\n\r{_CONTROLS}{_FORMAT}{_HALVES}]")
_INVISIBLE = f"\0{_CONTROLS}{_FORMAT}{_HALVES}"  # what parts words and lines is not among them
_INVISIBLE_OCTETS = f"{_CONTROLS}{_FORMAT}"  # NUL is half of a letter in UTF-16, a half stands for an octet

Mask = Callable[[str], str]
OctetMask = Callable[[bytes], bytes]
_Patterns = tuple[re.Pattern[str], re.Pattern[str]]
_IN_TEXT: _Patterns = (re.compile(f"[{_INVISIBLE}]"), re.compile(f"[{_INVISIBLE}{_SPACES}{_MARKS}]"))
_IN_OCTETS: _Patterns = (
    re.compile(f"[{_INVISIBLE_OCTETS}]"),
    re.compile(f"[{_INVISIBLE_OCTETS}{_SPACES}{_MARKS}]"),
)


_write_out = codecs.getencoder("unicode_escape")
"""Looked up now: later its file would have to be opened to log that no file can be opened."""


def escaped(text: str) -> str:
    """The text with each of them written out, as Python and JSON do: "\\\\n", "\\\\u202e"."""
    return UNSEEN.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    return _write_out(found[0])[0].decode("ascii")


def masked(text: str, mask: Mask) -> str:
    """The text as ``mask`` leaves it.

    A secret that is written with unseen characters, unusual blanks or marks between its letters is masked
    too; then the text comes without those.
    """
    return _masked(text, mask, mask, _IN_TEXT)


def masked_octets(
    content: bytes, mask: Callable[[bytes], bytes], mask_words: Callable[[bytes], bytes]
) -> bytes:
    """The same for octets, which are read as UTF-8; those that are none stay.

    ``mask_words``: of what ``mask`` does, that which needs no words or lines around a secret.
    """
    mask_text, mask_bare = _of_text(mask), _of_text(mask_words)
    return _masked(_text(content), mask_text, mask_bare, _IN_OCTETS).encode("utf-8", "surrogateescape")


def _of_text(mask: OctetMask) -> Mask:
    return lambda text: _text(mask(text.encode("utf-8", "surrogateescape")))


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _masked(text: str, mask: Mask, mask_bare: Mask, patterns: _Patterns) -> str:
    """What parts words is left out last, and only where it hides something."""
    unseen, parting = patterns
    if not parting.search(text):  # as in nearly every text
        return mask(text)
    bare = unseen.sub("", text)
    if bare == text or (done := mask(bare)) == bare:
        done = mask(text)
    bare = parting.sub("", done)
    if bare != done and (again := mask_bare(bare)) != bare:
        return again
    return done
