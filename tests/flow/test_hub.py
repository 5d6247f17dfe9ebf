"""A hub: both sides of one transaction in one store, our own address as a partner's."""

import pytest

US = "ill@library.example"


@pytest.fixture
def hub(make_world, store_url, hub_lines):
    """Every letter to ourselves comes back in, as the relay would bring it."""
    world = make_world(store_url, hub_lines)
    world.returned = 0
    yield world
    assert world.verify().differences == ()


def rounds(world):
    while world.returned < len(world.sent):
        letter = world.sent[world.returned]
        world.returned += 1
        if letter.to == US:
            world.inject(letter.raw, US)
            world.run()


def states(world):
    return world.state("B1"), world.state("L1")


def test_a_loan_round(hub):
    hub.place("XX-HUB")
    rounds(hub)
    assert states(hub) == ("PENDING", "IN_PROCESS")
    assert hub.shown("L1").line.their_number == "B1-1"
    hub.act("L1", "ship")
    rounds(hub)
    assert states(hub) == ("SHIPPED", "SHIPPED")
    hub.act("B1", "receive")
    hub.act("L1", "overdue")
    rounds(hub)
    assert states(hub) == ("OVERDUE", "OVERDUE")
    hub.act("B1", "return")
    hub.act("L1", "check-in")
    rounds(hub)
    assert states(hub) == ("RETURNED", "CHECKED_IN")
    assert hub.shelf() == {}


def test_a_cancellation_round(hub):
    hub.place("XX-HUB")
    rounds(hub)
    hub.act("B1", "cancel")
    rounds(hub)
    assert states(hub) == ("CANCEL_PENDING", "CANCEL_PENDING")
    hub.act("L1", "cancel-reply", answer=False)
    rounds(hub)
    assert states(hub) == ("PENDING", "IN_PROCESS")
    hub.act("L1", "unfilled", reason="not-owned")
    rounds(hub)
    assert states(hub) == ("NOT_SUPPLIED", "NOT_SUPPLIED")


def test_a_chase_goes_to_the_lending_side(make_world, sqlite_url, with_keywords):
    world = make_world(sqlite_url, with_keywords({"cancel": "CANCEL", "chase": "CHASE"}))
    world.returned = 0
    world.place("XX-HUB")
    rounds(world)
    world.act("B1", "query")
    rounds(world)
    assert world.events("L1")[-1] == "STATUS_QUERY"
    assert world.events("B1")[-1] == "query"


def test_a_number_asked_of_the_hub_and_of_another(hub, addresses):
    """B1-1 went to the library: the hub's reports cannot move it."""
    hub.place("XX-BL")
    rounds(hub)
    hub.hear("B1-1 NOT", of="XX-HUB")
    assert hub.state("B1") == "PENDING"
    assert any("XX-BL" in why for why in hub.shelf().values())
