"""Damage letters as bad mail systems and attackers do: seeded, so that each letter can be made again."""

from collections.abc import Callable, Sequence
from random import Random

MOST = 32_768  # octets of a mutated letter: what is larger is slow to read and finds no more

WORDS: tuple[bytes, ...] = (
    # letters and MIME
    b"\r\n", b"\n", b"\r", b"\0", b"\t", b"\r\n\r\n", b"\r\n ", b"--b", b"--b--", b"From: ", b"From ",
    b"Subject: ", b"Message-ID: <a@b.example>\r\n", b"Content-Type: ", b"multipart/mixed; boundary=b",
    b"multipart/report; report-type=delivery-status; boundary=b", b"message/rfc822",
    b"message/delivery-status",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"text/html", b"text/plain; charset=utf-16", b"charset=iso-2022-jp", b"=?utf-8?q?", b"=?utf-8?b?",
    b"?=",
    b"Return-Path: <>\r\n", b"Auto-Submitted: auto-replied\r\n", b"X-Failed-Recipients: ", b"<", b">",
    b"(", b")",
    b'"', b"\\", b",", b";", b"@", b"=", b"=3D", b"*0*=utf-8''", b"&#x110000;", b"<!--", b"<table>",
    b"&nbsp",
    # numbers and dates
    b"0", b"-1", b"9" * 40, b"1e999999999", b"9999-12-31", b"31-12-9999", b"00-00-0000", b"29-02-2027",
    b"1.0.10161.",
    # ARTEmail
    b"99-0001", b"99-0002", b"TX", b"TXB1-1 S LOAN\r\n", b"NNNN", b"\r\n\r\n\r\n\r\n\r\n", b"CANCEL",
    b"NOT", b"USE*",
    b"CAT*REAPPLY ", b"SHIPPED COPY", b"DUE*", b"RENEWED*", b"FILEREFNO 1", b":DELIVER ABOVE ITEM TO:",
    b"REPLIES FOR ",
    # ISO 10161
    b"\x30\x80", b"\x00\x00", b"\x61\x82\xff\xff", b"\xa0\x84\x7f\xff\xff\xff", b"\x1f\xff\xff\xff\x7f",
    b"\x28\x80",
    b"\x02\x01\x01", b"\x1b\x0820271301", b"\x1b\x06999999", b"\x43\x01", b"\xbf\x24", b"\x24\x80\x04\x00",
    # other scripts, halves of characters, direction
    b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", "\u202e".encode(), "ﬀ".encode(), "İ".encode(),
    "\u2028".encode(),
)  # fmt: skip


def _flip(raw: bytearray, chance: Random) -> None:
    for _ in range(chance.choice((1, 1, 2, 8))):
        if raw:
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)


def _octet(raw: bytearray, chance: Random) -> None:
    if raw:
        raw[chance.randrange(len(raw))] = chance.choice(
            (0, 0x0A, 0x0D, 0x20, 0x7F, 0x80, 0xFF, chance.randrange(256))
        )


def _word(raw: bytearray, chance: Random) -> None:
    at = chance.randrange(len(raw) + 1)
    raw[at : at + chance.choice((0, 0, 1, 8))] = chance.choice(WORDS)


def _repeat(raw: bytearray, chance: Random) -> None:
    start, end = _span(raw, chance, 200)
    raw[start:end] = bytes(raw[start:end]) * chance.choice((2, 3, 20, 300))


def _cut(raw: bytearray, chance: Random) -> None:
    start, end = _span(raw, chance, 400)
    del raw[start:end]


def _end(raw: bytearray, chance: Random) -> None:
    del raw[chance.randrange(len(raw) + 1) :]


def _move(raw: bytearray, chance: Random) -> None:
    start, end = _span(raw, chance, 200)
    piece = bytes(raw[start:end])
    del raw[start:end]
    at = chance.randrange(len(raw) + 1)
    raw[at:at] = piece


def _lines(raw: bytearray, chance: Random) -> None:
    lines = bytes(raw).split(b"\r\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    raw[:] = b"\r\n".join(lines)


def _case(raw: bytearray, chance: Random) -> None:
    start, end = _span(raw, chance, 60)
    raw[start:end] = bytes(raw[start:end]).swapcase()


def _span(raw: bytearray, chance: Random, most: int) -> tuple[int, int]:
    start = chance.randrange(len(raw) + 1)
    return start, min(len(raw), start + chance.randrange(1, most))


WAYS: tuple[Callable[[bytearray, Random], None], ...] = (
    _flip, _octet, _word, _word, _word, _repeat, _cut, _end, _move, _lines, _case,
)  # fmt: skip


def mutated(corpus: Sequence[bytes], chance: Random) -> bytes:
    """One letter of the corpus, damaged in one to six ways; now and then two letters in one."""
    raw = bytearray(chance.choice(corpus))
    if chance.random() < 0.15:
        other = chance.choice(corpus)
        raw[chance.randrange(len(raw) + 1) :] = other[chance.randrange(len(other) + 1) :]
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        chance.choice(WAYS)(raw, chance)
    return bytes(raw[:MOST])
