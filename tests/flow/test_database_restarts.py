"""PostgreSQL restarted at a COMMIT: before the server has it, or when only its answer is lost.

In both cases the program hears an error and cannot know which it was; so each job looks first
whether its work is still to be done (docs/queue.md, "A crash between any two commits").
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.engine.default import DefaultDialect

from mailproc.errors import TryLater
from mailproc.flow import send
from mailproc.practice import order_file
from tests.servers import postgres
from tests.servers.postgres import PostgresServer

BL = "orders@bl.example"
COMMITS = range(1, 15) if os.environ.get("REQUIRE_ALL") == "1" else (2, 5, 9)


@pytest.fixture(scope="module")
def own_server(missing: Callable[[str], None]) -> Iterator[PostgresServer]:
    """Not the one that all tests share: this one is restarted."""
    with postgres.running(missing) as server:
        yield server


def restarted_at(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch, number: int, moment: str
) -> Callable[[], bool]:
    """Restart the server at the commit of that number; the answer says whether it has happened."""
    import psycopg

    real = DefaultDialect.do_commit
    seen = 0

    def do_commit(self: DefaultDialect, dbapi_connection: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == number and moment == "after":
            real(self, dbapi_connection)
        if seen == number:
            server.stop()
            server.start()
            if moment == "after":
                dbapi_connection.driver_connection.close()
                raise psycopg.OperationalError("server closed the connection unexpectedly")
        real(self, dbapi_connection)

    monkeypatch.setattr(DefaultDialect, "do_commit", do_commit)
    return lambda: seen >= number


def until_taken(do: Callable[[], Any]) -> None:
    """As a mail server, the service's loop and a person do: try again where it says "later"."""
    for _ in range(5):
        try:
            do()
        except TryLater:
            continue
        return
    pytest.fail("still to be tried later after five tries")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("moment", [pytest.param("before", marks=pytest.mark.long), "after"])
def test_a_restart_at_any_commit_loses_nothing_and_does_nothing_twice(
    make_world: Any, own_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    for number in COMMITS:
        with monkeypatch.context() as patch:
            world = make_world(own_server.url(own_server.create()))
            world.place(service="COPY", run=False)
            letter = world.letter("REPLIES FOR 99-0001   02-03-2026\n\nB1-1 SHIPPED COPY", BL)
            happened = restarted_at(own_server, patch, number, moment)
            until_taken(world.run)
            until_taken(lambda world=world, letter=letter: world.inject(letter, BL))
            until_taken(world.run)
            until_taken(lambda world=world: world.state("B1") == "RECEIVED" or world.act("B1", "receive"))
            until_taken(world.run)
            assert happened(), f"the story has fewer than {number} commits"
            send.recover(world.app.store, world.app.context)
            world.settle_doubts()
            told_once(world)
            world.app.store.close()


def told_once(world: Any) -> None:
    orders = Counter(order.number for sent in world.to(BL) for order in order_file.read(sent.raw).orders)
    assert orders == {"B1-1": 1}
    assert world.events("B1").count("SHIPPED") == 1
    assert world.events("B1").count("receive") == 1
    assert world.state("B1") == "RECEIVED"
    assert len(world.rows("inbox")) == 1
    assert world.shelf() == {}
    assert world.verify().differences == ()
