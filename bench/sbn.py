"""SBN: messages of ILL SBN written as XML and read again, in processor time.

Of ten messages a library's day has: a request of 1.5 kB, answers and dates of half a kilobyte.
"""

from datetime import date, datetime
from decimal import Decimal
from time import process_time
from typing import Any

from bench.figures import Figures, Goal, Suite
from mailproc.config import Config, Library, Partner
from mailproc.ill import apdu as said
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import Ref, Results, Role, Service, TransactionId
from mailproc.mail.letter import Letter
from mailproc.protocols.codec import Wire
from mailproc.protocols.illsbn.codec import IllSbnCodec

SECONDS = 2.0
GOALS = (
    Goal("SBN", "a message of ILL SBN written and read, in a second of processor time", "both", "", 2000),
    Goal("SBN", "a request of 1.5 kB written and read, the same", "requests", "", 2000),
)

US, THEM = "IT-XX0001", "IT-XX0002"
DAY = date(2026, 9, 16)
_LIBRARY = Library(symbol=US, name="Biblioteca di prova")
_PARTNER = Partner(symbol=THEM, address="ill@altra.example", codec="illsbn")
_HEAD: dict[str, Any] = {"ref": Ref(number="900123"), "sent_at": datetime(2026, 8, 5, 9, 30)}  # noqa: DTZ001
_ITEM = said.Item(
    title="Cartografia dei fiumi perduti",
    author="Rossi, Eleonora",
    place="Roma",
    publisher="Edizioni di prova",
    publication_date="1974",
    isbn="978-88-04-66823-7",
    volume_issue="12 (3)",
    system_no="SBN:CFI0123456",
)
_CHARGES = (said.Condition(condition="charges"),)
_REQUEST = said.IllRequest(
    **_HEAD,
    transaction=TransactionId(US, "B12", "1"),
    services=(Service.LOAN,),
    item=_ITEM,
    need_before=DAY,
    max_cost=said.Money(amount=Decimal("12.50"), currency="EUR"),
    delivery=said.Delivery(postal=said.Postal(name="Biblioteca", street="Via Roma 1", city="Roma")),
    note="Per favore con ricevuta",
)


def measure() -> Figures:
    codec = IllSbnCodec.of(Config(library=_LIBRARY, partner=(_PARTNER,)))
    return {"both": _rate(codec, _messages()), "requests": _rate(codec, [_REQUEST])}


def _rate(codec: IllSbnCodec, messages: list[Apdu]) -> float:
    wires = {role: Wire(_LIBRARY, _PARTNER, role) for role in Role}
    count, begun = 0, process_time()
    while (spent := process_time() - begun) < SECONDS:
        for apdu in messages:
            body = codec.encode([apdu], wires[apdu.type.said_by or Role.REQUESTER], None).body  # type: ignore[arg-type]
            (back,) = codec.decode(Letter(raw=b"", parts=body.parts)).apdus  # type: ignore[union-attr]
            if back.type is not apdu.type:
                raise RuntimeError(f"{apdu.type.name} was read as {back.type.name}")
            count += 1
    return count / spent


def _messages() -> list[Apdu]:
    return [
        _REQUEST,
        said.IllAnswer(**_HEAD, results=Results.UNFILLED, reason="on-reserve"),
        said.IllAnswer(**_HEAD, results=Results.CONDITIONAL, conditions=_CHARGES),
        said.IllAnswer(**_HEAD, results=Results.WILL_SUPPLY, supply_on=DAY),
        said.Shipped(**_HEAD, shipped_service=Service.LOAN, shipped_on=DAY, due=said.Due(on=DAY)),
        said.Received(**_HEAD, received_on=DAY, shipped_service=Service.LOAN),
        said.Renew(**_HEAD, desired_due_on=DAY, note="Manca un capitolo."),
        said.RenewAnswer(**_HEAD, answer=True, due=said.Due(on=DAY)),
        said.Returned(**_HEAD, returned_on=DAY),
        said.Overdue(**_HEAD, due=said.Due(on=DAY)),
    ]


SUITE = Suite(GOALS, measure)
