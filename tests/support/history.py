"""What happened in a house, for a story that failed: each request, where it stands, and how it came there."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import text

from mailproc.store.engine import Store

MOST_LINES = 200
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


def told(fixtures: Mapping[str, Any]) -> str:
    """The same of every store that a test's fixtures hold; '' where none does."""
    parts = list[str]()
    for store in dict.fromkeys(_stores(fixtures.values())):
        try:
            parts += [*lines(store)][-MOST_LINES:]
        except Exception as error:  # the story's own failure is what counts
            parts.append(f"the store cannot be read: {error!r}")
    return "\n".join(parts)


def _stores(values: Any) -> Iterator[Store]:
    for value in values:
        app = getattr(value, "app", None) or value
        store = getattr(app, "store", None)
        if isinstance(store, Store):
            yield store
        elif isinstance(offices := getattr(value, "offices", None), dict):
            yield from _stores(offices.values())
