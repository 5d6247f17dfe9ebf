"""One look into one IMAP folder: a connection, its UIDs, its letters, and what is done with them after.

The rules are in ``imap_in``; here is what the protocol and its servers demand. Every failure
comes out as TryLater (nobody's fault yet) or Refused (somebody must look), never with a password.
"""

import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from imapclient import DELETED, SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, ProtocolError

from mailproc.config import Mailbox
from mailproc.errors import TryLater
from mailproc.transport.tls import client_context

# The library logs what goes over the line: letters, and with them passwords and readers' names.
logging.getLogger("imapclient").setLevel(logging.WARNING)

CONNECT_TIMEOUT = 15.0  # seconds
LARGEST = 50_000_000  # octets of a letter that is fetched
AT_ONCE = 16_000_000  # octets in memory of one fetch, as long as it is more than one letter
WINDOW = 50_000  # letters asked for in one search: imaplib breaks at an answer line of a megabyte
SHOWN = 200  # characters of a server's words
FOLDERS_NAMED = 20

SIZE = b"RFC822.SIZE"
BODY = b"BODY[]"


class Refused(TryLater):
    """The server is there and says no (login, folder): somebody must look, so tell staff."""


class Unreadable(Exception):
    """These letters could not be read; the connection is good. ``refused``: the server said NO,
    else what it gave is malformed."""

    def __init__(self, reason: str, *, refused: bool) -> None:
        super().__init__(reason)
        self.refused = refused


@dataclass
class ImapSession:
    """A fresh connection to a mailbox, its folder selected. A context manager."""

    mailbox: Mailbox
    readonly: bool = False
    uidvalidity: int = 0
    letters: int = 0
    faults: list[str] = field(default_factory=list)
    _client: Any = None

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
    def where(self) -> str:
        return f"mailbox {self.mailbox.name} ({self.mailbox.host}:{self._port})"

    @property
    def _port(self) -> int:
        return self.mailbox.port or (993 if self.mailbox.security == "tls" else 143)

    def open(self) -> None:
        """Connect, log in, select. Raises TryLater or Refused."""
        try:
            with self._speech():
                self._connect()
                self._login()
                self._select()
        except BaseException:  # whatever it is, no socket is left open
            self.close(politely=False)
            raise

    def close(self, *, politely: bool) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            client.logout() if politely else client.shutdown()
        except (OSError, IMAPClientError):
            logging.getLogger(__name__).debug("%s: the connection had ended already", self.where)

    def _connect(self) -> None:
        mailbox = self.mailbox
        self._client = IMAPClient(
            mailbox.host,
            self._port,
            ssl=mailbox.security == "tls",
            ssl_context=client_context() if mailbox.security == "tls" else None,
            timeout=SocketTimeout(min(CONNECT_TIMEOUT, mailbox.timeout), mailbox.timeout),
        )
        self._client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if mailbox.security == "starttls":
            self._client.starttls(client_context())

    def _login(self) -> None:
        user, password = self.mailbox.user, self.mailbox.password.get_secret_value()
        try:
            if user.isascii() and password.isascii():
                self._client.login(user, password)
            else:  # LOGIN carries ASCII only
                self._client.plain_login(user, password)
        except IMAPClientError as error:
            gone = isinstance(error.__context__, IMAPClientAbortError) or "UNAVAILABLE" in str(error)
            kind = TryLater if gone else Refused
            raise kind(f"{self.where}: the login of {user} failed: {self._clean(str(error))}") from None

    def _select(self) -> None:
        try:
            answer = self._client.select_folder(self.mailbox.folder, readonly=self.readonly)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            raise self._no_folder(self.mailbox.folder, self._clean(str(error))) from None
        if self.move_to and not self._client.folder_exists(self.move_to):
            raise self._no_folder(self.move_to, "it does not exist")
        self.uidvalidity = int(answer.get(b"UIDVALIDITY", 0))
        self.letters = int(answer.get(b"EXISTS", 0))

    def _no_folder(self, folder: str, reason: str) -> Refused:
        names = sorted(str(name) for _, _, name in self._client.list_folders())
        known = ", ".join(names[:FOLDERS_NAMED]) + (" …" if len(names) > FOLDERS_NAMED else "")
        return Refused(f"{self.where}: no folder {folder!r} ({reason}); there are: {known}")

    def uids(self, above: int) -> list[int]:
        """The folder's UIDs above that one, ascending.

        "n:*" names the last letter also where its UID is below n (RFC 3501 section 6.4.8), so
        they are compared once more. The windows go from the newest down: an expunge by somebody
        else meanwhile moves letters towards 1, and so into a window that is still to come.
        """
        found: set[int] = set()
        for last in range(self.letters, 0, -WINDOW):
            # One window needs no bounds, and pymap finds nothing where a sequence set is given.
            window = [f"{max(1, last - WINDOW + 1)}:{last}"] if self.letters > WINDOW else []
            with self._speech():
                found.update(self._client.search([*window, "UID", f"{above + 1}:*"]))
        return sorted(uid for uid in found if uid > above)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Octets of each letter that is still there. Raises Unreadable."""
        return self._fetch(uids, "RFC822.SIZE", SIZE)

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The letters that are still there, \\Seen untouched (RFC 3501 section 6.4.5). Raises Unreadable."""
        return self._fetch(uids, "BODY.PEEK[]", BODY)

    def _fetch(self, uids: Sequence[int], what: str, key: bytes) -> dict[int, Any]:
        """What the answer holds of these. An expunged letter is silently absent from it, but one
        that is there and was left out would be lost: that is Unreadable."""
        with self._speech():
            answer = self._asked(uids, what)
            found = {uid: fields[key] for uid, fields in answer.items() if fields.get(key) is not None}
            missing = ",".join(str(uid) for uid in uids if uid not in found)
            if missing and self._client.search(["UID", missing]):
                raise Unreadable(f"the server gives no {what}", refused=True)
        return found

    def _asked(self, uids: Sequence[int], what: str) -> Any:
        try:
            return self._client.fetch(uids, [what])
        except IMAPClientAbortError as error:
            if "unexpected response" not in str(error):
                raise
            self._reopen()  # imaplib has lost its place in the stream
            raise Unreadable(self._clean(str(error)), refused=False) from None
        except OSError:
            raise
        except Exception as error:  # a NO, or whatever the parser makes of a malformed answer
            refused = isinstance(error, IMAPClientError) and not isinstance(error, ProtocolError)
            raise Unreadable(self._clean(str(error)) or type(error).__name__, refused=refused) from None

    def _reopen(self) -> None:
        before = self.uidvalidity
        self.close(politely=False)
        self.open()
        if self.uidvalidity != before:
            raise TryLater(f"{self.where}: the folder was replaced while it was read")

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
        """Whatever the socket or the library raise comes out as TryLater."""
        try:
            yield
        except TimeoutError:
            raise TryLater(f"{self.where}: no answer within {self.mailbox.timeout:g} s") from None
        except (OSError, IMAPClientError) as error:
            raise TryLater(f"{self.where}: {self._clean(str(error))}") from None

    def _clean(self, text: str) -> str:
        """One printable line without our password, which a chatty server might echo."""
        secret = self.mailbox.password.get_secret_value()
        line = " ".join(text.split())
        if secret:
            line = line.replace(secret, "…")
        return "".join(sign if sign.isprintable() else "?" for sign in line)[:SHOWN]
