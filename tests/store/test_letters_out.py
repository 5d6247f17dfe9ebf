"""Letters of ours and what they say: which belong together, and which of them can have come back."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from mailproc.store import events, outgoing
from mailproc.store.engine import Store
from mailproc.store.intent_bodies import IntentBody, NoticeToReader, SendApdu
from tests.store.asked import EVENT, OURS

BY_STAFF = replace(EVENT, cause="staff", type="cancel", inbox_id=None, transaction_id=None)


NOTICE, MESSAGE = NoticeToReader("patron/arrived"), SendApdu({"type": "CANCEL"})


def said(connection: Connection, seq: int, body: IntentBody = NOTICE, partner: str = "") -> int:
    return outgoing.add_intent(connection, body, event_id=1, seq=seq, partner=partner)


def letter(connection: Connection, number: int) -> int:
    return outgoing.add_letter(connection, replace(OURS, message_id=f"{number}@x.example"))


@pytest.fixture
def two(store: Store) -> tuple[int, int]:
    """Two letters: the first says two things, the second one; a fourth is not written yet."""

    def job(connection: Connection) -> tuple[int, int]:
        events.add(connection, BY_STAFF)
        letters = letter(connection, 1), letter(connection, 2)
        for seq, outgoing_id in enumerate((letters[0], letters[1], letters[0], None)):
            intent = said(connection, seq, MESSAGE if seq == 1 else NOTICE)
            if outgoing_id is not None:
                outgoing.place(connection, intent, "prepared", outgoing_id)
        return letters

    return store.write(job)


def test_a_letter_has_what_was_put_into_it_in_order(store: Store, two: tuple[int, int]) -> None:
    with store.read() as connection:
        found = [[row.seq for row in outgoing.intents_of(connection, one)] for one in two]
        assert [outgoing.is_to_people(connection, one) for one in two] == [True, False]
    assert found == [[0, 2], [1]]


def test_what_is_said_to_nobody_in_particular_has_no_partner(store: Store, two: tuple[int, int]) -> None:
    with store.read() as connection:
        rows = outgoing.intents_of(connection, two[0])
    assert [(row.partner, row.request_id, row.transaction_id) for row in rows] == [("", None, None)] * 2


@pytest.mark.parametrize(
    ("state", "can"),
    [
        ("prepared", False),
        ("sending", True),
        ("handed_over", True),
        ("filed", True),
        ("in_doubt", True),
        ("bounced", False),
        ("dismissed", False),
    ],
)
def test_a_letter_comes_back_once_and_only_when_it_has_left(
    store: Store, two: tuple[int, int], state: str, can: bool
) -> None:
    first, other = two
    store.write(lambda c: outgoing.change(c, first, state=state, last_error="before"))
    assert store.write(lambda c: outgoing.bounced(c, first, "550 no such user")) is can
    assert not store.write(lambda c: outgoing.bounced(c, first, "again"))
    with store.read() as connection:
        row, untouched = outgoing.load(connection, first), outgoing.load(connection, other)
    assert row is not None
    assert untouched is not None
    expected = ("bounced", "550 no such user") if can else (state, "before")
    assert (row.state, row.last_error) == expected
    assert untouched.state == "prepared"
