"""Killed processes, full disks and two writers: what was answered is there."""

import json
import os
import random
import signal
import subprocess
import threading
import time

from sqlalchemy import text

from mailproc.store import counters
from mailproc.store.engine import Store

KILLS = 30 if os.environ.get("REQUIRE_ALL") == "1" else 4

# Writes letters from many threads; prints a digest only when its future has resolved.
WRITE = """
import sys, threading, uuid
from datetime import UTC, datetime
from mailproc.store import inbox, mailboxes
from mailproc.store.engine import Store
store = Store.open(sys.argv[1])
store.start_writer()
printing = threading.Lock()
def client():
    while True:
        letter = inbox.NewLetter("listener", uuid.uuid4().bytes * 100, datetime.now(UTC))
        (kept,) = store.submit(lambda c: inbox.keep(c, [letter])).result()
        assert kept.new
        with printing:
            print(letter.digest, flush=True)
for _ in range(16):
    threading.Thread(target=client, daemon=True).start()
threading.Event().wait()
"""


def test_kill_9_under_load_loses_no_answered_letter(store_url, python):
    answered: set[str] = set()
    chance = random.Random(7)  # noqa: S311  # when to kill, no secret
    for _ in range(KILLS):
        writer = subprocess.Popen([python, "-c", WRITE, store_url], stdout=subprocess.PIPE, text=True)
        with writer:
            lines = [writer.stdout.readline() for _ in range(50)]
            for _ in range(chance.randrange(300)):
                lines.append(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            lines += writer.stdout.readlines()
        # The last line may be torn: it is an answer only with its end.
        answered |= {line.strip() for line in lines if line.endswith("\n")}
    store = Store.open(store_url)
    with store.read() as connection:
        kept = set(connection.execute(text("SELECT digest FROM inbox")).scalars())
        if store.dialect == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    store.close()
    assert len(answered) >= 50 * KILLS
    assert answered <= kept


FILL = """
import json, resource, signal, sys
from datetime import UTC, datetime
from mailproc.errors import TryLater
from mailproc.store import inbox
from mailproc.store.engine import Store
store = Store.open(sys.argv[1])
store.start_writer()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = int(sys.argv[2])
def keep(number):
    letter = inbox.NewLetter("listener", b"%d " % number + b"x" * 50_000, datetime.now(UTC))
    try:
        return store.submit(lambda c: inbox.keep(c, [letter])).result()[0].inbox_id
    except TryLater as error:
        return str(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
full = [keep(number) for number in range(200)]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(json.dumps([full, [keep(number) for number in range(200, 210)]]))
store.close()
"""


def test_a_full_disk_refuses_letters_loses_none_and_heals(sqlite_url, python):
    """The operating system refuses to let a file grow (here at 2 MB): SQLite sees a full disk."""
    ended = subprocess.run(
        [python, "-c", FILL, sqlite_url, "2000000"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    full, healed = json.loads(ended.stdout)
    kept = [answer for answer in full if isinstance(answer, int)]
    refused = [answer for answer in full if isinstance(answer, str)]
    assert kept
    assert refused
    assert all(answer.startswith("the store cannot work just now") for answer in refused)
    assert all(isinstance(answer, int) for answer in healed)
    store = Store.open(sqlite_url)
    with store.read() as connection:
        ids = set(connection.execute(text("SELECT id FROM inbox")).scalars())
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    store.close()
    assert ids == {*kept, *healed}


def test_the_command_line_gets_its_turn_beside_a_busy_daemon(store_url, python):
    """A second process writes directly while the daemon's writer never rests."""
    daemon = subprocess.Popen([python, "-c", WRITE, store_url], stdout=subprocess.PIPE, text=True)
    with daemon:
        daemon.stdout.readline()
        drain = threading.Thread(target=daemon.stdout.readlines)
        drain.start()
        store = Store.open(store_url)
        waits = []
        while len(waits) < 20 or _letters(store) <= 20:  # until both have written
            begun = time.monotonic()
            store.write(lambda c: counters.take(c, "B"))
            waits.append(time.monotonic() - begun)
        daemon.send_signal(signal.SIGKILL)
        drain.join(30)
    with store.read() as connection:
        assert connection.execute(text("SELECT next FROM counter")).scalar() == len(waits) + 1
    store.close()
    assert max(waits) < 15


def _letters(store: Store) -> int:
    with store.read() as connection:
        return connection.execute(text("SELECT count(*) FROM inbox")).scalar_one()
