"""Events: to which letter one is due, and the ends of a long history."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection

from mailproc.store import events, transactions
from mailproc.store.engine import Store
from mailproc.store.events import FROM_LETTER
from tests.store.asked import EVENT, HISTORY, ROWS


@pytest.mark.parametrize(
    ("cause", "inbox_id", "facts", "letter"),
    [
        ("letter", 7, None, 7),
        ("letter", 7, {FROM_LETTER: 8}, 7),
        ("letter", None, None, None),
        ("policy", None, {FROM_LETTER: 8}, 8),
        ("policy", 7, None, None),
        ("staff", 7, {}, None),
        ("timer", None, None, None),
    ],
)
def test_an_event_is_due_to_the_letter_that_brought_it_or_made_us_do_it(
    cause: str, inbox_id: int | None, facts: dict[str, Any] | None, letter: int | None
) -> None:
    row: Any = SimpleNamespace(cause=cause, inbox_id=inbox_id, facts=facts or {})
    assert events.due_to(row) == letter


@pytest.mark.parametrize(
    ("number", "ends"),
    [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (4, [1, 2, 3, 4]), (5, [1, 3, 4, 5]), (9, [1, 7, 8, 9])],
)
def test_the_ends_of_a_history_are_its_first_event_and_the_latest_each_once(
    store: Store, number: int, ends: list[int]
) -> None:
    def job(connection: Connection) -> None:
        for made in ROWS.values():
            for make in made.values():
                make(connection)
        for position in range(1, number):
            events.add(connection, replace(EVENT, position=position))
        for event_id in range(1, number + 1):
            transactions.add_history(connection, **HISTORY | {"event_id": event_id}, note="")

    store.write(job)
    with store.read() as connection:
        assert [row.id for row in events.ends_of_transaction(connection, 1, 3)] == ends


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"apdu": {"type": "SHIPPED", "due": {"on": "2026-04-01"}, "note": "Ä"}, "facts": {"again": True}},
        {"facts": {"remark": "x"}, "actor": "kim", "door": "cli", "once": "k1", "heard_by": "telephone"},
        {
            "transaction_id": 3,
            "request_id": 4,
            "partner": "XX-BL",
            "repeat_key": "k",
            "inbox_id": 5,
            "position": 0,
        },
    ],
)
def test_an_event_is_born_as_it_would_be_read(writing: Store, values: dict[str, Any]) -> None:
    """Its step is taken without a look at its row."""

    def job(connection: Connection) -> tuple[Any, Any]:
        born = events.born(connection, replace(EVENT, **values))
        return born, events.load(connection, born.id)

    born, read = writing.write(job)
    assert born == read
    assert born.id > 0
