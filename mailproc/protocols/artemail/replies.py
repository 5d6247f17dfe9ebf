"""Reads what the British Library sends back: status reports, receipts and rejections of files.

A line counts where it is a number and a known code, whole. A number with an unknown code in
capitals is kept as unsure. Everything else is a heading, or somebody's prose.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from mailproc.ill.apdu import (
    Apdu,
    CancelReply,
    Due,
    IllAnswer,
    Message,
    Money,
    Overdue,
    Recall,
    RenewAnswer,
    Report,
    Shipped,
    StatusOrErrorReport,
)
from mailproc.ill.terms import ApduType, Ref, Results, Service
from mailproc.protocols.artemail.keywords import Keywords
from mailproc.protocols.artemail.replycodes import DATE, LONGEST_CODE, Found, ReplyCodes, read_date

LONGEST_LINE = LONGEST_CODE + 80
LONGEST_NOTE = 1000
HEADING = 40
"""Lines before the first reply in which customer code and file reference are looked for."""

_CUSTOMER = re.compile(r"(?<![0-9-])[0-9]{2}-[0-9]{4}(?![0-9-])")
_DATED = re.compile(rf"(.*) ({DATE})", re.ASCII)
_NO_NUMBER = re.compile(rf"[0-9]{{2}}-[0-9]{{4}}|{DATE}|[^0-9]*", re.ASCII)
_CURRENCIES = {"£": "GBP", "$": "USD", "€": "EUR"}


@dataclass(frozen=True)
class Reading:
    """``prose`` counts the lines that are neither reply nor blank nor quoted."""

    apdus: tuple[Apdu, ...] = ()
    unsure: tuple[Apdu, ...] = ()
    prose: int = 0
    receipt: bool = False


@dataclass(frozen=True)
class _Line:
    number: str
    order_line: str
    printed: str  # the code
    on: date | None
    found: Found | None


class Replies:
    """The reader, made of the tables."""

    def __init__(self, codes: ReplyCodes, words: Keywords, mask: Callable[[str], str] = str) -> None:
        """``mask`` takes passwords out of text that is kept: a rejection may quote the file."""
        self.codes = codes
        self._words = words
        self._mask = mask

    def is_report(self, reading: Reading) -> bool:
        """Receipts are; else one known code is needed, and not much prose around the replies."""
        replies = len(reading.apdus) + len(reading.unsure)
        room = self.codes.layout.most_prose + 2 * replies
        return reading.receipt or (bool(reading.apdus) and reading.prose <= room)

    def read(self, lines: Sequence[str], subject: str, on: date | None) -> Reading:
        """``on`` is the letter's own date: "reapply in n weeks" counts from it."""
        said = [" ".join(line.split()) for line in self._until_stop(lines) if line.strip()]
        said = [line for line in said if not line.startswith(">")]
        replies = [self._line(line) for line in said]
        first = next((index for index, reply in enumerate(replies) if reply), len(said))
        ref = self._heading(" ".join(subject.split()), said[: min(first, HEADING)])
        receipt = self._receipt(" ".join(subject.split()), said, ref)
        apdus, unsure = list[Apdu](), list[Apdu]()
        for reply in replies:
            if reply and reply.found:
                apdus.append(message_of(reply.found, self._ref(reply, ref), reply.printed, reply.on, on))
            elif reply:
                printed, means = self._mask(reply.printed), self.codes.means(reply.printed) or None
                unsure.append(Message(ref=self._ref(reply, ref), reply_code=printed, note=means))
        found = (*([receipt] if receipt else []), *apdus)
        return Reading(found, tuple(unsure), replies.count(None), receipt is not None)

    def _until_stop(self, lines: Sequence[str]) -> Sequence[str]:
        stop = self.codes.layout.stop
        ends = (
            i for i, line in enumerate(lines) if len(line) < LONGEST_LINE and stop.fullmatch(line.strip())
        )
        return lines[: next(ends, len(lines))]

    def _ref(self, line: _Line, heading: Ref) -> Ref:
        return Ref(heading.customer_code, line.number, line.order_line, heading.file_ref)

    def _heading(self, subject: str, lines: Sequence[str]) -> Ref:
        """The subject goes before the body; a date is no customer code."""
        places = [line[:LONGEST_LINE] for line in (subject, *lines)]
        codes = (found[0] for line in places if (found := _CUSTOMER.search(line)))
        pattern = self.codes.layout.file_ref
        files = (found["file_ref"] for line in places if (found := pattern.search(line)))
        return Ref(customer_code=next(codes, ""), file_ref=next(files, ""))

    def _receipt(self, subject: str, lines: Sequence[str], ref: Ref) -> StatusOrErrorReport | None:
        layout = self.codes.layout
        for line in (each[:LONGEST_LINE] for each in (subject, *lines[:5])):
            said_file = layout.file_ref.search(line)
            about = replace(ref, file_ref=said_file["file_ref"]) if said_file else ref
            if layout.accepted.fullmatch(line):
                return StatusOrErrorReport(ref=about, report=Report(kind="status"), note=self._mask(line))
            if layout.rejected.fullmatch(line):
                said = self._mask("\n".join([line, *(each for each in lines if each != line)]))
                note = " ".join(said.split())[:LONGEST_NOTE]
                return StatusOrErrorReport(ref=about, report=Report(kind="error"), note=note)
        return None

    def _line(self, line: str) -> _Line | None:
        """``line`` has single blanks. None where it cannot be a reply."""
        if len(line) > LONGEST_LINE or not (match := self.codes.layout.line.fullmatch(line)):
            return None
        number, rest = match["number"], match["code"]
        if _NO_NUMBER.fullmatch(number):
            return None
        order_line = match.groupdict().get("order_line") or ""
        dated = _DATED.fullmatch(rest)
        found = self.codes.find(rest)
        if found or not dated:
            return self._kept(_Line(number, order_line, rest, None, found))
        on = read_date(dated[2])
        return self._kept(_Line(number, order_line, dated[1], on, self.codes.find(dated[1])))

    def _kept(self, line: _Line) -> _Line | None:
        """An unknown code is in capitals, and is no line of an order file that was quoted to us."""
        order = all(self._words.find(word) for word in line.printed.split())
        shouted = line.printed == line.printed.upper() and len(line.printed) <= LONGEST_CODE
        return line if line.found or (shouted and not order) else None


def message_of(found: Found, ref: Ref, printed: str, line_on: date | None, letter_on: date | None) -> Apdu:
    """The APDU that a known code is."""
    code, said = found.code, found.arguments
    due = read_date(said.get("due", ""))
    match code.kind:
        case ApduType.ILL_ANSWER:
            return _answer(found, ref, printed, letter_on or line_on)
        case ApduType.SHIPPED:
            service = Service(code.service) if code.service else None
            return Shipped(ref=ref, reply_code=printed, shipped_service=service, shipped_on=line_on)
        case ApduType.CANCEL_REPLY:
            return CancelReply(ref=ref, reply_code=printed, answer=bool(code.answer))
        case ApduType.RENEW_ANSWER:
            until = Due(on=due) if due else None
            return RenewAnswer(ref=ref, reply_code=printed, answer=bool(code.answer), due=until)
        case ApduType.OVERDUE:
            return Overdue(ref=ref, reply_code=printed, level=code.level)
        case ApduType.RECALL:
            return Recall(ref=ref, reply_code=printed)
    return Message(ref=ref, reply_code=printed)


def _answer(found: Found, ref: Ref, printed: str, on: date | None) -> IllAnswer:
    code, said = found.code, found.arguments
    return IllAnswer(
        ref=ref,
        reply_code=printed,
        results=code.results or Results.UNFILLED,
        reason=code.reason,
        position=int(said["position"]) if "position" in said else None,
        retry_on=_weeks_after(on, int(said["weeks"])) if on and "weeks" in said else None,
        supply_on=read_date(said.get("date", "")),
        cost_estimate=_money(said["amount"], said.get("currency", "")) if "amount" in said else None,
    )


def _weeks_after(on: date, weeks: int) -> date | None:
    try:
        return on + timedelta(weeks=weeks)
    except OverflowError:  # a letter dated at the end of the calendar
        return None


def _money(amount: str, currency: str) -> Money:
    return Money(
        amount=Decimal(amount.replace(",", ".")), currency=_CURRENCIES.get(currency, currency) or None
    )
