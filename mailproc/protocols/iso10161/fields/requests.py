"""ILL-Request: what a table of fields cannot express."""

from dataclasses import replace
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Delivery, IllRequest
from mailproc.protocols.field_codec import Tree, UnreadableComponent, found, put
from mailproc.protocols.iso10161.fields.addresses import asked_by_mail
from mailproc.protocols.iso10161.fields.dates import DATE
from mailproc.protocols.iso10161.fields.parties import REQUESTER_MESSAGES, WE_BORROW
from mailproc.protocols.iso10161.fields.unmapped import DEFAULTS
from mailproc.sentence import sentence

_AT_NEED_BEFORE, _ON_OTHER_DATE = 1, 2  # expiry-flag; 3 is no expiry
_FLAG, _DATE = ("search-type", "expiry-flag"), ("search-type", "expiry-date")


def read(tree: Tree, values: dict[str, Any], unread: dict[str, str]) -> None:
    _read_expiry(tree, values, unread)
    delivery = values.get("delivery", Delivery())
    if delivery.electronic is None and (mail := asked_by_mail(tree.get("delivery-service", ("", [])))):
        values["delivery"] = replace(delivery, electronic=mail)


def _read_expiry(tree: Tree, values: dict[str, Any], unread: dict[str, str]) -> None:
    flag, day = found(tree, _FLAG), found(tree, _DATE)
    if flag == _AT_NEED_BEFORE and "need_before" in values:
        values["expiry"] = values["need_before"]
    elif flag == _ON_OTHER_DATE and day is not None:
        try:
            values["expiry"] = DATE.read(day)
        except UnreadableComponent as problem:
            unread["/".join(_DATE)] = str(problem)


def write(request: IllRequest, tree: Tree) -> None:
    if request.expiry is None:
        return
    if request.expiry == request.need_before:
        put(tree, _FLAG, _AT_NEED_BEFORE)
    else:
        put(tree, _FLAG, _ON_OTHER_DATE)
        put(tree, _DATE, DATE.write(request.expiry))


def _keep_expiry_flag(request: IllRequest, tree: Tree) -> None:
    """Keep the borrower's expiry-flag if expiry and need-before date are the same day.

    The module has two ways to say that; both have the same meaning.
    """
    was = next((entry["value"] for entry in request.extensions if entry["at"] == "/".join(_FLAG)), None)
    try:
        same = DATE.read(found(tree, _DATE) or b"") == request.expiry is not None
    except UnreadableComponent:
        return
    if was == _ON_OTHER_DATE and same:
        put(tree, _FLAG, _ON_OTHER_DATE)


def complete(request: IllRequest, tree: Tree) -> None:
    _keep_expiry_flag(request, tree)
    if not tree.get("iLL-service-type"):
        raise LocalFault(sentence("request-needs-services"))
    tree.setdefault("requester-optional-messages", REQUESTER_MESSAGES.write(WE_BORROW))
    tree.setdefault("item-id", {})
    for component in ("transaction-type", "place-on-hold"):
        tree.setdefault(component, DEFAULTS[component])
