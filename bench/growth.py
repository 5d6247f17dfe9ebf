"""GROWTH: what costs how much more where much more lies in the store.

The same store at two sizes (``grown``), and the processor time of each measure in both. What is demanded is
the exponent of growth: at 0 the time stays, at 1 it grows as the store does. The worst step counts, and the
worst list.
"""

import math
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from statistics import median

from sqlalchemy import Connection

from bench import app, grown, letters
from bench.figures import Figures, Goal, Suite
from mailproc.app.build import App
from mailproc.flow.advance import station as advance
from mailproc.flow.intake import station as intake
from mailproc.flow.prepare import messages, notices
from mailproc.office.acts import perform
from mailproc.office.acts.perform import StaffAct
from mailproc.office.queries import letters as office
from mailproc.office.queries import pending_timers, upcoming
from mailproc.office.queries.agenda import agenda
from mailproc.office.queries.listing import Filter, listed
from mailproc.office.queries.request_details import shown
from mailproc.office.queries.status import status
from mailproc.store import inbox, open_requests
from mailproc.store.inbox import NewLetter

SMALL, LARGE = 10_000, 300_000
STEPS = 20
"""Of each kind; their median counts."""
TURNS = 5
FOREIGN = 500
"""Numbers in a report of which none is ours."""

GOALS = (
    Goal(
        "GROWTH",
        f"worst step, exponent from {SMALL:,} to {LARGE:,} requests",
        "step",
        "",
        0.1,
        "",
        at_most=True,
    ),
    Goal("GROWTH", "worst list, the same", "list", "", 0.5, "", at_most=True),
)

_BOUNCE = """\
From: MAILER-DAEMON@relay.example
To: {to}
Subject: Undelivered mail
Message-ID: <b{letter}@relay.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; art@bl.example
Action: failed
Status: 5.1.1

--x
Content-Type: message/rfc822

Message-ID: <o{letter}@library.example>
Subject: Order file

--x--
"""

LISTS: dict[str, Filter] = {
    "requests": Filter(),
    "--attention": Filter(attention=True),
    "--attention, a rare state": Filter(attention=True, state="CONDITIONAL"),
    "--attention, lent": Filter(attention=True, role="RESPONDER"),
    "--state": Filter(state="RETURNED"),
    "--partner": Filter(partner="XX-BL"),
    "--partner, a rare state": Filter(partner="XX-BL", state="CONDITIONAL"),
    "--role": Filter(role="RESPONDER"),
    "--role, a rare state": Filter(role="RESPONDER", state="PENDING"),
    "--find, a word": Filter(find="marsh"),
    "--find, nothing": Filter(find="marsh zzyx"),
    "--find, two letters": Filter(find="qx"),
}


Work = Callable[[int], object]
Measures = dict[tuple[str, str], tuple[int, Work]]
"""By kind and name: how often, and what is done."""


def measure() -> Figures:
    worst = {"step": 0.0, "list": 0.0}
    with app.opened(_made(SMALL)) as small, app.opened(_made(LARGE)) as large:
        for home in (small, large):
            home.store.start_writer()
        there = _measures(large, LARGE)
        for (kind, name), (times, work) in _measures(small, SMALL).items():
            few, many = _by_turns(times, work, there[kind, name][1])
            slope = math.log(many / few) / math.log(LARGE / SMALL)
            worst[kind] = max(worst[kind], slope)
            told = f"  {kind} {name:28} {few:9.2f} → {many:9.2f} ms, {slope:5.2f}"
            print(told, file=sys.stderr, flush=True)
    return worst


def _by_turns(times: int, *works: Work) -> list[float]:
    """Milliseconds of processor, the median of each: a slow minute of the machine falls on all of them."""
    took: list[list[float]] = [[] for _ in works]
    for number in range(times):
        for work, of_it in zip(works, took, strict=True):
            begun = time.process_time()
            work(number)
            of_it.append((time.process_time() - begun) * 1000)
    return [median(of_it) for of_it in took]


def _measures(home: App, many: int) -> Measures:
    lists: Measures = {("list", name): (TURNS, work) for name, work in _lists(home, many).items()}
    return lists | {("step", name): measured for name, measured in _steps(home, many).items()}


@cache
def _made(many: int) -> Path:
    """Made once a process; each round leaves some rows in it."""
    _kept.append(tempfile.TemporaryDirectory(prefix="mailproc-bench-"))
    place = Path(_kept[-1].name)
    grown.store(place, many)
    return place


_kept: list["tempfile.TemporaryDirectory[str]"] = []
_begun: dict[int, int] = {}


def _lists(home: App, many: int) -> dict[str, Work]:
    ours, lent = many // 6 * 3 + 1, many // 6 * 3

    def ask(question: Callable[[Connection], object]) -> Work:
        def asked(_number: int) -> None:
            with home.store.read() as connection:
                question(connection)

        return asked

    today, context = home.context.today(), home.context
    asked: dict[str, Callable[[Connection], object]] = {
        **{name: partial(listed, wanted=one, today=today) for name, one in LISTS.items()},
        "digest": lambda c: agenda(c, context),
        "jobs": lambda c: (pending_timers.waiting(c), upcoming.coming(c, context, 10)),
        "outbox": office.outbox,
        "letters": office.recent,
        "shelved": lambda c: office.shelved(c, 50),
        "show": lambda c: shown(c, f"B{ours}", context),
        "show, by their number": lambda c: shown(c, f"C{lent}", context),
        "last digest": open_requests.last_digest,
        "status": lambda c: status(home.store, c, context),
    }
    return {name: ask(question) for name, question in asked.items()}


def _steps(home: App, many: int) -> dict[str, tuple[int, Work]]:
    """Each with the letters that follow from it. Of requests spread over those that are open."""
    round_number = _begun[many] = _begun.get(many, 0) + 1
    first = many - many // 10 + (round_number - 1) * 10 * STEPS
    of_ours = iter(range(first + (1 - first) % 3, many, 3))

    def worked() -> None:
        while intake.run(home.store, home.context) + advance.run(home.store, home.context):
            pass
        messages.run(home.store, home.context)
        notices.run(home.store, home.context)

    def hear(raw: bytes, sender: str) -> None:
        new = NewLetter("listener", raw, home.context.clock(), mail_from=sender, rcpt_to=app.LIBRARY)
        home.store.write(lambda connection: inbox.keep(connection, [new]))
        worked()

    lender, customer = app.LENDERS["XX-BL"], app.customers()[0]

    def act(number: int) -> None:
        perform.perform(home.store, home.context, StaffAct(action="cancel", number=f"B{number}"))
        worked()

    def strange(number: int) -> bytes:
        return letters.replies(lender, {f"Z{number}{n:03}-1": "NOT" for n in range(FOREIGN)})

    worked()
    return {
        "an answer": (STEPS, lambda _: hear(_reply(next(of_ours), "USE*3"), lender)),
        "a refusal": (STEPS, lambda _: hear(_reply(next(of_ours), "NOT"), lender)),
        "an order": (
            STEPS,
            lambda n: hear(letters.order_file(customer, [f"G{round_number}{n}"]), customer.address),
        ),
        "cancel": (STEPS, lambda _: act(next(of_ours))),
        "a bounce": (TURNS, lambda n: hear(_bounce(first + n * grown.FILE), "")),
        f"{FOREIGN} foreign numbers": (TURNS, lambda n: hear(strange(round_number * 10 + n), lender)),
    }


def _bounce(number: int) -> bytes:
    """The report that the file in which this request stood came back."""
    letter = number - (number - 1) % grown.FILE
    return _BOUNCE.format(to=app.LIBRARY, letter=letter).replace("\n", "\r\n").encode()


def _reply(number: int, code: str) -> bytes:
    return letters.replies(app.LENDERS["XX-BL"], {f"B{number}-1": code})


SUITE = Suite(GOALS, measure)
