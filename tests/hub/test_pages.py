"""People change states in the hub's pages: ours, and those of the other library."""

import pytest

from mailproc.store.tables import OutgoingRow
from tests.hub.library import ROME, HubLibrary
from tests.servers.ill_hub import IllHub


@pytest.mark.parametrize("posted", [True, False])
def test_what_our_people_did_there_is_their_act_here_and_nothing_is_sent(
    hub: IllHub, milan: HubLibrary, shipped: str, posted: bool
) -> None:
    before = len(hub.posted), len(milan.rows(OutgoingRow))
    if posted:
        hub.say("900123", "Received", "MI0001")
        hub.deliver()
        milan.run()
    else:
        hub.page("900123", "F114")
        milan.ask_hub()
        before = len(hub.posted), before[1]
    assert milan.state(shipped) == "RECEIVED"
    assert milan.events(shipped)[-1] == "receive"
    assert (len(hub.posted), len(milan.rows(OutgoingRow))) == before
    milan.act(shipped, "return")
    assert milan.state(shipped) == "RETURNED"


def test_the_other_library_works_in_the_pages_only(hub: IllHub, milan: HubLibrary) -> None:
    number = milan.place(ROME)
    for code, state in (("F1214", "PENDING"), ("F127", "SHIPPED")):
        hub.page("900123", code)
        milan.ask_hub()
        assert milan.state(number) == state
    milan.act(number, "receive")
    milan.act(number, "return")
    hub.page("900123", "F128")
    milan.ask_hub()
    assert milan.events(number)[-1] == "CHECKED_IN"
    assert milan.shown(number).closed_at


def test_a_request_that_was_answered_in_the_pages_before_we_heard_of_it(
    hub: IllHub, milan: HubLibrary, rome: HubLibrary
) -> None:
    milan.place(ROME)
    hub.lose()
    hub.page("900123", "F127")
    rome.ask_hub()
    assert rome.events("L1") == ["ILL_REQUEST", "ship"]
    assert rome.state("L1") == "SHIPPED"


def test_what_the_tables_refuse_is_a_difference_of_states(hub: IllHub, milan: HubLibrary) -> None:
    """Nothing was shipped, and our people have received it."""
    number = milan.place(ROME)
    hub.lose()
    hub.say("900123", "Returned", "MI0001")
    hub.deliver()
    milan.run()
    assert milan.state(number) == "PENDING"
    assert milan.attention(number) == ["state-differs"]


def test_the_echo_of_what_we_have_said_is_nothing_new(hub: IllHub, milan: HubLibrary, shipped: str) -> None:
    milan.act(shipped, "receive")
    events = milan.events(shipped)
    hub.lose()
    hub.say("900123", "Received", "MI0001")
    hub.deliver()
    milan.run()
    assert milan.events(shipped) == events
