"""What has changed may be much: nothing of it is left out, and what cannot be read is asked for again."""

import pytest

from mailproc.ill.terms import Role
from mailproc.protocols.illsbn import hub_answer
from mailproc.store import hub_questions
from mailproc.store.tables import InboxRow
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


def test_what_is_too_long_is_asked_for_again_and_the_other_role_is_asked(
    crowded: HubLibrary, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as short:
        short.setattr(hub_answer, "LARGE", hub_answer.Limits(octets=2**20, elements=2_000, doctype_name=True))
        for poll in crowded.polls:
            poll()
    assert asked_on(crowded) == [False, True]
    assert caplog.text.count("the hub did not tell what has changed") == 1
    for poll in crowded.polls:
        poll()
    assert asked_on(crowded) == [True, True]
