"""BACKUP: a backup of a store of a gigabyte, made by the process that takes letters meanwhile.

    python -m bench.backup FOLDER

That is the process: it makes the store and prints the port of its listener. For the line "forget" it deletes
the letters, for "backup" it makes a backup and prints the seconds that it took; at the end it prints how many
letters there are. The letters are sent at full speed, which asks for more than the 500 a second of a large
library.
"""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import app, child
from bench.figures import Figures, Goal, Suite
from mailproc.config import Listen
from mailproc.store import inbox, sqlite_backup
from mailproc.store.engine import Store
from mailproc.transport.smtp_in import Listener

OCTETS = 1_000_000_000
ROW = 16_000
CONNECTIONS = 10
SECONDS = 5.0

GOALS = (
    Goal("BACKUP", "letters taken during a backup of 1 GB to those without", "during", "before", 0.67),
    Goal("BACKUP", "letters acknowledged and not kept", "lost", "", 0, "", at_most=True),
    Goal("BACKUP", "the backup, with its check", "took", "", 120, "s", at_most=True),
)
_NUMBERS = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :rows)"
_FILL = (
    f"{_NUMBERS} INSERT INTO inbox (state, attempts, unfinished, last_error, door, mail_from, rcpt_to, peer,"
    " login, digest, received_at, proof, message_id, subject, codec, partner, note)"
    " SELECT 'done', 1, 0, '', 'listener', 'a@bl.example', 'ill@library.example', '', '', 'd' || n,"
    " '2026-03-01 12:00:00', '', '', '', '', '', '' FROM n",
    f"{_NUMBERS} INSERT INTO inbox_bytes (letter_id, at, raw)"
    " SELECT n, '2026-03-01 12:00:00', randomblob(:octets) FROM n",
)
_FORGET = ("DELETE FROM inbox_bytes WHERE letter_id > :rows", "DELETE FROM inbox WHERE id > :rows")


def measure() -> Figures:
    with app.folder() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.backup", str(folder)], cwd=child.ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        port = int(process.stdout.readline())
        before = child.load(port, CONNECTIONS, SECONDS)
        process.stdin.write("forget\nbackup\n")
        process.stdin.flush()
        process.stdout.readline()
        during = child.load(port, CONNECTIONS, SECONDS)
        took, kept = (float(line) for line in process.communicate(timeout=child.TIMEOUT)[0].split())
        if took < SECONDS:
            raise RuntimeError(f"the backup took {took:.1f} s: letters were measured without it too")
        return {
            "before": before["rate"], "during": during["rate"], "lost": during["count"] - kept, "took": took,
        }  # fmt: skip


def main(folder: Path) -> None:
    store = Store.open(f"sqlite:///{folder}/mailproc.db")
    values = {"rows": OCTETS // ROW, "octets": ROW}
    store.write(lambda connection: [connection.exec_driver_sql(one, values) for one in _FILL])
    store.start_writer()
    listener = Listener(
        Listen(port=0),
        app.everybody(),
        lambda letters: store.submit(lambda connection: inbox.keep(connection, letters)),
        lambda: datetime.now(UTC),
    )
    print(listener.start(), flush=True)
    for line in sys.stdin:
        if line.startswith("forget"):  # the load sends the same letters again
            store.write(lambda connection: [connection.exec_driver_sql(one, values) for one in _FORGET])
            continue
        print(flush=True)
        begun = time.monotonic()
        sqlite_backup.make(folder / "mailproc.db", folder / "backup.db")
        print(time.monotonic() - begun, flush=True)
    listener.stop()
    with store.read() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one()
    print(kept - values["rows"], flush=True)
    store.close()


SUITE = Suite(GOALS, measure)

if __name__ == "__main__":
    main(Path(sys.argv[1]))
