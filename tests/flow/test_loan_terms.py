"""What the British Library says of a loan's renewal: nobody is asked for what will not be given."""

from datetime import date

import pytest

from mailproc.errors import LocalFault
from mailproc.office.queries import request_details


@pytest.fixture
def lent(small_world):
    """A loan that has come."""
    number = small_world.place()
    small_world.hear(f"{number}-1 SHIPPED LOAN")
    small_world.act(number, "receive")
    return small_world


def actions(world):
    with world.store.read() as connection:
        return request_details.shown(connection, "B1", world.app.context).actions


def test_others_wait_for_it(lent):
    lent.hear("B1-1 DUE WAIT")
    assert lent.state("B1") == "RECEIVED" and lent.attention("B1") == ("message",)
    assert "renew" not in actions(lent)
    with pytest.raises(LocalFault, match="others wait for it"):
        lent.act("B1", "renew")
    assert lent.verify().differences == ()


def test_the_reader_is_not_invited_to_ask_for_it(lent):
    lent.hear("B1-1 DUE WAIT")
    lent.days(40)
    reminders = [letter.text for letter in lent.reader() if "must be back" in letter.text]
    assert reminders and all("does not let us keep it for longer" in text for text in reminders)


def test_a_renewal_that_was_announced_does_not_come(lent):
    lent.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    lent.hear("B1-1 DUE WAIT")
    with pytest.raises(LocalFault, match="others wait for it"):
        lent.act("B1", "renew")


def test_a_recall_of_ours_is_a_letter_to_people(small_world, addresses):
    """DUE WAIT is no recall: it says that a loan is due soon, and is not renewed."""
    small_world.ordered("TXC1-1 S LOAN\nA book of ours")
    small_world.act("L1", "ship")
    small_world.act("L1", "recall", on=date(2026, 3, 20))
    letter = small_world.to(addresses["XX-CUSTOMER"])[-1]
    assert "we ask you to send it back" in letter.text and "Wanted back by 2026-03-20." in letter.text
    assert "DUE WAIT" not in letter.text and small_world.state("L1") == "RECALL"


def test_after_the_last_demand(lent):
    lent.later(days=50)
    lent.hear("B1-1 DUE")
    assert "renew" in actions(lent)
    lent.later(days=5)
    lent.hear("B1-1 *FINAL DEMAND")
    assert "renew" not in actions(lent)
    ways = "\n".join(letter.text for letter in lent.notices()[-1:])
    assert "act B1 return" in ways and "act B1 renew" not in ways
    with pytest.raises(LocalFault, match="last demand"):
        lent.act("B1", "renew")
    lent.act("B1", "renew", anyway=True)
    lent.hear("B1-1 RENEWED*16-09-2026")
    assert "renew" in actions(lent)
