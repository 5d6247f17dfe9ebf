"""Parse addresses in header fields (RFC 5322, 3.4 and 4.4; RFC 6532), in one pass from left to right.

Two questions are asked of one parse. ``mailboxes`` returns every address of To or Reply-To that is clearly
one. ``author`` returns the author of the letter only if every reader of the field must find the same single
mailbox: a verifier before us (DMARC) may have read the field differently, and a forged sender must not profit
from that.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mailproc.mail import charset, encoded_words
from mailproc.mail.defects import Defects

MOST_OF_FIELD = 16_384  # octets of a list of recipients that are read
MOST_OF_AUTHOR = 998  # octets of From: common verifiers read at most 1,024
MOST_OF_ADDRESS = 254  # octets, RFC 5321 4.5.3.1.3
MOST_NESTED = 10  # comments in comments

SEVERAL = "From names more than one sender"
UNCLEAR = "From cannot be read in one way only"

# Possessive or of one character each: linear, whatever comes.
_TOKEN = re.compile(
    r'(?P<word>[^\x00-\x20\x7f()<>\[\]:;@\\,"]++)|(?P<blank>[ \t\r\n]++)'
    r'|"(?P<quoted>(?:[^"\\]|\\.)*+)(?P<closed>"?)|(?P<sign>.)',
    re.DOTALL,
)
_COMMENT = re.compile(r"[()]|[^()\\]++|\\.?", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BRACKETS, _OF_AN_ADDRESS = re.compile("[<>]"), re.compile("[@<>]")
_ESCAPED_FOLD = re.compile(rb"\\\r?\n")

# The kinds of an element's tokens: w is a word, q a quoted string, any other sign is itself.
_MAILBOX = re.compile(r"(?:w|[wq]@w)|[wq]*<(?:w|[wq]@w)>")
_LENIENT = re.compile(r"(?:w|[wq]@w)|[^<>]*<(?:w|[wq]@w)>")
_ADDRESS = re.compile(r"[wq]@w|w")

_ATOM = r'[^\x00-\x20\x7f()<>\[\]:;@\\,".]++'
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*+")
_DOMAIN = re.compile(r"[A-Za-z0-9_\u0080-\U0010ffff-]+(?:\.[A-Za-z0-9_\u0080-\U0010ffff-]+)*")
_SENDABLE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_QUOTABLE = re.compile(r'[^@<>()"\\\t\n]+')  # in a quoted local part; "@" there has deceived other readers


class _Token(NamedTuple):
    """``kind`` is a character of ``_MAILBOX``; "c" is a comment, "?" what cannot be in an address list."""

    kind: str
    text: str


def ascii_lower(address: str) -> str:
    """Return the address for comparison: only ASCII letters in lower case.

    So no other address can equal a partner's ("K" for Kelvin is not our "k").
    """
    if address.isascii():
        return address.lower()
    return "".join(sign.lower() if sign.isascii() else sign for sign in address)


def author(fields: Sequence[bytes], defects: Defects) -> str:
    """Return the one mailbox in a letter's From fields, its ASCII letters in lower case.

    '' with a defect if there is more than one field or mailbox, a group, a route, a domain literal, anything
    that RFC 5322 does not allow, or a decoy: an address inside a comment or an encoded word, angle brackets
    inside a display name. '' without a defect if there is no field. A mailbox without a domain is the
    sender's own mail system ("MAILER-DAEMON").
    """
    if not fields:
        return ""
    tokens = tuple(_tokens(_folded(fields[0])))
    kinds = _kinds(tokens)
    if len(fields) > 1 or "," in kinds:
        defects.note(SEVERAL)
        return ""
    found = "" if _decoy(tokens) or not _MAILBOX.fullmatch(kinds) else _mailbox(tokens)
    if not found:
        defects.note(UNCLEAR)
    return found


def mailboxes(fields: Sequence[bytes], defects: Defects) -> tuple[str, ...]:
    """Return the addresses of these fields in order, without display names, with groups dissolved.

    What is not clearly an address is omitted and noted.
    """
    found: dict[str, None] = {}
    for field in fields:
        for element in _elements(_tokens(charset.plain(field[:MOST_OF_FIELD]))):
            address = _mailbox(element) if _LENIENT.fullmatch(_kinds(element)) else ""
            if address:
                found[address] = None
            elif _kinds(element) not in ("", "<>"):
                defects.note("an address that cannot be read")
    return tuple(found)


def only(field: bytes) -> str:
    """Return the one mailbox of a field such as Return-Path, '' if there is none, or something else."""
    tokens = tuple(_tokens(_folded(field)))
    return _mailbox(tokens) if _MAILBOX.fullmatch(_kinds(tokens)) else ""


def bare(address: str) -> str:
    """Return an envelope's address as ``author`` would write it, '' if it is no addr-spec."""
    tokens = tuple(_tokens(address[: MOST_OF_AUTHOR + 1]))
    return _mailbox(tokens) if _ADDRESS.fullmatch("".join(token.kind for token in tokens)) else ""


def is_sendable(address: str) -> bool:
    """Return whether a letter can be sent there.

    ASCII, unquoted, at most 254 octets (RFC 5321, 4.5.3.1.3).
    """
    return len(address) <= MOST_OF_ADDRESS and _SENDABLE.fullmatch(address) is not None


def _folded(field: bytes) -> str:
    """Return the field with a line feed at each fold; '' if it is too long, not UTF-8, or has controls."""
    if len(field) > MOST_OF_AUTHOR or _ESCAPED_FOLD.search(field):
        return ""
    try:
        text = field.removesuffix(b"\r").replace(b"\r\n", b"\n").decode()
    except UnicodeDecodeError:
        return ""
    return "" if encoded_words.CONTROL.search(text.replace("\n", "").replace("\t", "")) else text


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while found := _TOKEN.match(text, position):
        position = found.end()
        if found["sign"] == "(":
            position = _end_of_comment(text, found.start())
            yield _Token("c", text[found.start() : position])
        elif not found["blank"]:
            yield _token(found)
        if not position:
            yield _Token("?", "")
            return


def _token(found: re.Match[str]) -> _Token:
    if found["word"]:
        return _Token("w", found["word"])
    if found["quoted"] is not None:
        return _Token("q", _ESCAPE.sub(r"\1", found["quoted"])) if found["closed"] else _Token("?", "")
    return _Token(found["sign"] if found["sign"] in "<>@,;:" else "?", found["sign"])


def _end_of_comment(text: str, start: int) -> int:
    """Return where the comment that begins there ends; 0 if never, or if it nests too deep."""
    depth = 0
    for piece in _COMMENT.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(piece[0], 0)
        if depth == 0:
            return piece.end()
        if depth > MOST_NESTED:
            return 0
    return 0


def _kinds(tokens: Sequence[_Token]) -> str:
    return "".join(token.kind for token in tokens if token.kind != "c")


def _elements(tokens: Iterator[_Token]) -> Iterator[list[_Token]]:
    """Yield the tokens between commas, without names of groups."""
    element: list[_Token] = []
    may_be_name = True
    for token in tokens:
        if token.kind in (",", ";"):
            yield element
            element, may_be_name = [], True
        elif token.kind == ":" and may_be_name:
            element = []
        else:
            element.append(token)
            may_be_name = may_be_name and token.kind in ("w", "q", "c")
    yield element


def _decoy(tokens: Sequence[_Token]) -> bool:
    """Return whether another reader might find an address where none is.

    Some look for the first "<" or "@", some decode words first, some end a string or a comment at a fold.
    """
    name = [token for token in tokens[: _angle(tokens)] if token.kind in ("w", "q")]
    strings = "".join(token.text for token in name if token.kind == "q")
    comments = "".join(token.text for token in tokens if token.kind == "c")
    not_last = "".join(token.text for token in tokens[:-1] if token.kind == "c")
    return bool(
        (name and name[0].kind == "w" and name[0].text.startswith("."))
        or _BRACKETS.search(strings)
        or _OF_AN_ADDRESS.search(comments)
        or ("\n" in strings and (comments or "@" in strings))
        or "\n" in (comments if "@" in strings else not_last)
        or encoded_words.deceives(" ".join(token.text for token in tokens if token.kind in ("c", "q", "w")))
    )


def _angle(tokens: Sequence[_Token]) -> int:
    """Return where the display name ends: the position of "<", 0 if there is none."""
    return next((at for at, token in enumerate(tokens) if token.kind == "<"), 0)


def _mailbox(element: Sequence[_Token]) -> str:
    """Return the address of an element in the form of a mailbox; '' if it is not a safe one."""
    local, *rest = [token for token in element[_angle(element) :] if token.kind in ("w", "q", "@")]
    address = _local(local)
    if address and rest:
        domain = rest[-1].text
        address = f"{address}@{domain}" if _DOMAIN.fullmatch(domain) else ""
    fits = address.isprintable() and "=?" not in address and len(address.encode()) <= MOST_OF_ADDRESS
    return ascii_lower(address) if fits else ""


def _local(token: _Token) -> str:
    """Return the shortest form of the local part; '' if it cannot be identified safely."""
    if _DOT_ATOM.fullmatch(token.text):
        return token.text
    return f'"{token.text}"' if token.kind == "q" and _QUOTABLE.fullmatch(token.text) else ""
