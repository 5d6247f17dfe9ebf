"""When the reader hears that no library can supply it: [policy] unfilled_letter_days."""

from dataclasses import replace

import pytest

from mailproc.office.queries import upcoming
from tests.support.partners import SECOND

DELAYED = "[policy]\nunfilled_letter_days = 5\n"


@pytest.fixture
def delayed(make_world, sqlite_url):
    return make_world(sqlite_url, more=DELAYED)


def ended(world, **more) -> str:
    number = world.place(**more)
    world.hear(f"{number}-1 NOT")
    assert (world.state(number), world.attention(number)) == ("NOT_SUPPLIED", ("end-of-rota",))
    return number


def told(world) -> list[str]:
    return [letter.text.partition("Subject: ")[2].partition(":")[0] for letter in world.reader()]


def test_it_goes_after_its_days(delayed):
    ended(delayed)
    with delayed.store.read() as connection:
        (coming,) = upcoming.coming(connection, delayed.app.context, 5)
    assert (coming.kind, coming.then) == ("UNFILLED_LETTER", "reader")
    delayed.days(4)
    assert told(delayed) == []
    delayed.days(1)
    assert told(delayed) == ["We could not get it for you"]
    assert "the library does not hold it" in delayed.reader()[0].text or "XX-BL" in delayed.reader()[0].text
    delayed.days(30)
    assert len(told(delayed)) == 1
    assert delayed.verify().differences == ()


def test_it_goes_when_staff_close_the_request(delayed):
    number = ended(delayed)
    delayed.act(number, "close")
    assert told(delayed) == ["We could not get it for you"]
    delayed.days(30)
    assert len(told(delayed)) == 1


def test_it_does_not_go_where_another_library_is_asked(delayed):
    number = ended(delayed)
    delayed.next(number, SECOND)
    assert [row["kind"] for row in delayed.rows("timer") if row["fired_event_id"] is None] == ["UNANSWERED"]
    delayed.days(6)
    assert told(delayed) == []
    delayed.hear(f"{number}-2 NOT", of=SECOND)
    delayed.days(5)
    assert told(delayed) == ["We could not get it for you"]


def test_it_does_not_go_where_the_parcel_comes_all_the_same(delayed):
    number = ended(delayed)
    delayed.hear(f"{number}-1 SHIPPED LOAN")
    delayed.act(number, "receive")
    delayed.days(20)
    assert told(delayed) == ["Your interlibrary loan is here"]


def test_where_staff_decide_nothing_goes_until_they_do(delayed):
    number = delayed.place("XX-BL", SECOND)
    delayed.hear(f"{number}-1 CRF*CANNOT MATCH ITEM")
    delayed.days(20)
    assert told(delayed) == []
    delayed.act(number, "close")
    assert told(delayed) == ["Your request has been ended"]


def test_without_days_it_goes_at_once_as_ever(small_world):
    number = ended(small_world)
    assert told(small_world) == ["We could not get it for you"]
    small_world.act(number, "close")
    assert len(told(small_world)) == 1


def test_the_answer_to_an_act_says_when_it_goes(delayed):
    number = delayed.place()
    done = delayed.act(number, "unfilled", heard_by="phone", reason="not-owned")
    assert any("told in 5 days" in str(word) for word in done.words)


def test_an_order_that_was_taken_back_before_it_left_ends_no_letter(delayed):
    """Nobody was asked by it, so its reader still waits to hear of the end."""
    number = ended(delayed)
    delayed.next(number, "XX-BL", run=False)
    assert [row["kind"] for row in delayed.rows("timer")] == ["UNANSWERED"]
    delayed.act(number, "cancel")
    assert [row["kind"] for row in delayed.rows("timer")] == ["UNFILLED_LETTER"]
    delayed.days(5)
    assert told(delayed) == ["We could not get it for you"]
    delayed.days(30)
    assert len(told(delayed)) == 1
    assert delayed.verify().differences == ()


def test_a_letter_that_waits_goes_at_once_where_the_days_are_taken_away(delayed):
    ended(delayed)
    policy = delayed.app.config.policy.model_copy(update={"unfilled_letter_days": 0})
    config = delayed.app.config.model_copy(update={"policy": policy})
    context = replace(delayed.app.context, config=config)
    delayed.app = replace(delayed.app, config=config, context=context)
    delayed.tick()
    assert told(delayed) == ["We could not get it for you"]
