"""The list of requests: what a line shows, what restricts it, and since when a request needs a hand."""

from datetime import timedelta

import pytest

from mailproc.errors import LocalFault
from mailproc.office.queries import agenda, listing
from mailproc.office.queries.listing import Filter

ORDER = "TXC{0}-1 S LOAN\nA book of ours"


def lines(world, **wanted):
    with world.app.store.read() as connection:
        found = listing.listed(connection, Filter(**wanted), world.app.context.today())
        assert listing.count(connection, Filter(**wanted), world.app.context.today()).number == len(found)
    return {line.number: line for line in found}


def test_a_line_names_reader_service_and_the_day_it_is_needed(small_world):
    world = small_world
    needed = world.app.context.today() + timedelta(days=9)
    world.place(patron={"id": "7", "name": "Ada Reader"}, need_before=str(needed))
    world.ordered(ORDER.format(1))
    found = lines(world)
    assert (found["B1"].reader, found["B1"].need_before, found["B1"].service) == (
        "Ada Reader",
        needed,
        "LOAN",
    )
    assert (found["L1"].reader, found["L1"].need_before) == ("", None)


def test_a_reader_of_whom_only_the_card_is_known_is_shown_by_it(small_world):
    small_world.place(patron={"id": "R7"})
    assert lines(small_world)["B1"].reader == "R7"


def test_by_service_and_by_when_it_is_due(small_world):
    world = small_world
    world.place()
    world.place(service="COPY")
    world.ordered(ORDER.format(1))
    today = world.app.context.today()
    world.act("L1", "ship", on=today + timedelta(days=5))
    assert set(lines(world, service="copy")) == {"B2"}
    assert set(lines(world, due=today + timedelta(days=4))) == set()
    assert set(lines(world, due=today + timedelta(days=5))) == {"L1"}
    world.act("L1", "check-in")
    assert set(lines(world, due=today + timedelta(days=5))) == set()  # home again


def test_what_changed_since(small_world):
    world = small_world
    world.place()
    world.later(days=3)
    world.place()
    since = world.app.context.clock() - timedelta(days=1)
    assert set(lines(world, since=since)) == {"B2"}


def test_a_later_note_does_not_make_an_old_need_look_young(small_world):
    """A chaser, or a note of the partner, is no new beginning of the wait."""
    world = small_world
    world.ordered(ORDER.format(1))
    first = since_of(world, "L1")
    world.later(days=2)
    world.act("L1", "message", note="we look for it")
    assert since_of(world, "L1") == first


def since_of(world, number):
    with world.app.store.read() as connection:
        found = agenda.agenda(connection, world.app.context)
    return next(one.since for group in found.groups for one in group.requests if one.number == number)


@pytest.mark.parametrize("typed", ["receive", "Receive", "received", "RECEIVE "])
def test_near_names_of_an_action_work(small_world, typed):
    small_world.place()
    assert small_world.act("B1", typed).after == "RECEIVED"


@pytest.mark.parametrize("typed", ["checkin", "check_in", "Check In", "checked-in"])
def test_the_lenders_too(small_world, typed):
    small_world.ordered(ORDER.format(1))
    small_world.act("L1", "ship")
    assert small_world.act("L1", typed).after == "CHECKED_IN"


@pytest.mark.parametrize(("typed", "says"), [
    ("recieve", "Did you mean receive?"), ("cancle", "Did you mean cancel?"),
    ("next", "mailproc next B1"), ("amend", "mailproc amend B1"), ("reorder", "mailproc amend B1 --again"),
])  # fmt: skip
def test_a_slip_of_the_pen_is_answered_with_the_nearest_action(small_world, typed, says):
    small_world.place()
    before = small_world.dump()
    with pytest.raises(LocalFault) as told:
        small_world.act("B1", typed)
    assert says in str(told.value)
    assert small_world.dump() == before


@pytest.mark.parametrize("typed", ["", "x" * 5000, "\x1b[2J", "ship"])
def test_what_is_near_to_nothing_gets_the_list(small_world, typed):
    small_world.place()
    with pytest.raises(LocalFault) as told:
        small_world.act("B1", typed)
    assert "receive" in str(told.value)
    assert "Did you mean" not in str(told.value)
    assert len(str(told.value)) < 600


@pytest.mark.parametrize(("number", "before", "action", "days"), [
    ("B1", (), "receive", -40), ("B1", ("receive",), "return", -4000), ("L1", (), "ship", -4000),
    ("L1", (), "ship", 4000), ("L1", ("ship",), "check-in", -400), ("L1", (), "will-supply", 9000),
    ("L1", ("ship",), "overdue", -4000),
])  # fmt: skip
def test_a_day_of_another_age_is_refused(small_world, number, before, action, days):
    small_world.place()
    small_world.ordered(ORDER.format(1))
    for act in before:
        small_world.act(number, act)
    wrong = small_world.app.context.today() + timedelta(days=days)
    with pytest.raises(LocalFault, match=str(wrong)):
        small_world.act(number, action, on=wrong)


def test_a_renewal_does_not_shorten_the_loan(small_world):
    small_world.ordered(ORDER.format(1))
    today = small_world.app.context.today()
    small_world.act("L1", "ship", on=today + timedelta(days=20))
    with pytest.raises(LocalFault, match=str(today + timedelta(days=20))):
        small_world.act("L1", "renew-reply", answer=True, on=today + timedelta(days=10))
    assert small_world.act("L1", "renew-reply", answer=True, on=today + timedelta(days=30)).after
