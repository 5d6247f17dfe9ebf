"""Write our answers as supplier: one status report with the codes that customers' systems read.

What ART cannot express (a condition, an estimate) is refused before any state changes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mailproc.config import Partner
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu, CancelReply, IllAnswer, Message, Overdue, RenewAnswer, Shipped
from mailproc.ill.terms import Ref, Results, Service
from mailproc.protocols.artemail.dates import printed
from mailproc.protocols.artemail.delivery_modes import NO_WORD
from mailproc.protocols.artemail.layout import CUSTOMERS_NUMBER
from mailproc.protocols.artemail.read.body_lines import lines_of
from mailproc.protocols.artemail.read.line_reading import LineReading
from mailproc.protocols.artemail.read.messages import message_of
from mailproc.protocols.artemail.read.replies import Replies
from mailproc.protocols.artemail.tables.reply_codes import LONGEST_CODE, ReplyCodes
from mailproc.protocols.artemail.write import contracts
from mailproc.protocols.artemail.write.contracts import ReportText
from mailproc.protocols.artemail.write.guard import FieldLost, check_beside, check_same
from mailproc.protocols.artemail.write.order_file import check_account, check_customer_code, letter_body
from mailproc.protocols.artemail.write.transliterate import to_ascii
from mailproc.protocols.codec import Encoded, Held, Renderer, Wire
from mailproc.sentence import Part
from mailproc.templating.contract import as_context

SUBJECT = "Replies"


@dataclass(frozen=True)
class _Line:
    index: int
    text: str
    meant: Apdu


def refusal(apdu: Apdu) -> Part:
    """Return a sentence on why ``apdu`` cannot be expressed at all; '' if it can."""
    if isinstance(apdu, IllAnswer) and not apdu.reply_code:
        return NO_WORD.get(apdu.results, "")
    return ""


def answer_number(apdu: Apdu) -> str:
    """Return the customer's own number for the order."""
    if apdu.ref and apdu.ref.number:
        return apdu.ref.number
    return apdu.transaction.tgq if apdu.transaction else ""


def report(apdus: Sequence[Apdu], wire: Wire, renderer: Renderer, replies: Replies) -> Encoded:
    """Write one letter for one customer code. A loan that must not be announced is ``unsaid``."""
    check_customer_code(wire)
    heading = Ref(wire.customer_code, file_ref=wire.file_ref)
    made: list[_Line] = []
    held: list[Held] = []
    unsaid = [index for index, apdu in enumerate(apdus) if is_unsaid(apdu, wire.partner)]
    for index, apdu in enumerate(apdus):
        if index in unsaid:
            continue
        try:
            made.append(_line(index, apdu, heading, wire.today, replies))
        except FieldLost as lost:
            held.append(Held(index, lost.field, lost.said, value=True))
    if not made:
        return Encoded(None, tuple(held), unsaid=tuple(unsaid))
    try:
        text = _rendered(made, wire, renderer, replies)
    except (FieldLost, LocalFault) as fault:
        field = fault.field if isinstance(fault, FieldLost) else "template"
        held += [Held(each.index, field, fault.said) for each in made]
        return Encoded(None, tuple(sorted(held, key=lambda each: each.index)), unsaid=tuple(unsaid))
    return Encoded(letter_body(SUBJECT, text, wire.file_ref), tuple(held), unsaid=tuple(unsaid))


def is_unsaid(apdu: Apdu, partner: Partner) -> bool:
    """Return whether Shipped is not sent: SHIPPED LOAN is undocumented, and this partner does not want it."""
    loan = isinstance(apdu, Shipped) and apdu.shipped_service is Service.LOAN
    return loan and not apdu.reply_code and not partner.artemail.ship_loan


def meaning(apdu: Apdu, heading: Ref, today: date | None, codes: ReplyCodes) -> Apdu:
    """Return what a customer's reader makes of our answer. Raise FieldLost if no code expresses it."""
    ref = replace(heading, number=answer_number(apdu))
    word = word_for(apdu, today, codes)
    found = codes.find(word)
    if found is None:
        return Message(ref=ref, reply_code=word, note=codes.means(word) or None)
    meant = message_of(found, ref, word, None, today)
    if meant.type is not apdu.type:
        raise FieldLost("reply_code", f"the code {word} does not say {apdu.type.name}")
    return meant


def word_for(apdu: Apdu, today: date | None, codes: ReplyCodes) -> str:
    """Return the code for ``apdu``, its own if it has one. Raise FieldLost with the field that lacks."""
    if apdu.reply_code:
        word = to_ascii(apdu.reply_code).text.upper()
        if not word or len(word) > LONGEST_CODE:
            raise FieldLost("reply_code", f"a reply code has at most {LONGEST_CODE} characters")
        return word
    if refused := refusal(apdu):
        raise FieldLost("results", refused)
    key = next((key for key in _keys(apdu, codes.last_demand) if key in codes.say), None)
    if key is None:
        raise FieldLost("type", f"ARTEmail has no word for this {apdu.type.name}")
    return _filled(codes.say[key], apdu, today)


def _keys(apdu: Apdu, last_demand: int) -> Iterator[str]:
    """Yield the keys of the table [say] that match, the most specific first."""
    name = apdu.type.name
    match apdu:
        case Shipped(shipped_service=Service() as service):
            yield f"{name}.{service.name}"
        case IllAnswer():
            if apdu.results is Results.HOLD_PLACED and apdu.position is None:
                yield f"{name}.{Results.WILL_SUPPLY}"
            yield f"{name}.{apdu.results}.{apdu.reason}"
            yield f"{name}.{apdu.results}"
        case CancelReply() | RenewAnswer():
            yield f"{name}.{'YES' if apdu.answer else 'NO'}"
        case Overdue(level=int() as level) if level >= last_demand:
            yield f"{name}.LAST"
    yield name


def _filled(word: str, apdu: Apdu, today: date | None) -> str:
    for name, value_of in _ARGUMENTS.items():
        if f"{{{name}}}" in word:
            word = word.replace(f"{{{name}}}", value_of(apdu, today))
    return word.strip()


def _weeks(apdu: Apdu, today: date | None) -> str:
    """Return whole weeks, rounded up (rather too late than too early); '' if no day is named."""
    if not isinstance(apdu, IllAnswer) or apdu.retry_on is None or today is None:
        return ""
    return str(min(999, max(1, -(-(apdu.retry_on - today).days // 7))))


def _amount(apdu: Apdu, _today: date | None) -> str:
    cost = apdu.cost_estimate if isinstance(apdu, IllAnswer) else None
    if cost is None:
        return ""
    currency = f"{cost.currency} " if cost.currency in ("GBP", "USD", "EUR") else ""
    return f"{currency}{cost.amount:.2f}"


def _due(apdu: Apdu, _today: date | None) -> str:
    if not isinstance(apdu, RenewAnswer) or apdu.due is None:
        raise FieldLost("due", "a renewal needs its new due date")
    return printed(apdu.due.on)


def _position(apdu: Apdu, _today: date | None) -> str:
    return str(apdu.position) if isinstance(apdu, IllAnswer) and apdu.position else ""


_ARGUMENTS: dict[str, Callable[[Apdu, date | None], str]] = {
    "weeks": _weeks,
    "amount": _amount,
    "due": _due,
    "position": _position,
}


def _line(index: int, apdu: Apdu, heading: Ref, today: date | None, replies: Replies) -> _Line:
    check_account(apdu, heading.customer_code)
    if not CUSTOMERS_NUMBER.fullmatch(answer_number(apdu)):
        raise FieldLost("ref.number", f"{answer_number(apdu)[:40]!r} is no number of an order")
    meant = meaning(apdu, heading, today, replies.codes)
    text = f"{meant.ref.number if meant.ref else ''}   {meant.reply_code}"
    read = replies.read([text], "", today)
    back = (*read.apdus, *read.unsure)
    if len(back) != 1 or read.receipt:
        raise FieldLost("reply_code", f"our own reader does not see a reply in {text!r}")
    check_same(replace(meant, ref=None), replace(back[0], ref=None))
    return _Line(index, text, meant)


def _rendered(made: Sequence[_Line], wire: Wire, renderer: Renderer, replies: Replies) -> str:
    """Render the report. Raise FieldLost if the letter does not say exactly these lines."""
    today = printed(wire.today) if wire.today else ""
    lines = tuple(each.text for each in made)
    context = ReportText(customer_code=wire.customer_code, date=today, replies=lines)
    text = renderer.render(contracts.REPORT.path, as_context(context)).strip("\n") + "\n"
    if not text.isascii():
        raise FieldLost("text", "the report is not plain ASCII")
    subject = letter_body(SUBJECT, text, wire.file_ref).subject
    _check_replies(replies.read(lines_of(text), subject, wire.today), [each.meant for each in made])
    _check_once(text, lines)
    _check_beside(text, lines, context, replies)
    return text


def _check_replies(read: LineReading, meant: Sequence[Apdu]) -> None:
    """Raise FieldLost if our reader finds other replies than were meant."""
    back = sorted((*read.apdus, *read.unsure), key=_as_read)
    if len(back) != len(meant) or read.receipt:
        raise FieldLost("text", f"{len(meant)} replies were meant, {len(back)} are read")
    for expected, found in zip(sorted(meant, key=_as_read), back, strict=True):
        check_same(expected, found)


def _check_beside(text: str, lines: Sequence[str], context: ReportText, replies: Replies) -> None:
    """Check that the date stands in the heading, and that only prose stands beside the replies."""
    said = [" ".join(line.split()) for line in text.split("\n")]
    meant = {" ".join(line.split()) for line in lines}
    first = next(number for number, line in enumerate(said) if line in meant)
    if context.date and not any(context.date in line for line in said[:first]):
        raise FieldLost("date", f"the date {context.date} does not stand above the replies")
    beside = [line for line in said if line not in meant]
    check_beside(beside, context.customer_code)
    for line in beside:
        if answered := replies.read([line], "", None).taken:
            number = answer_number(answered[0].apdu)
            raise FieldLost("text", f"{line[:60]!r} would be a reply to {number}, and was not meant")


def _check_once(text: str, lines: Sequence[str]) -> None:
    """Check that no line occurs twice: our reader counts it once, a customer's may count both."""
    said = Counter(" ".join(line.split()) for line in text.split("\n"))
    for line in {" ".join(each.split()) for each in lines}:
        if said[line] != 1:
            raise FieldLost("text", f"{line!r} stands there {said[line]} times")


def _as_read(apdu: Apdu) -> tuple[str, str]:
    return (apdu.ref.number if apdu.ref else "", apdu.reply_code or "")
