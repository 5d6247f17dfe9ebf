"""Documents with invented data, written by hand: nothing of the codec helps to make them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mailproc.ill.apdu import Money
from mailproc.protocols.codec import Decoded

AT = datetime(2026, 3, 5, 9, 15)  # noqa: DTZ001  # times in an APDU have no zone
APRIL = date(2026, 4, 1)
EUROS = Money(amount=Decimal("9"), currency="EUR")
AMOUNT = "<Amount><Currency-code>EUR</Currency-code><Monetary-value>{}</Monetary-value></Amount>"
HEAD = (
    "<Transaction-Id>900123</Transaction-Id><Service-date-time><Date><Year>2026</Year><Month>3</Month>"
    "<Day>5</Day></Date><Time>09:15:00.0</Time></Service-date-time><Requester-Id>XX0001</Requester-Id>"
    "<Responder-Id>XX0002</Responder-Id>"
)
"""We borrow."""
HEAD_OF_LENDER = HEAD.replace("XX0001", "XX0003").replace("XX0002", "XX0001").replace("XX0003", "XX0002")
ITEM = "<Item-Id><Title>Un titolo</Title></Item-Id>"


def day(name: str, year: int = 2026, month: int = 4, number: int = 1) -> str:
    inner = f"<Date><Year>{year}</Year><Month>{month}</Month><Day>{number}</Day></Date>"
    return f"<{name}>{inner}</{name}>"


def document(kind: str, inner: str = "", head: str = HEAD, **attributes: str) -> str:
    said = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<ILL-APDU><{kind}{said}>{head}{inner}</{kind}></ILL-APDU>"


def request(inner: str = "", head: str = HEAD_OF_LENDER, service: str = "PR", item: str = ITEM) -> str:
    """A request to us."""
    written = f'<Supply-medium-type SupplyTyp="05"/><Client-Id/>{item}{inner}'
    return document("ILL-Request", written, head, ILL_SERVICE_TYPE=service)


def answer(inner: str, note: str = "") -> str:
    noted = f"<Responder-note><Note>{note}</Note></Responder-note>" if note else ""
    return document("ILL-Answer", f"{noted}<Answer-type>{inner}</Answer-type>")


def one(heard: Decoded) -> Any:
    """The one message of a document without a fault."""
    assert heard.faults == ()
    (apdu,) = heard.apdus
    return apdu
