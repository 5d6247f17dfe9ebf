"""SLIPS: pull slips of 500 requests as PDF by the program, beside a process that commits letters."""

import subprocess
import sys
import time
from pathlib import Path

from bench import app, child
from bench.figures import Figures, Goal, Suite
from mailproc.office.requests import lend

REQUESTS = 500
TITLES = (
    "On Letters",
    "Über Maß und Ende",
    "Περὶ ψυχῆς",
    "Преступление и наказание",
    "論語",
    "A long title " * 20,
)

GOALS = (
    Goal("SLIPS", f"slips of {REQUESTS} requests as PDF, and recorded", "took", "", 10, "s", at_most=True),
    Goal("SLIPS", "the longest that a letter waits meanwhile", "waited", "", 200, "ms", at_most=True),
)


def measure(count: int = REQUESTS) -> Figures:
    with app.folder() as folder:
        with app.opened(folder) as home:
            for number in range(count):
                lend.enter(home.store, home.context, _order(number), anyway=True)
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.patrons", str(folder)], cwd=child.ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        took = _printed(folder, count)
        waited = float(process.communicate(timeout=child.TIMEOUT)[0])
    return {"took": took, "waited": waited}


def _order(number: int) -> lend.HandedOrder:
    value = {
        "service": "LOAN",
        "item": {"title": TITLES[number % len(TITLES)], "author": "Seneca", "edition": "2"},
        "their_number": f"C{number}-1",
        "need_before": "2099-12-01",
        "delivery": {"postal": {"name": "Other Town Library", "street": "1 High Street", "city": "Town"}},
    }
    return lend.read(value, [app.customers()[0].symbol])


def _printed(folder: Path, count: int) -> float:
    """Seconds."""
    begun = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-m", "mailproc", "--config", str(folder / "config.toml"), "slips", "--pdf",
         str(folder / "slips.pdf"), "--json"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    took = time.perf_counter() - begun
    if ran.stdout.count('"kind": "pull"') != count:
        raise RuntimeError(ran.stdout[:1000] + ran.stderr)
    return took


SUITE = Suite(GOALS, measure)
