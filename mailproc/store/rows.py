"""The rows of the tables above the store: frozen, typed, with enums converted.

Fields are the table's columns in the table's order, so a row is made by position
(``prepared_statements.Constant(…, into=Transaction)``).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict

from mailproc.ill.apdu_json import ApduJson, DeliveryJson, ItemJson, MoneyJson, OptionalMessagesJson, RefJson
from mailproc.ill.facts import Facts, LoanTerms, Promise
from mailproc.ill.terms import Role, Service, State
from mailproc.store.intent_bodies import IntentBody, NoticeToPeople, SendApdu


class TransactionOptions(TypedDict, total=False):
    """What is pinned to a transaction for all its letters, and parts of its state without a column.

    ``number``: of the order on the wire; ``hub_number``: the hub's, in its place; ``order_line``: the
    partner's own for it, where it brought the order; ``account``: our customer code with the partner;
    ``wire``: the names as the borrower spells them; ``forwarded_by``: who had the request before;
    ``answers_from``: the address of a library that has it now and is not in config.toml;
    ``optional_messages``: which of them the other side can send and wants (JSON of the APDU's field).
    ``renewal_on`` is an ISO date.
    """

    number: str
    hub_number: str
    order_line: str
    account: str
    wire: dict[str, str]
    forwarded_by: list[str]
    answers_from: str
    optional_messages: OptionalMessagesJson
    agreed: list[Any]
    offered: list[Any]
    renewal_on: str
    unsent: bool
    whereabouts: str
    loan_terms: LoanTerms
    flaw: str


class RequestExtras(TypedDict, total=False):
    """What a request says beside its columns, each as in the APDU. ``expiry`` is an ISO date.

    ``declaration``: the JSON of a ``copyright_rules.Declaration``.
    """

    expiry: str
    level_of_service: str
    place_on_hold: str
    billing: DeliveryJson
    copyright_compliance: str
    declaration: dict[str, str]


@dataclass(frozen=True)
class Transaction:
    """One attempt at one library (``tables.TransactionRow``), as it was read.

    ``transactions.save`` changes the table, not this.
    """

    id: int
    request_id: int
    attempt: int
    role: Role
    opened_by: str
    initial_requester: str
    tgq: str
    tq: str
    stq: str
    partner: str
    symbol: str
    address: str
    codec: str
    dialect: str
    service: Service
    state: State
    state_before: State | None
    promise: Promise | None
    due_on: date | None
    renewable: bool | None
    options: TransactionOptions | None
    last_service_at: str
    attention: list[str] | None
    attention_since: dict[str, str] | None
    moved_event_id: int
    closed_at: datetime | None
    updated_at: datetime
    version: int

    @property
    def gives_way(self) -> bool:
        """Whether, as borrower, the next library may be asked: nothing came, or not what was asked for."""
        return self.state.gives_way or bool((self.options or {}).get("flaw"))


@dataclass(frozen=True)
class Queued:
    """The columns that every queue has (``tables.QueueRow``), and the row's id."""

    state: str
    attempts: int
    unfinished: int
    not_before: datetime | None
    last_error: str
    id: int


@dataclass(frozen=True)
class Event(Queued):
    """What moves a transaction (``tables.EventRow``).

    ``type``: for a message the name of its ApduType, for an action of staff the action's name. ``apdu`` is
    its JSON.
    """

    cause: str
    inbox_id: int | None
    position: int | None
    actor: str
    door: str
    once: str | None
    heard_by: str
    partner: str
    transaction_id: int | None
    request_id: int | None
    type: str
    apdu: ApduJson | None
    ref: RefJson | None
    facts: Facts | None
    repeat_key: str
    about: str
    sent_at: str
    original_sent_at: str
    at: datetime


class EventResult(TypedDict, total=False):
    """What a step stores in its event."""

    transaction_id: int
    request_id: int
    partner: str
    facts: Facts | None
    apdu: ApduJson


@dataclass(frozen=True)
class HeardEvent:
    """An event by which somebody told us something, reduced to what timers need."""

    type: str
    at: datetime
    apdu: ApduJson | None
    facts: Facts | None


@dataclass(frozen=True)
class FiredEvent:
    """An event that a timer made."""

    type: str
    at: datetime
    facts: Facts | None


@dataclass(frozen=True)
class WaitingOnShelf:
    """A message that waits on the shelf until ``not_before``."""

    id: int
    partner: str
    not_before: datetime


@dataclass(frozen=True)
class CountOnShelf:
    """How many such messages there are, and when the first of them is due."""

    count: int
    next_at: datetime | None


@dataclass(frozen=True)
class StoredRequest:
    """What a reader wants, or a partner wants from us (``tables.RequestRow``).

    ``item``, ``delivery`` and ``max_cost`` are JSON of the APDU's fields; ``title_key`` and ``part_key`` the
    key of the item, ``words_key`` its words (``ill.item_identity``).
    """

    id: int
    number: str
    role: Role
    service: Service
    item: ItemJson | None
    title: str
    author: str
    patron_id: str | None
    delivery: DeliveryJson | None
    need_before_on: date | None
    max_cost: MoneyJson | None
    keywords: list[str] | None
    note: str
    copyright_declared: bool
    more: RequestExtras | None
    account: str
    created_at: datetime
    closed_at: datetime | None
    outcome: str
    title_key: str
    part_key: str
    words_key: str
    anonymised_at: datetime | None
    declaration_kept: int


@dataclass(frozen=True)
class StoredPatron:
    """A reader of ours (``tables.PatronRow``)."""

    id: str
    since: int
    until: int
    name: str
    email: str
    status: str
    language: str
    anonymised_at: datetime | None
    barcodes: list[str] | None
    address: list[str] | None
    pickup: str
    expires_on: date | None
    blocks: list[str] | None
    source: str


@dataclass(frozen=True)
class Intent(Queued):
    """What an event sends (``tables.IntentRow``)."""

    event_id: int
    seq: int
    request_id: int | None
    transaction_id: int | None
    kind: str
    body: IntentBody
    partner: str
    outgoing_id: int | None
    restored: int
    trace: str

    @property
    def message(self) -> ApduJson:
        """The APDU of a message to a machine, as JSON."""
        if not isinstance(self.body, SendApdu):
            raise LookupError(f"intent {self.id} is no message")
        return self.body.apdu

    @property
    def notice(self) -> NoticeToPeople:
        """The body of a letter to people."""
        if not isinstance(self.body, NoticeToPeople):
            raise LookupError(f"intent {self.id} is no notice")
        return self.body

    @property
    def said_in(self) -> int:
        """The transaction of an APDU, which always has one."""
        if self.transaction_id is None:
            raise LookupError(f"intent {self.id} belongs to no transaction")
        return self.transaction_id


@dataclass(frozen=True)
class SaidIntent(Intent):
    """The same with the state of its letter, None if it is in none."""

    letter_state: str | None


@dataclass(frozen=True)
class StoredCharge:
    """Money of a request (``tables.ChargeRow``)."""

    id: int
    request_id: int
    transaction_id: int
    event_id: int
    role: Role
    partner: str
    kind: str
    status: str
    amount: str
    currency: str
    at: datetime


@dataclass(frozen=True)
class OutgoingRecord(Queued):
    """What is known of a letter of ours, without its bytes (``tables.OutgoingRow``)."""

    partner: str
    mail_from: str
    rcpt_to: str
    message_id: str
    subject: str
    file_ref: str
    secret_ref: str
    prepared_at: datetime
    sending_since: datetime | None
    handed_over_at: datetime | None
    reply: str
    file: str
    transport: str
    documents: str
    trace: str
    archived: int
    digest: str


@dataclass(frozen=True)
class OutgoingLetter(OutgoingRecord):
    """A letter of ours with its bytes, wherever they are (``letter_bytes.py``)."""

    raw: bytes


@dataclass(frozen=True)
class StoredDocument:
    """A document that was sent on, or was to be (``tables.DocumentRow``)."""

    id: int
    digest: str
    size: int
    type: str
    name: str
    recipient: str
    inbox_id: int | None
    event_id: int
    request_id: int
    transaction_id: int
    stored_at: datetime
    deleted_at: datetime | None
    why_not: str
    fetched: int


@dataclass(frozen=True)
class InboxRecord(Queued):
    """What is known of a letter that came in, without its bytes (``tables.InboxRow``)."""

    door: str
    mail_from: str
    rcpt_to: str
    peer: str
    login: str
    digest: str
    received_at: datetime
    proof: str
    proof_note: str | None
    message_id: str
    content_digest: str
    taken_from: str
    said_from: str
    subject: str
    codec: str
    partner: str
    note: str
    archived: int


@dataclass(frozen=True)
class InboxLetter(InboxRecord):
    """A letter that came in with its bytes, wherever they are."""

    raw: bytes


@dataclass(frozen=True)
class LetterSender:
    """Who sent a received letter, what proves it, and from whom it was accepted."""

    partner: str
    proof: str
    taken_from: str


@dataclass(frozen=True)
class LearnedAddress:
    """What a letter told of a partner (``tables.PartnerLearned``).

    An address of its own, or (``kind`` forwarded, with ``transaction_id``) the library ``symbol`` to which it
    forwarded a request.
    """

    id: int
    partner: str
    kind: str
    value: str
    transaction_id: int
    symbol: str
    event_id: int | None
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Reference:
    """A string by which a partner can name a transaction, or a letter of ours (``tables.ReferenceRow``)."""

    partner: str
    kind: str
    value: str
    transaction_id: int | None
    outgoing_id: int | None


@dataclass(frozen=True)
class RotaEntry:
    """A position of a rota (``tables.CandidateRow``), with its attempt and the symbol of its ``holder``.

    The holder has the request now. Without an attempt these are None.
    """

    request_id: int
    position: int
    partner: str
    transaction_id: int | None
    why_not: str
    attempt: int | None
    state: State | None
    closed_at: datetime | None
    holder: str | None
    flaw: str | None


@dataclass(frozen=True)
class AttemptStep:
    """A line of an attempt's history, with what its event was."""

    at: datetime
    event: str
    note: str
    cause: str
    apdu: ApduJson | None
    heard_by: str


@dataclass(frozen=True)
class OpenAttempt:
    """An attempt of an open request; for a request that was not sent yet, the request alone.

    ``attention_since``: of each reason since when it has stood (ISO 8601; rows of an older release have
    none); ``moved_at``: when its state or due date last changed. ``somebody_left``: its rota has a library
    that was not asked. ``timed``: it has a pending timer. ``to_review``: it was submitted, and staff have not
    decided. ``put_off``: until when staff have put the request off.
    """

    request_id: int
    number: str
    title: str
    role: Role
    created_at: datetime
    over_at: datetime | None
    attempt: int | None
    state: State | None
    partner: str | None
    promise: Promise | None
    attention: list[str] | None
    attention_since: dict[str, str] | None
    moved_at: datetime | None
    updated_at: datetime | None
    somebody_left: bool
    timed: bool
    flaw: str | None = None
    to_review: bool = False
    put_off: date | None = None


@dataclass(frozen=True)
class StoredTimer:
    """A timer: what is due when (``tables.TimerRow``)."""

    id: int
    transaction_id: int
    kind: str
    due_at: datetime
    event_id: int
    fired_event_id: int | None


@dataclass(frozen=True)
class DueTimer:
    """A timer that has not fired."""

    kind: str
    due_at: datetime
    transaction_id: int


@dataclass(frozen=True)
class TimerCount:
    """How many timers of a kind are pending, and when the first is due."""

    kind: str
    count: int
    next_at: datetime


@dataclass(frozen=True)
class PolledMailbox:
    """How far a mailbox was read, and since when it cannot be (``tables.MailboxRow``)."""

    name: str
    folder: str
    uidvalidity: int
    last_uid: int
    failing_since: datetime | None
    last_error: str
