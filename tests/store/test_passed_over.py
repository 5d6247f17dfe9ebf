"""What was passed over: the list moves with the letters' commit, and forgets what means nothing any more."""

from datetime import timedelta

import pytest

from mailproc.store import mailboxes, skipped_letters
from mailproc.store.mailboxes import Batch
from mailproc.store.queue import pause
from mailproc.store.skipped_letters import GONE, SHORT, TRIES, UNREAD, FolderPlace, Passed

PLACE = FolderPlace("ill-box", "INBOX", 7)
BAD = Passed(5, UNREAD, "the server said no")


def listed(store, place=PLACE):
    with store.read() as connection:
        return skipped_letters.of(connection, place.mailbox, place.folder).get(place.uidvalidity, [])


def commit(store, now, place=PLACE, last_uid=9, **values):
    return store.write(lambda c: mailboxes.keep_batch(c, Batch(place, last_uid, now, **values)))


def test_it_is_noted_with_the_position_and_tried_less_and_less_often(store, now):
    commit(store, now, passed=[BAD])
    (first,) = listed(store)
    assert (first.uid, first.reason, first.since, first.attempts) == (5, BAD.reason, now, 1)
    assert not first.is_due(now)
    at = now
    for attempts in range(2, TRIES + 1):
        at += pause(attempts - 1)
        assert listed(store)[0].is_due(at)
        commit(store, at, passed=[BAD], last_uid=None)
        assert (listed(store)[0].attempts, listed(store)[0].since) == (attempts, now)
    assert not listed(store)[0].is_due(at + timedelta(days=365))  # now only staff read it again


@pytest.mark.parametrize("by", ["letters", "gone"])
def test_what_was_read_or_is_gone_leaves_it(store, now, letter, by):
    commit(store, now, passed=[BAD, Passed(6, GONE, "it was no longer there")])
    assert listed(store)[1].is_due(now)
    commit(store, now, last_uid=None, **{by: {5: letter()} if by == "letters" else [5]})
    assert [one.uid for one in listed(store)] == [6]


def test_a_letter_that_came_short_is_kept_and_stays_on_it(store, now, letter):
    (kept,) = commit(store, now, letters={5: letter()}, passed=[Passed(5, SHORT, "3 octets of 9 came")])
    assert kept.new
    assert [one.kind for one in listed(store)] == [SHORT]
    with store.read() as connection:
        assert skipped_letters.loud(connection, "ill-box") == []


@pytest.mark.parametrize("other", [FolderPlace("ill-box", "INBOX", 8), FolderPlace("ill-box", "Other", 7)])
def test_other_uids_mean_other_letters(store, now, other):
    commit(store, now, passed=[BAD])
    commit(store, now, place=FolderPlace("elsewhere", "INBOX", 7), passed=[BAD])
    commit(
        store, now, place=other, last_uid=None
    )  # the position does not move: nothing is read from its beginning
    assert listed(store)
    commit(store, now, place=other)
    assert listed(store) == []
    assert listed(store, FolderPlace("elsewhere", "INBOX", 7))


def test_staff_see_what_waits_longest_first(store, now):
    commit(store, now, passed=[BAD])
    commit(store, now - timedelta(days=1), passed=[Passed(8, UNREAD, "later")])
    with store.read() as connection:
        assert [one.uid for one in skipped_letters.loud(connection, "ill-box")] == [8, 5]
