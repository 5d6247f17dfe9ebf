"""What people wrote stays in what needs attention until somebody has dealt with it; no other act hides it."""

import pytest

from mailproc.office.queries import agenda, request_details
from mailproc.office.requests import notes, reader_letter
from mailproc.office.requests.reader_letter import LetterInOwnWords
from tests.flow.test_letters_of_people import READER, write
from tests.support.partners import ADDRESS, BL, SECOND

COUNTER = ("receive", "collected", "brought-back", "return")


def needs(world, number="B1"):
    with world.store.read() as connection:
        found = agenda.agenda(connection, world.app.context)
    return {
        reason
        for group in found.groups
        for one in group.requests
        if one.number == number
        for reason in one.reasons
    }


def note(world, number="B1"):
    notes.add(world.store, world.app.context, number, "I have rung them", "clerk")


@pytest.fixture
def lent(small_world):
    """B1 is on its way to us, and its reader is known by an address."""
    small_world.place(patron={"id": "R1", "name": "A Reader", "email": READER})
    small_world.hear("B1-1 SHIPPED LOAN")
    return small_world


def lender_writes(world, text="Is it the right volume? Please check."):
    write(world, text, ADDRESS[BL], subject="B1-1")


def reader_writes(world, text="Two pages are missing."):
    write(world, text, READER, subject="B1")


def test_no_scan_of_the_book_takes_away_what_was_written(lent):
    lender_writes(lent)
    reader_writes(lent)
    for act in COUNTER:
        lent.act("B1", act)
        assert {"message", "reader-wrote"} <= needs(lent), act
    note(lent)
    assert needs(lent) == set()


def test_what_answers_the_lender_settles_its_words_alone(lent):
    for answer in (
        {"action": "message", "note": "It is."},
        {"action": "message", "heard_by": "phone", "note": "Yes"},
    ):
        lender_writes(lent, f"A question. {len(answer)}")
        reader_writes(lent, f"Pages are missing. {len(answer)}")
        lent.act("B1", **answer)
        left = {"reader-wrote"} | ({"message"} if "heard_by" in answer else set())
        assert needs(lent) == left, "what they say by telephone is to be read, too"
        note(lent)


def test_what_is_recorded_of_the_lenders_letter_settles_it(lent):
    lent.act("B1", "receive")
    lender_writes(lent, "It is recalled.")
    lent.act("B1", "recall", heard_by="mail")
    assert needs(lent) == {"recalled"}


@pytest.mark.parametrize(
    ("text", "act", "settled"),
    [
        ("Please renew it.", "renew", True),
        ("I brought it to your desk.", "brought-back", True),
        ("Two pages are missing.", "renew", False),
        ("Please renew it.", "brought-back", False),
    ],
)
def test_an_act_settles_a_readers_letter_that_asks_for_it(lent, text, act, settled):
    lent.act("B1", "receive", on=lent.now.date())
    reader_writes(lent, text)
    lent.act("B1", act)
    assert ("reader-wrote" not in needs(lent)) is settled


def test_of_two_letters_of_the_reader_none_is_hidden_by_the_answer_to_one(lent):
    lent.act("B1", "receive")
    reader_writes(lent)
    reader_writes(lent, "And please renew it.")
    lent.act("B1", "renew")
    assert "reader-wrote" in needs(lent)
    reader_letter.write(lent.store, lent.app.context, LetterInOwnWords("B1", "We ask them.", "clerk"))
    assert "reader-wrote" not in needs(lent)


def test_who_acted_gets_the_next_letter_too(lent):
    lender_writes(lent)
    lent.sent.clear()
    lender_writes(lent, "Please answer.")
    assert lent.notices() == [], "the first is not dealt with, and names it"
    lent.later(minutes=1)
    lent.act("B1", "receive")
    lent.sent.clear()
    lender_writes(lent, "It is the wrong volume.")
    assert ["It is the wrong volume." in one.text for one in lent.notices()] == [True]


def test_words_of_a_request_that_has_ended_stay(lent):
    lent.act("B1", "receive")
    reader_writes(lent)
    lent.act("B1", "return")
    lent.hear("B1-1 CHECKED IN")
    lent.act("B1", "check-in", heard_by="phone")
    assert needs(lent) == {"reader-wrote"}


def test_a_note_at_the_request_settles_what_an_earlier_library_wrote(small_world):
    small_world.place(BL, SECOND)
    lender_writes(small_world, "Which edition is it?")
    small_world.hear("B1-1 NOT")
    assert "message" in needs(small_world)
    note(small_world, "B1-2")
    assert "message" in needs(small_world)
    note(small_world)
    assert "message" not in needs(small_world)


def test_a_note_that_the_program_writes_settles_nothing(lent):
    reader_writes(lent)
    lent.store.write(
        lambda connection: notes.say(connection, lent.app.context, "B1", "O1 is sent again", "clerk")
    )
    assert needs(lent) == {"reader-wrote"}


def test_to_go_on_has_the_ways_of_every_reason(lent):
    """A letter in words offers what its writer may mean; that takes no place from what else is to be done."""
    lent.act("B1", "receive", on=lent.now.date())
    lent.act("B1", "overdue", heard_by="phone")
    before = keys(lent)
    lender_writes(lent, "We need it back: it is overdue. Is it lost? Or has it come back?")
    reader_writes(lent)
    assert {"demanded-early", "message", "reader-wrote"} <= needs(lent)
    assert {"act renew", "amend due", "act return", "note", "act lost"} <= keys(lent)
    assert before <= keys(lent)


def keys(world):
    with world.store.read() as connection:
        shown = request_details.shown(connection, "B1", world.app.context)
    return {way.key for way in shown.ways}
