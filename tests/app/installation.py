"""The real daemon as a process of its own, and the command line beside it."""

import json
import os
import signal
import smtplib
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.command_line import Ran, run
from tests.servers.dovecot import PASSWORD
from tests.servers.relay import Relay
from tests.support import configuration, empty_store, history
from tests.support.configuration import Account
from tests.support.forking import Forker

DEADLINE = 90.0
"""Seconds until a test gives up. What is waited for takes a moment; a busy machine takes longer."""
ART, CUSTOMER = "Zq7Pass9", "Kw3Word5"


def configured(relay: int) -> str:
    lender = configuration.partner(
        "UK-BL", "orders@bl.example", Account("out", "99-0001", "ART_PASSWORD"), name="British Library"
    )
    borrower = configuration.partner(
        "UK-CUSTOMER",
        "ill@customer.example",
        Account("in", "99-0003", "CUSTOMER_PASSWORD"),
        roles=["REQUESTER"],
    )
    head = configuration.library("XX-TOWN", "ill@town.example", "Town Library")
    listen = configuration.section("listen", host="127.0.0.1", port=0)
    return head + listen + configuration.relay(relay, timeout=60.0) + lender + borrower


def order(number: str) -> bytes:
    """A customer's order file for one loan."""
    gap = "\r\n" * 5
    head = f"From: ill@customer.example\r\nTo: ill@town.example\r\nMessage-ID: <{number}@c.example>\r\n"
    body = f"99-0003\r\n{CUSTOMER}{gap}TX{number} S LOAN\r\nA Book\r\nAuthor, A.{gap}NNNN\r\n"
    return f"{head}Subject: Order file\r\n\r\n{body}".encode()


class Daemon:
    """``mailproc run`` in a folder; its lines (stdout and log) as they come."""

    def __init__(self, forker: Forker, folder: Path, code: str = "", cwd: Path | None = None) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._ended = False
        self._output, output = os.pipe()
        arguments = ["--config", str(folder / "config.toml"), "run"]
        self.process = forker.start(output, *arguments, code=code, folder=cwd or folder)
        os.close(output)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        with open(self._output) as output:
            for line in output:
                with self._news:
                    self.lines.append(line.rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def says(self, words: str, within: float = DEADLINE, times: int = 1) -> str:
        """The line that holds ``words`` (the ``times``-th one)."""

        def found() -> list[str]:
            return [line for line in self.lines if words in line]

        with self._news:
            self._news.wait_for(lambda: len(found()) >= times or self._ended, within)
            assert len(found()) >= times, self.lines
            return found()[times - 1]

    @property
    def port(self) -> int:
        return int(self.says("listening on").rpartition(":")[2])

    def ends(self, within: float = DEADLINE) -> int:
        try:
            code = self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(("it does not end", self.lines)) from None
        self._reader.join(5)
        return code

    def stop(self, within: float = DEADLINE) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.ends(within)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.ends()

    def takes(self, raw: bytes, mail_from: str = "ill@customer.example") -> None:
        """A letter by the listener; raises what smtplib raises."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=DEADLINE) as client:
            client.sendmail(mail_from, ["ill@town.example"], raw)


class Installation:
    """A folder with a config.toml, its daemons, and the command line beside them."""

    def __init__(self, folder: Path, relay: Relay, forker: Forker) -> None:
        self.folder, self._forker = folder, forker
        self.daemons: list[Daemon] = []
        (folder / "config.toml").write_text(configured(relay.port))
        empty_store.copy_to(folder / "var" / "mailproc.db")
        history.remember(folder / "config.toml")

    def mailbox(self, name: str, port: int, user: str, secret: str = PASSWORD) -> None:
        os.environ[f"BOX_{name.upper()}"] = secret
        text = configuration.mailbox(name, port, user, f"BOX_{name.upper()}", poll="every 1s")
        with (self.folder / "config.toml").open("a") as file:
            file.write(text)

    def start(self, *, ready: bool = True, **how: Any) -> Daemon:
        daemon = Daemon(self._forker, self.folder, **how)
        self.daemons.append(daemon)
        if ready:
            daemon.says("ready")
        return daemon

    def cli(self, *arguments: str, stdin: str = "") -> Ran:
        return run("--config", str(self.folder / "config.toml"), *arguments, stdin=stdin)

    def json(self, *arguments: str) -> Any:
        ran = self.cli(*arguments, "--json")
        assert ran.code == 0, ran.err
        return ran.json

    def place(self, title: str = "A Book") -> str:
        wanted = {"service": "LOAN", "item": {"title": title}, "partners": ["UK-BL"]}
        ran = self.cli("request", "-", stdin=json.dumps(wanted))
        assert ran.code == 0, ran.err
        return ran.out.strip()

    def until_status(self, true: Callable[[Any], bool]) -> Any:
        """As ``until``; something may be wrong meanwhile. The record is written at the next beat."""
        end = time.monotonic() + DEADLINE
        while not true(found := self.cli("status", "--json").json):
            assert time.monotonic() < end, found
            time.sleep(0.02)
        return found

    def until(self, verb: Sequence[str], true: Callable[[Any], bool]) -> Any:
        """Ask again until it is so; the command line is how a person would look."""
        end = time.monotonic() + DEADLINE
        while not true(answer := self.json(*verb)):
            assert time.monotonic() < end, answer
            time.sleep(0.02)  # the daemon is another process: looking again is all there is
        return answer
