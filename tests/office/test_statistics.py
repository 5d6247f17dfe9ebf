"""Statistics: a row for each attempt that is over, written in its step, and what is counted of them."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from mailproc.flow import older_attempts
from mailproc.ill.attempt_figures import Leg, Outcome
from mailproc.ill.terms import Role
from mailproc.office.queries import statistics as query
from mailproc.office.queries.statistics import Grouping, LegFigures, StatisticsFilter
from mailproc.office.requests import charges as entering
from mailproc.office.requests.charges import ChargeEntry
from mailproc.store.events import HISTORY
from tests.support.partners import BL, SECOND

DAY = 86_400


def groups(world, **wanted):
    with world.store.read() as connection:
        return query.statistics(connection, world.app.context, StatisticsFilter(**wanted)).groups


def rows(world):
    return world.rows("finished_attempt")


def outcomes(world):
    return [row["outcome"] for row in rows(world)]


def test_a_loan_leaves_its_legs(small_world):
    small_world.place()
    assert rows(small_world) == []
    for days, act, how in (
        (2, "ship", {"heard_by": "phone"}), (3, "receive", {}), (10, "return", {}),
        (4, "check-in", {"heard_by": "phone"}),
    ):  # fmt: skip
        small_world.later(days=days)
        small_world.act("B1", act, **how)
    (row,) = rows(small_world)
    assert (row["outcome"], row["attempt"], row["place"]) == ("filled", 1, 1)
    assert [row[leg] for leg in Leg] == [2 * DAY, 2 * DAY, 3 * DAY, 10 * DAY, 4 * DAY, 5 * DAY]
    (one,) = groups(small_world)
    assert (one.role, one.requests, one.asked, one.open, one.fill_rate) == (Role.REQUESTER, 1, 1, 0, 1.0)
    assert one.legs()[Leg.WISH_TO_ITEM] == LegFigures(1, 120, 120)


def test_the_second_library_filled_it(world):
    world.place(BL, SECOND)
    world.hear("B1-1 NOT")
    world.act("B1", "ship", heard_by="phone")
    world.act("B1", "receive")
    world.act("B1", "return")
    (one,) = groups(world)
    assert (one.requests, one.asked, one.filled_first) == (1, 2, 0)
    assert one.outcomes == Counter({Outcome.FILLED: 1, Outcome.UNFILLED: 1})
    assert [row["place"] for row in rows(world)] == [1, 2]
    by = {each.group: each.fill_rate for each in groups(world, by=Grouping.PARTNER)}
    assert by == {BL: 0.0, SECOND: 1.0}
    (month,) = groups(world, by=Grouping.MONTH, first=world.now.date(), last=world.now.date())
    assert (month.group, month.asked, month.open) == ("2026-03", 2, 0)
    (why,) = groups(world, by=Grouping.REASON)
    assert (why.group, why.asked) == ("not-owned", 1)


def test_what_is_undone_has_no_row(small_world):
    small_world.place(run=False)
    small_world.act("B1", "cancel", run=False)
    assert outcomes(small_world) == ["cancelled"]
    small_world.act("B1", "undo", run=False)
    assert outcomes(small_world) == []
    (one,) = groups(small_world)
    assert (one.asked, one.open) == (1, 1)


def test_an_item_that_comes_after_the_end_opens_it_again(small_world):
    small_world.place()
    small_world.hear("B1-1 NOT")
    assert outcomes(small_world) == ["unfilled"]
    small_world.act("B1", "ship", heard_by="phone")
    assert outcomes(small_world) == []
    small_world.act("B1", "receive")
    small_world.act("B1", "return")
    assert outcomes(small_world) == ["filled"]


def test_a_wrong_item_is_not_filled(small_world):
    small_world.place()
    small_world.act("B1", "receive", wrong=True)
    small_world.act("B1", "return")
    assert [(row["outcome"], row["reason"]) for row in rows(small_world)] == [("wrong", "wrong")]


def test_as_lender(small_world):
    small_world.ordered("TXC1-1 S LOAN\nA book of ours", "TXC2-1 S LOAN\nNot ours")
    small_world.later(hours=30)
    small_world.act("L1", "ship", cost="5.50 GBP")
    small_world.act("L2", "unfilled", reason="in-use-on-loan")
    (one,) = groups(small_world, role=Role.RESPONDER)
    assert (one.asked, one.open, one.reasons) == (2, 1, Counter({"in-use-on-loan": 1}))
    small_world.later(days=20)
    small_world.act("L1", "check-in")
    (one,) = groups(small_world)
    assert one.costs == {"GBP": Decimal("5.50")}
    assert one.legs()[Leg.ASKED_TO_SHIPPED] == LegFigures(1, 30, 30)
    assert Leg.WISH_TO_ITEM not in one.legs()


def test_currencies_are_never_added_up(world):
    world.place()
    world.act("B1", "ship", heard_by="phone", cost="12.50 EUR")
    world.act("B1", "receive")
    world.act("B1", "return")
    for amount in ("3.00 GBP", "1.50 EUR"):  # staff record them when the bill comes
        entry = ChargeEntry("B1", amount, kind="postage", status="charged")
        entering.add(world.store, world.app.context, entry, "clerk")
    (one,) = groups(world)
    assert one.costs == {"EUR": Decimal("14.00"), "GBP": Decimal("3.00")}
    assert world.verify().differences == ()


@pytest.mark.parametrize(
    ("asked_at", "day"),
    [
        (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 0, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 59, tzinfo=UTC), date(2026, 3, 29)),  # 23:59 of the short day
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), date(2026, 10, 25)),  # 23:59 of the long day
        (datetime(2026, 10, 26, 0, 0, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_a_day_is_one_of_the_library(small_world, asked_at, day):
    """In London: what is open and what is over, by the same day."""
    small_world.now = asked_at
    small_world.place()
    small_world.place()
    small_world.act("B1", "ship", heard_by="phone")
    small_world.act("B1", "lost")
    assert outcomes(small_world) == ["lost"]
    for at, count in ((day, 2), (day - timedelta(days=1), 0), (day + timedelta(days=1), 0)):
        assert sum(one.asked for one in groups(small_world, first=at, last=at)) == count
    assert [one.group for one in groups(small_world, by=Grouping.MONTH)] == [f"{day:%Y-%m}"]


def test_a_month_of_what_is_open_is_one_of_the_library(world):
    """In every zone, whatever is added up before the zone is asked."""
    edges = (datetime(2026, month, 1, tzinfo=UTC) for month in (2, 3, 4))
    hours = (-14.1, -12.1, -6, -5.8, -5.6, -0.1, 0, 0.1, 9.4, 9.6, 11.9, 12.1, 20, 36)
    for at in (edge + timedelta(hours=by) for edge in edges for by in hours):
        world.now = at
        world.place()
    with world.store.read() as connection:
        asked = [one[0] for one in connection.execute(select(HISTORY.c.at).order_by(HISTORY.c.id))]
        for zone in ("UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "Australia/Adelaide"):
            config = world.app.context.config
            library = config.library.model_copy(update={"time_zone": zone})
            context = replace(world.app.context, config=config.model_copy(update={"library": library}))
            found = query.statistics(connection, context, StatisticsFilter(by=Grouping.MONTH)).groups
            assert {one.group: one.open for one in found} == Counter(
                f"{context.local(at):%Y-%m}" for at in asked
            )


def test_nothing_was_asked(small_world):
    assert groups(small_world) == []


def test_attempts_of_an_earlier_release_are_counted_by_and_by(world, monkeypatch):
    for number in range(1, 6):
        world.place(BL, SECOND)
        if number < 4:
            world.hear(f"B{number}-1 NOT")
    now = rows(world)
    assert len(now) == 3
    forget(world)
    with world.store.read() as connection:
        found = query.statistics(connection, world.app.context, StatisticsFilter())
    assert found.uncounted == 8
    assert world.verify().differences == ()
    monkeypatch.setattr(older_attempts, "PORTION", 3)
    older_attempts.run(world.store, world.app.context)
    assert rows(world) == now


def forget(world):
    """As after the migration of a store of an earlier release."""

    def job(connection):
        connection.exec_driver_sql("DELETE FROM finished_attempt")
        connection.exec_driver_sql("INSERT INTO older_attempts SELECT 1, max(id), 0 FROM transactions")

    world.store.write(job)
