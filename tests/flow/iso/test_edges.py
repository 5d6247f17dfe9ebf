"""Dates at the ends of the calendar in a partner's messages: many a system says 9999-12-31 for no date."""

import pytest
from sqlalchemy import select

from mailproc.store.tables import EventRow, InboxRow, IntentRow

EDGES = ["9999-12-31", "9999-12-01", "0001-01-01", "0001-01-02"]
BORROWED = [
    ("SHIPPED", lambda day: {"shipped_service": "LOAN", "shipped_on": day, "due": {"on": day}}),
    ("ILL_ANSWER", lambda day: {"results": "WILL_SUPPLY", "supply_on": day}),
    ("ILL_ANSWER", lambda day: {"results": "HOLD_PLACED", "supply_on": day}),
    ("ILL_ANSWER", lambda day: {"results": "RETRY", "retry_on": day}),
    ("ILL_ANSWER", lambda day: {"results": "CONDITIONAL",
                                "conditions": [{"condition": "other", "reply_by": day}]}),
]  # fmt: skip


def is_in_order(iso) -> None:
    """Nothing was put down to this program, now or years later."""
    for days in (1, 100, 1000):
        iso.world.later(days=days)
        iso.tick()
    with iso.app.store.read() as connection:
        for table in (InboxRow, EventRow, IntentRow):
            rows = connection.execute(select(table.last_error)).scalars()
            assert not [why for why in rows if "fault of this program" in why]


@pytest.mark.parametrize("day", EDGES)
@pytest.mark.parametrize(("kind", "says"), BORROWED)
def test_what_a_lender_says(iso, day, kind, says):
    iso.place("XX-LENDER")
    iso.hears(kind, **says(day))
    is_in_order(iso)


@pytest.mark.parametrize("day", EDGES)
def test_a_loan_is_received_renewed_and_recalled(iso, day):
    iso.place("XX-LENDER")
    iso.hears("SHIPPED", shipped_service="LOAN", due={"on": day})
    iso.act("B1", "receive")
    iso.act("B1", "renew")
    iso.hears("RENEW_ANSWER", answer=True, due={"on": day})
    iso.hears("OVERDUE", due={"on": day})
    is_in_order(iso)


@pytest.mark.parametrize("day", EDGES)
def test_what_a_borrower_says(iso, day):
    named = iso.asks()
    iso.act("L1", "ship")
    iso.hears("RENEW", "XX-BORROWER", named, desired_due_on=day)
    iso.act("L1", "renew-reply", answer=True)
    is_in_order(iso)
