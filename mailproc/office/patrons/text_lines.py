"""The lines of a file, of bounded length, decoded; what cannot be decoded is named by line and column."""

import codecs
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper

from mailproc.errors import LocalFault
from mailproc.sentence import sentence

LONGEST = 1_000_000
"""Octets (or characters of UTF-16) of a line."""
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def octet_lines(stream: BufferedReader) -> Iterator[bytes]:
    """Give the lines with their ends. Raise LocalFault for one that is too long."""
    number = 1
    while line := stream.readline(LONGEST + 1):
        _check(len(line), number)
        yield line
        number += line.endswith(b"\n")


def text_lines(stream: BufferedReader, encoding: str) -> Iterator[str]:
    """Give the lines with their ends, less a byte order mark. Raise LocalFault for what is not text."""
    if stream.peek(2)[:2] in _WIDE or encoding == "utf-16":
        yield from _wide_lines(stream)
        return
    for number, line in enumerate(octet_lines(stream), 1):
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError as error:
            column = len(line[: error.start].decode(encoding, "replace")) + 1
            raise LocalFault(
                sentence("patrons-encoding", line=number, column=column, encoding=encoding),
                (sentence("patrons-encoding-key"),),
            ) from None
        yield text.removeprefix("\ufeff") if number == 1 else text


def _wide_lines(stream: BufferedReader) -> Iterator[str]:
    text = TextIOWrapper(stream, "utf-16", newline="")
    number = 1
    try:
        while line := text.readline(LONGEST + 1):
            _check(len(line), number)
            yield line
            number += 1
    except UnicodeError:
        raise LocalFault(
            sentence("patrons-encoding", line=number, column=1, encoding="utf-16"),
            (sentence("patrons-encoding-key"),),
        ) from None
    finally:
        text.detach()  # or it would close what its caller closes


def _check(length: int, number: int) -> None:
    if length > LONGEST:
        raise LocalFault(sentence("patrons-line-long", line=number, most=LONGEST))
