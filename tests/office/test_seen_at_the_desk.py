"""What nobody works on is offered to staff, so is a letter that came back; a promise is named."""

import pytest

from mailproc.ill.status import Term
from mailproc.office.mailroom import dismissal
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.queries import agenda, request_details
from tests.support.partners import BL, SECOND

ORDER = "TXC1-1 S LOAN\nA book of ours"
READER = "r@readers.example"


def shown(world, number: str) -> request_details.RequestDetails:
    with world.store.read() as connection:
        return request_details.shown(connection, number, world.app.context)


def groups(world) -> dict[str, str]:
    with world.store.read() as connection:
        found = agenda.agenda(connection, world.app.context)
    return {one.number: group.reason for group in found.groups for one in group.requests}


def commands(world, number: str) -> list[str]:
    return [way.command for way in shown(world, number).ways]


def test_cancelled_with_libraries_left_is_not_over(small_world):
    """The next may be asked, or staff close it and the reader hears of it."""
    number = small_world.place(BL, SECOND)
    small_world.act(number, "cancel")
    small_world.hear(f"{number}-1 CANC")
    assert small_world.state(number) == "CANCELLED" and small_world.to(READER) == []
    assert groups(small_world) == {number: "cancelled-not-over"}
    assert {f"mailproc next {number}", f"mailproc act {number} close"} <= set(commands(small_world, number))
    assert shown(small_world, number).closed_at is None
    small_world.act(number, "close")
    assert "has been ended" in small_world.to(READER)[0].text and groups(small_world) == {}


def test_after_the_next_was_asked_the_cancelled_one_is_settled(small_world):
    number = small_world.place(BL, SECOND, run=False)
    small_world.act(number, "cancel")
    assert groups(small_world) == {number: "cancelled-not-over"}
    small_world.next(number)
    assert groups(small_world) == {} and small_world.state(number) == "PENDING"


def test_cancelled_at_the_end_of_the_rota_is_over_and_the_reader_told(small_world):
    number = small_world.place(BL)
    small_world.act(number, "cancel")
    small_world.hear(f"{number}-1 CANC")
    assert groups(small_world) == {} and len(small_world.to(READER)) == 1
    assert shown(small_world, number).line.outcome == "cancelled"


def test_a_letter_to_the_reader_that_came_back_is_sent_again_or_dismissed(small_world):
    number = small_world.place()
    small_world.hear(f"{number}-1 SHIPPED LOAN")
    small_world.act(number, "receive")
    (letter,) = small_world.to(READER)
    small_world.bounce(letter)
    assert small_world.attention(number) == ("bounced",)
    assert commands(small_world, number) == [
        f"mailproc redeliver {letter.name}",
        f"mailproc dismiss {letter.name} --note TEXT",
    ]
    by = DoneBy("clerk", small_world.now)
    dismissal.dismiss(small_world.store, small_world.app.context, [letter.name], "told by telephone", by)
    assert small_world.attention(number) == () and commands(small_world, number) == []


@pytest.mark.parametrize(("action", "term"), [("will-supply", Term.WILL_SUPPLY), ("hold", Term.HOLD_PLACED)])
def test_a_promise_is_named_as_it_was_announced(small_world, action, term):
    small_world.ordered(ORDER)
    trial = small_world.foresee("L1", action)
    assert trial.promise == {"what": term.value}
    done = small_world.act("L1", action)
    assert done.promise == {"what": term.value}
    assert shown(small_world, "L1").line.status.term is term
