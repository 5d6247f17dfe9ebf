"""What has changed may be much: all that can be asked for is read, and staff hear of what is left out."""

from datetime import date

import pytest

from mailproc.ill.terms import Role
from mailproc.protocols.illsbn import hub_answer
from mailproc.store import hub_questions
from mailproc.store.tables import EventRow, InboxRow
from tests.hub.library import ROME, HubLibrary
from tests.servers.ill_hub import Held, IllHub

MANY = 2_300


@pytest.fixture
def crowded(hub: IllHub, milan: HubLibrary) -> HubLibrary:
    """Milan has asked for one item; the hub holds many such requests."""
    milan.place(ROME)
    one = hub.held["900123"]
    for number in range(MANY):
        hub.held[str(800000 + number)] = Held(str(800000 + number), one.request)
    return milan


def asked_on(library: HubLibrary) -> list[bool]:
    with library.app.store.read() as connection:
        return [hub_questions.asked_on(connection, role) is not None for role in Role]


def test_a_long_answer_is_stored_whole(crowded: HubLibrary) -> None:
    before = len(crowded.rows(InboxRow))
    for poll in crowded.polls:
        poll()
    assert len(crowded.rows(InboxRow)) == before + MANY + 1
    assert asked_on(crowded) == [True, True]


SHORT = (
    hub_answer.Limits(octets=2**20, elements=2_000, doctype_name=True),
    hub_answer.Limits(octets=2**16, doctype_name=True),
)


@pytest.mark.parametrize("limits", SHORT, ids=["elements", "octets"])
def test_what_is_too_long_on_one_day_is_asked_for_again_and_the_other_role_is_asked(
    crowded: HubLibrary,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    limits: hub_answer.Limits,
) -> None:
    with monkeypatch.context() as short:
        short.setattr(hub_answer, "LARGE", limits)
        for poll in crowded.polls:
            poll()
    assert asked_on(crowded) == [False, True]
    assert caplog.text.count("its answer about 2026-03-02 alone is too long") == 1
    for poll in crowded.polls:
        poll()
    assert asked_on(crowded) == [True, True]


@pytest.mark.parametrize("limits", SHORT, ids=["elements", "octets"])
def test_where_a_week_is_too_much_the_last_days_are_read_and_staff_hear_of_the_others_once(
    hub: IllHub, crowded: HubLibrary, monkeypatch: pytest.MonkeyPatch, limits: hub_answer.Limits
) -> None:
    monkeypatch.setattr(hub_answer, "LARGE", limits)
    for number in range(MANY):
        hub.held[str(800000 + number)].changed = date(2026, 2, 27)
    before = len(crowded.rows(InboxRow))
    crowded.ask_hub()
    assert asked_on(crowded) == [True, True]
    assert len(crowded.rows(InboxRow)) == before + 1
    later = [asked.day for asked in hub.since if asked > date(2026, 2, 23)]
    assert later == [27, 1]
    said = [row["facts"]["text"] for row in crowded.rows(EventRow) if row["type"] == "HUB"]
    assert len(said) == 1
    assert "the days from 2026-02-23 to 2026-02-28 is too long" in said[0]
    crowded.clock.tomorrow()
    crowded.ask_hub()
    assert len([row for row in crowded.rows(EventRow) if row["type"] == "HUB"]) == 1
