"""Texts, octets and letters as an attacker would write them, of any length: one thing, again and again."""

# ruff: noqa: E501  # tables

from collections.abc import Callable

Made = Callable[[int], str]

SIGNS = "<>()[]{}\"'\\@,;:=?*%&#|/-_. \t\n\r0aAx\xa0\xe9\x00"
RUNS = (
    "<;99-9999\r>", "99-0001\nsecret\n", "99-0001 ", "TX1 S SED99\n", "TX", "TX \n", "NNNN\n", "NUMBER A1\n",
    "A1 - NOT\n", "B1-1: *USE 5*\n", ":DELIVER ABOVE ITEM TO:\n", "Line 1: A1 REJECTED - x\n", "FILEREFNO 1\n",
    "=?utf-8?q?=41?= ", "=?utf-8?b?QQ==?=", "=?", "<a@b.example>,", "a@b.example, ", "g:a@b.example;", "(\\\")",
    "(a", "\"a", "a;b=c;", ";b*0*=%41", "> ", ">\n", "\n\n", " \n", "\n ", "a\nb", "--b\n", "--b--\n",
    "<br>", "<div>", "</p>", "&#65;", "&lt", "<!--", "<script", "<a b=\"", "-- \n", "a \n", "> a \n",
    "X: y\n", "Received: x; y\n", "Status: 5.1.1\n\n", "Your number: x\n", "From: a\nSent: b\n", "1.234,56 ",
    "2026-01-31 ", "31 Jan 2026, ", "ISSN 1234-5679 ", "VOL 1 PT 2 ", "Vol. 1 no. (", "s=a; b=c; ", "a/b ",
    "ou l'\xe9", "12345678-001\n", "-----\n", "----- Original Message -----\n", "Message-ID: <a@b>\n",
)  # fmt: skip


def texts() -> dict[str, Made]:
    """By what they are made of, as text of about the length asked for."""
    made: dict[str, Made] = {repr(one): _run(one) for one in (*SIGNS, *RUNS)}
    made["brackets around"] = lambda length: "(" * (length // 2) + ")" * (length // 2)
    made["tags around"] = lambda length: "<div>" * (length // 11) + "</div>" * (length // 11)
    made["one line"] = lambda length: "word " * (length // 5)
    made["a quarter line ends"] = lambda length: (
        "\n" * (length // 4) + "x" * (length // 2) + "\n" * (length // 4)
    )
    return made


def _run(one: str) -> Made:
    return lambda length: one * max(1, length // len(one))


def ber() -> dict[str, Callable[[int], bytes]]:
    """Elements that say more than they hold, that hold one another, and many small ones."""
    heads = {
        "open": b"\x30\x80", "long": b"\x30\x84\x7f\xff\xff\xff", "request": b"\x61\x80", "choice": b"\xa1\x80",
        "tag of many octets": b"\xbf\xff\xff\xff\xff\x7f\x80", "end": b"\x00\x00", "number": b"\x02\x01\x05",
        "text": b"\x1b\x01a", "empty": b"\x30\x00", "length of many octets": b"\x30\xff\x01",
    }  # fmt: skip
    made: dict[str, Callable[[int], bytes]] = {
        name: (lambda length, head=head: head * (length // len(head))) for name, head in heads.items()
    }
    made["closed in turn"] = lambda length: (
        b"\x61\x80" + b"\x30\x80" * (length // 4) + b"\0\0" * (length // 4)
    )
    made["many in one"] = lambda length: _around(b"\x61", b"\x80\x01a" * (length // 3))
    made["deep and true"] = _deep
    made["a long number"] = lambda length: _around(b"\x61", _around(b"\x80", b"\x7f" * length))
    return made


def _deep(length: int) -> bytes:
    """Each element of the right length, so far as it fits 40 deep, and then filled."""
    content = b"\x02\x01\x05" * (length // 3)
    for _ in range(40):
        content = _around(b"\x30", content)
    return _around(b"\x61", content)


def _around(tag: bytes, content: bytes) -> bytes:
    size = len(content)
    octets = size.to_bytes(4, "big")
    return tag + (bytes([size]) if size < 128 else b"\x84" + octets) + content


_FRAMES: dict[str, tuple[str, str]] = {
    "a text": ("From: a@b.example\nSubject: x\n\n", ""),
    "HTML": ("Content-Type: text/html\n\n", ""),
    "flowed": ("Content-Type: text/plain; format=flowed\n\n", ""),
    "quoted-printable": ("Content-Transfer-Encoding: quoted-printable\n\n", ""),
    "Subject": ("Subject: ", "\n\nx"),
    "From": ("From: ", "\n\nx"),
    "To": ("To: ", "\n\nx"),
    "References": ("References: ", "\n\nx"),
    "Date": ("Date: ", "\n\nx"),
    "Content-Type": ("Content-Type: text/plain; ", "\n\nx"),
    "Content-Disposition": ("Content-Disposition: attachment; ", "\n\nx"),
    "a header": ("", "\n\nx"),
    "parts": ("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n", "\n--b--\n"),
    "a status": (
        "From: mailer-daemon@b.example\nReturn-Path: <>\n"
        "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n",
        "\n--b--\n",
    ),
    "a bounce in words": (
        "From: mailer-daemon@b.example\nReturn-Path: <>\nSubject: Undelivered Mail\n\n", ""
    ),
    "an order file": ("Subject: x\n\n99-0001\nsecret\n\n\n\n\nTX1 S SED99\n", "\n\n\n\n\nNNNN\n"),
    "a report": ("Subject: ART REPORT\n\n99-0001\n\n", "\n"),
}  # fmt: skip


def letters() -> dict[str, Callable[[int], bytes]]:
    """Each text at each place of a letter; many parts, and parts in parts."""
    made: dict[str, Callable[[int], bytes]] = {}
    for place, (before, after) in _FRAMES.items():
        for name, text in texts().items():
            made[f"{name} as {place}"] = _framed(before, text, after)
    made["many parts"] = lambda length: _PARTS + b"--b\nX: y\n\nz\n" * (length // 13)
    made["many order files"] = _many_files
    made["letters in letters"] = lambda length: b"Content-Type: message/rfc822\n\n" * (length // 31)
    made["parts in parts"] = lambda length: b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(length // 55)
    )
    made["many fields"] = lambda length: b"".join(b"X-%d: y\n" % n for n in range(length // 9)) + b"\nx"
    made["many boundaries alike"] = lambda length: _PARTS + b"--b" * (length // 3)
    for name, octets in ber().items():
        made[f"BER: {name}"] = lambda length, octets=octets: BER_HEAD + octets(length)
    return made


BER_HEAD = b"Content-Type: application/iso-10161-ill-1\nContent-Transfer-Encoding: 8bit\n\n"
_PARTS = b"Content-Type: multipart/mixed; boundary=b\n\n"


def _many_files(length: int) -> bytes:
    one = b"--b\n\n99-0001\nword%05d\n\n\n\n\nTX1 S\nA title\n\n\n\n\nNNNN\n"
    return _PARTS + b"".join(one % n for n in range(length // 52))


def _framed(before: str, text: Made, after: str) -> Callable[[int], bytes]:
    return lambda length: (before + text(length) + after).encode("latin-1")
