"""Pauses and silences that were set while the clock was a year ahead end when it is put right."""

from datetime import UTC, datetime, timedelta

import pytest

from mailproc.store import alarms, auto_replies, mailboxes, partner_turns, queue, skipped_letters
from mailproc.store.prepared_statements import table_of
from mailproc.store.tables import InboxRow, IntentRow, OutgoingRow
from tests.store.test_queue import add, claim

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AHEAD = NOW + timedelta(days=365)
LONGEST = queue.BACKOFF_END


def wait_until(store, table, row_id, instant, state):
    columns = table_of(table)
    changed = columns.update().where(columns.c.id == row_id).values(not_before=instant, state=state)
    store.write(lambda connection: connection.execute(changed))


@pytest.mark.parametrize(("until", "due"), [(AHEAD + LONGEST, 1), (NOW + LONGEST, 0), (NOW, 1)])
def test_a_row_of_the_inbox(store, until, due):
    (row_id,) = add(store)
    wait_until(store, InboxRow, row_id, until, "todo")
    assert len(claim(store, now=NOW)) == due


@pytest.mark.parametrize("state", ["todo", "held"])
@pytest.mark.parametrize(("until", "due"), [(AHEAD + LONGEST, 1), (NOW + LONGEST, 0), (NOW, 1)])
def test_an_intent(store, state, until, due):
    (row_id,) = add(store, IntentRow)
    wait_until(store, IntentRow, row_id, until, state)
    assert len(store.write(lambda c: partner_turns.claim_intents(c, "apdu", [], NOW, 10))) == due


@pytest.mark.parametrize(("until", "due"), [(AHEAD + LONGEST, True), (NOW + LONGEST, False), (NOW, True)])
def test_a_letter_out(store, until, due):
    (row_id,) = add(store, OutgoingRow)
    wait_until(store, OutgoingRow, row_id, until, "prepared")
    found = store.write(lambda c: partner_turns.claim_letter(c, [], NOW))
    assert (found is not None) is due


def test_the_pauses_of_every_try_are_shorter(store):
    assert all(NOW + queue.pause(tries) < queue.far(NOW) for tries in range(1, 20))


def test_an_alarm_of_the_future_keeps_nobody_silent(store):
    def raised(now):
        return store.write(lambda connection: alarms.raise_once(connection, "kind", "key", now))

    assert raised(AHEAD)
    assert raised(NOW)
    assert not raised(NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("key", "most", "within"),
    [
        ("strangers", 1, timedelta(hours=1)),
        ("a partner, or all bounces", 20, timedelta(hours=1)),
        ("a reader", 10, timedelta(days=1)),
    ],
)
def test_a_turn_of_the_future_is_over(store, key, most, within):
    """Letters to people that were counted while the clock was ahead bound nothing now."""

    def letters(now):
        """How many may be written at this instant."""

        def write(connection):
            turn = alarms.turn(connection, "kind", key, now, most=most, within=within)
            if turn.free:
                alarms.take(connection, turn, now)
            return turn.free

        return [store.write(write) for _ in range(most + 3)].count(True)

    assert letters(AHEAD) == most
    assert letters(NOW) == most
    assert letters(NOW + within / 2) == 0
    assert letters(NOW + within) == most


PLACE = skipped_letters.FolderPlace("main", "INBOX", 7)


@pytest.mark.parametrize(("noted", "due"), [(AHEAD, True), (NOW, False), (NOW - LONGEST, True)])
def test_a_letter_passed_over_is_read_again(store, noted, due):
    passed = [skipped_letters.Passed(1, skipped_letters.UNREAD, "refused")]
    store.write(lambda connection: skipped_letters.note(connection, PLACE, passed, noted))
    with store.read() as connection:
        (found,) = skipped_letters.of(connection, "main", "INBOX")[7]
    assert found.is_due(NOW) is due


def test_answers_of_the_future_are_not_counted(store):
    def may(now):
        return store.write(
            lambda connection: auto_replies.may_answer(connection, "a@x.example", "XX-A", now, 2)
        )

    assert [may(AHEAD), may(AHEAD), may(AHEAD)] == [True, True, False]
    assert [may(NOW), may(NOW), may(NOW)] == [True, True, False]


def test_a_mailbox_that_fails_since_a_day_to_come_fails_since_now(store):
    for now in (AHEAD, NOW, NOW + timedelta(hours=1)):
        store.write(lambda connection, now=now: mailboxes.failing(connection, "main", "gone", now))
    with store.read() as connection:
        assert mailboxes.failing_since(connection, "main") == NOW
