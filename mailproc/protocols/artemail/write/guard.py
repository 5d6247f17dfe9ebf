"""Check that our own reader reads back what was meant, before anything is sent.

Staff edit the templates, so the rendered text is read again: the same orders, numbers, keywords, delivery,
every value. The error names the first thing that was lost.
"""

import dataclasses
import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from mailproc.errors import RemoteFault
from mailproc.ill.apdu import Apdu
from mailproc.protocols.artemail import address
from mailproc.protocols.artemail.layout import (
    ADDRESS_LINES,
    COLUMNS,
    DELIVER,
    GAP,
    LONGEST_EMAIL,
    TERMINATOR,
    would_split,
)
from mailproc.protocols.artemail.read import orders
from mailproc.protocols.artemail.read.orders import Order, OrderFile
from mailproc.protocols.artemail.requests import Orders
from mailproc.protocols.artemail.tables.keywords import RZ
from mailproc.secret_words import MASK
from mailproc.sentence import Part

_TX = re.compile(rf"^TX (?!{RZ} )")
_CODES = re.compile(r"(?<![0-9-])[0-9]{2}-[0-9]{4}(?![0-9-])")


class FieldLost(Exception):
    """The letter would not say what was meant; ``field`` was lost.

    ``by_template``: the template lost it, the value itself could be written. ``line``: of the rendered text,
    if one line is wrong.
    """

    def __init__(self, field: str, said: Part) -> None:
        super().__init__(said)
        self.field = field
        self.said = said
        self.by_template = False
        self.line = ""


def framed(order: str, customer_code: str) -> str:
    """Return one rendered order as a file of its own, to be read alone."""
    gap = "\n" * GAP
    return f"{customer_code}\n{MASK}\n{gap}{order}\n{gap}{TERMINATOR}\n"


def check_file(text: str, expected: Sequence[Apdu], written: Sequence[Order], scheme: Orders) -> None:
    """Raise FieldLost if ``text`` is not the file of exactly these orders, and of nothing else.

    ``written`` are the orders of ``expected`` as they should stand: another reader may be stricter than ours.
    """
    lines = text.removesuffix("\n").split("\n")
    _check_marks(lines, scheme.file.customer_code)
    try:
        found = orders.read(lines, scheme.words)
        apdus = [scheme.apdu(order) for order in found.orders]
    except RemoteFault as fault:
        raise FieldLost("text", f"our own reader says: {fault}") from fault
    if found.faults:
        raise FieldLost("text", f"our own reader says: {found.faults[0].text}")
    if len(apdus) != len(expected):
        raise FieldLost("orders", f"{len(expected)} orders were meant, {len(apdus)} are read")
    _check_gaps(lines, found)
    _check_blanks(lines)
    for order, meant, read in zip(found.orders, expected, apdus, strict=True):
        check_same(meant, read)
        check_widths(order.text, order.address)
    if TERMINATOR in lines[:-1]:
        raise FieldLost(
            "frame", f"{TERMINATOR} stands before the last line too, and nothing is read after it"
        )
    meant_lines = [line for order in written for line in canonical(order) if line]
    _check_words(text, [scheme.file.customer_code, MASK, *meant_lines, TERMINATOR])


def check_same(meant: Apdu, read: Apdu) -> None:
    """Raise FieldLost with the first field that differs."""
    if field := first_difference(meant, read):
        raise FieldLost(field, f"{field} is not read back as it was meant")


def first_difference(meant: Any, read: Any, path: str = "") -> str:
    """Return the dotted path of the first field that differs ("item.title"); '' if all are equal."""
    if meant == read:
        return ""
    if type(meant) is not type(read) or not dataclasses.is_dataclass(meant):
        return path or "type"
    for each in dataclasses.fields(meant):
        below = f"{path}.{each.name}" if path else each.name
        if found := first_difference(getattr(meant, each.name), getattr(read, each.name), below):
            return found
    return path


def canonical(order: Order) -> list[str]:
    """Return the lines of an order as the shipped template writes it."""
    mark = f"{RZ} " if RZ in order.keywords else ""
    words = [word for word in order.keywords if word != RZ]
    first = " ".join([f"TX{' ' if mark else ''}{mark}{order.number}", *words])
    return [first, *order.text, *([*[""] * GAP, DELIVER, *order.address] if order.address else [])]


def check_beside(lines: Sequence[str], customer_code: str) -> None:
    """Raise FieldLost if a line beside the answers of a report or receipt is more than prose.

    Our reader skips such a line; another one could take it for an order, an end, a command, or for answers to
    another customer.
    """
    for line in map(str.strip, lines):
        if would_split(line):
            raise FieldLost("text", f"{line[:60]!r} could be taken for an order, an end or a command")
        if named := next((code for code in _CODES.findall(line) if code != customer_code), ""):
            raise FieldLost("text", f"{line[:60]!r} names another customer, {named}")


def _check_words(text: str, meant: Sequence[str]) -> None:
    """Check that each line, apart from blanks, is one that was meant."""
    said = (" ".join(line.split()) for line in text.split("\n") if line.strip())
    lines = [_TX.sub("TX", line) for line in said]
    for found, wanted in zip_longest(lines, meant, fillvalue=""):
        if found != wanted:
            raise FieldLost("text", f"{found[:60]!r} stands where {wanted[:60]!r} was meant")


def _check_marks(lines: Sequence[str], customer_code: str) -> None:
    if lines[:2] != [customer_code, MASK]:
        raise FieldLost("frame", "customer code and the mark of the password must be the first two lines")
    if lines[-1] != TERMINATOR:
        raise FieldLost("frame", f"the last line must be {TERMINATOR}")
    for number, line in enumerate(lines, 1):
        if line.isspace() or (line and not (line.isascii() and line.isprintable())):
            raise FieldLost("text", f"line {number} is not plain ASCII, or blanks alone")


def _check_gaps(lines: Sequence[str], found: OrderFile) -> None:
    """Check that exactly four blank lines stand before each order and before the terminator."""
    for number in [*(order.line for order in found.orders), len(lines)]:
        before = lines[max(0, number - 2 - GAP) : number - 1]
        if any(before[1:]) or len(before) != GAP + 1 or not before[0]:
            raise FieldLost("frame", f"exactly {GAP} blank lines must stand before line {number}")


def _check_blanks(lines: Sequence[str]) -> None:
    """Check that no other blank lines occur: another reader may split an order at any of them."""
    run = 0
    for number, line in enumerate(lines, 1):
        if not line:
            run += 1
            continue
        if run and (run != GAP or not line.startswith(("TX", DELIVER, TERMINATOR))):
            raise FieldLost("text", f"the blank lines before line {number} would part the order")
        run = 0


def check_widths(text: Sequence[str], to: Sequence[str]) -> None:
    """Raise FieldLost if a line of an order's text or address is one that no reader accepts."""
    for line in text:
        if len(line) > COLUMNS or would_split(line):
            raise FieldLost(
                "item.lines", f"no line may be longer than {COLUMNS} or begin with TX, NNNN or ':'"
            )
    if to and "@" in to[0]:
        if len(to) > 1 or len(to[0]) > LONGEST_EMAIL or not address.is_email(to[0]):
            raise FieldLost("delivery.electronic", f"no e-mail address of at most {LONGEST_EMAIL} characters")
    elif len(to) > ADDRESS_LINES or any(len(line) > COLUMNS for line in to):
        raise FieldLost(
            "delivery.postal", f"an address has at most {ADDRESS_LINES} lines of {COLUMNS} characters"
        )
