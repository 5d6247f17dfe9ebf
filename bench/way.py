"""The whole way of a letter in one process: the daemon, its doors, its stations, its relay.

``WAY``: customers' order letters come by SMTP on 50 connections; ten scripted desks ship each
copy as soon as its order is on the list; the way ends when the relay has answered 250
for the letter that holds the order's SHIPPED. Load and relay are processes of their own.

``IDLE``: one lender's "we do not hold it" at a time on a daemon with nothing to do; the way ends
when the relay has the order for the next library of the rota.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from statistics import median
from typing import TypeVar

from bench import app, child, letters, load
from bench.figures import Figures, Goal, Suite
from mailproc.app.build import App
from mailproc.app.daemon import Daemon
from mailproc.config import Listen
from mailproc.errors import LocalFault
from mailproc.flow.advance import station as advance
from mailproc.flow.intake import station as intake
from mailproc.office.acts import perform
from mailproc.office.requests import place
from mailproc.store import inbox
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.transport.smtp_in import Listener

ORDERS = 1000
DESKS = 10
LETTERS = 20
FILE = 40
PATIENCE = 60.0

GOALS = (
    Goal(
        "WAY", "order letter in to answer handed over, to a listener that drops", "answered", "dropped", 0.12
    ),
    Goal(
        "IDLE",
        "one letter on an idle machine, 250 to its effect handed over",
        "idle",
        "",
        50,
        "ms",
        at_most=True,
    ),
    Goal(
        "FORTY",
        "40 orders in a file to one order, inbox to all steps done",
        "forty",
        "one",
        5,
        "ms",
        at_most=True,
    ),
)
T = TypeVar("T")


def measure() -> Figures:
    with child.door("drop", "asyncio") as port:
        dropped = child.load(port, 50, 2.0)["rate"]
    return {"dropped": dropped, "answered": _answered(), "idle": _idle(), **_files()}


@contextmanager
def _daemon(relay: int) -> Iterator[tuple[App, int]]:
    """The service in this process; gives its house and its listener's port."""
    with app.folder() as folder, app.opened(folder, relay=relay) as home:
        daemon, address = Daemon(home), Future[Sequence[tuple[str, int]]]()
        thread = threading.Thread(target=daemon.run, args=(address.set_result,))
        thread.start()
        try:
            [(_, port)] = address.result(20)
            yield home, port
        finally:
            daemon.stop()
            thread.join()


def _until(look: Callable[[], T | None]) -> T:
    """What ``look`` gives once it is something."""
    end = time.monotonic() + PATIENCE
    while (found := look()) is None:
        if time.monotonic() > end:
            raise SystemExit("the whole way was not gone within a minute")
        time.sleep(0.02)  # looking costs what it measures
    return found


def _answered() -> float:
    """Orders answered in a second, from the first letter's MAIL to the last answer's 250."""
    sent: dict[str, float] = {}
    with child.door("drop") as relay, _daemon(relay) as (home, port):
        sender = threading.Thread(
            target=lambda: sent.update(child.load(port, 50, PATIENCE, ORDERS, "orders"))
        )
        sender.start()
        _ship_all(home)
        _until(lambda: _handed_over(home, ORDERS))
        end = time.monotonic()
        sender.join()
    return ORDERS / (end - sent["first"])


def _ship_all(home: App) -> None:
    """The desks: each new order is shipped by one of them, an act at a time."""

    def ship(number: str) -> None:
        perform.perform(home.store, home.context, perform.StaffAct(action="ship", number=number))

    last, acted = 0, []
    with ThreadPoolExecutor(DESKS) as desks:
        while len(acted) < ORDERS:
            for row in _until(lambda after=last: _new(home, after) or None):
                last = row[0]
                acted.append(desks.submit(ship, row[1]))
    for act in acted:
        act.result()


def _new(home: App, after: int) -> list[tuple[int, str]]:
    """Orders that are on the list and not answered, younger than ``after``."""
    query = (
        "SELECT t.id, r.number FROM transactions t JOIN request r ON r.id = t.request_id"
        f" WHERE t.id > {after} AND t.state = 'IN_PROCESS' ORDER BY t.id"
    )
    with home.store.read() as connection:
        return [(row[0], row[1]) for row in connection.exec_driver_sql(query)]


def _handed_over(home: App, orders: int) -> bool | None:
    """True once as many messages have left."""
    query = (
        "SELECT count(*) FROM intent i JOIN outgoing o ON o.id = i.outgoing_id"
        " WHERE i.kind = 'apdu' AND o.state = 'handed_over'"
    )
    with home.store.read() as connection:
        return connection.exec_driver_sql(query).scalar_one() == orders or None


class _Relay:
    """A relay in this process that says when it took each letter."""

    def __init__(self) -> None:
        self.came: list[float] = []
        self._bell = threading.Condition()
        self._listener = Listener(Listen(port=0), app.everybody(), self._keep, lambda: datetime.now(UTC))
        self.port = self._listener.start()
        self.stop = self._listener.stop

    def _keep(self, _letters: object) -> "Future[list[StoredLetter]]":
        future: Future[list[StoredLetter]] = Future()
        future.set_result([StoredLetter(1, new=True)])
        with self._bell:
            self.came.append(time.monotonic())
            self._bell.notify_all()
        return future

    def wait(self, count: int) -> float:
        """When the letter number ``count`` came."""
        with self._bell:
            if not self._bell.wait_for(lambda: len(self.came) >= count, PATIENCE):
                raise SystemExit("a letter's effect was not handed over within a minute")
            return self.came[count - 1]


def _idle() -> float:
    """Median of LETTERS, in ms."""
    relay = _Relay()
    try:
        with _daemon(relay.port) as (home, port):
            numbers = [_ask(home) for _ in range(LETTERS)]
            _until(lambda: _handed_over(home, LETTERS))
            before = len(relay.came)
            took = []
            for count, number in enumerate(numbers, start=before + 1):
                kept = _say(port, number)
                took.append(relay.wait(count) - kept)
                time.sleep(0.1)  # idle again
            return median(took) * 1000
    finally:
        relay.stop()


def _ask(home: App) -> str:
    item = {"title": "Cartography of vanished rivers", "author": "Marsh, Eleanor"}
    wanted = place.read({"service": "LOAN", "item": item, "partners": list(app.LENDERS)})
    return place.place(home.store, home.context, wanted, anyway=True).number


def _say(port: int, number: str) -> float:
    """The lender's letter, handed in; when it was answered 250."""
    lender = app.LENDERS["XX-BL"]
    mail = (lender, letters.replies(lender, {f"{number}-1": "NOT"}))
    said = load.run(port, 1, iter([mail]), PATIENCE)
    return said["first"] + said["p50"] / 1000


def _files() -> Figures:
    """One order file of one order, one of FILE; ms from the inbox row to the last step's commit."""
    customer = app.customers()[0]
    took: dict[str, list[float]] = {"one": [], "forty": []}
    with app.folder() as folder, app.opened(folder) as home:
        home.store.start_writer()
        for turn in range(6):
            for name, count in (("one", 1), ("forty", FILE)):
                numbers = [f"{name[0].upper()}{turn}-{n}" for n in range(count)]
                took[name].append(_worked_off(home, letters.order_file(customer, numbers), customer.address))
        _check(home, 6 * (1 + FILE))
    return {name: median(islice(times, 1, None)) for name, times in took.items()}  # the first warms up


def _worked_off(home: App, raw: bytes, sender: str) -> float:
    letter = NewLetter(
        "listener", raw, home.context.clock(), mail_from=sender, rcpt_to=app.LIBRARY, peer="127.0.0.1"
    )
    home.store.write(lambda connection: inbox.keep(connection, [letter]))
    begun = time.perf_counter()
    while intake.run(home.store, home.context) + advance.run(home.store, home.context):
        pass
    return (time.perf_counter() - begun) * 1000


def _check(home: App, orders: int) -> None:
    found = len(_new(home, 0))
    if found != orders:
        raise LocalFault(f"{orders} orders came, {found} stand on the list")


SUITE = Suite(GOALS, measure)
