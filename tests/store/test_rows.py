"""Rows above the store are typed values: made by position, so fields and columns must agree."""

import ast
from dataclasses import FrozenInstanceError, dataclass, fields
from pathlib import Path

import pytest
from sqlalchemy import literal, select

import mailproc
from mailproc.ill.terms import Role, State
from mailproc.store.engine import Store
from mailproc.store.letter_bytes import whole
from mailproc.store.prepared_statements import Constant, made, table_of
from mailproc.store.rows import (
    Event,
    InboxLetter,
    InboxRecord,
    Intent,
    LearnedAddress,
    OutgoingLetter,
    OutgoingRecord,
    PolledMailbox,
    Reference,
    StoredDocument,
    StoredPatron,
    StoredRequest,
    StoredTimer,
    Transaction,
)
from mailproc.store.tables import (
    DocumentRow,
    EventRow,
    InboxRow,
    IntentRow,
    MailboxRow,
    OutgoingRow,
    PartnerLearned,
    PatronRow,
    ReferenceRow,
    RequestRow,
    TimerRow,
    TransactionRow,
)

ABOVE = ("app", "cli", "flow", "office", "practice")
WHOLE = {
    Event: EventRow,
    InboxLetter: InboxRow,
    Intent: IntentRow,
    LearnedAddress: PartnerLearned,
    OutgoingLetter: OutgoingRow,
    PolledMailbox: MailboxRow,
    Reference: ReferenceRow,
    StoredDocument: DocumentRow,
    StoredPatron: PatronRow,
    StoredRequest: RequestRow,
    StoredTimer: TimerRow,
    Transaction: TransactionRow,
}


@dataclass(frozen=True)
class Standing:
    role: Role
    state: State | None


AS_STORED = {
    "a member by its name": ("REQUESTER", "SHIPPED", Standing(Role.REQUESTER, State.SHIPPED)),
    "empty is None": ("RESPONDER", "", Standing(Role.RESPONDER, None)),
    "NULL is None": ("RESPONDER", None, Standing(Role.RESPONDER, None)),
}


@pytest.mark.parametrize("kind", WHOLE, ids=lambda kind: kind.__name__)
def test_the_fields_are_the_columns_in_their_order(kind):
    assert [field.name for field in fields(kind)] == [one.key for one in whole(table_of(WHOLE[kind]))]


def test_a_record_is_its_letter_without_the_bytes():
    for record, letter in ((InboxRecord, InboxLetter), (OutgoingRecord, OutgoingLetter)):
        assert [*fields(letter)][:-1] == [*fields(record)]


@pytest.mark.parametrize("name", AS_STORED)
def test_enums_are_converted_where_the_row_is_read(store_url, name):
    role, state, expected = AS_STORED[name]
    statement = select(literal(role).label("role"), literal(state).label("state"))
    store = Store.open(store_url)
    constant = Constant(statement, Standing)
    assert store.write(lambda connection: constant.one(connection, {})) == expected
    with store.read() as connection:
        assert constant.rows(connection, {}) == [expected]
        assert made(Standing, connection.execute(statement)) == [expected]
    store.close()


def test_a_statement_with_other_columns_is_refused(sqlite_url):
    store = Store.open(sqlite_url)
    constant = Constant(
        select(literal("PENDING").label("state"), literal("REQUESTER").label("role")), Standing
    )
    with pytest.raises(TypeError, match="other fields than the statement has columns"):
        store.write(lambda connection: constant.one(connection, {}))
    store.close()


def test_a_row_stays_as_it_was_read():
    with pytest.raises(FrozenInstanceError):
        Standing(Role.REQUESTER, None).state = State.IDLE  # type: ignore[misc]


def test_no_module_above_the_store_names_a_row_mapping():
    root = Path(mailproc.__file__).parent
    files = [file for folder in ABOVE for file in sorted((root / folder).rglob("*.py"))]
    named = [
        f"{file.relative_to(root)}:{node.lineno}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if "RowMapping" in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", ""))
    ]
    assert files
    assert not named, "rows above the store are dataclasses of store/rows.py: " + ", ".join(named)
