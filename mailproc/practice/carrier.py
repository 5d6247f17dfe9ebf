"""The postman of the practice world: brings the players' letters to us, by one door or the other."""

import smtplib
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from itertools import cycle

from imapclient.exceptions import IMAPClientError

from mailproc.practice.mailbox import PracticeMailbox
from mailproc.practice.supplier import Answer, Tell

_PAUSE = 2.0  # seconds before a letter that nobody took is offered again
_SENTENCE = 200


class Carrier:
    """Every kind of letter goes by turns: into the mailbox, to our listener, and so on.

    ``listener`` (host, port) may become known later; until then all goes into the mailbox.
    """

    def __init__(self, mailbox: PracticeMailbox, tell: Tell, listener: tuple[str, int] | None = None) -> None:
        self.listener = listener
        self._mailbox = mailbox
        self._tell = tell
        self._turns: defaultdict[str, Iterator[str]] = defaultdict(lambda: cycle(("imap", "smtp")))
        self._waiting: deque[tuple[str, Answer, bytes]] = deque()
        self._not_before = 0.0

    def carry(self, answer: Answer) -> None:
        raw = answer.raw or compose(answer)
        doors = ("imap", "smtp") if answer.both else (next(self._turns[answer.kind]),)
        for door in doors:
            self._waiting.append((door if self.listener else "imap", answer, raw))
        self._not_before = 0.0
        self.hand_over()

    def hand_over(self) -> None:
        """Offers what waits, in order; the first that must wait keeps the rest waiting."""
        while self._waiting and time.monotonic() >= self._not_before:
            if self._settled(*self._waiting[0]):
                self._waiting.popleft()
            else:
                self._not_before = time.monotonic() + _PAUSE

    def _settled(self, door: str, answer: Answer, raw: bytes) -> bool:
        try:
            self._offer(door, answer, raw)
        except (OSError, smtplib.SMTPException, IMAPClientError) as error:
            for_good = _for_good(error)
            happening = "not-taken" if for_good else "waits"
            self._tell(happening, by=door, subject=answer.subject, text=str(error)[:_SENTENCE])
            return for_good
        self._tell("sent", by=door, sender=answer.sender, subject=answer.subject, kind=answer.kind)
        return True

    def _offer(self, door: str, answer: Answer, raw: bytes) -> None:
        if door == "imap" or self.listener is None:
            # The last mail server on the way notes the envelope's sender down; here we are it.
            self._mailbox.append(f"Return-Path: <{answer.sender}>\r\n".encode() + raw)
            return
        host, port = self.listener
        with smtplib.SMTP(host, port, local_hostname="practice.example", timeout=10) as client:
            client.sendmail(answer.sender, [answer.to], raw)


def _for_good(error: Exception) -> bool:
    """Did the listener refuse this letter with 5xx, so that it will never take it?"""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def compose(answer: Answer) -> bytes:
    """A letter as a foreign program would write it; CRLF line ends."""
    letter = EmailMessage()
    letter["From"] = answer.sender
    letter["To"] = answer.to
    letter["Subject"] = answer.subject
    letter["Date"] = formatdate(localtime=True)
    letter["Message-ID"] = make_msgid(domain=answer.sender.rpartition("@")[2])
    letter.set_content(answer.text)
    return letter.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
