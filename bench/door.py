"""mailproc's own listener in a process of its own, with one of three ways to keep a letter.

    python -m bench.door drop|each|group [asyncio] [tcp]

``drop``: the letter is thrown away, the ceiling. ``each``: a plain thread commits letter by
letter. ``group``: the store's writer, as the daemon runs it. "asyncio" does without uvloop; "tcp" is
the port for APDUs instead of SMTP. Prints its port, ends with its stdin.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from sqlalchemy import URL

from bench import app
from mailproc.config import Listen, ListenTcp, Partner, PartnerTcp
from mailproc.store import connections, inbox
from mailproc.store.engine import Store
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.transport import smtp_groups
from mailproc.transport.incoming import Keep
from mailproc.transport.open_lines import OpenLines
from mailproc.transport.smtp_in import Listener
from mailproc.transport.tcp_in import TcpListener

Letters = Sequence[NewLetter]


def drop(letters: Letters) -> "Future[list[StoredLetter]]":
    future: Future[list[StoredLetter]] = Future()
    future.set_result([StoredLetter(1, new=True) for _ in letters])
    return future


class Each:
    """A commit for each letter, on one kept connection, with the same statement."""

    def __init__(self, file: Path) -> None:
        self._jobs: SimpleQueue[tuple[Letters, Future[list[StoredLetter]]]] = SimpleQueue()
        self._engine = connections.writing(URL.create("sqlite+pysqlite", database=str(file)))
        Thread(target=self._run, daemon=True).start()

    def __call__(self, letters: Letters) -> "Future[list[StoredLetter]]":
        future: Future[list[StoredLetter]] = Future()
        self._jobs.put((letters, future))
        return future

    def _run(self) -> None:
        with self._engine.connect() as connection:
            while True:
                letters, future = self._jobs.get()
                with connection.begin():
                    kept = inbox.keep(connection, letters)
                future.set_result(kept)


def main(kind: str, *how: str) -> None:
    if "asyncio" in how:
        sys.modules["uvloop"] = None  # type: ignore[assignment]  # as if it were not installed
    with app.folder() as folder:
        file = folder / "mailproc.db"
        store = Store.open(f"sqlite:///{file}")
        if kind == "group":
            store.start_writer()
        if kind == "each":
            smtp_groups.GROUP = 1
        keep = {
            "drop": lambda: drop,
            "each": lambda: Each(file),
            "group": lambda: lambda letters: store.submit(lambda connection: inbox.keep(connection, letters)),
        }[kind]()
        listener = _port(keep) if "tcp" in how else _listener(keep)
        print(listener.start(), flush=True)
        sys.stdin.read()
        listener.stop()
        store.close()


def _listener(keep: Keep) -> Listener:
    return Listener(Listen(port=0), app.everybody(), keep, lambda: datetime.now(UTC))


def _port(keep: Keep) -> TcpListener:
    everybody = Partner(symbol="XX-A", address="a@a.example", tcp=PartnerTcp(networks=("127.0.0.0/8",)))
    listen = ListenTcp(port=0, max_connections=500, max_connections_per_host=500)
    return TcpListener(listen, (everybody,), keep, lambda: datetime.now(UTC), OpenLines())


if __name__ == "__main__":
    main(*sys.argv[1:])
