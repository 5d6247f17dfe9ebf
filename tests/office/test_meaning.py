"""`close` and `undo` say what they mean: what still leaves, what is withdrawn, what the reader hears."""

import pytest

from mailproc.office.requests import charges
from mailproc.office.requests.charges import ChargeEntry

READER = {"id": "R1", "name": "R. Reader", "email": "r@readers.example"}


def words(outcome):
    return [str(one) for one in outcome.words]


@pytest.fixture
def asked(small_world):
    small_world.place(patron=READER)
    return small_world


def test_closing_what_was_asked_tells_the_reader_and_nobody_else(asked):
    assert words(asked.act("B1", "close", run=False)) == [
        "a letter to the reader: the request has been ended",
        "nothing is sent to XX-BL",
    ]


def test_closing_what_is_here_tells_nobody(asked):
    asked.act("B1", "receive")
    expected = ["nothing is sent to XX-BL", "the reader gets no letter about it"]
    assert words(asked.foresee("B1", "close")) == words(asked.act("B1", "close", run=False)) == expected


def test_a_message_that_waits_still_leaves_after_close(small_world):
    small_world.ordered("TXC1-1 S LOAN\nA book of ours")
    small_world.act("L1", "hold", position=2, run=False)
    assert words(small_world.act("L1", "close", run=False)) == [
        "still sent to XX-CUSTOMER: it is on our waiting list for you"
    ]


def test_closing_an_earlier_attempt_says_which_goes_on(small_world):
    small_world.place("XX-BL", "XX-BL", patron=READER)
    small_world.act("B1", "ship", heard_by="phone")
    small_world.act("B1", "receive")
    small_world.act("B1", "lost")
    small_world.next("B1")
    told = words(small_world.act("B1-1", "close", run=False))
    assert told[0] == "only this attempt is taken off the lists: B1-2 goes on"


def test_closing_a_loss_that_is_not_paid_says_why_it_stays(asked):
    for act in ("receive", "lost"):
        asked.act("B1", act)
    entry = ChargeEntry("B1", "40 EUR", kind="lost", status="charged")
    charges.add(asked.store, asked.app.context, entry, "clerk")
    assert "more was charged than is paid" in words(asked.act("B1", "close", run=False))[1]


def test_undo_names_what_it_takes_back_and_what_is_withdrawn(asked):
    asked.act("B1", "receive", run=False)
    assert words(asked.act("B1", "undo", run=False)) == [
        "taken back: received it",
        "nothing is sent to XX-BL",
        "withdrawn, not sent to the reader: it is here",
    ]


def test_undo_of_a_message_names_it(small_world):
    small_world.ordered("TXC1-1 S LOAN\nA book of ours")
    small_world.act("L1", "ship", run=False)
    assert words(small_world.act("L1", "undo", run=False)) == [
        "taken back: sent it",
        "withdrawn, not sent to XX-CUSTOMER: we have sent it",
    ]


def test_undo_of_a_close_says_what_the_reader_was_told_meanwhile(asked):
    asked.act("B1", "close")
    assert "ended your request" in asked.reader()[-1].text
    assert words(asked.act("B1", "undo", run=False)) == [
        "taken back: taken off the lists",
        "nothing is sent to XX-BL",
        "the reader was told already: the request has been ended; "
        "write to the reader that it goes on after all",
    ]
