"""A whole mailproc in a folder, as an administrator has it: configuration, daemon, command line.

Everything on 127.0.0.1; its letters leave by a relay of the tests.
"""

import re
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Sequence
from email.message import EmailMessage
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from mailproc.app.build import configured
from mailproc.flow.context import Context
from mailproc.office.queries import request_details
from mailproc.office.queries.request_details import RequestDetails
from mailproc.office.requests import place
from mailproc.practice.order_file import GAP
from mailproc.store.engine import Store
from tests.command_line import Ran, run
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.ports import free_port
from tests.support import configuration, history
from tests.support.configuration import Account
from tests.support.forking import Forked, Forker

OURS = "ill@library.example"
LENDER = "orders@lender.example"
BORROWER = "ill@borrower.example"
SECRETS = {"LENDER_CODE": "LENDER7Q", "BORROWER_CODE": "BORROW7Q", "MAILBOX_CODE": PASSWORD}

BEHIND_A_DOUBT = (
    "SELECT e.id FROM intent e JOIN outgoing o ON o.id = e.outgoing_id"
    " WHERE e.transaction_id = intent.transaction_id AND e.id < intent.id AND o.state = 'in_doubt'"
)


def letter(sender: str, message_id: str, subject: str, body: str) -> bytes:
    made = EmailMessage()
    made["From"] = sender
    made["To"] = OURS
    made["Subject"] = subject
    made["Message-ID"] = f"<{message_id}@{sender.partition('@')[2]}>"
    made.set_content(body)
    return made.as_bytes().replace(b"\n", b"\r\n")


def order_letter(name: str, numbers: Sequence[str], title: str = "Journal of Kills") -> bytes:
    """An order file of the borrower: one copy for each number."""
    orders = [f"TX{number} S SED99\n{title}\n2019 VOL 12 PT 3" for number in numbers]
    body = GAP.join([f"99-0002\n{SECRETS['BORROWER_CODE']}", *orders, "NNNN"])
    return letter(BORROWER, name, f"Order file FILEREFNO {name}", body)


def report_letter(name: str, codes: dict[str, str]) -> bytes:
    """A status report of the lender: number and reply code."""
    lines = [f"{number:<11} {code}" for number, code in codes.items()]
    return letter(LENDER, name, "Replies", "\n".join(["REPLIES FOR 99-0001   05-08-2026", "", *lines]))


def send_letters(port: int, sender: str, *letters: bytes) -> None:
    """Hand them to our listener over one connection; each must be answered with 250."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as line:
        for raw in letters:
            line.sendmail(sender, [OURS], raw)


def request_json(title: str) -> dict[str, Any]:
    return {"service": "COPY", "item": {"title": title}, "partners": ["XX-LENDER"]}


def mailbox_of(dovecot: Dovecot, user: str) -> str:
    """The [[mailbox]] of config.toml."""
    return configuration.mailbox("main", dovecot.port, user, "MAILBOX_CODE", poll="every 1s", timeout=10)


def configured_for(store_url: str, port: int, relay: int, connections: int) -> str:
    """config.toml of one lender and one borrower; listens at ``port``."""
    lender = configuration.partner("XX-LENDER", LENDER, Account("out", "99-0001", "LENDER_CODE"))
    account = Account("in", "99-0002", "BORROWER_CODE")
    borrower = configuration.partner("XX-BORROWER", BORROWER, account, roles=["REQUESTER"])
    return "".join(
        [
            configuration.library("XX-OURS", OURS, "Our Library"),
            configuration.section("store", url=store_url),
            configuration.section("listen", port=port),
            configuration.relay(relay, timeout=10, max_connections=connections),
            lender,
            borrower,
        ]
    )


class Service:
    """One configured mailproc: its daemon may be started, killed and asked to end, again and again."""

    def __init__(
        self, folder: Path, store_url: str, relay_port: int, forker: Forker, python: str = sys.executable,
        mailbox: str = "", connections: int = 1,
    ) -> None:  # fmt: skip
        folder.mkdir(exist_ok=True)
        self._forker, self.python = forker, python
        self.config = folder / "config.toml"
        self.log = folder / "daemon.log"
        self.port = free_port()
        self.config.write_text(configured_for(store_url, self.port, relay_port, connections) + mailbox)
        self.daemon: Forked | None = None
        self._from = 0
        self.store = Store.open(store_url)
        history.remember(self.store)

    def start(self, code: str = "") -> None:
        """Start the daemon after ``code``, and wait until it is ready."""
        self.launch(code)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        while not re.search(rb"^ready$", self._said(), re.M):
            assert self.daemon is not None
            assert self.daemon.poll() is None, self.tail()
            assert time.monotonic() < deadline, self.tail()
            time.sleep(0.01)  # its output is a file, so that a kill never blocks anybody

    def launch(self, code: str = "") -> None:
        """Start the daemon after ``code``."""
        with self.log.open("ab") as log:
            self._from = log.tell()
            arguments = ["--config", str(self.config), "run"]
            self.daemon = self._forker.start(log.fileno(), *arguments, code=code, folder=Path.cwd())

    def once(self, code: str) -> int:
        """Run ``code`` in a process of its own, which knows ``config``; its exit status."""
        with self.log.open("ab") as log:
            given = f"config = {str(self.config)!r}\n{code}\nimport os; os._exit(0)"
            return self._forker.start(log.fileno(), code=given, folder=Path.cwd()).wait()

    def _said(self) -> bytes:
        with self.log.open("rb") as log:
            log.seek(self._from)
            return log.read()

    def tail(self) -> str:
        return self._said()[-4000:].decode("utf-8", "replace")

    def kill(self) -> None:
        assert self.daemon is not None
        self.daemon.kill()
        self.daemon.wait(10)

    def ended_within(self, seconds: float) -> bool:
        """Did the daemon end by itself in that time?"""
        assert self.daemon is not None
        try:
            self.daemon.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> int:
        """Ask the daemon to end; its exit status."""
        assert self.daemon is not None
        self.daemon.send_signal(signal.SIGTERM)
        return self.daemon.wait(30)

    def cli(self, *words: str, given: str = "") -> Ran:
        return run("--config", str(self.config), *words, stdin=given)

    def program(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """The command line as a process of its own."""
        command = [self.python, "-m", "mailproc", "--config", str(self.config), *words]
        return subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @cached_property
    def context(self) -> Context:
        """For an act in this process: the office, without the command line around it."""
        return configured(self.config)

    def place(self, title: str) -> str:
        wanted = place.read(request_json(title))
        return place.place(self.store, self.context, wanted, "staff", anyway=True).number

    def shown(self, number: str) -> RequestDetails:
        with self.store.read() as connection:
            return request_details.shown(connection, number)

    def pauses_are_over(self) -> None:
        """An hour has passed: what waits for its next try is due."""
        for queue in ("inbox", "event", "intent", "outgoing"):
            due = text(f"UPDATE {queue} SET not_before = NULL WHERE not_before IS NOT NULL")  # noqa: S608
            self.store.write(partial(Connection.execute, statement=due))

    def ask(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.store.read() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def waiting(self) -> dict[str, int]:
        """What is still to be done, by queue; not what waits behind a letter that is before staff."""
        queues = {
            "inbox": "state = 'todo'",
            "event": "state = 'todo'",
            "intent": f"state IN ('todo', 'held') AND NOT EXISTS ({BEHIND_A_DOUBT})",
            "outgoing": "state IN ('prepared', 'sending')",
        }
        query = "SELECT count(*) FROM {} WHERE {}"
        counted = {name: self.ask(query.format(name, wanted))[0][0] for name, wanted in queues.items()}
        return {name: count for name, count in counted.items() if count}

    def rest(self, patience: float = 180, *, hurry: bool = False) -> None:
        """Wait until nothing is left to be done; in a ``hurry`` no pause is waited for.

        ``patience``: seconds without progress. How long it takes is the machine's business.
        """
        fewest, deadline = sum(self.waiting().values()), time.monotonic() + patience
        while left := self.waiting():
            if (number := sum(left.values())) < fewest:
                fewest, deadline = number, time.monotonic() + patience
            if hurry:
                self.pauses_are_over()
            assert time.monotonic() < deadline, f"still to be done: {left}\n{self.tail()}"
            time.sleep(0.05)  # the daemon is another process: looking again is all there is

    def close(self) -> None:
        if self.daemon is not None and self.daemon.poll() is None:
            self.kill()
        self.store.close()
