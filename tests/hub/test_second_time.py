"""What happens twice in one loan: the second time counts as the first did, however we hear of it."""

from datetime import date

import pytest

from tests.hub.library import HubLibrary
from tests.servers.ill_hub import IllHub

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture
def renewed(hub: IllHub, milan: HubLibrary, rome: HubLibrary, shipped: str) -> str:
    """A loan that Rome has renewed until May, by its number in Milan."""
    number = shipped
    for library, request, action, more in (
        (milan, number, "receive", {}),
        (milan, number, "renew", {}),
        (rome, "L1", "renew-reply", {"answer": True, "on": MAY}),
    ):
        library.act(request, action, **more)
        hub.deliver()
        milan.run()
        rome.run()
    assert (milan.state(number), milan.shown(number).line.due) == ("RECEIVED", MAY)
    return number


def test_the_second_answer_is_learned_by_asking(
    hub: IllHub, milan: HubLibrary, rome: HubLibrary, renewed: str
) -> None:
    milan.act(renewed, "renew")
    hub.deliver()
    rome.run()
    rome.act("L1", "renew-reply", answer=True, on=JUNE)
    hub.lose()
    milan.ask_hub()
    assert (milan.state(renewed), milan.events(renewed)[-1]) == ("RECEIVED", "RENEW_ANSWER.yes")
    told = milan.events(renewed)
    milan.ask_hub()
    assert milan.events(renewed) == told


def test_the_second_question_is_learned_by_asking(
    hub: IllHub, milan: HubLibrary, rome: HubLibrary, renewed: str
) -> None:
    milan.act(renewed, "renew")
    hub.lose()
    for _ in range(2):
        rome.ask_hub()
        assert (rome.state("L1"), rome.events("L1").count("RENEW")) == ("RENEW_PENDING", 2)


def test_the_same_state_told_again_between_two_others_is_heard(
    hub: IllHub, milan: HubLibrary, rome: HubLibrary, renewed: str
) -> None:
    """Day after day, and neither renewal was posted to Rome."""
    for times, day in ((2, JUNE), (3, date(2026, 7, 1))):
        milan.act(renewed, "renew")
        hub.lose()
        rome.clock.tomorrow()
        rome.ask_hub()
        assert (rome.state("L1"), rome.events("L1").count("RENEW")) == ("RENEW_PENDING", times)
        rome.act("L1", "renew-reply", answer=True, on=day)
        hub.deliver()
        milan.run()


def test_a_state_from_before_our_answer_reached_the_hub_is_old(
    hub: IllHub, milan: HubLibrary, rome: HubLibrary, renewed: str
) -> None:
    milan.act(renewed, "renew")
    hub.deliver()
    rome.run()
    hub.mood = "busy"
    rome.act("L1", "renew-reply", answer=True, on=JUNE)
    hub.mood = "fine"
    events = rome.events("L1")
    for poll in rome.polls:
        poll()
    rome.run()
    assert (rome.state("L1"), rome.events("L1")) == ("SHIPPED", events)


@pytest.mark.parametrize("posted", [True, False])
def test_our_people_renew_a_second_time_in_the_pages(
    hub: IllHub, milan: HubLibrary, renewed: str, posted: bool
) -> None:
    if posted:
        hub.say("900123", "Renew", "MI0001")
        hub.deliver()
        milan.run()
    else:
        hub.page("900123", "F115")
        milan.ask_hub()
    assert (milan.state(renewed), milan.events(renewed)[-1]) == ("RENEW_PENDING", "renew")


def test_the_echo_of_our_question_that_comes_behind_its_answer_is_old(
    hub: IllHub, milan: HubLibrary, renewed: str
) -> None:
    """The hub's clock has tenths of a second."""
    question = next(one for one in hub.posted if b"<Renew" in one)
    events = milan.events(renewed)
    hub.waiting.append(("MI0001", question))
    hub.deliver()
    milan.run()
    assert (milan.state(renewed), milan.events(renewed)) == ("RECEIVED", events)
