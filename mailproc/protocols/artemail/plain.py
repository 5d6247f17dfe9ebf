"""The dialect ``plain``: an order as labelled lines for people, as the British Library accepted them in 2024.

One letter holds one order; its subject is the single word LOAN or SCAN. There is no password and no keyword,
and no action but the request itself. The lines between the number and the next label are the citation, in the
order of an order file but not shortened.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill.apdu import Apdu, Delivery, IllRequest
from mailproc.ill.terms import Ref, Service
from mailproc.mail.letter import Body, Letter, Part
from mailproc.protocols.artemail import address, citation, remarks
from mailproc.protocols.artemail.layout import CUSTOMER_CODE, CUSTOMERS_NUMBER
from mailproc.protocols.artemail.read.body_lines import spaced, texts
from mailproc.protocols.artemail.read.orders import check_reportable
from mailproc.protocols.artemail.requests import Orders
from mailproc.protocols.artemail.write import contracts
from mailproc.protocols.artemail.write.contracts import PlainText
from mailproc.protocols.artemail.write.guard import FieldLost, check_beside, check_same
from mailproc.protocols.artemail.write.order_file import check_account, check_customer_code, check_number
from mailproc.protocols.codec import Encoded, Held, Renderer, Wire
from mailproc.sentence import sentence
from mailproc.templating.contract import as_context

NAME = "plain"
HEADING = "ILL Request"
LONGEST_LINE = 500
MOST_LINES = 60

_SUBJECTS = {"LOAN": Service.LOAN, "SCAN": Service.COPY}
_LABEL = re.compile(
    r"(?P<label>BL account ID|Request ID|Ship to|Response emails? to) ?: ?(?P<value>.*)", re.IGNORECASE
)


def is_order(letter: Letter) -> bool:
    """Return whether the letter has one of the two subjects, the heading, an account and a number."""
    said = _labelled(letter)
    return said is not None and {"bl account id", "request id"} <= set(said)


def customer_code(letter: Letter) -> str:
    """Return the customer code of a letter that ``is_order``; '' if it is not a valid code."""
    value = next(iter((_labelled(letter) or {}).get("bl account id", [])), "")
    return value if CUSTOMER_CODE.fullmatch(value) else ""


def read(letter: Letter, mask: Callable[[str], str] = str) -> IllRequest:
    """Read the order. Raise RemoteFault that says what is missing.

    ``mask`` removes passwords from what is kept.
    """
    labelled = _labelled(letter) or {}
    said = {label: mask("\n".join(lines)).split("\n") for label, lines in labelled.items() if lines}
    code = customer_code(letter)
    number = next(iter(said.get("request id", [])), "")
    lines = tuple(said.get("request id", [])[1:])
    if not code:
        raise RemoteFault("BL account ID: there is no customer code (99-9999)")
    if not CUSTOMERS_NUMBER.fullmatch(number):
        raise RemoteFault("Request ID: there is no number, so nothing can be answered")
    check_reportable(number, None)
    if not lines:
        raise RemoteFault("there is no citation below the number")
    service = _SUBJECTS[_subject(letter.subject)]
    return IllRequest(
        ref=Ref(code, number),
        services=(service,),
        item=citation.read(lines, service),
        delivery=address.read(said.get("ship to", [])),
        note=remarks.split(lines)[2] or None,
    )


def _subject(subject: str) -> str:
    return subject.strip().upper()


def _labelled(letter: Letter) -> Mapping[str, Sequence[str]] | None:
    """Return each label with its lines, its own value first; None for another kind of letter."""
    if _subject(letter.subject) not in _SUBJECTS:
        return None
    said = [line[:LONGEST_LINE] for line in _said(letter)]
    if not said or said[0].upper() != HEADING.upper():
        return None
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in said[1:MOST_LINES]:
        if line == "--":
            break
        if match := _LABEL.fullmatch(line):
            lines = found.setdefault(match["label"].lower(), [])
        if said_here := match["value"] if match else line:
            lines.append(said_here)
    return found


def project(apdu: IllRequest, scheme: Orders) -> IllRequest:
    """Return what of ``apdu`` such a letter carries."""
    service = scheme.wanted_service(apdu)
    lines = tuple(_lines(apdu, scheme, service))
    beside = remarks.for_people(apdu, scheme.settings.max_lines - len(lines), LONGEST_LINE // 2)
    lines += tuple(_one_line(line, scheme) for line in beside)
    ref = Ref(scheme.file.customer_code, scheme.order(apdu).number)
    to = apdu.delivery.postal if apdu.delivery and service is Service.LOAN else None
    where = [_one_line(line, scheme) for line in address.write(Delivery(postal=to), electronic=False)]
    item = citation.read(lines, service)
    note = remarks.split(lines)[2] or None
    return IllRequest(ref=ref, services=(service,), item=item, delivery=address.read(where), note=note)


def _lines(apdu: IllRequest, scheme: Orders, service: Service) -> list[str]:
    said = (_one_line(element, scheme) for element in citation.write(apdu.item, service))
    return [line for line in said if line][: scheme.settings.max_lines]


def _one_line(text: str, scheme: Orders) -> str:
    """Return one line that cannot be taken for a label, not converted to ASCII: people read it."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    line = " ".join(plain.split())[: LONGEST_LINE - len(scheme.settings.guard_word) - 1].rstrip()
    is_mark = _LABEL.fullmatch(line) or line == "--" or line.startswith(">")
    return f"{scheme.settings.guard_word} {line}" if is_mark else line


def letter(apdus: Sequence[Apdu], wire: Wire, renderer: Renderer, scheme: Orders) -> Encoded:
    """Write the first order that can be written; each other order goes in a letter of its own."""
    check_customer_code(wire)
    held: list[Held] = []
    for index, apdu in enumerate(apdus):
        try:
            body = _written(apdu, wire, renderer, scheme)
        except FieldLost as lost:
            held.append(Held(index, lost.field, lost.said, value=not lost.by_template))
            continue
        except LocalFault as fault:
            held.append(Held(index, "template", fault.said))
            continue
        alone = "one order a letter: this one goes with the next"
        held += [Held(each, "", alone) for each in range(index + 1, len(apdus))]
        return Encoded(body, tuple(held), lossy=tuple(_unsaid(index, apdu)))
    return Encoded(None, tuple(held))


def _unsaid(index: int, apdu: Apdu) -> list[Held]:
    """Report the reader's e-mail address as not transmitted: the layout has no line for it."""
    if isinstance(apdu, IllRequest) and apdu.delivery and apdu.delivery.electronic:
        return [Held(index, "delivery.electronic", "this partner is not told the reader's e-mail address")]
    return []


def _written(apdu: Apdu, wire: Wire, renderer: Renderer, scheme: Orders) -> Body:
    if not isinstance(apdu, IllRequest):
        raise FieldLost("type", f"the plain layout has no {apdu.type.name}")
    check_account(apdu, wire.customer_code)
    if apdu.services and not {Service.LOAN, Service.COPY} & set(apdu.services):
        raise FieldLost("services", f"the plain layout has no {apdu.services[0].name}")
    meant = project(apdu, scheme)
    check_number(meant.ref.number if meant.ref else "")
    if not meant.item.title:
        raise FieldLost("item.title", sentence("order-needs-title"))
    service = meant.services[0]
    context = PlainText(
        customer_code=wire.customer_code,
        number=meant.ref.number if meant.ref else "",
        lines=meant.item.lines,
        ship_to=(
            *address.write(meant.delivery, electronic=False),
            *address.write(meant.delivery, electronic=True),
        ),
        answers_to=wire.library.email,
    )
    text = renderer.render(contracts.PLAIN.path, as_context(context)).strip("\n") + "\n"
    subject = next(word for word, known in _SUBJECTS.items() if known is service)
    body = Body(subject, (Part("text/plain", text.encode(), text=text),))
    try:
        _check(body, meant, wire)
    except FieldLost as lost:
        lost.by_template = True
        raise
    return body


def _check(body: Body, meant: IllRequest, wire: Wire) -> None:
    """Raise FieldLost if our own reader does not read back the order and the address for answers.

    Lines that it would skip must not hold anything either.
    """
    letter = Letter(raw=b"", subject=body.subject, parts=body.parts)
    if not is_order(letter):
        raise FieldLost("text", "heading, account or number is missing")
    try:
        found = read(letter)
    except RemoteFault as fault:
        raise FieldLost("text", f"our own reader says: {fault}") from fault
    check_same(meant, found)
    if (_labelled(letter) or {}).get("response emails to") != [wire.library.email]:
        raise FieldLost("answers_to", "the address for answers is not read back")
    unread = _unread(letter)
    check_beside(unread, wire.customer_code)
    if labelled := next((line for line in unread if _LABEL.fullmatch(line)), ""):
        raise FieldLost("text", f"{labelled[:60]!r} stands where nothing is read")


def _unread(letter: Letter) -> list[str]:
    """Return the lines below the signature mark, and those beyond the limit."""
    said = _said(letter)
    return said[min(said.index("--") if "--" in said else MOST_LINES, MOST_LINES) :]


def _said(letter: Letter) -> list[str]:
    """Return the lines of the letter's text that are not blank, with single blanks."""
    return [line for line in map(spaced, texts(letter)[0]) if line]
