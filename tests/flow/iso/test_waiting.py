"""What the timers of a transaction depend on, as it is looked up where ISO 10161 is spoken."""

from datetime import date

import pytest

from mailproc.flow.advance import steps
from mailproc.flow.case import Case
from mailproc.flow.timers import timer_inputs
from mailproc.store.prepared_statements import made
from mailproc.store.rows import Event, Transaction

from .conftest import BORROWER, LENDER, partner

DAY = date(2026, 3, 20)
CONDITION = {"results": "CONDITIONAL", "conditions": [{"condition": "charges", "reply_by": DAY.isoformat()}]}


def depends(iso, number):
    (row,) = made(Transaction, [list(iso.world.transaction(number).values())])
    (moved,) = made(Event, [list(iso.world.row("event", row.moved_event_id).values())])
    with iso.app.store.read() as connection:
        case = Case(connection, row, steps.state_of(row), iso.app.context)
        return timer_inputs.of(case, moved, iso.world.now)


def test_the_lenders_reply_by_date_ends_nothing(iso):
    """Until when we must answer is no day on which our own request ends."""
    iso.place(LENDER)
    iso.hears("ILL_ANSWER", **CONDITION)
    assert iso.state("B1") == "CONDITIONAL"
    found = depends(iso, "B1")
    assert (found.reply_by, found.expires) == (DAY, None)


def test_a_condition_of_ours_ends_their_request(iso):
    iso.asks()
    iso.act("L1", "conditional", condition="charges", on=DAY)
    found = depends(iso, "L1")
    assert (found.reply_by, found.expires) == (DAY, DAY)


@pytest.mark.parametrize("expiry", ["2026-03-10", "2026-03-25"])
def test_the_earlier_of_two_days_ends_it(iso, expiry):
    iso.asks(expiry=expiry)
    assert depends(iso, "L1").expires == date.fromisoformat(expiry)
    iso.act("L1", "conditional", condition="charges", on=DAY)
    assert depends(iso, "L1").expires == min(date.fromisoformat(expiry), DAY)


@pytest.mark.parametrize("kind", ["shipped", "expired"])
def test_without_messages_for_both_nothing_expires(make_iso, kind):
    iso = make_iso(partner(LENDER), partner(BORROWER, manner={kind: "LOCAL"}))
    iso.asks(expiry="2026-03-10")
    assert depends(iso, "L1").expires is None


def test_a_shipped_item_does_not_expire(iso):
    iso.asks(expiry="2026-03-10")
    iso.act("L1", "ship")
    assert depends(iso, "L1").expires is None
