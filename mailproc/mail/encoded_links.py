"""A reader's link to sign in, where a letter that came back has it in base64 (RFC 2045): to be masked too.

Nobody who reads such a letter is to be that reader.
"""

import binascii
import re
from collections.abc import Iterator
from itertools import groupby

from mailproc import reader_links
from mailproc.secret_words import MASK

DEEPEST = 2
"""Base64 in base64, as of a letter in a letter, is looked into so often."""
_QUOTING = ">| \t\r"
_BASE64 = re.compile(rf"[{_QUOTING}]{{0,20}}[A-Za-z0-9+/]{{4,}}={{0,2}}[ \t\r]*")


def masked(text: str) -> str:
    """Return a letter as it came over the wire: lines of base64 that hold a link are masked. Lines keep their
    place. Other links are masked where the text is shown (``log.mask_shown``)."""
    return _masked(text, DEEPEST)


def masked_file(content: bytes) -> bytes:
    """Return a file of a letter without the secrets of links, in base64 or not."""
    return reader_links.masked(masked(content.decode("latin-1"))).encode("latin-1")


def _masked(text: str, deep: int) -> str:
    return "\n".join(_lines(text.split("\n"), deep))


def _lines(lines: list[str], deep: int) -> Iterator[str]:
    for is_base64, some in groupby(lines, lambda line: _BASE64.fullmatch(line) is not None):
        run = list(some)
        yield from [MASK] * len(run) if is_base64 and _has_link(run, deep) else run


def _has_link(run: list[str], deep: int) -> bool:
    """Return whether the lines of a part hold a link. A word of a header may stand before them."""
    bare = [line.strip(_QUOTING) for line in run]
    return any(_holds(_octets("".join(bare[at:])).decode("latin-1"), deep) for at in (0, 1))


def _holds(said: str, deep: int) -> bool:
    return reader_links.is_in(said) or (deep > 0 and _masked(said, deep - 1) != said)


def _octets(said: str) -> bytes:
    whole = said.rstrip("=")
    try:
        return binascii.a2b_base64(whole[: len(whole) - (len(whole) % 4 == 1)] + "==")
    except binascii.Error:
        return b""
