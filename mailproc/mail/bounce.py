"""Bounces: what a mail system says of a letter of ours.

RFC 3464 (delivery status), and the shapes of systems that write none: qmail, older Exim and
sendmail, gateways that rename the parts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailproc.mail import headers
from mailproc.mail.defects import Defects
from mailproc.mail.letter import Letter, Part
from mailproc.mail.parse import readable

MOST_OF_TEXT = 300  # characters of the diagnostic
MOST_RECIPIENTS = 100
MOST_WORDS = 65_536  # characters of the readable text that are looked at
MOST_STATUS = 262_144  # octets of a delivery status that are looked at
MOST_GROUPS = 1_000  # groups of fields in it
MOST_LINE = 998  # characters of a line

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_KINDS = {"failed": "failed", "delayed": "delayed", "delivered": "delivered"} | {
    "relayed": "delivered",
    "expanded": "delivered",
}
_KIND_OF_CLASS = {"5": "failed", "4": "delayed", "2": "delivered"}
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")

_DAEMON = re.compile(r"(mailer-daemon|mail-daemon|postmaster|microsoftexchange[0-9a-f]*)(@|$)")
_FAILED = re.compile(
    r"failure notice|undeliver|returned mail|delivery (status notification \(fail|failure|has failed|failed)"
    r"|mail delivery (failed|system)|could not be delivered|unzustellbar|non remis|non recapitabile",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delay|warning: could not send|will be retried|still being (re)?tried|not yet been delivered"
    r"|verzögert|retardé",
    re.IGNORECASE,
)
_QMAIL = re.compile(r"<([^<>\s@]{1,250}@[^<>\s]{1,250})>:")  # a line by itself
_EXIM = re.compile(r" {2,4}([^\s<>:@]{1,250}@[^\s<>:]{1,250})")
_QUOTED_ID = re.compile(r"^>?[ \t]{0,20}message-id:\s{0,20}<([^<>\s]{1,250})>", re.IGNORECASE | re.MULTILINE)
_COPY_STARTS = re.compile(
    r"^-{1,80} ?(below this line|this is a copy|original message|the body)", re.I | re.M
)


@dataclass(frozen=True)
class Bounce:
    """What became of a letter. ``status`` is an RFC 3463 code ("5.1.1") or ''.

    ``kind`` is the worst of what is said: failed, else delayed, else delivered; ``recipients``
    are those it is said of. ``message_ids`` name the letter; () where nothing does.
    """

    kind: str
    message_ids: tuple[str, ...]
    recipients: tuple[str, ...] = ()
    status: str = ""
    text: str = ""


def read(letter: Letter) -> Bounce | None:
    """Return what the letter says of one of ours, None where it is no bounce.

    Conservative: without a delivery status in a report, a letter is one only if it comes from a
    mail system's own address, with no sender to return it to, and says so in known words.
    """
    status = next((part for part in letter.parts if part.media_type in _STATUS_TYPES), None)
    if status is not None and (letter.media_type == "multipart/report" or _from_system(letter)):
        return _from_status(letter, status)
    if letter.media_type == "multipart/report" or not _from_system(letter):
        return None  # other reports are receipts and complaints
    return _from_words(letter)


def _from_system(letter: Letter) -> bool:
    """Has it the envelope and the sender of a mail system? The listener's letters have no path."""
    nobody = letter.return_path in (None, "") or bool(_DAEMON.match(letter.return_path or ""))
    return nobody and bool(_DAEMON.match(letter.sender) or headers.named(letter.raw, "X-Failed-Recipients"))


def _from_status(letter: Letter, part: Part) -> Bounce | None:
    groups = [_Group(fields) for fields in _groups(part.content)]
    for kind in ("failed", "delayed", "delivered"):
        said = [group for group in groups if group.kind == kind]
        if said:
            recipients = dict.fromkeys(group.recipient for group in said if group.recipient)
            return Bounce(
                kind=kind,
                message_ids=_message_ids(letter),
                recipients=tuple(recipients)[:MOST_RECIPIENTS],
                status=next((group.status for group in said if group.status), ""),
                text=next((group.text for group in said if group.text), ""),
            )
    return _from_words(letter) if _from_system(letter) else None


def _groups(content: bytes) -> Iterator[headers.Header]:
    """The blocks of fields of a delivery status; the first speaks of the letter, no recipient."""
    block: list[bytes] = []
    blocks = 0
    for line in (*content[:MOST_STATUS].split(b"\n"), b""):
        if line.strip():
            block.append(line + b"\n")
        elif block:
            yield headers.split(b"".join(block), Defects())[0]
            block, blocks = [], blocks + 1
            if blocks == MOST_GROUPS:
                return


class _Group:
    """What a delivery status says of one recipient; ``kind`` is '' where it says nothing."""

    def __init__(self, fields: Mapping[str, list[bytes]]) -> None:
        get = {name: headers.text(values[0]) for name, values in fields.items()}
        self.text = _untyped(get.get("diagnostic-code", ""))[:MOST_OF_TEXT]
        found = _STATUS.search(get.get("status", "")) or _STATUS.search(self.text)
        self.status = found[0] if found else ""
        recipient = get.get("final-recipient") or get.get("original-recipient") or ""
        self.recipient = _untyped(recipient).strip("<>").lower()[:254]
        action = get.get("action", "").lower().split(" ")[0]
        self.kind = _KINDS.get(action) or (
            _KIND_OF_CLASS[self.status[0]] if self.status and recipient else ""
        )


def _untyped(value: str) -> str:
    """ "rfc822; reader@example" is an address with its type."""
    kind, separator, rest = value.partition(";")
    return rest.strip() if separator and " " not in kind.strip() else value


def _from_words(letter: Letter) -> Bounce | None:
    words = readable(letter)[:MOST_WORDS]
    own_words = _COPY_STARTS.split(words, maxsplit=1)[0]
    failed_to = headers.addresses(
        [value.encode() for value in headers.named(letter.raw, "X-Failed-Recipients")], Defects()
    )
    kind = _kind_of_words(letter.subject, own_words[:2000], bool(failed_to))
    return _worded(letter, own_words, failed_to, kind) if kind else None


def _kind_of_words(subject: str, words: str, recipients_named: bool) -> str:
    """The subject goes first, and "undeliverable" before "delay": what follows may be our subject."""
    if _FAILED.search(subject):
        return "failed"
    if _DELAYED.search(subject):
        return "delayed"
    return "failed" if recipients_named or _FAILED.search(words) else ""


def _worded(letter: Letter, words: str, failed_to: tuple[str, ...], kind: str) -> Bounce:
    lines = [line[:MOST_LINE].rstrip() for line in words.split("\n")]
    said = list(_said_of(lines, _QMAIL, "")) or list(_said_of(lines, _EXIM, "   "))
    recipients = failed_to or tuple(dict.fromkeys(address for address, _ in said))
    text = headers.one_line(said[0][1] if said else "")[:MOST_OF_TEXT]
    found = _STATUS.search(text) or _STATUS.search(words[:2000])
    return Bounce(kind, _message_ids(letter), recipients[:MOST_RECIPIENTS], found[0] if found else "", text)


def _said_of(lines: list[str], address: re.Pattern[str], indent: str) -> Iterator[tuple[str, str]]:
    """Each address that stands alone on a line, and the lines below it, as far as they are indented."""
    to = ""
    below: list[str] = []
    for line in (*lines, ""):
        if found := address.fullmatch(line):
            if to:
                yield to, " ".join(below)
            to, below = found[1].lower(), []
        elif line and line.startswith(indent):
            below.append(line)
        elif to:
            yield to, " ".join(below)
            to = ""


def _message_ids(letter: Letter) -> tuple[str, ...]:
    """Those of the letter that came back; what this letter answers to, as a last resort."""
    found: list[str] = []
    for part in letter.parts:
        if part.media_type in _RETURNED_TYPES:
            header, _ = headers.split(part.content, Defects())
            found.extend(headers.ids(header.get("message-id", [])[:1]))
    if not found:
        found = _QUOTED_ID.findall(readable(letter)[:MOST_WORDS])
    return tuple(dict.fromkeys(found)) or letter.in_reply_to or letter.references[-1:]
