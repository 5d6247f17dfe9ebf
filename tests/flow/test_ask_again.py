"""A lender that says when to ask again is asked again on that day: while it is wanted, and not for ever."""

from datetime import date, timedelta

import pytest

DAY = date(2026, 3, 30)  # four weeks after the first day of the story
LATER = "B1-1 CAT*REAPPLY 4"


def asked(world, *partners, **more):
    world.place(*partners, **more)
    world.hear(LATER)
    world.sent.clear()


def timers(world):
    rows = [row for row in world.rows("timer") if row["fired_event_id"] is None]
    return {row["kind"]: row["due_at"].date() for row in rows}


def test_it_is_asked_again_on_that_day_under_a_new_number(small_world, addresses):
    asked(small_world)
    assert timers(small_world) == {"ASK_AGAIN": DAY}
    shown = small_world.shown("B1")
    assert (shown.next.kind, shown.line.status.on) == ("ASK_AGAIN", DAY)
    small_world.days(27)
    assert small_world.to(addresses["XX-BL"]) == []
    small_world.days(1)
    (order,) = small_world.to(addresses["XX-BL"])
    assert "TXB1-2" in order.text
    assert small_world.state("B1") == "PENDING" and small_world.shown("B1").line.needs == ()
    small_world.days(3)
    assert len(small_world.to(addresses["XX-BL"])) == 1
    assert not small_world.verify().differences


@pytest.mark.parametrize(
    ("more", "kept"), [({"need_before": "2026-03-29"}, False), ({"need_before": "2026-03-30"}, True)]
)
def test_only_while_it_is_wanted(small_world, more, kept):
    asked(small_world, **more)
    assert ("ASK_AGAIN" in timers(small_world)) is kept
    small_world.days(28)
    assert small_world.shown("B1").line.attempt == (2 if kept else 1)


def test_not_where_another_library_was_asked(small_world, addresses):
    asked(small_world, "XX-BL", "XX-BL")
    small_world.next("B1")
    small_world.sent.clear()
    small_world.days(28)
    assert [letter for letter in small_world.to(addresses["XX-BL"]) if "TXB1-3" in letter.text] == []
    assert small_world.shown("B1").line.attempt == 2


def test_not_where_staff_have_closed_it(small_world):
    asked(small_world)
    small_world.act("B1", "close")
    assert timers(small_world) == {}


def test_a_lender_that_always_says_so_is_asked_a_few_times_then_staff(small_world):
    asked(small_world)
    for attempt in (2, 3):
        small_world.days(28)
        assert small_world.shown("B1").line.attempt == attempt
        small_world.hear(f"B1-{attempt} CAT*REAPPLY 4")
    small_world.days(28)
    assert small_world.shown("B1").line.attempt == 3
    assert "ask-now" in small_world.attention("B1")
    small_world.days(90)
    assert small_world.shown("B1").line.attempt == 3


@pytest.mark.parametrize("weeks", ["0", ""])
def test_a_day_that_is_not_to_come_asks_nobody(small_world, weeks):
    small_world.place()
    small_world.hear(f"B1-1 CAT*REAPPLY {weeks}")
    assert timers(small_world) == {}
    assert "ask-later" in small_world.attention("B1")


def test_what_a_partner_says_by_telephone_counts(small_world):
    small_world.place()
    day = small_world.app.context.today() + timedelta(days=10)
    small_world.act("B1", "answer-retry", on=day, heard_by="phone")
    assert timers(small_world) == {"ASK_AGAIN": day}
