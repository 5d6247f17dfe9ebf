"""A request from one library to another behind the hub, by real sockets."""

from mailproc.store.tables import InboxRow, OutgoingRow
from tests.hub.library import ROME, HubLibrary
from tests.servers.ill_hub import IllHub


def talk(hub: IllHub, *libraries: HubLibrary) -> None:
    """Until nobody has anything to say."""
    while sum(one.run() for one in libraries) + hub.deliver():
        pass


def test_a_loan_from_the_request_to_the_check_in(hub: IllHub, milan: HubLibrary, rome: HubLibrary) -> None:
    number = milan.place(ROME)
    talk(hub, milan, rome)
    for library, request, action in (
        (rome, "L1", "will-supply"),
        (rome, "L1", "ship"),
        (milan, number, "receive"),
        (milan, number, "return"),
        (rome, "L1", "check-in"),
    ):
        library.act(request, action)
        talk(hub, milan, rome)
    assert (milan.state(number), rome.state("L1")) == ("RETURNED", "CHECKED_IN")
    assert milan.events(number) == [
        "request", "STATUS_OR_ERROR_REPORT", "ANSWER.promise", "SHIPPED", "receive", "return", "CHECKED_IN"
    ]  # fmt: skip
    assert hub.held["900123"].state == "F128"
    assert set(hub.statuses) == {200}
    assert {row["state"] for row in milan.rows(OutgoingRow)} == {"handed_over"}
    assert {row["state"] for row in milan.rows(InboxRow)} == {"done"}


def test_a_copy_that_is_cancelled(hub: IllHub, milan: HubLibrary, rome: HubLibrary) -> None:
    number = milan.place(ROME, "COPY")
    talk(hub, milan, rome)
    answer = milan.act(number, "cancel")
    assert f"a message to {ROME} by HTTP to 127.0.0.1: we no longer need it" in answer
    talk(hub, milan, rome)
    rome.act("L1", "cancel-reply", answer="yes")
    talk(hub, milan, rome)
    assert (milan.state(number), rome.state("L1")) == ("CANCELLED", "CANCELLED")
    assert hub.held["900123"].state == "F1221"


def test_what_is_posted_twice_has_one_effect(hub: IllHub, milan: HubLibrary, rome: HubLibrary) -> None:
    number = milan.place(ROME)
    hub.deliver(times=2)
    rome.run()
    rome.act("L1", "ship")
    hub.deliver(times=2)
    milan.run()
    assert milan.events(number) == ["request", "STATUS_OR_ERROR_REPORT", "SHIPPED"]
    assert rome.events("L1") == ["ILL_REQUEST", "ship"]
    assert [row["state"] for row in rome.rows(InboxRow)] == ["done"]
