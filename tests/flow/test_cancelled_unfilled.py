"""What we asked to stop goes to no other library by itself, whatever words the library uses for its no."""

import pytest

from mailproc.office.queries import find
from tests.support.partners import BL, SECOND

DELAYED = "[policy]\nunfilled_letter_days = 2\n"


@pytest.fixture
def delayed(make_world, sqlite_url):
    return make_world(sqlite_url, more=DELAYED)


def subjects(world) -> list[str]:
    return [letter.text.partition("Subject: ")[2].partition("\n")[0] for letter in world.reader()]


def stopped(world, *partners: str, answers: tuple[str, ...]) -> str:
    number = world.place(*partners)
    world.act(number, "cancel", note="the reader does not need it")
    for answer in answers:
        world.hear(f"{number}-1 {answer}")
    return number


@pytest.mark.parametrize("answers", [("NOT",), ("CRF*CANNOT MATCH ITEM",), ("NCANC", "NOT")], ids=" ".join)
def test_no_other_library_is_asked_and_staff_decide(small_world, answers):
    number = stopped(small_world, BL, SECOND, answers=answers)
    assert small_world.state(number) == "NOT_SUPPLIED"
    assert small_world.attention(number) == ("cancelled-not-over",)
    assert len(small_world.rows("transactions")) == 1
    small_world.act(number, "close")
    assert [one for one in subjects(small_world) if "could not" in one] == []
    assert len(subjects(small_world)) == 1
    assert small_world.verify().differences == ()


@pytest.mark.parametrize("answer", ["NOT", "CRF*CANNOT MATCH ITEM"])
def test_where_nobody_is_left_it_ends_as_cancelled(delayed, answer):
    number = stopped(delayed, BL, answers=(answer,))
    assert delayed.attention(number) == ()
    delayed.days(10)
    with delayed.store.read() as connection:
        assert find.request_of(connection, number).outcome == "cancelled"
    assert len(subjects(delayed)) == 1
    assert "could not" not in subjects(delayed)[0]
    assert delayed.verify().differences == ()


def test_a_cancellation_that_was_undone_counts_no_more(small_world):
    number = small_world.place(BL, SECOND)
    small_world.act(number, "cancel", run=False)
    small_world.act(number, "undo")
    small_world.hear(f"{number}-1 NOT")
    assert [row["partner"] for row in small_world.rows("transactions")] == [BL, SECOND]
