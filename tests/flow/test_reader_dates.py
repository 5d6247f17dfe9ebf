"""The reader's due date, and the days of grace: in every letter, in `show`, and when the timers fire."""

from dataclasses import replace
from datetime import date

import pytest

from mailproc.cli import request_view
from mailproc.office.queries import request_details
from tests.flow.test_clock import kinds, subjects

CLOSED = {"closed": ("sat", "sun", "2026-04-13/2026-04-14")}
EARLIER = "[policy]\nreader_days_before = 5\n"
GRACE = "[policy]\ngrace_days = 4\n"
LENDERS, READERS = date(2026, 4, 13), date(2026, 4, 8)  # loan_days is 42; it comes on 2 March


@pytest.fixture
def world(make_world, sqlite_url):
    return make_world(sqlite_url, more=EARLIER)


def test_every_letter_and_timer_follows_the_readers_date(world):
    world.place()
    world.act("B1", "receive")
    assert "until Wed 8 Apr." in world.reader()[-1].text
    assert kinds(world) == {"DUE_SOON": date(2026, 4, 5), "READER_OVERDUE": date(2026, 4, 9)}
    world.days(60)
    assert subjects(world.reader())[1:] == [
        "Subject: Please bring it back by Wed 8 Apr: A book",
        "Subject: Reminder, due on Wed 8 Apr: A book",
        "Subject: Reminder 2, due on Wed 8 Apr: A book",
        "Subject: Reminder 3, due on Wed 8 Apr: A book",
    ]
    with world.store.read() as connection:
        shown = request_details.shown(connection, "B1", world.app.context)
    assert (shown.line.due, shown.reader_due) == (LENDERS, READERS)


def ahead(world, number="B1"):
    """What `show` says of it, by kind."""
    with world.store.read() as connection:
        found = request_details.shown(connection, number, world.app.context)
    return {one.kind: world.app.context.local(one.at).date() for one in found.ahead}


def test_show_names_the_reminder_that_will_really_go(world):
    world.place()
    world.act("B1", "receive")
    assert ahead(world) == kinds(world) == {"DUE_SOON": date(2026, 4, 5), "READER_OVERDUE": date(2026, 4, 9)}
    policy = world.app.config.policy.model_copy(update={"remind_days": 0, "grace_days": 3})
    config = world.app.config.model_copy(update={"policy": policy})
    world.app = replace(world.app, config=config, context=replace(world.app.context, config=config))
    assert kinds(world) == {"DUE_SOON": date(2026, 4, 5), "READER_OVERDUE": date(2026, 4, 9)}
    assert ahead(world) == {"READER_OVERDUE": date(2026, 4, 12)}
    world.days(35)
    assert kinds(world) == ahead(world) == {"READER_OVERDUE": date(2026, 4, 12)}


def closing(world, **library):
    """The world with these keys of [library]."""
    config = world.app.config
    config = config.model_copy(update={"library": config.library.model_copy(update=library)})
    world.app = replace(world.app, config=config, context=replace(world.app.context, config=config))
    return world


def test_no_reader_is_asked_to_come_or_reminded_while_we_are_closed(make_world, sqlite_url):
    world = closing(make_world(sqlite_url), **CLOSED)
    world.place()
    world.act("B1", "receive")
    assert "until Fri 10 Apr." in world.reader()[-1].text, "the lender's Mon 13 Apr is a closed day"
    assert kinds(world) == {"DUE_SOON": date(2026, 4, 7), "READER_OVERDUE": date(2026, 4, 15)}
    world.days(52)
    days = [
        world.app.context.local(row["at"]).date() for row in world.rows("event") if row["cause"] == "timer"
    ]
    assert days == [date(2026, 4, 7), date(2026, 4, 15), date(2026, 4, 22)]
    assert world.verify().differences == ()


def test_a_day_that_was_closed_only_later_is_waited_for(make_world, sqlite_url):
    world = make_world(sqlite_url)
    world.place()
    assert kinds(world) == {"UNANSWERED": date(2026, 3, 9)}
    closing(world, closed=("2026-03-09/2026-03-11",))
    assert ahead(world) == {"UNANSWERED": date(2026, 3, 12)}, "not what was set before"
    world.days(8)
    assert kinds(world) == {"UNANSWERED": date(2026, 3, 12)}
    assert world.transaction("B1")["attention"] in (None, [])
    world.days(3)
    assert world.transaction("B1")["attention"]


def test_show_has_both_dates_where_they_differ(world, capsys):
    world.place()
    world.act("B1", "ship", heard_by="phone", on=date(2026, 3, 20))
    world.act("B1", "receive")
    with world.store.read() as connection:
        request_view.tell(request_details.shown(connection, "B1", world.app.context), world.app.context)
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "Due Fri 20 Mar" in told
    assert "Due from the reader Sun 15 Mar" in told


def test_more_time_moves_the_readers_date_too(world):
    world.place()
    world.act("B1", "receive")
    world.act("B1", "renew")
    world.hear("B1-1 RENEWED*04-05-2026")
    assert "until Wed 29 Apr" in world.reader()[-1].text
    assert kinds(world)["READER_OVERDUE"] == date(2026, 4, 30)


@pytest.mark.parametrize(
    ("due", "told"),
    [
        (date(2026, 3, 12), "until Sat 7 Mar."),
        (date(2026, 3, 6), "until Wed 4 Mar."),  # half of the time is left
        (date(2026, 3, 2), "until Mon 2 Mar."),
        (date(2026, 2, 27), "until Wed 8 Apr."),  # not taken: nobody wants it back
    ],
)
def test_the_reader_is_not_asked_for_the_past(world, due, told):
    world.place()
    world.act("B1", "ship", heard_by="phone", on=due)
    world.act("B1", "receive")
    assert told in world.reader()[-1].text


def test_a_lender_that_demands_after_its_date_is_heard_once(world):
    """Our first notice went out on the reader's date; the lender's own adds nothing."""
    world.place()
    world.act("B1", "receive")
    world.days(43)
    before = len(world.reader())
    world.hear("B1-1 DUE")
    assert world.state("B1") == "OVERDUE"
    assert len(world.reader()) == before == 3


def test_days_of_grace_for_readers_and_borrowers(make_world, sqlite_url):
    world = make_world(sqlite_url, more=GRACE)
    world.place()
    world.act("B1", "receive")
    world.ordered("TXL1-1 S LOAN\nA title")
    world.act("L1", "ship", on=LENDERS)
    assert kinds(world)["READER_OVERDUE"] == date(2026, 4, 18)
    assert kinds(world, "L1") == {"LOAN_OVERDUE": date(2026, 4, 18)}
    world.days(50)
    assert subjects(world.reader())[-1] == "Subject: Reminder, due on Mon 13 Apr: A book"
    assert world.state("L1") == "OVERDUE"


def test_a_lender_that_demands_is_not_kept_waiting_by_our_days_of_grace(make_world, sqlite_url):
    world = make_world(sqlite_url, more=GRACE)
    world.place()
    world.act("B1", "receive")
    world.days(43)
    world.hear("B1-1 DUE")
    assert subjects(world.reader())[-1] == "Subject: Reminder, due on Mon 13 Apr: A book"
