"""Decide whether a letter is a bounce, and what it says; in doubt it is not one.

A delivery status in a report decides. Without one the letter must come from a mail system (by its address or
envelope) and say so in known phrases; the less it looks like a system's, the more of them.
"""

import re
from dataclasses import dataclass

from mailproc import slow_work
from mailproc.mail import addresses, headers
from mailproc.mail.bounce import phrases, status, text
from mailproc.mail.bounce.returned import is_returned, message_ids
from mailproc.mail.defects import Defects
from mailproc.mail.last_letter import LastLetter
from mailproc.mail.letter import Letter
from mailproc.mail.parse import readable

_BETWEEN = re.compile(r"[\s<>()\",;:]")
_OTHER_REPORTS = ("message/disposition-notification", "message/feedback-report")
_DAEMONS = ("mailer-daemon", "mailerdaemon", "mailer_daemon", "mail-daemon", "maildaemon", "double-bounce")
_WORDS = phrases.FAILED + phrases.DELAYED + phrases.GIVEN_UP
_SYSTEMS = (*_DAEMONS, "postmaster", "post_master", "microsoftexchange", "mdaemon", "mail.delivery.system")


@dataclass(frozen=True)
class Bounce:
    """What happened to a letter. ``status`` is an RFC 3463 code ("5.1.1") or ''.

    ``kind`` is the worst that is said: failed, else delayed, else delivered; ``recipients`` are those it is
    said of. ``message_ids`` identify the letter; () if nothing does.
    """

    kind: str
    message_ids: tuple[str, ...]
    recipients: tuple[str, ...] = ()
    status: str = ""
    text: str = ""


@slow_work.outside_writes
def read(letter: Letter) -> Bounce | None:
    """Return what the letter says about one of ours, None if it is no bounce.

    Intake asks, and so does each protocol before it accepts the letter; the result is cached.
    """
    return _last(letter)


def _read(letter: Letter) -> Bounce | None:
    if any(part.media_type in _OTHER_REPORTS for part in letter.parts):
        return None  # receipts and complaints
    look = _Look(letter)
    found = _status(letter)
    if found is not None and (look.is_report or look.from_system or look.path_is_empty):
        return _from_status(letter, found)
    if not look.is_likely and not look.may_be:
        return None  # true of almost every letter: its text is not read
    words = text.read(readable(letter))
    return _from_words(letter, words, look) if _is_bounce(look, words) else None


_last = LastLetter(_read)


class _Look:
    """What header and structure of a letter show, before its text is read."""

    def __init__(self, letter: Letter) -> None:
        path = letter.return_path
        self.path_is_empty = path is not None and (not path or path.startswith(_DAEMONS))
        self.path_is_known = path is not None
        names = _senders(letter)
        self.from_daemon = any(name.startswith(_DAEMONS) for name in names)
        self.from_system = any(name.startswith(_SYSTEMS) for name in names) or (
            self.path_is_empty and not letter.sender
        )
        self.from_software = self.from_system or any(
            _says(line.casefold(), phrases.SENDERS) for line in letter.authors
        )
        self.is_report = letter.media_type == "multipart/report"
        self.is_returned = any(is_returned(part) for part in letter.parts)
        self.failed_to = addresses.mailboxes(
            [value.encode() for value in headers.named(letter.raw, "X-Failed-Recipients")], Defects()
        )
        self.kind = _kind_of_subject(letter.subject)
        self.is_answer = letter.subject.casefold().startswith(phrases.ANSWERS)

    @property
    def is_likely(self) -> bool:
        """Whether only a mail system writes such a letter."""
        return self.from_software or self.path_is_empty or self.is_report or bool(self.failed_to)

    @property
    def may_be(self) -> bool:
        return bool(self.kind) and not self.is_answer


def _senders(letter: Letter) -> list[str]:
    """Return the From address, or all words of the field if there is no single one.

    Many systems write only a name, or a malformed header; the sender of a bounce proves nothing anyway.
    """
    if letter.sender:
        return [letter.sender]
    return _BETWEEN.split(" ".join(letter.authors[:1]).casefold())


def _is_bounce(look: _Look, words: text.Text) -> bool:
    says = _says(words.words, _WORDS)
    came_back = look.is_returned or bool(words.copy)
    if look.is_report:
        return says or bool(look.kind) or look.from_daemon
    if look.from_system and (look.path_is_empty or not look.path_is_known):
        return bool(look.kind or says or look.failed_to) or (look.from_daemon and came_back)
    if look.from_software:
        return says and came_back + bool(look.failed_to) + bool(look.kind) >= (2 if look.is_answer else 1)
    shown = (look.is_returned or words.has_trace) + bool(look.failed_to)
    if look.path_is_empty:  # notices of shops and parcel services have no envelope sender either
        return says and bool(shown)
    return _says(words.opening, _WORDS) and shown + bool(look.kind) >= 2


def _kind_of_subject(subject: str) -> str:
    """Return the kind; "Undeliverable" goes before "delay", because our own subject may follow."""
    folded = subject.casefold()
    if _says(folded, phrases.FAILED_SUBJECTS):
        return "failed"
    if _says(folded, phrases.DELAYED_SUBJECTS):
        return "delayed"
    return "failed" if _says(folded, phrases.REPORT_SUBJECTS) else ""


def _says(words: str, table: tuple[str, ...]) -> bool:
    return any(phrase in words for phrase in table)


def _kind(look: _Look, words: str) -> str:
    """Return the kind; a system that will try again has not given up, unless it says that too."""
    if _says(words, phrases.GIVEN_UP):
        return "failed"
    return "delayed" if _says(words, phrases.DELAYED) else look.kind or "failed"


def _status(letter: Letter) -> status.DeliveryStatus | None:
    parts = (part for part in letter.parts if part.media_type.endswith("delivery-status"))
    return next((found for part in parts if (found := status.read(part.content))), None)


def _from_status(letter: Letter, found: status.DeliveryStatus) -> Bounce:
    words = text.read(readable(letter))
    ids = found.message_ids or message_ids(letter, words)
    return Bounce(found.kind, ids, found.recipients, found.code, found.text)


def _from_words(letter: Letter, words: text.Text, look: _Look) -> Bounce:
    if found := text.status_in(words.own):
        return Bounce(found.kind, message_ids(letter, words), found.recipients, found.code, found.text)
    said = text.said(words.own, (*letter.to, letter.sender))
    recipients = look.failed_to or tuple(dict.fromkeys(one.address for one in said))
    why = next((one.reason for one in said if one.reason), "")[: status.MOST_OF_TEXT]
    return Bounce(
        _kind(look, words.words),
        message_ids(letter, words),
        recipients[: status.MOST_RECIPIENTS],
        status.code(why) or status.code(words.words),
        why,
    )
