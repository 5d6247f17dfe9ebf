"""The rota as staff see it, and what of it they can still change."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.queries import rota
from mailproc.office.requests import rota_change


def seen(world, number="B1"):
    with world.app.store.read() as connection:
        return rota.rota(connection, world.app.context, number)


def changed(world, *add, drop=(), number="B1"):
    rota_change.change(world.app.store, world.app.context, number, add, drop, "clerk")


def told(world, number="B1"):
    return [
        (one.partner, one.became, one.state, one.answer, one.why_not) for one in seen(world, number).places
    ]


def test_what_became_of_each(world):
    world.place("XX-BL", "XX-SECOND", "XX-BL")
    assert told(world) == [
        ("XX-BL", "asked", "PENDING", "", ""),
        ("XX-SECOND", "next", "", "", ""),
        ("XX-BL", "waiting", "", "", ""),
    ]
    assert seen(world).open
    world.hear("B1-1 NOT")
    assert told(world) == [
        ("XX-BL", "asked", "NOT_SUPPLIED", "ANSWER.unfilled", "not-owned"),
        ("XX-SECOND", "asked", "PENDING", "", ""),
        ("XX-BL", "next", "", "", ""),
    ]
    first, second, _ = seen(world).places
    assert (first.attempt, second.attempt, first.name) == ("B1-1", "B1-2", "Library XX-BL")
    assert first.answer_note == "NOT"
    assert first.answered_at is not None and first.asked_at is not None


def test_what_they_told_us_by_telephone_is_their_answer_too(world):
    world.place()
    world.act("B1", "unfilled", heard_by="phone", reason="not-on-shelf")
    (one,) = seen(world).places
    assert (one.answer, one.why_not) == ("ANSWER.unfilled", "not-on-shelf")
    assert not seen(world).open


def test_an_act_of_ours_is_no_answer_of_theirs(world):
    world.place()
    world.act("B1", "message", note="please hurry")
    assert told(world)[0][3] == ""


def test_added_at_the_end_and_asked_in_turn(world, addresses):
    world.place("XX-BL")
    changed(world, "xx-second")
    assert told(world)[1][:2] == ("XX-SECOND", "next")
    world.hear("B1-1 NOT")
    assert len(world.to(addresses["XX-SECOND"])) == 1
    change = next(one for one in world.shown("B1").history if one.event == "amend")
    assert (change.note, change.cause["id"]) == ("rota: added XX-SECOND", "clerk")


def test_dropped_before_it_is_asked(world, addresses):
    world.place("XX-BL", "XX-SECOND")
    changed(world, drop=["xx-second"])
    world.hear("B1-1 NOT")
    assert world.to(addresses["XX-SECOND"]) == []
    assert world.attention("B1") == ("end-of-rota",)
    (letter,) = world.reader()  # who was dropped was never asked: the reader hears nothing of it
    assert "XX-SECOND" not in letter.text


def test_another_order_is_drop_and_add(world):
    world.place("XX-BL", "XX-SECOND", "XX-BL")
    changed(world, "XX-SECOND", drop=["XX-SECOND"])
    assert [one[0] for one in told(world)] == ["XX-BL", "XX-BL", "XX-SECOND"]


def test_adding_at_the_end_of_the_rota_leaves_it_in_the_lists(world):
    """Nobody has been asked by that: it still needs attention."""
    world.place("XX-BL")
    world.hear("B1-1 NOT")
    changed(world, "XX-SECOND")
    assert world.attention("B1") == ("end-of-rota",)
    world.next("B1")
    assert (world.shown("B1").line.partner, world.attention("B1")) == ("XX-SECOND", ())


@pytest.mark.parametrize(
    ("add", "drop", "named"),
    [
        (["XX-NOBODY"], [], "XX-NOBODY"),
        (["XX-CUSTOMER"], [], "XX-CUSTOMER"),
        (["XX-SECOND"], [], "already"),
        (["XX-BL", "XX-BL"], [], "already"),
        ([], ["XX-BL"], "XX-BL does not wait"),
        ([], ["XX-NOBODY"], "who waits: XX-SECOND"),
        ([], ["XX-SECOND", "XX-SECOND"], "nobody"),
        (["XX-BL"], ["XX-NOBODY"], "XX-NOBODY"),
    ],
)
def test_refused_before_anything_changed(world, add, drop, named):
    world.place("XX-BL", "XX-SECOND")
    before = world.dump()
    with pytest.raises(LocalFault, match=named):
        changed(world, *add, drop=drop)
    assert world.dump() == before


def test_a_request_of_theirs_has_none(world):
    world.ordered("TXC1-1 S LOAN\nA book of ours")
    for ask in (seen, changed):
        with pytest.raises(LocalFault, match="theirs"):
            ask(world, number="L1")


def test_who_lends_no_more_or_is_paused_is_named(make_world, sqlite_url, network_lines):
    make_world(sqlite_url, network_lines).place("XX-BL", "XX-NET", "XX-SECOND")
    blocks = network_lines.split("[[partner]]")
    gone = "[[partner]]".join(block for block in blocks if '"XX-NET"' not in block)
    later = make_world(sqlite_url, gone.replace('name = "Library XX-SECOND"', 'status = "paused"'))
    _, net, second = seen(later).places
    assert "XX-NET" in net.unable
    assert second.unable.startswith("paused")


def test_one_moves_up_among_those_who_wait(world):
    world.place("XX-BL", "XX-SECOND", "XX-BL")
    rota_change.move_up(world.app.store, world.app.context, "B1", "xx-bl", "clerk")
    assert [one[:2] for one in told(world)] == [
        ("XX-BL", "asked"),
        ("XX-BL", "next"),
        ("XX-SECOND", "waiting"),
    ]
    assert "xx-bl moved up" in world.rows("history")[-1]["note"]
    for symbol, why in (("XX-BL", "next one"), ("XX-NOBODY", "does not wait")):
        with pytest.raises(LocalFault, match=why):
            rota_change.move_up(world.app.store, world.app.context, "B1", symbol, "clerk")


def test_the_history_says_why_one_was_taken_out(world):
    world.place("XX-BL", "XX-SECOND")
    rota_change.change(
        world.app.store, world.app.context, "B1", drop=["XX-SECOND"], by="clerk", reason="they\nmove house"
    )
    assert "dropped XX-SECOND; because: they move house" in world.rows("history")[-1]["note"]
