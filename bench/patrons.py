"""PATRONS: an import of 100,000 readers as a program, beside a process that commits letters.

    python -m bench.patrons FOLDER

That is the process: it commits a letter every 20 ms until its standard input ends, and prints the longest
that one waited, in ms. ``python -m bench.patrons 10000`` measures once with so many readers.
"""

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import app, child, letters
from bench.figures import Figures, Goal, Suite
from mailproc.store import inbox
from mailproc.store.inbox import NewLetter

READERS = 100_000
BETWEEN = 0.02
MB = 1024  # of ru_maxrss

GOALS = (
    Goal("PATRONS", f"an import of {READERS:,} readers", "took", "", 60, "s", at_most=True),
    Goal("PATRONS", "the same file again", "again", "", 60, "s", at_most=True),
    Goal("PATRONS", "the most memory that an import takes", "memory", "", 200, "MB", at_most=True),
    Goal("PATRONS", "the longest that a letter waits meanwhile", "waited", "", 200, "ms", at_most=True),
)


def measure(readers: int = READERS) -> Figures:
    with app.folder() as folder:
        with app.opened(folder):
            pass  # makes the store
        file = folder / "readers.csv"
        file.write_text("".join(_lines(readers)), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.patrons", str(folder)], cwd=child.ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        took, most = _imported(folder, file)
        again, most_again = _imported(folder, file)
        waited = float(process.communicate(timeout=child.TIMEOUT)[0])
    return {"took": took, "again": again, "memory": max(most, most_again), "waited": waited}


def _lines(readers: int):
    yield "id;barcodes;name;email;address;category;pickup;expires;blocks;language\n"
    for n in range(readers):
        yield (
            f"R{n:06};{10**9 + n};Reader Nr {n};r{n}@reader.example;{n} High Street, Sample Town;STUDENT;"
            f"Main desk;2027-{n % 12 + 1:02}-28;;{'en' if n % 2 else 'de'}\n"
        )


def _imported(folder: Path, file: Path) -> tuple[float, float]:
    """Seconds, and the most MB."""
    begun = time.perf_counter()
    program = [sys.executable, "-m", "mailproc", "--config", str(folder / "config.toml")]
    process = os.posix_spawn(
        sys.executable, [*program, "patrons", "import", str(file), "--json"], os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )  # fmt: skip
    _, status, used = os.wait4(process, 0)
    if status:
        raise RuntimeError(f"the import ended with {status}")
    return time.perf_counter() - begun, used.ru_maxrss / MB


def main(folder: Path) -> None:
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    sender = app.LENDERS["XX-BL"]
    slowest, number = 0.0, 0
    with app.opened(folder) as home:
        home.store.start_writer()
        print("ready", flush=True)
        while not ended.wait(BETWEEN):
            number += 1
            letter = NewLetter("listener", letters.plain(number, sender), datetime.now(UTC), mail_from=sender)
            begun = time.perf_counter()
            home.store.submit(lambda connection, one=letter: inbox.keep(connection, [one])).result()
            slowest = max(slowest, time.perf_counter() - begun)
    print(slowest * 1000)


SUITE = Suite(GOALS, measure)

if __name__ == "__main__":
    if sys.argv[1].isdigit():
        print(measure(int(sys.argv[1])))
    else:
        main(Path(sys.argv[1]))
