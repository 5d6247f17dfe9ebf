"""The station that takes the steps: whose trouble an error is."""

import sqlite3

import pytest

from mailproc.flow.advance import station as advance
from mailproc.flow.advance import steps
from mailproc.flow.intake import station as intake


@pytest.fixture
def waiting_event(small_world):
    """A reply that came and whose step is not taken yet."""
    small_world.place()
    small_world.hear("B1-1 NOT", run=False)
    intake.run(small_world.app.store, small_world.app.context)
    return next(row["id"] for row in small_world.rows("event") if row["state"] == "todo")


def fails(monkeypatch, error):
    def step(*_given, **_more):
        raise error

    monkeypatch.setattr(steps, "step", step)


def take(world, event_id):
    store, context = world.app.store, world.app.context
    store.write(lambda connection: advance.take(connection, event_id, context))


def busy():
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


def test_the_stores_trouble_is_no_fault_of_an_event(small_world, waiting_event, monkeypatch):
    """It waits as it was, and is taken when the store works again."""
    with monkeypatch.context() as patch:
        fails(patch, busy())
        with pytest.raises(Exception, match="locked"):
            take(small_world, waiting_event)
    assert small_world.row("event", waiting_event)["state"] == "todo"
    take(small_world, waiting_event)
    assert small_world.row("event", waiting_event)["state"] == "done"


def test_a_bug_shelves_its_event_alone(small_world, waiting_event, monkeypatch, quiet_log):
    with monkeypatch.context() as patch:
        fails(patch, KeyError("a bug"))
        take(small_world, waiting_event)
    row = small_world.row("event", waiting_event)
    assert (row["state"], row["last_error"]) == ("shelved", "a fault of this program: KeyError")
