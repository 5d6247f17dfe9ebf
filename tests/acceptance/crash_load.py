"""Who keeps a daemon busy while it is killed again and again: mail servers, a lender, a mailbox, colleagues.

A sender repeats a letter until it is answered with 250, as a mail server does; what the relay got
stays got.
"""

import json
import random
import smtplib
import subprocess
import threading
import time
from contextlib import suppress
from hashlib import sha256
from itertools import count
from typing import Any

from mailproc.practice import order_file
from tests.acceptance.service import BORROWER, LENDER, OURS, Service, order_letter, report_letter
from tests.servers.dovecot import Dovecot
from tests.servers.relay import Relay

SENDERS = 3

STAFF = """
import json, random, sys, time
from pathlib import Path
from mailproc.app.build import build
from mailproc.errors import LocalFault
from mailproc.office.acts import perform as acts
from mailproc.office.requests import place
from mailproc.office.queries import listing
from mailproc.office.queries.listing import Filter

app = build(Path(sys.argv[1]))
chance = random.Random(3)
ACTS = {"REQUESTER": {"PENDING": "cancel", "SHIPPED": "receive"}, "RESPONDER": {"IN_PROCESS": "ship"}}

def say(**what):
    print(json.dumps(what), flush=True)

def step(number):
    if number % 3 == 0:
        wanted = place.read({"service": "COPY", "item": {"title": "Weirs of the Fens"}}, ["XX-LENDER"])
        say(placed=place.place(app.store, app.context, wanted, "staff", anyway=True).number)
        return
    role = chance.choice(sorted(ACTS))
    state = chance.choice(sorted(ACTS[role]))
    with app.store.read() as connection:
        lines = listing.listed(connection, Filter(role=role, state=state, limit=20))
    if not lines or (state == "PENDING" and chance.random() < 0.8):
        return
    line, action = chance.choice(lines), ACTS[role][state]
    acts.perform(app.store, app.context, acts.StaffAct(action=action, number=line.number, by="staff"))
    say(number=line.number, action=action)

for number, go in enumerate(sys.stdin):
    if time.time() - float(go) > 1:
        continue  # on a slow machine nobody works off what was to be done a minute ago
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
            [service.python, "-c", STAFF, str(service.config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._stop = threading.Event()
        self.said: list[dict[str, Any]] = []
        self._heard: list[str] = []
        self._complained: list[str] = []
        self._threads = [
            threading.Thread(target=work, daemon=True)
            for work in (self._run, self._hear, self._hear_complaints)
        ]
        for thread in self._threads:
            thread.start()

    def _hear(self) -> None:
        """All the time: a pipe that is full would stop them."""
        assert self._process.stdout is not None
        self._heard.extend(self._process.stdout)

    def _hear_complaints(self) -> None:
        assert self._process.stderr is not None
        self._complained.extend(self._process.stderr)

    def _run(self) -> None:
        assert self._process.stdin is not None
        while not self._stop.wait(0.05):
            with suppress(OSError):
                self._process.stdin.write(f"{time.time()}\n")
                self._process.stdin.flush()
        with suppress(OSError):
            self._process.stdin.close()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        with self._process:  # closes its pipes
            assert self._process.wait(60) == 0, "".join(self._complained)
        self.said = [json.loads(line) for line in self._heard]

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
