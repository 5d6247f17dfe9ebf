"""What an intent holds is one type for each kind, and its column is read whatever release wrote it."""

import pytest
from sqlalchemy import Connection

from mailproc.ill.terms import Role
from mailproc.store import events, intent_bodies, outgoing
from mailproc.store.engine import Store
from mailproc.store.intent_bodies import (
    IntentBody,
    NoticeToPartner,
    NoticeToReader,
    NoticeToStaff,
    SendApdu,
    SendReceipt,
    SendReport,
)
from tests.store.asked import EVENT

CANCEL = {"type": "CANCEL", "transaction": None}
KINDS = {
    "a message": ("apdu", {"apdu": CANCEL}, SendApdu(CANCEL)),
    "a letter to a reader": (
        "notice",
        {"notice": "patron/arrived", "to": "patron", "facts": {}},
        NoticeToReader("patron/arrived"),
    ),
    "a reminder": (
        "notice",
        {"notice": "patron/overdue", "to": "patron", "facts": {"level": 2}},
        NoticeToReader("patron/overdue", 2),
    ),
    "a letter to staff": (
        "notice",
        {"notice": "staff/attention", "to": "staff", "facts": {"reasons": ["bounced"], "ours": [7]}},
        NoticeToStaff("staff/attention", {"reasons": ["bounced"], "ours": [7]}),
    ),
    "a letter to a partner's people": (
        "notice",
        {"notice": "partner/notice", "to": "partner", "apdu": CANCEL},
        NoticeToPartner("partner/notice", CANCEL),
    ),
    "a receipt": (
        "receipt",
        {"notice": "artemail/receipt", "to": "partner", "receipt": {"orders": 1}, "codec": "artemail"},
        SendReceipt("artemail", {"orders": 1}),
    ),
    "a report": (
        "receipt",
        {"notice": "CANCEL", "to": "partner", "apdu": CANCEL, "codec": "iso10161", "role": "RESPONDER"},
        SendReport("iso10161", Role.RESPONDER, CANCEL),
    ),
}
OLD = {
    "a receipt that names no codec": (
        {"notice": "artemail/receipt", "to": "partner", "receipt": {"orders": 1}},
        SendReceipt("", {"orders": 1}),
    ),
    "a notice without facts": (
        {"notice": "patron/renewed", "to": "patron"},
        NoticeToReader("patron/renewed"),
    ),
    "a remark to the reader": (
        {"notice": "patron/arrived", "to": "patron", "facts": {"note": "at the desk", "gone": 1}},
        NoticeToReader("patron/arrived", note="at the desk"),
    ),
    "a fact to staff that has gone": (
        {"notice": "staff/attention", "to": "staff", "facts": {"reasons": [], "gone": 1}},
        NoticeToStaff("staff/attention", {"reasons": [], "gone": 1}),  # type: ignore[typeddict-unknown-key]
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_stored_and_read_back(store: Store, name: str) -> None:
    kind, column, body = KINDS[name]
    assert body.kind == kind
    assert intent_bodies.to_json(body) == column

    def job(connection: Connection) -> IntentBody:
        event_id = events.add(connection, EVENT)
        outgoing.add_intent(connection, body, event_id=event_id, seq=0)
        (intent,) = outgoing.of_event(connection, event_id)
        assert intent.kind == kind
        return intent.body

    assert store.write(job) == body


@pytest.mark.parametrize("name", OLD)
def test_a_row_of_an_older_release_is_read(name: str) -> None:
    column, body = OLD[name]
    assert intent_bodies.from_json(column) == body


def test_what_is_empty_is_not_told_to_staff() -> None:
    body = NoticeToStaff("staff/attention", {"reasons": ["bounced"], "note": "", "ours": []})
    assert intent_bodies.to_json(body)["facts"] == {"reasons": ["bounced"]}


@pytest.mark.parametrize("column", [{}, {"notice": "x"}, {"notice": "x", "to": "nobody"}])
def test_a_column_that_is_none_of_them_is_named(column: dict[str, str]) -> None:
    with pytest.raises(LookupError):
        intent_bodies.from_json(column)


def test_an_intent_says_what_it_holds_or_that_it_does_not(store: Store) -> None:
    def job(connection: Connection) -> None:
        event_id = events.add(connection, EVENT)
        outgoing.add_intent(connection, SendApdu(CANCEL), event_id=event_id, seq=0)
        outgoing.add_intent(connection, NoticeToReader("patron/arrived"), event_id=event_id, seq=1)
        message, notice = outgoing.of_event(connection, event_id)
        assert (message.message, notice.notice) == (CANCEL, NoticeToReader("patron/arrived"))
        for one, other in ((message, "notice"), (notice, "message")):
            with pytest.raises(LookupError, match=f"intent {one.id} is no {other}"):
                getattr(one, other)

    store.write(job)
