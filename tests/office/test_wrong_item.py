"""What came is not what was asked for: staff decide what the reader hears, and ask for the right one."""

from datetime import timedelta

import pytest

from mailproc.errors import LocalFault
from mailproc.office.queries import agenda, request_details, rota
from mailproc.office.requests import amend
from mailproc.office.requests.corrections import Correction
from mailproc.office.wording.request_words import if_nobody_acts
from tests.support.partners import BL, SECOND

READER = "r@readers.example"


def bodies(world) -> list[str]:
    return [letter.text for letter in world.to(READER)]


def came(world, service: str = "LOAN", *partners: str) -> str:
    number = world.place(*(partners or (BL, SECOND)), service=service)
    world.hear(f"{number}-1 SHIPPED {service}")
    return number


def groups(world) -> dict[str, str]:
    with world.store.read() as connection:
        found = agenda.agenda(connection, world.app.context)
    return {one.number: group.reason for group in found.groups for one in group.requests}


@pytest.mark.parametrize("first", [False, True], ids=["at once", "after it was received"])
def test_a_wrong_loan_goes_back_and_the_next_library_is_asked(world, first):
    number = came(world)
    if first:
        world.act(number, "receive", quiet=True)
    world.act(number, "receive", wrong=True)
    assert bodies(world) == [] and world.attention(number) == ("wrong-item",)
    assert world.shown(number).flaw == "wrong" and "the wrong item" in world.shown(number).history[-1].note
    world.next(number)
    assert (world.transaction(number)["partner"], world.state(number)) == (SECOND, "PENDING")
    assert groups(world)[number] == "wrong-item", "the first is still to be sent back"
    world.act(f"{number}-1", "return")
    assert groups(world) == {} and world.shown(number).line.outcome == ""
    world.hear(f"{number}-2 SHIPPED LOAN", of=SECOND)
    world.act(number, "receive")
    assert len(bodies(world)) == 1
    world.act(number, "return")
    assert world.shown(number).line.outcome == "filled"


def test_a_wrong_loan_says_nothing_of_the_reader(world):
    """Nobody is reminded of it but staff, and no time is asked for it."""
    number = came(world)
    world.act(number, "receive", wrong=True)
    with world.store.read() as connection:
        shown = request_details.shown(connection, number, world.app.context)
    assert shown.reader_due is None
    assert not {"renew", "collected", "brought-back"} & set(shown.actions) and "return" in shown.actions
    ahead = if_nobody_acts(shown, world.app.context)
    assert any("it is here, and must go back" in line for line in ahead)
    assert not any("reader" in line for line in ahead)


@pytest.mark.parametrize("first", [False, True], ids=["at once", "after it was received"])
@pytest.mark.parametrize(
    ("service", "how", "says"),
    [
        ("LOAN", "wrong", "is not what we asked for"),
        ("COPY", "partial", "pages are missing.\n\nPages 7-9.\n\n"),
    ],
)
def test_its_library_is_told_even_if_its_system_reads_no_receipts(
    world, addresses, service, how, says, first
):
    number = came(world, service)
    if first:
        world.act(number, "receive", quiet=True)
    before = len(world.to(addresses[BL]))
    world.act(number, "receive", note="Pages 7-9.", quiet=True, **{how: True})
    (letter,) = world.to(addresses[BL])[before:]
    assert says in letter.text and letter.text.count("Pages 7-9.") == 1


def test_the_reader_of_a_part_reads_the_remark_of_staff_alone(world):
    number = came(world, "COPY")
    world.act(number, "receive", note="Pages 7-9 follow.", partial=True)
    (text,) = bodies(world)
    assert "Please note: Pages 7-9 follow.\n" in text and "pages are missing" not in text


@pytest.mark.parametrize(
    ("service", "how", "first"),
    [
        ("LOAN", "wrong", ["act B1 return"]),
        ("COPY", "wrong", ["act B1 receive"]),
        ("COPY", "partial", ["act B1 receive"]),
    ],
)
def test_staff_are_offered_to_ask_for_the_right_one(small_world, service, how, first):
    number = came(small_world, service)
    small_world.act(number, "receive", **{how: True})
    with small_world.store.read() as connection:
        shown = request_details.shown(connection, number, small_world.app.context)
    offered = [way.command.removeprefix("mailproc ") for way in shown.ways]
    assert offered[: len(first) + 2] == [*first, "amend B1 --title TITLE --again", "next B1"]


def test_a_wrong_loan_that_went_back_waits_for_staff(world):
    """Its request is not filled, and nothing hides it."""
    number = came(world, "LOAN", BL)
    world.act(number, "receive", wrong=True)
    world.act(number, "return")
    assert world.shown(number).closed_at is None
    assert groups(world) == {number: "end-of-rota"}
    world.act(number, "close")
    (text,) = bodies(world)
    assert "Your request has been ended" in text


def test_the_same_library_is_asked_again_without_close(world):
    number = came(world)
    world.act(number, "receive", wrong=True)
    right = Correction(item={"edition": "2nd"})
    done = amend.amend(world.store, world.app.context, number, right, again=True)
    world.run()
    assert (done.attempt, done.partner, world.state(number)) == (2, BL, "PENDING")


def test_the_reader_is_not_reminded_of_what_goes_back(world):
    number = came(world)
    world.act(number, "receive", wrong=True)
    world.days(60)
    assert bodies(world) == [] and "send-back" in world.attention(number)


def test_a_return_of_the_wrong_one_opens_nothing(world):
    number = came(world)
    world.act(number, "receive", wrong=True)
    world.next(number)
    world.hear(f"{number}-2 SHIPPED LOAN", of=SECOND)
    world.act(number, "receive")
    world.act(number, "return")
    world.act(f"{number}-1", "return")
    assert world.shown(number).line.outcome == "filled"


@pytest.mark.parametrize("how", ["wrong", "partial"])
def test_a_copy_that_is_not_what_was_asked_does_not_end_the_request(world, how):
    number = came(world, "COPY")
    world.act(number, "receive", note="Pages 50-52 are missing.", **{how: True})
    assert world.shown(number).closed_at is None and world.attention(number) == (f"{how}-copy",)
    if how == "partial":
        (text,) = bodies(world)
        assert "Not all of it has come yet." in text and "Pages 50-52 are missing." in text
    else:
        assert bodies(world) == []
    world.act(number, "receive")
    assert world.shown(number).line.outcome == "filled" and world.attention(number) == ()
    assert "Not all of it" not in bodies(world)[-1] and len(bodies(world)) == 1 + (how == "partial")
    assert ("Subject: The rest of your interlibrary loan is here:" in bodies(world)[-1]) is (how == "partial")
    assert ("It is complete now." in bodies(world)[-1]) is (how == "partial")


def test_the_letter_at_the_end_names_the_library_that_sent_the_wrong_item(world):
    number = came(world)
    world.act(number, "receive", wrong=True)
    world.next(number)
    world.act(number, "unfilled", reason="lost", heard_by="mail")
    world.act(f"{number}-1", "return")
    world.act(number, "close")
    world.days(30)
    (letter,) = (text for text in bodies(world) if "We asked:" in text)
    assert "what came is not what we asked for" in letter and "their copy is lost" in letter


def test_a_copy_that_ended_the_request_is_found_to_be_wrong(world):
    number = came(world, "COPY")
    world.act(number, "receive")
    assert world.shown(number).line.outcome == "filled"
    world.act(number, "receive", wrong=True)
    assert world.shown(number).closed_at is None and groups(world) == {number: "wrong-copy"}
    world.next(number)
    assert groups(world) == {}


def test_a_wrong_receipt_is_undone(small_world):
    number = came(small_world)
    before = small_world.transaction(number)["options"]
    small_world.act(number, "receive", wrong=True, run=False)
    small_world.act(number, "undo")
    assert small_world.state(number) == "SHIPPED" and small_world.transaction(number)["options"] == before


@pytest.mark.parametrize(
    ("service", "how"), [("LOAN", {"partial": True}), ("COPY", {"partial": True, "wrong": True})]
)
def test_only_a_copy_comes_in_part(small_world, service, how):
    number = came(small_world, service)
    with pytest.raises(LocalFault, match="--partial is of a copy"):
        small_world.act(number, "receive", **how)


def test_a_note_stands_in_the_letter_as_staff_wrote_it(small_world):
    number = came(small_world)
    small_world.act(number, "receive", note="With its map, please.")
    (text,) = bodies(small_world)
    assert "Please note: With its map, please." in text


def test_the_rota_says_that_nobody_is_asked_now(small_world):
    number = came(small_world)
    small_world.act(number, "receive", wrong=True)
    with small_world.store.read() as connection:
        assert not rota.rota(connection, small_world.app.context, number).open


ASK = "Please tell us whether you can still send us what we asked for."


def test_what_came_wrong_after_the_next_library_was_asked_asks_for_nothing(small_world, addresses):
    number = came(small_world)
    small_world.act(number, "receive", wrong=True)
    small_world.next(number)
    small_world.act(f"{number}-1", "receive", wrong=True, note="The second volume.")
    assert ASK not in small_world.to(addresses[BL])[-1].text


def test_a_wrong_item_that_went_back_is_called_that(small_world):
    number = came(small_world)
    small_world.act(number, "receive", wrong=True)
    small_world.act(number, "return")
    assert groups(small_world) == {number: "ask-right-one"}


def actions(world, number: str = "B1") -> tuple[str, ...]:
    with world.store.read() as connection:
        return request_details.shown(connection, number, world.app.context).actions


@pytest.fixture
def went_back(small_world):
    """B1 with the first library, which has its wrong item back and may send the right one."""
    number = came(small_world)
    small_world.act(number, "receive", wrong=True)
    small_world.act(number, "return")
    assert "receive" in actions(small_world)
    return small_world


@pytest.mark.parametrize("announced", [True, False])
def test_the_right_loan_comes_after_the_wrong_one_went_back(went_back, announced):
    world = went_back
    if announced:
        due = world.app.context.today() + timedelta(days=50)
        world.act("B1", "ship", heard_by="mail", on=due)
        assert (world.state("B1"), world.shown("B1").line.due) == ("SHIPPED", due)
        assert world.shown("B1").flaw == "" and groups(world) == {}
    world.act("B1", "receive")
    assert (world.state("B1"), world.shown("B1").flaw, len(bodies(world))) == ("RECEIVED", "", 1)
    world.act("B1", "return")
    assert world.shown("B1").line.outcome == "filled" and groups(world) == {}
    assert not world.verify().differences


def test_the_right_loan_may_be_the_wrong_one_again(went_back):
    went_back.act("B1", "receive", wrong=True)
    assert went_back.state("B1") == "RECEIVED" and groups(went_back) == {"B1": "wrong-item"}
    went_back.act("B1", "return")
    assert "receive" in actions(went_back) and bodies(went_back) == []


def test_the_receipt_of_the_right_loan_is_undone(went_back):
    before = went_back.transaction("B1")["options"]
    went_back.act("B1", "receive", run=False)
    went_back.act("B1", "undo")
    assert (went_back.state("B1"), went_back.transaction("B1")["options"]) == ("RETURNED", before)


def test_late_word_of_the_wrong_loan_sends_no_right_one(small_world):
    number = small_world.place(BL)
    small_world.act(number, "receive", wrong=True)
    small_world.act(number, "return")
    small_world.hear(f"{number}-1 SHIPPED LOAN")
    assert small_world.state(number) == "RETURNED"


def test_a_right_loan_that_went_back_does_not_come_again(small_world):
    number = came(small_world)
    small_world.act(number, "receive")
    small_world.act(number, "return")
    assert "receive" not in actions(small_world)
    with pytest.raises(LocalFault, match="not possible"):
        small_world.act(number, "receive")


def test_a_reader_who_was_told_of_the_wrong_loan_is_told_of_the_right_one(small_world):
    number = came(small_world)
    for how in ({}, {"wrong": True}):
        small_world.act(number, "receive", **how)
    small_world.act(number, "return")
    small_world.act(number, "ship", heard_by="phone")
    small_world.act(number, "receive")
    assert len(bodies(small_world)) == 3 and "is here" in bodies(small_world)[2]


@pytest.mark.parametrize("asked_next", [True, False])
def test_a_right_loan_that_is_sent_after_the_next_library_was_asked_is_looked_at(small_world, asked_next):
    number = came(small_world)
    small_world.act(number, "receive", wrong=True)
    if asked_next:
        small_world.next(number)
    small_world.act(f"{number}-1", "return")
    small_world.act(f"{number}-1", "ship", heard_by="mail")
    assert groups(small_world) == ({number: "supplied-after-end"} if asked_next else {})
