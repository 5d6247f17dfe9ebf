"""After a kill only the row that was in hand is a suspect; the others of its batch are as before."""

import os
import subprocess
from datetime import UTC, datetime

import pytest

from mailproc.store import inbox, queue
from mailproc.store.crash_note import Underway
from mailproc.store.engine import Store
from mailproc.store.inbox import NewLetter
from mailproc.store.prepared_statements import table_of, update_of
from mailproc.store.rows import InboxLetter
from mailproc.store.tables import EventRow, InboxRow

DONE = update_of(InboxRow, ("state",))
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def here(store_url, tmp_path):
    """A store that keeps its note in the test's folder, also on PostgreSQL."""
    store = Store.open(store_url, base=tmp_path)
    store.write(lambda c: inbox.keep(c, [NewLetter("listener", b"%d" % n, NOW) for n in range(5)]))
    yield store
    store.close()


def counts(store):
    columns = table_of(InboxRow).c
    with store.read() as connection:
        rows = connection.execute(table_of(InboxRow).select().order_by(columns.id)).mappings()
        return [(row["attempts"], row["unfinished"], row["state"]) for row in rows]


def die(store, *in_hand, claim=True):
    """A process claims what is due, has these rows in hand, and is killed."""
    if claim:
        rows = store.write(lambda c: queue.claim(c, InboxRow, InboxLetter, 10, NOW))
        store.underway.claimed(InboxRow, [row.id for row in rows])
    store.underway.at(*in_hand)
    store.underway.close()


FRESH, TRIED = (0, 0, "todo"), (1, 1, "todo")


def test_only_what_was_in_hand_is_a_suspect(here):
    die(here, 3)
    here.write(here.underway.forgive)
    assert counts(here) == [FRESH, FRESH, TRIED, FRESH, FRESH]


def test_nothing_was_in_hand(here):
    die(here)
    here.write(here.underway.forgive)
    here.write(here.underway.forgive)  # killed before it could go on: nothing changes by a repeat
    assert counts(here) == [FRESH] * 5


def test_a_letter_of_many_makes_all_of_them_suspects(here):
    die(here, 2, 4)
    here.write(here.underway.forgive)
    assert [row == TRIED for row in counts(here)] == [False, True, False, True, False]


def test_a_row_that_kills_is_shelved_after_its_fifth_try_and_its_neighbours_are_never_alone(here):
    die(here, 3)
    here.write(here.underway.forgive)
    assert [r.id for r in here.write(lambda c: queue.claim(c, InboxRow, InboxLetter, 10, NOW))] == [1, 2]
    for row_id in (1, 2):
        here.write(lambda c, each=row_id: c.execute(DONE, {"row_id": each, "state": "done"}))
    for _ in range(4):
        die(here, 3)
        here.write(here.underway.forgive)
    rest = here.write(lambda c: queue.claim(c, InboxRow, InboxLetter, 10, NOW))
    assert [r.id for r in rest] == [4, 5]
    assert counts(here)[2] == (6, 0, "shelved")


def test_kills_from_outside_never_shelve(here):
    for _ in range(10):
        die(here)
        here.write(here.underway.forgive)
    assert counts(here) == [FRESH] * 5


@pytest.mark.parametrize("note", [b"", b"\n", b"3", b"3\n" + b"\0" * 8190, b"x\n", os.urandom(9000)])
def test_without_a_readable_note_the_claims_stand(here, tmp_path, note):
    rows = here.write(lambda c: queue.claim(c, InboxRow, InboxLetter, 10, NOW))
    file = tmp_path / "note"
    file.write_bytes(note)
    here.write(Underway(file).forgive)
    here.write(Underway(tmp_path / "none").forgive)
    here.write(Underway(None).forgive)
    assert len(rows) == 5
    assert counts(here) == [TRIED] * 5


def test_what_hangs_at_an_orderly_end_is_no_suspect_and_that_note_is_the_last(here):
    die(here, 3)
    ending = Underway(here.underway._path)
    ending.end_in_order()
    ending.at(4)  # by a thread that hangs no longer, while the process ends
    assert here.underway.ended_in_order()
    here.write(here.underway.forgive)
    assert counts(here) == [FRESH] * 5
    here.underway.at()
    assert not here.underway.ended_in_order()


def test_the_note_of_another_queue_forgives_nothing_here(here):
    here.write(lambda c: queue.claim(c, InboxRow, InboxLetter, 10, NOW))
    here.underway.claimed(EventRow, [1, 2, 3, 4, 5])
    here.write(here.underway.forgive)
    assert counts(here) == [TRIED] * 5


def test_more_rows_in_hand_than_the_note_holds_are_all_suspects(here):
    die(here, *range(1, 5000))
    here.write(here.underway.forgive)
    assert counts(here) == [TRIED] * 5


def test_what_was_claimed_stays_known_while_more_rows_are_in_hand_than_the_note_holds(here):
    rows = here.write(lambda c: queue.claim(c, InboxRow, InboxLetter, 10, NOW))
    here.underway.claimed(InboxRow, [row.id for row in rows])
    here.underway.at(*range(1, 5000))
    here.underway.at(3)
    here.underway.close()
    here.write(here.underway.forgive)
    assert counts(here) == [FRESH, FRESH, TRIED, FRESH, FRESH]


def test_a_folder_that_cannot_be_written_is_said_and_work_goes_on(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    note = Underway(tmp_path / "file" / "note")
    note.claimed(InboxRow, [1])
    note.at(1)
    assert "after a crash every claimed row counts as tried" in caplog.text
    assert len(caplog.records) == 1


def test_when_the_store_failed_nobody_is_a_suspect(here):
    die(here, 3)
    here.underway.break_off()
    assert here.underway.broken_off
    here.write(here.underway.forgive)
    assert counts(here) == [FRESH] * 5
    assert here.underway.broken_off, "what else it left behind may still have to be cleaned up"
    here.underway.recovered()
    assert not here.underway.broken_off


def test_what_was_cleaned_up_is_not_cleaned_up_again(here):
    """Else a suspect that the last process died of would be forgiven by the next kill."""
    die(here, 3)
    here.write(here.underway.forgive)
    here.underway.recovered()
    before = counts(here)
    here.write(here.underway.forgive)
    assert counts(here) == before != [FRESH] * 5


KILLED = """
import os, sys
from pathlib import Path
from mailproc.store.tables import InboxRow
from mailproc.store.crash_note import Underway
note = Underway(Path(sys.argv[1]))
note.claimed(InboxRow, [1, 2, 3, 4, 5])
note.at(2)
os.kill(os.getpid(), 9)
"""


def test_the_note_outlives_kill_9(here, tmp_path, python):
    here.write(lambda c: queue.claim(c, InboxRow, InboxLetter, 10, NOW))
    file = tmp_path / "note"
    assert subprocess.run([python, "-c", KILLED, str(file)], check=False).returncode == -9
    here.write(Underway(file).forgive)
    assert counts(here) == [FRESH, TRIED, FRESH, FRESH, FRESH]
    assert file.stat().st_mode & 0o777 == 0o600
