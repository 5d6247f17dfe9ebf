"""Mask the password of an order file wherever a letter is shown, and insert it where the letter leaves.

An order file is recognised by a line with a customer code and a word on the next line; it may be quoted,
forwarded as HTML, or encoded in base64. Passwords of config.toml are masked wherever they stand, in any case
and across line ends. Short ones occur in too many words: they are masked only below or beside a customer
code, and among the words of a TX line.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO

from mailproc import invisible, slow_work
from mailproc.errors import LocalFault
from mailproc.mail import charset, headers, mime, parameters, transfer_encoding
from mailproc.mail.defects import Defects
from mailproc.protocols.artemail import mask_header
from mailproc.protocols.artemail.layout import CUSTOMER_CODE
from mailproc.secret_words import MASK, SHORTEST, SecretWords

MOST_LEVELS = 10
MOST_PIECES = 4 * mime.MOST_ENTITIES
"""Pieces between delimiters in one letter; no reader looks into more, and the rest is not shown."""
TOO_MANY = b"(not shown: more parts than a letter has)\r\n"
_UTF_8 = ("utf-8", "utf8", "")

_TAG = rb"<[^<>\n]{0,200}>"
_BETWEEN = rb"(?:[\s>|]|" + _TAG + rb"|&nbsp;|&gt;)*+"
_CODE = re.compile(
    rb"((?:^[^0-9A-Za-z\r\n]*+|(?<=[>;]))[0-9]{2}-[0-9]{4}[ \t]*+)((?:\r?\n|" + _TAG + rb"|\r|$)" + _BETWEEN
    + rb")([\x21-\x3b\x3d\x3f-\x7e]{1,64}(?=[ \t]*+(?:\r?$|\r|<|&nbsp;)))?",
    re.MULTILINE,
)  # fmt: skip
"""A customer code, what may stand between, and the word below.

It matches without the word too: else the same text would be tried from each place, in quadratic time.
"""
_TAGS = re.compile(_TAG)
_WORDS = re.compile(
    rb"((?:^[^0-9A-Za-z\r\n]*|(?<=[>;])[ \t]{0,8})"
    rb"(?:TX[ \t]*(?:RZ[ \t]+)?[^ \t\r\n]{0,80}|[0-9]{2}-[0-9]{4}))([ \t][^\r\n]*)", re.I | re.M,
)  # fmt: skip
"""A line, or what HTML shows as one, that begins an order or a file: its number or code, and what follows."""
_PLACE = re.compile(rb"^([0-9]{2}-[0-9]{4}[ \t]*\r?\n)" + MASK.encode() + rb"(?=[ \t]*\r?$)", re.MULTILINE)
_NO_SECRET = re.compile(rf"{MASK}|{CUSTOMER_CODE.pattern}")
"""What may stand in the password's place and must stay readable: our own mask, a code typed twice."""
_WORD = re.compile(rb"[^ \t]+")
_PIECE = re.compile(rb"[^,;<>]+")
_BLANK_LINE = re.compile(rb"(?:\A|\n)\r?\n")
_SECRET = re.compile(r"[\x21-\x7e]{1,64}")
_ENCODED = ("base64", "quoted-printable")
_ENCODING = re.compile(rb"^(content-transfer-encoding[ \t]*:)[^\n]*(?:\n[ \t][^\n]*)*", re.I | re.M)

_TYPE = re.compile(rb"^(content-type[ \t]*:)[^\n]*(?:\n[ \t][^\n]*)*", re.I | re.M)


class Masker:
    """Masks passwords in letters and texts.

    ``known``: passwords that are masked even if nothing around them identifies them. ``is_word``: what is a
    keyword of a TX line, and so is not masked there even if it is somebody's short password.
    """

    def __init__(self, known: Iterable[str] = (), is_word: Callable[[str], object] = lambda _: None) -> None:
        self._known = tuple(word for word in known if not _NO_SECRET.fullmatch(word))
        self._is_word = is_word
        self._words = SecretWords(map(_as_octets, self._known))
        self._short = {word.encode().lower() for word in self._known if len(word) < SHORTEST}

    def letter(self, raw: bytes, *more: str) -> bytes:
        """Return the letter for showing. An encoded part that holds a password is shown decoded.

        ``more``: passwords that a reader found in this letter.
        """
        return self.knowing(*more)._entity(raw, 0, iter(range(MOST_PIECES)))

    def knowing(self, *more: str) -> "Masker":
        """Return a masker that knows more passwords."""
        return Masker((*self._known, *more), self._is_word)

    def text(self, text: str) -> str:
        """Return the text with passwords masked."""
        slow_work.check_length("Masker.text", len(text))
        return self._plain(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def lines(self, lines: list[str]) -> list[str]:
        """Return the lines with passwords masked; the same list if there is none, as is usual."""
        gathered = BytesIO()  # joining bytes objects would take three times the memory
        gathered.writelines(f"{line}\n".encode("utf-8", "surrogatepass") for line in lines)
        content = gathered.getvalue()[:-1]
        slow_work.check_length("Masker.lines", len(content))
        masked = self._plain(content)
        if masked == content:
            return lines
        return [line.decode("utf-8", "surrogatepass") for line in masked.split(b"\n")]

    def _plain(self, content: bytes) -> bytes:
        return invisible.masked_octets(content, self._seen, self._known_words)

    def _seen(self, content: bytes) -> bytes:
        masked = _CODE.sub(_below_code, content)
        if self._short:
            masked = _WORDS.sub(lambda line: line[1] + _WORD.sub(self._short_word, line[2]), masked)
        return self._known_words(masked)

    def _known_words(self, content: bytes) -> bytes:
        return self._words.masked(content.decode("latin-1"), MASK).encode("latin-1")

    def _short_word(self, found: re.Match[bytes]) -> bytes:
        """Mask a word, or the pieces of it between commas and tags."""
        word = found[0]
        if self._is_secret(word):
            return MASK.encode()
        return _PIECE.sub(lambda piece: MASK.encode() if self._is_secret(piece[0]) else piece[0], word)

    def _is_secret(self, word: bytes) -> bool:
        return word.lower() in self._short and not self._is_word(word.decode("latin-1"))

    def _head(self, head: bytes) -> bytes:
        return mask_header.masked(self._plain(head), self.text)

    def _entity(self, raw: bytes, level: int, room: Iterator[int]) -> bytes:
        head, body = _divided(raw)
        header, _ = headers.split(head, Defects())
        media_type, given = parameters.media_type(headers.first(header, "content-type"), "text/plain")
        encoding = headers.token(headers.first(header, "content-transfer-encoding"))
        boundary = given.get("boundary", "").rstrip().encode()
        decoded = transfer_encoding.decode(body, encoding, Defects()) if encoding in _ENCODED else body
        if encoding in _ENCODED:
            shown = self._plain(decoded)
            if shown != decoded:
                return self._head(_ENCODING.sub(rb"\g<1> 8bit", head)) + shown
        label = given.get("charset", "")
        if media_type.startswith("text/") and _may_hide(decoded, label):
            wide = charset.decode(decoded, label, Defects())[0]
            if (masked := self.text(wide)) != wide:
                return self._head(_as_utf8(head)) + masked.encode("utf-8", "replace")
        if level < MOST_LEVELS and media_type.startswith("multipart/") and boundary:
            return self._head(head) + self._pieces(body, b"--" + boundary, level, room)
        if level < MOST_LEVELS and media_type == "message/rfc822":
            return self._head(head) + self._entity(body, level + 1, room)
        return self._head(head) + self._plain(body)

    def _pieces(self, body: bytes, delimiter: bytes, level: int, room: Iterator[int]) -> bytes:
        shown, at = list[bytes](), 0
        for piece, is_delimiter, inside in _split(body, delimiter):
            if not is_delimiter and next(room, None) is None:
                return b"".join((*shown, TOO_MANY))
            at += len(piece)
            whole = self._entity(piece, level + 1, room) if inside and not is_delimiter else piece
            shown.append(whole if inside or is_delimiter else self._plain(piece))
        return b"".join(shown)


def _may_hide(content: bytes, label: str) -> bool:
    """Return whether the text may hold invisible characters that its octets do not show."""
    return b"\0" in content or not (content.isascii() or label.lower() in _UTF_8)


def _below_code(found: re.Match[bytes]) -> bytes:
    """Return the match with its word masked; a tag in between may hold a code and a word too."""
    between = _TAGS.sub(lambda tag: _CODE.sub(_below_code, tag[0]) if b"-" in tag[0] else tag[0], found[2])
    return found[1] + between + (MASK.encode() if found[3] else b"")


def _as_octets(word: str) -> str:
    """Return the word's octets as one character each: letters are searched in this form."""
    return word.encode().decode("latin-1")


def _as_utf8(head: bytes) -> bytes:
    """Return the header of a part in a wide charset as one in UTF-8."""
    return _TYPE.sub(rb"\g<1> text/plain; charset=utf-8", _ENCODING.sub(rb"\g<1> 8bit", head))


def unmask(raw: bytes, secret: str) -> bytes:
    """Replace the mask below the customer code of an order file with ``secret``.

    Raise LocalFault if there is no such place, or the secret cannot be a line of a file.
    """
    if not _SECRET.fullmatch(secret):
        raise LocalFault("a password of ARTEmail is 1 to 64 ASCII characters without a blank")
    head, body = _divided(raw)
    done, hits = _PLACE.subn(lambda place: place[1] + secret.encode(), body, count=1)
    if not hits:
        raise LocalFault("there is no place for the password in this letter")
    return head + done


def _divided(raw: bytes) -> tuple[bytes, bytes]:
    """Return the header with its blank line, and the body."""
    blank = _BLANK_LINE.search(raw)
    return (raw[: blank.end()], raw[blank.end() :]) if blank else (raw, b"")


def _split(body: bytes, delimiter: bytes) -> Iterator[tuple[bytes, bool, bool]]:
    """Yield (bytes, is it a delimiter line, is it a part): all bytes of ``body`` in their order."""
    position, inside = 0, False
    for start, end, last in mime.delimiters(body, delimiter):
        yield body[position:start], False, inside
        yield body[start:end], True, False
        position, inside = end, not last
    yield body[position:], False, inside
