"""What a letter to staff offers them to do is possible now."""

import re
from types import SimpleNamespace

import pytest

from mailproc.flow import send
from mailproc.flow.matching.unconfirmed import learned_in
from mailproc.flow.prepare.suggestions import ways
from mailproc.flow.reading.letter_reading import LetterReading, proven_sender
from mailproc.ill import machine
from mailproc.ill.attention import Reason
from mailproc.mail.letter import Letter
from mailproc.notices.language_files import ENGLISH
from mailproc.store import transactions
from tests.support.partners import ADDRESS, BL, SECOND
from tests.support.world import BEGIN


def offered(world, number):
    """The commands that any reason for attention would offer for the request."""
    with world.app.store.read() as connection:
        transaction = transactions.load(connection, world.transaction(number)["id"])
        found = (
            ways(connection, {"reasons": [reason], "ours": []}, transaction, world.app.context, ENGLISH)
            for reason in Reason
        )
        commands = {way.command for some in found for way in some}
        lawful = machine.possible(
            transaction.role, transaction.service, transaction.state, transaction.state_before
        )
    return commands, set(lawful)


def acts(commands):
    return {found[1] for one in commands if (found := re.match(r"mailproc act \S+ (\S+)", one))}


@pytest.fixture
def cases(small_world):
    world = small_world
    world.place(BL, SECOND)
    world.place(BL)
    world.place(BL)
    world.ordered("TXC1-1 S LOAN\nA title", "TXC1-2 S LOAN\nAnother title")
    world.hear("B2-1 NOT", "B3-1 SHIPPED LOAN")
    world.act("L1", "unfilled", reason="not-owned")
    return world


@pytest.mark.parametrize("number", ["B1", "B2", "B3", "L1", "L2"])
def test_an_act_is_offered_where_it_is_possible(cases, number):
    commands, lawful = offered(cases, number)
    assert acts(commands) <= lawful
    assert acts(commands) if number in ("B1", "L2") else True


def test_who_lends_is_not_offered_to_ask_another_library(cases):
    commands, _ = offered(cases, "L1")
    assert not any(" next " in one or "amend" in one for one in commands)
    commands, _ = offered(cases, "B2")
    assert any("next B2 --partner" in one for one in commands)


def test_a_named_address_belongs_to_the_request_in_which_it_was_named(cases):
    with cases.app.store.read() as connection:
        event = next(row["id"] for row in cases.rows("event") if row["transaction_id"] == 2)
        for transaction_id, event_id, taught in (
            (3, None, 3), (3, event, 3), (0, event, 2), (0, None, None), (0, 10**6, None),
        ):  # fmt: skip
            row = SimpleNamespace(transaction_id=transaction_id, event_id=event_id)
            assert learned_in(connection, row) == taught


def test_a_letter_that_is_refused_is_proven_to_be_nobodys(cases):
    partner = cases.app.context.partners.get(BL)
    read = LetterReading(1, "digest", BEGIN, Letter(b""), partner=partner, proof="none")
    for reading, sender in (
        (read, BL),
        (LetterReading(1, "digest", BEGIN, Letter(b""), partner=partner), ""),
        (LetterReading(1, "digest", BEGIN, Letter(b""), partner=partner, proof="none", refused="no"), ""),
    ):
        assert proven_sender(reading) == sender


def test_no_letter_is_begun_once_sending_is_to_stop(small_world):
    small_world.place(BL, run=False)
    small_world.quiet()

    def tried(goes_on):
        store, context = small_world.app.store, small_world.app.context
        return send.run(store, context, small_world._deliver, goes_on=lambda: goes_on)

    assert tried(goes_on=False) == 0
    assert small_world.sent == []
    assert tried(goes_on=True) == 1


def test_staff_read_what_the_partner_wrote(small_world):
    small_world.place(BL)
    small_world.inject(small_world.letter("Your number: B1-1\nThe book is wet.\n", ADDRESS[BL]))
    small_world.run()
    assert "The book is wet." in small_world.notices()[-1].text


def test_a_copy_that_nobody_said_where_to_send_lies_at_the_desk(small_world):
    small_world.place(BL, service="COPY")
    small_world.hear("B1-1 SHIPPED COPY")
    small_world.act("B1", "receive")
    (told,) = small_world.reader()
    assert "as a file" not in told.text
