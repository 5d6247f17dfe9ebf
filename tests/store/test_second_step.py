"""A store of the first release is brought up to the second: its letters are still the earlier copies."""

import json
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from mailproc.flow.advance import verify
from mailproc.ill.terms import Role, TransactionId
from mailproc.store import connections, earlier_messages, inbox, letters, transactions
from mailproc.store.engine import Store
from tests.support.earlier_store import made_at

LETTERS = (
    # state, partner, proof, note, and whose the letter is from now on
    ("done", "XX-BL", "none", "1 placed", "XX-BL"),
    ("done", "XX-BL", "network", "the same letter as I1", ""),
    ("done", "XX-BL", "released", "1 placed", "XX-BL"),
    ("done", "XX-BL", "released", "attached by staff", ""),
    ("done", "XX-BL", "learned", "1 read", ""),
    ("done", "", "", "failed: O1 550 no such user", ""),
    ("shelved", "XX-BL", "", "", ""),
    ("todo", "", "", "", ""),
)
_LETTER = text(
    "INSERT INTO inbox (state, attempts, last_error, door, mail_from, rcpt_to, peer, login, digest, raw,"
    " received_at, proof, message_id, subject, codec, partner, note)"
    " VALUES (:state, 0, '', 'listener', 'a@x', 'b@y', '192.0.2.1', '', :digest, :raw,"
    " '2026-03-01 12:00:00', :proof, 'm@x', '', '', :partner, :note)"
)
_TRANSACTION = text(
    "INSERT INTO transactions (request_id, attempt, role, initial_requester, tgq, tq, stq, partner, symbol,"
    " address, codec, dialect, service, state, state_before, last_service_at, moved_event_id, updated_at,"
    " version) VALUES (:id, 1, :role, 'XX-A', :id, '1', '', 'XX-BL', 'XX-BL', 'a@x', 'iso10161', '', 'LOAN',"
    " 'PENDING', '', '', 0, '2026-03-01 12:00:00', 0)"
)
_EVENT = text(
    "INSERT INTO event (state, attempts, last_error, cause, actor, door, heard_by, partner, type, repeat_key,"
    " at, apdu) VALUES ('shelved', 0, '', 'letter', '', '', '', 'XX-BL', 'MESSAGE', '',"
    " '2026-03-01 12:00:00', :apdu)"
)
_LEARNED = text("INSERT INTO partner_learned (partner, kind, value) VALUES ('XX-BL', 'address', 'b@x')")


@pytest.fixture(params=["sqlite", "postgresql"])
def first_url(request, tmp_path):
    """A store at the first revision, with something in it."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/old.db" if sqlite else request.getfixturevalue("empty_postgres_url")
    engine = made_at("0001", url, Path())
    with engine.connect() as connection, connection.begin():
        for number, (state, partner, proof, note, _) in enumerate(LETTERS):
            row = {"state": state, "partner": partner, "proof": proof, "note": note}
            connection.execute(_LETTER, row | {"digest": f"d{number}", "raw": b"raw %d" % number})
        for number, role in enumerate(("REQUESTER", "RESPONDER"), start=1):
            connection.execute(_TRANSACTION, {"id": number, "role": role})
        connection.execute(_LEARNED)
    engine.dispose()
    return url


def test_what_was_taken_is_known_by_its_sender(first_url, letter):
    store = Store.open(first_url)
    with store.read() as connection:
        rows = connection.execute(
            text("SELECT taken_from, raw FROM inbox JOIN inbox_bytes ON id = letter_id ORDER BY id")
        ).all()
        assert [row.taken_from for row in rows] == [one[-1] for one in LETTERS]
        assert [bytes(row.raw) for row in rows] == [b"raw %d" % number for number in range(len(LETTERS))]
        assert letters.earlier_copy(connection, "XX-BL", "d0", "", "") == 1
        assert letters.earlier_copy(connection, "XX-BL", "d3", "", "") is None
        assert letters.earlier_copy(connection, "XX-OTHER", "d0", "", "") is None
    first, second = store.write(lambda c: inbox.keep(c, [letter(), letter(peer="192.0.2.7")]))
    assert (first.inbox_id, second.inbox_id) == (len(LETTERS) + 1, len(LETTERS) + 2)
    store.close()


def test_the_log_names_the_beginning_and_the_end(first_url, caplog):
    caplog.set_level("INFO", "mailproc.store.migrate")
    Store.open(first_url).close()
    begun, ended = caplog.messages
    assert "migrated from revision 0001 to 0004" in begun
    assert ("MB" in begun) == first_url.startswith("sqlite")
    assert "at revision 0004 now" in ended
    Store.open(first_url).close()
    assert len(caplog.messages) == 2


def test_what_they_opened_is_theirs(first_url):
    store = Store.open(first_url)
    with store.read() as connection:
        for role, number, opener in ((Role.REQUESTER, "1", ""), (Role.RESPONDER, "2", "XX-BL")):
            named = TransactionId("XX-A", number, "1", "")
            found = transactions.by_key(connection, role, "XX-BL", named)
            assert found is not None and found.opened_by == opener
        assert transactions.by_key(connection, Role.RESPONDER, "XX-OTHER", named) is None
        assert connection.execute(text("SELECT transaction_id, symbol FROM partner_learned")).one() == (0, "")
    store.close()


def test_the_tables_that_were_made_again_have_their_indexes(first_url):
    """SQLite makes a table again to change its key: its indexes go with it, the partial ones too."""
    store = Store.open(first_url)
    with store.read() as connection:
        seen = inspect(connection)
        partial = {
            index["name"]: any("where" in option for option in index.get("dialect_options", {}))
            for table in ("inbox", "transactions")
            for index in seen.get_indexes(table)
        }
    store.close()
    assert {name for name, where in partial.items() if where} == {
        "ix_inbox_deferred", "ix_inbox_message_id", "ix_inbox_shelf", "ix_inbox_taken",
        "ix_transactions_attention", "ix_transactions_due", "ix_transactions_promised"}  # fmt: skip
    assert {"ix_inbox_queue", "ix_transactions_list", "ix_transactions_age"} <= set(partial)


def test_messages_are_found_by_name_and_time(first_url):
    """What came before the step is found as what comes after it: the store writes the same keys."""
    said = [
        {"type": "MESSAGE", "transaction": {"tgq": "G1", "tq": "2"}, "sent_at": "2026-03-01T10:00:00"},
        {"type": "MESSAGE", "transaction": {"tgq": "G" * 300}, "original_sent_at": "2026-03-01T10:00:00"},
        {"type": "CANCEL", "transaction": None, "ref": {"number": "b1-1", "customer_code": "99-0001"}},
        {"type": "CANCEL", "transaction": None},
    ]
    engine = connections.writing(connections.parse(first_url, Path()))
    with engine.connect() as connection, connection.begin():
        for apdu in said:
            connection.execute(_EVENT, {"apdu": json.dumps(apdu)})
    engine.dispose()
    store = Store.open(first_url)
    with store.read() as connection:
        rows = connection.execute(text("SELECT about, sent_at, original_sent_at FROM event ORDER BY id"))
        assert [{**row} for row in rows.mappings()] == [earlier_messages.keys(apdu) for apdu in said]
    store.close()


def test_a_text_that_was_cut_ends_with_its_line(first_url):
    """A word of two letters is found by the trigrams that begin with it: none may stand at the very end."""
    engine = connections.writing(connections.parse(first_url, Path()))
    with engine.connect() as connection, connection.begin():
        words = text("INSERT INTO finding (request_id, words) VALUES (:id, :words)")
        connection.execute(words, [{"id": 1, "words": "a" * 3998 + "qx"}, {"id": 2, "words": "b1\n"}])
    engine.dispose()
    store = Store.open(first_url)
    with store.read() as connection:
        rows = connection.execute(text("SELECT words FROM finding ORDER BY request_id")).scalars().all()
        assert rows == ["a" * 3998 + "q\n", "b1\n"]
    store.close()


_DUE = {"on": "2026-04-13", "renewable": False}
LENT_OF_0001 = (
    ("staff", "request", {"type": "ILL_REQUEST", "services": ["LOAN"]}, {"letter_left": True}),
    ("letter", "SHIPPED", {"type": "SHIPPED", "due": _DUE, "shipped_conditions": "library-use-only"}, {}),
    ("staff", "receive", {"type": "RECEIVED"}, {}),
    ("staff", "renew", {"type": "RENEW"}, {}),
    ("letter", "OVERDUE", {"type": "OVERDUE", "level": 2, "due": _DUE}, {}),
)
"""A loan as 0.1.0 took its steps: it asked for a renewal, and kept no terms."""
_STEP_OF_0001 = text(
    "INSERT INTO event (id, state, attempts, last_error, cause, actor, door, heard_by, partner, type,"
    " repeat_key, at, transaction_id, apdu, facts) VALUES (:id, 'done', 0, '', :cause, '', '', '', 'XX-BL',"
    " :type, '', '2026-03-01 12:00:00', 1, :apdu, :facts)"
)
_HISTORY_OF_0001 = text(
    "INSERT INTO history (transaction_id, event_id, at, event, from_state, to_state, note)"
    " VALUES (1, :id, '2026-03-01 12:00:00', '', '', '', '')"
)
_STATE_OF_0001 = (
    "UPDATE transactions SET state = 'RENEW_OVERDUE', due_on = '2026-04-13', renewable = false WHERE id = 1"
)


def test_what_the_first_release_did_is_still_the_fold_of_its_events(first_url):
    """What is looked at since then (terms of a loan, why it is not renewed) was not looked at then."""
    engine = connections.writing(connections.parse(first_url, Path()))
    with engine.connect() as connection, connection.begin():
        for number, (cause, kind, apdu, facts) in enumerate(LENT_OF_0001, start=1):
            row = {"id": number, "cause": cause, "type": kind}
            row |= {"apdu": json.dumps(apdu), "facts": json.dumps(facts)}
            connection.execute(_STEP_OF_0001, row)
            connection.execute(_HISTORY_OF_0001, {"id": number})
        connection.execute(text(_STATE_OF_0001))
    engine.dispose()
    store = Store.open(first_url)
    with store.read() as connection:
        assert [one for one in verify.verify(connection).differences if one.transaction_id == 1] == []
    store.close()
