"""Any message of the standard, as Hypothesis draws it."""

from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from mailproc.ill.apdu import (
    APDU_CLASSES,
    Apdu,
    Condition,
    Delivery,
    Due,
    Item,
    Location,
    Money,
    OptionalMessages,
    Person,
    Postal,
    Report,
)
from mailproc.ill.terms import CONDITIONS, REASON_UNFILLED, ApduType, Ref, Results, Service, TransactionId

TEXTS = st.sampled_from(
    (
        "Via Roma", "caffè + 50% <b>", "a\nb", " x ", "&lt;&amp;", "]]>", "Ж漢", "\U0001f4d6", "a; b",
        "ISMN:M1", "SBN:CFI01", "12 (3)", "(4)", "x (y) (z)",
        "\x01\ufffe\ud800a", "0", "\xa0a", "+", "%2B", "%",
        "a" * 300, "Data di scadenza: 2026-01-31", "\r\n", "",
    )
) | st.text(max_size=30)  # fmt: skip
DAYS = st.dates(date(1000, 1, 1), date(9999, 12, 31))
TIMES = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001
MONEY = st.builds(
    Money,
    amount=st.decimals(0, 9_999_999, places=2) | st.just(Decimal("1E+3")),
    currency=st.sampled_from((None, "EUR", "CHF")),
)
_BOTH = {
    name: st.sampled_from(((), ("RECEIVED",), ("SHIPPED",))) for name in ("can_send", "requires", "desires")
}
_OPTIONAL = st.builds(OptionalMessages, **_BOTH)
_CONDITION = st.builds(Condition, condition=st.sampled_from(sorted(CONDITIONS)), reply_by=st.none() | DAYS)
_LOCATION = st.builds(Location, symbol=st.just("IT-XX0005"), name=TEXTS)

_BY_FIELD: dict[str, st.SearchStrategy[Any]] = {
    "transaction": st.sampled_from((None, TransactionId("IT-XX0001", "B12", "1"))),
    "ref": st.integers(1, 2**63 - 1).map(lambda number: Ref(number=str(number))),
    "requester": st.sampled_from((None, "IT-XX0001", "IT-XX0002", "DE-Bo133", "XX0777")),
    "responder": st.sampled_from((None, "IT-XX0001", "IT-XX0002", "DE-Bo133", "XX0777")),
    "sent_at": TIMES,
    "note": st.none() | TEXTS,
    "services": st.lists(st.sampled_from(list(Service)[:4]), min_size=1, max_size=2).map(tuple),
    "patron": st.none() | st.builds(Person, name=st.none() | TEXTS, id=st.none() | TEXTS),
    "need_before": st.none() | DAYS,
    "expiry": st.none() | DAYS,
    "max_cost": st.none() | MONEY,
    "cost": st.none() | MONEY,
    "insured_for": st.none() | MONEY,
    "return_insurance": st.none() | MONEY,
    "cost_estimate": st.none() | MONEY,
    "copyright_compliance": st.none() | TEXTS,
    "place_on_hold": st.sampled_from((None, "yes", "no")),
    "keywords": st.sampled_from(((), ("WLX",))),
    "optional_messages": st.none() | _OPTIONAL,
    "shipped_service": st.sampled_from((None, Service.LOAN, Service.COPY)),
    "shipped_on": st.none() | DAYS,
    "received_on": st.none() | DAYS,
    "returned_on": st.none() | DAYS,
    "checked_in_on": st.none() | DAYS,
    "desired_due_on": st.none() | DAYS,
    "due": st.none() | st.builds(Due, on=DAYS, renewable=st.sampled_from((None, True, False))),
    "results": st.sampled_from(Results),
    "reason": st.none() | st.sampled_from(sorted(REASON_UNFILLED)),
    "position": st.none() | st.integers(1, 99),
    "conditions": st.lists(_CONDITION, max_size=2).map(tuple),
    "retry_on": st.none() | DAYS,
    "supply_on": DAYS,
    "locations": st.lists(_LOCATION, max_size=2).map(tuple),
    "answer": st.booleans(),
    "level": st.none() | st.integers(1, 4),
    "report": st.just(Report(kind="error", source="provider", problem="other")),
}  # fmt: skip
_PARTS = {
    "item": st.builds(
        Item,
        type=st.sampled_from((None, "MONOGRAPH", "SERIAL", "OTHER")),
        **{
            each.name: st.none() | TEXTS
            for each in fields(Item)
            if each.name not in ("type", "title", "lines")
        },
        title=st.just("A title") | TEXTS.filter(lambda text: text.isascii() and text.strip()),
    ),
    "delivery": st.none()
    | st.builds(
        Delivery,
        postal=st.none() | st.builds(Postal, **{each.name: st.none() | TEXTS for each in fields(Postal)}),
        electronic=st.sampled_from((None, "ill@x.example")),
    ),
}
_LEFT_OUT = ("original_sent_at", "reply_to", "extensions", "reply_code", "billing", "level_of_service")


@st.composite
def messages(draw: st.DrawFn, kinds: st.SearchStrategy[ApduType] = st.sampled_from(ApduType)) -> Apdu:  # noqa: B008
    cls = APDU_CLASSES[draw(kinds)]
    strategies = _BY_FIELD | _PARTS
    values = {}
    for each in fields(cls):
        if each.name in _LEFT_OUT:
            continue
        strategy = strategies.get(each.name, st.none() | TEXTS)
        values[each.name] = draw(strategy)
    return cls(**values)
