"""TAKEOVER: two services on one PostgreSQL, as shipped; the first is killed while letters come.

The time is from there to the next letter that is answered 250, by the second service. Every letter that was
answered must be in the store.
"""

import os
import re
import signal
import smtplib
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from bench import app, child, letters
from bench.app import LENDERS, LIBRARY
from bench.figures import Figures, Goal, Suite
from tests.servers import postgres
from tests.servers.postgres import PostgresServer
from tests.support import configuration
from tests.support.configuration import Account

PASSWORD = "MAILPROC_BENCH_PASSWORD"
LETTERS = 50
"""Before the first is gone, and after."""

GOALS = (
    Goal(
        "TAKEOVER",
        "from the kill of the first service to the next letter taken",
        "killed",
        "",
        60,
        "s",
        at_most=True,
    ),
    Goal("TAKEOVER", "letters acknowledged and not kept", "lost", "", 0, "", at_most=True),
)


class Machine:
    """``mailproc run`` in a folder of its own."""

    def __init__(self, folder: Path, url: str, shared: Path) -> None:
        folder.mkdir()
        text = configuration.library("XX-LIBRARY", LIBRARY) + configuration.section("listen", port=0)
        text += configuration.section("store", url=url, counters=f"{shared}/counters")
        text += configuration.section("documents", folder=f"{shared}/documents")
        text += configuration.section("deliver", mode="folder")
        ours = Account("out", "99-0001", PASSWORD)
        text += "".join(configuration.partner(symbol, address, ours) for symbol, address in LENDERS.items())
        (folder / "config.toml").write_text(text)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mailproc", "--config", str(folder / "config.toml"), "run"],
            cwd=child.ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.port = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    def until(self, words: str) -> None:
        assert self._process.stdout is not None
        lines = []
        for line in self._process.stdout:
            lines.append(line)
            if found := re.search(r"listening on .*:(\d+)", line):
                self.port = int(found[1])
            if words in line:
                return
        raise RuntimeError("".join(lines))

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


def measure() -> Figures:
    with postgres.running(_missing) as server, app.folder() as folder, ExitStack() as stack:
        database = server.lend()
        (folder / "shared").mkdir()
        os.environ["PGPASSWORD"], os.environ[PASSWORD] = postgres.PASSWORD, app.PASSWORD
        url = re.sub(r":[^:@/]+@", "@", server.url(database))
        machines = []
        for name, words in (("one", "ready"), ("two", "this one waits")):
            machines.append(machine := Machine(folder / name, url, folder / "shared"))
            stack.callback(machine.end)
            machine.until(words)
        first, second = machines
        for number in range(LETTERS):
            _give(first, number)
        begun = time.monotonic()
        os.kill(first.pid, signal.SIGKILL)
        second.until("ready")
        _give(second, LETTERS)
        seconds = time.monotonic() - begun
        for number in range(LETTERS + 1, 2 * LETTERS):
            _give(second, number)
        return {"killed": seconds, "lost": 2 * LETTERS - _kept(server, database)}


def _give(machine: Machine, number: int) -> None:
    sender = LENDERS["XX-BL"]
    with smtplib.SMTP("127.0.0.1", machine.port, timeout=child.TIMEOUT) as client:
        client.sendmail(sender, [LIBRARY], letters.plain(number, sender))


def _kept(server: PostgresServer, database: str) -> int:
    import psycopg

    with psycopg.connect(server.url(database).replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT count(*) FROM inbox").fetchone()
    return int(row[0]) if row else 0


def _missing(package: str) -> None:
    raise RuntimeError(f"apt-get install {package}")


SUITE = Suite(GOALS, measure, lambda: "" if postgres.binaries() else "postgresql")
