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

from mailproc.errors import TryLater
from mailproc.store.inbox import StoredLetter
from mailproc.store.mailboxes import Batch, Position
from mailproc.transport.imap_in import Refused, poll
from tests.servers.imap_liar import Liar, item

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
    keep = inbox.keep
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
            poll(mailbox, NEVER, inbox.keep, clock)
    finally:
        line.close()
    assert time.monotonic() - begun < 5


def test_a_server_that_dies_between_batches(own_dovecot: Any, inbox: Any, user: str, clock: Clock) -> None:
    server = own_dovecot()
    server.fill(user, LETTERS)
    keep = inbox.keep

    def dying(batch: Batch) -> list[StoredLetter]:
        kept = keep(batch)
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


NONSENSE = {
    "unbalanced": b"* %(uid)d FETCH (UID %(uid)d BODY[] {%(size)d}\r\n%(body)b\r\n",
    "no list": b"* %(uid)d FETCH nonsense\r\n",
    "odd list": b"* %(uid)d FETCH (UID %(uid)d BODY[])\r\n",
    "length too short": b"* %(uid)d FETCH (UID %(uid)d BODY[] {3}\r\n%(body)b)\r\n",
    "length too long": b"* %(uid)d FETCH (UID %(uid)d BODY[] {9999999999}\r\n%(body)b)\r\n",
    "length of 5000 digits": b"* %(uid)d FETCH (UID %(uid)d BODY[] {" + b"9" * 5_000 + b"}\r\n%(body)b)\r\n",
    "lists in lists": b"* %(uid)d FETCH " + b"(" * 50_000 + b"\r\n",
    "uid is no number": b"* %(uid)d FETCH (UID x BODY[] {1}\r\na)\r\n",
    "another uid": b"* %(uid)d FETCH (UID 4000000000 BODY[] {1}\r\na)\r\n",
    "NIL": b"* %(uid)d FETCH (UID %(uid)d BODY[] NIL)\r\n",
    "a number": b"* %(uid)d FETCH (UID %(uid)d BODY[] 7)\r\n",
    "empty": b"* %(uid)d FETCH (UID %(uid)d BODY[] {0}\r\n)\r\n",
    "flags only": b"* %(uid)d FETCH (UID %(uid)d FLAGS (\\Seen))\r\n",
    "left out": b"",
}


class Server(Liar):
    """Gives out letters one by one as the test says."""

    def __init__(self, letters: dict[int, bytes]) -> None:
        super().__init__(letters)
        self.spoilt: dict[int, bytes] = {}
        self.refuse: set[int] = set()
        self.login = b"TAG OK done\r\n"
        self.lie = self._spoil

    def _spoil(self, verb: str, command: str, answer: bytes) -> bytes:
        if verb == "LOGIN":
            return self.login
        if verb != "FETCH" or "BODY" not in command:
            return answer
        uids = self._named(command)
        if uids & self.refuse:
            return b"TAG NO [SERVERBUG] Internal error\r\n"
        return b"".join(self._given(uid) for uid in sorted(uids)) + b"TAG OK done\r\n"

    def _given(self, uid: int) -> bytes:
        body = self.letters[uid]
        if uid in self.spoilt:
            return self.spoilt[uid] % {b"uid": uid, b"size": len(body), b"body": body}
        return item(sorted(self.letters).index(uid) + 1, uid, body, body=True)


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
    polled = poll(server.mailbox(), NEVER, inbox.keep, clock)
    assert [row.raw for row in inbox.rows()] == [
        body for uid, body in server.letters.items() if uid not in poison
    ]
    assert polled.position == inbox.position("m") == Position(7, 20)
    assert {one.uid for one in inbox.passed("m")[7]} == poison
    assert all("Subject" not in one.reason for one in inbox.passed("m")[7])  # a letter is not quoted in it
    marked = [command for command in server.commands if "STORE" in command]
    assert all(not re.search(rf"\b{uid}\b", command) for uid in poison for command in marked)


def test_a_refused_letter_is_passed_over_when_others_are_given(
    server: Server, inbox: Any, clock: Clock
) -> None:
    server.refuse = {3}
    polled = poll(server.mailbox(), NEVER, inbox.keep, clock)
    assert (polled.new, polled.position.last_uid) == (19, 20)
    assert [(one.uid, one.kind) for one in inbox.passed("m")[7]] == [(3, "unread")]


def test_a_server_that_gives_nothing_is_not_passed_over(server: Server, inbox: Any, clock: Clock) -> None:
    server.refuse = set(server.letters)
    with pytest.raises(TryLater, match="SERVERBUG"):
        poll(server.mailbox(batch=5), NEVER, inbox.keep, clock)
    assert inbox.position("m") == NEVER
    server.refuse = set()
    assert poll(server.mailbox(), NEVER, inbox.keep, clock).new == 20


def test_only_peek_is_ever_asked_and_marks_come_after_the_commit(
    server: Server, inbox: Any, clock: Clock
) -> None:
    keep = inbox.keep
    before: list[int] = []

    def watched(batch: Batch) -> list[StoredLetter]:
        before.append(sum("STORE" in command for command in server.commands))
        return keep(batch)

    poll(server.mailbox(batch=10), NEVER, watched, clock)
    assert before == [0, 1]
    fetches = [command for command in server.commands if "BODY" in command]
    assert fetches
    assert all("BODY.PEEK[]" in command for command in fetches)


@pytest.mark.parametrize(
    ("login", "kind"),
    [
        (b"TAG NO [AUTHENTICATIONFAILED] no\r\n", Refused),
        (b"TAG NO [UNAVAILABLE] later\r\n", TryLater),
        (b'TAG BAD unknown LOGIN "ill" "hunter22"\r\n', Refused),
    ],
)
def test_what_a_failed_login_means(
    server: Server, inbox: Any, clock: Clock, login: bytes, kind: type[TryLater]
) -> None:
    server.login = login
    with pytest.raises(TryLater) as caught:
        poll(server.mailbox(), NEVER, inbox.keep, clock)
    assert type(caught.value) is kind
    assert "hunter22" not in str(caught.value)
