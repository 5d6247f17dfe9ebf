"""Octets to trees and back, as ``ill.asn`` says.

A tree is what its ASN.1 type is: a SEQUENCE is a dict by component name (absent is no key), a
SEQUENCE OF a list, a CHOICE a pair (alternative, value), numbers and enumerations int, every kind of
string bytes, BOOLEAN bool, NULL None, an object identifier text, ANY the octets of one whole element.
Components with a DEFAULT are always there after decoding and always written. Elements that are not
known stand under ``unknown`` as octets and are written back behind the others.
"""

from typing import Any

from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill.terms import ApduType
from mailproc.protocols.iso10161 import ber

Tree = dict[str, Any]

NAMES = {
    ApduType.ILL_REQUEST: "ILL-Request",
    ApduType.FORWARD_NOTIFICATION: "Forward-Notification",
    ApduType.SHIPPED: "Shipped",
    ApduType.ILL_ANSWER: "ILL-Answer",
    ApduType.CONDITIONAL_REPLY: "Conditional-Reply",
    ApduType.CANCEL: "Cancel",
    ApduType.CANCEL_REPLY: "Cancel-Reply",
    ApduType.RECEIVED: "Received",
    ApduType.RECALL: "Recall",
    ApduType.RETURNED: "Returned",
    ApduType.CHECKED_IN: "Checked-In",
    ApduType.OVERDUE: "Overdue",
    ApduType.RENEW: "Renew",
    ApduType.RENEW_ANSWER: "Renew-Answer",
    ApduType.LOST: "Lost",
    ApduType.DAMAGED: "Damaged",
    ApduType.MESSAGE: "Message",
    ApduType.STATUS_QUERY: "Status-Query",
    ApduType.STATUS_OR_ERROR_REPORT: "Status-Or-Error-Report",
    ApduType.EXPIRED: "Expired",
}
"""The standard's names of the APDUs, as their types are called in ``ill.asn``."""

_APPLICATION = 0x60
_SEQUENCE = b"\x30"
_DETAILS = "damaged-details"
_DETAILS_51 = "damaged-details-51"


def decode(data: bytes | ber.First) -> tuple[ApduType, Tree]:
    """The APDU at the beginning of ``data``; what ``ber.first`` found is taken as well.

    Raises RemoteFault that names the component, and the octet where the input stood in plain form.
    """
    found = _first(data)
    try:
        kind = ApduType(found.bytes[0] - _APPLICATION)
    except ValueError:
        raise RemoteFault(f"octet 0: {found.bytes[0]:02X} begins no APDU of ISO 10161", 0) from None
    tree = _read(NAMES[kind], found)
    if _DETAILS_51 in tree:
        tree.setdefault(_DETAILS, tree.pop(_DETAILS_51))
    return kind, tree


def encode(kind: ApduType, tree: Tree) -> bytes:
    """Raises LocalFault that names the component which is missing, misspelt or of a wrong kind."""
    return _write(NAMES[kind], tree)


def decode_transaction_id(data: bytes) -> Tree:
    """The component transaction-id by itself, in plain form. Raises RemoteFault."""
    return _read("Transaction-Id", ber.First(_SEQUENCE + data[1:], 0))


def decode_external(data: bytes | ber.First) -> Tree:
    """An EXTERNAL, as in Extension.item: its reference, and ("single-ASN1-type", octets) or another
    ``encoding``. Raises RemoteFault."""
    return _read("External", _first(data))


def encode_external(tree: Tree) -> bytes:
    """Raises LocalFault."""
    return _write("External", tree)


def decode_delivery_info(data: bytes | ber.First) -> Tree:
    """APDU-Delivery-Info, registered extension 1.0.10161.13.3: what its EXTERNAL holds as
    single-ASN1-type. Raises RemoteFault."""
    return _read("APDU-Delivery-Info", _first(data))


def encode_delivery_info(tree: Tree) -> bytes:
    """Raises LocalFault."""
    return _write("APDU-Delivery-Info", tree)


def decode_system_numbers(name: str, data: bytes | ber.First) -> list[Tree]:
    """What an Item-Id.system-no holds as single-ASN1-type: "IPIG-System-Number" or "CanSystemNo".
    Raises RemoteFault."""
    numbers: Any = _read(name, _first(data))
    return list(numbers)


def encode_system_numbers(numbers: list[Tree]) -> bytes:
    """IPIG-System-Number. Raises LocalFault."""
    return _write("IPIG-System-Number", numbers)


def _first(data: bytes | ber.First) -> ber.First:
    return data if isinstance(data, ber.First) else ber.first(data)


def _read(name: str, found: ber.First) -> Tree:
    from mailproc.protocols.iso10161 import asn1

    try:
        tree: Tree = asn1.types()[name].decode(found.bytes)
    except asn1.DecodeError as error:
        text = f"{error.location_str or name}: {error.message}"
        raise RemoteFault(text, error.offset if found.as_it_was else None) from None
    return tree


def _write(name: str, tree: Tree | list[Tree]) -> bytes:
    from mailproc.protocols.iso10161 import asn1

    compiled = asn1.types()[name]
    try:
        compiled.check_types(tree)
        return bytes(compiled.encode(tree))
    except asn1.EncodeError as error:
        # The texts of asn1tools repeat the value, which may be a reader's name.
        why = error.message if isinstance(error, asn1.Unwritable) else "is of a wrong kind"
        raise LocalFault(f"{error.location_str or name}: {why}") from None
