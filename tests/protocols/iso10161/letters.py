"""A message to play with, and letters around it."""

import base64

from mailproc.ill.terms import ApduType
from mailproc.protocols.iso10161.ber import schema

HEADER = (
    "From: ill@lender.example\r\nTo: ill@library.example\r\n"
    "Message-ID: <1@lender.example>\r\nMIME-Version: 1.0\r\n"
)
CANCEL = schema.encode(
    ApduType.CANCEL,
    {
        "protocol-version-num": 2,
        "transaction-id": {
            "transaction-group-qualifier": ("generalString", b"B12"),
            "transaction-qualifier": ("generalString", b"1"),
        },
        "service-date-time": {
            "date-time-of-this-service": {"date": b"20260805", "time": b"093000"},
        },
    },
)


def part(message: bytes, content_type: str = "application/iso-10161-ill-1", *more: str) -> str:
    """A MIME entity, its header first."""
    lines = [f"Content-Type: {content_type}", "Content-Transfer-Encoding: base64", *more]
    return "\r\n".join(lines) + "\r\n\r\n" + base64.encodebytes(message).decode()


def multipart(*entities: str, subtype: str = "mixed", boundary: str = "b1") -> str:
    pieces = "".join(f"--{boundary}\r\n{one}\r\n" for one in entities)
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n{pieces}--{boundary}--\r\n'


def letter(entity: str, header: str = HEADER) -> bytes:
    return (header + entity).encode()
