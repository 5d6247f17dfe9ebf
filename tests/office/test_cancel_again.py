"""A second cancellation is not sent while the first waits, unless staff say that it is to be repeated."""

import pytest

from mailproc.errors import LocalFault


def test_a_second_cancel_says_what_waits(small_world):
    small_world.place()
    small_world.act("B1", "cancel")
    small_world.days(2)
    sent, before = len(small_world.sent), small_world.dump()
    with pytest.raises(LocalFault, match="was asked to stop it on 2026-03-02") as refused:
        small_world.act("B1", "cancel")
    assert small_world.dump() == before
    assert "mailproc act B1 cancel --repeat" in refused.value.possible
    small_world.act("B1", "cancel", repeat=True)
    assert len(small_world.sent) == sent + 1
    assert small_world.state("B1") == "CANCEL_PENDING"


def test_after_a_no_it_may_be_asked_once_more(small_world):
    small_world.place()
    small_world.act("B1", "cancel")
    small_world.hear("B1-1 NCANC")
    assert small_world.act("B1", "cancel").after == "CANCEL_PENDING"
