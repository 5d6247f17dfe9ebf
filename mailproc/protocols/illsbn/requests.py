"""ILL-Request: what a table of fields cannot express."""

from dataclasses import replace
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Delivery, IllRequest
from mailproc.ill.terms import Service
from mailproc.protocols.field_codec import Pair, Tree
from mailproc.protocols.illsbn import codes
from mailproc.protocols.illsbn.codes import SERVICE
from mailproc.protocols.illsbn.text import attribute_of, text_of
from mailproc.sentence import sentence

SERVICES = Pair(lambda code: (SERVICE.read(code),), lambda services: SERVICE.write(services[0]))
"""One kind of service; of several that are asked for in order the first."""
PLACE_ON_HOLD = Pair(lambda _present: "yes", lambda word: "" if word == "yes" else None)
FIRST_STATE = "F118"


def read(tree: Tree, values: dict[str, Any], unread: dict[str, str]) -> None:  # noqa: ARG001
    """Add the mail address that Delivery-service names."""
    service = tree.get("Delivery-service", "")
    address = text_of(service)
    delivery = values.get("delivery", Delivery())
    if delivery.electronic is None and "@" in address and attribute_of(service, "DelivTyp") == codes.BY_MAIL:
        values["delivery"] = replace(delivery, electronic=address)


def complete(request: IllRequest, tree: Tree) -> None:
    """Add what each request must have. Raise LocalFault without a service or a title."""
    if not request.services:
        raise LocalFault(sentence("request-needs-services"))
    item = tree.setdefault("Item-Id", {})
    if "Title" not in item:
        if "Title-of-article" not in item:
            raise LocalFault(sentence("request-needs-title", system="ILL SBN"))
        item["Title"] = item["Title-of-article"]
    tree.setdefault("Client-Id", "")
    mail = request.delivery.electronic if request.delivery else None
    by_mail = mail is not None and request.services[0] is Service.COPY
    if by_mail and "Delivery-service" not in tree:
        tree["Delivery-service"] = {"@DelivTyp": codes.BY_MAIL, "": mail}
    tree.setdefault("Supply-medium-type", [{"@SupplyTyp": _medium(request.services[0], by_mail=by_mail)}])
    tree.setdefault("Current-state", {"@state": FIRST_STATE})


def _medium(service: Service, *, by_mail: bool) -> str:
    if service is Service.COPY:
        return codes.ELECTRONIC if by_mail else codes.PHOTOCOPY
    return codes.ORIGINAL
