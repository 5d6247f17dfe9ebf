"""An IMAP server of one folder with just enough of RFC 3501, honest until a test tells it to lie."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from mailproc.config import Mailbox

Lie = Callable[[str, str, bytes], bytes | Iterable[bytes] | None]
"""What is said instead, given the verb, the command and the honest answer; TAG in it stands for the tag, None
hangs up. An iterable is sent piece by piece, for as long as somebody listens."""

CAPABILITIES = b"IMAP4rev1 UIDPLUS MOVE"


def honest(verb: str, command: str, answer: bytes) -> bytes:
    return answer


def hang_up(verb: str, command: str, answer: bytes) -> None:
    return None


class Liar:
    """``letters`` by UID. ``lie`` may be changed at any time; it holds from the next answer on."""

    def __init__(self, letters: dict[int, bytes]) -> None:
        self.letters = letters
        self.uidvalidity = 7
        self._highest = 0
        self.lie: Lie = honest
        self.tls: ssl.SSLContext | None = None
        self.commands: list[str] = []
        self.lied = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def mailbox(self, **values: object) -> Mailbox:
        standard = {"name": "m", "host": "127.0.0.1", "port": self.port, "security": "none", "user": "ill"}
        return Mailbox.model_validate(standard | {"password": "hunter22", "timeout": 5} | values)

    def close(self) -> None:
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.add(connection)
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if self._say(connection, "", "GREETING", b"* OK [CAPABILITY %b] here\r\n" % CAPABILITIES):
                self._converse(connection)
        self._open.discard(connection)

    def _converse(self, connection: socket.socket) -> None:
        """Until somebody hangs up, or goes on under TLS."""
        with connection.makefile("rb") as stream:
            while line := stream.readline().decode():
                tag, _, command = line.strip().partition(" ")
                self.commands.append(command)
                verb = command.removeprefix("UID ").split()[0]
                if not self._say(connection, tag, verb, self._honest(verb, command), command):
                    return
                if verb == "STARTTLS" and self.tls:
                    break
        if line and self.tls:
            with self.tls.wrap_socket(connection, server_side=True) as encrypted:
                self._converse(encrypted)

    def _say(self, connection: socket.socket, tag: str, verb: str, answer: bytes, command: str = "") -> bool:
        said = self.lie(verb, command, answer.replace(b"TAG", tag.encode()))
        if said is None:
            return False
        if not isinstance(said, bytes):
            self.lied.set()
        for piece in [said] if isinstance(said, bytes) else said:
            connection.sendall(piece.replace(b"TAG", tag.encode()))
        return True

    def _honest(self, verb: str, command: str) -> bytes:
        if verb in ("SELECT", "EXAMINE"):
            return self._selected()
        if verb == "SEARCH":
            found = sorted(self._named(command) & self.letters.keys())
            return b"* SEARCH " + b" ".join(b"%d" % uid for uid in found) + b"\r\nTAG OK done\r\n"
        if verb == "FETCH":
            return b"".join(self._fetched(command)) + b"TAG OK done\r\n"
        if verb == "EXPUNGE":
            for uid in self._named(command):
                self.letters.pop(uid, None)
        said = {"CAPABILITY": b"* CAPABILITY " + CAPABILITIES + b"\r\n", "LOGOUT": b"* BYE\r\n"}
        return said.get(verb, b"") + b"TAG OK done\r\n"

    def _selected(self) -> bytes:
        self._highest = max(self._highest, *self.letters, 0)
        numbers = (len(self.letters), self.uidvalidity, self._highest + 1)
        said = b"* %d EXISTS\r\n* OK [UIDVALIDITY %d] x\r\n* OK [UIDNEXT %d] x\r\n" % numbers
        return said + b"TAG OK [READ-WRITE] done\r\n"

    def _fetched(self, command: str) -> Iterator[bytes]:
        by_uid = command.startswith("UID ")
        named = self._named(command)
        for number, uid in enumerate(sorted(self.letters), 1):
            if (uid if by_uid else number) in named:
                yield item(number, uid, self.letters[uid], body="BODY" in command)

    def _named(self, command: str) -> set[int]:
        found = re.search(r"(?:FETCH|SEARCH UID|EXPUNGE) ([0-9,]+)", command)
        return {int(uid) for uid in found.group(1).split(",")} if found else set()


def item(number: int, uid: int, letter: bytes, *, body: bool) -> bytes:
    """One line of an answer to FETCH."""
    if body:
        return b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (number, uid, len(letter), letter)
    return b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (number, uid, len(letter))
