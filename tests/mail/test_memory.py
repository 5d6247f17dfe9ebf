"""What a large letter may take of memory while it is parsed: a few times its size, whatever its shape."""

import tracemalloc
from collections.abc import Callable

import pytest

from mailproc.mail import reply_text
from mailproc.mail.html_text import unflowed
from mailproc.mail.letter import MOST_LINES, Letter
from mailproc.mail.parse import parse, readable

SIZE = 1_000_000
MOST_TIMES = 3.5
"""The bytes of a part, its characters, and a copy of them while they are made."""
HEAD = b"From: ill@lender.example\r\nMIME-Version: 1.0\r\n"


def nested(levels: int) -> bytes:
    entity = b"Content-Type: text/plain\r\n\r\n" + b"a b\r\n" * (SIZE // 5)
    for level in range(levels):
        entity = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) + entity
    return HEAD + entity


def many(parts: int) -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\n" + b"a b\r\n" * (SIZE // 5 // parts)
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * parts + b"--b--\r\n"


def flowed() -> bytes:
    text = b"a b \r\n" * (MOST_LINES - 1)
    return HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + text


def peak(raw: bytes, read: Callable[[Letter], str] = readable) -> int:
    """Octets above what there was before."""
    tracemalloc.start()
    try:
        read(parse(raw))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("raw", [nested(0), nested(10), nested(11), many(400)], ids=["0", "10", "11", "400"])
def test_parts_in_parts_take_no_more_memory_than_one(raw: bytes) -> None:
    assert peak(raw) < MOST_TIMES * len(raw)


def test_a_flowed_text_is_joined_line_by_line() -> None:
    raw = flowed()
    assert peak(raw, reply_text.body) < 16 * len(raw)


def test_a_flowed_text_of_more_lines_than_are_read_stays_as_it_is() -> None:
    text = "a \n" * MOST_LINES
    assert unflowed(text, delete_space=False) == text
    assert unflowed(text[3:], delete_space=False).count("\n") == 1
