"""G6, second half, and G7: intake and the step, against what the database itself can do.

One store of open requests with a lender's reply to each in the inbox is made once; every
measurement works on a copy of it.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Engine, event

from bench import app, letters
from bench.figures import Figures, Goal, Suite
from bench.sessions import Sessions
from mailproc.app.build import App
from mailproc.flow.advance import station as advance
from mailproc.flow.intake import station as intake
from mailproc.flow.prepare import messages
from mailproc.office.requests import place
from mailproc.store import connections, inbox
from mailproc.store.inbox import NewLetter

OPEN = 1000  # transactions
EVENTS = 400
AT_ONCE = 20

GOALS = (
    Goal("G6", "intake station to the raw step, one event per commit", "intake", "raw", 0.5),
    Goal("G7", "step to its own statements in raw sqlite3, one event per commit", "step", "raw", 0.45),
    Goal("G7", "step to a SQLModel session per event", "step", "session", 2),
    Goal("G7", "20 due events at once to one by one", "twenty", "step", 2),
    Goal("G7", "the same on the slow disk", "slow twenty", "slow step", 6),
)

Statement = tuple[str, Any]


def measure() -> Figures:
    from bench import child

    slow = child.measured("bench.steps:grouped", slow=True)
    return plain() | {f"slow {name}": value for name, value in slow.items()}


def plain() -> Figures:
    return {"intake": _intake(), "raw": _raw(), **grouped(), "session": _session()}


def grouped() -> Figures:
    return {"step": _stepped(1), "twenty": _stepped(AT_ONCE)}


@cache
def stores() -> Path:
    """Where the prepared stores lie; made once a process."""
    _kept.append(app.folder())
    return _kept[-1].__enter__()


_kept: list[Any] = []


@cache
def waiting() -> Path:
    """A store with OPEN requests at a lender; its reply to EVENTS of them lies in the inbox."""
    with app.opened(stores() / "waiting") as home:
        numbers = asked(home)
        replies = [_reply(home, f"{number}-1") for number in numbers[:EVENTS]]
        home.store.write(lambda connection: inbox.keep(connection, replies))
        return closed(home)


@cache
def due() -> Path:
    """The same after intake: EVENTS events wait for their step."""
    with app.opened(stores() / "due", base=waiting()) as home:
        while intake.run(home.store, home.context):
            pass
        return closed(home)


def asked(home: App) -> list[str]:
    """In one commit where it can be: a thousand commits would measure the disk's patience."""
    item = {"title": "Cartography of vanished rivers", "author": "Marsh, Eleanor"}
    wanted = place.read({"service": "LOAN", "item": item, "partners": list(app.LENDERS)})
    home.store.start_writer()
    numbers = [place.place(home.store, home.context, wanted, anyway=True).number for _ in range(OPEN)]
    while messages.run(home.store, home.context):
        pass
    return numbers


def _reply(home: App, number: str) -> NewLetter:
    lender = app.LENDERS["XX-BL"]
    raw = letters.replies(lender, {number: "USE*3"})
    return NewLetter(
        "listener", raw, home.context.clock(), mail_from=lender, rcpt_to=app.LIBRARY, peer="127.0.0.1"
    )


def closed(home: App) -> Path:
    home.store.close()
    file = home.store.path or Path()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@contextmanager
def _running(base: Path) -> Iterator[App]:
    """A house on a copy of ``base`` with its writer."""
    with app.folder() as folder, app.opened(folder, base=base) as home:
        home.store.start_writer()
        yield home


def _intake() -> float:
    with _running(waiting()) as home:
        begun = time.perf_counter()
        while intake.run(home.store, home.context):
            pass
        return EVENTS / (time.perf_counter() - begun)


def _stepped(at_once: int) -> float:
    with _running(due()) as home:
        begun = time.perf_counter()
        while advance.run(home.store, home.context, at_once):
            pass
        return EVENTS / (time.perf_counter() - begun)


def _raw() -> float:
    """The step's own statements, as they were recorded once, in plain sqlite3 on a copy."""
    with app.folder() as folder:
        file = Path(shutil.copyfile(due(), folder / "raw.db"))
        connection = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        statements = recorded()
        begun = time.perf_counter()
        for text, values in statements:
            connection.execute(text, values).fetchall()
        took = time.perf_counter() - begun
        connection.close()
        return EVENTS / took


@cache
def recorded() -> list[Statement]:
    """Everything that EVENTS steps, one per commit, say to the database."""
    said: list[Statement] = []
    with app.folder() as folder, _listening(said), app.opened(folder, base=due()) as home:
        home.store.start_writer()
        said.clear()
        while advance.run(home.store, home.context, 1):
            pass
    return said


class _Recording(sqlite3.Connection):
    """A connection that writes down what is said over it, by SQLAlchemy and directly."""

    said: ClassVar[list[Statement]]

    def execute(self, text: str, values: Any = ()) -> sqlite3.Cursor:
        self.said.append((text, values))
        return super().execute(text, values)

    def cursor(self, *_: Any) -> sqlite3.Cursor:  # type: ignore[override]  # the factory is ours
        return super().cursor(_RecordingCursor)

    def commit(self) -> None:
        self.said.append(("COMMIT", ()))
        super().commit()


class _RecordingCursor(sqlite3.Cursor):
    def execute(self, text: str, values: Any = ()) -> sqlite3.Cursor:
        _Recording.said.append((text, values))
        return super().execute(text, values)


@contextmanager
def _listening(said: list[Statement]) -> Iterator[None]:
    def connect(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        options["factory"] = _Recording

    _Recording.said = said
    event.listen(Engine, "do_connect", connect)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", connect)


def _session() -> float:
    with _running(due()) as home:
        engine = connections.writing(connections.parse(f"sqlite:///{home.store.path}", Path()))
        with home.store.read() as connection:
            ids = connection.exec_driver_sql("SELECT id FROM event WHERE state = 'todo'").scalars().all()
        sessions = Sessions(engine, home.context)
        begun = time.perf_counter()
        for event_id in ids:
            sessions.step(event_id)
        took = time.perf_counter() - begun
        engine.dispose()
        return len(ids) / took


SUITE = Suite(GOALS, measure)
