"""A letter of more messages than one commit should hold lies on the shelf whole, and staff are told."""

import pytest

from mailproc.flow.reading import letter_reading


@pytest.mark.parametrize(("orders", "taken"), [(3, True), (4, False)])
def test_a_letter_has_a_maximum_of_messages(make_world, sqlite_url, monkeypatch, orders, taken):
    monkeypatch.setattr(letter_reading, "MOST_MESSAGES", 3)
    world = make_world(sqlite_url)
    world.ordered(*(f"TXC{number}-1 S LOAN\nA title" for number in range(orders)))
    (letter,) = world.rows("inbox")
    assert (letter["state"] == "done") is taken
    assert len(world.rows("request")) == (orders if taken else 0)
    if not taken:
        assert letter["last_error"] == "it holds 4 messages, and 3 are the most: ask its sender to divide it"
