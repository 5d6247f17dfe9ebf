"""A reader's link to sign in, where a letter that came back has it encoded (RFC 2045): to be masked as well.

Nobody who reads such a letter is to be that reader.
"""

import binascii
import re
from collections.abc import Iterator
from itertools import groupby

from mailproc.secret_words import MASK

PLACE = "/my/in/"
"""Before the secret (``flow/sign_in_letter``)."""
_BASE64 = re.compile(r"[A-Za-z0-9+/]{4,}={0,2}[ \t\r]*")
_QUOTED = re.compile(r"=(2[DdFf]|5[Ff])")
"""The signs of a link that may be written so."""
_QUOTED_PLACE = re.compile(r"my(?:/|=2[Ff])in(?:/|=2[Ff])")


def masked(text: str) -> str:
    """Return a letter as it came over the wire: lines of base64 that hold a link are masked, and a link in
    quoted-printable is written out, for whoever masks links (``log.mask_shown``). Lines keep their place."""
    if _QUOTED_PLACE.search(text):
        text = _QUOTED.sub(lambda sign: chr(int(sign[1], 16)), text)
    return "\n".join(_lines(text.split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    for is_base64, some in groupby(lines, lambda line: _BASE64.fullmatch(line) is not None):
        run = list(some)
        yield from [MASK] * len(run) if is_base64 and _has_link(run) else run


def _has_link(run: list[str]) -> bool:
    """Return whether the lines of a part hold a link. A word of a header may stand before them."""
    return any(PLACE.encode() in _octets("".join(map(str.strip, run[at:]))) for at in (0, 1))


def _octets(said: str) -> bytes:
    whole = said.rstrip("=")
    try:
        return binascii.a2b_base64(whole[: len(whole) - (len(whole) % 4 == 1)] + "==")
    except binascii.Error:
        return b""
