"""Octets to trees and back, by ``ill.asn``.

The form of a tree follows its ASN.1 type: a SEQUENCE is a dict by component name (absent is no key), a
SEQUENCE OF a list, a CHOICE a pair (alternative, value), numbers and enumerations int, every kind of string
bytes, BOOLEAN bool, NULL None, an object identifier text, ANY the octets of one whole element. Components
with a DEFAULT are always present after decoding and always written. Unknown elements are under ``unknown`` as
octets, and are written back after the others.
"""

from typing import Any

from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill.terms import ApduType
from mailproc.protocols.iso10161.ber import elements

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
"""The standard's names of the APDUs, which are the names of their types in ``ill.asn``."""

_KINDS = {bytes((0x60 + kind.value,)): kind for kind in ApduType}
_SEQUENCE = b"\x30"
_DETAILS = "damaged-details"
_DETAILS_51 = "damaged-details-51"


def first(data: bytes | elements.First) -> tuple[ApduType, Tree, int]:
    """Return the APDU at the beginning of ``data``, and how many octets follow it.

    The result of ``elements.first`` is accepted as input too. Raise RemoteFault that names the component, and
    the octet if the input was in plain form.
    """
    kind = _KINDS.get((data if isinstance(data, bytes) else data.bytes)[:1])
    if kind is None:
        begin = _first(data).bytes[0]
        raise RemoteFault(f"octet 0: {begin:02X} begins no APDU of ISO 10161", 0)
    tree, trailing = _read(NAMES[kind], data)
    if _DETAILS_51 in tree:
        tree.setdefault(_DETAILS, tree.pop(_DETAILS_51))
    return kind, tree, trailing


def encode(kind: ApduType, tree: Tree) -> bytes:
    """Encode an APDU. Raise LocalFault that names the component that is missing, misspelt or wrong."""
    return _write(NAMES[kind], tree)


def decode_transaction_id(data: bytes) -> Tree:
    """Decode the component transaction-id alone, whatever its tag. Raise RemoteFault."""
    tree: Tree = _read("Transaction-Id", _SEQUENCE + data[1:])[0]
    return tree


def decode_external(data: bytes | elements.First) -> Tree:
    """Decode an EXTERNAL, as in Extension.item. Raise RemoteFault.

    It holds its reference, and ("single-ASN1-type", octets) or another ``encoding``.
    """
    tree: Tree = _read("External", data)[0]
    return tree


def decode_delivery_info(data: bytes | elements.First) -> Tree:
    """Decode APDU-Delivery-Info, registered extension 1.0.10161.13.3. Raise RemoteFault.

    ``data`` is what its EXTERNAL holds as single-ASN1-type.
    """
    tree: Tree = _read("APDU-Delivery-Info", data)[0]
    return tree


def encode_delivery_info(tree: Tree) -> bytes:
    """Encode APDU-Delivery-Info. Raise LocalFault."""
    return _write("APDU-Delivery-Info", tree)


def decode_system_numbers(name: str, data: bytes | elements.First) -> list[Tree]:
    """Decode an "IPIG-System-Number" or "CanSystemNo". Raise RemoteFault.

    ``data`` is what Item-Id.system-no holds as single-ASN1-type.
    """
    return list(_read(name, data)[0])


def encode_system_numbers(numbers: list[Tree]) -> bytes:
    """Encode an IPIG-System-Number. Raise LocalFault."""
    return _write("IPIG-System-Number", numbers)


def _first(data: bytes | elements.First) -> elements.First:
    return data if isinstance(data, elements.First) else elements.first(data)


def _read(name: str, data: bytes | elements.First) -> tuple[Any, int]:
    """Return the value, and how many octets follow it.

    The fast reader is tried first, then again on the input in plain form; the tolerant one is last.
    """
    from mailproc.protocols.iso10161.ber.plain_reader import read

    octets, trailing = (data, 0) if isinstance(data, bytes) else (data.bytes, data.trailing)
    try:
        value, end = read(name, octets)
        return value, len(octets) - end + trailing
    except elements.NotPlain:
        found = _first(data)
    if isinstance(data, bytes) and not found.as_it_was:
        try:
            return read(name, found.bytes)[0], found.trailing
        except elements.NotPlain:
            pass
    return _read_tolerantly(name, found), found.trailing


def _read_tolerantly(name: str, found: elements.First) -> Tree:
    from mailproc.protocols.iso10161.ber import asn1

    try:
        tree: Tree = asn1.types()[name].decode(found.bytes)
    except asn1.DecodeError as error:
        text = f"{error.location_str or name}: {error.message}"
        raise RemoteFault(text, error.offset if found.as_it_was else None) from None
    return tree


def _write(name: str, tree: Tree | list[Tree]) -> bytes:
    from mailproc.protocols.iso10161.ber import asn1, plain_writer

    try:
        return plain_writer.write(name, tree)
    except elements.NotPlain:
        compiled = asn1.types()[name]
    try:
        compiled.check_types(tree)
        return bytes(compiled.encode(tree))
    except asn1.EncodeError as error:
        # The messages of asn1tools repeat the value, which may be a reader's name.
        why = error.message if isinstance(error, asn1.Unwritable) else "is of a wrong kind"
        raise LocalFault(f"{error.location_str or name}: {why}") from None
