"""A constant statement says the same by the driver as through SQLAlchemy, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from mailproc.store.engine import Store
from mailproc.store.prepared_statements import Constant, insert_into, table_of, update_of
from mailproc.store.tables import EventRow, InboxRow, TransactionRow

TABLE = table_of(TransactionRow)
FIELDS = {
    "request_id": 1, "attempt": 1, "role": "REQUESTER", "initial_requester": "XX", "tgq": "B1", "tq": "1",
    "partner": "XX-BL", "symbol": "XX-BL", "address": "art@bl.example", "codec": "artemail",
    "service": "LOAN",
    "state": "PENDING", "due_on": date(2026, 4, 1), "renewable": True, "promise": {"what": "ünï", "n": None},
    "attention": ["overdue"], "options": None, "stq": "", "dialect": "", "state_before": "",
    "last_service_at": "", "moved_event_id": 0, "version": 0, "closed_at": None,
}  # fmt: skip
ADD = Constant(insert_into(TransactionRow, (*FIELDS, "updated_at")))
LOAD = Constant(select(TABLE).where(TABLE.c.id == bindparam("row_id")))


def test_what_was_written_is_read_as_it_was(writing, now):
    """Dates, instants, flags, JSON and its absence, by both ways out."""
    written = FIELDS | {"updated_at": now + timedelta(microseconds=7)}
    row_id = writing.write(lambda c: ADD.scalar(c, written))
    direct = writing.write(lambda c: dict(LOAD.one(c, {"row_id": row_id})))
    with writing.read() as connection:
        plain = dict(connection.execute(LOAD.statement, {"row_id": row_id}).mappings().one())
    assert direct == plain
    assert {name: direct[name] for name in written} == written


def test_the_first_read_of_a_snapshot_begins_it(writing, now):
    """Else the second look of a reader would see what was committed meanwhile."""
    row_id = writing.write(lambda c: ADD.scalar(c, FIELDS | {"updated_at": now}))
    change = Constant(update_of(TransactionRow, ("state",)))
    with writing.read() as connection:
        assert LOAD.one(connection, {"row_id": row_id})["state"] == "PENDING"
        writing.write(lambda c: change.run(c, {"row_id": row_id, "state": "SHIPPED"}))
        assert LOAD.one(connection, {"row_id": row_id})["state"] == "PENDING"


def test_a_columns_default_is_taken_along(writing, now):
    """A change of a queue's row ends its try (docs/queue.md), whoever makes it."""
    columns = ("cause", "partner", "actor", "door", "heard_by", "type", "repeat_key", "at", "state")
    values = dict.fromkeys(columns, "x") | {"at": now, "attempts": 0, "last_error": ""}
    add = Constant(insert_into(EventRow, tuple(values)))
    event_id = writing.write(lambda c: add.scalar(c, values))
    begun = Constant(update_of(EventRow, ("unfinished",)))
    writing.write(lambda c: begun.run(c, {"row_id": event_id, "unfinished": 2}))
    writing.write(
        lambda c: Constant(update_of(EventRow, ("actor",))).run(c, {"row_id": event_id, "actor": "y"})
    )
    table = table_of(EventRow)
    look = Constant(select(table.c.unfinished).where(table.c.id == bindparam("row_id")))
    assert writing.write(lambda c: look.scalar(c, {"row_id": event_id})) == 0


def test_a_value_that_was_forgotten_is_an_error(writing, now):
    forgetful = {name: value for name, value in FIELDS.items() if name != "version"}
    with pytest.raises((KeyError, SQLAlchemyError)):
        writing.write(lambda c: ADD.scalar(c, forgetful | {"updated_at": now}))


def test_no_row_is_none_or_an_error(writing):
    assert writing.write(lambda c: LOAD.row(c, {"row_id": 99})) is None
    assert writing.write(lambda c: LOAD.scalar(c, {"row_id": 99})) is None
    with pytest.raises(LookupError):
        writing.write(lambda c: LOAD.one(c, {"row_id": 99}))


def test_an_expanding_parameter_is_refused(sqlite_url):
    table = table_of(InboxRow)
    some = Constant(select(table.c.id).where(table.c.id.in_(bindparam("ids", expanding=True))))
    store = Store.open(sqlite_url)
    with pytest.raises(TypeError):
        store.write(lambda c: some.rows(c, {"ids": [1, 2]}))
    store.close()


@pytest.mark.parametrize("word", ["PENDING", "it's", "50% of ?", "a:b", "Ä\n"])
def test_a_word_of_the_statement_itself_is_written_into_it(writing, now, word):
    """So its plan, which a partial index may depend on, is made once and not at each execution."""
    look = Constant(select(TABLE.c.id).where(TABLE.c.state == word, TABLE.c.tgq == bindparam("tgq")))

    def job(connection):
        row_id = ADD.scalar(connection, FIELDS | {"state": word, "updated_at": now})
        ADD.scalar(connection, FIELDS | {"attempt": 2, "tq": "2", "updated_at": now, "state": "OTHER"})
        return look.scalar(connection, {"tgq": "B1"}) == row_id

    assert writing.write(job)
    said = look._plan._text  # nothing else tells whether SQLite was given a parameter
    assert "'" + word.replace("'", "''") + "'" in said
    assert said.replace(word, "").count("?") == 1
