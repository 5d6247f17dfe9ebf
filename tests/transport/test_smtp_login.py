"""Logins at the listener: what guessing costs the guesser, and that it costs nobody else anything."""

import asyncio
import base64
import logging
import smtplib
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from argon2 import extract_parameters
from argon2.exceptions import HashingError

from mailproc import passwords
from mailproc.config import Listen
from mailproc.transport import smtp_login
from mailproc.transport.smtp_in import Listener
from mailproc.transport.smtp_login import FAILURES, HOSTS, LATER, WINDOW, Failures, Logins
from tests.cheap_hash import cheap_hash

PASSWORD = "correct-horse"
HASHES = {"lender": cheap_hash(PASSWORD)}
US, THEM = "ill@library.example", "orders@lender.example"
RAW = b"Subject: order\r\n\r\nbody\r\n"


@dataclass
class Desk:
    """Logins with a clock and pauses of the test's own."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.logins = Logins(HASHES, lambda: self.now, self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def says(self, user: str, password: str | bytes, host: str = "192.0.2.7") -> AuthResult:
        return asyncio.run(self.judged(user, password, host))

    def judged(self, user: str, password: str | bytes, host: str = "192.0.2.7") -> Awaitable[AuthResult]:
        octets = password.encode() if isinstance(password, str) else password
        return self.logins.judged(host, LoginPassword(user.encode(), octets))


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.logins.close()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hash that each look computed."""
    seen: list[str] = []
    real = passwords.is_of

    def is_of(password: bytes, phc: str) -> bool:
        seen.append(phc)
        return real(password, phc)

    monkeypatch.setattr(passwords, "is_of", is_of)
    return seen


def test_the_right_password_is_the_users(desk: Desk) -> None:
    answer = desk.says("lender", PASSWORD)
    assert (answer.success, answer.auth_data, desk.pauses) == (True, "lender", [])


def test_hashes_that_are_replaced_count_from_the_next_login_on(desk: Desk) -> None:
    desk.logins.replace({"lender": cheap_hash("battery-staple"), "other": HASHES["lender"]})
    assert [desk.says("lender", one).success for one in (PASSWORD, "battery-staple")] == [False, True]
    assert desk.says("other", PASSWORD).success


WRONG = {
    "the password": ("lender", "wrong"),
    "no password": ("lender", ""),
    "the user": ("stranger", PASSWORD),
    "no user": ("", PASSWORD),
    "another case": ("Lender", PASSWORD),
    "the hash": ("lender", HASHES["lender"]),
    "octets": ("lender", b"\xff\xfe"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_cannot_be_told_from_the_answer_nor_from_its_cost(
    desk: Desk, looks: list[str], case: str
) -> None:
    answer = desk.says(*WRONG[case])
    assert (answer.success, answer.handled, answer.message, answer.auth_data) == (False, False, None, None)
    (phc,) = looks
    assert extract_parameters(phc) == extract_parameters(HASHES["lender"])
    assert len(desk.pauses) == 1


def test_a_user_who_does_not_exist_costs_as_much_as_the_costliest() -> None:
    costly = passwords.hashed("x")
    made = passwords.nobodys([HASHES["lender"], costly])
    assert extract_parameters(made) == extract_parameters(costly)
    assert made != costly
    assert not passwords.is_of(b"x", made)


def test_a_password_without_end_is_not_looked_at(desk: Desk, looks: list[str]) -> None:
    for user in ("lender", "stranger"):
        assert not desk.says(user, "x" * (passwords.LONGEST + 1)).success
    assert looks == []
    assert len(desk.pauses) == 2


def test_who_guesses_gets_slower_and_is_turned_away(desk: Desk, looks: list[str]) -> None:
    for _ in range(FAILURES):
        assert desk.says("lender", "guess").message is None
    assert desk.pauses == sorted(desk.pauses)
    assert desk.pauses[0] < desk.pauses[-1] == smtp_login.SLOWEST
    looks.clear()
    assert desk.says("lender", PASSWORD).message == LATER
    assert looks == [], "no look for who is turned away"
    assert desk.says("lender", PASSWORD, host="192.0.2.8").success
    desk.now += WINDOW + 1
    assert desk.says("lender", PASSWORD).success


def test_a_login_of_ones_own_buys_no_more_guesses(desk: Desk) -> None:
    for _ in range(FAILURES):
        desk.says("lender", "guess")
        desk.says("lender", PASSWORD)
    assert desk.says("lender", "guess").message == LATER


def test_a_network_of_ones_own_buys_no_more_guesses() -> None:
    failures = Failures(lambda: 0.0)
    for number in range(FAILURES):
        failures.add(f"2001:db8::{number:x}")
    assert failures.of("2001:db8::ffff") == FAILURES
    assert failures.of("2001:db8:0:1::1") == 0


def test_what_is_remembered_of_guessers_is_bounded() -> None:
    failures = Failures(lambda: 0.0)
    for number in range(HOSTS + 500):
        failures.add(f"10.0.{number // 256}.{number % 256}")
    for _ in range(3 * FAILURES):
        failures.add("192.0.2.7")
    assert len(failures._times) == HOSTS
    assert failures.of("192.0.2.7") == FAILURES
    assert failures.of("10.0.0.0") == 0


def test_guesses_at_once_are_counted_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_login, "PER_HOST", 10)

    async def all_at_once() -> list[AuthResult]:
        return await asyncio.gather(*(desk.judged("lender", "guess") for _ in range(10)))

    asyncio.run(all_at_once())
    assert desk.logins._failures.of("192.0.2.7") == 10


def test_two_looks_at_once_a_few_wait_and_the_rest_hear_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, lock, now, most = threading.Event(), threading.Lock(), 0, 0

    def is_of(_password: bytes, _phc: str) -> bool:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        go.wait(10)
        with lock:
            now -= 1
        return True

    monkeypatch.setattr(passwords, "is_of", is_of)

    async def crowd() -> tuple[list[AuthResult], AuthResult, AuthResult]:
        same = [asyncio.ensure_future(desk.judged("lender", "x", "10.0.0.1")) for _ in range(2)]
        await asyncio.sleep(0)
        third_of_one = await desk.judged("lender", "x", "10.0.0.1")
        others = [asyncio.ensure_future(desk.judged("lender", "x", f"10.0.1.{n}")) for n in range(8)]
        await asyncio.sleep(0)
        one_too_many = await desk.judged("lender", "x", "10.0.2.1")
        go.set()
        return await asyncio.gather(*same, *others), third_of_one, one_too_many

    answers, third_of_one, one_too_many = asyncio.run(crowd())
    assert third_of_one.message == one_too_many.message == LATER
    assert [answer.success for answer in answers] == [True] * 10
    assert most == 2


def test_the_end_of_the_listener_waits_for_no_look(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    go, begun = threading.Event(), threading.Event()

    def is_of(_password: bytes, _phc: str) -> bool:
        begun.set()
        return go.wait(30)

    monkeypatch.setattr(passwords, "is_of", is_of)

    async def closed() -> bool:
        look = asyncio.ensure_future(desk.judged("lender", "x"))
        await asyncio.to_thread(begun.wait, 10)
        closing = threading.Thread(target=desk.logins.close)
        closing.start()
        await asyncio.to_thread(closing.join, 5)
        ended = not closing.is_alive()
        go.set()
        await look
        return ended

    assert asyncio.run(closed())


def test_no_memory_is_no_wrong_password(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def is_of(_password: bytes, _phc: str) -> bool:
        raise HashingError("Memory allocation error")

    monkeypatch.setattr(passwords, "is_of", is_of)
    for _ in range(FAILURES + 1):
        assert desk.says("lender", PASSWORD).message == LATER
    assert desk.logins._failures.of("192.0.2.7") == 0
    assert "HashingError" in caplog.text


# By the socket


@pytest.fixture
def door(inbox: Any, clock: Any, trusted: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(smtp_login, "PAUSE", 0.0)
    listen = Listen(port=0, tls_cert=trusted.certificate, tls_key=trusted.key)
    listener = Listener(listen, [US], inbox.submit, clock, HASHES)
    yield listener.start()
    listener.stop()


def client(port: int) -> smtplib.SMTP:
    made = smtplib.SMTP("localhost", port, timeout=10)
    made.starttls(context=ssl.create_default_context())
    made.ehlo()
    return made


def plain(user: str, password: str) -> str:
    return "AUTH PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode()).decode()


def test_the_answers_are_the_same_and_the_log_tells_neither(
    door: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), client(door) as line:
        answers = [line.docmd(plain(*said)) for said in (("lender", "s3cret-guess"), ("nobody-x", PASSWORD))]
    assert answers[0] == answers[1] == (535, b"5.7.8 Authentication credentials invalid")
    assert "127.0.0.1: login failed" in caplog.text
    for word in ("s3cret-guess", PASSWORD, "nobody-x"):
        assert word not in caplog.text


@pytest.mark.parametrize("told", ["AUTH PLAIN =", "AUTH PLAIN AGFi", "AUTH LOGIN =", "AUTH PLAIN AAAAAA=="])
def test_an_answer_that_is_none_logs_nobody_in(door: int, inbox: Any, told: str) -> None:
    with client(door) as line:
        assert line.docmd(told)[0] in (501, 535)
        line.sendmail(THEM, [US], RAW)
    assert [row.login for row in inbox.rows()] == [""]


def test_letters_go_on_while_a_password_is_looked_at(
    door: int, inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()

    def is_of(_password: bytes, _phc: str) -> bool:
        begun.set()
        return go.wait(10)

    monkeypatch.setattr(passwords, "is_of", is_of)
    with client(door) as slow, client(door) as other:
        slow.putcmd(plain("lender", "x"))
        assert begun.wait(10)
        other.sendmail(THEM, [US], RAW)
        assert [row.login for row in inbox.rows()] == [""]
        go.set()
        assert slow.getreply()[0] == 235


def test_a_login_ends_with_its_session(door: int, inbox: Any) -> None:
    with client(door) as line:
        assert line.docmd(plain("lender", PASSWORD))[0] == 235
        assert line.docmd(plain("lender", PASSWORD))[0] == 503
        line.sendmail(THEM, [US], RAW)
    with client(door) as line:
        line.sendmail(THEM, [US], RAW + b"again\r\n")
    assert [row.login for row in inbox.rows()] == ["lender", ""]


def test_a_listener_that_was_asked_whether_it_goes_round_still_takes_logins(
    inbox: Any, clock: Callable[[], Any], trusted: Any
) -> None:
    listen = Listen(port=0, tls_cert=trusted.certificate, tls_key=trusted.key)
    listener = Listener(listen, [US], inbox.submit, clock, HASHES)
    port, answered = listener.start(), threading.Event()
    try:
        listener.ask(answered.set)
        assert answered.wait(10)
        with client(port) as line:
            assert line.docmd(plain("lender", PASSWORD))[0] == 235
    finally:
        listener.stop()


def test_only_the_mechanisms_of_the_configuration(inbox: Any, clock: Callable[[], Any], trusted: Any) -> None:
    listen = Listen(port=0, tls_cert=trusted.certificate, tls_key=trusted.key, login=("PLAIN",))
    listener = Listener(listen, [US], inbox.submit, clock, HASHES)
    try:
        with client(listener.start()) as line:
            assert line.esmtp_features["auth"].split() == ["PLAIN"]
            assert line.docmd("AUTH LOGIN bGVuZGVy")[0] == 504
    finally:
        listener.stop()
