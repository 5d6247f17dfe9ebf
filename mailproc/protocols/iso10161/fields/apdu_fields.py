"""The twenty APDUs: which neutral field is in which component."""

from collections.abc import Callable
from typing import Any, NamedTuple

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu, IllAnswer, Shipped
from mailproc.ill.terms import ApduType
from mailproc.protocols.field_codec import (
    ApduField,
    Pair,
    Tree,
    chosen,
    field,
    listed,
    write_fields,
)
from mailproc.protocols.iso10161 import losses
from mailproc.protocols.iso10161.fields import answers, delivery_info, reports, requests, shipments
from mailproc.protocols.iso10161.fields.addresses import DELIVERY, ELECTRONIC
from mailproc.protocols.iso10161.fields.dates import DATE, DUE, MOMENT
from mailproc.protocols.iso10161.fields.enumerations import (
    PLACE_ON_HOLD,
    RESULTS,
    SERVICE,
    SHIPPED_CONDITION,
    SHIPPED_SERVICE,
    TRANSACTION_TYPE,
)
from mailproc.protocols.iso10161.fields.items import ITEM, PERSON
from mailproc.protocols.iso10161.fields.money import AMOUNT
from mailproc.protocols.iso10161.fields.parties import (
    ADDRESS,
    INSTITUTION,
    NAME_AT,
    REQUESTER_MESSAGES,
    RESPONDER_MESSAGES,
    SYSTEM,
    TRANSACTION,
    WE_LEND,
)
from mailproc.protocols.iso10161.fields.strings import WORDS
from mailproc.sentence import sentence

_ANSWER = field("answer", "answer", Pair(bool, bool))
_DUE = field("due", "date-due", DUE)
_LENDER_SAYS = field("optional_messages", "responder-optional-messages", RESPONDER_MESSAGES)

_COMMON = (
    field("transaction", "transaction-id", TRANSACTION),
    field("sent_at", "service-date-time/date-time-of-this-service", MOMENT),
    field("original_sent_at", "service-date-time/date-time-of-original-service", MOMENT),
    field("requester", "requester-id", SYSTEM),
    field("responder", "responder-id", SYSTEM),
    field("requester_name", f"requester-id/{NAME_AT}", INSTITUTION),
    field("responder_name", f"responder-id/{NAME_AT}", INSTITUTION),
    field("reply_to", f"{delivery_info.AT}/sender-info", delivery_info.SENDER),
)


Reader = Callable[[Tree, dict[str, Any], dict[str, str]], None]
Writer = Callable[[Any, Tree], None]


class ApduFields(NamedTuple):
    """One APDU: its fields, the component of its extensions, and what a table cannot express.

    ``read`` and ``write`` handle what the fields do not; ``complete`` adds mandatory components without a
    value; ``needs`` are the fields without which the message has no meaning.
    """

    fields: tuple[ApduField, ...]
    extensions: str
    read: Reader | None = None
    write: Writer | None = None
    complete: Writer | None = None
    needs: tuple[str, ...] = ()


def _kind(name: str, note: str, *fields: ApduField, **more: Any) -> ApduFields:
    noted = (field("note", note, WORDS),) if note else ()
    return ApduFields((*_COMMON, *noted, *fields), f"{name}-extensions", **more)


def _dated(component: str) -> Writer:
    """Return a writer that fills a mandatory date with the day of the message."""

    def complete(apdu: Apdu, tree: Tree) -> None:
        if apdu.sent_at is not None:
            tree.setdefault(component, DATE.write(apdu.sent_at.date()))

    return complete


def _answered(apdu: IllAnswer, tree: Tree) -> None:
    answers.complete(apdu, tree)
    _lender(apdu, tree)


def _shipped(apdu: Shipped, tree: Tree) -> None:
    shipments.complete_service(apdu, tree)
    tree.setdefault("supply-details", {})
    _lender(apdu, tree)


def _lender(_apdu: Apdu, tree: Tree) -> None:
    tree.setdefault("responder-optional-messages", RESPONDER_MESSAGES.write(WE_LEND))


def _needs_note(_apdu: Apdu, tree: Tree) -> None:
    if "note" not in tree:
        raise LocalFault(sentence("message-needs-note"))


def _needs_due(_apdu: Apdu, tree: Tree) -> None:
    if "date-due" not in tree:
        raise LocalFault(sentence("overdue-needs-due"))


def _needs_responder(_apdu: Apdu, tree: Tree) -> None:
    for name, component in (("responder", "responder-id"), ("intermediary", "intermediary-id")):
        if component not in tree:
            raise LocalFault(sentence("forward-needs", field=name))


KINDS: dict[ApduType, ApduFields] = {
    ApduType.ILL_REQUEST: _kind(
        "iLL-request",
        "requester-note",
        field("services", "iLL-service-type", listed(SERVICE)),
        field("item", "item-id", ITEM),
        field("patron", "client-id", PERSON),
        field("delivery", "delivery-address", DELIVERY),
        field("billing", "billing-address", DELIVERY),
        field("level_of_service", "search-type/level-of-service", WORDS),
        field("need_before", "search-type/need-before-date", DATE),
        field("max_cost", "cost-info-type/maximum-cost", AMOUNT),
        field("copyright_compliance", "copyright-compliance", WORDS),
        field("place_on_hold", "place-on-hold", PLACE_ON_HOLD),
        field("transaction_type", "transaction-type", TRANSACTION_TYPE),
        field("optional_messages", "requester-optional-messages", REQUESTER_MESSAGES),
        read=requests.read,
        write=requests.write,
        complete=requests.complete,
        needs=("services",),
    ),
    ApduType.FORWARD_NOTIFICATION: _kind(
        "forward-notification",
        "notification-note",
        field("intermediary", "intermediary-id", SYSTEM),
        field("responder_address", "responder-address", ADDRESS),
        complete=_needs_responder,
        needs=("responder",),
    ),
    ApduType.SHIPPED: _kind(
        "shipped",
        "responder-note",
        field("shipped_service", "shipped-service-type", SHIPPED_SERVICE),
        field("supplier", "supplier-id", SYSTEM),
        field("shipped_on", "supply-details/date-shipped", DATE),
        field("due", "supply-details/date-due", DUE),
        field("cost", "supply-details/cost", AMOUNT),
        field("shipped_conditions", "supply-details/shipped-conditions", SHIPPED_CONDITION),
        field("shipped_via", "supply-details/shipped-via", chosen("physical-delivery", WORDS)),
        field("electronic_delivery", "supply-details/shipped-via", chosen("electronic-delivery", ELECTRONIC)),
        field("insured_for", "supply-details/insured-for", AMOUNT),
        field("return_insurance", "supply-details/return-insurance-require", AMOUNT),
        _LENDER_SAYS,
        complete=_shipped,
    ),
    ApduType.ILL_ANSWER: _kind(
        "ill-answer",
        "responder-note",
        field("results", "transaction-results", RESULTS),
        _LENDER_SAYS,
        read=answers.read,
        write=answers.write,
        complete=_answered,
        needs=("results",),
    ),
    ApduType.CONDITIONAL_REPLY: _kind("conditional-reply", "requester-note", _ANSWER, needs=("answer",)),
    ApduType.CANCEL: _kind("cancel", "requester-note"),
    ApduType.CANCEL_REPLY: _kind("cancel-reply", "responder-note", _ANSWER, needs=("answer",)),
    ApduType.RECEIVED: _kind(
        "received",
        "requester-note",
        field("received_on", "date-received", DATE),
        field("shipped_service", "shipped-service-type", SHIPPED_SERVICE),
        field("supplier", "supplier-id", SYSTEM),
        complete=shipments.complete_received,
    ),
    ApduType.RECALL: _kind("recall", "responder-note"),
    ApduType.RETURNED: _kind(
        "returned",
        "requester-note",
        field("returned_on", "date-returned", DATE),
        field("returned_via", "returned-via", WORDS),
        field("insured_for", "insured-for", AMOUNT),
        complete=_dated("date-returned"),
    ),
    ApduType.CHECKED_IN: _kind(
        "checked-in",
        "responder-note",
        field("checked_in_on", "date-checked-in", DATE),
        complete=_dated("date-checked-in"),
    ),
    ApduType.OVERDUE: _kind("overdue", "responder-note", _DUE, write=losses.write_level, complete=_needs_due),
    ApduType.RENEW: _kind("renew", "requester-note", field("desired_due_on", "desired-due-date", DATE)),
    ApduType.RENEW_ANSWER: _kind("renew-answer", "responder-note", _ANSWER, _DUE, needs=("answer",)),
    ApduType.LOST: _kind("lost", "note"),
    ApduType.DAMAGED: _kind(
        "damaged",
        "note",
        field("damaged_details", "damaged-details/damaged-portion", shipments.PORTION),
        write=shipments.write_damage,
    ),
    ApduType.MESSAGE: _kind("message", "note", complete=_needs_note),
    ApduType.STATUS_QUERY: _kind("status-query", "note"),
    ApduType.STATUS_OR_ERROR_REPORT: _kind(
        "status-or-error-report", "note", read=reports.read, write=reports.write, complete=reports.complete
    ),
    ApduType.EXPIRED: _kind("expired", ""),
}


def said(apdu: Apdu) -> Tree:
    """Return the tree of the fields of ``apdu``, and nothing else."""
    how = KINDS[apdu.type]
    whole = write_fields(how.fields, apdu)
    if how.write is not None:
        how.write(apdu, whole)
    return whole
