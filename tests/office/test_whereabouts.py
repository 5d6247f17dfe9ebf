"""Where a borrowed item is, as staff say it: the reader is reminded only of what they have."""

from datetime import date

import pytest

from mailproc.errors import LocalFault
from mailproc.office.queries import request_details

READER = "r@readers.example"
SAID = '[policy]\ncollected = "said"\n'


@pytest.fixture
def said(make_world, sqlite_url):
    """A desk that records what readers collect."""
    return make_world(sqlite_url, more=SAID)


def received(world, **more) -> str:
    number = world.place()
    world.hear(f"{number}-1 SHIPPED LOAN")
    world.act(number, "receive", **more)
    return number


def subjects(world) -> list[str]:
    return [letter.text.partition("Subject: ")[2].partition("\n")[0] for letter in world.to(READER)]


def test_receive_quiet_tells_the_reader_nothing(world):
    number = received(world, quiet=True)
    assert world.state(number) == "RECEIVED" and subjects(world) == []
    assert world.verify().differences == ()


def test_where_it_is_is_assumed_and_the_reader_reminded(world):
    number = received(world)
    world.days(60)
    assert [subject[:8] for subject in subjects(world)] == [
        "Your int",
        "Please b",
        "Reminder",
        "Reminder",
        "Reminder",
    ]
    assert world.shown(number).whereabouts == ""


@pytest.mark.parametrize("action", ["", "brought-back"])
def test_what_the_reader_does_not_have_is_not_demanded_of_them(said, action):
    """On the hold shelf, or home again: staff are asked to send it back."""
    number = received(said)
    if action:
        said.act(number, "collected")
        said.act(number, action)
    assert len(subjects(said)) == 1
    said.days(60)
    assert len(subjects(said)) == 1 and said.attention(number) == ("send-back",)
    said.act(number, "return")
    assert said.attention(number) == () and said.transaction(number)["options"].get("whereabouts") is None
    assert said.verify().differences == ()


def test_what_is_home_again_is_not_demanded_where_collecting_is_assumed(world):
    number = received(world)
    world.act(number, "brought-back")
    world.days(60)
    assert len(subjects(world)) == 1 and world.attention(number) == ("send-back",)


def test_what_was_collected_is_demanded(said):
    number = received(said)
    said.act(number, "collected")
    said.days(45)
    assert [subject[:8] for subject in subjects(said)] == ["Your int", "Please b", "Reminder"]


@pytest.mark.parametrize(("told", "state"), [("overdue", "OVERDUE"), ("recall", "RECALL")])
def test_the_reader_is_not_asked_for_what_is_here_when_its_lender_wants_it(said, told, state):
    number = received(said)
    said.days(43)
    said.act(number, told, heard_by="phone")
    assert said.state(number) == state and len(subjects(said)) == 1
    said.days(9)
    assert len(subjects(said)) == 1 and "send-back" in said.attention(number)


def test_the_acts_say_where_it_is_and_are_undone(said):
    number = received(said)
    with said.store.read() as connection:
        shown = request_details.shown(connection, number, said.app.context)
    assert shown.whereabouts == "hold-shelf" and {"collected", "brought-back"} <= set(shown.actions)
    for action in ("collected", "brought-back"):
        said.act(number, action)
        assert said.shown(number).whereabouts == action
        assert said.events(number)[-1] == action
    said.act(number, "undo")
    assert said.shown(number).whereabouts == "collected" and said.state(number) == "RECEIVED"
    assert said.verify().differences == ()


@pytest.mark.parametrize(
    ("service", "lines"),
    [("LOAN", []), ("COPY", []), ("LOAN", ["SHIPPED LOAN"]), ("LOAN", ["DUE"])],
)
def test_only_a_loan_that_came_is_collected(world, service, lines):
    number = world.place(service=service)
    for line in lines:
        world.hear(f"{number}-1 {line}")
    if service == "COPY":
        world.act(number, "receive")
    for action in ("collected", "brought-back"):
        with pytest.raises(LocalFault):
            world.act(number, action)


def test_who_collects_it_late_is_reminded_of_the_due_date(said):
    """What was due soon while it lay on the hold shelf went to staff, not to the reader."""
    number = received(said)
    said.days(40)
    assert said.attention(number) == ("due-soon",)
    assert [subject[:8] for subject in subjects(said)] == ["Your int"]
    said.act(number, "collected")
    said.days(1)
    assert [subject[:8] for subject in subjects(said)][1:2] == ["Please b"]
    said.days(40)
    assert len([one for one in subjects(said) if one.startswith("Please b")]) == 1
    assert said.verify().differences == ()


def test_what_waits_for_its_reader_is_not_sent_back_before_their_day(make_world, sqlite_url):
    world = make_world(sqlite_url, more=SAID + "reader_days_before = 3\n")
    number = world.place()
    world.act(number, "ship", heard_by="mail", on=date(2026, 3, 25))
    world.act(number, "receive")
    world.days(17)
    told = world.notices()[-1].text
    assert (
        world.attention(number) == ("due-soon",) and "send it back" not in told.partition("What you can")[0]
    )
    assert "must be back with its library by Wed 25 Mar" in told
    assert "the reader may use it until Sun 22 Mar" in told
    world.days(5)
    assert world.attention(number) == ("send-back",)
    assert world.verify().differences == ()


def test_who_collects_it_on_the_last_day_is_not_asked_to_write_before_it(make_world, sqlite_url):
    world = make_world(sqlite_url, more=SAID)
    number = world.place()
    world.act(number, "ship", heard_by="mail", on=date(2026, 3, 22))
    world.act(number, "receive")
    world.days(20)
    world.act(number, "collected")
    world.tick()
    told = world.to(READER)[-1].text
    assert "must be back with us by Sun 22 Mar" in told
    assert "please write to us today" in told and "before that day" not in told


def test_what_is_not_back_after_the_last_reminder_can_be_recorded_as_back(world):
    number = received(world)
    world.days(80)
    assert world.attention(number) == ("not-back",)
    with world.store.read() as connection:
        shown = request_details.shown(connection, number, world.app.context)
    offered = [way.command.removeprefix(f"mailproc act {number} ") for way in shown.ways]
    assert offered == ["brought-back", "return", "renew", "lost"]
