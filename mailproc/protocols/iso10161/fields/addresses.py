"""Delivery addresses: Postal-Address, Delivery-Address, and electronic delivery."""

from typing import Any

from mailproc.ill.apdu import Delivery, Postal
from mailproc.protocols.field_codec import Pair, Tree, UnreadableComponent, field, record
from mailproc.protocols.iso10161.fields.parties import INSTITUTION, MAIL, NAME_AT, read_address
from mailproc.protocols.iso10161.fields.strings import WORDS

POSTAL = record(
    Postal,
    (
        field("name", NAME_AT, INSTITUTION),
        field("extended", "extended-postal-delivery-address", WORDS),
        field("street", "street-and-number", WORDS),
        field("po_box", "post-office-box", WORDS),
        field("city", "city", WORDS),
        field("region", "region", WORDS),
        field("country", "country", WORDS),
        field("postcode", "postal-code", WORDS),
    ),
)

DELIVERY = record(
    Delivery, (field("postal", "postal-address", POSTAL), field("electronic", "electronic-address", MAIL))
)


def _read_service(service: Tree) -> str:
    """Return the address in an Electronic-Delivery-Service, mail or other."""
    alternative, where = service["e-delivery-details"]
    if alternative != "e-delivery-address":
        raise UnreadableComponent("an address for electronic delivery")
    to = read_address(where)
    if "@" in to.address and to.service != "SMTP":
        raise UnreadableComponent("a mail address, or an address of another kind")
    return to.address


def _write_service(address: str) -> Any:
    words = WORDS.write(address)
    if words is None:
        return None
    mail = {"telecom-service-identifier": WORDS.write("SMTP")} if "@" in address else {}
    return {"e-delivery-details": ("e-delivery-address", {**mail, "telecom-service-address": words})}


ELECTRONIC = Pair(_read_service, _write_service)


def asked_by_mail(component: Any) -> str | None:
    """Return the first mail address of a Delivery-Service that asks for electronic delivery."""
    alternative, services = component
    for service in services if alternative == "electronic-delivery" else ():
        kind, where = service["e-delivery-details"]
        if kind == "e-delivery-address":
            try:
                return str(MAIL.read(where))
            except UnreadableComponent:
                continue
    return None
