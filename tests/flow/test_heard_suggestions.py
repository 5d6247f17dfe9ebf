"""What staff are offered for the words of a partner's people, or of a reader: what fits its state."""

import pytest

from mailproc.office.queries import request_details
from mailproc.office.requests import notes
from tests.flow.test_letters_of_people import READER, write
from tests.support.partners import ADDRESS, BL, CUSTOMER, SECOND


def offered(world, number):
    """The commands that `show` offers, without the program and the number."""
    with world.store.read() as connection:
        shown = request_details.shown(connection, number, world.app.context)
    return [way.command.replace(f" {number}", "").removeprefix("mailproc ") for way in shown.ways]


def commands(world, number="B1"):
    """The commands that `show` offers, with their numbers."""
    with world.store.read() as connection:
        shown = request_details.shown(connection, number, world.app.context)
    return [way.command.removeprefix("mailproc ") for way in shown.ways]


def heard(*acts):
    return [f"act {act} --heard-by mail" for act in acts]


@pytest.fixture
def borrowed(small_world):
    small_world.place(patron={"id": "R1", "name": "Ada Reader", "email": READER})
    return small_world


@pytest.fixture
def lent(small_world):
    small_world.ordered("TXC1-1 S LOAN\nA book of ours")
    return small_world


SHIP, YES, NO = "ship", "cancel-reply --answer yes", "cancel-reply --answer no"


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("OK, cancelled", (YES, NO, SHIP)),
        ("It was posted yesterday", (SHIP, YES, NO)),
        ("Too late", (NO, YES, SHIP)),
    ],
)
def test_while_a_cancellation_waits(borrowed, words, acts):
    borrowed.act("B1", "cancel")
    write(borrowed, f"B1-1: {words}", ADDRESS[BL])
    assert offered(borrowed, "B1")[:3] == heard(*acts)
    assert not [one for one in offered(borrowed, "B1") if "condition" in one]


@pytest.mark.parametrize(
    ("steps", "words", "first", "never"),
    [
        (("receive",), "We need the book back", "recall", "renew-reply"),
        (("receive",), "Es ist überfällig.", "overdue", "ship"),
        (("receive", "renew"), "No renewal, sorry", "renew-reply --answer no", "ship"),
        (("receive", "return"), "Thank you", "check-in", "recall"),
        (("receive", "lost"), "Good news: found on our shelf", "found", "lost"),
        (("receive", "lost"), "It came back to us", "check-in", "recall"),
    ],
)
def test_while_the_loan_is_with_us(borrowed, steps, words, first, never):
    for step in steps:
        borrowed.act("B1", step)
    write(borrowed, f"B1-1: {words}", ADDRESS[BL])
    found = offered(borrowed, "B1")
    assert next(one for one in found if "--heard-by" in one) == heard(first)[0]
    assert not [one for one in found if one.startswith(f"act {never} ") and "--heard-by" in one]


@pytest.mark.parametrize(
    ("words", "first"),
    [("We have sent it back", "return"), ("May we keep it longer?", "renew"), ("It is lost", "lost")],
)
def test_while_our_loan_is_out(lent, words, first):
    lent.act("L1", "ship")
    write(lent, f"L1: {words}", ADDRESS[CUSTOMER])
    found = offered(lent, "L1")
    assert found[0] == heard(first)[0]
    assert set(found[:4]) == set(heard("return", "renew", "receive", "lost"))


def test_what_is_offered_for_a_letter_is_accepted(lent):
    lent.act("L1", "ship")
    write(lent, "L1: We have sent it back", ADDRESS[CUSTOMER])
    lent.act("L1", "return", heard_by="mail")
    assert lent.attention("L1") == ()


def test_a_code_that_asks_is_explained(borrowed):
    write(borrowed, "B1-1: RES?", ADDRESS[BL])
    assert "answer it, if RES? means: do you want a reservation?" in borrowed.notices()[-1].text


@pytest.fixture
def with_reader(borrowed):
    borrowed.hear("B1-1 SHIPPED LOAN")
    borrowed.act("B1", "receive")
    borrowed.run()
    return borrowed


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("I have lost it.", "act lost"),
        ("Please renew.", "act renew"),
        ("I brought it back", "act brought-back"),
    ],
)
def test_a_reader_who_writes(with_reader, words, first):
    write(with_reader, f"B1: {words}", READER, "Re: B1")
    (found, told) = offered(with_reader, "B1"), with_reader.notices()[-1].text
    assert with_reader.attention("B1") == ("reader-wrote",)
    assert found[0] == first and found[-1] == "note TEXT"
    assert not [one for one in found if "message" in one or "close" in one]
    assert "To answer: mailproc note B1 TEXT --to-reader" in told
    assert "\n  mailproc note B1 TEXT --to-reader" in told


@pytest.mark.parametrize("sender", [READER, ADDRESS[BL]])
def test_a_note_marks_words_as_dealt_with(with_reader, sender):
    from mailproc.office.requests import notes

    write(with_reader, "B1-1: Thank you", sender, "Re: B1")
    assert with_reader.attention("B1") and "note TEXT" in offered(with_reader, "B1")
    sent = len(with_reader.sent)
    notes.add(with_reader.store, with_reader.app.context, "B1", "answered", "clerk")
    with_reader.run()
    assert with_reader.attention("B1") == ()
    assert len(with_reader.sent) == sent
    assert not with_reader.verify().differences


def test_due_wait_is_settled_by_a_note(with_reader):
    from mailproc.office.requests import notes

    with_reader.hear("B1-1 DUE WAIT")
    assert with_reader.attention("B1") == ("message",)
    notes.add(with_reader.store, with_reader.app.context, "B1", "seen", "clerk")
    with_reader.run()
    assert with_reader.attention("B1") == ()


def test_after_it_was_found_nothing_is_found_or_ordered_again(with_reader):
    with_reader.act("B1", "lost")
    assert "act found" in offered(with_reader, "B1")
    with_reader.act("B1", "found")
    assert not [
        one for one in offered(with_reader, "B1") if "found" in one or "next" in one or "amend" in one
    ]
    assert offered(with_reader, "B1")[0] == "act message --note TEXT"


def test_the_rest_of_a_copy_is_received(small_world):
    small_world.place(service="COPY")
    small_world.hear("B1-1 SHIPPED COPY")
    small_world.act("B1", "receive", partial=True)
    assert offered(small_world, "B1")[0] == "act receive"
    small_world.act("B1", "receive")
    assert small_world.attention("B1") == ()


@pytest.fixture
def refused_and_asked_next(small_world):
    """B1-1 could not supply it, B1-2 has the order; then the people of the first write again."""
    number = small_world.place(BL, SECOND, patron={"id": "R1", "name": "Ada Reader", "email": READER})
    small_world.act(number, "unfilled", heard_by="phone", reason="in-use-on-loan")
    small_world.sent.clear()
    write(small_world, "B1-1: It was on the shelf after all, sent today.", ADDRESS[BL])
    return small_world


def test_what_an_earlier_library_writes_is_offered_for_its_own_attempt(refused_and_asked_next):
    world = refused_and_asked_next
    (letter,) = world.notices()
    found = ["act B1-1 ship --heard-by mail", "note B1-1 TEXT", "act B1-1 message --note TEXT"]
    assert all(f"mailproc {command}" in letter.text for command in found)
    assert " B1 ship" not in letter.text
    assert commands(world) == found


def test_an_act_for_an_earlier_attempt_settles_what_its_library_wrote(refused_and_asked_next):
    world = refused_and_asked_next
    world.act("B1-1", "ship", heard_by="mail")
    assert world.state("B1") == "PENDING"
    assert commands(world)[0] == "act B1-1 receive"


def test_a_note_on_an_earlier_attempt_settles_what_its_library_wrote(refused_and_asked_next):
    world = refused_and_asked_next
    notes.add(world.store, world.app.context, "B1-1", "They keep it.", "staff")
    assert commands(world) == []


def test_the_right_loan_is_offered_after_the_wrong_one_went_back(borrowed):
    borrowed.act("B1", "receive", wrong=True)
    borrowed.act("B1", "return")
    write(borrowed, "B1-1: Sorry! The right one goes off today.", ADDRESS[BL])
    assert commands(borrowed)[0] == "act B1 ship --heard-by mail"


@pytest.mark.parametrize("received", [False, True])
@pytest.mark.parametrize(
    ("words", "lost"),
    [
        ("Your article is ready: https://files.example/1", False),
        ("It was lost in the post, we are sorry", True),
    ],
)
def test_a_copy_is_offered_as_lost_only_where_the_words_say_so(small_world, words, lost, received):
    small_world.place(service="COPY")
    small_world.hear("B1-1 SHIPPED COPY")
    if received:
        small_world.act("B1", "receive")
    write(small_world, f"B1-1: {words}", ADDRESS[BL])
    assert ("act lost --heard-by mail" in offered(small_world, "B1")) is lost


@pytest.mark.parametrize(("code", "first"), [("ROME", "ship"), ("ROME ON LOAN", "unfilled")])
def test_a_code_that_is_unknown_is_recorded_by_hand_too(small_world, code, first):
    """What it may mean is offered; a note alone would leave the request where it is."""
    small_world.place()
    small_world.hear(f"B1-1 {code}")
    assert small_world.attention("B1") == ("unknown-code",)
    found = offered(small_world, "B1")
    assert found[0].startswith(f"act {first} ") and found[0].endswith("--heard-by mail")
    assert [one for one in found if one.startswith("act unfilled ")]
    assert [one.split()[:2] for one in found[-2:]] == [["act", "message"], ["note", "TEXT"]]
    (letter,) = small_world.notices()
    assert f"mailproc act B1 {first} " in letter.text
    assert {one.split()[1] for one in commands(small_world) if "--heard-by" in one} == {"B1"}
