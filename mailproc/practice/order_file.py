"""A strict reader of ARTEmail order files, as the machine on the other side might have one.

It shares no line with mailproc's own codec, on purpose: a mistake that both halves of the
codec make alike would never show between the two. So it takes the layout by the letter:
customer code, password, four blank lines, orders with four blank lines between, NNNN.
"""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

GAP = "\n" * 5
ADDRESS = ":DELIVER ABOVE ITEM TO:"
_HEAD = re.compile(r"(\d{2}-\d{4})\n([A-Za-z0-9]+)")
_TX = re.compile(r"TX(\S+)((?: \S+)*)")
_FILEREFNO = re.compile(r"FILEREFNO (\d+)")


class NoOrderFile(Exception):
    """A letter for people: nothing in it claims to be an order file."""


class BadOrderFile(Exception):
    """An order file that breaks the layout. The text is a sentence without the password."""


@dataclass(frozen=True)
class ReceivedOrder:
    """``number`` as on the wire; ``lines`` are the bibliographic lines (1 to 40 columns)."""

    number: str
    keywords: tuple[str, ...]
    lines: tuple[str, ...] = ()
    address: tuple[str, ...] = ()

    @property
    def cancels(self) -> bool:
        return "CANCEL" in self.keywords

    @property
    def service(self) -> str:
        return "LOAN" if any(word.startswith("LOAN") for word in self.keywords) else "COPY"


@dataclass(frozen=True)
class ReceivedOrderFile:
    sender: str
    file_ref: str
    customer_code: str
    password: str = field(repr=False)
    orders: tuple[ReceivedOrder, ...] = ()


def letter_of(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def sender_of(letter: EmailMessage) -> str:
    """The bare address of From, '' where there is none."""
    addresses = letter["From"].addresses if letter["From"] else ()
    return addresses[0].addr_spec if addresses else ""


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    return "" if body is None else str(body.get_content()).replace("\r\n", "\n")


def read(raw: bytes) -> ReceivedOrderFile:
    """Raises NoOrderFile for any other letter, BadOrderFile where the layout is broken."""
    letter = letter_of(raw)
    head, *chunks = text_of(letter).rstrip("\n").split(GAP)
    account = _HEAD.fullmatch(head)
    if account is None:
        raise NoOrderFile
    if not chunks or chunks.pop() != "NNNN":
        raise BadOrderFile("The file does not end with NNNN.")
    ref = _FILEREFNO.search(str(letter["Subject"] or ""))
    return ReceivedOrderFile(
        sender=sender_of(letter),
        file_ref=ref[1] if ref else "",
        customer_code=account[1],
        password=account[2],
        orders=tuple(_orders(chunks)),
    )


def _orders(chunks: list[str]) -> list[ReceivedOrder]:
    orders: list[ReceivedOrder] = []
    for chunk in chunks:
        first, *rest = chunk.split("\n")
        if first == ADDRESS and orders:
            last = orders.pop()
            orders.append(ReceivedOrder(last.number, last.keywords, last.lines, tuple(rest)))
        else:
            orders.append(_order(first, rest))
    return orders


def _order(first: str, lines: list[str]) -> ReceivedOrder:
    tx = _TX.fullmatch(first)
    if tx is None:
        raise BadOrderFile(f"An order begins with {first[:20]!r} instead of TX and a number.")
    if any(not 1 <= len(line) <= 40 or not line.isascii() for line in lines):
        raise BadOrderFile(f"Order {tx[1]} has an empty line, one over 40 columns, or one that is not ASCII.")
    return ReceivedOrder(tx[1], tuple(tx[2].split()), tuple(lines))
