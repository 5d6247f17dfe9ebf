"""A part of a commit that fails alone, also within another part."""

import pytest
from sqlalchemy import text

from mailproc.store import counters
from mailproc.store.savepoint import savepoint


class Fault(Exception):
    pass


def taken(store):
    """How far each counter has come."""
    with store.read() as connection:
        return {row.name: row.next for row in connection.execute(text("SELECT name, next FROM counter"))}


def part(connection, name, *, fails=False, inner=None):
    with savepoint(connection):
        counters.take(connection, name)
        if inner is not None:
            inner()
        if fails:
            raise Fault


@pytest.mark.parametrize("inner_fails", [False, True])
def test_what_a_failed_part_did_is_undone_with_all_that_was_within_it(store, inner_fails):
    def job(connection):
        counters.take(connection, "B")

        def inner():
            if inner_fails:
                with pytest.raises(Fault):
                    part(connection, "FILE", fails=True)
            else:
                part(connection, "FILE")

        with pytest.raises(Fault):
            part(connection, "L", fails=True, inner=inner)

    before = taken(store)
    store.write(job)
    assert taken(store) == before | {"B": before.get("B", 1) + 1}


def test_what_failed_within_leaves_the_rest_of_the_part(store):
    def job(connection):
        def inner():
            with pytest.raises(Fault):
                part(connection, "FILE", fails=True)

        part(connection, "L", inner=inner)

    before = taken(store)
    store.write(job)
    assert taken(store) == before | {"L": before.get("L", 1) + 1}
