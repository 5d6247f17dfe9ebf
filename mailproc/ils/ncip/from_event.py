"""Which message a library system gets of an event of ours, and what is in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from mailproc.config import Ncip
from mailproc.errors import LocalFault
from mailproc.ill.hook_payload import HookPayload
from mailproc.ill.terms import Role
from mailproc.ils.ncip.messages import (
    AcceptItem,
    CancelRequestItem,
    CheckInItem,
    CheckOutItem,
    Message,
    RequestItem,
)
from mailproc.sentence import sentence


@dataclass(frozen=True)
class NcipEvent:
    """An event, with what is known by now: it may be more than when it happened.

    ``barcode``: of the item; ``pickup``: where the reader collects.
    """

    told: HookPayload
    barcode: str = ""
    pickup: str = ""


def events(ncip: Ncip) -> Mapping[str, str]:
    """Return the name of the message ("AcceptItem") for each event at which one is sent."""
    named = {
        "AcceptItem": ncip.accept_item,
        "CheckOutItem": ncip.check_out_item,
        "CheckInItem": ncip.check_in_item,
        "RequestItem": ncip.request_item,
        "CancelRequestItem": ncip.cancel_request_item,
    }
    return {event: message for message, wanted in named.items() for event in wanted}


def message(event: NcipEvent, ncip: Ncip) -> Message:
    """Return the message for the event. Raise LocalFault that names what is missing for it."""
    return _MAKERS[events(ncip)[event.told["event"]]](event, ncip)


def _accept_item(event: NcipEvent, ncip: Ncip) -> Message:
    item = event.told["item"]
    title = item.get("title") or " ".join(item.get("lines", ()))
    return AcceptItem(
        number=_number(event),
        user=_reader(event, ncip),
        barcode=_barcode(event),
        title=" ".join(filter(None, (title, item.get("volume_issue")))),
        author=item.get("author", ""),
        publisher=item.get("publisher", ""),
        publication_date=item.get("publication_date", ""),
        pickup=event.pickup or ncip.pickup,
        return_on=_due(event),
    )


def _check_out_item(event: NcipEvent, ncip: Ncip) -> Message:
    return CheckOutItem(_user(event, ncip), _barcode(event), _number(event), _due(event))


def _check_in_item(event: NcipEvent, _ncip: Ncip) -> Message:
    return CheckInItem(_barcode(event))


def _request_item(event: NcipEvent, ncip: Ncip) -> Message:
    return RequestItem(_number(event), _user(event, ncip), _barcode(event), pickup=ncip.pickup)


def _cancel_request_item(event: NcipEvent, ncip: Ncip) -> Message:
    return CancelRequestItem(_number(event), _user(event, ncip))


_MAKERS: Mapping[str, Callable[[NcipEvent, Ncip], Message]] = {
    "AcceptItem": _accept_item,
    "CheckOutItem": _check_out_item,
    "CheckInItem": _check_in_item,
    "RequestItem": _request_item,
    "CancelRequestItem": _cancel_request_item,
}


def _number(event: NcipEvent) -> str:
    """Of the attempt: a second library may send a second item for one request."""
    return event.told["numbers"]["transaction"]


def _barcode(event: NcipEvent) -> str:
    if not event.barcode:
        raise LocalFault(sentence("ncip-no-barcode", number=_number(event)))
    return event.barcode


def _user(event: NcipEvent, ncip: Ncip) -> str:
    """Return the reader's number where we borrow, the partner's where we lend."""
    if event.told["role"] == Role.REQUESTER:
        return _reader(event, ncip)
    partner = event.told["partner"]
    if number := ncip.accounts.get(partner) or ncip.account:
        return number
    raise LocalFault(sentence("ncip-no-account", partner=partner))


def _reader(event: NcipEvent, ncip: Ncip) -> str:
    reader = event.told["reader"]
    if reader is None:
        raise LocalFault(sentence("ncip-no-reader", number=_number(event)))
    barcode = next(iter(reader["barcodes"]), "")
    return barcode if barcode and ncip.reader == "barcode" else reader["id"]


def _due(event: NcipEvent) -> date | None:
    said = event.told["due_on"]
    return date.fromisoformat(said) if said else None
