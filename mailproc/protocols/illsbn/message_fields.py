"""The twenty messages: which neutral field is in which element."""

from collections.abc import Callable
from typing import Any, NamedTuple

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import ApduType
from mailproc.protocols.field_codec import ApduField, Pair, Tree, field, write_fields
from mailproc.protocols.illsbn import answers, loans, reports, requests
from mailproc.protocols.illsbn.codes import CANCEL_REPLY, CONDITIONAL_REPLY, RENEW_ANSWER, SHIPPED_SERVICE
from mailproc.protocols.illsbn.dates import DUE, MOMENT, WRAPPED
from mailproc.protocols.illsbn.items import ITEM
from mailproc.protocols.illsbn.money import AMOUNT
from mailproc.protocols.illsbn.parties import BORROWER, DELIVERY, LENDER, NUMBER, PERSON
from mailproc.protocols.illsbn.text import NOTES, WORDS
from mailproc.sentence import sentence

_COMMON = (
    field("ref", "Transaction-Id", NUMBER),
    field("sent_at", "Service-date-time", MOMENT),
    field("requester", "Requester-Id", WORDS),
    field("responder", "Responder-Id", WORDS),
)

Reader = Callable[[Tree, dict[str, Any], dict[str, str]], None]
Writer = Callable[[Any, Tree], None]


class MessageFields(NamedTuple):
    """One message: its element, its fields, the path of its note, and what a table cannot express.

    ``read`` and ``write`` handle what the fields do not; ``complete`` adds what the hub must have; ``needs``
    are the fields without which the message has no meaning.
    """

    element: str
    note: str
    fields: tuple[ApduField, ...]
    read: Reader | None = None
    write: Writer | None = None
    complete: Writer | None = None
    needs: tuple[str, ...] = ()


def _kind(element: str, note: str, *fields: ApduField, **more: Any) -> MessageFields:
    noted = (field("note", note, NOTES),) if note else ()
    return MessageFields(element, note, (*_COMMON, *noted, *fields), **more)


_BORROWERS, _LENDERS = "Requester-note/Note", "Responder-note/Note"
_LENDER = field("optional_messages", "Responder-optional-messages", LENDER)
_DUE = field("due", "Date-due", DUE)


def _answer(pair: Pair) -> ApduField:
    return field("answer", "@answer", pair)


def _needs_note(_message: Apdu, tree: Tree) -> None:
    if "Note" not in tree:
        raise LocalFault(sentence("message-needs-note"))


KINDS: dict[ApduType, MessageFields] = {
    ApduType.ILL_REQUEST: _kind(
        "ILL-Request",
        _BORROWERS,
        field("services", "@ILL-SERVICE-TYPE", requests.SERVICES),
        field("item", "Item-Id", ITEM),
        field("patron", "Client-Id", PERSON),
        field("delivery", "Delivery-address", DELIVERY),
        field("need_before", "Need-before-date", WRAPPED),
        field("expiry", "Expiry-date", WRAPPED),
        field("max_cost", "Cost-info-type/Maximum-cost/Amount", AMOUNT),
        field("copyright_compliance", "Copyright-compliance", WORDS),
        field("place_on_hold", "Place-on-hold", requests.PLACE_ON_HOLD),
        field("optional_messages", "Requester-optional-messages", BORROWER),
        read=requests.read,
        complete=requests.complete,
        needs=("services",),
    ),
    ApduType.FORWARD_NOTIFICATION: _kind("Forward-Notification", "Notification-note/Note"),
    ApduType.SHIPPED: _kind(
        "Shipped",
        _LENDERS,
        field("shipped_service", "@shippedServiceType", SHIPPED_SERVICE),
        field("shipped_on", "Supply-details/Date-shipped", WRAPPED),
        field("due", "Supply-details/Date-due", DUE),
        field("cost", "Supply-details/Cost/Amount", AMOUNT),
        field("shipped_via", "Supply-details/Shipped-via/Physical-delivery", WORDS),
        field("electronic_delivery", "Supply-details/Shipped-via/Electronic-address", WORDS),
        _LENDER,
        read=loans.read_shipped,
        complete=loans.complete_shipped,
    ),
    ApduType.ILL_ANSWER: _kind(
        "ILL-Answer",
        _LENDERS,
        _LENDER,
        read=answers.read,
        write=answers.write,
        complete=answers.complete,
        needs=("results",),
    ),
    ApduType.CONDITIONAL_REPLY: _kind(
        "Conditional-Reply", _BORROWERS, _answer(CONDITIONAL_REPLY), needs=("answer",)
    ),
    ApduType.CANCEL: _kind("Cancel", _BORROWERS),
    ApduType.CANCEL_REPLY: _kind("Cancel-Reply", _LENDERS, _answer(CANCEL_REPLY), needs=("answer",)),
    ApduType.RECEIVED: _kind(
        "Received",
        _BORROWERS,
        field("shipped_service", "@shippedServiceType", SHIPPED_SERVICE),
        field("received_on", "Date-received", WRAPPED),
        complete=loans.dated("Date-received"),
    ),
    ApduType.RECALL: _kind("Recall", _LENDERS),
    ApduType.RETURNED: _kind(
        "Returned",
        _BORROWERS,
        field("returned_on", "Date-returned", WRAPPED),
        complete=loans.dated("Date-returned"),
    ),
    ApduType.CHECKED_IN: _kind(
        "Checked-In",
        _LENDERS,
        field("checked_in_on", "Date-checked-in", WRAPPED),
        complete=loans.dated("Date-checked-in"),
    ),
    ApduType.OVERDUE: _kind("Overdue", _LENDERS, _DUE, read=loans.read_due, complete=loans.complete_due),
    ApduType.RENEW: _kind(
        "Renew",
        _BORROWERS,
        field("desired_due_on", "Desired-due-date", WRAPPED),
        read=loans.read_renew,
        complete=loans.complete_renew,
    ),
    ApduType.RENEW_ANSWER: _kind(
        "Renew-Answer",
        _LENDERS,
        _answer(RENEW_ANSWER),
        _DUE,
        read=loans.read_due,
        complete=loans.complete_due,
        needs=("answer",),
    ),
    ApduType.LOST: _kind("Lost", "Note"),
    ApduType.DAMAGED: _kind("Damaged", "Note"),
    ApduType.MESSAGE: _kind("Message", "Note", complete=_needs_note),
    ApduType.STATUS_QUERY: _kind("Status-query", "Note"),
    ApduType.STATUS_OR_ERROR_REPORT: _kind(
        "Status-or-error-report", "", read=reports.read, write=reports.write
    ),
    ApduType.EXPIRED: _kind("Expired", ""),
}
"""A message that names what it is about by its number needs no other field."""

BY_ELEMENT = {how.element: kind for kind, how in KINDS.items()}


def said(apdu: Apdu) -> Tree:
    """Return the tree of the APDU's own fields. Raise LocalFault that names the field that has no room."""
    how = KINDS[apdu.type]
    tree = write_fields(how.fields, apdu)
    if how.write is not None:
        how.write(apdu, tree)
    return tree
