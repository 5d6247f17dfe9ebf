"""Wishes whose number was not understood: found by who reads the list, and forgotten with their reader."""

import pytest

from mailproc.office.patrons import forgetting
from mailproc.office.requests import reviewing
from mailproc.office.wording import patron_words
from tests.flow.test_form_letters import FORM, WISH, accept, imported, send
from tests.support.partners import USUAL

READERS = (
    "id,name,email,blocks\nR1,Ada Reader,ada@readers.example,fees\nR2,Bo Other,bo@readers.example,\n"
    "200077,Cy Third,cy@readers.example,\n"
)
UNREAD = WISH.replace("Card number:", "Zahl des Menschen:")
"""The label is not known, so the number is not understood."""


@pytest.fixture
def office(make_world, sqlite_url):
    office = make_world(sqlite_url, USUAL + FORM)
    imported(office, READERS)
    return office


def decline(office, number="B1"):
    reviewing.decline(office.store, office.app.context, number, "we hold it", "clerk", quiet=True)


def forget(office, patron_id="R1", **how):
    return forgetting.forget(office.store, office.app.context, patron_id, **how)


@pytest.mark.parametrize("typed", ["Ada Reader", "reader", "ada@readers.example"])
def test_a_wish_without_a_number_is_found_by_its_reader(office, typed):
    send(office, UNREAD)
    assert office.listed(find=typed) == ["B1"]
    decline(office)
    forget(office)
    assert office.listed(find=typed) == []


@pytest.mark.parametrize(
    ("text", "patron_id"),
    [
        (UNREAD.replace("R1", ""), "R1"),
        (UNREAD.replace("ada@readers", "private@mail"), "R1"),
        (UNREAD.replace("ada@readers", "private@mail").replace("Ada Reader", "Reader, Ada"), "R1"),
        (UNREAD.replace("R1", "200077").replace("Name: Ada Reader\n", "").replace("ada@", "x@"), "200077"),
        (WISH.replace("R1", "R19"), "R1"),
    ],
)
@pytest.mark.parametrize("declined", [True, False])
def test_a_wish_is_found_by_address_or_written_number(office, text, patron_id, declined):
    send(office, text)
    if declined:
        decline(office)
    would = forget(office, patron_id, dry_run=True)
    done = forget(office, patron_id)
    assert (done.requests, done.letters, done.others) == (("B1",), ("I1",), ())
    assert (would.requests, would.letters, would.declined) == (done.requests, done.letters, done.declined)
    assert done.declined == (() if declined else ("B1",))
    (row,) = office.rows("submission")
    assert (row["state"], row["reader"], row["unread"], row["words"]) == ("declined", None, None, "")
    assert office.verify().differences == ()


@pytest.mark.parametrize(
    "text",
    [
        WISH.replace("R1", "R2"),
        UNREAD.replace("R1", "200077"),
        UNREAD.replace("R1", "12").replace("ada@", "x@"),
    ],
)
def test_what_is_somebody_elses_is_left_and_named(office, text):
    send(office, text)
    decline(office)
    named = "R1" if "R2" in text else "200077"
    done = forget(office, named)
    said = (("B1",), ("I1",)) if " 12" not in text else ((), ())
    assert (done.requests, done.others, done.letters) == ((), *said)
    assert office.rows("submission")[0]["words"] != ""
    told = " ".join(map(str, patron_words.forgotten(done)))
    assert ("B1" in told and "I1" in told) is bool(done.others)


def test_an_order_that_is_open_for_nobody_is_left_and_named(office):
    send(office, UNREAD)
    accept(office, "B1", nobody=True)
    done = forget(office)
    assert (done.requests, done.others, done.letters) == ((), ("B1",), ("I1",))


def test_letters_of_anonymised_forms_are_spoken_of(office):
    send(office)
    decline(office)
    assert not forget(office, dry_run=True).anonymised
    forget(office)
    done = forget(office, "R2")
    assert done.anonymised and "Letters of forms" in " ".join(map(str, patron_words.forgotten(done)))


def test_a_copy_that_brings_such_a_wish_back_is_cleaned(office):
    send(office, UNREAD)
    office.app.context.forgotten.add("R1")
    forgetting.forget_again(office.store, office.app.context, office.app.context.forgotten)
    assert office.rows("submission")[0]["words"] == ""


def test_what_was_set_aside_no_longer_says_whose_it_was(office):
    send(office)
    accept(office, "B1", anyway=True)
    assert "the reader may order nothing" in repr(office.shown("B1").history)
    office.act("B1", "close")
    forget(office)
    assert "R1" not in repr(office.shown("B1").history)
