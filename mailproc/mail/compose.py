"""Compose a letter: the same bytes for the same input, and no value can end a line.

RFC 5322, 2045, 2047, 2231, 3834. Own code, because the standard library's generator draws boundaries at
random and folds where systems that read a subject do not expect it.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime

from mailproc import slow_work
from mailproc.errors import LocalFault
from mailproc.mail import addresses, entity
from mailproc.mail.headers import one_line
from mailproc.mail.letter import Body

MOST_REFERENCES = 20
MOST_OF_SUBJECT = 250
"""Characters; relays refuse a header of megabytes."""
MOST_OF_NAME = 200  # characters: verifiers give up on a long From
FOLD_AT = 76
_WORD_OCTETS = 39  # of UTF-8 in one encoded word: a line with one has at most 76 characters

_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{1,250}")  # printable, no blank and no bracket
_QUOTABLE = re.compile(r'(["\\])')
_KEYWORD = re.compile(r"[A-Za-z-]+")
_LIKE_AN_ADDRESS = re.compile("[<>@]")  # in a name: readers differ on whose letter it is
_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


@slow_work.outside_writes
def compose(
    body: Body,
    *,
    sender: str,
    sender_name: str,
    to: Sequence[str],
    message_id: str,
    date: datetime,
    in_reply_to: str = "",
    references: Sequence[str] = (),
    auto_submitted: str = "auto-generated",
) -> bytes:
    """Return a letter with CRLF line ends, ready for the wire.

    Identifiers come without brackets; ``date`` is aware. One part is the letter itself, several are
    multipart/mixed. A last line end is added to a text without one; NULs are removed. Foreign identifiers
    that cannot be in a header are omitted. An empty ``auto_submitted`` omits the field. Raise LocalFault if
    an address or our own identifier cannot be written, ValueError for a naive ``date``.
    """
    if date.tzinfo is None:
        raise ValueError("a naive time is no instant")
    if not to:
        raise LocalFault("A letter needs a recipient.")
    content = entity.written(body.parts, seed=message_id)
    lines = [
        f"From: {_mailbox(sender, sender_name)}",
        f"To: {_folded([_address(one) for one in to], ', ')}",
        f"Subject: {_text(subject(body.subject))}",
        f"Date: {format_datetime(date)}",
        f"Message-ID: <{_own_id(message_id)}>",
        *_thread(in_reply_to, references),
        *([f"Auto-Submitted: {_keyword(auto_submitted)}"] if auto_submitted else []),
        "MIME-Version: 1.0",
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n" + content


def message_id(domain: str, token: str) -> str:
    """Return an identifier without brackets. ``token`` must be unique at ``domain``."""
    return _own_id(f"{token}@{domain}")


def subject(text: str) -> str:
    """Return the subject on one line, cut with an ellipsis after ``MOST_OF_SUBJECT`` characters."""
    line = one_line(text[: 4 * MOST_OF_SUBJECT])
    return line if len(line) <= MOST_OF_SUBJECT else line[: MOST_OF_SUBJECT - 1].rstrip() + "…"


def domain_of(address: str) -> str:
    """Return the part after the last "@", in lower case; '' if there is none."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def _own_id(identifier: str) -> str:
    left, _, right = identifier.partition("@")
    if not (_ID.fullmatch(identifier) and left and right) or "@" in right:
        raise LocalFault(f"{identifier[:80]!r} cannot be a Message-ID.")
    return identifier


def _address(address: str) -> str:
    if not addresses.is_sendable(address):
        raise LocalFault(f"{address[:80]!r} is not an e-mail address.")
    return address


def _keyword(value: str) -> str:
    if not _KEYWORD.fullmatch(value):
        raise LocalFault(f"{value[:80]!r} cannot stand in a header.")
    return value


def _mailbox(address: str, name: str) -> str:
    shown = one_line(_LIKE_AN_ADDRESS.sub(" ", name))[:MOST_OF_NAME].rstrip()
    bare = _address(address)
    if not shown:
        return bare
    if len(shown) > FOLD_AT or "=?" in shown or not shown.isascii():
        return f"{_encoded(shown)}\r\n <{bare}>"
    if not _PLAIN_NAME.fullmatch(shown):
        shown = '"' + _QUOTABLE.sub(r"\\\1", shown) + '"'
    return f"{shown}\r\n <{bare}>" if len(shown) + len(bare) > FOLD_AT - 10 else f"{shown} <{bare}>"


def _thread(in_reply_to: str, references: Sequence[str]) -> Iterator[str]:
    if _ID.fullmatch(in_reply_to):
        yield f"In-Reply-To: <{in_reply_to}>"
    usable = [f"<{one}>" for one in references if _ID.fullmatch(one)][-MOST_REFERENCES:]
    if usable:
        yield f"References: {_folded(usable, ' ')}"


def _folded(items: list[str], separator: str) -> str:
    """Return one item per line if they do not fit in one line."""
    whole = separator.join(items)
    return whole if len(whole) <= FOLD_AT - 10 else (separator.rstrip() + "\r\n ").join(items)


def _text(value: str) -> str:
    """Return a subject: unchanged if it is short ASCII, else folded at blanks or as encoded words."""
    line = one_line(value)
    if not line.isascii() or "=?" in line or any(len(word) > FOLD_AT - 10 for word in line.split()):
        return _encoded(line)
    lines = [""]
    for word in line.split():
        if lines[-1] and len(lines[-1]) + len(word) > FOLD_AT - 10:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def _encoded(line: str) -> str:
    """Return RFC 2047 words of whole characters, one per line; surrogates become "?"."""
    words, word = [], b""
    for character in line:
        octets = character.encode("utf-8", "replace")
        if len(word) + len(octets) > _WORD_OCTETS:
            words.append(word)
            word = b""
        word += octets
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(one).decode()}?=" for one in words)
