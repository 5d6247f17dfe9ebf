"""Read one line of a status report: a number, a code, perhaps a date."""

import re
from dataclasses import dataclass
from datetime import date

from mailproc.protocols.artemail.dates import read_date
from mailproc.protocols.artemail.tables.keywords import Keywords
from mailproc.protocols.artemail.tables.patterns import DATE
from mailproc.protocols.artemail.tables.reply_codes import LONGEST_CODE, PrintedCode, ReplyCodes

LONGEST_LINE = LONGEST_CODE + 80

_DATED = re.compile(rf"(.*) ({DATE})", re.ASCII)
_NO_NUMBER = re.compile(rf"[0-9]{{2}}-[0-9]{{4}}|{DATE}|[^0-9]*", re.ASCII)


@dataclass(frozen=True)
class ReportLine:
    """``printed`` is the code as written; ``found`` is None if it is in capitals and unknown."""

    number: str
    order_line: str
    printed: str
    on: date | None
    found: PrintedCode | None


def is_number(text: str) -> bool:
    """Return whether this could be the number of an order; a date, a customer code and a word are not."""
    return _NO_NUMBER.fullmatch(text) is None


def read(line: str, codes: ReplyCodes, words: Keywords) -> ReportLine | None:
    """Read a line with single blanks; None if it cannot be a reply."""
    if len(line) > LONGEST_LINE or not (match := codes.layout.line.fullmatch(line)):
        return None
    number, rest = match["number"], match["code"]
    if not is_number(number):
        return None
    order_line = match.groupdict().get("order_line") or ""
    dated = _DATED.fullmatch(rest)
    found = codes.find(rest)
    if found or not dated:
        return _kept(ReportLine(number, order_line, rest, None, found), words)
    on = read_date(dated[2])
    return _kept(ReportLine(number, order_line, dated[1], on, codes.find(dated[1])), words)


def _kept(line: ReportLine, words: Keywords) -> ReportLine | None:
    """Return the line if its code is known, or could be a new one.

    An unknown code is in capitals, and is not a line of a quoted order file ("ED/PT: 2").
    """
    order = ":" in line.printed or _is_tx_line(line.printed.split(), words)
    shouted = line.printed == line.printed.upper() and len(line.printed) <= LONGEST_CODE
    return line if line.found or (shouted and not order) else None


def _is_tx_line(said: list[str], words: Keywords) -> bool:
    """Return whether these are words of a TX line; a former keyword alone may be a code: LONDON was both."""
    return all(map(words.find, said)) and any(map(words.find_current, said))
