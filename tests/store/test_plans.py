"""What is asked at every letter stays quick, however much waits or lies about."""

import re

import pytest
from sqlalchemy.dialects import sqlite

from mailproc.store import events, letters
from mailproc.store.engine import Store
from mailproc.store.statements import Constant

ASKED = {
    "ix_event_unplaced": events._UNPLACED,
    "ix_event_queue": events._WAITED,
    "ix_inbox_message_id": letters._SAME_CONTENT,
    "ix_inbox_taken": letters._SAME_BYTES,
}


@pytest.mark.parametrize("index", ASKED)
def test_the_index_is_taken(sqlite_url, index):
    """SQLite knows nothing of what the tables hold: it goes by how the question is put."""
    constant: Constant = ASKED[index]
    said = str(constant.statement.compile(dialect=sqlite.dialect()))
    store = Store.open(sqlite_url)
    with store.read() as connection:
        given = (None,) * said.count("?")
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", given)]
    store.close()
    assert len(plan) == 1, plan
    assert re.search(f"USING (COVERING )?INDEX {index} ", plan[0])
