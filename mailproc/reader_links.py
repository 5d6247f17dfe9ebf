"""A reader's link to sign in (``flow/sign_in_letter``), in whatever letter it comes: it is nobody else's.

Its address may be written for another one, as systems for mail do that watch which links are opened, over
line ends, quoted, in quoted-printable, HTML or UTF-16. A secret is found after its path and not by itself:
what is shown is masked in many places, and no place needs the store for it.
"""

import re

from mailproc.secret_words import MASK

_BREAK = r"\0?(?:=?\r?\0?\n[>| \t\0]{0,20}|<wbr ?/?>)?"
"""Between two signs, as HTML has it too; with the zero octets of UTF-16 where octets are looked through."""
_SLASHES = (
    ("/",), ("_",), ("-", "2", "[Ff]"), ("[=%]", "2", "[Ff]"), ("%", "2", "5", "2", "[Ff]"),
    ("&", "#", "4", "7", ";"), ("&", "#", "[Xx]", "2", "[Ff]", ";"), ("&", "s", "o", "l", ";"),
)  # fmt: skip
_SLASH = "(?:" + "|".join(_BREAK.join(signs) for signs in _SLASHES) + ")"
_PLACE = _BREAK.join(("m", "y", _SLASH, "i", "n", _SLASH, ""))
_SIGN = r"(?:-(?:2[Dd]|5[Ff])|[A-Za-z0-9_-]|[=%](?:25)?(?:2[Dd]|5[Ff])|&#(?:45|95|[Xx]2[Dd]|[Xx]5[Ff]);)"
_LINK = re.compile(rf"({_PLACE})(?!{MASK}(?![A-Za-z0-9_-]))({_SIGN}(?:{_BREAK}{_SIGN}){{7,42}})")


def is_in(text: str) -> bool:
    """Return whether a link is in the text."""
    return _LINK.search(text) is not None


def masked(text: str) -> str:
    """Return the text without the secrets of links. Line ends stay, so a line keeps its number."""
    return _LINK.sub(lambda found: found[1] + _mask(found[2]), text)


def _mask(secret: str) -> str:
    between = "\0" if "\0" in secret else ""
    return between.join(MASK) + "".join(between + "\n" for _ in range(secret.count("\n")))
