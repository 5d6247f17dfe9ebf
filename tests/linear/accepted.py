"""What a reader that refuses every attack accepts, of any length: else only its first step would be tried."""

from collections.abc import Callable
from typing import Any

from mailproc.ill.terms import ApduType
from mailproc.mail.parse import parse
from mailproc.protocols.iso10161.ber import schema
from mailproc.protocols.iso10161.ber.elements import element
from tests.linear import hub_documents

PLAIN = (
    "From: ill@customer.example\nSubject: LOAN\n\nILL Request\nBL account ID: 99-0001\nRequest ID: B2-1\n"
    "{}\nResponse email to: ill@customer.example\n"
)


def message(length: int) -> bytes:
    """A Message of ISO 10161 with a long note."""
    tree = {
        "protocol-version-num": 2,
        "transaction-id": {
            "transaction-group-qualifier": ("generalString", b"B12"),
            "transaction-qualifier": ("generalString", b"1"),
        },
        "service-date-time": {"date-time-of-this-service": {"date": b"20260805", "time": b"093000"}},
        "note": ("generalString", b"x" * length),
    }
    return schema.encode(ApduType.MESSAGE, tree)


def transaction_id(length: int) -> bytes:
    return element(b"\xa1", _string(b"\xa1", b"B" * length) + _string(b"\xa2", b"1"))


def external(length: int) -> bytes:
    """A reference of its own, and an element of any length."""
    return element(b"\x28", element(b"\x06", b"\x28\x00") + element(b"\xa0", element(b"\x04", b"x" * length)))


def delivery_info(length: int) -> bytes:
    """Two empty lists, and elements that nobody knows."""
    return element(b"\x30", b"\xa0\x00\xa1\x00" + b"\x89\x01x" * (length // 3))


def plain_order(length: int) -> Any:
    lines = ["word " * 80] * min(50, length // 400) or ["A title"]
    return parse(PLAIN.format("\n".join(lines)).encode())


def masked_order(length: int) -> bytes:
    """An order file as it is stored: the password's place is below the customer code."""
    return b"Subject: x\r\n\r\n" + b"x y\r\n" * (length // 5) + b"99-0001\r\nXXXXXXX\r\n"


def _string(tag: bytes, octets: bytes) -> bytes:
    return element(tag, element(b"\x1b", octets))


BY_NAME: dict[str, Callable[[int], Any]] = {
    "citations.bibtex.read": lambda length: "@book{a, title={%s}}" % ("x, {y} " * (length // 7)),
    "protocols.illsbn.money.number": lambda _length: "9,00",
    "protocols.illsbn.wire.root_of": hub_documents.documents()["many notes"],
    "protocols.illsbn.hub_answer.read": hub_documents.documents()["many notes"],
    "protocols.illsbn.hub_answer.messages": hub_documents.documents()["many notes"],
    "protocols.illsbn.hub_answer.libraries": hub_documents.documents()["many notes"],
    "protocols.slnp.grammar.parse": lambda length: (
        b"SLNPX\n%sSLNPEndCommand\n" % (b"A:\\n b\n" * (length // 7))
    ),
    "protocols.artemail.mask.unmask": masked_order,
    "protocols.artemail.plain.read": plain_order,
    "protocols.iso10161.ber.plain_reader.read": message,
    "protocols.iso10161.ber.schema.first": message,
    "protocols.iso10161.ber.schema.decode_transaction_id": transaction_id,
    "protocols.iso10161.ber.schema.decode_external": external,
    "protocols.iso10161.ber.schema.decode_delivery_info": delivery_info,
}
