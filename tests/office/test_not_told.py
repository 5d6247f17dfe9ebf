"""What a partner does not read of an order is said to whoever sends it, and stands in the history."""

import pytest

from mailproc.notices.language_files import shipped
from mailproc.office.requests import amend, corrections, place

LONG = "A study of the cartography of vanished rivers and their beds"
BOOK = {"service": "LOAN", "item": {"title": LONG, "series": "Mud 7"}, "partners": ["XX-BL"]}
LOST = "not told: Title: rivers and their beds; Series: Mud 7"


def enter(world, wanted=BOOK, **how):
    return place.place(world.store, world.app.context, place.read(wanted), "clerk", **how)


def test_who_places_it_is_told(small_world):
    entered = enter(small_world)
    assert [str(one) for one in entered.warnings if "not told" in str(one)] == [LOST]
    (line,) = small_world.shown(entered.number).history
    assert LOST in line.note
    assert line.not_told == (
        {"field": "item.title", "words": "rivers and their beds"}, {"field": "item.series", "words": "Mud 7"},
    )  # fmt: skip
    assert small_world.attention(entered.number) == ()  # a long title is daily work
    assert small_world.verify().differences == ()


def test_nothing_is_said_where_all_is_told(small_world):
    number = small_world.place()
    assert small_world.shown(number).history[0].not_told == ()


def test_a_trial_says_it_too_and_keeps_nothing(small_world):
    before = small_world.dump()
    assert LOST in [str(one) for one in enter(small_world, dry_run=True).warnings]
    assert small_world.dump() == before


def test_who_goes_on_to_the_next_library_is_told(small_world):
    enter(small_world, BOOK | {"partners": ["XX-BL", "XX-SECOND"]})
    small_world.run()
    small_world.hear("B1-1 CRF*CANNOT MATCH ITEM")
    assert LOST in map(str, small_world.next("B1").words)


def test_who_corrects_it_is_told_what_is_still_lost(small_world):
    enter(small_world)
    wanted = corrections.read({"item": {"title": "Vanished rivers"}})
    done = amend.amend(small_world.store, small_world.app.context, "B1", wanted)
    assert "not told: Series: Mud 7" in map(str, done.follows)
    assert small_world.shown("B1").history[-1].not_told == ({"field": "item.series", "words": "Mud 7"},)


def test_it_is_said_in_the_language_of_the_library(small_world):
    (lost,) = [one for one in enter(small_world).warnings if "not told" in str(one)]
    assert shipped("de").word(lost) == "nicht mitgeteilt: Titel: rivers and their beds; Reihe: Mud 7"


@pytest.mark.parametrize(
    ("act", "more", "lost"),
    [
        ("unfilled", {"reason": "at-bindery", "note": "in May"}, {"reason": "at-bindery", "note": "in May"}),
        ("ship", {"cost": "5 GBP", "via": "courier"}, {"cost": "5 GBP", "shipped_via": "courier"}),
        ("unfilled", {"reason": "not-owned"}, {}),
    ],
)
def test_of_our_answers_the_history_knows_it(small_world, act, more, lost):
    small_world.ordered("TXC1-1 S LOAN\nA book of ours")
    small_world.act("L1", act, **more)
    known = {one["field"]: one["words"] for one in small_world.shown("L1").history[-1].not_told}
    assert {name: words for name, words in known.items() if name != "due"} == lost


def test_the_address_of_a_reader_stands_in_no_history(small_world):
    street = "The very long name of the street in which the reader lives 17"
    where = {"postal": {"name": "A Reader", "street": street, "city": "ANYTOWN"}}
    item = {"title": "A journal", "article_title": "On mud", "pagination": "1-2"}
    enter(small_world, {"service": "COPY", "item": item, "partners": ["XX-BL"], "delivery": where})
    (line,) = small_world.shown("B1").history
    assert "Deliver to" in line.note and "street" not in line.note
