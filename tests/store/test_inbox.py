"""A letter is one row for its door, recipient and bytes; a mailbox moves with its letters."""

from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mailproc.errors import LocalFault
from mailproc.store import inbox, letter_bytes, letters, mailboxes
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.store.mailboxes import Batch, Position
from mailproc.store.skipped_letters import FolderPlace

FORGET = ("DELETE FROM inbox_bytes", "DELETE FROM inbox")
COUNT = text("SELECT count(*) FROM inbox")


def test_same_letter_is_one_row(store, letter):
    first, again = store.write(lambda c: inbox.keep(c, [letter(), letter()]))
    (once_more,) = store.write(lambda c: inbox.keep(c, [letter()]))
    assert first == StoredLetter(1, new=True)
    assert again == once_more == StoredLetter(1, new=False)


@pytest.mark.parametrize(
    "other",
    [
        {"door": "ill-box"},
        {"rcpt_to": "ill@library.example"},
        {"raw": b"other"},
        {"mail_from": "else@lender.example"},
        {"peer": "192.0.2.7"},
        {"login": "else"},
    ],
)
def test_of_another_door_envelope_client_or_bytes_is_another_row(store, letter, other):
    """So nobody's copy is answered with 250 in place of another's letter."""
    kept = store.write(lambda c: inbox.keep(c, [letter(), letter(**other), letter(), letter(**other)]))
    assert [k.new for k in kept] == [True, True, False, False]
    assert [k.inbox_id for k in kept[2:]] == [k.inbox_id for k in kept[:2]]
    assert kept[0].inbox_id != kept[1].inbox_id


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.integers(0, 130), max_size=70), max_size=4))
def test_a_group_answers_as_each_letter_alone_would(store, letter, groups):
    """Which letters were there before, and which row each has, whatever lies in a group twice."""
    store.write(lambda c: [c.execute(text(one)) for one in FORGET])
    rows: dict[int, int] = {}
    for group in groups:
        kept = store.write(lambda c, group=group: inbox.keep(c, [letter(b"%d" % one) for one in group]))
        for one, stored in zip(group, kept, strict=True):
            assert stored.new == (one not in rows)
            assert rows.setdefault(one, stored.inbox_id) == stored.inbox_id
    with store.read() as connection:
        found = connection.execute(text("SELECT letter_id, raw FROM inbox_bytes")).all()
    assert {int(bytes(raw)): row for row, raw in found} == rows


def test_long_letters_of_a_group_are_written_alone(store, letter, monkeypatch):
    """A statement copies what it is given."""
    monkeypatch.setattr(inbox, "OCTETS", 100)
    sizes: list[int] = []
    plain = letter_bytes._add_received
    monkeypatch.setattr(letter_bytes, "_add_received", lambda count: sizes.append(count) or plain(count))
    group = [letter(b"%d" % number + b"x" * 48) for number in range(5)]
    group += [letter(b"long" * 100), letter(b"a"), letter(b"b")]
    kept = store.write(lambda c: inbox.keep(c, group))
    assert sizes == [2, 2, 1, 1, 2]
    assert [one.new for one in kept] == [True] * 8
    with store.read() as connection:
        rows = dict(connection.execute(text("SELECT letter_id, raw FROM inbox_bytes")).all())
    assert [bytes(rows[one.inbox_id]) for one in kept] == [one.raw for one in group]


def test_row_holds_the_letter_and_is_to_do(store, letter, now):
    raw = bytes(range(256)) * 300
    new = letter(raw, mail_from="a@lender.example", rcpt_to="b@library.example", peer="192.0.2.7", login="x")
    store.write(lambda c: inbox.keep(c, [new]))
    with store.read() as connection:
        row = connection.execute(text("SELECT * FROM inbox")).mappings().one()
        kept = connection.execute(text("SELECT * FROM inbox_bytes")).mappings().one()
    assert bytes(kept["raw"]) == raw
    assert (kept["letter_id"], kept["at"]) == (row["id"], row["received_at"])
    assert row["digest"] == sha256(raw).hexdigest()
    assert (row["state"], row["attempts"], row["unfinished"], row["not_before"]) == ("todo", 0, 0, None)
    assert [row[c] for c in ("mail_from", "rcpt_to", "peer", "login")] == [
        "a@lender.example", "b@library.example", "192.0.2.7", "x",
    ]  # fmt: skip


def test_naive_time_is_refused(letter):
    with pytest.raises(ValueError, match="naive"):
        NewLetter("listener", b"", datetime(2026, 3, 1, 12, 0))  # noqa: DTZ001  # that is the point


def test_bytes_stay_out_of_the_repr(letter):
    assert b"secret".decode() not in repr(letter(b"ARTEmail password: secret"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(exclude_categories=[])), st.binary(max_size=200))
def test_no_envelope_is_too_strange_to_keep(store, letter, words, raw):
    new = letter(raw, mail_from=words, rcpt_to=words, login=words, peer=words)
    first = store.write(lambda c: inbox.keep(c, [new]))
    again = store.write(lambda c: inbox.keep(c, [new]))
    assert again == [StoredLetter(first[0].inbox_id, new=False)]


def read(position, letters, now):
    """What a look into ill-box commits: these letters, with UIDs from 1 on."""
    place = FolderPlace("ill-box", "INBOX", position.uidvalidity)
    return Batch(place, position.last_uid, now, dict(enumerate(letters, 1)))


def test_position_moves_with_its_letters(store, letter, now):
    batch = [letter(b"1", door="ill-box"), letter(b"2", door="ill-box")]
    highest = Position(uidvalidity=2**32 - 1, last_uid=2**32 - 1)
    assert store.write(lambda c: mailboxes.position(c, "ill-box")) == Position(0, 0)
    kept = store.write(lambda c: mailboxes.keep_batch(c, read(highest, batch, now)))
    assert [k.new for k in kept] == [True, True]
    with store.read() as connection:
        assert mailboxes.position(connection, "ill-box") == highest
        assert mailboxes.position(connection, "ill-box", "INBOX") == highest
        assert mailboxes.position(connection, "ill-box", "Other") == Position(0, 0)
        assert mailboxes.position(connection, "other-box") == Position(0, 0)


def test_neither_letters_nor_position_without_the_commit(store, letter, now):
    def job(connection):
        mailboxes.keep_batch(connection, read(Position(1, 7), [letter()], now))
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        store.write(job)
    with store.read() as connection:
        assert mailboxes.position(connection, "ill-box") == Position(0, 0)
        assert connection.execute(COUNT).scalar() == 0


def test_a_mailbox_fails_since_the_first_failure(store, now):
    def since():
        with store.read() as connection:
            return tuple(connection.execute(text("SELECT failing_since, last_error FROM mailbox")).one())

    store.write(lambda c: mailboxes.failing(c, "ill-box", "no route", now))
    first, words = since()
    store.write(lambda c: mailboxes.failing(c, "ill-box", "timed out", now + timedelta(hours=1)))
    assert words == "no route"
    assert since() == (first, "timed out")
    store.write(lambda c: mailboxes.keep_batch(c, read(Position(3, 4), [], now)))
    store.write(lambda c: mailboxes.working(c, "ill-box"))
    assert since() == (None, "")
    with store.read() as connection:
        assert mailboxes.position(connection, "ill-box") == Position(3, 4)


def test_whose_a_letter_is_said_to_be_is_noted_while_it_waits(store, letter):
    store.write(lambda c: inbox.keep(c, [letter(), letter(raw=b"other")]))
    store.write(lambda c: letters.settle(c, 2, "done", "todo", partner="XX-OWN"))
    for number in (1, 2):
        store.write(
            lambda c, n=number: letters.claimed_by(c, n, partner="XX-SAID", subject="Reply", said_from="")
        )
    with store.read() as connection:
        waits, settled = letters.load(connection, 1), letters.load(connection, 2)
    assert (waits.partner, waits.subject, waits.proof) == ("XX-SAID", "Reply", "")
    assert settled.partner == "XX-OWN"


def test_a_letter_is_settled_once(store, letter):
    store.write(lambda c: inbox.keep(c, [letter()]))
    store.write(lambda c: letters.settle(c, 1, "done", partner="XX-OWN"))
    with pytest.raises(LocalFault, match="I1 was settled meanwhile"):
        store.write(lambda c: letters.settle(c, 1, "shelved", partner="XX-OTHER"))
    with store.read() as connection:
        kept = letters.load(connection, 1)
    assert (kept.state, kept.partner) == ("done", "XX-OWN")


def test_a_shelved_letter_that_goes_round_again_begins_afresh(store, letter):
    store.write(lambda c: inbox.keep(c, [letter(), letter(raw=b"other")]))
    for number in (1, 2):
        store.write(lambda c, n=number: letters.settle(c, n, "shelved", "todo", partner="XX-OWN"))
    store.write(lambda c: letters.again(c, 1, note="by staff"))
    with store.read() as connection:
        again, other = letters.load(connection, 1), letters.load(connection, 2)
    assert (again.state, again.attempts, again.last_error, again.note) == ("todo", 0, "", "by staff")
    assert other.state == "shelved"
