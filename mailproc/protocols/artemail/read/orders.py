"""Read an order file into its header and its orders; tolerate what real writers do.

Orders may hold empty lines too. So the file's own gap (the blank lines before its first order) decides where
an order begins; after fewer blank lines, only a line that can be nothing else does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailproc.errors import RemoteFault
from mailproc.protocols.artemail.layout import CUSTOMER_CODE, CUSTOMERS_NUMBER, GAP, TERMINATOR
from mailproc.protocols.artemail.read.report_lines import is_number
from mailproc.protocols.artemail.tables.keywords import RZ, Keywords
from mailproc.protocols.codec import Credentials, Fault

MOST_LINES = 200
LONGEST_LINE = 1000
LONGEST_TITLE = 60
"""Characters of the title in a fault about an order without a number."""
GAP_UNKNOWN = -1

_PASSWORD = re.compile(r"[\x21-\x7e]{1,64}")
_TX = re.compile(r"TX(?: *+(RZ)(?= |$))? *+(.*+)", re.IGNORECASE)
_DELIVER = re.compile(r": *DELIVER +ABOVE +ITEM +TO *:?", re.IGNORECASE)


@dataclass(frozen=True)
class Order:
    """One order as written. ``line`` is its position, counted from 1; keywords are in capitals."""

    line: int
    number: str
    keywords: tuple[str, ...]
    text: tuple[str, ...]
    address: tuple[str, ...]


@dataclass(frozen=True)
class OrderFile:
    """A file as read. ``faults`` are of single orders; a file without its end has one fault and no order."""

    credentials: Credentials
    orders: tuple[Order, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class _Header:
    credentials: Credentials = field(repr=False)
    end: int  # index of the first line after it


def looks_like_orders(lines: Sequence[str]) -> bool:
    """Return whether there is a customer code, one more word, and then an order or an end."""
    try:
        header = _header(lines)
    except RemoteFault:
        return False
    return any(_TX.match(line) or _is_end(line) for line in lines[header.end :])


def password(lines: Sequence[str]) -> str:
    """Return the word in the password's place; '' if no file begins here."""
    try:
        return _header(lines).credentials.password or ""
    except RemoteFault:
        return ""


def read(lines: Sequence[str], words: Keywords) -> OrderFile:
    """Read the file in ``lines``. Raise RemoteFault if its first two lines are not a header."""
    header = _header(lines)
    end = next((i for i in range(header.end, len(lines)) if _is_end(lines[i])), None)
    if end is None:
        text = f"the file is not ended: no line {TERMINATOR}. Nothing of it was taken, the end may be missing"
        return OrderFile(header.credentials, faults=(Fault(len(lines), text),))
    starts = _starts(lines, header.end, end, words)
    whole_file = _whole_file_address(lines[header.end : starts[0] if starts else end])
    orders, faults = [], []
    for start, stop in zip(starts, [*starts, end][1:], strict=True):
        try:
            orders.append(_order(lines, start, stop, words, whole_file))
        except RemoteFault as fault:
            faults.append(Fault(fault.position, str(fault), _number(lines[start].strip(), words)))
    if not starts:
        orders, faults = _unmarked(lines, header.end, end, words)
    return OrderFile(header.credentials, tuple(orders), tuple(faults))


def _unmarked(lines: Sequence[str], begin: int, end: int, words: Keywords) -> tuple[list[Order], list[Fault]]:
    """Read a file in which no line begins with TX: people may write "RENEW 12-1" there.

    That is certain if every line is a number with what is asked about it; else all is one fault, with the
    number of the first line that names one.
    """
    said = [index for index in range(begin, end) if lines[index].strip()]
    asked = [_asked(lines[index], index + 1, words) for index in said]
    found = [one for one in asked if one is not None]
    if not said or len(found) == len(said):
        return found, []
    number = next(filter(None, (_named(lines[index], words) for index in said[:MOST_LINES])), "")
    return [], [Fault(said[0] + 1, "there is text, but no line begins an order with TX", number)]


def _asked(line: str, position: int, words: Keywords) -> Order | None:
    """Return what "RENEW 12-1" or "12-1 chaser" asks about an order; None for any other line."""
    tokens, number = line.split(), _named(line, words)
    others = tuple(token.upper() for token in tokens if token != number)
    is_asked = number and len(tokens) == 2 and len(others) == 1 and words.action(others)
    return Order(position, number, others, (), ()) if is_asked else None


def _named(line: str, words: Keywords) -> str:
    """Return the first word that can be the number of an order; '' if none can."""
    can = (
        token
        for token in line[:LONGEST_LINE].split()
        if is_number(token) and CUSTOMERS_NUMBER.fullmatch(token) and not words.find(token)
    )
    return next(can, "")


def _whole_file_address(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the lines before the first order: the address of all orders without one of their own.

    The line that announces it is not public; a line that begins with a colon is taken to be it.
    """
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith(":"))


def _is_end(line: str) -> bool:
    return line.strip().upper() == TERMINATOR


def _header(lines: Sequence[str]) -> _Header:
    said = ((index, line.strip()) for index, line in enumerate(lines) if line.strip())
    index, code = next(said, (0, ""))
    if not CUSTOMER_CODE.fullmatch(code):
        raise RemoteFault("the file does not begin with a customer code (99-9999)", index + 1)
    index, password = next(said, (index + 1, ""))
    if not _PASSWORD.fullmatch(password) or _is_end(password):
        raise RemoteFault("no authorisation code stands below the customer code", index + 1)
    return _Header(Credentials(code, password), index + 1)


def _starts(lines: Sequence[str], begin: int, end: int, words: Keywords) -> list[int]:
    """Return the indices of the lines that begin an order."""
    starts: list[int] = []
    blanks, gap = GAP_UNKNOWN, GAP_UNKNOWN
    for index in range(begin, end):
        line = lines[index]
        if not line.strip():
            blanks = max(blanks, 0) + 1
            continue
        if _begins(line.strip(), blanks, gap, words):
            gap = max(blanks, 1) if gap == GAP_UNKNOWN else gap
            starts.append(index)
        blanks = 0
    return starts


def _begins(line: str, blanks: int, gap: int, words: Keywords) -> bool:
    if blanks == 0 or not (tx := _TX.fullmatch(line)):
        return False
    tokens = tx[2].split()
    known = sum(words.find_current(token) is not None for token in tokens)
    numbered = bool(tokens) and any(each.isdigit() for each in tokens[0])
    if gap in (GAP_UNKNOWN, 1) and blanks < GAP:
        return not tokens or numbered or known > 0
    return blanks >= gap or (numbered and known == len(tokens) - 1 > 0)


def _order(
    lines: Sequence[str], start: int, stop: int, words: Keywords, whole_file: tuple[str, ...]
) -> Order:
    """Read one order. Raise RemoteFault with the line's number if it cannot be an order."""
    chunk = list(_said(lines[start + 1 : stop]))
    if len(chunk) > MOST_LINES or any(len(line) > LONGEST_LINE for line in [lines[start], *chunk]):
        limit = f"more than {MOST_LINES} lines, or a line of more than {LONGEST_LINE} characters"
        raise RemoteFault(f"this order is no order: {limit}", start + 1)
    at = next((i for i, line in enumerate(chunk) if _DELIVER.fullmatch(line)), None)
    text = chunk if at is None else chunk[:at]
    number, keywords = _tx(lines[start].strip(), text, words, start + 1)
    address = whole_file if at is None else chunk[at + 1 :]
    return Order(start + 1, number, keywords, tuple(text), tuple(address))


def check_reportable(number: str, position: int | None) -> None:
    """Raise RemoteFault for a number that a reader of our reports would not take for one.

    A status report tells numbers from words, dates and customer codes by their figures.
    """
    if not is_number(number):
        why = "no report can name it: it needs a figure, and must not look like a date or a customer code"
        raise RemoteFault(f"the order {number} is not taken: as a number, {why}", position)


def _said(lines: Sequence[str]) -> Iterator[str]:
    return (line for line in lines if line.strip())


def _number(line: str, words: Keywords) -> str:
    """Return the order's number, if what stands there can be one and is no keyword; else ''."""
    tokens = _TX.fullmatch(line).group(2).split()  # type: ignore[union-attr]  # it began the order
    is_number = tokens and not words.find(tokens[0]) and CUSTOMERS_NUMBER.fullmatch(tokens[0])
    return tokens[0] if is_number else ""


def _unnumbered(tokens: Sequence[str], text: Sequence[str], words: Keywords) -> str:
    """Describe an order without a number so that its writer knows which it is."""
    asked = next((known.service for each in tokens if (known := words.find(each)) and known.service), "")
    what = f"an order of a {asked.lower()}" if asked else "an order"
    first = " ".join(text[0].split())[:LONGEST_TITLE] if text else ""
    return f'{what}, {"title" if asked else "beginning"} "{first}"' if first else what


def _tx(line: str, text: Sequence[str], words: Keywords, position: int) -> tuple[str, tuple[str, ...]]:
    mark, rest = _TX.fullmatch(line).groups()  # type: ignore[union-attr]  # it began the order
    tokens = rest.split()
    if not tokens or words.find(tokens[0]):
        which = _unnumbered(tokens, text, words)
        raise RemoteFault(f"{which}: it has no number, so nothing can be answered to it", position)
    if not CUSTOMERS_NUMBER.fullmatch(tokens[0]):
        raise RemoteFault("the number of this order is too long or holds strange characters", position)
    check_reportable(tokens[0], position)
    keywords = tuple(token.upper() for token in tokens[1:])
    return tokens[0], (RZ, *keywords) if mark else keywords
