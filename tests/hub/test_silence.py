"""A hub that does not tell what has changed: staff hear of it after a day, once, until it tells."""

from datetime import timedelta

import pytest

from mailproc.app.figures import Figures
from mailproc.office.queries import agenda, status
from mailproc.store.tables import EventRow, OutgoingRow
from tests.hub.library import HubLibrary
from tests.servers.ill_hub import IllHub


def told(library: HubLibrary) -> int:
    return len([row for row in library.rows(EventRow) if row["type"] == "HUB"])


def wrong(library: HubLibrary) -> list[str]:
    with library.app.store.read() as connection:
        found = status.status(library.app.store, connection, library.app.context)
    return [str(one) for one in found.wrong if one.code == "status-hub"]


def to_do(library: HubLibrary) -> list[str]:
    with library.app.store.read() as connection:
        found = agenda.agenda(connection, library.app.context)
    return [f"{one.name}: {one.error}" for one in found.mailboxes]


def figure(library: HubLibrary) -> bytes:
    text = Figures(library.app.store, library.app.context).written()[1]
    return next(line for line in text.splitlines() if line.startswith(b"mailproc_hub_silent"))


@pytest.mark.parametrize("mood", ["busy", "page", "refuses", "deaf"])
def test_after_a_day_staff_hear_once_and_lists_show_it_until_the_hub_tells(
    hub: IllHub, milan: HubLibrary, mood: str
) -> None:
    milan.ask_hub()
    hub.mood = mood
    for _ in range(23):
        milan.clock.now += timedelta(hours=1)
        milan.ask_hub()
    assert (told(milan), wrong(milan), to_do(milan), figure(milan)) == (0, [], [], b"mailproc_hub_silent 0.0")
    for _ in range(40):
        milan.clock.now += timedelta(hours=1)
        milan.ask_hub()
    assert told(milan) == 1
    (said,) = wrong(milan)
    assert said.startswith("the hub of ILL SBN has told nothing since 2026-03-02: ")
    assert len(to_do(milan)) == 1
    assert figure(milan) == b"mailproc_hub_silent 1.0"
    hub.mood = "fine"
    milan.ask_hub()
    assert (told(milan), wrong(milan), to_do(milan), figure(milan)) == (1, [], [], b"mailproc_hub_silent 0.0")
    hub.mood = mood
    for _ in range(26):
        milan.clock.now += timedelta(hours=1)
        milan.ask_hub()
    assert told(milan) == 2


def test_a_hub_that_never_answered_is_silent_too(hub: IllHub, milan: HubLibrary) -> None:
    hub.mood = "busy"
    milan.ask_hub()
    milan.clock.tomorrow()
    milan.ask_hub()
    assert (told(milan), len(wrong(milan))) == (1, 1)
    letters = [row["rcpt_to"] for row in milan.rows(OutgoingRow)]
    assert letters == ["desk@mi.example"]
