"""STATS: `mailproc stats` as a program, over a million attempts; of everything, and by each partner."""

import json
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from statistics import median

from bench import grown
from bench.figures import Figures, Goal, Suite

MANY = 1_000_000
TURNS = 3

GOALS = (
    Goal("STATS", f"stats over {MANY:,} attempts", "all", "", 2.0, "s", at_most=True),
    Goal("STATS", "the same by partner", "partner", "", 2.0, "s", at_most=True),
    Goal("STATS", "its memory", "memory", "", 200, "MB", at_most=True),
)
_MEASURED = (
    "import re, runpy, sys; sys.argv[0] = 'mailproc'\n"
    "try: runpy.run_module('mailproc', run_name='__main__')\n"
    "finally: print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr)\n"
)


def measure() -> Figures:
    """The seconds of the whole program, and the most memory that it took."""
    runs = {name: [_asked(*by) for _ in range(TURNS)] for name, by in _WAYS.items()}
    seconds = {name: median(took for took, _ in asked) for name, asked in runs.items()}
    return seconds | {"memory": max(memory for asked in runs.values() for _, memory in asked)}


_WAYS = {"all": (), "partner": ("--by", "partner")}


def _asked(*options: str) -> tuple[float, float]:
    command = ["--config", str(_place() / "config.toml"), "stats", "--json", *options]
    begun = time.perf_counter()
    ran = subprocess.run([sys.executable, "-c", _MEASURED, *command], capture_output=True, check=True)
    took = time.perf_counter() - begun
    if sum(group["asked"] for group in json.loads(ran.stdout)["groups"]) != MANY:
        raise RuntimeError(ran.stdout.decode()[:1000])
    return took, int(ran.stderr.split()[-1]) / 1000


@cache
def _place() -> Path:
    _kept.append(tempfile.TemporaryDirectory(prefix="mailproc-bench-stats-"))
    place = Path(_kept[-1].name)
    grown.store(place, MANY)
    return place


_kept: list["tempfile.TemporaryDirectory[str]"] = []

SUITE = Suite(GOALS, measure)
