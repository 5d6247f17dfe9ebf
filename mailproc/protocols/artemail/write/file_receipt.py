"""Write the receipt of a customer's order file: how many orders were accepted, which were rejected.

The layout is that of the receipts that we read ourselves (``receipts``), and our own reader checks it. A file
without a reference number gets no receipt: nobody could tell which file it is about.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Report
from mailproc.ill.terms import Ref
from mailproc.mail.letter import Body, Part
from mailproc.protocols.artemail.read import report_lines
from mailproc.protocols.artemail.read.body_lines import lines_of
from mailproc.protocols.artemail.read.replies import Replies
from mailproc.protocols.artemail.read.report_lines import LONGEST_LINE
from mailproc.protocols.artemail.write import contracts
from mailproc.protocols.artemail.write.contracts import ReceiptText
from mailproc.protocols.artemail.write.guard import FieldLost, check_beside
from mailproc.protocols.artemail.write.transliterate import to_ascii
from mailproc.protocols.codec import Fault, Renderer
from mailproc.templating.contract import as_context

_FIGURES = re.compile(r"[0-9]+")
_REJECTED = re.compile(r"(?:Line [0-9]+: )?(?P<number>[^ ]+) REJECTED - ")

MOST_REJECTED = 200
"""Lines of one kind in a receipt; a file with more of them has one common mistake."""


@dataclass(frozen=True)
class Receipt:
    """The content of a receipt. ``orders`` were accepted; 0 rejects the file."""

    customer_code: str
    file_ref: str
    orders: int
    rejected: tuple[str, ...] = ()


def receipt_of(customer_code: str, file_ref: str, orders: int, faults: Sequence[Fault]) -> Receipt | None:
    """Return the receipt; None if the file has no number, or nothing in it."""
    if not file_ref or not (orders or faults):
        return None
    return Receipt(customer_code, file_ref, orders, _lines(faults))


def without(receipt: Receipt, refused: Sequence[Fault]) -> Receipt:
    """Return the receipt of a file in which these orders could be read but were not accepted."""
    if not refused:
        return receipt
    lines = receipt.rejected + _lines(refused)
    return replace(receipt, orders=receipt.orders - len(refused), rejected=lines)


def _lines(faults: Sequence[Fault]) -> tuple[str, ...]:
    lines = [_line(fault) for fault in faults[:MOST_REJECTED]]
    if len(faults) > MOST_REJECTED:
        lines.append(f"and others, {len(faults)} in all")
    return tuple(lines)


def _line(fault: Fault) -> str:
    where = f"Line {fault.position}: " if fault.position is not None else ""
    about = f"{fault.number} REJECTED - " if fault.number else ""
    return to_ascii(f"{where}{about}{fault.text}").text[:LONGEST_LINE].rstrip()


def letter(receipt: Receipt, renderer: Renderer, replies: Replies) -> Body:
    """Write the letter. Raise LocalFault if the template is broken or our reader reads something else."""
    context = ReceiptText(
        file_ref=receipt.file_ref,
        orders=receipt.orders,
        rejected=receipt.rejected,
    )
    text = renderer.render(contracts.RECEIPT.path, as_context(context)).strip("\n") + "\n"
    verdict = "accepted" if receipt.orders else "rejected"
    body = Body(
        f"FILEREFNO {receipt.file_ref} {verdict}",
        (Part("text/plain", text.encode("ascii", "replace"), text=text, charset="us-ascii"),),
    )
    _check(receipt, text, body.subject, replies)
    return body


def _check(receipt: Receipt, text: str, subject: str, replies: Replies) -> None:
    """Raise LocalFault with the first thing that our own reader misses, or reads in addition."""
    lines = lines_of(text)
    alone, whole = replies.read(lines, "", None).taken, replies.read(lines, subject, None).taken
    if not text.isascii():
        raise _wrong("it is not plain ASCII")
    if not alone or alone[0].kind != "receipt":
        raise _wrong("our own reader sees no receipt at its top")
    kind = "status" if receipt.orders else "error"
    if any(getattr(each[0].apdu, "report", None) != Report(kind=kind) for each in (alone, whole)):
        raise _wrong(f"our own reader does not read that the file is {subject.split()[-1]}")
    refs = [each.apdu.ref or Ref() for each in whole]
    if any(ref.file_ref != receipt.file_ref for ref in refs):
        raise _wrong(f"the file's number {receipt.file_ref} is not read back")
    verdict = alone[0].lines[0]
    _check_orders(receipt, lines[verdict], {ref.number for ref in refs[1:]})
    said = " ".join(text.split())
    if missing := [line for line in receipt.rejected if " ".join(line.split()) not in said]:
        raise _wrong(f"{missing[0][:60]!r} is not in it")
    _check_beside([*lines[:verdict], *lines[verdict + 1 :]], receipt, replies)


def _check_beside(lines: Sequence[str], receipt: Receipt, replies: Replies) -> None:
    """Check that everything beside the verdict and the rejected orders is plain prose."""
    meant = {" ".join(line.split()) for line in receipt.rejected}
    beside = [said for line in lines if (said := " ".join(line.split())) not in meant]
    try:
        check_beside(beside, receipt.customer_code)
    except FieldLost as lost:
        raise _wrong(str(lost)) from lost
    if answers := [line for line in beside if replies.read([line], "", None).taken]:
        raise _wrong(f"{answers[0][:60]!r} would be an answer, and was not meant")


def _check_orders(receipt: Receipt, first: str, refused: set[str]) -> None:
    """Check the rejected orders. ``first``: the verdict's line; ``refused``: numbers read as rejected."""
    if not receipt.orders:
        return  # in a rejected file no order is rejected on its own
    if refused != {number for line in receipt.rejected if (number := _number(line))}:
        raise _wrong("the rejected orders are not read back as they were meant")
    if _FIGURES.findall(first) != [receipt.file_ref, str(receipt.orders)]:
        raise _wrong("it does not say how many orders were taken")


def _wrong(what: str) -> LocalFault:
    return LocalFault(f"{contracts.RECEIPT.path}: {what}")


def _number(line: str) -> str:
    """Return the number in a line of ours that a reader takes for a rejected order."""
    named = _REJECTED.match(line)
    return named["number"] if named and report_lines.is_number(named["number"]) else ""
