"""What is true of a house after every story, whatever led there."""

from mailproc.flow.advance import steps
from mailproc.flow.case import Case
from mailproc.flow.timers import timer_inputs, transaction_timers
from mailproc.ill import timers as rules
from mailproc.store import find
from mailproc.store.prepared_statements import made
from mailproc.store.rows import Event, Transaction
from tests.support import counted_attempts, history
from tests.support.partners import PASSWORD
from tests.support.world import World

SUBMITTED = ("transactions", "submission")
"""Tables with a row for each request: what somebody was asked for, and what waits for staff."""


def check(world: World, *, whole: bool = True) -> None:
    """After every story: verify is clean, and nothing waits. If ``whole``: the figures, timers and texts
    follow from what happened, and no password is where it must not be."""
    with history.noted(world.store):
        if whole:
            assert world.verify().differences == ()
        world.run()
        assert world.verify().differences == ()
        if whole:
            counted_attempts.check(world.app.store, world.app.context)
            _timers_follow(world)
            _texts_follow(world)
            _no_password_is_kept(world)


def _no_password_is_kept(world: World) -> None:
    for name, rows in world.dump().items():
        for row in rows:
            text = repr({key: value for key, value in row.items() if (name, key) != ("inbox_bytes", "raw")})
            for password in PASSWORD.values():
                assert password not in text, f"a password stands in {name}: {text[:300]}"


def _timers_follow(world: World) -> None:
    """Whatever led there: what waits is what follows from where each transaction stands."""
    context = world.app.context
    for row in world.rows("transactions"):
        (transaction,) = made(Transaction, [list(row.values())])
        found = steps.state_of(transaction)
        (since,) = made(Event, [list(world.row("event", row["moved_event_id"]).values())])
        with world.app.store.read() as connection:
            depends = timer_inputs.of(Case(connection, transaction, found, context), since, world.now)
        wanted = rules.wanted(found, depends, transaction_timers.days(context))
        waits = {
            timer["kind"]: timer["due_at"]
            for timer in world.rows("timer")
            if timer["transaction_id"] == row["id"] and timer["fired_event_id"] is None
        }
        assert waits == {kind.value: context.instant(wall) for kind, wall in wanted.items()}


def _texts_follow(world: World) -> None:
    """Whatever led there: a request is found by what stands in its tables now."""
    kept = {row["request_id"]: row["words"] for row in world.rows("finding")}
    with world.app.store.read() as connection:
        assert kept == {number: find.words_of(connection, number) for number in kept}
    assert set(kept) == {row["request_id"] for name in SUBMITTED for row in world.rows(name)}
