"""Intake: what was found of a letter stands in its row; trouble of the store is nobody's fault."""

import pytest

from mailproc.errors import TryLater
from mailproc.flow.intake import forwarded_senders
from mailproc.flow.intake import station as intake
from mailproc.store import letters

BL = "XX-BL"


def test_what_was_found_of_a_letter_stands_beside_it(small_world, addresses):
    world = small_world
    text = f"{world.place()}-1 SHIPPED LOAN"
    number = world.inject(world.letter(text, addresses[BL], "Replies of today", message_id="one@bl.example"))
    world.run()
    with world.store.read() as connection:
        row = letters.load(connection, number)
    assert (row.state, row.message_id, row.subject) == ("done", "one@bl.example", "Replies of today")
    assert (row.codec, row.partner, row.taken_from) == ("artemail", BL, BL)


def test_a_store_that_fails_while_a_letter_is_read_shelves_no_letter(small_world, addresses, monkeypatch):
    world = small_world
    number = world.inject(world.letter("Good morning", addresses[BL]))
    with monkeypatch.context() as patched:
        patched.setattr(forwarded_senders, "proven", _fails)
        with pytest.raises(TryLater, match="the server is away"):
            intake.run(world.store, world.app.context)
    with world.store.read() as connection:
        assert letters.load(connection, number).state == "todo"


def _fails(*_given):
    raise TryLater("the server is away")
