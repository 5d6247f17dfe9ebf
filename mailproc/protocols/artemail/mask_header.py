"""Mask a header by what its fields decode to.

A password may be in encoded words (RFC 2047), in the pieces of a parameter (RFC 2231), behind percent signs,
quoted pairs or comments, and a mail program shows the field decoded. Such a field is shown decoded and
masked.
"""

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

from mailproc.mail import charset, encoded_words, headers, parameters
from mailproc.secret_words import MASK

Mask = Callable[[str], str]
MOST_LAYERS = 5  # nested encodings; a deeper field is not shown at all

_FIELD = re.compile(rb"^([!-9;-~]++[ \t]*+:)([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.MULTILINE)
_ENCODINGS = re.compile(rb"=\?|[%\\(]|[0-9*]=")
_PAIR = re.compile(r"\\(.)", re.DOTALL)
_COMMENT = re.compile(r"\([^()]{0,998}\)")


def masked(head: bytes, mask: Mask) -> bytes:
    """Return the header with the fields masked that hold a secret in some encoding. In linear time."""
    if not _ENCODINGS.search(head):
        return head
    return _FIELD.sub(lambda field: field[1] + _value(field[2], mask), head)


def _value(value: bytes, mask: Mask) -> bytes:
    if not _ENCODINGS.search(value):
        return value
    shown = as_it_was = charset.plain(value)
    for _ in range(MOST_LAYERS):
        bare = next((other for other in _readings(shown) if mask(other) != other), None)
        if bare is None:
            break
        shown = mask(bare)
    else:
        shown = MASK
    if shown == as_it_was:
        return value
    end = b"\r" if value.endswith(b"\r") else b""
    return b" " + headers.one_line(shown).encode("utf-8", "replace") + end


def _readings(line: str) -> Iterator[str]:
    """Yield what the line may be shown as, also by a program that decodes twice."""
    for _ in range(MOST_LAYERS):
        yield from (decode(line) for decode in _DECODINGS)
        deeper = line
        for decode in _DECODINGS:
            deeper = decode(deeper)
        if deeper == line:
            return
        line = deeper
        yield line


def _without_percent(line: str) -> str:
    return charset.plain(unquote_to_bytes(line))


def _without_pairs(line: str) -> str:
    return _PAIR.sub(r"\1", line)


def _without_comments(line: str) -> str:
    return _COMMENT.sub("", line)


def _with_parameters(line: str) -> str:
    """Join and decode the parameters; the words before them stay."""
    if ";" not in line:
        return line
    given = parameters.parse(line)
    bare = {name: value.replace("\\", "").replace('"', "") for name, value in given.items()}
    return line.partition(";")[0] + "".join(f'; {name}="{value}"' for name, value in bare.items())


_DECODINGS = (encoded_words.decoded, _with_parameters, _without_percent, _without_pairs, _without_comments)
