"""What happens while nobody acts, and that it happens once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mailproc.flow import clock
from mailproc.office.queries import upcoming
from mailproc.office.requests import amend, corrections
from mailproc.store import events, outgoing

CHASE = {"chase": "CHASE"}


def kinds(world, number="B1"):
    """What waits, by kind, on which local day."""
    transaction = world.transaction(number)["id"]
    return {
        row["kind"]: world.app.context.local(row["due_at"]).date()
        for row in world.rows("timer")
        if row["transaction_id"] == transaction and row["fired_event_id"] is None
    }


def subjects(letters):
    return [next(line for line in one.text.splitlines() if line.startswith("Subject:")) for one in letters]


def received(world, due=None):
    """B1 lies with the reader until ``due``."""
    world.place()
    world.act("B1", "receive")
    if due:
        world.act("B1", "renew")
        world.hear(f"B1-1 RENEWED*{due:%d-%m-%Y}")
    world.sent.clear()


# --- we borrow ---------------------------------------------------------------------------------


def test_a_silent_lender_is_asked_once_by_its_keyword(make_world, store_url, with_keywords, addresses):
    world = make_world(store_url, with_keywords(CHASE))
    world.place()
    assert world.days(6) == 0
    assert world.days(1) == 1
    order, chaser = world.to(addresses["XX-BL"])
    assert "CHASE" not in order.text and "CHASE" in chaser.text
    assert world.attention("B1") == ()
    assert world.days(7) == 1
    assert world.attention("B1") == ("no-answer",)
    assert len(world.to(addresses["XX-BL"])) == 2
    assert world.events("B1") == ["request", "UNANSWERED", "UNANSWERED"]
    assert world.shown("B1").history[-1].cause["kind"] == "timer"
    assert world.verify().differences == ()


def test_where_no_keyword_is_known_staff_are_told(world, addresses):
    world.place()
    world.days(7)
    assert world.attention("B1") == ("no-answer",)
    assert len(world.to(addresses["XX-BL"])) == 1
    assert len(world.notices()) == 1
    world.days(7)
    assert len(world.notices()) == 1, "it stands on the list already"


def test_nobody_is_chased_for_what_never_reached_them(make_world, sqlite_url, with_keywords, addresses):
    world = make_world(sqlite_url, with_keywords(CHASE))
    world.place()
    world.bounce(world.to(addresses["XX-BL"])[0])
    world.days(7)
    assert len(world.to(addresses["XX-BL"])) == 1
    assert world.attention("B1") == ("bounced", "no-answer")


def test_an_answer_stops_the_clock(world):
    world.place("XX-BL", "XX-SECOND")
    assert list(kinds(world)) == ["UNANSWERED"]
    world.hear("B1-1 SHIPPED LOAN")
    assert kinds(world) == {}
    assert world.days(60) == 0


def test_a_promise_gives_them_time(world):
    world.place()
    world.hear("B1-1 USE*3")
    assert kinds(world) == {"UNANSWERED": date(2026, 3, 30)}
    assert world.days(10) == 0


def test_the_next_library_has_its_own_time(world):
    world.place("XX-BL", "XX-SECOND")
    world.later(days=5)
    world.hear("B1-1 NOT")
    assert kinds(world, "B1-1") == {}
    assert kinds(world, "B1-2") == {"UNANSWERED": date(2026, 3, 14)}


def test_a_passed_need_before_date(world):
    world.place("XX-BL", "XX-SECOND", need_before="2026-03-05")
    world.days(4)
    assert world.attention("B1") == ("need-before-passed",)
    world.days(2)
    assert len(world.notices()) == 1
    world.hear("B1-1 NOT")
    assert world.state("B1") == "NOT_SUPPLIED"
    assert world.shown("B1").line.attempt == 1, "nobody else is asked"
    assert world.attention("B1") == ("need-before-passed",)
    assert len(world.reader()) == 1
    assert [one.why_not for one in world.shown("B1").rota] == ["not-owned", ""]
    world.next("B1")  # staff know better
    assert "NEED_BEFORE" not in kinds(world)


def test_until_the_day_itself_the_next_one_is_asked(world):
    world.place("XX-BL", "XX-SECOND", need_before="2026-03-05")
    world.days(3)
    world.hear("B1-1 NOT")
    assert world.shown("B1").line.attempt == 2


def test_the_reader_gets_a_reminder_and_then_overdue_notices(world):
    received(world)
    due = date(2026, 4, 13)  # policy.loan_days
    assert kinds(world) == {"DUE_SOON": date(2026, 4, 10), "READER_OVERDUE": date(2026, 4, 14)}
    world.days(80)
    assert subjects(world.reader()) == [
        "Subject: Please bring it back by Mon 13 Apr: A book",
        "Subject: Reminder, due on Mon 13 Apr: A book",
        "Subject: Reminder 2, due on Mon 13 Apr: A book",
        "Subject: Reminder 3, due on Mon 13 Apr: A book",
    ]
    assert [row["at"].date() for row in world.rows("event") if row["cause"] == "timer"] == [
        due - timedelta(days=3), *(due + timedelta(days=1 + 7 * level) for level in range(4)),
    ]  # fmt: skip
    assert world.attention("B1") == ("not-back",)
    assert kinds(world) == {}
    world.act("B1", "return")
    assert world.attention("B1") == ()


def test_a_renewal_restarts_the_reminders(world):
    received(world)
    world.days(44)
    assert len(world.reader()) == 2
    world.act("B1", "renew")
    assert kinds(world) == {"RENEWAL_SILENT": date(2026, 4, 25)}, "no reminders while they think"
    world.hear("B1-1 RENEWED*01-05-2026")
    assert kinds(world) == {"DUE_SOON": date(2026, 4, 28), "READER_OVERDUE": date(2026, 5, 2)}
    world.days(18)
    assert subjects(world.reader())[2:] == [
        "Subject: You may keep it longer: A book",
        "Subject: Please bring it back by Fri 1 May: A book",
        "Subject: Reminder, due on Fri 1 May: A book",
    ]


def test_a_renewal_that_nobody_answers(world):
    received(world)
    world.act("B1", "renew")
    world.days(10)
    assert world.attention("B1") == ("renewal-silent",)
    assert "DUE_SOON" not in kinds(world) and "READER_OVERDUE" in kinds(world)


def test_a_cancellation_that_nobody_answers(world):
    world.place()
    world.act("B1", "cancel")
    assert world.days(9) == 0
    assert world.days(30) == 1
    assert world.attention("B1") == ("cancel-silent",)


def test_an_announced_renewal_that_does_not_come(world):
    received(world)
    world.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    assert kinds(world) == {"RENEWAL_SILENT": date(2026, 4, 15)}
    world.days(44)
    assert world.attention("B1") == ("renewal-not-come",)
    assert any("did not come" in one.text for one in world.notices()), "staff hear it, and before the reader"
    assert world.reader() == []
    assert kinds(world) == {"READER_OVERDUE": date(2026, 4, 16)}, "too late to say that it is due soon"
    world.days(2)
    assert subjects(world.reader()) == ["Subject: Reminder, due on Mon 13 Apr: A book"]
    assert world.verify().differences == ()


def test_an_announced_renewal_keeps_the_reminder_back_and_says_so(world):
    received(world)
    world.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    (untold,) = world.shown("B1").untold
    assert untold.notice == "patron/due_soon" and "announced" in str(untold.why)
    world.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    assert len(world.shown("B1").untold) == 1, "once"
    assert world.verify().differences == ()


def test_after_the_reminder_an_announced_renewal_keeps_none_back(world):
    received(world)
    world.days(40)
    assert len(world.reader()) == 1
    world.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    assert world.shown("B1").untold == ()


def test_a_stop_over_the_day_of_a_renewal_tells_staff_a_day_before_the_reader(world):
    received(world)
    world.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    world.later(days=60)
    world.tick()
    assert world.attention("B1") == ("renewal-not-come",)
    assert world.reader() == []


def test_an_announced_renewal_that_comes(world):
    received(world)
    world.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    world.days(41)
    assert world.reader() == []
    world.hear("B1-1 RENEWED*01-06-2026")
    assert kinds(world) == {"DUE_SOON": date(2026, 5, 29), "READER_OVERDUE": date(2026, 6, 2)}


def test_a_recall_that_leaves_late_is_followed_from_the_day_it_left(world):
    """Days of downtime are covered by one letter."""
    received(world)
    world.act("B1", "recall", heard_by="mail", run=False)
    world.later(days=11)
    world.tick()
    assert subjects(world.reader()) == ["Subject: Please bring it back now: A book"]
    assert kinds(world) == {"READER_RECALLED": date(2026, 3, 20)}
    world.days(7)
    assert len(world.reader()) == 2
    assert world.verify().differences == ()


def test_a_reminder_that_no_relay_takes_is_followed_from_the_day_it_left(world):
    received(world)
    world.days(43)
    assert len(world.reader()) == 2
    first, last = kinds(world)["READER_OVERDUE"], max(row["id"] for row in world.rows("outgoing"))
    world.later(days=5)
    world.store.write(lambda connection: outgoing.change(connection, last, handed_over_at=world.now))
    world.later(days=2)
    world.tick()
    assert len(world.reader()) == 2
    assert kinds(world)["READER_OVERDUE"] == first + timedelta(days=5)


def test_one_reminder_for_one_due_date(world):
    """Our timer has written about the day; the lender's demand of the same day does not, but its last."""
    received(world)
    world.days(43)
    assert len(world.reader()) == 2
    world.hear("B1-1 DUE")
    assert len(world.reader()) == 2
    world.hear("B1-1 *FINAL DEMAND")  # this one does, at once
    assert world.state("B1") == "OVERDUE"
    assert len(world.reader()) == 3
    assert kinds(world) == {"READER_OVERDUE": date(2026, 4, 21)}


def test_a_demand_before_our_own_day_is_for_staff_and_not_for_the_reader(world):
    received(world)
    world.days(10)
    world.hear("B1-1 DUE")
    assert (world.state("B1"), world.attention("B1")) == ("OVERDUE", ("demanded-early",))
    assert world.reader() == []
    assert kinds(world) == {"READER_OVERDUE": date(2026, 4, 14)}
    world.days(33)
    assert subjects(world.reader()) == ["Subject: Reminder, due on Mon 13 Apr: A book"]


def test_a_demand_on_our_own_day_is_for_staff_and_the_reader_has_that_day(world):
    received(world)
    world.act("B1", "message", note="we look")
    world.days(42)
    world.sent.clear()
    world.hear("B1-1 DUE")
    assert (world.attention("B1"), world.reader()) == (("overdue",), [])
    world.days(1)
    assert subjects(world.reader()) == ["Subject: Reminder, due on Mon 13 Apr: A book"]
    world.days(7)
    assert subjects(world.reader())[1:] == ["Subject: Reminder 2, due on Mon 13 Apr: A book"]


def test_a_recall_reminds_the_reader(world):
    received(world)
    world.act("B1", "recall", heard_by="phone")
    assert subjects(world.reader()) == ["Subject: Please bring it back now: A book"]
    world.hear("B1-1 DUE")
    assert len(world.reader()) == 1


# --- we lend -----------------------------------------------------------------------------------


def lent(world, addresses):
    world.ordered("TXC1-1 S LOAN\nA book")
    world.act("L1", "ship", on=date(2026, 4, 10))
    world.sent.clear()
    world.now = datetime(2026, 4, 10, 12, tzinfo=UTC)


def test_overdue_loans_are_demanded_in_levels(world, addresses):
    lent(world, addresses)
    world.days(1)
    assert world.state("L1") == "OVERDUE"
    assert world.events("L1")[-2:] == ["LOAN_OVERDUE", "overdue"]
    assert [change.cause["kind"] for change in world.shown("L1").history[-2:]] == ["timer", "policy"]
    world.days(40)
    first, second, third = world.to(addresses["XX-CUSTOMER"])
    assert all("C1-1   DUE" in letter.text for letter in (first, second))
    assert "C1-1   *FINAL DEMAND" in third.text
    assert world.attention("L1") == ("not-back",)
    assert kinds(world, "L1") == {}
    world.act("L1", "check-in")
    assert world.attention("L1") == ()
    assert world.verify().differences == ()


def test_a_renewal_that_we_grant_restarts_the_demands(world, addresses):
    lent(world, addresses)
    world.days(1)
    world.act("L1", "renew-reply", answer=True, on=date(2026, 5, 10))
    assert kinds(world, "L1") == {"LOAN_OVERDUE": date(2026, 5, 11)}


def test_questions_that_we_leave_unanswered(world):
    world.ordered("TXC1-1 S LOAN\nA book")
    world.sent.clear()
    world.days(7)
    assert world.attention("L1") == ("to-answer", "answer-late")
    assert len(world.notices()) == 1
    world.act("L1", "ship", on=date(2026, 5, 1))
    assert world.attention("L1") == ()


# --- once --------------------------------------------------------------------------------------


def test_two_days_down_are_caught_up_once_and_in_order(world):
    for _ in range(3):
        world.place()
        world.later(hours=20)
    world.now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert world.tick() == 3
    timers = [row for row in world.rows("event") if row["cause"] == "timer"]
    assert [row["transaction_id"] for row in timers] == [1, 2, 3]
    assert all(row["at"] == world.now for row in timers)
    assert world.tick() == 0


def test_no_reminder_of_a_day_that_passed_while_we_were_down(world):
    received(world)
    world.now = datetime(2026, 4, 20, 12, tzinfo=UTC)
    world.tick()
    assert subjects(world.reader()) == ["Subject: Reminder, due on Mon 13 Apr: A book"]


def test_weeks_down_are_one_reminder_and_not_four(world):
    received(world)
    world.later(days=70)
    world.tick()
    world.tick()
    assert world.events("B1").count("READER_OVERDUE") == 1
    assert kinds(world) == {"READER_OVERDUE": date(2026, 5, 18)}


def test_more_than_one_batch(small_world):
    for _ in range(5):
        small_world.place(run=False)
    small_world.run()
    small_world.later(days=7)
    store, context = small_world.app.store, small_world.app.context
    assert [clock.sweep(store, context, 2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_timer_outdated_before_its_step_has_no_effect(world):
    world.place()
    world.later(days=7)
    assert clock.sweep(world.app.store, world.app.context) == 1
    world.now -= timedelta(seconds=1)
    event = next(row for row in world.rows("event") if row["cause"] == "timer")
    world.hear("B1-1 SHIPPED LOAN", run=False)
    world.app.store.write(lambda connection: _later(connection, event["id"], world.now))
    world.run()
    world.later(hours=1)
    world.run()
    assert world.events("B1") == ["request", "SHIPPED", "UNANSWERED"]
    assert "no longer so" in world.shown("B1").history[-1].note
    assert world.attention("B1") == ()


def _later(connection, event_id, now):
    """The step of this event comes after the letter's."""
    values = (now + timedelta(minutes=30)).replace(tzinfo=None).isoformat(" ")
    dialect = connection.dialect.name
    zone = "+00" if dialect == "postgresql" else ".000000"
    text = f"UPDATE event SET not_before = '{values}{zone}' WHERE id = {event_id}"  # noqa: S608  # ours
    connection.exec_driver_sql(text)


def test_a_crash_before_the_commit_repeats_nothing(small_world, monkeypatch):
    small_world.place()
    small_world.later(days=7)
    real = clock.timers.fire

    def dies(*given):
        real(*given)
        raise RuntimeError("killed")

    with monkeypatch.context() as doomed, pytest.raises(RuntimeError):
        doomed.setattr(clock.timers, "fire", dies)
        small_world.tick()
    assert small_world.events("B1") == ["request"]
    assert small_world.tick() == 1
    assert small_world.tick() == 0
    assert small_world.events("B1") == ["request", "UNANSWERED"]


def test_a_crash_before_the_step_repeats_nothing(small_world, quiet_log, monkeypatch):
    small_world.place()
    small_world.later(days=7)
    assert clock.sweep(small_world.app.store, small_world.app.context) == 1
    assert small_world.tick() == 0, "the event waits, the timer is spent"
    assert small_world.events("B1") == ["request", "UNANSWERED"]


def test_an_undone_act_brings_its_timers_back(world):
    world.place()
    before = kinds(world)
    world.act("B1", "cancel", run=False)
    assert list(kinds(world)) == ["CANCEL_SILENT"]
    world.act("B1", "undo")
    assert kinds(world) == before


def test_a_finished_transaction_has_no_timers(world):
    world.place()
    world.act("B1", "receive")
    world.act("B1", "return")
    world.place(service="COPY")
    world.act("B2", "receive")
    world.place()
    world.act("B3", "close")
    assert [row for row in world.rows("timer") if row["fired_event_id"] is None] == []
    assert world.days(100) == 0


def test_a_setting_turns_a_timer_off(make_world, sqlite_url):
    world = make_world(sqlite_url, more="[policy]\nchase_days = 0\noverdue_every_days = 0\n")
    world.place()
    assert kinds(world) == {}
    world.act("B1", "receive")
    assert list(kinds(world)) == ["DUE_SOON"]


# --- the library's own time --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (datetime(2026, 3, 24, 12, tzinfo=UTC), datetime(2026, 3, 31, 6, tzinfo=UTC)),  # summer time since
        (datetime(2026, 3, 23, 12, tzinfo=UTC), datetime(2026, 3, 30, 6, tzinfo=UTC)),
        (datetime(2026, 3, 20, 12, tzinfo=UTC), datetime(2026, 3, 27, 7, tzinfo=UTC)),
        (datetime(2026, 10, 19, 12, tzinfo=UTC), datetime(2026, 10, 26, 7, tzinfo=UTC)),
        (datetime(2026, 3, 20, 23, 30, tzinfo=UTC), datetime(2026, 3, 28, 7, tzinfo=UTC)),  # their next day
    ],
)
def test_eight_oclock_is_in_the_librarys_zone(make_world, sqlite_url, asked, due):
    world = make_world(sqlite_url, now=asked)
    config = world.app.config.model_copy(
        update={"library": world.app.config.library.model_copy(update={"time_zone": "Europe/Berlin"})}
    )
    object.__setattr__(world.app.context, "config", config)
    world.place()
    (timer,) = world.rows("timer")
    assert timer["due_at"] == due
    world.now = due - timedelta(seconds=1)
    assert world.tick() == 0
    world.now = due
    assert world.tick() == 1


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        ("2026-03-29 01:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # leapt over
        ("2026-03-29 00:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29 02:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-10-25 01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # the first of two
        ("2026-10-25 02:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_wall_times_of_london(small_world, wall, instant):
    assert small_world.app.context.instant(datetime.fromisoformat(wall)) == instant


def test_a_quiet_clock_costs_nothing(small_world):
    """Nothing due: one statement, and no commit that reaches the disk."""
    small_world.place()
    store, context = small_world.app.store, small_world.app.context
    before = store.data_version()
    assert clock.sweep(store, context) == 0
    assert store.data_version() == before
    with store.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT id FROM timer WHERE due_at <= '2026' AND fired_event_id IS NULL"
        ).fetchall()
    assert "ix_timer_due" in str(plan)


def test_a_corrected_day_is_the_new_one(world):
    world.place(need_before="2026-03-05", run=False)  # what has left cannot be corrected
    assert kinds(world)["NEED_BEFORE"] == date(2026, 3, 6)
    wanted = corrections.read({}, {}, "2026-03-20")
    amend.amend(world.app.store, world.app.context, "B1", wanted, by="clerk")
    assert kinds(world)["NEED_BEFORE"] == date(2026, 3, 21)


# --- nothing goes twice by ARTEmail ------------------------------------------------------------


def long(world):
    """Six weeks, looked at every ten days."""
    for _ in range(4):
        world.later(days=10)
        world.tick()


@pytest.mark.parametrize("action", ["cancel", "renew"])
def test_questions_by_artemail_are_sent_once(world, addresses, action):
    world.place()
    if action == "renew":
        world.act("B1", "receive")
    world.act("B1", action)
    told = len(world.to(addresses["XX-BL"]))
    long(world)
    assert len(world.to(addresses["XX-BL"])) == told


def test_a_recall_by_artemail_goes_once_and_then_staff_are_asked(world, addresses):
    lent(world, addresses)
    world.act("L1", "recall")
    assert kinds(world, "L1") == {"LOAN_RECALLED": date(2026, 4, 17)}
    long(world)
    assert len(world.to(addresses["XX-CUSTOMER"])) == 1
    assert world.attention("L1") == ("recall-unheard",)
    assert kinds(world, "L1") == {}


def test_an_order_by_artemail_never_expires_by_itself(world):
    world.ordered("TXC1-1 S LOAN\nA book")
    assert set(kinds(world, "L1")) == {"TO_ANSWER"}
    long(world)
    assert world.state("L1") == "IN_PROCESS"


def test_events_since_and_the_next_timer(world):
    """What silence is measured by, on both databases."""
    world.place()
    world.hear("B1-1 USE*3")
    world.act("B1", "message", note="Which volume?")
    world.hear("B1-1 SHIPPED LOAN", run=False)
    transaction = world.transaction("B1")["id"]
    with world.app.store.read() as connection:
        asked = events.last_of(connection, transaction, ("request", "cancel"))
        heard = events.heard_since(connection, transaction, asked.id)
        found = upcoming.coming(connection, world.app.context, 5)
    assert asked.type == "request"
    assert [one.type for one in heard] == ["ILL_ANSWER"], "what has had no step is not heard"
    assert [(one.number, one.kind, one.then) for one in found] == [("B1-1", "UNANSWERED", "staff")]
