"""What was taken off a request was never said: the same message counts when it comes again."""

import pytest

from mailproc.flow.matching import item_received, reader_standing
from mailproc.office.acts.overtaken import Overtaken
from mailproc.office.mailroom import attaching, done_by, taking_off
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.queries import rota
from mailproc.store import events, transactions
from mailproc.store.events import NewEvent
from tests.support.partners import BL

SINCE = (events.heard_since, events.proven_since)


def attach(world, name, number="B1"):
    attaching.attach(world.store, world.app.context, name, number, DoneBy("clerk", world.now, "desk"))


def off(world, name):
    """Take it off; return where it lies now."""
    by = DoneBy("clerk", world.now, "desk")
    return taking_off.take_off(world.store, world.app.context, name, by).id


def shelved(world, line, of="XX-SECOND"):
    """Let a library write about the request of another one; return the message's name on the shelf."""
    world.hear(line, of=of)
    return next(name for name in world.shelf() if name.startswith("E"))


def put_and_taken_off(world, line, of="XX-SECOND"):
    attach(world, name := shelved(world, line, of))
    return off(world, name)


def test_the_partners_own_message_afterwards_is_heard(small_world):
    small_world.place()
    small_world.place("XX-SECOND")
    put_and_taken_off(small_world, "B2-1 OTHER", BL)
    assert small_world.attention("B1") == ()
    small_world.hear("B1-1 OTHER")
    assert small_world.attention("B1") == ("unknown-code",)
    assert "said before" not in str(small_world.shown("B1").history[-1].note)


def test_the_same_letter_on_the_same_request_again_is_heard(small_world):
    small_world.place()
    again = put_and_taken_off(small_world, "B1-1 OTHER")
    attach(small_world, again)
    assert small_world.attention("B1") == ("message",)


def test_a_message_with_a_time_of_its_own_is_heard_again(small_world):
    """By its service time it would be the same one, delivered again."""
    small_world.place()
    name = shelved(small_world, "B1-1 SHIPPED LOAN")
    with small_world.store.read() as connection:
        event = events.load(connection, int(name[1:]))
    ours = {"initial_requester": "XX-US", "tgq": "B1", "tq": "1"}
    apdu = dict(event.apdu) | {"sent_at": "2026-03-02T08:00:00", "transaction": ours}
    kept = {one: getattr(event, one) for one in ("ref", "inbox_id", "partner", "repeat_key")}
    new = NewEvent(cause="letter", type="SHIPPED", at=small_world.now, apdu=apdu, state="shelved", **kept)
    timed = f"E{small_world.store.write(lambda connection: events.add(connection, new))}"
    attach(small_world, timed)
    small_world.run()
    again = off(small_world, timed)
    assert small_world.state("B1") == "PENDING"
    attach(small_world, again)
    assert small_world.state("B1") == "SHIPPED"


@pytest.mark.parametrize("line", ["RENEWED*01-09-2026", "DUE*NO RENEWAL POSSIBLE"])
def test_an_answer_about_a_renewal_that_was_taken_off_answers_nothing(small_world, line):
    small_world.place()
    small_world.hear("B1-1 SHIPPED LOAN")
    small_world.act("B1", "receive")
    small_world.act("B1", "renew")
    context = small_world.app.context

    def now():
        with small_world.store.read() as connection:
            row = transactions.load(connection, small_world.transaction("B1")["id"])
            answered = item_received.renewal_answered(connection, row.id, row.state)
            said = [since(connection, row.id, row.moved_event_id) for since in SINCE]
            return answered, said, reader_standing.of(connection, row, context)

    before = now()
    put_and_taken_off(small_world, f"B1-1 {line}")
    assert now() == before
    assert before[:2] == (False, [[], []])


@pytest.mark.parametrize("by_phone", [True, False], ids=["they told us", "a letter"])
def test_a_refusal_that_was_taken_back_is_no_reason_in_the_rota(small_world, by_phone):
    small_world.place()
    before = small_world.rows("candidate")
    if by_phone:
        small_world.act("B1", "unfilled", run=False, reason="not-owned", heard_by="phone")
        small_world.act("B1", "undo")
    else:
        put_and_taken_off(small_world, "B1-1 NOT")
    assert small_world.rows("candidate") == before
    with small_world.store.read() as connection:
        (asked,) = rota.rota(connection, small_world.app.context, "B1").places
    assert (asked.answer, asked.why_not) == ("", "")


def test_a_refusal_stands_where_only_the_closing_is_taken_back(small_world):
    small_world.place()
    small_world.hear("B1-1 NOT*NUKL")
    before = small_world.rows("candidate")
    small_world.act("B1", "close")
    small_world.act("B1", "undo")
    assert small_world.rows("candidate") == before
    assert before[0]["why_not"]


def test_a_page_that_is_out_of_date_takes_a_letter_off_no_other_request(small_world):
    small_world.place(title="One")
    small_world.place(title="Two")
    letter = small_world.letter("How are you?", "x@stranger.example", "Hello")
    name = f"I{small_world.inject(letter, 'x@stranger.example')}"
    small_world.run()
    attach(small_world, name, "B1")
    with small_world.store.read() as connection:
        seen = done_by.mark(connection, name)
    off(small_world, name)
    attach(small_world, name, "B2")
    mine = DoneBy("me", small_world.now, "desk", once="my click", seen=seen)
    with pytest.raises(Overtaken):
        taking_off.take_off(small_world.store, small_world.app.context, name, mine)
