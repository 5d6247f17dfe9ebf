"""A reader hears only what is true: no demand before its time, and nothing that another letter denies."""

from datetime import date

import pytest

from mailproc.office.queries import request_details
from mailproc.office.requests import due_date
from tests.flow.test_clock import kinds, subjects

DUE = date(2026, 4, 13)  # loan_days is 42; it comes on 2 March
FIRST = "Subject: Reminder, due on Mon 13 Apr: A book"


def received(world):
    world.place()
    world.act("B1", "receive")
    world.sent.clear()


def amended(world, due):
    due_date.correct(world.store, world.app.context, due_date.DueDate("B1", due, quiet=True))
    world.run()


def demand(world, due):
    """An Overdue of the lender that names a date (by a protocol that can say one)."""
    world.act("B1", "overdue", heard_by="post", on=due)


# --- a demand before its time ------------------------------------------------------------------


def test_what_is_withheld_stands_in_show_and_in_the_history(world):
    received(world)
    world.days(10)
    world.hear("B1-1 DUE")
    shown = world.shown("B1")
    assert [(one.notice, str(one.why)) for one in shown.untold] == [
        ("patron/overdue", "withheld: they demand it before the day that we hold: is our date right?")
    ]
    assert shown.history[-1].note.endswith("the reader is not told")
    assert world.attention("B1") == ("demanded-early",)
    assert world.reader() == []


def test_a_demand_before_the_parcel_came_is_early_too(world):
    world.place()
    world.act("B1", "ship", heard_by="phone", on=DUE)
    world.hear("B1-1 DUE")
    assert (world.state("B1"), world.attention("B1")) == ("NOT_RECEIVED_OVERDUE", ("demanded-early",))
    assert world.shown("B1").untold == ()
    world.act("B1", "receive")
    assert "until Mon 13 Apr." in world.reader()[-1].text, "the day that the lender named, not its error"


@pytest.mark.parametrize(
    ("named", "days", "attention", "told"),
    [
        (date(2026, 3, 20), 20, ("demanded-early",), []),
        (date(2026, 3, 20), 43, ("overdue",), [FIRST]),
    ],
)
def test_our_own_guess_is_no_reason_against_a_demand(world, named, days, attention, told):
    """The lender named no date; the one that we hold is policy's. Its demand counts, whatever it names."""
    received(world)
    world.days(days)
    demand(world, named)
    assert (world.state("B1"), world.attention("B1")) == ("OVERDUE", attention)
    assert subjects(world.reader())[1:] == told
    assert world.verify().differences == ()


def test_a_date_of_the_lender_s_own_is_held_against_it(world):
    world.place()
    world.act("B1", "ship", heard_by="phone", on=DUE)
    world.act("B1", "receive")
    demand(world, date(2026, 3, 20))
    assert world.state("B1") == "RECEIVED"
    assert world.shown("B1").history[-1].note.startswith("older than the due date we hold")
    assert world.attention("B1") == ("demanded-early",)
    with world.store.read() as connection:
        offered = request_details.shown(connection, "B1", world.app.context).ways
    assert "mailproc amend B1 --due DATE" in [way.command for way in offered]


def test_a_lender_that_goes_on_to_demand_is_heard_by_staff_each_time(world):
    """After the date was corrected too; what is over stays over, and no reader is reminded."""
    received(world)
    demand(world, date(2026, 3, 4))
    assert world.state("B1") == "OVERDUE"
    for day in (date(2026, 4, 20), date(2026, 4, 21)):
        amended(world, day)
        assert "demanded-early" not in world.attention("B1")
        world.sent.clear()
        world.days(7)
        world.hear("B1-1 DUE") if day.day == 21 else demand(world, date(2026, 3, 4))
        assert "demanded-early" in world.attention("B1")
        assert world.reader() == []
    assert len(world.notices()) == 1, "of what came as a letter"
    world.act("B1", "return")
    assert "demanded-early" not in world.attention("B1")
    assert world.verify().differences == ()


# --- nobody can send it, and here it is --------------------------------------------------------


@pytest.mark.parametrize("came", ["SHIPPED LOAN", "receive"])
def test_no_letter_says_that_it_cannot_be_had_after_it_came(world, came):
    """The first library's parcel arrives after its NOT, and then the next library's NOT."""
    world.place("XX-BL", "XX-SECOND")
    world.hear("B1-1 NOT")
    if came == "receive":
        world.act("B1-1", "receive")
    else:
        world.hear(f"B1-1 {came}")
    world.sent.clear()
    world.hear("B1-2 NOT", of="XX-SECOND")
    assert world.state("B1-2") == "NOT_SUPPLIED"
    assert world.reader() == []
    assert "end-of-rota" not in world.attention("B1")


# --- renewals ----------------------------------------------------------------------------------


def test_after_a_renewal_was_asked_the_reminder_says_so(world):
    received(world)
    world.days(41)
    world.act("B1", "renew")
    world.sent.clear()
    world.days(2)
    world.hear("B1-1 DUE")
    assert world.state("B1") == "RENEW_OVERDUE"
    (told,) = world.reader()
    assert "We have asked the library that owns it" in told.text
    assert "bring it back now: a library" not in told.text


def test_nobody_is_said_to_wait_for_it_unless_it_is_recalled(world):
    received(world)
    world.days(43)
    assert subjects(world.reader())[-1] == FIRST
    assert "wait" not in world.reader()[-1].text


def test_a_renewal_to_an_earlier_day_is_an_answer(world):
    received(world)
    world.act("B1", "renew")
    world.hear("B1-1 RENEWED*01-04-2026")
    assert (world.state("B1"), world.attention("B1")) == ("RENEW_PENDING", ("renewal-earlier",))
    assert kinds(world)["READER_OVERDUE"] == date(2026, 4, 14)
    world.days(43)
    assert world.attention("B1") == ("renewal-earlier",), "it is no silence"
    assert "We have asked" not in world.reader()[-1].text
    assert world.verify().differences == ()


# --- recalls -----------------------------------------------------------------------------------


def test_our_recall_is_not_repeated_before_its_own_day(world):
    world.ordered("TXL1-1 S LOAN\nA title")
    world.act("L1", "ship", on=date(2026, 5, 1))
    world.act("L1", "recall", on=date(2026, 4, 1))
    assert kinds(world, "L1") == {"LOAN_RECALLED": date(2026, 4, 2)}


def test_a_reader_is_told_the_day_of_a_recall_and_reminded_after_it(world):
    received(world)
    world.act("B1", "recall", heard_by="phone", on=date(2026, 3, 20))
    assert subjects(world.reader()) == ["Subject: Please bring it back by Fri 20 Mar: A book"]
    assert kinds(world) == {"READER_RECALLED": date(2026, 3, 21)}


# --- a copy that does not come -----------------------------------------------------------------


def test_a_copy_that_was_reported_sent_and_does_not_come(world):
    world.place(service="COPY")
    world.hear("B1-1 SHIPPED COPY")
    assert kinds(world) == {"NOT_ARRIVED": date(2026, 3, 16)}
    world.days(14)
    assert world.attention("B1") == ("not-arrived",)
    assert len(world.notices()) == 1
    world.act("B1", "receive")
    assert (world.attention("B1"), kinds(world)) == ((), {})


def test_a_recall_with_another_day_reaches_the_reader_and_staff(world):
    received(world)
    for day in (date(2026, 4, 10), date(2026, 3, 15), date(2026, 3, 15), date(2026, 4, 1)):
        world.act("B1", "recall", heard_by="phone", on=day)
    assert subjects(world.reader()) == [
        "Subject: Please bring it back by Fri 10 Apr: A book",
        "Subject: Please bring it back by Sun 15 Mar: A book",
        "Subject: Please bring it back by Wed 1 Apr: A book",
    ]
    assert kinds(world) == {"READER_RECALLED": date(2026, 4, 2)}
    assert world.verify().differences == ()


def test_a_loan_that_was_reported_sent_and_does_not_come(world):
    world.place()
    world.act("B1", "ship", heard_by="post", on=date(2026, 3, 20))
    assert kinds(world) == {"NOT_ARRIVED": date(2026, 3, 20)}
    world.days(18)
    assert world.attention("B1") == ("not-arrived",)
    assert world.reader() == []
    world.act("B1", "receive")
    assert (world.attention("B1"), "NOT_ARRIVED" in kinds(world)) == ((), False)


# --- a renewal to a day that is not later --------------------------------------------------------


def test_the_reader_is_reminded_before_the_due_date_that_stays(world):
    received(world)
    world.act("B1", "renew")
    world.act("B1", "renew-reply", heard_by="phone", answer=True, on=date(2026, 4, 1))
    world.sent.clear()
    world.days(39)
    assert subjects(world.reader()) == ["Subject: Please bring it back by Mon 13 Apr: A book"]
