"""What a release would do: nothing is kept, or logged as done, and no write is held for long."""

import logging

import pytest

from mailproc import log
from mailproc.flow.intake import station
from mailproc.office.mailroom import foresight, incoming

ORDERS = [f"TXC{number}-1 S LOAN\nBook {number}" for number in range(1, 61)]


@pytest.fixture
def told(capsys):
    """What the log says since."""
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    before, level = root.handlers[:], root.level
    log.set_up("INFO")

    def said():
        log.end()
        return capsys.readouterr().err

    yield said
    for handler in [one for one in root.handlers if one not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    logging.setLogRecordFactory(factory)


def shelved(house, *orders):
    """An order file from an address that nobody knows."""
    inbox_id = house.ordered(*orders, sender="someone@elsewhere.example")
    assert house.row("inbox", inbox_id)["state"] == "shelved"
    return f"I{inbox_id}"


def of_release(house, name):
    return foresight.of_release(house.app.store, house.app.context, name, "XX-CUSTOMER")


def test_the_log_says_done_of_what_is_done(small_world, told):
    name, before = shelved(small_world, *ORDERS[:1]), small_world.dump()
    told()
    assert of_release(small_world, name).begins == 1
    assert small_world.dump() == before
    assert f"{name} done" not in told()
    incoming.release(small_world.app.store, small_world.app.context, name, "XX-CUSTOMER")
    small_world.run()
    assert f"{name} done" in told()


def test_what_is_wrong_is_logged_also_where_it_is_undone(told):
    with log.foreseen():
        logging.getLogger("mailproc.test").info("it moves")
        logging.getLogger("mailproc.test").warning("it is broken")
    said = told()
    assert "it is broken" in said and "it moves" not in said


def test_of_a_letter_of_many_messages_the_first_are_written_and_all_are_counted(small_world, monkeypatch):
    name, placed, really = shelved(small_world, *ORDERS), [], station.place_all

    def place_all(connection, reading, context):
        placed.append(len(reading.decoded.apdus))
        return really(connection, reading, context)

    monkeypatch.setattr(station, "place_all", place_all)
    found = of_release(small_world, name)
    assert placed == [foresight.MOST]
    assert (found.begins, found.count) == (foresight.MOST, len(ORDERS))


def test_a_letter_of_ten_megabytes_is_read_before_the_store_is_held(small_world):
    """What is slow raises inside a write (``slow_work.forbid``)."""
    small_world.place()
    text = "B1-1 SHIPPED LOAN\n" + "some words of a long letter\n" * 350_000
    inbox_id = small_world.inject(small_world.letter(text, "someone@bl.example"), "someone@bl.example")
    small_world.run()
    found = foresight.of_release(small_world.app.store, small_world.app.context, f"I{inbox_id}", "XX-BL")
    assert found.requests or found.stays
