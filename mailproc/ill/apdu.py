"""The twenty messages of ISO 10161-1 as values: one frozen dataclass for each APDU.

Field names are those of the command line's JSON (``apdu_json`` turns one into the other).
Absent is None, '' never; lists are tuples. Times in an APDU (``sent_at``) are the sender's
local wall time without zone, as on the wire; dates are ``…_on``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from mailproc.ill.terms import ApduType, Ref, Results, Service, TransactionId


@dataclass(frozen=True, kw_only=True)
class Item:
    """The requested item. ``lines`` are ARTEmail's bibliographic lines exactly as written."""

    type: str | None = None  # MONOGRAPH | SERIAL | OTHER
    title: str | None = None
    author: str | None = None
    subtitle: str | None = None
    place: str | None = None
    publisher: str | None = None
    series: str | None = None
    volume_issue: str | None = None
    edition: str | None = None
    publication_date: str | None = None
    component_date: str | None = None
    article_author: str | None = None
    article_title: str | None = None
    pagination: str | None = None
    isbn: str | None = None
    issn: str | None = None
    call_number: str | None = None
    system_no: str | None = None
    additional_numbers: str | None = None
    verification: str | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Person:
    """The reader as the wire names one (client-id)."""

    name: str | None = None
    id: str | None = None
    status: str | None = None


@dataclass(frozen=True, kw_only=True)
class Postal:
    """A postal address; ``extended`` is the standard's extended-postal-delivery-address."""

    name: str | None = None
    extended: str | None = None
    street: str | None = None
    po_box: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    postcode: str | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The delivery address: by post, by e-mail (``electronic`` is a mail address), or both."""

    postal: Postal | None = None
    electronic: str | None = None


@dataclass(frozen=True, kw_only=True)
class Money:
    """``currency`` is ISO 4217 (None where the wire names none)."""

    amount: Decimal
    currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class Due:
    """Date-Due. ``renewable`` is None where the wire does not say."""

    on: date
    renewable: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Condition:
    condition: str
    reply_by: date | None = None


@dataclass(frozen=True, kw_only=True)
class Location:
    symbol: str | None = None
    name: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReplyTo:
    """One entry of sender-info of APDU-Delivery-Info: where answers go. ``aliases``: its other symbols."""

    address: str
    service: str = "SMTP"
    encodings: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OptionalMessages:
    """Requester- or Responder-Optional-Messages-Type: names of ApduType members.

    ``can_send``: what this side will send; ``requires`` and ``desires``: what it wants from the other. Of
    RECEIVED and RETURNED (the borrower's), SHIPPED and CHECKED_IN (the lender's).
    """

    can_send: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    desires: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Apdu:
    """The fields of every APDU.

    ``requester_name`` and ``responder_name`` are the libraries' names beside their symbols: for people, never
    to identify.
    """

    type: ClassVar[ApduType]

    transaction: TransactionId | None = None
    ref: Ref | None = None
    requester: str | None = None
    responder: str | None = None
    requester_name: str | None = None
    responder_name: str | None = None
    sent_at: datetime | None = None
    original_sent_at: datetime | None = None
    note: str | None = None
    reply_code: str | None = None
    reply_to: tuple[ReplyTo, ...] = ()
    extensions: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class IllRequest(Apdu):
    type: ClassVar[ApduType] = ApduType.ILL_REQUEST
    services: tuple[Service, ...] = ()
    item: Item = Item()
    patron: Person | None = None
    delivery: Delivery | None = None
    billing: Delivery | None = None
    need_before: date | None = None
    expiry: date | None = None
    level_of_service: str | None = None
    max_cost: Money | None = None
    copyright_compliance: str | None = None
    place_on_hold: str | None = None
    keywords: tuple[str, ...] = ()
    transaction_type: str | None = None  # SIMPLE | CHAINED | PARTITIONED; None where the wire has none
    optional_messages: OptionalMessages | None = None


@dataclass(frozen=True, kw_only=True)
class ForwardNotification(Apdu):
    """The request was forwarded: ``responder`` has it now, ``intermediary`` had it."""

    type: ClassVar[ApduType] = ApduType.FORWARD_NOTIFICATION
    intermediary: str | None = None
    responder_address: ReplyTo | None = None


@dataclass(frozen=True, kw_only=True)
class Shipped(Apdu):
    """``insured_for``: on its way to the borrower; ``return_insurance``: as the lender wants it back."""

    type: ClassVar[ApduType] = ApduType.SHIPPED
    shipped_service: Service | None = None
    shipped_on: date | None = None
    due: Due | None = None
    shipped_via: str | None = None
    cost: Money | None = None
    supplier: str | None = None
    shipped_conditions: str | None = None
    insured_for: Money | None = None
    return_insurance: Money | None = None
    electronic_delivery: str | None = None
    optional_messages: OptionalMessages | None = None


@dataclass(frozen=True, kw_only=True)
class IllAnswer(Apdu):
    """``reason`` is the standard's name with its hyphens, or the number when it is unknown.

    ``cost_words``: an estimate that is no plain amount ("EUR 14.50 incl. postage"), as it was written.
    """

    type: ClassVar[ApduType] = ApduType.ILL_ANSWER
    results: Results
    reason: str | None = None
    position: int | None = None
    conditions: tuple[Condition, ...] = ()
    retry_on: date | None = None
    supply_on: date | None = None
    locations: tuple[Location, ...] = ()
    cost_estimate: Money | None = None
    cost_words: str | None = None
    optional_messages: OptionalMessages | None = None


@dataclass(frozen=True, kw_only=True)
class ConditionalReply(Apdu):
    type: ClassVar[ApduType] = ApduType.CONDITIONAL_REPLY
    answer: bool


@dataclass(frozen=True, kw_only=True)
class Cancel(Apdu):
    type: ClassVar[ApduType] = ApduType.CANCEL


@dataclass(frozen=True, kw_only=True)
class CancelReply(Apdu):
    type: ClassVar[ApduType] = ApduType.CANCEL_REPLY
    answer: bool


@dataclass(frozen=True, kw_only=True)
class Received(Apdu):
    type: ClassVar[ApduType] = ApduType.RECEIVED
    received_on: date | None = None
    shipped_service: Service | None = None
    supplier: str | None = None


@dataclass(frozen=True, kw_only=True)
class Recall(Apdu):
    type: ClassVar[ApduType] = ApduType.RECALL


@dataclass(frozen=True, kw_only=True)
class Returned(Apdu):
    type: ClassVar[ApduType] = ApduType.RETURNED
    returned_on: date | None = None
    returned_via: str | None = None
    insured_for: Money | None = None


@dataclass(frozen=True, kw_only=True)
class CheckedIn(Apdu):
    type: ClassVar[ApduType] = ApduType.CHECKED_IN
    checked_in_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Overdue(Apdu):
    """``level`` counts the demands from 1; the last one is the final demand."""

    type: ClassVar[ApduType] = ApduType.OVERDUE
    due: Due | None = None
    level: int | None = None


@dataclass(frozen=True, kw_only=True)
class Renew(Apdu):
    type: ClassVar[ApduType] = ApduType.RENEW
    desired_due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class RenewAnswer(Apdu):
    type: ClassVar[ApduType] = ApduType.RENEW_ANSWER
    answer: bool
    due: Due | None = None


@dataclass(frozen=True, kw_only=True)
class Lost(Apdu):
    type: ClassVar[ApduType] = ApduType.LOST


@dataclass(frozen=True, kw_only=True)
class Damaged(Apdu):
    type: ClassVar[ApduType] = ApduType.DAMAGED
    damaged_details: str | None = None


@dataclass(frozen=True, kw_only=True)
class Message(Apdu):
    type: ClassVar[ApduType] = ApduType.MESSAGE


@dataclass(frozen=True, kw_only=True)
class StatusQuery(Apdu):
    type: ClassVar[ApduType] = ApduType.STATUS_QUERY


@dataclass(frozen=True, kw_only=True)
class Report:
    """Status-Or-Error-Report. ``kind`` is "status" or "error".

    ``history`` is a History-Report, in snake_case; ``current_state`` is a State's name. ``detail`` belongs to
    the problem: the text of a security problem, or who has what was already forwarded. ``correlation`` names
    the APDU that an error report is about, in its sender's own way.
    """

    kind: str
    reason_no_report: str | None = None
    history: dict[str, str] | None = None
    current_state: str | None = None
    source: str | None = None
    problem: str | None = None
    apdu_type: str | None = None
    detail: str | None = None
    correlation: str | None = None


@dataclass(frozen=True, kw_only=True)
class StatusOrErrorReport(Apdu):
    type: ClassVar[ApduType] = ApduType.STATUS_OR_ERROR_REPORT
    report: Report | None = None


@dataclass(frozen=True, kw_only=True)
class Expired(Apdu):
    type: ClassVar[ApduType] = ApduType.EXPIRED


APDU_CLASSES: dict[ApduType, type[Apdu]] = {
    cls.type: cls
    for cls in (
        IllRequest, ForwardNotification, Shipped, IllAnswer, ConditionalReply, Cancel,
        CancelReply, Received, Recall, Returned, CheckedIn, Overdue, Renew, RenewAnswer,
        Lost, Damaged, Message, StatusQuery, StatusOrErrorReport, Expired,
    )
}  # fmt: skip
