"""Write an order file: render and check each order alone, then put the frame around the good ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu, IllRequest
from mailproc.ill.terms import ApduType, Ref, Service
from mailproc.mail.letter import Body, Part
from mailproc.protocols.artemail import citation
from mailproc.protocols.artemail.layout import CUSTOMER_CODE, NUMBER
from mailproc.protocols.artemail.read.orders import Order
from mailproc.protocols.artemail.requests import TEST, Orders
from mailproc.protocols.artemail.tables.keywords import RZ, Keywords
from mailproc.protocols.artemail.write import contracts, difference, guard
from mailproc.protocols.artemail.write.contracts import ActionText, FileFrame, OrderText
from mailproc.protocols.artemail.write.guard import FieldLost
from mailproc.protocols.artemail.write.transliterate import is_readable, to_ascii
from mailproc.protocols.codec import Encoded, Held, Renderer, Wire
from mailproc.secret_words import MASK
from mailproc.sentence import Sentence, sentence
from mailproc.templating.contract import as_context

_TEMPLATES = {
    ApduType.CANCEL: contracts.CANCEL.path,
    ApduType.RENEW: contracts.RENEW.path,
    ApduType.STATUS_QUERY: contracts.CHASE.path,
}


@dataclass(frozen=True)
class _Made:
    index: int
    order: Order
    text: str
    meant: Apdu


def order_file(apdus: Sequence[Apdu], wire: Wire, renderer: Renderer, words: Keywords) -> Encoded:
    """Return the file of all orders that can be written; the others are ``held`` with the lost field."""
    check_customer_code(wire)
    scheme = Orders(words, wire.partner.artemail, Ref(wire.customer_code, file_ref=wire.file_ref))
    made: list[_Made] = []
    held: list[Held] = []
    for index, apdu in enumerate(apdus):
        try:
            one = _Made(index, *_one(apdu, scheme, renderer))
            _check_once(one.meant, made)
            made.append(one)
        except FieldLost as lost:
            held.append(Held(index, lost.field, lost.said, value=not lost.by_template, line=lost.line))
        except LocalFault as fault:
            held.append(Held(index, "template", fault.said))
    lossy = tuple(note for each in made if (note := _lossy(each.index, apdus[each.index], scheme)))
    try:
        text = _framed(made, scheme, renderer) if made else ""
    except (FieldLost, LocalFault) as fault:
        field = fault.field if isinstance(fault, FieldLost) else "template"
        held += [Held(each.index, field, fault.said) for each in made]
        return Encoded(None, tuple(sorted(held, key=lambda each: each.index)))
    body = letter_body("Order file", text, wire.file_ref) if made else None
    return Encoded(body, tuple(held), wire.customer_code if made else "", lossy=lossy)


def check_customer_code(wire: Wire) -> None:
    if not CUSTOMER_CODE.fullmatch(wire.customer_code):
        raise LocalFault(
            f"there is no customer code for {wire.partner.symbol}",
            ("give the partner an [[partner.artemail.account]] in config.toml",),
        )


def letter_body(subject: str, text: str, file_ref: str) -> Body:
    """Return plain text, with the file's reference number in the subject, where a receiver looks for it."""
    whole = f"{subject} FILEREFNO {file_ref}" if file_ref else subject
    return Body(whole, (Part("text/plain", text.encode("ascii"), text=text, charset="us-ascii"),))


def check_account(apdu: Apdu, customer_code: str) -> None:
    """Raise FieldLost if the order belongs to another account."""
    if apdu.ref and apdu.ref.customer_code not in ("", customer_code):
        raise FieldLost("ref.customer_code", "this order belongs to another customer code")


def check_number(number: str) -> None:
    """Raise FieldLost if ``number`` cannot be the number of an order of ours."""
    if not NUMBER.fullmatch(number):
        raise FieldLost("ref.number", sentence("order-number-form", number=number[:40]))


def refusal(apdu: IllRequest, scheme: Orders) -> Sentence | str:
    """Return why the address cannot stand in an order, whatever the template; '' if it can."""
    order = scheme.order(apdu)
    try:
        guard.check_widths(order.text, order.address)
    except FieldLost as lost:
        return sentence("of-field", field=lost.field, why=lost.said)
    return ""


def _one(apdu: Apdu, scheme: Orders, renderer: Renderer) -> tuple[Order, str, Apdu]:
    """Return the order, its text and its meaning. Raise FieldLost, or LocalFault for a broken template."""
    check_account(apdu, scheme.file.customer_code)
    order = scheme.order(apdu)
    check_number(order.number)
    path, context = _request(apdu, order, scheme) if isinstance(apdu, IllRequest) else _action(apdu, order)
    meant = _meant(apdu, order, scheme)
    text = renderer.render(path, as_context(context)).strip("\n")
    try:
        guard.check_file(guard.framed(text, scheme.file.customer_code), [meant], [order], scheme)
    except FieldLost as lost:
        if not _can_be_written(meant, order, scheme):
            raise
        told = difference.explained(text, order, lost)
        told.by_template = True
        raise told from lost
    return order, text, meant


def _can_be_written(meant: Apdu, order: Order, scheme: Orders) -> bool:
    """Return whether the order passes with the shipped template."""
    plain = "\n".join(guard.canonical(order))
    try:
        guard.check_file(guard.framed(plain, scheme.file.customer_code), [meant], [order], scheme)
    except FieldLost:
        return False
    return True


def _check_once(meant: Apdu, made: Sequence[_Made]) -> None:
    """Raise FieldLost if the file already has this number: a receiver would accept only one of the two."""
    if any((each.meant.type, each.meant.ref) == (meant.type, meant.ref) for each in made):
        raise FieldLost("ref.number", f"{meant.ref.number if meant.ref else ''} stands in this file already")


def _meant(apdu: Apdu, order: Order, scheme: Orders) -> Apdu:
    """Return what a reader makes of the order; it must be the type of message that was given."""
    meant = scheme.apdu(order)
    if meant.type is not apdu.type:
        raise FieldLost("keywords", f"the keywords make a {meant.type.name} of it")
    return meant


def _action(apdu: Apdu, order: Order) -> tuple[str, ActionText]:
    path = _TEMPLATES.get(apdu.type)
    if path is None or not order.keywords:
        raise FieldLost("type", f"this partner has no ARTEmail word for {apdu.type.name}")
    return path, ActionText(number=order.number, keyword=order.keywords[0], lines=order.text)


def _request(apdu: IllRequest, order: Order, scheme: Orders) -> tuple[str, OrderText]:
    _check_service(apdu, order, scheme)
    if TEST in order.keywords and not scheme.word("test"):
        raise FieldLost(
            "keywords", "this partner has no word for a test order (keywords.test): nothing was sent"
        )
    _check_title(apdu, order, scheme.words.services(order.keywords)[0])
    _check_address(order, electronic=scheme.words.is_electronic(order.keywords))
    keywords = tuple(word for word in order.keywords if word != RZ)
    return contracts.ORDER.path, OrderText(
        number=order.number,
        rz=RZ in order.keywords,
        keywords=keywords,
        lines=order.text,
        address=order.address,
    )


def _check_service(apdu: IllRequest, order: Order, scheme: Orders) -> None:
    if apdu.services and not {Service.LOAN, Service.COPY} & set(apdu.services):
        raise FieldLost("services", f"ARTEmail has no word for {apdu.services[0].name}")
    asked = scheme.words.services(order.keywords)[0]
    if apdu.services and asked not in apdu.services:
        raise FieldLost("keywords", f"the keywords ask for {asked.name}, the request does not")


def _check_address(order: Order, *, electronic: bool) -> None:
    """Check the kind of the address: a reader takes one with "@" for e-mail, any other for a postal one."""
    if order.address and electronic != ("@" in order.address[0]):
        field = "delivery.electronic" if electronic else "delivery.postal"
        raise FieldLost(field, f"{order.address[0]!r} is no address of this kind")


def _check_title(apdu: IllRequest, order: Order, service: Service) -> None:
    """Refuse an order without a title, or whose title lost its letters: it would bring a wrong item."""
    written = citation.write(apdu.item, service)
    title = written[0] if apdu.item.lines and written else apdu.item.title or ""
    if not to_ascii(title).text or not citation.read(order.text, service).title:
        raise FieldLost("item.title", sentence("order-needs-title"))
    if not is_readable(to_ascii(title)):
        raise FieldLost("item.title", sentence("title-not-ascii"))


def _lossy(index: int, apdu: Apdu, scheme: Orders) -> Held | None:
    if not isinstance(apdu, IllRequest):
        return None
    service = scheme.words.services(scheme.keywords(apdu))[0]
    made = [to_ascii(element) for element in citation.write(apdu.item, service)]
    lost, romanised = sum(each.lost for each in made), sum(each.romanised for each in made)
    told = [f"{lost} letters have no ASCII form and became '?'"] if lost else []
    told += [f"{romanised} letters of another script were romanised one by one"] if romanised else []
    return Held(index, "item", "; ".join(told)) if told else None


def _framed(made: Sequence[_Made], scheme: Orders, renderer: Renderer) -> str:
    frame: Any = FileFrame(
        customer_code=scheme.file.customer_code, password=MASK, orders=tuple(each.text for each in made)
    )
    text = renderer.render(contracts.FILE.path, as_context(frame)).rstrip("\n") + "\n"
    guard.check_file(text, [each.meant for each in made], [each.order for each in made], scheme)
    return text
