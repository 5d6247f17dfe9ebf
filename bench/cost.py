"""What a request costs in the store, with the letters of its whole life: the figures of docs/scaling.md.

    python -m bench.cost [--requests N] [--postgresql]

Two of three are loans of ours: the order, a letter "on the waiting list", a letter "shipped", the letters to
the reader, receive and return. One of three is a copy for another library: its order letter, and ship.
Letters are of 2 kB, as they come through two relays. Prints octets a request, table by table, and
milliseconds of processor time.
"""

import argparse
import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection

from bench import app, letters
from bench.app import LENDERS, LIBRARY
from mailproc.app.build import App
from mailproc.app.work_round import work_once
from mailproc.flow import send
from mailproc.office.acts.perform import StaffAct, perform
from mailproc.office.requests import place
from mailproc.store import inbox
from mailproc.store.inbox import NewLetter
from tests.servers import postgres
from tests.support import configuration

_SIZES = {
    "sqlite": "SELECT name, sum(pgsize) FROM dbstat GROUP BY name",
    "postgresql": "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
}
_OWNERS = "SELECT name, tbl_name FROM sqlite_master"
LENDER = LENDERS["XX-BL"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    with _house(on_server=asked.postgresql) as home:
        _live(home, 3)  # what is made once
        before, begun = _sizes(home), time.process_time()
        _live(home, asked.requests)
        spent = time.process_time() - begun
        _check(home)
        grown = {name: size - before.get(name, 0) for name, size in _sizes(home).items()}
    for name, size in sorted(grown.items(), key=lambda one: -one[1]):
        if size > 0:
            print(f"{name:20} {size / asked.requests:8.0f}")
    print(f"{'together':20} {sum(grown.values()) / asked.requests:8.0f} octets a request")
    print(f"{'processor':20} {1000 * spent / asked.requests:8.1f} ms a request")


@contextmanager
def _house(*, on_server: bool) -> Iterator[App]:
    with ExitStack() as stack:
        folder, more = stack.enter_context(app.folder()), configuration.section("deliver", mode="folder")
        if on_server:
            server = stack.enter_context(postgres.running(_missing))
            os.environ["PGPASSWORD"] = postgres.PASSWORD
            url = re.sub(r":[^:@/]+@", "@", server.url(server.create()))
            more += configuration.section("store", url=url)
        home = stack.enter_context(app.opened(folder, more=more))
        home.store.start_writer()
        yield home


def _live(home: App, count: int) -> None:
    customers = app.customers()
    for number in range(count):
        if number % 3:
            _borrow(home, number)
        else:
            _lend(home, customers[number % len(customers)], number)


def _borrow(home: App, number: int) -> None:
    item = {"title": f"Cartography of vanished rivers {number}", "author": "Marsh, Eleanor"}
    patron = {"id": f"R{number % 500}", "name": "Reader, A.", "email": f"r{number % 500}@readers.example"}
    wanted = {"service": "LOAN", "item": item, "partners": ["XX-BL"], "patron": patron}
    ours = place.place(home.store, home.context, place.read(wanted), anyway=True).number
    _work(home)
    for code in ("USE*3", "SHIPPED LOAN"):
        _comes(home, letters.replies(LENDER, {f"{ours}-1": code}), LENDER)
    for action in ("receive", "return"):
        _act(home, action, ours)


def _lend(home: App, customer: app.Customer, number: int) -> None:
    known = home.store.write(_last_loan)
    _comes(home, letters.order_file(customer, [f"C{known}-{number}"]), customer.address)
    theirs = f"L{home.store.write(_last_loan)}"
    _act(home, "ship", theirs)


def _act(home: App, action: str, number: str) -> None:
    perform(home.store, home.context, StaffAct(action=action, number=number))
    _work(home)


def _comes(home: App, raw: bytes, sender: str) -> None:
    letter = NewLetter("listener", raw, home.clock(), mail_from=sender, rcpt_to=LIBRARY, peer="127.0.0.1")
    home.store.write(lambda connection: inbox.keep(connection, [letter]))
    _work(home)


def _work(home: App) -> None:
    """All stations, and the letters leave: into nothing, that a folder's files are not measured."""
    while work_once(home) + send.run(home.store, home.context, lambda *_: ("handed_over", "250 taken")):
        pass


def _last_loan(connection: Connection) -> int:
    return int(
        connection.exec_driver_sql("SELECT count(*) FROM request WHERE role = 'RESPONDER'").scalar_one()
    )


def _check(home: App) -> None:
    with home.store.read() as connection:
        ended = connection.exec_driver_sql("SELECT DISTINCT state FROM transactions").scalars().all()
    if set(ended) != {"RETURNED", "SHIPPED"}:
        raise RuntimeError(f"not every request has come to its end: {ended}")


def _sizes(home: App) -> dict[str, int]:
    """Octets of each table with its indexes."""
    with home.store.read() as connection:
        rows = connection.exec_driver_sql(_SIZES[home.store.dialect]).all()
        owners = dict(connection.exec_driver_sql(_OWNERS).all()) if home.store.path else {}
    sizes: dict[str, int] = {}
    for name, size in rows:
        owner = owners.get(name, name)
        sizes[owner] = sizes.get(owner, 0) + int(size)
    return sizes


def _missing(package: str) -> None:
    raise RuntimeError(f"apt-get install {package}")


if __name__ == "__main__":
    main()
