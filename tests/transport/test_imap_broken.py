"""The IMAP door against lines that break and servers that talk nonsense."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest

from mailproc.config import Mailbox
from mailproc.errors import TryLater
from mailproc.store.inbox import Kept, NewLetter
from mailproc.store.mailboxes import Position
from mailproc.transport.imap_in import Refused, poll

Clock = Callable[[], datetime]
NEVER = Position(0, 0)


class Line:
    """A line to a server that breaks, or falls silent, after so many octets of its answers."""

    def __init__(self, port: int, octets: int, *, silent: bool = False) -> None:
        self._target = port
        self._left = octets
        self._silent = silent
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port = self._sockets[0].getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        client, _ = self._sockets[0].accept()
        server = socket.create_connection(("127.0.0.1", self._target))
        self._sockets += [client, server]
        asking = threading.Thread(target=self._forward, args=(client, server))
        asking.start()
        self._threads.append(asking)
        with suppress(OSError):
            while data := server.recv(65_536):
                client.sendall(data[: self._left])
                self._left -= len(data)
                if self._left <= 0:
                    break
        if not self._silent:
            self._hang_up(client)
        self._hang_up(server)

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)

    def _hang_up(self, connection: socket.socket) -> None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for connection in self._sockets:
            self._hang_up(connection)
        for thread in self._threads:
            thread.join(5)
        for connection in self._sockets:
            connection.close()


LETTERS = [b"Subject: order %d\r\n\r\n" % n + b"%d" % n * 2_000 + b"\r\n" for n in range(8)]


@pytest.mark.parametrize("octets", [1, 100, 700, 1_200, 2_000, 5_000, 9_000, 15_000, 18_500])
@pytest.mark.parametrize("after", ["seen", "delete"])
def test_a_line_that_breaks_anywhere_costs_one_look(
    dovecot: Any, inbox: Any, user: str, clock: Clock, octets: int, after: str
) -> None:
    dovecot.fill(user, LETTERS)
    keep = inbox.keep_batch(user)
    line = Line(dovecot.port, octets)
    try:
        with pytest.raises(TryLater):
            poll(dovecot.mailbox(user, port=line.port, batch=3, after=after), NEVER, keep, clock)
    finally:
        line.close()
    rows = inbox.rows()
    assert len(rows) in (0, 3, 6)
    touched = 8 - len(dovecot.flags(user)) if after == "delete" else _seen(dovecot.flags(user))
    assert touched <= len(rows)
    poll(dovecot.mailbox(user, batch=3, after=after), inbox.position(user), keep, clock)
    assert [row.raw for row in inbox.rows()] == LETTERS


def _seen(flags: dict[int, tuple[bytes, ...]]) -> int:
    return sum(b"\\Seen" in marks for marks in flags.values())


@pytest.mark.parametrize("octets", [1, 5_000])
def test_a_silent_line_is_given_up_in_time(
    dovecot: Any, inbox: Any, user: str, clock: Clock, octets: int
) -> None:
    dovecot.fill(user, LETTERS)
    line = Line(dovecot.port, octets, silent=True)
    begun = time.monotonic()
    try:
        with pytest.raises(TryLater, match=r"no answer within 0\.5 s"):
            mailbox = dovecot.mailbox(user, port=line.port, timeout=0.5)
            poll(mailbox, NEVER, inbox.keep_batch(user), clock)
    finally:
        line.close()
    assert time.monotonic() - begun < 5


def test_a_server_that_dies_between_batches(own_dovecot: Any, inbox: Any, user: str, clock: Clock) -> None:
    server = own_dovecot()
    server.fill(user, LETTERS)
    keep = inbox.keep_batch(user)

    def dying(folder: str, position: Position, letters: list[NewLetter]) -> list[Kept]:
        kept = keep(folder, position, letters)
        server.stop()
        return kept

    with pytest.raises(TryLater):
        poll(server.mailbox(user, batch=3), NEVER, dying, clock)
    assert len(inbox.rows()) == 3
    with pytest.raises(TryLater, match="refused"):
        poll(server.mailbox(user), inbox.position(user), keep, clock)
    server.start()
    assert _seen(server.flags(user)) == 0
    assert poll(server.mailbox(user), inbox.position(user), keep, clock).new == 5
    assert [row.raw for row in inbox.rows()] == LETTERS


# Servers that talk nonsense


WHOLE = b"* %(uid)d FETCH (UID %(uid)d BODY[] {%(size)d}\r\n%(body)b)\r\n"
NONSENSE = {
    "unbalanced": b"* %(uid)d FETCH (UID %(uid)d BODY[] {%(size)d}\r\n%(body)b\r\n",
    "no list": b"* %(uid)d FETCH nonsense\r\n",
    "odd list": b"* %(uid)d FETCH (UID %(uid)d BODY[])\r\n",
    "length too short": b"* %(uid)d FETCH (UID %(uid)d BODY[] {3}\r\n%(body)b)\r\n",
    "uid is no number": b"* %(uid)d FETCH (UID x BODY[] {1}\r\na)\r\n",
    "NIL": b"* %(uid)d FETCH (UID %(uid)d BODY[] NIL)\r\n",
    "flags only": b"* %(uid)d FETCH (UID %(uid)d FLAGS (\\Seen))\r\n",
    "left out": b"",
}


class Server:
    """Just enough IMAP for one folder, with a say in how each letter is given out."""

    def __init__(self, letters: dict[int, bytes]) -> None:
        self.letters = letters
        self.spoilt: dict[int, bytes] = {}
        self.refuse: set[int] = set()
        self.login = b"OK done"
        self.commands: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def mailbox(self, **values: object) -> Mailbox:
        standard = {"name": "m", "host": "127.0.0.1", "port": self.port, "security": "none", "user": "ill"}
        return Mailbox.model_validate(standard | {"password": "hunter22", "timeout": 5} | values)

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, suppress(OSError), connection.makefile("rwb") as stream:
                    self._talk(stream)

    def _talk(self, stream: Any) -> None:
        stream.write(b"* OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE] here\r\n")
        stream.flush()
        while line := stream.readline().decode():
            tag, _, command = line.strip().partition(" ")
            self.commands.append(command)
            stream.write(self._answer(command).replace(b"TAG", tag.encode()))
            stream.flush()

    def _answer(self, command: str) -> bytes:
        verb = command.removeprefix("UID ").split()[0]
        if verb == "LOGIN":
            return b"TAG " + self.login + b"\r\n"
        if verb in ("SELECT", "EXAMINE"):
            text = b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK [READ-WRITE] done\r\n"
            return text % len(self.letters)
        if verb == "SEARCH":
            found = self.letters if ":*" in command else self.letters.keys() & _named(command)
            return b"* SEARCH " + b" ".join(b"%d" % uid for uid in found) + b"\r\nTAG OK done\r\n"
        if verb == "FETCH":
            return self._fetched(command, _named(command))
        if verb == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1 UIDPLUS MOVE\r\nTAG OK done\r\n"
        return b"* BYE\r\nTAG OK done\r\n" if verb == "LOGOUT" else b"TAG OK done\r\n"

    def _fetched(self, command: str, uids: set[int]) -> bytes:
        if "SIZE" in command:
            lines = [b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (u, u, len(self.letters[u])) for u in uids]
            return b"".join(lines) + b"TAG OK done\r\n"
        if uids & self.refuse:
            return b"TAG NO [SERVERBUG] Internal error\r\n"
        return b"".join(self._given(uid) for uid in sorted(uids)) + b"TAG OK done\r\n"

    def _given(self, uid: int) -> bytes:
        body = self.letters[uid]
        return self.spoilt.get(uid, WHOLE) % {b"uid": uid, b"size": len(body), b"body": body}

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


def _named(command: str) -> set[int]:
    found = re.search(r"(?:FETCH|UID) ([0-9,]+)", command.removeprefix("UID "))
    return {int(uid) for uid in found.group(1).split(",")} if found else set()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server({uid: b"Subject: %d\r\n\r\nbody\r\n" % uid for uid in range(1, 21)})
    yield made
    made.close()


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("poison", [{7}, {1, 20}])
def test_one_unreadable_letter_harms_no_other(
    server: Server, inbox: Any, clock: Clock, nonsense: str, poison: set[int]
) -> None:
    server.spoilt = dict.fromkeys(poison, NONSENSE[nonsense])
    polled = poll(server.mailbox(), NEVER, inbox.keep_batch("m"), clock)
    assert [row.raw for row in inbox.rows()] == [
        body for uid, body in server.letters.items() if uid not in poison
    ]
    assert polled.position == Position(7, 20)
    assert [fault for uid in sorted(poison) for fault in polled.faults if f"UID {uid} " in fault] == (
        polled.faults
    )
    assert len(polled.faults) == len(poison)
    marked = [command for command in server.commands if "STORE" in command]
    assert all(not re.search(rf"\b{uid}\b", command) for uid in poison for command in marked)


def test_a_refused_letter_is_passed_over_when_others_are_given(
    server: Server, inbox: Any, clock: Clock
) -> None:
    server.refuse = {3}
    polled = poll(server.mailbox(), NEVER, inbox.keep_batch("m"), clock)
    assert (polled.new, len(polled.faults), polled.position.last_uid) == (19, 1, 20)


def test_a_server_that_gives_nothing_is_not_passed_over(server: Server, inbox: Any, clock: Clock) -> None:
    server.refuse = set(server.letters)
    with pytest.raises(TryLater, match="SERVERBUG"):
        poll(server.mailbox(batch=5), NEVER, inbox.keep_batch("m"), clock)
    assert inbox.position("m") == NEVER
    server.refuse = set()
    assert poll(server.mailbox(), NEVER, inbox.keep_batch("m"), clock).new == 20


def test_only_peek_is_ever_asked_and_marks_come_after_the_commit(
    server: Server, inbox: Any, clock: Clock
) -> None:
    keep = inbox.keep_batch("m")
    before: list[int] = []

    def watched(folder: str, position: Position, letters: list[NewLetter]) -> list[Kept]:
        before.append(sum("STORE" in command for command in server.commands))
        return keep(folder, position, letters)

    poll(server.mailbox(batch=10), NEVER, watched, clock)
    assert before == [0, 1]
    fetches = [command for command in server.commands if "BODY" in command]
    assert fetches
    assert all("BODY.PEEK[]" in command for command in fetches)


@pytest.mark.parametrize(
    ("login", "kind"),
    [
        (b"NO [AUTHENTICATIONFAILED] no", Refused),
        (b"NO [UNAVAILABLE] later", TryLater),
        (b'BAD unknown LOGIN "ill" "hunter22"', Refused),
    ],
)
def test_what_a_failed_login_means(
    server: Server, inbox: Any, clock: Clock, login: bytes, kind: type[TryLater]
) -> None:
    server.login = login
    with pytest.raises(TryLater) as caught:
        poll(server.mailbox(), NEVER, inbox.keep_batch("m"), clock)
    assert type(caught.value) is kind
    assert "hunter22" not in str(caught.value)
