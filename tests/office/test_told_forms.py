"""What a partner may have told us: in words of its own for each message, once, and what fits first."""

from types import SimpleNamespace

import pytest

from mailproc.ill import expected_acts
from mailproc.ill.terms import Role, Service, State
from mailproc.notices.language_files import shipped
from mailproc.office.desk import told_forms


def told(role, state, language="en"):
    row = SimpleNamespace(role=role, service=Service.LOAN, state=state, state_before=None)
    return told_forms.told_by(row, SimpleNamespace(language=shipped(language)))


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_line_stands_twice(language):
    for role in Role:
        for state in State:
            lines = [one.does for one in told(role, state, language)]
            assert len(lines) == len(set(lines)), (role, state)


def test_what_does_not_fit_stands_last():
    first = {one.key for one in told(Role.REQUESTER, State.PENDING) if not one.early}
    assert {"told-ship", "told-unfilled", "told-message"} <= first
    assert not {"told-check-in", "told-renew-reply-no", "told-damaged", "told-found"} & first
    late = {one.key for one in told(Role.REQUESTER, State.PENDING) if one.early}
    assert {"told-check-in", "told-lost", "told-renew-reply-no"} <= late, "letters overtake each other"
    assert "told-found" in {one.key for one in told(Role.REQUESTER, State.LOST)}


def test_every_state_in_which_something_is_expected_offers_it():
    for side, table in expected_acts.OF_SIDE.items():
        for state, expected in table.items():
            offered = {one.action for one in told(side.other, state) if not one.early}
            assert offered >= expected.acts, (side, state)


def test_what_is_suggested_stands_among_what_fits():
    """A second reminder, or a loss that is found, is no message that came late."""
    for role, state, act in (
        (Role.REQUESTER, State.OVERDUE, "overdue"),
        (Role.REQUESTER, State.RECALL, "recall"),
        (Role.RESPONDER, State.LOST, "return"),
    ):
        assert act in {one.action for one in told(role, state) if not one.early}, (role, state, act)
