"""G5: a mailbox emptied into the inbox, beside mbsync. MEMORY: what the service needs for it.

    python -m bench.drain LETTERS        MEMORY alone, with so many letters

The service of MEMORY is a process of its own, as it is run: the mailbox, every station, the store.
It is done when every letter has been read and placed (or shelved: these say nothing).
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import app, child, dovecot
from bench.figures import Figures, Goal, Suite
from mailproc.app.polling import look
from mailproc.store.engine import Store
from tests.servers.certificate import self_signed
from tests.servers.dovecot import PASSWORD, Dovecot, running

LETTERS = 10_000
IN_MEMORY = 10_000
PATIENCE = 3600.0

GOALS = (
    Goal("G5", f"{LETTERS:,} letters by IMAP into the inbox, to mbsync into a Maildir", "ours", "peer", 2),
    Goal(
        "MEMORY", f"the service, at its largest, {IN_MEMORY:,} letters", "peak", "", 200, "MB", at_most=True
    ),
    Goal("MEMORY", "what a thousand letters more add to it", "growth", "", 0.5, "MB", at_most=True),
)


def measure() -> Figures:
    with _server() as server:
        for user in ("ours", "peer"):
            dovecot.fill(server, user, LETTERS)
        _warm(server)
        return {"ours": _drained(server), "peer": _mbsync(server)} | memory(server, IN_MEMORY)


@contextmanager
def _server() -> Iterator[Dovecot]:
    with app.folder() as folder, running(self_signed(folder)) as server:
        yield server


def _warm(server: Dovecot) -> None:
    """The server has looked through both mailboxes before either is timed."""
    for user in ("ours", "peer"):
        with server.client(user) as client:
            if client.select_folder("INBOX", readonly=True)[b"EXISTS"] != LETTERS:
                raise SystemExit("the mailbox is not full")


def _drained(server: Dovecot) -> float:
    """Letters a second, each batch committed before it is marked \\Seen."""
    with app.folder() as folder, app.opened(folder) as home:
        home.store.start_writer()
        begun = time.perf_counter()
        if look(home.store, home.context, server.mailbox("ours", timeout=60)) != LETTERS:
            raise SystemExit("not all letters were kept")
        return LETTERS / (time.perf_counter() - begun)


def _mbsync(server: Dovecot) -> float:
    with app.folder() as folder:
        (folder / "box").mkdir()
        file = folder / "mbsyncrc"
        file.write_text(
            f"IMAPAccount here\nHost 127.0.0.1\nPort {server.port}\nUser peer\nPass {PASSWORD}\n"
            "TLSType None\nAuthMechs LOGIN\n\nIMAPStore far\nAccount here\n\n"
            f"MaildirStore near\nPath {folder}/\nInbox {folder}/box\n\n"
            "Channel all\nFar :far:\nNear :near:\nSync Pull New\nCreate Near\nSyncState *\n"
        )
        begun = time.perf_counter()
        subprocess.run(["mbsync", "-q", "-c", file, "all"], check=True)
        took = time.perf_counter() - begun
        if (count := sum(1 for name in ("new", "cur") for _ in (folder / "box" / name).iterdir())) != LETTERS:
            raise SystemExit(f"mbsync fetched {count} letters")
        return LETTERS / took


def memory(server: Dovecot, count: int) -> Figures:
    """MB of the service's process: the most it held, and what it grew by from the middle to the end."""
    dovecot.fill(server, "memory", count)
    with app.folder() as folder, app.opened(folder, mailbox=server.port) as home:
        command = [sys.executable, "-m", "mailproc", "--config", folder / "config.toml", "run"]
        process = subprocess.Popen(
            [*command, "--log-level", "WARNING"], cwd=child.ROOT, stdout=subprocess.PIPE
        )
        try:
            half = _read(home.store, count // 2, process.pid)
            end = _read(home.store, count, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=child.TIMEOUT)
    return {"peak": end["VmHWM"], "growth": (end["VmRSS"] - half["VmRSS"]) / (count / 2000)}


def _read(store: Store, count: int, process: int) -> dict[str, float]:
    """Waits until so many letters are placed; the process's memory then."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with store.read() as connection:
            query = "SELECT count(*) FROM inbox WHERE state <> 'todo'"
            placed = connection.exec_driver_sql(query).scalar_one()
        status = dict(line.split(":\t") for line in Path(f"/proc/{process}/status").read_text().splitlines())
        if placed >= count:
            return {name: int(status[name].split()[0]) / 1024 for name in ("VmHWM", "VmRSS")}
        if time.monotonic() > deadline:
            raise SystemExit(f"{placed} of {count} letters were placed within an hour")
        time.sleep(0.1)  # looking costs what it measures


SUITE = Suite(GOALS, measure, dovecot.missing)

if __name__ == "__main__":
    with _server() as one:
        print(json.dumps(memory(one, int(sys.argv[1]))))
