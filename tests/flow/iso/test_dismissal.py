"""What waits on the shelf for its request, put away: it waits no more."""

from mailproc.office.mailroom import dismissal
from mailproc.office.mailroom.done_by import DoneBy


def test_a_dismissed_message_is_neither_processed_nor_reported(iso):
    named = {"initial_requester": "XX-BORROWER", "tgq": "G1", "tq": "1"}
    iso.hears("CANCEL", "XX-BORROWER", named)
    (event_id,) = iso.shelf()
    dismissal.dismiss(iso.app.store, iso.app.context, [event_id], "told by phone", DoneBy("clerk", iso.now))
    iso.days(20)
    assert iso.said() == []
    iso.asks()
    assert iso.state("L1") == "IN_PROCESS"
    assert iso.row("event", int(event_id[1:]))["state"] == "dismissed"
