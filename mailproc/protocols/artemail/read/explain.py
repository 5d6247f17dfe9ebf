"""Explain how a letter is read, line by line, for staff who adapt the tables to the letters they receive."""

import re
from collections.abc import Iterator, Sequence

from mailproc.mail.letter import Letter
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.read import orders
from mailproc.protocols.artemail.read.body_lines import texts
from mailproc.protocols.artemail.read.line_reading import LineReading, Taken
from mailproc.protocols.artemail.tables.pattern_budget import one_letter
from mailproc.protocols.codec import Explained, ReadLine

_HEADING = re.compile(r"(?<![0-9-])[0-9]{2}-[0-9]{4}(?![0-9-])|(?<![0-9])[0-9]{8}-[0-9]{3}(?![0-9])")


READ_AS = {
    "orders": "an order file",
    "plain": "an order in labelled lines",
    "report": "a status report",
    "receipt": "the receipt of a file",
    "twin": "a status in plain English",
    "perhaps": "a labelled status that no phrase fits: for its request, where a partner of ARTEmail sent it",
    "delivery": "a delivery mail with a link: it goes to a person",
    "automatic": "an automatic reply, which is never a status",
    "": "no protocol recognises it",
}
"""What the letter is taken for: the codec's kind, "automatic", or "" if no protocol recognises it.

The kind of a line is heading, reply, unknown (a number with an unknown code), twin (a labelled status),
receipt, rejected (one order of an accepted file), delivery (a link), order, quoted, unread, or prose.
"""


@one_letter()
def explain(codec: ArtemailCodec, letter: Letter) -> Explained:
    """Explain each line of ``letter``, which should be masked: its lines are shown as they are."""
    kind, lines, reading = codec.sort(letter)
    if not lines:
        lines = texts(letter)[0]
    if reading is None:
        reading = codec.replies.read(lines, letter.subject, letter.date.date() if letter.date else None)
    if codec.automatic(letter):
        return _explained("automatic", tuple(_as_reply(codec, letter.subject, lines, LineReading())))
    if kind == "orders":
        return _explained(kind, tuple(_as_orders(codec, lines)))
    if kind == "plain":
        told = (ReadLine(number, line, "order") for number, line in enumerate(lines, 1) if line.strip())
        return _explained(kind, (ReadLine(0, letter.subject, "order"), *told))
    return _explained(kind or "", tuple(_as_reply(codec, letter.subject, lines, reading)))


def _explained(kind: str, lines: tuple[ReadLine, ...]) -> Explained:
    return Explained(kind, READ_AS[kind], lines)


def _as_reply(
    codec: ArtemailCodec, subject: str, lines: Sequence[str], reading: LineReading
) -> Iterator[ReadLine]:
    """Explain the lines of a reply; only the first line of a labelled status carries its message."""
    by_line = {index: each for each in reading.taken for index in each.lines}
    of_subject = next((each for each in reading.taken if not each.lines), None)
    yield _told(0, subject, of_subject) if of_subject else ReadLine(0, subject, _plain_kind(codec, subject))
    for index, line in enumerate(lines):
        taken = by_line.get(index)
        if not line.strip():
            continue
        if taken:
            yield _told(index + 1, line, taken, first=index == taken.lines[0])
        elif reading.delivery and codec.replies.codes.layout.link.search(line):
            own = bool({"link", "delivery"} & codec.replies.codes.layout.overlaid)
            yield ReadLine(index + 1, line, "delivery", "[layout] delivery", own)
        else:
            yield ReadLine(index + 1, line, _kind(codec, line, reading, index))


def _told(line: int, text: str, taken: Taken, *, first: bool = True) -> ReadLine:
    apdu = taken.apdu if first else None
    return ReadLine(line, text, taken.kind, taken.row, taken.overlaid, taken.means, apdu)


def _kind(codec: ArtemailCodec, line: str, reading: LineReading, index: int) -> str:
    if line.lstrip().startswith(">"):
        return "quoted"
    if reading.end and index >= reading.end:
        return "unread"
    first = min((min(each.lines) for each in reading.taken if each.lines), default=index + 1)
    return _plain_kind(codec, line) if index < first else "prose"


def _plain_kind(codec: ArtemailCodec, line: str) -> str:
    names = _HEADING.search(line) or codec.replies.codes.layout.file_ref.search(line)
    return "heading" if names else "prose"


def _as_orders(codec: ArtemailCodec, lines: Sequence[str]) -> Iterator[ReadLine]:
    found = orders.read(lines, codec.words)
    begins = {order.line: order for order in found.orders}
    faults = {fault.position: fault.text for fault in found.faults}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if order := begins.get(number):
            yield ReadLine(number, line, "order", means=" ".join(order.keywords))
        else:
            kind = "heading" if number < min(begins, default=number + 1) else "order"
            yield ReadLine(number, line, kind, means=faults.get(number, ""))
