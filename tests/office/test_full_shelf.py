"""A full shelf is counted, not loaded, and its beginning is what partners wrote."""

import pytest

from mailproc.office.queries import letters


@pytest.fixture
def full(world):
    """Three letters of strangers, then two orders of a partner that cannot be read."""
    for number in range(3):
        sender = f"ill{number}@stranger.example"
        world.inject(world.letter("REPLIES FOR 99-0001\n\nB1-1 NOT", sender), sender)
    for number in range(2):
        world.ordered("TXC1-9 S LOAN", file_ref=str(number))
    world.run()
    return world


@pytest.mark.parametrize("limit", [None, 1, 2, 3, 5, 9])
def test_the_beginning_of_the_shelf(full, limit):
    with full.app.store.read() as connection:
        whole = letters.shelved(connection)
        assert letters.shelved(connection, limit) == whole[:limit]
        assert letters.count_shelved(connection) == len(whole) == 5
    assert [line.id[0] for line in whole] == ["E", "E", "I", "I", "I"]
