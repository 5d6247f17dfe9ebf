"""What a server may cost: octets and seconds have limits, whatever it announces or however it dawdles."""

import itertools
import os
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from mailproc.errors import TryLater
from mailproc.store.mailboxes import Position
from mailproc.transport import imap_limits, imap_session
from mailproc.transport.imap_in import poll
from mailproc.transport.tls import server_context
from tests.servers.imap_liar import Liar, honest

Clock = Callable[[], datetime]
NEVER = Position(0, 0)
STEPS: tuple[str, ...] = ("GREETING", "SELECT", "FETCH")
if os.environ.get("REQUIRE_ALL") == "1":
    STEPS += ("LOGIN", "CAPABILITY", "STORE", "LOGOUT")
GIGABYTES = b"* 1 FETCH (UID 1 BODY[] {2147483648}\r\n"


@pytest.fixture
def server() -> Iterator[Liar]:
    made = Liar({uid: b"Subject: %d\r\n\r\nbody\r\n" % uid for uid in (1, 2, 3)})
    yield made
    made.close()


def dripping(piece: bytes, stop: threading.Event) -> Iterator[bytes]:
    while not stop.wait(0.05):
        yield piece


def endless(piece: bytes) -> Iterator[bytes]:
    return itertools.repeat(piece)


ENDLESS = {
    "a line without end": lambda: endless(b"x" * 65_536),
    "lines without end": lambda: endless(b"* OK still here\r\n" * 4_000),
    "answers to nobody": lambda: endless(b"* 1 FETCH (FLAGS ())\r\n" * 4_000),
    "a literal of 2 GB": lambda: itertools.chain([GIGABYTES], endless(b"x" * 65_536)),
    "many literals": lambda: endless(b"* 1 FETCH (UID 1 BODY[] {60000}\r\n" + b"x" * 60_000 + b")\r\n"),
}


@pytest.mark.parametrize("how", ENDLESS)
@pytest.mark.parametrize("step", STEPS)
def test_what_never_ends_is_ended_within_bounds(
    server: Liar, inbox: Any, clock: Clock, step: str, how: str
) -> None:
    server.lie = lambda verb, _command, answer: ENDLESS[how]() if verb == step else answer
    tracemalloc.start()
    try:
        looked(server, inbox, clock)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20_000_000
    server.lie = honest
    assert poll(server.mailbox(), inbox.position("m"), inbox.keep, clock).letters + len(inbox.rows()) >= 3
    assert len(inbox.rows()) == 3


def looked(server: Liar, inbox: Any, clock: Clock, **values: object) -> str:
    """'' or why the look failed."""
    try:
        poll(server.mailbox(**values), inbox.position("m"), inbox.keep, clock)
    except TryLater as error:
        return str(error)
    return ""


@pytest.mark.parametrize("step", ["GREETING", "LOGIN", "SELECT", "FETCH"])
def test_a_server_that_drips_is_given_up(server: Liar, inbox: Any, clock: Clock, step: str) -> None:
    """Each octet comes within the timeout; the answer never does."""
    stop = threading.Event()

    def drip(verb: str, _command: str, answer: bytes) -> Any:
        return dripping(b"*", stop) if verb == step else answer

    server.lie = drip
    begun = time.monotonic()
    try:
        why = looked(server, inbox, clock, timeout=0.2)
    finally:
        stop.set()
    assert "octets of an answer" in why
    assert time.monotonic() - begun < 20
    server.lie = honest
    assert looked(server, inbox, clock) == ""
    assert len(inbox.rows()) == 3


def test_a_letter_that_comes_fast_enough_may_take_longer(
    server: Liar, inbox: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time grows with what has come: only what stands still is given up."""
    monkeypatch.setattr(imap_limits, "PATIENCE", 1)
    monkeypatch.setattr(imap_limits, "MINIMUM_RATE", 10_000.0)
    server.letters = {1: b"Subject: x\r\n\r\n" + b"x" * 20_000}
    pace = threading.Event()

    def slow(verb: str, command: str, answer: bytes) -> Any:
        pieces = (answer[at : at + 2_000] for at in range(0, len(answer), 2_000))
        return (piece for piece in pieces if not pace.wait(0.05)) if "BODY" in command else answer

    server.lie = slow
    assert looked(server, inbox, clock, timeout=0.4) == ""
    assert len(inbox.rows()) == 1


def test_a_look_ends_whatever_it_is_doing(
    server: Liar, inbox: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_session, "LONGEST_LOOK", 0.5)
    stop = threading.Event()
    server.lie = lambda verb, _, answer: dripping(b"* OK\r\n", stop) if verb == "FETCH" else answer
    try:
        assert "lasted too long" in looked(server, inbox, clock, timeout=60)
    finally:
        stop.set()


def test_a_long_look_leaves_the_rest_to_the_next(
    server: Liar, inbox: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow server with many letters is no failure: what came stays, and the next look goes on."""
    monkeypatch.setattr(imap_session.ImapSession, "is_long", property(lambda _: len(inbox.rows()) % 2 == 1))
    assert looked(server, inbox, clock, batch=1) == ""
    assert inbox.position("m") == Position(7, 1)
    monkeypatch.undo()
    assert looked(server, inbox, clock, batch=1) == ""
    assert inbox.position("m") == Position(7, 3)


def test_a_letter_larger_than_it_was_said_to_be_is_cut_off_and_listed(
    server: Liar, inbox: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_session, "AT_ONCE", 1_000)
    server.letters[2] = b"Subject: large\r\n\r\n" + b"x" * 5_000
    server.lie = lambda _verb, _command, answer: answer.replace(b"SIZE 5018", b"SIZE 18")
    poll(server.mailbox(), inbox.position("m"), inbox.keep, clock, largest=1_000)
    assert len(inbox.rows()) == 2
    ((passed,),) = inbox.passed("m").values()
    assert (passed.uid, passed.reason) == (2, "5018 octets are announced, more than may come")


def test_what_was_said_before_starttls_is_not_said_in_it(
    server: Liar, inbox: Any, clock: Clock, trusted: Any
) -> None:
    """The answers to commands under TLS, put into the packet that begins it."""
    capable = b"* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK done\r\n"
    said = {"CAPABILITY": capable, "STARTTLS": b"TAG OK begin\r\n" + capable}
    server.tls = server_context(trusted.certificate, trusted.key)
    server.lie = lambda verb, _command, answer: said.get(verb, answer)
    why = looked(server, inbox, clock, security="starttls", host="localhost")
    assert "went on speaking before the encryption" in why
    assert not any("LOGIN" in command for command in server.commands)


def test_folders_without_end_are_named_in_a_line(server: Liar, inbox: Any, clock: Clock) -> None:
    """Names come from the server: few of them, cut, and nothing in them that steers a terminal."""
    names = b"".join(b'* LIST () "/" "%b%d"\r\n' % (b"x\x1b[31m" * 500, number) for number in range(200))
    said = {"SELECT": b"TAG NO no such folder\r\n", "LIST": names + b"TAG OK done\r\n"}
    server.lie = lambda verb, _command, answer: said.get(verb, answer)
    why = looked(server, inbox, clock)
    assert "no folder 'INBOX'" in why
    assert len(why) < 500
    assert why.isprintable()


@pytest.mark.parametrize(("number", "ends"), [(20, "f19"), (21, "f19 …")])
def test_of_more_than_twenty_folders_the_others_are_shown_as_left_out(
    server: Liar, inbox: Any, clock: Clock, number: int, ends: str
) -> None:
    names = b"".join(b'* LIST () "/" f%02d\r\n' % one for one in range(number))
    said = {"SELECT": b"TAG NO no such folder\r\n", "LIST": names + b"TAG OK done\r\n"}
    server.lie = lambda verb, _command, answer: said.get(verb, answer)
    assert looked(server, inbox, clock).endswith(ends)


def test_each_thing_that_is_asked_has_its_own_time(
    server: Liar, inbox: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Octets that came slowly leave no less time for what is done with the letters afterwards."""
    passed = 0.0
    server.letters = {1: b"Subject: one\r\n\r\n"}

    def slow(verb: str, command: str, answer: bytes) -> bytes:
        nonlocal passed
        if "BODY" in command or verb == "STORE":
            passed += 0.6 * imap_limits.PATIENCE * 5  # of each answer's time more than half
        return answer

    class Time:
        @staticmethod
        def monotonic() -> float:
            return time.monotonic() + passed

    monkeypatch.setattr(imap_limits, "time", Time)
    server.lie = slow
    assert looked(server, inbox, clock, after="delete", timeout=5) == ""
    assert server.letters == {}
