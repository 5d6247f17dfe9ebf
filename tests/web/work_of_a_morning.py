"""What waits on one morning, and what must have been done when it is over."""

from tests.support.partners import SECOND
from tests.support.world import World

BOOKS = tuple(f"B{at}" for at in range(1, 11))
LEFT = [("answer-condition", "B11"), *(("receive", number) for number in BOOKS), ("undo", "B1")]
"""The acts of the morning, in order; beside them a letter went to B12."""


def begin(house: World) -> World:
    """B1 to B10 are on their way; B11 is to be had on a condition; a letter is about B12, unsaid."""
    for at in range(1, 13):
        house.place(title=f"Book {at}" if at < 12 else "Iron Bridges of Wales")
    house.hear(*(f"{number}-1 SHIPPED LOAN" for number in BOOKS))
    house.act("B11", "conditional", condition="library-use-only", heard_by="phone")
    sender = f"desk@{SECOND.lower()}.example"
    text = "Dear colleagues,\n\nIron Bridges of Wales is at the binder's.\n\nKind regards"
    house.inject(house.letter(text, sender, "Your wish"), sender)
    house.run()
    return house


def acts(house: World) -> list[tuple[str, str]]:
    """What was done at the desk by M. Rau, in order."""
    done = [one for one in house.rows("event") if (one["actor"], one["door"]) == ("rau", "desk")]
    numbers = {one["id"]: one["number"] for one in house.rows("request")}
    return [(one["type"], numbers[one["request_id"]]) for one in done if one["type"] in dict(LEFT)]


def is_done(house: World) -> None:
    assert acts(house) == LEFT
    assert [house.state(number) for number in BOOKS] == ["SHIPPED"] + ["RECEIVED"] * 9
    assert house.state("B11") != "CONDITIONAL" and house.shelf() == {}
