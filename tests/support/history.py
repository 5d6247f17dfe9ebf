"""What happened in a house, for a story that failed: each request, where it stands, and how it came there.

A house that a test opens is remembered here by whoever opens it.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import text

from mailproc.app.build import configured
from mailproc.store.engine import Store

MOST_LINES = 200
_houses: deque[Store | Path] = deque(maxlen=3)
"""The test's last ones: of a story that is tried with many examples, the last has failed."""
_EVENTS = text(
    "SELECT r.number, t.attempt, t.role, t.partner, t.state, e.at, e.type, e.facts"
    " FROM event e JOIN transactions t ON t.id = e.transaction_id JOIN request r ON r.id = t.request_id"
    " ORDER BY t.id, e.id"
)
_OUTSIDE = "SELECT 'inbox', count(*) FROM inbox UNION ALL SELECT 'outgoing', count(*) FROM outgoing"


def lines(store: Store) -> Iterator[str]:
    """A line for each request's attempt, and below it one for each event, in their order."""
    with store.read() as connection:
        rows = connection.execute(_EVENTS).mappings().all()
        counts = connection.execute(text(_OUTSIDE)).all()
    yield ", ".join(f"{number} {table}" for table, number in counts)
    above = ""
    for row in rows:
        head = "{number}-{attempt} {role} with {partner}: {state}".format_map(row)
        if head != above:
            yield head
        above = head
        yield f"    {row['at']} {row['type']} {row['facts'] or ''}"[:300]


def remember(house: Store | Path) -> None:
    """Keep an open store, or the config.toml of a daemon in a process of its own."""
    _houses.append(house)


def forget() -> None:
    """Another test begins."""
    _houses.clear()


def told() -> str:
    """The same of every house that is remembered; '' where none is."""
    return "\n".join(line for house in _houses for line in _last_lines(house))


@contextmanager
def noted(store: Store) -> Iterator[None]:
    """What is found wrong inside, when the story is over, bears the history too."""
    try:
        yield
    except Exception as error:
        error.add_note("\n".join(_last_lines(store)))
        raise


def _last_lines(house: Store | Path) -> list[str]:
    try:
        if isinstance(house, Store):
            return [*lines(house)][-MOST_LINES:]
        with closing(_opened(house)) as store:
            return [*lines(store)][-MOST_LINES:]
    except Exception as error:  # the story's own failure is what counts
        return [f"the store cannot be read: {error!r}"]


def _opened(file: Path) -> Store:
    config = configured(file, secrets_needed=False).config
    return Store.open(config.store.url, base=file.parent, make=False, migrate=False)
