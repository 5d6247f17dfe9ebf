"""Whose connection a letter of ours may take: only one on which its own receiver has asked."""

from dataclasses import replace

import pytest

from mailproc.flow.leaving import envelope_of
from mailproc.mail.channel import TCP
from mailproc.mail.letter import BY_MAIL
from mailproc.store import outgoing
from tests.flow_out.office import Office


@pytest.mark.parametrize(
    ("partner", "trace", "transport", "answers"),
    [
        ("UK-BL", "I1 B1", TCP, 1),
        ("UK-BL", "I1 B1", BY_MAIL, 0),
        ("UK-TWO", "I1 B1", TCP, 0),
        ("", "I1 B1", TCP, 0),
        ("UK-BL", "E1 B1", TCP, 0),
        ("UK-BL", "I7 B1", TCP, 0),
        ("UK-BL", "Ix", TCP, 0),
        ("UK-BL", "", TCP, 0),
    ],
)
def test_it_answers_a_letter_of_its_own_receiver_and_no_other(
    sqlite_office: Office, partner: str, trace: str, transport: str, answers: int
) -> None:
    office = sqlite_office
    office.place()
    office.run()
    office.arrives("We have your letter.")
    with office.store.read() as connection:
        row = outgoing.load(connection, 1)
    assert row is not None
    row = replace(row, partner=partner, trace=trace, transport=transport)
    assert envelope_of(row, office.store).answers == answers
