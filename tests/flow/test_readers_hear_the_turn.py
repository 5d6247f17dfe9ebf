"""What turns after the reader was told something: the reader hears it, or staff are told why not."""

from datetime import date

import pytest

from mailproc.cli import request_view
from mailproc.office.queries import request_details

EARLIER = "[policy]\nreader_days_before = 7\n[notices]\nrenewal_refused = true\n"


@pytest.fixture
def world(make_world, sqlite_url):
    return make_world(sqlite_url, more=EARLIER)


def lent(world, due=date(2026, 4, 16)):
    world.place()
    world.act("B1", "ship", heard_by="phone", on=due)
    world.act("B1", "receive")
    world.sent.clear()


def possible(world):
    with world.store.read() as connection:
        return request_details.shown(connection, "B1", world.app.context).actions


def head(world, capsys):
    with world.store.read() as connection:
        found = request_details.shown(connection, "B1", world.app.context)
    request_view.tell(found, world.app.context)
    said = capsys.readouterr().out
    return said.partition("When")[0], said


# --- the last demand ----------------------------------------------------------------------------


def test_the_last_demand_is_urgent(world):
    lent(world)
    world.later(days=50)
    world.hear("B1-1 DUE")
    before = len(world.reader())
    world.later(days=1)
    world.hear("B1-1 *FINAL DEMAND")
    (letter,) = world.reader()[before:]
    assert letter.text.splitlines()[0] and "Subject: Urgent: Reminder" in letter.text
    assert "for the last time" in letter.text
    staff = world.notices()[-1].text
    assert all(f"act B1 {way}" in staff for way in ("brought-back", "return", "lost"))
    world.hear("B1-1 *FINAL DEMAND")
    assert len(world.reader()) == before + 1, "once"
    assert world.verify().differences == ()


# --- a renewal that the lender announced, and refuses -------------------------------------------


@pytest.mark.parametrize("silent", [False, True])
def test_an_announced_renewal_is_refused(world, silent):
    lent(world)
    world.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    if silent:
        world.days(60)
        assert "renewal-not-come" in world.attention("B1")
    world.sent.clear()
    world.hear("B1-1 NO RENEW")
    assert any("It cannot be renewed" in letter.text for letter in world.reader())
    assert "renewal-not-come" not in world.attention("B1")
    assert "renew" not in possible(world)
    assert world.verify().differences == ()


# --- a renewal that gives the reader nothing ----------------------------------------------------


def test_more_time_ends_on_no_day_that_is_today(world):
    lent(world, due=date(2026, 3, 20))
    world.later(days=13)
    world.act("B1", "renew")
    world.act("B1", "renew-reply", heard_by="mail", answer=True, on=date(2026, 3, 21))
    (letter,) = world.reader()
    assert "until Thu 19 Mar" in letter.text, "half of the time from tomorrow on"


def test_a_renewal_that_moves_no_day_of_the_reader_is_for_staff(world):
    lent(world, due=date(2026, 3, 5))
    world.act("B1", "renew")
    world.act("B1", "renew-reply", heard_by="mail", answer=True, on=date(2026, 3, 6))
    world.sent.clear()
    world.act("B1", "renew")
    world.act("B1", "renew-reply", heard_by="mail", answer=True, on=date(2026, 3, 7))
    assert world.reader() == [] and "reader-no-later" in world.attention("B1")


# --- a recall -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "wanted", "told"),
    [
        (date(2026, 4, 16), date(2026, 4, 2), "by Thu 26 Mar"),  # seven days before
        (date(2026, 4, 16), date(2026, 3, 12), "by Sun 8 Mar"),  # half of the time is left, from tomorrow on
        (date(2026, 4, 16), date(2026, 3, 3), "by Tue 3 Mar"),  # never after the recall's own
        (date(2026, 3, 20), date(2026, 4, 2), "by Fri 13 Mar"),  # never after the reader's own
    ],
)
def test_the_day_of_a_recall_for_the_reader(world, capsys, due, wanted, told):
    lent(world, due)
    world.act("B1", "recall", heard_by="mail", on=wanted)
    (letter,) = world.reader()
    assert told in letter.text
    particulars, _ = head(world, capsys)
    assert "Wanted back by" in particulars and f"{wanted.day} {wanted:%b}" in particulars
    world.days(20)
    particulars, _ = head(world, capsys)
    lines = [" ".join(line.split()) for line in particulars.splitlines()]
    assert f"Due from the reader {told.removeprefix('by ')}" in lines, "also after that day"


def test_a_recall_at_once_names_no_day_for_the_reader(world, capsys):
    lent(world)
    world.act("B1", "recall", heard_by="mail")
    assert "Due from the reader" not in head(world, capsys)[0]


def test_what_was_brought_back_is_not_said_to_be_with_the_reader(world, capsys):
    lent(world)
    world.act("B1", "recall", heard_by="mail", on=date(2026, 3, 12))
    world.act("B1", "brought-back")
    particulars, _ = head(world, capsys)
    assert "it is here, and must go back" in particulars
    world.days(40)
    _, said = head(world, capsys)
    assert "has not brought it" not in said and "it is here, and must go back" in said


# --- what came was not all, or not the right one ------------------------------------------------


def test_it_was_not_the_right_one(world):
    world.place()
    world.act("B1", "receive")
    world.act("B1", "receive", wrong=True)
    assert "Subject: It was not the right one" in world.reader()[-1].text
    assert world.verify().differences == ()


@pytest.mark.parametrize("quiet", [False, True])
def test_nothing_is_corrected_that_was_not_said(world, quiet):
    world.place()
    if quiet:
        world.act("B1", "receive", quiet=True)
    world.act("B1", "receive", wrong=True)
    assert world.reader() == []
