"""What a document must have is there; what it cannot say is told."""

# ruff: noqa: E501  # tables

from collections.abc import Callable

import pytest

from mailproc.ill.apdu import (
    Delivery,
    IllAnswer,
    IllRequest,
    Item,
    Person,
    Renew,
    Shipped,
)
from mailproc.ill.terms import Ref, Results, Service, TransactionId
from mailproc.protocols.codec import Decoded, Encoded
from mailproc.protocols.illsbn import writing
from mailproc.protocols.illsbn.codec import IllSbnCodec
from mailproc.protocols.illsbn.wire import root_of

from .documents import APRIL, AT, EUROS, HEAD_OF_LENDER, one

Hear = Callable[..., Decoded]


def test_what_each_document_must_have_is_there(say: Callable[..., Encoded], hear: Hear) -> None:
    copy = Shipped(ref=Ref(number="1"), sent_at=AT, shipped_service=Service.COPY, shipped_on=AT.date())
    tree = writing.tree(copy)["Supply-details"]
    assert tree["Date-due"] == tree["Date-shipped"], "a copy is due on the day of shipping"
    assert one(hear(say(copy))).due is None
    waiting = IllAnswer(ref=Ref(number="1"), sent_at=AT, results=Results.HOLD_PLACED)
    assert "supply_on" in str(say(waiting).held[0].text)
    asking = IllRequest(sent_at=AT, services=(Service.LOAN,))
    assert "title" in str(say(asking).held[0].text)


@pytest.mark.parametrize(
    ("service", "electronic", "medium"),
    [(Service.LOAN, None, "05"), (Service.LOAN, "a@b.example", "05"), (Service.COPY, None, "00"),
     (Service.COPY, "a@b.example", "07")],
)  # fmt: skip
def test_the_medium_follows_from_the_service(service: Service, electronic: str | None, medium: str) -> None:
    asking = IllRequest(
        sent_at=AT, services=(service,), item=Item(title="T"), delivery=Delivery(electronic=electronic)
    )
    tree = writing.tree(asking)
    assert tree["Supply-medium-type"] == [{"@SupplyTyp": medium}]
    assert ("Delivery-service" in tree) == (medium == "07")


@pytest.mark.parametrize("results", [Results.RETRY, Results.ESTIMATE, Results.LOCATIONS_PROVIDED])
def test_an_answer_that_the_hubs_systems_do_not_know_goes_in_words(
    results: Results, say: Callable[..., Encoded], hear: Hear
) -> None:
    told = IllAnswer(ref=Ref(number="1"), sent_at=AT, results=results, retry_on=APRIL, cost_estimate=EUROS)
    said = say(told)
    back = one(hear(said))
    assert back.results is Results.UNFILLED
    assert {Results.RETRY: "2026-04-01", Results.ESTIMATE: "EUR 9,00"}.get(results, "hold it") in back.note
    assert [held.field for held in said.lossy] == ["results"]
    assert one(hear(say(told, answers=tuple(Results)))).results is results


def test_a_long_note_is_cut_and_said_so(say: Callable[..., Encoded], hear: Hear) -> None:
    renewing = Renew(ref=Ref(number="1"), sent_at=AT, desired_due_on=APRIL, note="parola " * 60)
    said = say(renewing)
    assert [held.field for held in said.lossy] == ["note"]
    assert said.body is not None
    (element,) = root_of(said.body.parts[0].content)
    note = element.findtext("Requester-note/Note") or ""
    assert len(note) == 250
    assert note.endswith("Data di nuova scadenza proposta: 01/04/2026"), "the day is not cut"
    assert say(renewing, note_length=1000).lossy == ()


def test_the_number_of_a_request_goes_with_it_unless_the_reader_shall(
    say: Callable[..., Encoded], hear: Hear
) -> None:
    asking = IllRequest(
        transaction=TransactionId("IT-XX0001", "B12", "2"), sent_at=AT, services=(Service.LOAN,),
        item=Item(title="T"), patron=Person(id="R 1", name="N N"),
    )  # fmt: skip
    assert one(hear(say(asking))).patron == Person(id="B12-2", name="N N")
    assert one(hear(say(asking, client="reader"))).patron == Person(id="R 1", name="N N")


def test_a_loan_from_abroad_has_its_own_letters(say: Callable[..., Encoded]) -> None:
    lent = Shipped(ref=Ref(number="1"), sent_at=AT, shipped_service=Service.LOAN)
    assert b'shippedServiceType="PI"' in say(lent, loan="PI").body.parts[0].content  # type: ignore[union-attr]
    assert (
        b'shippedServiceType="RI"'
        in say(  # type: ignore[union-attr]
            Shipped(ref=Ref(number="1"), sent_at=AT, shipped_service=Service.COPY), loan="PI"
        )
        .body.parts[0]
        .content
    )


def test_what_is_lost_of_a_message_is_told(codec: IllSbnCodec) -> None:
    asking = IllRequest(
        services=(Service.LOAN, Service.COPY), item=Item(title="T", isbn="978-88-04-66823-7"), level_of_service="X",
        billing=Delivery(electronic="a@b.example"), keywords=("URGENT",),
    )  # fmt: skip
    told = {one.field: one.words for one in codec.not_told(asking, "", None)}
    assert set(told) == {"services", "level_of_service", "billing", "keywords"}
    assert told["billing"] == "", "no history repeats an address"


def test_requests_to_us_name_the_borrower_first() -> None:
    assert HEAD_OF_LENDER.index("XX0002") < HEAD_OF_LENDER.index("XX0001")
