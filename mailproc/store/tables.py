"""The tables. The only place that says what a row is; ``migrations/`` follows it.

A partial index is named so for SQLite alone; the step that makes it says the same to PostgreSQL.
(Said here, it would load SQLAlchemy's PostgreSQL at every start: a tenth of its time.)

Times are aware UTC instants (``…_at``), dates are ``…_on``. Queue columns (``QueueRow``) use
the same words in every queue: todo → done; todo → prepared → sending → handed_over; held ·
in_doubt · shelved · withdrawn. docs/queue.md says at which commit each becomes true.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Index,
    String,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from mailproc.sentence import Stored, stored
from mailproc.store.intent_bodies import IntentBody, from_json, to_json


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: naive times are refused; SQLite returns them aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time is no instant")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Told(TypeDecorator[str]):
    """Why something is as it is, in codes and values (``sentence.stored``); other text is kept as it is."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Any) -> str | None:
        return None if value is None else str(value if isinstance(value, Stored) else stored(value))

    def process_result_value(self, value: str | None, _dialect: Any) -> Stored | None:
        return None if value is None else Stored(value)


class SaidAs(TypeDecorator[IntentBody]):
    """What an intent sends, as JSON (``intent_bodies``). Statements may read inside it."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return self.impl_instance.coerce_compared_value(op, value)  # a key is a key of the JSON

    def process_bind_param(self, value: IntentBody | None, _dialect: Any) -> dict[str, Any] | None:
        return None if value is None else to_json(value)

    def process_result_value(self, value: dict[str, Any] | None, _dialect: Any) -> IntentBody | None:
        return None if value is None else from_json(value)


def _told() -> Any:
    return Field(default="", sa_type=Told)


def _instant(*, nullable: bool = True) -> Any:
    return Field(default=None, sa_type=Instant, nullable=nullable)


def _json() -> Any:
    return Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)


_EMPTY = {"server_default": text("''")}
"""Of a column that was added later: its value in existing rows."""


class QueueRow(SQLModel):
    """The columns that make a table a queue."""

    state: str = "todo"
    attempts: int = 0
    # Tries begun and never ended (queue.py). Any change of the row but a claim ends its try.
    unfinished: int = Field(default=0, sa_column_kwargs={"server_default": "0", "onupdate": 0})
    not_before: datetime | None = _instant()
    last_error: str = _told()


class Counter(SQLModel, table=True):
    """Numbers that are never used twice: 'B' and 'L' requests, 'FILE' order files."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    next: int


class IdentityRow(SQLModel, table=True):
    """One row: which store this is (identity.py). ``verified``: the last history row of a store whose every
    transaction was found to be the fold of its events (flow/advance/verify.py). ``has_counters``: 1 once the
    store has its counters file (counters_file.py). ``term``: of the service that has the store, one more at
    each start (store_guard.py)."""

    __tablename__ = "identity"
    store_id: str = Field(primary_key=True)
    run: str = ""
    verified: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    has_counters: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    term: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class ServiceRow(SQLModel, table=True):
    """One row: the service of this store, or the last one, as it said itself (service_record.py).

    ``started_at`` and ``seen_at`` are of its own clock. ``once``: by `run --once`, which is seen at its start
    and its end only. ``failure``: why it ended by itself. ``jobs``: by name, when each runs next; ``looked``:
    by name, when a mailbox was last looked into (ISO 8601, UTC). ``sent_at``, ``refused_at``,
    ``refusal``: when the last letter left, and what the relay said when one did not. ``beat_at``: as
    ``seen_at``, by the clock of the database; NULL on SQLite, whose service is on this machine.
    ``metrics_fault``: why nobody gets the figures of [metrics] now. ``desk_fault``: why nobody reaches [web].
    ``ports``: by section of config.toml, where it listens ("127.0.0.1:25"); not a port that was 0.
    """

    __tablename__ = "service"
    id: int = Field(default=1, primary_key=True)
    process: int
    host: str
    version: str
    once: bool = False
    started_at: datetime = _instant(nullable=False)
    seen_at: datetime = _instant(nullable=False)
    ended_at: datetime | None = _instant()
    failure: str = ""
    jobs: dict[str, str] | None = _json()
    looked: dict[str, str] | None = _json()
    sent_at: datetime | None = _instant()
    refused_at: datetime | None = _instant()
    refusal: str = _told()
    beat_at: datetime | None = _instant()
    metrics_fault: str | None = None
    desk_fault: str | None = None
    ports: dict[str, str] | None = _json()


PAUSING = "kind = 'paused'"
"""Condition on what is known of a partner: staff have paused it."""


class PartnerLearned(SQLModel, table=True):
    """What a letter told of a partner, which is not valid before staff confirm it; and their pauses."""

    __tablename__ = "partner_learned"
    __table_args__ = (
        UniqueConstraint("partner", "kind", "value", "transaction_id"),
        Index("ix_partner_learned_transaction", "transaction_id"),
        Index("ix_partner_learned_paused", "partner", sqlite_where=text(PAUSING)),
    )
    id: int | None = Field(default=None, primary_key=True)
    partner: str
    kind: str  # alias | address | forwarded | paused
    value: str = ""
    # Of "forwarded": the transaction (0: none), and the library that has it now.
    transaction_id: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    symbol: str = Field(default="", sa_column_kwargs=_EMPTY)
    event_id: int | None = None
    confirmed_at: datetime | None = _instant()


FOREVER = 2**31 - 1
"""``patron.until`` of what no import has replaced."""


class PatronRow(SQLModel, table=True):
    """What is known of a reader of ours, as one import left it (``current_patrons``, ``patron_imports``).

    It counts from the import ``since`` (0: before the first) to before the import ``until``. ``status``: the
    category. ``address``: of post, line by line. ``source``: '' from a request | staff (who typed its
    e-mail address) | file | gone (from a file, and not in the last one).
    """

    __tablename__ = "patron"
    __table_args__ = (
        Index("ix_patron_email", text("lower(email)")),
        Index("ix_patron_since", "since"),
        Index("ix_patron_until", "until", sqlite_where=text(f"until < {FOREVER}")),
    )
    id: str = Field(primary_key=True)
    since: int = Field(default=0, primary_key=True)
    until: int = Field(default=FOREVER)
    name: str = ""
    email: str = ""
    status: str = ""
    language: str = ""
    anonymised_at: datetime | None = _instant()
    barcodes: list[str] | None = _json()
    address: list[str] | None = _json()
    pickup: str = ""
    expires_on: date | None = None
    blocks: list[str] | None = _json()
    source: str = ""


class MailboxRow(SQLModel, table=True):
    """How far a mailbox was read; moved in the same commit as its letters' inbox rows."""

    __tablename__ = "mailbox"
    name: str = Field(primary_key=True)
    folder: str = ""
    uidvalidity: int = Field(default=0, sa_type=BigInteger)  # unsigned 32 bits, RFC 3501
    last_uid: int = Field(default=0, sa_type=BigInteger)
    failing_since: datetime | None = _instant()
    last_error: str = _told()


class PassedOverRow(SQLModel, table=True):
    """A letter of a mailbox that a poll skipped (skipped_letters.py)."""

    __tablename__ = "passed_over"
    mailbox: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    uidvalidity: int = Field(primary_key=True, sa_type=BigInteger)
    uid: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str  # unread | large | short | gone
    reason: str
    since: datetime = _instant(nullable=False)
    attempts: int
    not_before: datetime = _instant(nullable=False)


TAKEN = "taken_from <> ''"
"""Condition on a received letter: it had an effect."""
_TAKEN = text(TAKEN)


SHELVED = "state = 'shelved'"
"""Condition on a received letter, or on one message of it: it is shelved."""
DEFERRED = "state = 'todo' AND last_error <> ''"
"""Condition on a received letter: it waits for DNS."""


class InboxRow(QueueRow, table=True):
    """A letter that is ours: one row for each recipient; committed before anything is acknowledged.

    ``door`` is "listener", "inject" or a mailbox's name; ``rcpt_to`` is '' by IMAP; ``peer`` is
    the SMTP client's IP address, ``login`` its SMTP AUTH user. ``digest`` is the SHA-256 (hex) of its bytes
    (``bytes_tables.InboxBytes``), ``content_digest`` that of the decoded parts ('' before it was read).
    ``proof`` says by what the sender is proven, ``proof_note`` why by nothing else. ``archived``: the year of
    the archive that has the bytes (archives.py); 0: the store has them; -1: they were deleted in their time.

    ``taken_from``: the proven sender from whom the letter was taken, once it had its effect: a partner's
    symbol, the address of a library that staff confirmed, "<>" and more for a bounce, which anybody brings;
    '' of every other letter, so also of a copy. No other row is ever the earlier copy of a letter.
    ``said_from``: the address in From, which proves nothing; a letter of a mailbox has no ``mail_from``.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("digest", "door", "rcpt_to", "mail_from", "peer", "login"),
        Index("ix_inbox_taken", "digest", "taken_from", sqlite_where=_TAKEN),
        Index("ix_inbox_message_id", "message_id", "content_digest", "taken_from", sqlite_where=_TAKEN),
        Index("ix_inbox_queue", "state", "not_before", "id"),
        Index("ix_inbox_shelf", "state", "proof", "id", sqlite_where=text(SHELVED)),
        Index("ix_inbox_deferred", "state", "id", sqlite_where=text(DEFERRED)),
    )
    id: int | None = Field(default=None, primary_key=True)
    door: str
    mail_from: str = ""
    rcpt_to: str = ""
    peer: str = ""
    login: str = ""
    digest: str
    received_at: datetime = _instant(nullable=False)
    proof: str = ""
    proof_note: str | None = Field(default=None, sa_type=Told, nullable=True)
    message_id: str = ""
    content_digest: str = Field(default="", sa_column_kwargs=_EMPTY)
    taken_from: str = Field(default="", sa_column_kwargs=_EMPTY)
    said_from: str = Field(default="", sa_column_kwargs=_EMPTY)
    subject: str = ""
    codec: str = ""
    partner: str = ""
    note: str = _told()
    archived: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


UNPLACED = "transaction_id IS NULL AND state = 'shelved'"
"""Condition on an event: it is shelved, and its transaction is unknown."""
BY_SOMEBODY = "actor <> ''"
"""Condition on an event: somebody of the staff, or another system, did it."""
DIGEST = "type = 'digest'"
"""Condition on an event: the digest was ordered."""


class EventRow(QueueRow, table=True):
    """The only way to change a state: a message, a staff action, a timer, or a follow-up of policy.

    ``type`` is an APDU type's name for a received message, an action's name (lower case) for ours. ``facts``
    is what was looked up and stored before the step, so that the history can be recomputed from events and
    state tables alone.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("inbox_id", "position"),
        Index("ix_event_transaction", "transaction_id", "id"),
        Index("ix_event_repeat", "transaction_id", "repeat_key"),
        Index("ix_event_queue", "state", "not_before", "id"),
        Index("ix_event_unplaced", "partner", "about", sqlite_where=text(UNPLACED)),
        Index("ix_event_sent", "transaction_id", "sent_at"),
        Index("ix_event_original", "transaction_id", "original_sent_at"),
        Index("ix_event_shelf", "state", "id", sqlite_where=text(SHELVED)),
        Index("ix_event_digest", "at", sqlite_where=text(DIGEST)),
        Index("ix_event_actor", "actor", "id", sqlite_where=text(BY_SOMEBODY)),
    )
    id: int | None = Field(default=None, primary_key=True)
    cause: str  # letter | staff | timer | policy
    inbox_id: int | None = None
    position: int | None = None
    actor: str = ""
    door: str = ""
    once: str | None = Field(default=None, unique=True)
    heard_by: str = ""
    partner: str = ""
    transaction_id: int | None = None
    request_id: int | None = None
    type: str
    apdu: dict[str, Any] | None = _json()
    ref: dict[str, Any] | None = _json()
    facts: dict[str, Any] | None = _json()
    repeat_key: str = ""
    about: str = Field(default="", sa_column_kwargs=_EMPTY)  # this and the next two: keys (heard.py)
    sent_at: str = Field(default="", sa_column_kwargs=_EMPTY)
    original_sent_at: str = Field(default="", sa_column_kwargs=_EMPTY)
    at: datetime = _instant(nullable=False)


_NOT_OVER = text("closed_at IS NULL")  # few, however many there were


NAMED = "anonymised_at IS NULL AND closed_at IS NOT NULL"
"""Condition on a request: it is closed, and may still say whose it was."""
DECLARED = "declaration_kept = 1"
"""Condition on a request: it was anonymised, but for the declaration of copyright that a reader signed."""


class RequestRow(SQLModel, table=True):
    """What a reader wants (B…), or a partner wants from us (L…)."""

    __tablename__ = "request"
    __table_args__ = (
        Index("ix_request_patron", "patron_id"),
        Index("ix_request_open", "id", sqlite_where=_NOT_OVER),
        Index("ix_request_item", "title_key", "part_key", "id"),
        Index("ix_request_words", "words_key"),
        Index("ix_request_named", "closed_at", sqlite_where=text(NAMED)),
        Index("ix_request_declaration", "closed_at", sqlite_where=text(DECLARED)),
    )
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    role: str
    service: str
    item: dict[str, Any] | None = _json()
    title: str = ""
    author: str = ""
    patron_id: str | None = None
    delivery: dict[str, Any] | None = _json()
    need_before_on: date | None = None
    max_cost: dict[str, Any] | None = _json()
    keywords: list[str] | None = _json()
    note: str = ""
    copyright_declared: bool = False
    more: dict[str, Any] | None = _json()  # expiry, level_of_service, place_on_hold, billing: as in the APDU
    account: str = ""  # name or customer code of ours that it is to go by; '' = as the configuration says
    created_at: datetime = _instant(nullable=False)
    closed_at: datetime | None = _instant()
    outcome: str = ""  # filled | unfilled | cancelled | closed
    title_key: str = Field(default="", sa_column_kwargs=_EMPTY)  # and the next two: ill/item_identity.py
    part_key: str = Field(default="", sa_column_kwargs=_EMPTY)
    words_key: str = Field(default="", sa_column_kwargs=_EMPTY)
    anonymised_at: datetime | None = _instant()
    declaration_kept: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class FindingRow(SQLModel, table=True):
    """Everything a request can be found by, folded (find.py); made only from other tables."""

    __tablename__ = "finding"
    request_id: int = Field(primary_key=True)
    words: str


class CandidateRow(SQLModel, table=True):
    """The rota of a request, in order."""

    __tablename__ = "candidate"
    __table_args__ = (Index("ix_candidate_transaction", "transaction_id"),)
    request_id: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    partner: str
    transaction_id: int | None = None
    why_not: str = ""


_ASKING = text("attention IS NOT NULL")
IS_OUT = (
    "state || '' IN ('SHIPPED', 'RECEIVED', 'RENEW_PENDING', 'NOT_RECEIVED_OVERDUE', 'RENEW_OVERDUE',"
    " 'OVERDUE', 'RECALL')"
)
"""Condition on a transaction: its loan is out, on either side. Said so, no index by the state is taken."""
PROMISED = "promise IS NOT NULL"
"""Condition on a transaction: a date for the item was promised."""


class TransactionRow(SQLModel, table=True):
    """One attempt at one library. ("transaction" is no legal table name in SQLite.)

    Codec, dialect, address and symbol are pinned when it starts. Only ``flow.advance.steps`` writes
    ``state``. ``opened_by`` is part of its key: where we lend, the proven partner that opened it; where we
    borrow, ''.
    """

    __tablename__ = "transactions"
    __table_args__ = (
        UniqueConstraint("role", "initial_requester", "tgq", "tq", "stq", "opened_by"),
        UniqueConstraint("request_id", "attempt"),
        Index("ix_transactions_tgq", "tgq", "role"),
        Index("ix_transactions_typed", text("upper(tgq)")),
        Index("ix_transactions_list", "state", "updated_at"),
        Index("ix_transactions_age", "updated_at"),
        Index("ix_transactions_partner", "partner", "updated_at"),
        Index("ix_transactions_partner_state", "partner", "state", "updated_at"),
        Index("ix_transactions_role_state", "role", "state", "updated_at"),
        Index("ix_transactions_attention", "updated_at", sqlite_where=_ASKING),
        Index("ix_transactions_due", "due_on", "id", sqlite_where=text(IS_OUT)),
        Index("ix_transactions_promised", "request_id", sqlite_where=text(PROMISED)),
    )
    id: int | None = Field(default=None, primary_key=True)
    request_id: int
    attempt: int
    role: str
    opened_by: str = Field(default="", sa_column_kwargs=_EMPTY)
    initial_requester: str
    tgq: str
    tq: str
    stq: str = ""
    partner: str
    symbol: str
    address: str
    codec: str
    dialect: str = ""
    service: str
    state: str
    state_before: str = ""
    promise: dict[str, Any] | None = _json()
    due_on: date | None = None
    renewable: bool | None = None
    options: dict[str, Any] | None = _json()
    last_service_at: str = ""  # wall time of the library's zone, ISO 8601 without zone
    attention: list[str] | None = _json()
    attention_since: dict[str, str] | None = _json()  # of each reason: since when (ISO 8601) without a pause
    moved_event_id: int = 0  # the last event that changed state or due date: what repeats count from
    closed_at: datetime | None = _instant()
    updated_at: datetime = _instant(nullable=False)
    version: int = 0


class HistoryRow(SQLModel, table=True):
    """The effect of each event."""

    __tablename__ = "history"
    __table_args__ = (
        Index("ix_history_transaction", "transaction_id", "id"),
        Index("ix_history_event", "event_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    transaction_id: int
    event_id: int
    at: datetime = _instant(nullable=False)
    event: str
    from_state: str
    to_state: str
    note: str = ""


_LINES = text("kind = 'order_line'")  # few: a partner's own number beside ours
ORDER_OR_LINE = "reference.kind IN ('number', 'order_line')"
"""Condition on a reference: it names a transaction, by our number or by the partner's own."""


class ReferenceRow(SQLModel, table=True):
    """Every string by which a partner's letter can name a transaction or a letter of ours."""

    __tablename__ = "reference"
    __table_args__ = (
        Index("ix_reference_line", "transaction_id", sqlite_where=_LINES),
        Index("ix_reference_value", "value", "kind"),
    )
    partner: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)  # number | order_line | file_ref | message_id | tgq_tq
    value: str = Field(primary_key=True)
    transaction_id: int | None = None
    outgoing_id: int | None = None


class ItemBarcodeRow(SQLModel, table=True):
    """Each barcode that staff gave for the item of a transaction; which one holds, its events say."""

    __tablename__ = "item_barcode"
    barcode: str = Field(primary_key=True)
    transaction_id: int = Field(primary_key=True)


class HubRow(SQLModel, table=True):
    """Until which day the hub was asked what has changed, by our role, and since when it does not tell
    (hub_questions.py). ``told_at``: when staff had a letter about it."""

    __tablename__ = "hub"
    name: str = Field(primary_key=True)
    asked_on: date | None = None
    failing_since: datetime | None = _instant()
    last_error: str
    told_at: datetime | None = _instant()


_UNFIRED = text("fired_event_id IS NULL")  # what has fired is never looked through again


class TimerRow(SQLModel, table=True):
    """What is due when; one unfired row for each transaction and kind."""

    __tablename__ = "timer"
    __table_args__ = (
        Index("ix_timer_due", "due_at", sqlite_where=_UNFIRED),
        Index("ix_timer_kind", "kind", "due_at", sqlite_where=_UNFIRED),
        Index(
            "ix_timer_one",
            "transaction_id",
            "kind",
            unique=True,
            sqlite_where=_UNFIRED,
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    transaction_id: int
    kind: str
    due_at: datetime = _instant(nullable=False)
    event_id: int
    fired_event_id: int | None = None


class PutOffRow(SQLModel, table=True):
    """A request that staff have put off. ``until_on``: the day on which it is shown again, if nothing happens
    before; ``event_id``: of putting it off; ``history_id``: the last line of its history then, 0 for one that
    nobody was asked for."""

    __tablename__ = "put_off"
    __table_args__ = (Index("ix_put_off_until", "until_on"),)
    request_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    until_on: date
    event_id: int
    history_id: int


OF_NO_ATTEMPT = "transaction_id IS NULL"
"""Condition on an intent: it is about a request that nobody was asked for, or about none."""
TO_WORD = "state IN ('held', 'todo')"
"""Condition on an intent: it waits to be composed. In this order, or SQLite uses its index elsewhere too."""


class IntentRow(QueueRow, table=True):
    """What an event sends: an APDU to the partner, or a notice to people."""

    __tablename__ = "intent"
    __table_args__ = (
        UniqueConstraint("event_id", "seq"),
        Index("ix_intent_transaction", "transaction_id", "id"),
        Index("ix_intent_outgoing", "outgoing_id"),
        Index(
            "ix_intent_request",
            "request_id",
            sqlite_where=text(OF_NO_ATTEMPT),
        ),
        Index("ix_intent_queue", "state", "not_before", "id"),
        Index("ix_intent_waiting", "kind", "partner", "not_before", "id", sqlite_where=text(TO_WORD)),
    )
    id: int | None = Field(default=None, primary_key=True)
    event_id: int
    seq: int
    request_id: int | None = None
    transaction_id: int | None = None
    kind: str  # apdu | notice
    body: Any = Field(default=None, sa_type=SaidAs, nullable=True)
    partner: str = ""
    outgoing_id: int | None = None
    # 1: it was not sent when the store was put back from a copy, so it may have left since the copy was made.
    restored: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    trace: str = Field(default="", sa_column_kwargs=_EMPTY)  # what it comes from: store/traces.py


class OutgoingRow(QueueRow, table=True):
    """A letter of ours, its bytes fixed (``bytes_tables.OutgoingBytes``). They hold the mask where a password
    belongs; ``secret_ref`` ("SYMBOL/99-0001") says which one is put in at the socket.

    States: prepared → sending → handed_over | filed; also held, in_doubt, bounced, shelved (given up),
    withdrawn; of a letter on paper, to_print → printed. ``transport``: by which it goes, fixed with its
    bytes. ``documents``: digests, with blanks between them, of the files that are put in the places that
    the bytes have for them when it leaves. ``archived``: as of ``InboxRow``; ``digest``: SHA-256 (hex) of the
    bytes, once they were archived.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        Index("ix_outgoing_file", "partner", "file_ref"),
        Index("ix_outgoing_queue", "state", "not_before", "id"),
        Index("ix_outgoing_partner", "state", "partner", "not_before", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    partner: str = ""
    mail_from: str
    rcpt_to: str
    message_id: str = Field(unique=True)
    subject: str = ""
    file_ref: str = ""
    secret_ref: str = ""
    prepared_at: datetime = _instant(nullable=False)
    sending_since: datetime | None = _instant()
    handed_over_at: datetime | None = _instant()
    reply: str = ""
    file: str = ""
    transport: str = Field(default="mail", sa_column_kwargs={"server_default": text("'mail'")})
    documents: str = Field(default="", sa_column_kwargs=_EMPTY)
    trace: str = Field(default="", sa_column_kwargs=_EMPTY)  # of its intents
    archived: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    digest: str = Field(default="", sa_column_kwargs=_EMPTY)


DOCUMENT_KEPT = "deleted_at IS NULL AND why_not = ''"
"""Condition on a document: its file is kept."""


class DocumentRow(SQLModel, table=True):
    """A document that event ``event_id`` sent on, or was to.

    Its file lies beside the store, by its ``digest`` (SHA-256, hex), and is written before this row. Once the
    file is deleted, the row stays.

    ``recipient``: reader | partner. ``inbox_id``: the letter that brought it; none for a file of staff.
    ``type``: its short name (``mail/content_type.py``). ``why_not``: why it was not sent; then there is no
    file. ``fetched``: how often its reader has fetched it at the reader's page.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("event_id", "digest"),
        Index("ix_document_request", "request_id"),
        Index("ix_document_digest", "digest"),
        Index("ix_document_kept", "stored_at", sqlite_where=text(DOCUMENT_KEPT)),
    )
    id: int | None = Field(default=None, primary_key=True)
    digest: str
    size: int
    type: str
    name: str
    recipient: str
    inbox_id: int | None = None
    event_id: int
    request_id: int
    transaction_id: int
    stored_at: datetime = _instant(nullable=False)
    deleted_at: datetime | None = _instant()
    why_not: str = _told()
    fetched: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class ChargeRow(SQLModel, table=True):
    """Money of a request: what was estimated, charged or paid, each once.

    ``amount`` in figures with a point; ``role`` is ours: as REQUESTER we pay. ``event_id``: the message or
    act that named it.
    """

    __tablename__ = "charge"
    __table_args__ = (
        Index("ix_charge_at", "at"),
        Index("ix_charge_request", "request_id", "id"),
        Index("ix_charge_event", "event_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    request_id: int
    transaction_id: int
    event_id: int
    role: str
    partner: str
    kind: str  # supply | postage | insurance | overdue | lost | damaged | other
    status: str  # estimated | charged | paid
    amount: str
    currency: str = ""
    at: datetime = _instant(nullable=False)


class TemplateGood(SQLModel, table=True):
    """The last text of each template that passed its checks."""

    __tablename__ = "template_good"
    path: str = Field(primary_key=True)
    text: str
    digest: str
    checked_at: datetime = _instant(nullable=False)


class AutoReply(SQLModel, table=True):
    """When we answered an address, or a partner, by ourselves: at most n an hour."""

    __tablename__ = "auto_reply"
    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(index=True)
    partner: str = Field(default="", index=True, sa_column_kwargs=_EMPTY)
    at: datetime = _instant(nullable=False)


class Alarm(SQLModel, table=True):
    """Something that staff were told and that is not yet over.

    ``told``: letters of this kind since ``raised_at``; ``untold``: what happened since without a letter.
    """

    __tablename__ = "alarm"
    __table_args__ = (Index("ix_alarm_raised", "raised_at"),)
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    raised_at: datetime = _instant(nullable=False)
    cleared_at: datetime | None = _instant()
    told: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    untold: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
