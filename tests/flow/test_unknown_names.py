"""Letters about what we do not know: a receipt of no file of ours, words about no order of ours.

They lie on the shelf, where the lists and the day's letter show them, and staff hear of it once a day.
"""

import pytest

from mailproc.office.mailroom import attaching
from mailproc.office.queries import agenda

BL = "orders@bl.example"


@pytest.fixture
def plain_world(make_world, sqlite_url, receipt_lines):
    """All partners speak the plain dialect."""
    return make_world(
        sqlite_url, receipt_lines.replace('name = "Library', 'dialect = "plain"\nname = "Library')
    )


def receipt(world, number, verdict="accepted - 3 orders"):
    world.hear("Nothing else.", subject=f"FILEREFNO {number} {verdict}")


def words(world, *numbers):
    text = "We have looked at it.\n\n" + "\n".join(f"> Request ID: {number}" for number in numbers)
    world.inject(world.letter(text, BL, "Re: LOAN"), BL)
    world.run()


def listed(world):
    with world.app.store.read() as connection:
        return [
            (one.id, one.other, one.note) for one in agenda.agenda(connection, world.app.context).unplaced
        ]


def test_a_receipt_of_no_file_of_ours(world):
    world.place()
    receipt(world, 999)
    assert listed(world) == [("E2", "XX-BL", "no file of ours has the number 999")]
    (letter,) = world.notices()
    assert "no file of ours has the number 999" in letter.text
    assert '"mailproc attach' in letter.text
    assert world.attention("B1") == ()


def test_a_letter_about_an_unknown_order(plain_world):
    plain_world.place()
    words(plain_world, "B77-1")
    assert listed(plain_world) == [
        ("I1", "XX-BL", "a letter in words of XX-BL that names B77: it has no such request of ours")
    ]
    (letter,) = plain_world.notices()
    assert "B77" in letter.text


def test_a_letter_about_a_known_and_an_unknown_order(plain_world):
    """The letter stands with the one that there is."""
    plain_world.place()
    words(plain_world, "B1-1", "B78-1")
    assert (plain_world.attention("B1"), listed(plain_world)) == (("message",), [])
    (letter,) = plain_world.notices()
    assert "B1" in letter.text and "We have looked at it." in letter.text


def test_staff_hear_of_it_once_a_day(small_world):
    for number in (997, 998, 999):
        receipt(small_world, number)
        small_world.later(hours=7)
    assert (len(listed(small_world)), len(small_world.notices())) == (3, 1)
    small_world.later(hours=4)
    receipt(small_world, 1000, "rejected")
    assert (len(listed(small_world)), len(small_world.notices())) == (4, 2)


def test_each_rejection_of_a_file_that_we_do_not_know_is_told(small_world):
    """With a wrong password of ours nothing arrives that we ask for."""
    for number in (997, 998):
        receipt(small_world, number, "rejected")
    assert [
        f"FILEREFNO {number}" in letter.text
        for number, letter in zip((997, 998), small_world.notices(), strict=True)
    ] == [True, True]
    assert "is it our password?" in small_world.notices()[0].text.replace("\n ", "")


def test_whose_receipt_it_was_is_found_later(small_world):
    """Staff know which request is meant; or our file gets that number after all."""
    small_world.place()
    receipt(small_world, 999, "rejected")
    ((event_id, _, _),) = listed(small_world)
    attaching.attach(small_world.app.store, small_world.app.context, event_id, "B1")
    small_world.run()
    assert listed(small_world) == []
    assert small_world.attention("B1") == ("error-report",)


def test_a_letter_can_be_attached_to_its_request(plain_world):
    plain_world.place()
    words(plain_world, "B77-1")
    ((event_id, _, _),) = listed(plain_world)
    attaching.attach(plain_world.app.store, plain_world.app.context, event_id, "B1")
    plain_world.run()
    assert (listed(plain_world), plain_world.attention("B1")) == ([], ("message",))
    assert "We have looked at it." in plain_world.shown("B1").history[-1].note


def test_numbers_of_another_system_make_no_letter(small_world):
    """Another system may share the account: its numbers are a note."""
    small_world.place()
    small_world.hear("ZZZ-1 NOT", "ZZZ-2 NOT", "B1-1 USE*2")
    small_world.hear("ZZZ-3 NOT")
    assert small_world.notices() == []
    assert [one for one, _, _ in listed(small_world)] == ["I2"]
