"""A row is tried, tried again, shelved or done; only a dead process makes it a suspect."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.dialects import sqlite

from mailproc.sentence import stored
from mailproc.store import letter_bytes, queue
from mailproc.store.engine import Store
from mailproc.store.intent_bodies import SendApdu
from mailproc.store.prepared_statements import insert_into, table_of
from mailproc.store.rows import Event, InboxLetter, Intent, OutgoingLetter
from mailproc.store.tables import EventRow, InboxRow, IntentRow, OutgoingRow

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

INTO = {InboxRow: InboxLetter, EventRow: Event, IntentRow: Intent, OutgoingRow: OutgoingLetter}
BYTES = {InboxRow: letter_bytes.INBOX, OutgoingRow: letter_bytes.OUTGOING}
ROWS = {
    InboxRow: {"door": "listener", "digest": "d{}", "received_at": NOW},
    EventRow: {"cause": "staff", "type": "renew", "at": NOW, "apdu": {"a": 1}},
    IntentRow: {"event_id": 1, "seq": "{}", "kind": "apdu", "body": SendApdu({})},
    OutgoingRow: {"mail_from": "a@x.example", "rcpt_to": "b@x.example", "message_id": "m{}",
                  "prepared_at": NOW},
}  # fmt: skip


def add(store, table=InboxRow, count=1):
    """Rows of a queue; their ids."""

    def values(number):
        made = {k: v.format(number) if isinstance(v, str) else v for k, v in ROWS[table].items()}
        return made | ({"seq": number} if "seq" in made else {})

    def one(connection, row):
        row_id = connection.execute(insert_into(table, list(row)), row).scalar_one()
        if kind := BYTES.get(table):
            connection.execute(kind.bytes.insert().values(letter_id=row_id, at=NOW, raw=b"x"))
        return row_id

    return store.write(lambda connection: [one(connection, values(number)) for number in range(count)])


def claim(store, table=InboxRow, limit=10, now=NOW, **more):
    return store.write(lambda c: queue.claim(c, table, INTO[table], limit, now, **more))


def row(store, row_id, table=InboxRow):
    columns = table_of(table)
    with store.read() as connection:
        return connection.execute(columns.select().where(columns.c.id == row_id)).mappings().one()


def become(store, row_id, state, table=InboxRow):
    """End the row as the stations do: in the statement that writes its result."""
    columns = table_of(table)
    store.write(lambda c: c.execute(columns.update().where(columns.c.id == row_id).values(state=state)))


@pytest.mark.parametrize("table", ROWS)
def test_every_queue_is_claimed_and_done(store, table):
    state = "prepared" if table is OutgoingRow else "todo"
    first, second = add(store, table, 2)
    if table is OutgoingRow:
        for each in (first, second):
            become(store, each, "prepared", table)
    claimed = claim(store, table, state=state)
    assert [r.id for r in claimed] == [first, second]
    assert [(r.attempts, r.unfinished) for r in claimed] == [(1, 1), (1, 1)]
    become(store, first, "done", table)
    done = row(store, first, table)
    assert (done["state"], done["unfinished"], done["last_error"]) == ("done", 0, "")
    assert [r.id for r in claim(store, table, state=state)] == [second]


def test_claimed_rows_are_whole_and_typed(store):
    add(store, EventRow)
    (event,) = claim(store, EventRow)
    assert event.apdu == {"a": 1}
    assert event.at == NOW
    assert event.at.tzinfo is not None


def test_claim_takes_the_oldest_up_to_the_limit(store):
    ids = add(store, count=5)
    assert [r.id for r in claim(store, limit=3)] == ids[:3]
    assert claim(store, limit=0) == []


def test_claim_leaves_what_is_not_due(store):
    first, second, third = add(store, count=3)
    store.write(lambda c: queue.later(c, InboxRow, first, "busy", NOW))
    become(store, second, "held")
    assert [r.id for r in claim(store)] == [third]
    become(store, third, "done")
    assert claim(store, now=NOW + MINUTE - timedelta(seconds=1)) == []
    assert [r.id for r in claim(store, now=NOW + MINUTE)] == [first]


def test_retries_and_fresh_rows_come_in_id_order(store):
    ids = add(store, count=4)
    for retried in (ids[0], ids[2]):
        store.write(lambda c, r=retried: queue.later(c, InboxRow, r, "busy", NOW))
    assert [r.id for r in claim(store, now=NOW + HOUR, limit=3)] == ids[:3]


def test_pause_grows_to_twelve_hours_and_stays():
    steps = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 12 * HOUR, 12 * HOUR]
    assert [queue.pause(n) for n in range(1, 7)] == steps
    assert queue.pause(0) == MINUTE
    assert queue.pause(10_000) == 12 * HOUR


def test_a_relay_down_for_days_shelves_nothing(store):
    (row_id,) = add(store)
    now = NOW
    for attempt in range(1, 13):
        (claimed,) = claim(store, now=now)
        assert claimed.attempts == attempt
        assert store.write(lambda c: queue.later(c, InboxRow, row_id, "the relay is away", now))  # noqa: B023
        due = row(store, row_id)["not_before"]
        assert due == now + queue.pause(attempt)
        now = due
    assert now - NOW > timedelta(days=4)
    assert row(store, row_id)["state"] == "todo"
    assert row(store, row_id)["last_error"] == "the relay is away"


def test_a_killer_is_claimed_alone_and_shelved_after_its_fifth_try(store):
    first, killer, third = add(store, count=3)
    assert len(claim(store)) == 3  # and the process dies
    assert [r.id for r in claim(store)] == [first]
    become(store, first, "done")
    for _ in range(4):
        assert [r.id for r in claim(store)] == [killer]  # dies again
    assert [r.id for r in claim(store)] == [third]  # a sixth try is not made
    shelved = row(store, killer)
    assert (shelved["state"], shelved["attempts"], shelved["last_error"]) == (
        "shelved",
        6,
        stored(queue.KILLED),
    )


def test_fresh_rows_before_a_suspect_are_claimed_without_it(store):
    first, suspect = add(store, count=2)
    become(store, first, "held")
    assert [r.id for r in claim(store)] == [suspect]  # dies
    become(store, first, "todo")
    assert [r.id for r in claim(store)] == [first]


def test_kills_between_orderly_ends_do_not_add_up(store):
    (row_id,) = add(store)
    now = NOW
    for _ in range(5):
        assert claim(store, now=now)  # dies
        assert claim(store, now=now)
        store.write(lambda c: queue.later(c, InboxRow, row_id, "busy", now))  # noqa: B023
        now += 13 * HOUR
    assert row(store, row_id)["state"] == "todo"


def test_any_other_change_ends_the_try(store):
    (row_id,) = add(store)
    claim(store)
    table = table_of(InboxRow)
    store.write(lambda c: c.execute(table.update().where(table.c.id == row_id).values(state="done")))
    assert row(store, row_id)["unfinished"] == 0


def test_put_back_counts_no_try(store):
    first, second = add(store, count=2)
    claim(store)
    store.write(lambda c: queue.put_back(c, InboxRow, [second]))
    store.write(lambda c: queue.put_back(c, InboxRow, [second]))
    store.write(lambda c: queue.put_back(c, InboxRow, []))
    assert [(row(store, i)["attempts"], row(store, i)["unfinished"]) for i in (first, second)] == [
        (1, 1),
        (0, 0),
    ]


def test_who_comes_second_changes_nothing(store):
    (row_id,) = add(store)
    claim(store)
    become(store, row_id, "done")
    ends = [
        lambda c: queue.later(c, InboxRow, row_id, "busy", NOW),
        lambda c: queue.shelve(c, InboxRow, row_id, "broken"),
    ]
    assert [store.write(end) for end in ends] == [False] * 2
    assert row(store, row_id)["state"] == "done"


def test_later_leads_back_from_sending(store):
    (row_id,) = add(store, OutgoingRow)
    become(store, row_id, "prepared", OutgoingRow)
    claim(store, OutgoingRow, state="prepared")
    become(store, row_id, "sending", OutgoingRow)
    again = {"was": "sending", "state": "prepared"}
    assert store.write(lambda c: queue.later(c, OutgoingRow, row_id, "421 busy", NOW, **again))
    assert row(store, row_id, OutgoingRow)["state"] == "prepared"
    assert row(store, row_id, OutgoingRow)["not_before"] == NOW + MINUTE


def test_a_shelved_row_is_claimed_no_more(store):
    (row_id,) = add(store)
    claim(store)
    claim(store)
    store.write(lambda c: queue.shelve(c, InboxRow, row_id, "nobody's letter"))
    assert row(store, row_id)["last_error"] == "nobody's letter"
    assert claim(store) == []


def test_naive_now_is_refused(store):
    add(store)
    with pytest.raises(Exception, match="naive"):
        claim(store, now=datetime(2026, 3, 1))  # noqa: DTZ001  # that is the point


def test_claim_walks_the_index_and_sorts_nothing_large(sqlite_url):
    store = Store.open(sqlite_url)
    due = queue._statements(InboxRow).due.statement.compile(
        dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True}
    )
    with store.read() as connection:
        values = dict.fromkeys(due.positiontup, "0")
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {due}", tuple(values[k] for k in due.positiontup)
        )
        steps = [step.detail for step in plan]
    store.close()
    assert [s for s in steps if "ix_inbox_queue (state=? AND not_before=?)" in s], steps
    assert [s for s in steps if "ix_inbox_queue (state=? AND not_before<?)" in s], steps
    assert not [s for s in steps if s.startswith("SCAN inbox")], steps
