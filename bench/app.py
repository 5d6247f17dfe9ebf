"""A throw-away house for the measurements: real configuration, codecs, templates and store."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailproc.app.build import App, build
from tests.servers.dovecot import PASSWORD as MAILBOX_PASSWORD
from tests.support import configuration
from tests.support.configuration import Account

PASSWORD = "S3CR3TPW"
CUSTOMERS = 5
LIBRARY = "ill@library.example"
LENDERS = {"XX-BL": "art@bl.example", "XX-SECOND": "art@second.example"}


@dataclass(frozen=True)
class Customer:
    """A library that borrows from us."""

    symbol: str
    address: str
    code: str


def customers() -> list[Customer]:
    return [Customer(f"XX-COLLEGE-{n}", f"ill@college{n}.example", f"99-01{n:02d}") for n in range(CUSTOMERS)]


def everybody() -> list[str]:
    """Whom a listener of the measurements takes letters for: we, our lenders, our customers."""
    return [LIBRARY, *LENDERS.values(), *(one.address for one in customers())]


@contextmanager
def folder() -> Iterator[Path]:
    """On the disk that TMPDIR names; a store on a memory file system would prove nothing."""
    with tempfile.TemporaryDirectory(prefix="mailproc-bench-") as name:
        yield Path(name)


@contextmanager
def opened(
    place: Path, relay: int = 0, base: Path | None = None, mailbox: int = 0, more: str = ""
) -> Iterator[App]:
    """A house in the folder ``place``; its store a copy of ``base`` if given, its writer running.
    ``more`` stands behind the rest of its configuration."""
    place.mkdir(parents=True, exist_ok=True)
    file = place / "config.toml"
    file.write_text(_configuration(relay, mailbox) + more, encoding="utf-8")
    os.environ["MAILPROC_BENCH_PASSWORD"] = PASSWORD
    os.environ["MAILPROC_BENCH_MAILBOX"] = MAILBOX_PASSWORD
    (place / "var").mkdir(exist_ok=True)
    if base is not None:
        _copy(base, place / "var" / "mailproc.db")
    app = build(file)
    try:
        yield app
    finally:
        app.store.close()


def _copy(base: Path, to: Path) -> None:
    """Copy a store to where it begins anew: as it is, it would be held as one that was put back."""
    shutil.copyfile(base, to)
    with closing(sqlite3.connect(to)) as connection, connection:
        connection.execute("UPDATE identity SET has_counters = 0")


def _configuration(relay: int, mailbox: int) -> str:
    doors = [configuration.relay(relay)] if relay else []
    if mailbox:
        box = configuration.mailbox(
            "memory", mailbox, "memory", "MAILPROC_BENCH_MAILBOX", timeout=300, poll="every 1h"
        )
        doors.append(box)
    ours = Account("out", "99-0001", "MAILPROC_BENCH_PASSWORD")
    lenders = [configuration.partner(symbol, address, ours) for symbol, address in LENDERS.items()]
    head = [configuration.library("XX-LIBRARY", LIBRARY), configuration.section("listen", port=0)]
    return "".join([*head, *doors, *lenders, *map(_borrower, customers())])


def _borrower(one: Customer) -> str:
    account = Account("in", one.code, "MAILPROC_BENCH_PASSWORD")
    return configuration.partner(one.symbol, one.address, account, roles=["REQUESTER"])
