"""Poll one IMAP folder: a connection, its UIDs, its letters, and what happens to them afterwards.

The rules are in ``imap_in``; here is what the protocol and its servers demand. Every failure
comes out as TryLater (nobody's fault yet) or Refused (somebody must look), never with a password.
"""

import logging
import socket
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NamedTuple, Self

from imapclient import DELETED, SEEN, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, ProtocolError

from mailproc.config import Mailbox
from mailproc.errors import MailprocError, TryLater
from mailproc.log import mask
from mailproc.mail.letter import LARGEST
from mailproc.sentence import Part, Sentence, sentence
from mailproc.transport.access_tokens import AccessTokens
from mailproc.transport.imap_limits import Allowance, BoundedClient, Overrun
from mailproc.transport.imap_login import ImapLogin
from mailproc.transport.tls import client_context
from mailproc.transport.token_server import TokenRefused, TokenTrouble, without_tokens

# The library logs what goes over the line: letters, and with them passwords and readers' names.
logging.getLogger("imapclient").setLevel(logging.WARNING)

CONNECT_TIMEOUT = 15.0  # seconds
AT_ONCE = 16_000_000  # octets in memory of one fetch, as long as it is more than one letter
LONG_LOOK = 1_800.0  # seconds after which a look begins nothing new …
LONGEST_LOOK = 3_600.0  # … and the connection is given up, whatever it is doing
MOST_REOPENED = 12  # new connections in one look: enough to find one bad letter among a thousand
SHOWN = 200  # characters of a server's words
FOLDERS_NAMED = 20
HIGHEST = 2**32 - 1  # of UIDs and UIDVALIDITY: unsigned 32 bits, RFC 3501 section 2.3.1.1

SIZE = b"RFC822.SIZE"
BODY = b"BODY[]"
_LOST = ("unexpected response", "unexpected tagged response", "unterminated line")
"""What imaplib says where it no longer knows which line of an answer it reads; the line itself is there."""


class Refused(TryLater):
    """The server is there and says no (login, folder): somebody must look, so tell staff."""


class UnreadableLetters(Exception):
    """These letters could not be read (a NO, a malformed answer), and the connection is good."""


class ListedLetter(NamedTuple):
    """What the server says of one letter. ``size`` in octets; None where it says no number."""

    uid: int
    size: int | None


@dataclass
class ImapSession:
    """A fresh connection to a mailbox, its folder selected. A context manager.

    ``careful``: the last look broke off. A letter at which the line breaks or falls silent counts as
    unreadable now, so that the one to blame is found and the others come in. ``largest``: octets of a letter
    that is fetched. ``tokens``: of a mailbox with auth = "oauth2".
    """

    mailbox: Mailbox
    readonly: bool = False
    careful: bool = False
    largest: int = LARGEST
    tokens: AccessTokens | None = None
    uidvalidity: int = 0
    uidnext: int = 0  # 0 where the server does not say
    letters: int = 0
    faults: list[str] = field(default_factory=list)
    _client: Any = None
    _reopened: int = 0
    _until: float = field(default_factory=lambda: time.monotonic() + LONGEST_LOOK)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(politely=error is None)

    @property
    def move_to(self) -> str:
        """The folder that letters are moved to, '' where they are not."""
        after, _, folder = self.mailbox.after.partition(":")
        return folder if after == "move" else ""

    @property
    def is_long(self) -> bool:
        """Should the rest be left to the next look?"""
        return time.monotonic() > self._until - LONGEST_LOOK + LONG_LOOK

    @property
    def where(self) -> str:
        return f"mailbox {self.mailbox.name} ({self.mailbox.host}:{self._port})"

    def said(self, why: Part) -> Sentence:
        """``why`` with whose mailbox it is."""
        host = f"{self.mailbox.host}:{self._port}"
        return sentence("mailbox-trouble", mailbox=self.mailbox.name, host=host, why=why)

    def trouble(self, why: Part) -> TryLater:
        return TryLater(self.said(why))

    @property
    def _port(self) -> int:
        return self.mailbox.port or (993 if self.mailbox.security == "tls" else 143)

    def open(self) -> None:
        """Connect, log in, select. Raises TryLater or Refused."""
        try:
            with self._speech():
                login = ImapLogin(self.mailbox, self.tokens)
                self._connect()
                self._login(login)
                self._select()
        except BaseException:  # whatever it is, no socket is left open
            self.close(politely=False)
            raise

    def close(self, *, politely: bool) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(Exception):  # whatever a server says or does when we go
            if politely:
                client.begin()
                client.logout()
                return
        with suppress(OSError):
            client.shutdown()

    def _connect(self) -> None:
        mailbox = self.mailbox
        self._client = BoundedClient(
            mailbox.host,
            self._port,
            client_context() if mailbox.security == "tls" else None,
            SocketTimeout(min(CONNECT_TIMEOUT, mailbox.timeout), mailbox.timeout),
            Allowance(mailbox.timeout, self._until),
        )
        self._client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if mailbox.security == "starttls":
            self._client.starttls(client_context())

    def _login(self, login: ImapLogin) -> None:
        try:
            login.perform(self._client)
        except IMAPClientError as error:
            gone = isinstance(error.__context__, IMAPClientAbortError) or "UNAVAILABLE" in str(error)
            if not gone:
                login.refused()
            kind = TryLater if gone else Refused
            why = sentence("mailbox-login-failed", user=self.mailbox.user, answer=self._clean(str(error)))
            raise kind(self.said(why)) from None

    def _select(self) -> None:
        try:
            answer = self._client.select_folder(self.mailbox.folder, readonly=self.readonly)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            raise self._no_folder(self.mailbox.folder, self._clean(str(error))) from None
        if self.move_to and not self._client.folder_exists(self.move_to):
            raise self._no_folder(self.move_to, sentence("mailbox-folder-missing"))
        self._client.capabilities()  # the server may have said them: they are remembered for later
        self.letters = int(answer.get(b"EXISTS", 0))
        self.uidnext = int(answer.get(b"UIDNEXT", 0))
        self.uidvalidity = int(answer.get(b"UIDVALIDITY", 0))
        if not 0 < self.uidvalidity <= HIGHEST:
            raise self.trouble(sentence("mailbox-uidvalidity", number=self.uidvalidity))

    def _no_folder(self, folder: str, reason: Part) -> Refused:
        names = sorted(str(name) for _, _, name in self._client.list_folders())
        known = self._clean(", ".join(names[:FOLDERS_NAMED])) + (" …" if len(names) > FOLDERS_NAMED else "")
        return Refused(self.said(sentence("mailbox-no-folder", folder=folder, why=reason, known=known)))

    def listed(self, numbers: Sequence[int]) -> dict[int, ListedLetter]:
        """The letters with these numbers (1 to ``letters``, the order of their UIDs). Raises Unreadable.

        Numbers have no gaps, so a letter that the server leaves out is missed, where a search would hide it
        (RFC 3501 section 2.3.1.2). They hold until a command that names UIDs (section 7.4.1).
        """
        with self._speech():
            self._client.use_uid = False
            try:
                answer = self._asked(numbers, ["UID", "RFC822.SIZE"], reopen=False)
            finally:
                self._client.use_uid = True
        found = {number: _listed(fields) for number, fields in answer.items() if _uid(fields)}
        if missing := [number for number in numbers if number not in found]:
            raise UnreadableLetters(f"the server does not say what letter number {missing[0]} is")
        return found

    def sizes(self, uids: Sequence[int]) -> dict[int, int | None]:
        """Octets of each letter that the server knows. Raises Unreadable."""
        with self._speech():
            answer = self._asked(uids, ["RFC822.SIZE"])
        return {uid: _octets(fields) for uid, fields in answer.items()}

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The letters that are still there, \\Seen untouched (RFC 3501 section 6.4.5). Raises Unreadable.

        An expunged letter is silently absent from the answer, but one that is there and was left out
        would be lost: that is Unreadable.
        """
        with self._speech():
            answer = self._asked(uids, ["BODY.PEEK[]"], self.largest if len(uids) == 1 else 2 * AT_ONCE)
        found = {uid: fields[BODY] for uid, fields in answer.items() if isinstance(fields.get(BODY), bytes)}
        if b"" in found.values():
            raise UnreadableLetters("the server gives an empty letter")
        missing = [uid for uid in uids if uid not in found]
        if missing and self.present(missing):
            raise UnreadableLetters("the server gives no BODY.PEEK[]")
        return found

    def present(self, uids: Collection[int]) -> set[int]:
        """Which of these the folder holds, as a search says."""
        with self._speech():
            answer = self._client.search(["UID", ",".join(map(str, uids))])
        return set(answer) & set(uids)

    def _asked(
        self, numbers: Sequence[int], what: Sequence[str], literals: int = 0, *, reopen: bool = True
    ) -> Any:
        self._client.begin(literals)
        try:
            return self._client.fetch(numbers, what)
        except (OSError, IMAPClientAbortError) as error:
            if not reopen or not (self.careful or any(words in str(error) for words in _LOST)):
                raise
            reason = self._why(error)
        except Exception as error:  # a NO, or whatever the parser makes of a malformed answer
            reason = self._why(error)
            if self._client.answered:
                raise UnreadableLetters(str(reason)) from None
            if not reopen:
                raise
        self._reopen(reason)
        raise UnreadableLetters(str(reason))

    def _reopen(self, reason: Part) -> None:
        """The place in the stream is lost. Numbers of letters may be others now, UIDs are not."""
        before = self.uidvalidity
        self._reopened += 1
        self.close(politely=False)
        if self._reopened > MOST_REOPENED:
            raise self.trouble(sentence("mailbox-line-lost", count=self._reopened, why=reason))
        self.open()
        if self.uidvalidity != before:
            raise self.trouble(sentence("mailbox-folder-replaced"))

    def settle(self, uids: Sequence[int]) -> None:
        """Mark, move or delete letters that are committed. What the server refuses is a fault, no loss."""
        with self._speech():
            try:
                self._settle(uids)
            except IMAPClientAbortError:
                raise
            except IMAPClientError as error:
                said = f"{self.mailbox.after}: {self._clean(str(error))}"
                self.faults.append(f"{self.where}: {len(uids)} letters were taken, but not {said}")

    def _settle(self, uids: Sequence[int]) -> None:
        if self.move_to:
            self._move(uids)
        elif self.mailbox.after == "delete":
            self._expunge(uids)
        else:
            self._client.add_flags(uids, [SEEN], silent=True)

    def _move(self, uids: Sequence[int]) -> None:
        if self._client.has_capability("MOVE"):
            self._client.move(uids, self.move_to)
        else:
            self._client.copy(uids, self.move_to)
            self._expunge(uids)

    def _expunge(self, uids: Sequence[int]) -> None:
        """Only these: a plain EXPUNGE would delete what others have marked (RFC 4315)."""
        self._client.add_flags(uids, [DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)
        else:
            self.faults.append(
                f"{self.where}: marked as deleted only, this server cannot expunge single letters"
            )

    @contextmanager
    def _speech(self) -> Iterator[None]:
        """Whatever the socket or the library raises comes out as TryLater."""
        if self._client is not None:
            self._client.begin()
        try:
            yield
        except TokenTrouble as error:
            raise (Refused if isinstance(error, TokenRefused) else TryLater)(self.said(error.said)) from None
        except (MailprocError, UnreadableLetters):
            raise
        except TimeoutError:
            late = sentence("no-answer-within", seconds=f"{self.mailbox.timeout:g}")
            raise self.trouble(late) from None
        except Exception as error:  # the library's parser has no error of its own for what is malformed
            raise self.trouble(self._why(error)) from None

    def _why(self, error: Exception) -> Part:
        """What went wrong, in the words of the system or the server. The library's own words quote what it
        could not parse, and that is a letter."""
        said = isinstance(error, OSError | Overrun | IMAPClientError) and not isinstance(error, ProtocolError)
        if said and not any(words in str(error) for words in _LOST):
            return self._clean(str(error)) or type(error).__name__
        return sentence("mailbox-malformed", error=type(error).__name__)

    def _clean(self, text: str) -> str:
        """One printable line without our password, which a chatty server might echo."""
        secret = self.mailbox.password.get_secret_value()
        line = " ".join((without_tokens(text) if self.tokens else text).split())
        if secret:
            line = line.replace(secret, "…")
        return mask("".join(sign if sign.isprintable() else "?" for sign in line))[:SHOWN]


def _uid(fields: Any) -> int:
    """0 where it is none."""
    uid = fields.get(b"UID")
    return uid if isinstance(uid, int) and 0 < uid <= HIGHEST else 0


def _octets(fields: Any) -> int | None:
    size = fields.get(SIZE)
    return size if isinstance(size, int) else None


def _listed(fields: Any) -> ListedLetter:
    return ListedLetter(_uid(fields), _octets(fields))
