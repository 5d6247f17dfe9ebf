"""From what a person types to a request, and the lists."""

import pytest

from mailproc.errors import LocalFault

LOAN = "S LOAN\nA book of ours"


@pytest.mark.parametrize("typed", ["B1", "b1", " B1 ", "B1-1"])
def test_a_local_number(small_world, typed):
    small_world.place()
    assert small_world.shown(typed).line.number == "B1"


def test_the_borrowers_number(world):
    world.ordered(f"TXC1-1 {LOAN}", "TXab/12/x " + LOAN)
    for typed in ("C1-1", "c1-1", "C1-1/99-0003", "c1-1/99-0003"):
        assert world.shown(typed).line.number == "L1"
    for typed in ("AB/12/X", "ab/12/x", "AB/12/X/99-0003"):
        assert world.shown(typed).line.number == "L2"


def test_an_ambiguous_number_names_the_candidates(world):
    world.ordered(f"TXC1-1 {LOAN}")
    world.ordered(f"TXC1-1 {LOAN}", of="XX-OTHER")
    with pytest.raises(LocalFault) as refused:
        world.shown("C1-1")
    for part in ("L1-1", "L2-1", "XX-CUSTOMER", "XX-OTHER"):
        assert part in str(refused.value)
    assert world.shown("C1-1/99-0004").line.number == "L2"
    with pytest.raises(LocalFault):
        world.act("C1-1", "ship")
    world.act("C1-1/99-0004", "ship")
    assert world.state("L2") == "SHIPPED"


def test_our_own_qualifiers(world):
    world.place("XX-BL", "XX-SECOND")
    world.hear("B1-1 NOT")
    assert world.shown("B1/2").line.attempt == 2
    world.act("B1-1", "message", note="thank you")  # an earlier attempt can be spoken of
    assert "message" in [change.event for change in world.shown("B1").history if change.attempt == 1]


@pytest.mark.parametrize("typed", ["B2", "L1", "B1-2", "nothing", "", "/", "B1/7", "%", "B_"])
def test_what_is_not_there(small_world, typed):
    small_world.place()
    with pytest.raises(LocalFault):
        small_world.act(typed, "cancel")


TITLES = {
    "B1": "A plain title",
    "B2": "100% of wool",
    "B3": "snake_case explained",
    "B4": "Über die Łódź",
    "B5": "back\\slash and 'quotes'",
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("title plain", {"B1"}),
        ("A PLAIN T", {"B1"}),
        ("plain", {"B1", "B3"}),
        ("marsh plain", {"B1"}),
        ("marsh wool", set()),
        ("%", {"B2"}),
        ("0%", {"B2"}),
        ("_", {"B3"}),
        ("snakeXcase", set()),
        ("Über", {"B4"}),
        ("Łódź", {"B4"}),
        ("lodz", {"B4"}),
        ("uber die", {"B4"}),
        ("\x00", set()),
        ("\udcff", set()),
        ("\ufffd \ue000", set()),
        ("\\", {"B5"}),
        ("'", {"B5"}),
        ("b3", {"B3"}),
        ("R7", {"B2"}),
        ("Ann Reader", {"B2"}),
        ("ann r", {"B2"}),
        ("Nobody", set()),
        ("C1-1", {"L1"}),
        ("Marsh", {"B1"}),
    ],
)
def test_find(world, text, found):
    for number, title in TITLES.items():
        more = {"patron": {"id": "R7", "name": "Ann Reader"}} if number == "B2" else {}
        world.place(run=False, item={"title": title, "author": "Marsh, E" if number == "B1" else "x"}, **more)
    world.ordered(f"TXC1-1 {LOAN}")
    assert set(world.listed(find=text)) == found


def test_the_filters(world):
    world.place("XX-BL")
    world.later()
    world.place("XX-SECOND")
    world.hear("B1-1 CRF*CANNOT MATCH ITEM")
    world.ordered(f"TXC1-1 {LOAN}")
    assert world.listed(role="responder") == ["L1"]
    assert set(world.listed(role="REQUESTER")) == {"B1", "B2"}
    assert world.listed(state="not_supplied") == ["B1"]
    assert world.listed(partner="XX-SECOND") == ["B2"]
    assert set(world.listed(attention=True)) == {"B1", "L1"}
    assert world.listed(limit=1) == [world.listed()[0]]


def test_show_says_everything(world):
    world.place(service="COPY", title="Tidal memory", need_before="2026-05-01", note="for a seminar")
    world.hear("B1-1 USE*3")
    world.act("B1", "message", note="thank you", by="clerk")
    shown = world.shown("B1")
    assert shown.transaction == {"initial_requester": "XX-LIBRARY", "tgq": "B1", "tq": "1"}
    assert shown.item["article_title"] == "Tidal memory"
    assert shown.patron["name"] == "A Reader"
    assert (shown.line.their_number, shown.line.ordered_as) == ("", "B1-1")
    assert (shown.note, str(shown.need_before)) == (
        "for a seminar",
        "2026-05-01",
    )
    assert {"cancel", "receive", "close"} <= set(shown.actions)
    assert [change.cause["kind"] for change in shown.history] == ["staff", "letter", "staff"]
    assert shown.history[1].cause["id"] == "I1"
    assert [letter.id for letter in shown.letters] == ["O1", "O2"]
