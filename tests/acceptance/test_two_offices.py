"""One loan for real between two mailprocs: two daemons, Dovecot, SMTP, and the command line."""

import json
import os
import re
import smtplib
import time
from collections.abc import Callable
from itertools import cycle

import pytest

from mailproc.practice.post_office import Posted, PostOffice
from tests.acceptance.service import Service, mailbox_of
from tests.servers.dovecot import Dovecot
from tests.support import configuration

BORROWER, LENDER = "XX-WEST", "XX-EAST"
ADDRESS = {BORROWER: "ill@west.example", LENDER: "ill@east.example"}
WANTED = {
    "service": "LOAN",
    "item": {"title": "Cartography of vanished rivers", "author": "Marsh, Eleanor"},
    "partners": [LENDER],
    "patron": {"id": "R1", "name": "A Reader", "email": "reader@west.example"},
}
SHORT = (
    (LENDER, "ship --date {due}", "SHIPPED"),
    (BORROWER, "receive", "RECEIVED"),
    (BORROWER, "renew --date {later}", "RENEW"),
    (LENDER, "renew-reply --answer yes --date {later}", "RENEW_ANSWER.yes"),
    (BORROWER, "return", "RETURNED"),
    (LENDER, "check-in", "CHECKED_IN"),
)
LONG = (
    (LENDER, "will-supply", "ANSWER.promise"),
    (LENDER, "conditional --condition charges --date {soon}", "ANSWER.conditional"),
    (BORROWER, "answer-condition --answer yes", "COND_REPLY.yes"),
    *SHORT[:2],
    (BORROWER, "message --note Danke_schön", "MESSAGE"),
    (LENDER, "overdue --anyway --date {due}", "OVERDUE"),
    *SHORT[2:4],
    (BORROWER, "query", "STATUS_QUERY"),
    (LENDER, "recall", "RECALL"),
    *SHORT[4:],
)
STORY = LONG if os.environ.get("REQUIRE_ALL") == "1" else SHORT
"""Who does what, and what the other then hears."""


class Postman:
    """The relay of both: brings each letter to its library, by turns into its mailbox or by SMTP."""

    def __init__(self, dovecot: Dovecot) -> None:
        self._dovecot = dovecot
        self._doors = {address: cycle(("mailbox", "listener")) for address in ADDRESS.values()}
        self.listeners: dict[str, int] = {}
        self.came: list[tuple[str, str]] = []
        self._office = PostOffice(self._bring)
        self.port = self._office.start()

    def _bring(self, posted: Posted) -> None:
        if posted.rcpt_to not in self._doors:
            return  # a reader's letter
        door = next(self._doors[posted.rcpt_to])
        if door == "listener":
            with smtplib.SMTP("127.0.0.1", self.listeners[posted.rcpt_to], timeout=30) as line:
                line.sendmail(posted.mail_from, [posted.rcpt_to], posted.raw)
        else:
            with self._dovecot.client(posted.rcpt_to.partition("@")[2]) as client:
                client.append("INBOX", f"Return-Path: <{posted.mail_from}>\r\n".encode() + posted.raw)
        self.came.append((posted.rcpt_to, door))

    def stop(self) -> None:
        self._office.stop()


def configured(service: Service, symbol: str, other: str, relay: int) -> str:
    roles = ["RESPONDER", "REQUESTER"]
    head = configuration.library(symbol, ADDRESS[symbol], symbol)
    store = configuration.section("store", url=f"sqlite:///{service.config.parent}/mailproc.db")
    listen = configuration.section("listen", port=service.port)
    known = configuration.partner(other, ADDRESS[other], codec="iso10161", roles=roles)
    return head + store + listen + configuration.relay(relay) + known


@pytest.fixture
def libraries(serve: Callable[..., Service], dovecot: Dovecot):
    postman = Postman(dovecot)
    made = {symbol: serve() for symbol in (BORROWER, LENDER)}
    for symbol, other in ((BORROWER, LENDER), (LENDER, BORROWER)):
        service = made[symbol]
        mailbox = mailbox_of(dovecot, ADDRESS[symbol].partition("@")[2])
        service.config.write_text(configured(service, symbol, other, postman.port) + mailbox)
        postman.listeners[ADDRESS[symbol]] = service.port
        service.start()
    yield made, postman
    postman.stop()


def heard(service: Service, number: str, event: str, count: int) -> None:
    deadline = time.monotonic() + 60
    while [change.event for change in service.shown(number).history].count(event) < count:
        assert time.monotonic() < deadline, f"{number} has not heard {event}\n{service.tail()}"
        time.sleep(0.05)  # the daemon is another process: looking again is all there is


def done(service: Service, *words: str, given: str = "") -> str:
    ended = service.cli(*words, given=given)
    assert ended.code == 0, ended.err
    return ended.out


@pytest.mark.timeout(300)
def test_a_loan_from_the_request_to_its_end(libraries) -> None:
    made, postman = libraries
    borrower, lender = made[BORROWER], made[LENDER]
    number = re.findall(r"B\d+", done(borrower, "request", "-", given=json.dumps(WANTED)))[0]
    deadline = time.monotonic() + 60
    while not (theirs := lender.ask("SELECT number FROM request")):
        assert time.monotonic() < deadline, lender.tail()
        time.sleep(0.05)  # as in heard
    numbers = {BORROWER: number, LENDER: theirs[0][0]}
    for who, act, event in STORY:
        other = LENDER if who == BORROWER else BORROWER
        words = act.format(soon="2027-03-01", due="2027-03-30", later="2027-04-27").split()
        before = [change.event for change in made[other].shown(numbers[other]).history].count(event)
        done(made[who], "act", numbers[who], *words)
        heard(made[other], numbers[other], event, before + 1)
    if STORY is LONG:
        heard(borrower, number, "STATUS_OR_ERROR_REPORT", 1)
    assert borrower.shown(number).line.state == "RETURNED"
    assert lender.shown(numbers[LENDER]).line.state == "CHECKED_IN"
    for symbol, service in made.items():
        history = json.loads(done(service, "show", numbers[symbol], "--json"))["history"]
        assert len(history) >= len(STORY) + 1
        assert [line["cause"]["kind"] for line in history].count("letter") >= 3
        assert "1 transaction" in done(service, "verify")
        assert service.ask("SELECT last_error FROM inbox WHERE state = 'shelved'") == []
        service.rest()
        assert service.stop() == 0
    assert {door for _, door in postman.came} == {"mailbox", "listener"}
