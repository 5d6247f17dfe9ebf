"""A letter as a value: its parsed parts, its original bytes, and a body to send."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

LARGEST = 50_000_000
"""Octets of a letter from a file, or from a mailbox without a smaller limit."""

BY_MAIL = "mail"
"""The default transport: for letters to people, and for partners without another one."""

MOST_LINES = 200_000
"""Lines of all texts of one letter together. Ten thousand orders have fewer."""


@dataclass(frozen=True)
class Part:
    """One leaf of a letter's MIME tree.

    ``content`` is decoded from its transfer encoding; ``text`` is the decoded characters of a
    ``text/*`` part with LF line ends, None for other parts. ``content_id`` (RFC 2392) is without brackets, ''
    where the part has none.
    """

    media_type: str
    content: bytes
    text: str | None = None
    charset: str = ""
    filename: str = ""
    attachment: bool = False
    parameters: tuple[tuple[str, str], ...] = ()
    content_id: str = ""


@dataclass(frozen=True)
class Letter:
    """An e-mail (RFC 5322) that was read; reading never raises, see ``defects``.

    Addresses are bare and in lower case ("ill@library.example"), '' if there is none. ``authors`` are the
    From fields as lines, unchecked. ``message_id`` is without angle brackets. ``date`` is aware, in the
    sender's zone. ``autoreply``: a field says that an autoresponder wrote it; ``of_list``: that a list
    sent it (RFC 2919).
    """

    raw: bytes
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    sender: str = ""
    authors: tuple[str, ...] = ()
    reply_to: str = ""
    to: tuple[str, ...] = ()
    return_path: str | None = None
    date: datetime | None = None
    auto_submitted: str = ""
    precedence: str = ""
    autoreply: bool = False
    of_list: bool = False
    media_type: str = "text/plain"
    parts: tuple[Part, ...] = ()
    defects: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The first plain text that is no attachment, else the first that is one, else ''."""
        plain = [part for part in self.parts if part.media_type == "text/plain"]
        for part in sorted(plain, key=lambda part: part.attachment):
            if part.text is not None:
                return part.text
        return ""

    def content_digest(self) -> str:
        """Return SHA-256 (hex) of subject and decoded parts, without white space.

        Equal for the same letter with other transport headers, and for one to which blanks were added: a
        signature with relaxed canonicalization (RFC 6376, 3.4) allows that. Linear in the letter.
        """
        digest = sha256()
        for piece in self._said():
            dense = piece.translate(None, b" \t\r\n\v\f")
            digest.update(len(dense).to_bytes(8, "big"))
            digest.update(dense)
        return digest.hexdigest()

    def answer_digest(self, content_digest: str) -> str:
        """Return SHA-256 (hex) of the content, and of the Message-IDs that the letter answers."""
        digest = sha256(content_digest.encode())
        for message_id in (*self.in_reply_to, "", *self.references):
            digest.update(repr(message_id).encode())
        return digest.hexdigest()

    def _said(self) -> Iterator[bytes]:
        yield self.subject.encode("utf-8", "surrogatepass")
        for part in self.parts:
            described = (part.media_type, part.charset, part.filename, part.attachment, part.parameters)
            yield repr(described).encode("utf-8", "surrogatepass")
            yield part.content


@dataclass(frozen=True)
class Body:
    """What a codec or a notice wants to send: a subject and its parts, no addresses.

    A part with ``text`` is sent as text in the charset named (us-ascii if '' and it fits, else utf-8); any
    other part as base64 of ``content``.
    """

    subject: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Envelope:
    """The envelope (RFC 5321). An empty ``mail_from`` is the null sender. ``transport``: how it goes.

    ``partner``: the symbol of whose system it is for, '' for people of ours. ``answers``: the number
    of the letter of this system that caused it, by which a transport finds the connection that waits for it;
    0 if none did, or another's.
    """

    mail_from: str
    rcpt_to: str
    transport: str = BY_MAIL
    partner: str = ""
    answers: int = 0
