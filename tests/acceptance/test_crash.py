"""kill -9 of the running daemon at random under load: nothing lost, nothing twice, nothing innocent shelved.

Letters come in by SMTP over several connections and lie in a mailbox; staff place requests and
act in another process; the relay is real. A sender repeats a letter until it is answered with
250, as a mail server does; what the relay got stays got. Nothing else is ever done by hand.
"""

import json
import os
import random
import smtplib
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from mailproc.office import mailroom
from mailproc.practice import order_file
from tests.acceptance.service import (
    BORROWER,
    LENDER,
    OURS,
    Service,
    mailbox_of,
    order_letter,
    report_letter,
)
from tests.servers.dovecot import Dovecot
from tests.servers.relay import Relay

KILLS = 50 if os.environ.get("REQUIRE_ALL") == "1" else 5
KILLS_POSTGRESQL = 10 if os.environ.get("REQUIRE_ALL") == "1" else 2
SENDERS = 3

STAFF = """
import json, random, sys
from pathlib import Path
from mailproc.app.build import build
from mailproc.errors import LocalFault
from mailproc.office import acts, place, listing
from mailproc.office.listing import Filter

house = build(Path(sys.argv[1]))
chance = random.Random(3)
ACTS = {"REQUESTER": {"PENDING": "cancel", "SHIPPED": "receive"}, "RESPONDER": {"IN_PROCESS": "ship"}}

def say(**what):
    print(json.dumps(what), flush=True)

def step(number):
    if number % 3 == 0:
        wanted = place.read({"service": "COPY", "item": {"title": "Weirs of the Fens"}}, ["XX-LENDER"])
        say(placed=place.place(house.store, house.premises, wanted, "staff"))
        return
    role = chance.choice(sorted(ACTS))
    state = chance.choice(sorted(ACTS[role]))
    with house.store.read() as connection:
        lines = listing.listed(connection, Filter(role=role, state=state, limit=20))
    if not lines or (state == "PENDING" and chance.random() < 0.8):
        return
    line, action = chance.choice(lines), ACTS[role][state]
    acts.perform(house.store, house.premises, acts.Act(action=action, number=line.number, by="staff"))
    say(number=line.number, action=action)

for number, go in enumerate(sys.stdin):
    try:
        step(number)
    except LocalFault as fault:  # another was quicker: the daemon moved the request meanwhile
        say(refused=str(fault))
"""


class Senders:
    """Mail servers that have letters for us: each repeats its letter until it is taken."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stop = threading.Event()
        self._names = count(1)
        self.answered: dict[str, list[str]] = {}  # the letter's name and the numbers of its orders
        self._urgent: list[tuple[str, bytes]] = []
        self._threads = [
            threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(SENDERS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def bring(self, name: str, raw: bytes) -> None:
        """A letter of somebody else that comes by this way."""
        self._urgent.append((name, raw))

    def stop(self) -> None:
        """Each brings its last letter home first."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def _run(self, which: int) -> None:
        chance = random.Random(which)  # noqa: S311  # how many orders, no secret
        line: smtplib.SMTP | None = None
        while not self._stop.is_set() or self._urgent:
            name, raw, numbers, sender = self._next(chance)
            taken = False
            while not taken:
                try:
                    line = line or smtplib.SMTP("127.0.0.1", self._service.port, timeout=10)
                    line.sendmail(sender, [OURS], raw)
                    taken = True
                except (OSError, smtplib.SMTPException):
                    line = None
                    time.sleep(0.05)  # the daemon is down: a mail server tries again later
            if numbers:
                self.answered[name] = numbers
            time.sleep(0.02)  # the pace of a sender: the load is part of what is tried
        if line is not None:
            with suppress(OSError, smtplib.SMTPException):
                line.quit()

    def _next(self, chance: random.Random) -> tuple[str, bytes, list[str], str]:
        with suppress(IndexError):
            name, raw = self._urgent.pop()
            return name, raw, [], LENDER
        name = str(next(self._names))
        numbers = [f"S{name}-{position}" for position in range(1, chance.choice((1, 1, 2, 5)) + 1)]
        return name, order_letter(name, numbers), numbers, BORROWER


class Lender:
    """Answers each order that the relay was given: into the mailbox, or by SMTP.

    Beside that, order files of the borrower come into the mailbox too.
    """

    def __init__(self, relay: Relay, senders: Senders, dovecot: Dovecot | None, user: str) -> None:
        self._relay, self._senders, self._dovecot, self._user = relay, senders, dovecot, user
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.answered: set[str] = set()
        self.ordered: list[str] = []
        self.mailed: list[bytes] = []  # what lies in the mailbox
        self._names = count(1)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        seen = 0
        while not self._stop.wait(0.02):
            letters = self._relay.to(LENDER)
            for letter in letters[seen:]:
                self._answer(letter.raw)
            seen = len(letters)
            if self._dovecot is not None and len(self.ordered) < seen:
                number = f"M{next(self._names)}"
                self._into_mailbox(order_letter(number, [number]))
                self.ordered.append(number)

    def _answer(self, raw: bytes) -> None:
        orders = [order.number for order in order_file.read(raw).orders if not order.cancels]
        fresh = [number for number in orders if number not in self.answered]
        if not fresh:
            return
        name = f"r{next(self._names)}"
        report = report_letter(name, dict.fromkeys(fresh, "SHIPPED COPY"))
        if self._dovecot is not None and len(self.answered) % 3:
            self._into_mailbox(report)
        else:
            self._senders.bring(name, report)
        self.answered.update(fresh)

    def _into_mailbox(self, raw: bytes) -> None:
        assert self._dovecot is not None
        with self._dovecot.client(self._user) as client:
            client.append("INBOX", raw)
        self.mailed.append(raw)


class Staff:
    """Colleagues at the command line: a process that writes the store itself."""

    def __init__(self, service: Service) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", STAFF, str(service.config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.said: list[dict[str, Any]] = []
        self._thread.start()

    def _run(self) -> None:
        assert self._process.stdin is not None
        while not self._stop.wait(0.05):
            with suppress(OSError):
                self._process.stdin.write("go\n")
                self._process.stdin.flush()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)
        out, err = self._process.communicate(timeout=60)
        assert self._process.returncode == 0, err
        self.said = [json.loads(line) for line in out.splitlines()]

    @property
    def placed(self) -> list[str]:
        return [said["placed"] for said in self.said if "placed" in said]


class Mailbox:
    """Watches from outside that nothing is shown as read before it is ours."""

    def __init__(self, service: Service, dovecot: Dovecot, user: str) -> None:
        self._service, self._dovecot, self._user = service, dovecot, user
        self._digests: dict[int, str] = {}

    def digests(self, criteria: str) -> set[str]:
        with self._dovecot.client(self._user) as client:
            client.select_folder("INBOX", readonly=True)
            uids = client.search(criteria)
            unknown = [uid for uid in uids if uid not in self._digests]
            for uid, data in (client.fetch(unknown, ["BODY.PEEK[]"]) if unknown else {}).items():
                self._digests[uid] = sha256(data[b"BODY[]"]).hexdigest()
        return {self._digests[uid] for uid in uids}

    def without_row(self, criteria: str) -> set[str]:
        wanted = self.digests(criteria)
        return wanted - {row[0] for row in self._service.ask("SELECT digest FROM inbox WHERE door = 'main'")}


def kill_at_random(service: Service, chance: random.Random, kills: int, each: Callable[[], None]) -> None:
    for _ in range(kills):
        if chance.random() < 0.2:
            service.launch()
            time.sleep(chance.uniform(0.3, 1.5))  # the moment of the kill is the point: also while it starts
        else:
            service.start()
            time.sleep(chance.uniform(0, 1.2))  # the moment of the kill is the point
        service.kill()
        each()


@pytest.mark.timeout(900)
def test_kills_at_random_lose_nothing_and_do_nothing_twice(
    serve: Callable[..., Service], relay: Relay, dovecot: Dovecot, tmp_path: Path
) -> None:
    service = serve(mailbox=mailbox_of(dovecot, tmp_path.name))
    mailbox = Mailbox(service, dovecot, tmp_path.name)
    run(service, relay, dovecot, tmp_path.name, KILLS, lambda: none(mailbox.without_row("SEEN")))
    none(mailbox.without_row("ALL"))
    assert len(mailbox.digests("ALL")) > KILLS


@pytest.mark.timeout(300)
def test_kills_at_random_on_postgresql(
    serve: Callable[..., Service], relay: Relay, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = make_url(empty_postgres_url)
    monkeypatch.setenv("PGPASSWORD", str(url.password))  # config.toml takes none
    service = serve(url._replace(password=None).render_as_string())
    run(service, relay, None, "", KILLS_POSTGRESQL, lambda: None)


def none(found: set[str]) -> None:
    assert not found


def run(
    service: Service, relay: Relay, dovecot: Dovecot | None, user: str, kills: int, each: Callable[[], None]
) -> None:
    chance = random.Random(int(os.environ.get("CRASH_SEED", "11")))  # noqa: S311  # when to kill, no secret
    relay.pause = lambda: chance.choice((0, 0, 0.005, 0.03))
    senders = Senders(service)
    lender = Lender(relay, senders, dovecot, user)
    staff = Staff(service)
    senders.start()
    lender.start()
    kill_at_random(service, chance, kills, each)
    service.start()
    staff.stop()
    enough_came(service, lender, kills + 1 if dovecot is not None else 0)
    lender.stop()
    senders.stop()
    at_rest(service, dovecot, user)
    report = f"{len(senders.answered)} letters, {len(lender.ordered)} by mailbox, {len(staff.placed)} placed"
    print(report, Counter(said.get("action", "refused") for said in staff.said if "placed" not in said))  # noqa: T201
    assert len(senders.answered) > 5 * kills, report
    every_letter_of_ours_is_one(service, relay)
    every_request_left_once(service, relay, staff)
    staff_settle_doubts(service, relay)
    service.rest()
    assert service.stop() == 0, service.tail()
    nothing_is_left(service)
    every_order_was_taken_once(service, senders, lender)
    every_answer_was_heard_once(service, lender)
    every_request_left_once(service, relay, staff)
    verified = service.cli("verify")
    assert verified.code == 0, verified.out


def enough_came(service: Service, lender: Lender, by_mailbox: int) -> None:
    """However early it was killed each time: an order has come through to the lender now, and
    ``by_mailbox`` letters into the mailbox."""
    deadline = time.monotonic() + 120
    while not lender.answered or len(lender.mailed) < by_mailbox:
        assert time.monotonic() < deadline, service.tail()
        time.sleep(0.05)  # the daemon is another process: looking again is all there is


def at_rest(service: Service, dovecot: Dovecot | None, user: str) -> None:
    if dovecot is not None:
        with dovecot.client(user) as client:
            last = client.folder_status("INBOX", [b"UIDNEXT"])[b"UIDNEXT"] - 1
        deadline = time.monotonic() + 120
        while service.ask("SELECT last_uid FROM mailbox")[:1] < [(last,)]:
            assert time.monotonic() < deadline, service.tail()
            time.sleep(0.1)  # the next look is the daemon's own business
    service.pauses_are_over()  # a notice in doubt is said again a minute later
    service.rest()


def nothing_is_left(service: Service) -> None:
    """Every row came to a good end: nothing waits, nothing innocent is on the shelf."""
    for queue in ("inbox", "event", "intent", "outgoing"):
        states = dict(service.ask(f"SELECT state, count(*) FROM {queue} GROUP BY state"))  # noqa: S608  # ours
        good = {"done", "prepared", "withdrawn"} if queue == "intent" else {"done"}
        good = {"handed_over", "withdrawn"} if queue == "outgoing" else good
        why = service.ask(f"SELECT id, state, attempts, last_error FROM {queue} WHERE last_error <> ''")  # noqa: S608
        assert set(states) <= good, (queue, states, why)


def every_order_was_taken_once(service: Service, senders: Senders, lender: Lender) -> None:
    """Every letter answered 250 has one row; each of its orders one transaction and one line of history."""
    names = Counter(row[0] for row in service.ask("SELECT message_id FROM inbox"))
    expected = {f"<{name}@borrower.example>" for name in [*senders.answered, *lender.ordered]}
    assert {name for name in expected if names[name] != 1 and names[name.strip("<>")] != 1} == set()
    rows = service.ask(
        "SELECT t.tgq, count(*) FROM transactions t JOIN history h ON h.transaction_id = t.id"
        " WHERE t.role = 'RESPONDER' AND h.event LIKE 'ILL_REQUEST%' GROUP BY t.tgq"
    )
    begun = dict(rows)
    wanted = {number for numbers in senders.answered.values() for number in numbers} | set(lender.ordered)
    assert wanted - set(begun) == set()
    assert {number: lines for number, lines in begun.items() if lines != 1} == {}
    assert service.ask("SELECT event_id FROM history GROUP BY event_id HAVING count(*) > 1") == []
    with_many = "SELECT tgq FROM transactions WHERE role = 'RESPONDER' GROUP BY tgq HAVING count(*) > 1"
    assert service.ask(with_many) == []


def every_answer_was_heard_once(service: Service, lender: Lender) -> None:
    rows = service.ask(
        "SELECT t.tgq, t.tq, count(*) FROM transactions t JOIN history h ON h.transaction_id = t.id"
        " WHERE t.role = 'REQUESTER' AND h.event LIKE 'SHIPPED%' GROUP BY t.tgq, t.tq"
    )
    heard = {f"{tgq}-{tq}": lines for tgq, tq, lines in rows}
    assert heard == dict.fromkeys(lender.answered, 1)
    assert lender.answered


def every_request_left_once(service: Service, relay: Relay, staff: Staff) -> None:
    """An order reaches the relay once; not at all only if it is before staff, or was taken back in time."""
    files: dict[str, list[bytes]] = {}
    for posted in relay.to(LENDER):
        for order in order_file.read(posted.raw).orders:
            if not order.cancels:
                files.setdefault(order.number, []).append(posted.raw)
    rows = service.ask(
        "SELECT t.tgq, t.tq, i.state, o.state FROM transactions t JOIN history h ON h.transaction_id = t.id"
        " JOIN intent i ON i.event_id = h.event_id LEFT JOIN outgoing o ON o.id = i.outgoing_id"
        " WHERE t.role = 'REQUESTER' AND h.event = 'request' AND i.kind = 'apdu'"
    )
    ended = {f"{tgq}-{tq}": (intent, letter) for tgq, tq, intent, letter in rows}
    assert set(ended) == {f"{number}-1" for number in staff.placed}
    assert len(set(staff.placed)) == len(staff.placed) > 0
    for number, (intent, letter) in ended.items():
        came = len(files.get(number, ()))
        if letter == "in_doubt":
            assert came <= 1, number
        elif intent == "withdrawn":
            assert came == 0, number
        else:
            assert (came, letter) == (1, "handed_over"), number
    assert set(files) <= set(ended)


def staff_settle_doubts(service: Service, relay: Relay) -> None:
    """They ask the partner by telephone: what arrived is taken as delivered, what did not is sent again."""
    arrived = {identity(posted.raw) for posted in relay.letters}
    with_notes = service.ask("SELECT id, message_id FROM outgoing WHERE state = 'in_doubt'")
    for outgoing_id, message_id in with_notes:
        there = message_id.strip("<>") in arrived
        mailroom.redeliver(service.store, f"O{outgoing_id}", arrived=there)


def identity(raw: bytes) -> str:
    return str(order_file.letter_of(raw)["Message-ID"]).strip("<>")


def every_letter_of_ours_is_one(service: Service, relay: Relay) -> None:
    """What the relay got was handed over or is in doubt; a Message-ID is never given to two letters."""
    came: dict[str, list[bytes]] = {}
    for posted in relay.letters:
        came.setdefault(identity(posted.raw), []).append(posted.raw)
    assert all(len(set(copies)) == 1 for copies in came.values())
    speaks = "EXISTS (SELECT 1 FROM intent WHERE outgoing_id = outgoing.id AND kind = 'apdu')"
    rows = service.ask(f"SELECT message_id, state, {speaks} FROM outgoing")  # noqa: S608
    states = {message_id.strip("<>"): (state, for_a_program) for message_id, state, for_a_program in rows}
    assert set(came) <= set(states)
    for message_id, (state, for_a_program) in states.items():
        copies = len(came.get(message_id, ()))
        if state == "handed_over":
            assert copies == 1 or (copies > 1 and not for_a_program), message_id  # people may read it again
        else:
            assert copies == 0 or state == "in_doubt", (message_id, state)
