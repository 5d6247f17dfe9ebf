"""What the transaction of a connection takes of the numbers, for the counters file (``counters_file.py``)."""

from datetime import datetime

from sqlalchemy import Connection

from mailproc.store.counters_file import CountersFile, Mark, TakenNumbers

_KEY = "mailproc taken numbers"


def begin(connection: Connection, file: CountersFile | None) -> None:
    """Begin with nothing taken. A store without a file notes nothing."""
    connection.info[_KEY] = TakenNumbers(file) if file is not None else None


def number(connection: Connection, name: str, last: int) -> None:
    """Note that the numbers of ``name`` up to ``last`` are taken. Raise as ``CountersFile.reserve``."""
    if (taken := connection.info.get(_KEY)) is not None:
        taken.number(name, last)


def letter(connection: Connection, outgoing_id: int, at: datetime) -> None:
    """Note that the letter is about to leave; ``at`` is stored with it."""
    if (taken := connection.info.get(_KEY)) is not None:
        taken.tried(outgoing_id, at)


def mark(connection: Connection) -> Mark:
    """What is noted so far: for ``forget``."""
    taken: TakenNumbers | None = connection.info.get(_KEY)
    return taken.mark() if taken is not None else (0, None)


def forget(connection: Connection, since: Mark = (0, None)) -> None:
    """Forget what was noted after ``since``, as it was undone."""
    if (taken := connection.info.get(_KEY)) is not None:
        taken.forget(since)


def of(connection: Connection) -> TakenNumbers | None:
    """What is noted; to be ended after the COMMIT, which may lose the connection."""
    taken: TakenNumbers | None = connection.info.get(_KEY)
    return taken
