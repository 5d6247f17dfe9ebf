"""FIND, DIGEST: what staff ask of a store with a hundred thousand requests, half of them open.

Requests and attempts are written straight into their tables, what each is found by with the
store's own ``keep``. The store is made once; nothing is changed in it.
"""

import random
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, text

from bench import app
from bench.figures import Figures, Goal, Suite
from mailproc.app.build import App
from mailproc.office.queries.agenda import agenda
from mailproc.office.queries.listing import Filter, listed
from mailproc.store import find
from mailproc.store.patrons import PATRON
from mailproc.store.requests import REQUEST
from mailproc.store.transactions import TRANSACTION

REQUESTS = 100_000
READERS = 8000
TURNS = 5

_AUTHORS = ("Marsh", "Okafor", "Lindqvist", "Ødegård", "Łuczak", "Müller", "Silva", "Haddad", "Ito", "Weiß")
STEMS = (
    "riv",
    "mar",
    "tid",
    "brai",
    "cart",
    "jour",
    "hyd",
    "mem",
    "lib",
    "arc",
    "bot",
    "geo",
    "chem",
    "mus",
)
ENDS = ("er", "ish", "al", "ded", "ography", "nal", "rology", "ory", "ters", "rary", "ries", "ic")
_OPEN = ("PENDING", "PENDING", "PENDING", "SHIPPED", "RECEIVED", "RECEIVED")
_OVER = ("RETURNED", "NOT_SUPPLIED", "RECEIVED")

ASKED = {
    "list": Filter(),
    "state": Filter(state="NOT_SUPPLIED"),
    "partner": Filter(partner="XX-BL"),
    "role": Filter(role="RESPONDER"),
    "attention": Filter(attention=True),
    "number": Filter(find="B54322"),
    "their number": Filter(find="C54321-6"),
    "two words": Filter(find="weiss rivography"),
    "many": Filter(find="marsh"),
    "reader": Filter(find="R00123"),
    "two letters, nothing": Filter(find="qx"),
}

GOALS = (
    Goal(
        "FIND",
        f"slowest of {len(ASKED)} lists, {REQUESTS:,} requests",
        "slowest",
        "",
        100,
        "ms",
        at_most=True,
    ),
    Goal("FIND", "their median", "middle", "", 50, "ms", at_most=True),
    Goal("DIGEST", f"the day's work, {REQUESTS // 2:,} open", "digest", "", 300, "ms", at_most=True),
)


def measure() -> Figures:
    with app.folder() as folder, app.opened(folder, base=full()) as home:
        times = {name: _timed(lambda asked=wanted: _list(home, asked)) for name, wanted in ASKED.items()}
        return {
            "slowest": max(times.values()),
            "middle": median(times.values()),
            "digest": _timed(lambda: _digest(home)),
        }


def _timed(ask: Callable[[], int]) -> float:
    """ms, the median of TURNS."""
    took = []
    for _ in range(TURNS):
        begun = time.perf_counter()
        ask()
        took.append((time.perf_counter() - begun) * 1000)
    return median(took)


def _list(home: App, wanted: Filter) -> int:
    with home.store.read() as connection:
        return len(listed(connection, wanted))


def _digest(home: App) -> int:
    with home.store.read() as connection:
        found = agenda(connection, home.context)
    if found.all_open != REQUESTS // 2 or not 0 < found.needing < found.all_open:
        raise RuntimeError(f"{found.needing} of {found.all_open} need a hand")
    return found.needing


@cache
def full() -> Path:
    """A closed store with REQUESTS requests, the younger half of them open."""
    place = tempfile.TemporaryDirectory(prefix="mailproc-bench-")
    _kept.append(place)
    with app.opened(Path(place.name)) as home:
        home.store.write(lambda connection: _fill(connection, home))
        return home.store.path or Path()


_kept: list["tempfile.TemporaryDirectory[str]"] = []


_A_TIMER_EACH = text(
    "INSERT INTO timer (transaction_id, kind, due_at, event_id)"
    " SELECT t.id, 'UNANSWERED', t.updated_at, 0 FROM transactions t"
    " JOIN request r ON r.id = t.request_id WHERE r.closed_at IS NULL"
)
"""What is open waits for something, as in life: what waits for nothing is in the day's work."""


def _fill(connection: Connection, home: App) -> None:
    chance = random.Random(7)
    readers = [
        {"id": f"R{n:05}", "name": f"{chance.choice(_AUTHORS)}, {_title(chance, 1)}"} for n in range(READERS)
    ]
    connection.execute(
        PATRON.insert(), [one | {"email": "", "status": "", "language": ""} for one in readers]
    )
    begin = home.context.clock() - timedelta(minutes=3 * REQUESTS)
    rows = [_request(n, chance, begin + timedelta(minutes=3 * n)) for n in range(1, REQUESTS + 1)]
    for first in range(0, REQUESTS, 5000):
        some = rows[first : first + 5000]
        connection.execute(REQUEST.insert(), [request for request, _ in some])
        connection.execute(TRANSACTION.insert(), [attempt for _, attempt in some])
    connection.execute(_A_TIMER_EACH)
    for n in range(1, REQUESTS + 1):
        find.keep(connection, n)


def _request(n: int, chance: random.Random, at: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    lent, opened = n % 3 == 0, n > REQUESTS // 2
    role, number = ("RESPONDER", f"C{n}-{n % 7}") if lent else ("REQUESTER", f"B{n}-1")
    title, author = f"{_title(chance, 5)} {n}", f"{chance.choice(_AUTHORS)}, {chance.choice('ABCDEF')}"
    state = chance.choice(_OPEN if opened else _OVER)
    request = {
        "id": n, "number": f"{'L' if lent else 'B'}{n}", "role": role, "service": "LOAN", "title": title,
        "author": author, "item": {"title": title, "author": author, "isbn": f"978-0-{n:07}-1"},
        "patron_id": None if lent else f"R{chance.randrange(READERS):05}", "created_at": at,
        "closed_at": None if opened else at, "outcome": "" if opened else "filled",
    }  # fmt: skip
    attempt = {
        "request_id": n, "attempt": 1, "role": role, "initial_requester": "XX-LIBRARY", "tq": "1",
        "tgq": number if lent else f"B{n}", "partner": chance.choice(list(app.LENDERS)), "symbol": "XX",
        "address": "ill@partner.example", "codec": "artemail", "service": "LOAN",
        "options": {"number": number},
        "state": ("IN_PROCESS" if chance.random() < 0.05 else "SHIPPED") if lent and opened else state,
        "attention": ["overdue"] if opened and chance.random() < 0.03 else None,
        "updated_at": at + timedelta(minutes=chance.randrange(20000)),
    }  # fmt: skip
    return request, attempt


def _title(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(STEMS) + chance.choice(ENDS) for _ in range(words)).capitalize()


SUITE = Suite(GOALS, measure)
