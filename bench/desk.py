"""DESK: the pages for staff over a million transactions, what they weigh, and what they cost the listener."""

import gzip
import http.client
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from statistics import mean, quantiles
from typing import Any
from urllib.parse import urlencode

from bench import app, child, grown
from bench.figures import Figures, Goal, Suite

MANY = 1_000_000
ASKED = 200
"""Pages of each kind in a round."""
DESKS = 10
THINKING = 3.0
"""Seconds between two pages of a desk."""
SECONDS = 6.0
TURNS = 3


def _page(what: str, name: str) -> tuple[Goal, Goal]:
    return (
        Goal("DESK", f"{what}, first octet, p50", f"{name} p50", "", 50, "ms", at_most=True),
        Goal("DESK", f"{what}, first octet, p99", f"{name} p99", "", 150, "ms", at_most=True),
    )


GOALS = (
    *_page(f"To do, over {MANY:,} transactions", "to do"),
    *_page("one request", "request"),
    *_page("Find, by words of a title", "find"),
    Goal("DESK", "a first visit, compressed", "visit", "", 60, "kB", at_most=True),
    Goal("DESK", "memory that the desk takes", "memory", "", 40, "MB", at_most=True),
    Goal(
        "DESK", f"letters while {DESKS} desks work to letters alone, 50 connections", "beside", "alone", 0.95
    ),
)


class Desk:
    """A browser of a person who is logged in. Not to be shared by threads."""

    def __init__(self, served: dict[str, Any]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", served["port"])
        self._headers = {"Cookie": f"desk={served['token']}", "Sec-Fetch-Site": "same-origin"}

    def get(self, path: str) -> bytes:
        """Return a page; SystemExit where it is none."""
        return self._asked("GET", path, None, 200)[1]

    def first_octet(self, path: str) -> float:
        """Return the milliseconds until the answer begins."""
        begun = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        took = (time.perf_counter() - begun) * 1000
        answer.read()
        return took

    def found(self, words: str) -> float:
        """Return the milliseconds until the page of what was found begins."""
        begun = time.perf_counter()
        where, _ = self._asked("POST", "/find", urlencode({"find": words}), 303)
        return (time.perf_counter() - begun) * 1000 + self.first_octet(where)

    def _asked(self, method: str, path: str, body: str | None, wanted: int) -> tuple[str, bytes]:
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        self._connection.request(method, path, body, self._headers | form)
        answer = self._connection.getresponse()
        read = answer.read()
        if answer.status != wanted:
            raise SystemExit(f"{method} {path} was answered {answer.status}")
        return answer.getheader("Location", ""), read


def measure() -> Figures:
    with served_over(million()) as (served, memory):
        desk = Desk(served)
        figures = _pages(desk) | {"visit": _weight(desk)}
        figures["memory"] = memory() - served["rss"]
    return figures | _intake()


def _pages(desk: Desk) -> Figures:
    numbers = [f"B{n}" for n in range(MANY, MANY - 4 * ASKED, -1) if n % 3][:ASKED]
    words = [re.sub(r"\d+$", "", title) for title in _titles()]
    took = {
        "to do": [desk.first_octet("/") for _ in range(ASKED)],
        "request": [desk.first_octet(f"/r/{number}") for number in numbers],
        "find": [desk.found(one) for one in words],
    }
    cuts = {name: quantiles(times, n=100, method="inclusive") for name, times in took.items()}
    return {f"{name} p{at}": cut[at - 1] for name, cut in cuts.items() for at in (50, 99)}


@cache
def _titles() -> list[str]:
    from bench.shelf import ENDS, STEMS

    return [f"{stem}{end}" for stem in STEMS for end in ENDS][:ASKED]


def _weight(desk: Desk) -> float:
    """Return the kB of To do and of every file that it names, compressed."""
    page = desk.get("/")
    files = set(re.findall(rb'(?:href|src)="(/static/[^"]+)"', page))
    octets = [page, *(desk.get(file.decode()) for file in files)]
    return sum(len(gzip.compress(one)) for one in octets) / 1000


def _intake() -> Figures:
    """Letters with and without desks at work, in turns; each desk opens To do, a request, the list, …"""
    with app.folder() as folder:
        grown.store(folder, 10_000)
        with served_over(folder, "listener") as (served, _):
            rates: dict[str, list[float]] = {"alone": [], "beside": []}
            for _ in range(TURNS):
                rates["alone"].append(child.load(served["smtp"], 50, SECONDS / TURNS)["rate"])
                with _desks_at_work(served):
                    rates["beside"].append(child.load(served["smtp"], 50, SECONDS / TURNS)["rate"])
    return {name: mean(found) for name, found in rates.items()}


@contextmanager
def _desks_at_work(served: dict[str, Any]) -> Iterator[None]:
    done = threading.Event()
    desks = [threading.Thread(target=_works, args=(served, done, number)) for number in range(DESKS)]
    for one in desks:
        one.start()
    yield
    done.set()
    for one in desks:
        one.join()


def _works(served: dict[str, Any], done: threading.Event, number: int) -> None:
    desk = Desk(served)
    paths = ("/", f"/r/B{9_001 + 3 * number}", "/requests", f"/r/L{9_000 + 3 * number}", "/letters")
    done.wait(THINKING * number / DESKS)
    for at in range(10**6):
        desk.get(paths[at % len(paths)])
        if done.wait(THINKING):
            return


@contextmanager
def served_over(place: Path, *more: str) -> Iterator[tuple[dict[str, Any], Any]]:
    """The desk in a process of its own: what it says of itself, and its memory now."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.desk_served", str(place), *more],
        cwd=child.ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    said, asked = process.stdout, process.stdin
    if said is None or asked is None:
        raise SystemExit("no pipes")

    def memory() -> float:
        asked.write("\n")
        asked.flush()
        return float(said.readline())

    try:
        yield json.loads(said.readline()), memory
    finally:
        process.communicate(timeout=child.TIMEOUT)


@cache
def million() -> Path:
    """Return the folder of the store that all measurements of the desk share."""
    _kept.append(tempfile.TemporaryDirectory(prefix="mailproc-bench-desk-"))
    place = Path(_kept[-1].name)
    grown.store(place, MANY)
    return place


_kept: list["tempfile.TemporaryDirectory[str]"] = []

SUITE = Suite(GOALS, measure)
