"""A Shipped that arrives after a renewal was granted: its service time tells which of the two is older."""

import pytest

from .conftest import LENDER


@pytest.fixture
def renewed(iso):
    """The item is here although no Shipped came, and the lender has renewed it until 1 May."""
    iso.place(LENDER)
    iso.act("B1-1", "receive")
    iso.act("B1-1", "renew")
    due = {"on": "2026-05-01"}
    iso.hears("RENEW_ANSWER", answer=True, due=due, sent_at="2026-03-10T10:00:00")
    return iso


@pytest.mark.parametrize(
    ("sent_at", "held"),
    [("2026-03-02T10:30:00", "2026-05-01"), ("2026-03-11T10:30:00", "2026-04-01")],
    ids=["before the renewal", "after it"],
)
def test_only_a_later_shipped_moves_the_date(renewed, sent_at, held):
    told = len(renewed.reader())
    renewed.hears("SHIPPED", due={"on": "2026-04-01"}, sent_at=sent_at)
    assert str(renewed.shown("B1").line.due) == held
    assert "due-passed" not in renewed.attention("B1")
    assert len(renewed.reader()) == told + (held == "2026-04-01")
