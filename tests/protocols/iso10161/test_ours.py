"""Neutral APDUs of ours over the octets and back: what is said is what is read."""

import dataclasses
import os
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.ill.apdu import (
    APDU_CLASSES,
    Apdu,
    Condition,
    Damaged,
    Delivery,
    Due,
    ForwardNotification,
    IllAnswer,
    IllRequest,
    Item,
    Location,
    Message,
    Money,
    OptionalMessages,
    Person,
    Postal,
    Received,
    ReplyTo,
    Report,
    Returned,
    Shipped,
    StatusOrErrorReport,
)
from mailproc.ill.terms import ApduType, Results, Service, State, TransactionId
from mailproc.protocols.iso10161 import reading, writing
from mailproc.protocols.iso10161.ber import schema
from mailproc.protocols.iso10161.fields.strings import STRANGE, tidy
from mailproc.protocols.iso10161.writing import NOBODY, Ends

from .test_libyaz import Judge, judge, program, taken  # noqa: F401  # fixtures
from .trees import decode

EXAMPLES = 60 if os.environ.get("REQUIRE_ALL") == "1" else 8

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).map(tidy).filter(bool)
symbols = st.sampled_from(["XX-LENDER", "ns:ABC", "Müller & Söhne"]) | words
maybe: Callable[[Any], Any] = lambda strategy: st.none() | strategy  # noqa: E731  # a word for the tables below
days = st.dates(date(1, 1, 1), date(9999, 12, 31))
times = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(
    lambda text: not text.startswith(STRANGE)
)
money = st.builds(
    Money, amount=st.decimals(0, 99999, places=2) | st.integers(0, 10**9).map(Decimal),
    currency=maybe(st.sampled_from(["EUR", "GBP"])),
)  # fmt: skip
mail = st.sampled_from(["reader@reader.example", "b@c.example"])
dues = st.builds(Due, on=days, renewable=st.booleans())
numbers = st.integers(31, 99).map(str)
postals = st.builds(Postal, **{field.name: maybe(words) for field in dataclasses.fields(Postal)}).filter(
    lambda postal: postal != Postal()
)
deliveries = st.builds(Delivery, postal=maybe(postals), electronic=maybe(mail)).filter(
    lambda delivery: delivery != Delivery()
)
unnamed = ("type", "isbn", "issn", "system_no", "lines")
items = st.builds(
    Item,
    type=maybe(st.sampled_from(["MONOGRAPH", "SERIAL", "OTHER", "9"])),
    isbn=maybe(st.sampled_from(["9780000000002", "000000000X", "none"])),
    issn=maybe(st.sampled_from(["12345679"])),
    system_no=maybe(st.sampled_from(["oCLC:123", "123", "ns:ABC:1; wLN:x"])),
    **{field.name: maybe(words) for field in dataclasses.fields(Item) if field.name not in unnamed},
)
persons = st.builds(Person, name=maybe(words), id=maybe(words), status=maybe(words)).filter(
    lambda person: person != Person()
)
locations = st.builds(Location, symbol=maybe(symbols), name=maybe(words), note=maybe(words)).filter(
    lambda location: bool(location.symbol or location.name)
)


def messages(said: tuple[str, ...], wanted: tuple[str, ...]) -> Any:
    one = st.sampled_from(
        [("requires", ()), ("requires", wanted[:1]), ("desires", wanted), ("desires", wanted[1:])]
    )
    return st.builds(
        lambda can, wants: OptionalMessages(can_send=can, **{wants[0]: wants[1]}),
        st.sampled_from([(), said[:1], said]),
        one,
    )


borrows = messages(("RECEIVED", "RETURNED"), ("SHIPPED", "CHECKED_IN"))
lends = messages(("SHIPPED", "CHECKED_IN"), ("RECEIVED", "RETURNED"))
shipped_services = st.sampled_from([Service.LOAN, Service.COPY])

every: dict[str, Any] = {
    "transaction": st.builds(TransactionId, st.just("") | symbols, names, names, st.just("") | names),
    "requester": maybe(symbols),
    "responder": maybe(symbols),
    "sent_at": times,
    "original_sent_at": maybe(times),
    "reply_to": st.lists(
        st.builds(
            ReplyTo,
            address=mail,
            service=st.sampled_from(["SMTP", "TCP/IP"]),
            encodings=st.sampled_from([("BER_IN_MIME",), ("EDIFACT", "BER"), ("9",)]),
            aliases=st.lists(symbols, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
}
noted = every | {"note": maybe(words)}
request = noted | {
    "services": st.lists(st.sampled_from(Service), min_size=1, max_size=5).map(tuple),
    "item": items,
    "patron": maybe(persons),
    "delivery": maybe(deliveries),
    "billing": maybe(deliveries),
    "need_before": maybe(days),
    "expiry": maybe(days),
    "level_of_service": maybe(words),
    "max_cost": maybe(money),
    "copyright_compliance": maybe(words),
    "place_on_hold": maybe(st.sampled_from(["yes", "no", "according-to-responder-policy", "9"])),
    "transaction_type": maybe(st.sampled_from(["SIMPLE", "CHAINED", "PARTITIONED"])),
    "optional_messages": maybe(borrows),
}
history = st.fixed_dictionaries(
    {
        "date_of_last_transition": days.map(date.isoformat),
        "most_recent_service": st.sampled_from(
            [kind.name for kind in ApduType if kind.name not in ("OVERDUE", "RENEW")]
            + ["FORWARD", "12", "13", "99"]
        ),
        "date_of_most_recent_service": days.map(date.isoformat),
        "initiator_of_most_recent_service": symbols,
    },
    optional={
        "date_requested": days.map(date.isoformat),
        "author": words,
        "title": words,
        "author_of_article": words,
        "title_of_article": words,
        "shipped_service_type": st.sampled_from(["LOAN", "COPY"]),
        "transaction_results": st.sampled_from(list(Results)).map(str),
        "most_recent_service_note": words,
    },
)
states = st.sampled_from([state.name for state in State if state > State.IDLE] + ["99"])
problems = st.sampled_from(
    [
        "unrecognized-APDU", "mistyped-APDU", "badly-structured-APDU", "protocol-version-not-supported",
        "other", "duplicate-transaction-id", "invalid-transaction-id", "unknown-transaction-id",
        "cannot-send-onward", "not-available", "resource-limitation", "unable-to-perform-other",
        "general-problem 9", "unable-to-perform -1", "transaction-id-problem 4", "intermediary-problem 2",
    ]
)  # fmt: skip
sources = st.sampled_from(["user", "provider", "3"])
reports = st.one_of(
    st.builds(Report, kind=st.just("status"), history=history, current_state=states),
    st.builds(
        Report, kind=st.just("status"), reason_no_report=st.sampled_from(["temporary", "permanent", "7"])
    ),
    st.builds(Report, kind=st.just("error"), source=sources, problem=problems, correlation=words),
    st.builds(
        Report, kind=st.just("error"), source=sources, problem=st.just("state-transition-prohibited"),
        apdu_type=st.sampled_from([kind.name for kind in ApduType]), current_state=states, correlation=words,
    ),
    st.builds(
        Report, kind=st.just("error"), source=sources, correlation=words, detail=words,
        problem=st.sampled_from(["security-problem", "already-forwarded"]),
    ),
)  # fmt: skip
answer = noted | {
    "optional_messages": maybe(lends),
    "locations": st.lists(locations, min_size=1, max_size=3).map(tuple),
}


def reasons(*known: str) -> Any:
    return st.sampled_from(known) | numbers


answers = st.one_of(
    st.builds(
        IllAnswer, results=st.just(Results.CONDITIONAL), **answer,
        conditions=st.tuples(
            st.builds(Condition, condition=reasons("library-use-only", "charges"), reply_by=maybe(days))
        ),
    ),
    st.builds(
        IllAnswer, results=st.just(Results.RETRY), **answer,
        reason=maybe(reasons("in-use-on-loan", "not-found-as-cited")), retry_on=maybe(days),
    ),
    st.builds(
        IllAnswer, results=st.just(Results.UNFILLED), **answer, reason=reasons("lost", "policy-problem")
    ),
    st.builds(
        IllAnswer, results=st.just(Results.LOCATIONS_PROVIDED), **answer, reason=maybe(reasons("not-owned"))
    ),
    st.builds(
        IllAnswer, results=st.just(Results.WILL_SUPPLY), **answer,
        reason=reasons("being-processed-for-supply", "electronic-delivery"), supply_on=maybe(days),
    ),
    st.builds(IllAnswer, results=st.just(Results.HOLD_PLACED), **answer, supply_on=days),
    st.builds(IllAnswer, results=st.just(Results.ESTIMATE), **answer, cost_estimate=money),
    st.builds(
        IllAnswer, results=st.just(Results.ESTIMATE), **answer,
        cost_words=st.sampled_from(["EUR 14.50 incl. postage", "by the page"]),
    ),
)  # fmt: skip
shipped = noted | {
    "shipped_service": shipped_services,
    "shipped_on": maybe(days),
    "due": maybe(dues),
    "cost": maybe(money),
    "supplier": maybe(symbols),
    "shipped_conditions": maybe(st.sampled_from(["library-use-only", "other", "99"])),
    "optional_messages": maybe(lends),
}
own: dict[ApduType, Any] = {
    ApduType.ILL_REQUEST: st.builds(IllRequest, **request),
    ApduType.FORWARD_NOTIFICATION: st.builds(
        ForwardNotification,
        **(noted | {"responder": symbols}),
        intermediary=symbols,
        responder_address=maybe(st.builds(ReplyTo, address=mail)),
    ),
    ApduType.SHIPPED: st.builds(Shipped, **shipped, shipped_via=maybe(words))
    | st.builds(Shipped, **shipped, electronic_delivery=maybe(mail | st.just("ftp.reader.example/in"))),
    ApduType.ILL_ANSWER: answers,
    ApduType.RECEIVED: st.builds(
        Received, **noted, received_on=days, shipped_service=shipped_services, supplier=maybe(symbols)
    ),
    ApduType.RETURNED: st.builds(
        Returned, **noted, returned_on=days, returned_via=maybe(words), insured_for=maybe(money)
    ),
    ApduType.DAMAGED: st.builds(
        Damaged, **noted, damaged_details=maybe(st.sampled_from(["complete-document", "1", "2, 5"]))
    ),
    ApduType.MESSAGE: st.builds(Message, **(noted | {"note": words})),
    ApduType.STATUS_OR_ERROR_REPORT: st.builds(StatusOrErrorReport, **noted, report=reports),
    ApduType.EXPIRED: st.builds(APDU_CLASSES[ApduType.EXPIRED], **every),
}
more: dict[ApduType, dict[str, Any]] = {
    ApduType.CONDITIONAL_REPLY: {"answer": st.booleans()},
    ApduType.CANCEL_REPLY: {"answer": st.booleans()},
    ApduType.CHECKED_IN: {"checked_in_on": days},
    ApduType.OVERDUE: {"due": dues},
    ApduType.RENEW: {"desired_due_on": maybe(days)},
    ApduType.RENEW_ANSWER: {"answer": st.booleans(), "due": maybe(dues)},
}
KINDS = {
    kind: own[kind] if kind in own else st.builds(cls, **noted, **more.get(kind, {}))
    for kind, cls in APDU_CLASSES.items()
}
OURS = Ends(
    our_symbol="XX-BORROWER",
    our_name="Invented Library",
    our_address="ill@library.example",
    our_aliases=("ns:BORROWER",),
    their_symbol="XX-LENDER",
    their_address="ill@lender.example",
    chargeable_units=1,
)
SAID_FOR_US = {
    "place_on_hold": "according-to-responder-policy",
    "transaction_type": "SIMPLE",
}
"""What the standard makes of what is not said."""


def over_the_octets(apdu: Apdu) -> Apdu:
    return reading.apdu(*decode(schema.encode(apdu.type, writing.tree(apdu, NOBODY))))


@pytest.mark.costly
@pytest.mark.parametrize("kind", ApduType)
def test_what_is_said_is_what_is_read(kind: ApduType) -> None:
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(KINDS[kind])
    def check(apdu: Apdu) -> None:
        back = over_the_octets(apdu)
        assert back == writing.project(apdu)
        assert writing.project(back) == back, "projecting twice is once"
        assert back.extensions == ()
        for field in dataclasses.fields(apdu):
            said, read = getattr(apdu, field.name), getattr(back, field.name)
            if field.name == "optional_messages" and said is None:
                assert read is not None and read.requires == ()
            elif said is None:
                assert read == SAID_FOR_US.get(field.name)
            else:
                assert read == said, field.name

    check()


@pytest.mark.costly
@pytest.mark.parametrize("kind", ApduType)
def test_libyaz_reads_what_we_say(kind: ApduType, judge: Judge) -> None:  # noqa: F811  # the fixture
    @settings(max_examples=EXAMPLES // 4, deadline=None)
    @given(st.lists(KINDS[kind], min_size=1, max_size=4))
    def check(apdus: list[Apdu]) -> None:
        written = [schema.encode(kind, writing.tree(apdu, OURS)) for apdu in apdus]
        read = [reading.apdu(*decode(taken(line))) for line in judge(written)]
        assert read == [reading.apdu(*decode(octets)) for octets in written]

    check()
