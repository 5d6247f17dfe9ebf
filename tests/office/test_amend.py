"""A request of ours corrected: written anew before its order has left, asked again after its answer."""

import threading
from datetime import date

import pytest

from mailproc.errors import LocalFault
from mailproc.flow.intake import station as intake
from mailproc.office.requests import amend, corrections
from mailproc.office.requests.amend import Amended
from mailproc.store import outgoing

CANNOT_MATCH = "B1-1 CRF*CANNOT MATCH ITEM"


def corrected(world, number="B1", again=False, run=True, item=None, **rest) -> Amended:
    wanted = corrections.read(rest | ({"item": item} if item is not None else {}))
    done = amend.amend(world.app.store, world.app.context, number, wanted, again=again, by="clerk")
    if run:
        world.run()
    return done


# --- not left yet ---------------------------------------------------------------------------------


def test_an_order_that_waits_for_words_is_written_anew(world, addresses):
    world.place(title="The wrong book", run=False)
    done = corrected(world, item={"title": "The right book", "author": "Rolt"}, need_before="2026-05-01")
    assert (done.way, done.attempt, done.state) == ("anew", 1, "PENDING")
    (letter,) = world.to(addresses["XX-BL"])
    assert "The right book" in letter.text and "Rolt" in letter.text and "wrong" not in letter.text
    shown = world.shown("B1")
    assert (shown.line.title, shown.line.author) == ("The right book", "Rolt")
    assert (shown.need_before, shown.line.delivery) == (date(2026, 5, 1), "handed_over")
    assert shown.item["title"] == "The right book"


def test_a_letter_that_waits_is_withdrawn_and_the_others_in_it_go_out_once(world, addresses):
    world.place(title="The wrong book", run=False)
    world.place(title="Another reader's book", run=False)
    world.quiet()  # both stand in one letter, which has not left
    assert [row["state"] for row in world.rows("outgoing")] == ["prepared"]
    corrected(world, item={"title": "The right book"})
    text = "\n".join(letter.text for letter in world.to(addresses["XX-BL"]))
    assert text.count("The right book") == 1
    assert text.count("Another reader's book") == 1
    assert "wrong" not in text
    assert world.rows("outgoing")[0]["state"] == "withdrawn"


def test_the_history_says_who_changed_what(world):
    world.place(title="The wrong book", run=False)
    corrected(world, item={"title": "The right book"}, delivery={"electronic": "r@new.example"})
    change = next(one for one in world.shown("B1").history if one.event == "amend")
    assert change.cause == {"kind": "staff", "id": "clerk"}
    assert "Title: The wrong book → The right book" in change.note
    assert "Deliver to: changed" in change.note
    assert "new.example" not in change.note  # the reader's address stands in the request alone
    assert (change.from_state, change.to_state) == ("PENDING", "PENDING")


def test_corrected_twice_before_it_leaves(world, addresses):
    world.place(title="First", run=False)
    corrected(world, item={"title": "Second"}, run=False)
    world.quiet()
    corrected(world, item={"title": "Third"})
    (letter,) = world.to(addresses["XX-BL"])
    assert "Third" in letter.text


def test_a_held_order_goes_once_it_can_be_written(world, addresses):
    """The guard held it; the correction clears that reason too."""
    world.place(title="كتاب عن الري", item={"title": "A", "isbn": "TX"}, run=False)
    world.quiet()
    intent = world.rows("intent")[0]
    if intent["state"] != "held":  # whatever the guard thinks of it today: hold it by hand
        world.app.store.write(
            lambda connection: outgoing.withdraw(connection, outgoing.unsaid(connection, 1)[0])
        )
        world.app.store.write(lambda connection: outgoing.place(connection, 1, "held", None, "no words"))
    corrected(world, item={"title": "A plain title", "isbn": ""})
    (letter,) = world.to(addresses["XX-BL"])
    assert "A plain title" in letter.text
    assert world.attention("B1") == ()


def test_an_order_that_failed_for_good_is_written_anew(world, addresses):
    world.refuses = lambda _sent: True
    world.place(title="The wrong book")
    assert world.attention("B1") == ("delivery-failed",)
    world.refuses = lambda _sent: False
    assert corrected(world, item={"title": "The right book"}).way == "anew"
    (letter,) = world.to(addresses["XX-BL"])
    assert "The right book" in letter.text
    assert world.attention("B1") == ()
    assert world.shown("B1").line.delivery == "handed_over"


def test_a_corrected_order_can_be_said_again_and_not_be_undone(world, addresses):
    world.place(title="The wrong book", run=False)
    corrected(world, item={"title": "The right book"})
    with pytest.raises(LocalFault, match="no action that can be undone"):
        world.act("B1", "undo")
    world.act("B1", "request", repeat=True)
    assert ["The right book" in letter.text for letter in world.to(addresses["XX-BL"])] == [True, True]


def test_a_corrected_order_can_still_be_cancelled(world):
    world.place(title="The wrong book", run=False)
    corrected(world, item={"title": "The right book"}, run=False)
    world.act("B1", "cancel")
    assert world.state("B1") == "CANCELLED"
    assert world.sent == []


def test_the_correction_and_the_station_at_the_same_time(small_world, addresses):
    """Whoever comes first: one order leaves, and it says what the request says."""
    for number in range(1, 13):
        small_world.place(title=f"Wrong {number}", run=False)
    refused = []

    def station():
        small_world.run()

    thread = threading.Thread(target=station)
    thread.start()
    for number in range(1, 13):
        try:
            corrected(small_world, f"B{number}", item={"title": f"Right {number}"}, run=False)
        except LocalFault:
            refused.append(number)
    thread.join()
    small_world.run()
    text = "".join(letter.text for letter in small_world.to(addresses["XX-BL"]))
    for number in range(1, 13):
        said = "Wrong" if number in refused else "Right"
        assert text.count(f"TXB{number}-1 ") == 1
        assert f"{said} {number}\n" in text
        assert small_world.shown(f"B{number}").line.title == f"{said} {number}"


# --- answered: asked again ------------------------------------------------------------------------


def test_cannot_match_is_corrected_and_asked_again_under_a_new_number(world, addresses):
    world.place("XX-BL", "XX-SECOND", title="The wrong book")
    world.hear(CANNOT_MATCH)
    assert (world.state("B1"), world.attention("B1")) == ("NOT_SUPPLIED", ("ask-cannot-match",))
    done = corrected(world, item={"title": "The right book"}, again=True)
    assert (done.way, done.attempt, done.partner, done.state) == ("again", 2, "XX-BL", "PENDING")
    first, second = world.to(addresses["XX-BL"])
    assert "TXB1-1 " in first.text and "TXB1-2 " in second.text and "The right book" in second.text
    assert world.to(addresses["XX-SECOND"]) == []
    assert world.attention("B1") == ()
    rota = [(one.partner, one.tried) for one in world.shown("B1").rota]
    assert rota == [("XX-BL", True), ("XX-BL", True), ("XX-SECOND", False)]
    world.hear("B1-2 NOT")  # and the rota goes on to whom it would have gone
    assert (world.shown("B1").line.partner, world.state("B1")) == ("XX-SECOND", "PENDING")


def test_the_answer_to_the_old_number_stays_the_old_attempts(world):
    world.place(title="The wrong book")
    world.hear(CANNOT_MATCH)
    corrected(world, item={"title": "The right book"}, again=True)
    world.hear("B1-1 SHIPPED COPY")
    assert world.transaction("B1-2")["state"] == "PENDING"


def test_corrected_without_again_it_waits_for_the_next_order(world, addresses):
    world.place("XX-BL", "XX-SECOND", title="The wrong book")
    world.hear(CANNOT_MATCH)
    world.sent.clear()
    done = corrected(world, item={"title": "The right book"})
    assert (done.way, done.attempt, world.sent) == ("kept", 1, [])
    assert world.attention("B1") == ("ask-cannot-match",)  # nobody was asked: it still needs attention
    world.next("B1")
    (letter,) = world.to(addresses["XX-SECOND"])
    assert "The right book" in letter.text


def test_again_needs_no_correction(world):
    """As where they said: ask again in some weeks."""
    world.place()
    world.hear("B1-1 CAT*REAPPLY 4")
    assert corrected(world, again=True).attempt == 2


def test_what_came_back_undelivered_is_asked_again(world, addresses):
    world.place(title="The wrong book")
    world.bounce(world.sent[0])
    with pytest.raises(LocalFault) as refused:
        corrected(world, item={"title": "The right book"})
    assert "--again" in refused.value.possible[0]
    corrected(world, item={"title": "The right book"}, again=True)
    assert [row["state"] for row in world.rows("transactions")] == ["CANCELLED", "PENDING"]
    assert "The right book" in world.to(addresses["XX-BL"])[-1].text
    assert world.shown("B1").line.outcome == ""


def test_numbers_are_never_used_twice(world):
    world.place()
    for attempt in range(1, 4):
        world.hear(f"B1-{attempt} CRF*CANNOT MATCH ITEM")
        corrected(world, item={"title": f"A book, edition {attempt}"}, again=True)
    assert [row["tq"] for row in world.rows("transactions")] == ["1", "2", "3", "4"]


# --- refused, and nothing changed -----------------------------------------------------------------


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(
    ("heard", "act", "possible"),
    [
        ([], "", ["cancel", "message"]),
        (["B1-1 USE*3"], "", ["cancel", "message"]),
        ([], "cancel", ["cancel", "message"]),
        ([], "receive", ["message"]),
        ([], "close", ["cancel", "message"]),
    ],
)
def test_what_they_hold_is_refused_with_what_is_possible(world, heard, act, possible, again):
    world.place(title="The wrong book")
    if heard:
        world.hear(*heard)
    if act:
        world.act("B1", act)
    before = world.dump()
    with pytest.raises(LocalFault) as refused:
        corrected(world, item={"title": "The right book"}, again=again, run=False)
    assert [str(way).split()[3].rstrip(",") for way in refused.value.possible] == possible
    assert world.dump() == before


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"item": {"title": "A book"}}, "nothing would change"),
        ({}, "nothing would change"),
        ({"item": {"title": ""}}, "title"),
        ({"item": {"title": " "}}, "title"),
    ],
)
def test_a_correction_that_is_none_changes_nothing(small_world, change, named):
    small_world.place(run=False)
    before = small_world.dump()
    with pytest.raises(LocalFault, match=named):
        corrected(small_world, run=False, **change)
    assert small_world.dump() == before


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"item": {"colour": "red"}}, "colour"),
        ({"item": {"colour": None}}, "colour"),
        ({"item": {"title": 7}}, "item.title"),
        ({"item": "a book"}, "item"),
        ({"partners": ["XX-BL"]}, "rota"),
        ({"service": "COPY"}, "service"),
        ({"patron": {"id": "R2"}}, "patron"),
        ({"need_before": "soon"}, "need_before"),
        ({"delivery": {"pigeon": "yes"}}, "pigeon"),
        ({"max_cost": {"amount": "much"}}, "amount"),
        ({"keywords": "WLX"}, "keywords"),
        ([], "object"),
        ("a book", "object"),
    ],
)
def test_what_is_wrong_is_named(given, named):
    with pytest.raises(LocalFault, match=named):
        corrections.read(given)


def test_a_request_of_theirs_is_not_ours_to_correct(world):
    world.ordered("TXC1-1 S LOAN\nA book of ours")
    with pytest.raises(LocalFault, match="theirs"):
        corrected(world, "L1", item={"title": "Another"})


def test_lines_that_are_ordered_as_they_stand_are_corrected_too(world, addresses):
    item = {"title": "A book", "lines": ["A BOOK", "ROLT"]}
    world.place(item=item, run=False)
    with pytest.raises(LocalFault, match=r"item\.lines"):
        corrected(world, item={"title": "Another book"}, run=False)
    wanted = {"item": {"title": "Another book", "lines": None}}
    corrected(world, **wanted)
    (letter,) = world.to(addresses["XX-BL"])
    assert "Another book" in letter.text and "A BOOK" not in letter.text


def test_null_takes_away_and_every_field_can_be_corrected(small_world):
    small_world.place(item={"title": "A", "author": "B"}, need_before="2026-05-01", note="old", run=False)
    corrected(
        small_world,
        item={},
        need_before=None,
        note="new",
        max_cost={"amount": "12.50", "currency": "GBP"},
        delivery={"electronic": "desk@library.example"},
        keywords=["WLX"],
        run=False,
    )
    row = small_world.rows("request")[0]
    assert (row["need_before_on"], row["note"], row["keywords"]) == (None, "new", ["WLX"])
    assert row["max_cost"] == {"amount": "12.50", "currency": "GBP"}
    assert row["delivery"] == {"electronic": "desk@library.example"}
    small_world.quiet()
    corrected(small_world, item={"author": None}, run=False)
    assert small_world.rows("request")[0]["item"] == {"title": "A"}
    assert small_world.shown("B1").line.author == ""


@pytest.mark.parametrize("title", ["Two\r\nlines", "{{ 7 * 7 }}", "x" * 700, "\0", "\ud800", "NNNN"])
def test_awkward_titles_are_taken(world, title):
    world.place(run=False)
    corrected(world, item={"title": title})
    line = world.shown("B1").line
    assert line.delivery in ("handed_over", "held")
    assert "\n" not in line.title


def test_a_letter_that_had_come_in_before_counts_first(world):
    """The answer lies in the queue when staff correct: it is heard, then the correction is judged."""
    world.place("XX-BL", "XX-SECOND")
    world.hear("B1-1 CRF*CANNOT MATCH ITEM", run=False)
    intake.run(world.app.store, world.app.context)
    assert corrected(world, item={"title": "Right"}, again=True).way == "again"


def test_the_clock_goes_by_the_corrected_day(world):
    world.place(need_before="2026-03-20", run=False)

    def waits():
        rows = [row for row in world.rows("timer") if row["fired_event_id"] is None]
        return [row["due_at"].date().isoformat() for row in rows if row["kind"] == "NEED_BEFORE"]

    before = waits()
    corrected(world, need_before="2026-04-20")
    assert len(before) == len(waits()) == 1
    assert waits()[0][:7] == "2026-04"
    assert world.transaction("B1")["state"] == "PENDING"
