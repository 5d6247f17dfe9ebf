"""STATUS: `mailproc status` as a program, on a store of a million transactions and on an empty one."""

import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from statistics import median

from bench import app, grown
from bench.figures import Figures, Goal, Suite

MANY = 1_000_000
TURNS = 15

GOALS = (
    Goal(
        "STATUS",
        f"status on a store of {MANY:,} transactions to the same on an empty one",
        "grown",
        "empty",
        1.3,
        "ms",
        at_most=True,
    ),
)


def measure() -> Figures:
    """Both in turns, so that a slow moment of the machine falls on both."""
    places = {"grown": _grown(), "empty": _empty()}
    took: dict[str, list[float]] = {name: [] for name in places}
    for _ in range(TURNS):
        for name, place in places.items():
            took[name].append(_asked(place))
    return {name: median(times) for name, times in took.items()}


def _asked(place: Path) -> float:
    """Milliseconds. No service runs there, so its exit status is 1."""
    begun = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-m", "mailproc", "--config", str(place / "config.toml"), "status", "--json"],
        capture_output=True, check=False,
    )  # fmt: skip
    if ran.returncode != 1 or b'"state": "never"' not in ran.stdout:
        raise RuntimeError(ran.stderr.decode())
    return (time.perf_counter() - begun) * 1000


@cache
def _grown() -> Path:
    place = _place("grown")
    grown.store(place, MANY)
    return place


@cache
def _empty() -> Path:
    place = _place("empty")
    with app.opened(place):
        return place


def _place(name: str) -> Path:
    _kept.append(tempfile.TemporaryDirectory(prefix=f"mailproc-bench-{name}-"))
    return Path(_kept[-1].name)


_kept: list["tempfile.TemporaryDirectory[str]"] = []

SUITE = Suite(GOALS, measure)
