"""Characters that steer whoever shows them: a terminal, or the direction and joints of a text.

Control characters; the format characters of Unicode that are not seen (marks of direction, joiners,
the soft hyphen, the byte order mark, tags); halves of characters. A stranger's words may hold any of
them, and none of them goes raw into a log or onto a terminal.
"""

import re

UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

INVISIBLE = re.compile(f"(?![\t\n\r]){UNSEEN.pattern}")
"""The same, but for what parts words and lines."""


def escaped(text: str) -> str:
    """The text with each of them written out, as Python and JSON do: "\\\\n", "\\\\u202e"."""
    return UNSEEN.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
