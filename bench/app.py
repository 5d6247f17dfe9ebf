"""A throw-away house for the measurements: real configuration, codecs, templates and store."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailproc.app.build import App, build
from tests.servers.dovecot import PASSWORD as MAILBOX_PASSWORD

PASSWORD = "S3CR3TPW"
CUSTOMERS = 5
LIBRARY = "ill@library.example"
LENDERS = {"XX-BL": "art@bl.example", "XX-SECOND": "art@second.example"}

_HEAD = f"""\
[library]
symbol = "XX-LIBRARY"
email = "{LIBRARY}"

[listen]
port = 0
"""
_RELAY = """
[deliver]
mode = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
"""
_MAILBOX = """
[[mailbox]]
name = "memory"
host = "127.0.0.1"
port = {port}
security = "none"
user = "memory"
password = {{ env = "MAILPROC_BENCH_MAILBOX" }}
timeout = 300
poll = "every 1h"
"""
_PARTNER = """
[[partner]]
symbol = "{symbol}"
address = "{address}"
proof = ["none"]
roles = ["{role}"]
[[partner.artemail.account]]
direction = "{direction}"
customer_code = "{code}"
password = {{ env = "MAILPROC_BENCH_PASSWORD" }}
"""


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
        shutil.copyfile(base, place / "var" / "mailproc.db")
    app = build(file)
    try:
        yield app
    finally:
        app.store.close()


def _configuration(relay: int, mailbox: int) -> str:
    lenders = [
        _PARTNER.format(symbol=symbol, address=address, role="RESPONDER", direction="out", code="99-0001")
        for symbol, address in LENDERS.items()
    ]
    borrowers = [
        _PARTNER.format(
            symbol=one.symbol, address=one.address, role="REQUESTER", direction="in", code=one.code
        )
        for one in customers()
    ]
    doors = [_RELAY.format(port=relay)] if relay else []
    doors += [_MAILBOX.format(port=mailbox)] if mailbox else []
    return "".join([_HEAD, *doors, *lenders, *borrowers])
