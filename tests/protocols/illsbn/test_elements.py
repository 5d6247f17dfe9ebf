"""Each element says what its field says; what has no field is kept and put back."""

# ruff: noqa: E501  # tables

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mailproc.ill.apdu import (
    APDU_CLASSES,
    Delivery,
    OptionalMessages,
    Person,
    Postal,
    Renew,
)
from mailproc.ill.apdu_json import to_json
from mailproc.ill.terms import ApduType, Ref, Service
from mailproc.protocols.codec import Decoded, Encoded
from mailproc.protocols.illsbn import reading, writing, xml_tree
from mailproc.protocols.illsbn.element_table import CHILDREN, MESSAGES
from mailproc.protocols.illsbn.message_fields import BY_ELEMENT, KINDS
from mailproc.protocols.illsbn.wire import root_of

from .documents import AMOUNT, APRIL, AT, EUROS, HEAD, day, document, one, request

Hear = Callable[..., Decoded]


def item_of(inner: str, hear: Hear) -> dict[str, Any]:
    said = one(hear(request(item=f"<Item-Id><Title>T</Title>{inner}</Item-Id>")))
    assert said.extensions == ()
    kept = to_json(said)["item"]
    assert kept.pop("title") == "T"
    return kept


def test_all_twenty_messages_have_an_element() -> None:
    assert set(KINDS) == set(ApduType)
    assert set(BY_ELEMENT) == set(MESSAGES)
    assert all(CHILDREN[name][:4] == CHILDREN["Cancel"][:4] for name in MESSAGES)


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_head_names_number_time_and_libraries(kind: str, hear: Hear) -> None:
    more = {"ILL-Request": "ILL_SERVICE_TYPE", "Shipped": "shippedServiceType"}.get(kind, "answer")
    value = {"Cancel-Reply": "1", "Renew-Answer": "9", "Conditional-Reply": "B"}.get(kind, "PR")
    inner = "<Answer-type><Unfilled/></Answer-type>" if kind == "ILL-Answer" else ""
    said = one(hear(document(kind, inner, **{more: value})))
    assert type(said) is APDU_CLASSES[BY_ELEMENT[kind]]
    assert (said.ref, said.transaction, said.sent_at) == (Ref(number="900123"), None, AT)
    assert (said.requester, said.responder) == ("IT-XX0001", "IT-XX0002")


@pytest.mark.parametrize(
    ("written", "read"),
    [("09:15:00.0", (9, 15, 0, 0)), ("9:05", (9, 5, 0, 0)), ("23:59:59.999", (23, 59, 59, 999_000)),
     ("12:30:01,5", (12, 30, 1, 500_000)), ("25:00:00", (0, 0, 0, 0)), ("noon", (0, 0, 0, 0)), ("", (0, 0, 0, 0))],
)  # fmt: skip
def test_times_are_read_as_far_as_they_are_times(written: str, read: tuple[int, ...], hear: Hear) -> None:
    said = one(hear(document("Cancel", head=HEAD.replace("09:15:00.0", written))))
    assert (said.sent_at.hour, said.sent_at.minute, said.sent_at.second, said.sent_at.microsecond) == read


@pytest.mark.parametrize("written", ["XX0002", "IT-XX0002", "it-xx0002", "xx0002"])
def test_an_institution_is_known_with_and_without_its_country(written: str, hear: Hear) -> None:
    assert one(hear(document("Cancel", head=HEAD.replace("XX0002", written)))).responder == "IT-XX0002"


@pytest.mark.parametrize("written", ["DE-Bo133", "XX0777", "FR-XX0002"])
def test_another_institution_stays_as_it_is_written(written: str, hear: Hear) -> None:
    assert one(hear(document("Cancel", head=HEAD.replace("XX0002", written)))).responder == written


@pytest.mark.parametrize(
    ("settings", "ours", "theirs"),
    [({}, "XX0001", "XX0002"), ({"country": True}, "IT-XX0001", "IT-XX0002"), ({"our_id": "XX0005"}, "XX0005", "XX0002")],
)  # fmt: skip
def test_institutions_are_written_as_the_hub_wants_them(
    settings: dict[str, Any], ours: str, theirs: str, say: Callable[..., Encoded]
) -> None:
    said = say(Renew(ref=Ref(number="1"), sent_at=AT), **settings)
    assert said.body is not None
    assert f"<Requester-Id>{ours}</Requester-Id><Responder-Id>{theirs}</Responder-Id>" in str(
        said.body.parts[0].content
    )


@pytest.mark.parametrize("number", ["900123", "0900123", str(2**63 - 1)])
def test_the_hubs_number_is_a_number(number: str, hear: Hear) -> None:
    assert one(hear(document("Cancel", head=HEAD.replace("900123", number)))).ref.number == str(int(number))


@pytest.mark.parametrize("number", ["9a", "-1", "1.5", "９", str(2**63), "9" * 400, "1 2"])
def test_what_is_no_number_is_a_fault(number: str, hear: Hear) -> None:
    heard = hear(document("Cancel", head=HEAD.replace("900123", number)))
    assert heard.apdus == ()
    assert "Transaction-Id" in str(heard.faults[0])


def test_a_message_without_a_number_is_read_without_one(hear: Hear) -> None:
    assert one(hear(document("Expired", head=""))).ref is None


# --- requests -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "service", "kept"),
    [("PR", Service.LOAN, False), ("PI", Service.LOAN, True), ("RI", Service.COPY, False),
     ("LC", Service.LOCATIONS, False), ("CP", Service.ESTIMATE, False), ("CR", Service.ESTIMATE, True)],
)  # fmt: skip
def test_the_kind_of_service_is_kept_in_its_own_letters(
    letters: str, service: Service, kept: bool, hear: Hear
) -> None:
    said = one(hear(request(service=letters).replace('<Supply-medium-type SupplyTyp="05"/>', "")))
    assert said.services == (service,)
    assert bool(said.extensions) == kept
    assert writing.tree(said)["@ILL-SERVICE-TYPE"] == letters


ITEMS = {
    '<Item-type Ityp="M"/>': {"type": "MONOGRAPH"},
    '<Item-type Ityp="S"/>': {"type": "SERIAL"},
    '<Item-type Ityp="A"/>': {"type": "OTHER"},
    "<Location-note>A 1</Location-note>": {"call_number": "A 1"},
    "<Author>Rossi</Author>": {"author": "Rossi"},
    "<Sub-title>s</Sub-title>": {"subtitle": "s"},
    "<Place-of-publication>Roma</Place-of-publication>": {"place": "Roma"},
    "<Publisher>p</Publisher>": {"publisher": "p"},
    "<Series-title-number>c</Series-title-number>": {"series": "c"},
    "<Volume-issue>12</Volume-issue>": {"volume_issue": "12"},
    "<Issue>3</Issue>": {"volume_issue": "(3)"},
    "<Volume-issue>12</Volume-issue><Issue>3</Issue>": {"volume_issue": "12 (3)"},
    "<Year-issue>1999</Year-issue>": {"component_date": "1999"},
    "<Edition>2</Edition>": {"edition": "2"},
    "<Publication-date>1998</Publication-date>": {"publication_date": "1998"},
    "<Author-of-article>Bianchi</Author-of-article>": {"article_author": "Bianchi"},
    "<Title-of-article>t</Title-of-article>": {"article_title": "t"},
    "<Pagination>1-9</Pagination>": {"pagination": "1-9"},
    "<Verification-reference-source>v</Verification-reference-source>": {"verification": "v"},
    '<Standard-number Standard-type="I" Standard-code="9788804668237"/>': {"isbn": "9788804668237"},
    '<Standard-number Standard-type="I">9788804668237</Standard-number>': {"isbn": "9788804668237"},
    '<Standard-number Standard-type="J" Standard-code="12345679">12345679</Standard-number>': {"issn": "12345679"},
    '<Standard-number Standard-type="M" Standard-code="M1"/>': {"additional_numbers": "ISMN:M1"},
    '<Standard-number Standard-type="B" Standard-code="97-1"/>': {"additional_numbers": "BNI:97-1"},
    '<Standard-number Standard-type="P" Standard-code="P1"/>': {"additional_numbers": "ACNP:P1"},
    '<Standard-number Standard-type="L" Standard-code="L1"/>': {"additional_numbers": "PLATE:L1"},
    '<Standard-number Standard-type="E" Standard-code="E1"/>': {"additional_numbers": "E:E1"},
    "<Additional-no-letters>QUJD</Additional-no-letters>": {"additional_numbers": "QUJD"},
    "<National-bibliografic-number>CFI0123456</National-bibliografic-number>": {"system_no": "SBN:CFI0123456"},
    "<System-no>77</System-no>": {"system_no": "77"},
    "<National-bibliografic-number>CFI01</National-bibliografic-number><System-no>77</System-no>": {
        "system_no": "SBN:CFI01; 77"
    },
}  # fmt: skip


@pytest.mark.parametrize("written", ITEMS, ids=list(ITEMS))
def test_each_part_of_an_item_has_its_field(written: str, hear: Hear) -> None:
    assert item_of(written, hear) == ITEMS[written]


REQUESTS: dict[str, dict[str, Any]] = {
    day("Need-before-date"): {"need_before": APRIL},
    day("Expiry-date"): {"expiry": APRIL},
    "<Expiry-date/>": {"expiry": None},
    f"<Cost-info-type><Maximum-cost>{AMOUNT.format('9,00')}</Maximum-cost></Cost-info-type>": {"max_cost": EUROS},
    f"<Cost-info-type><Maximum-cost>{AMOUNT.format('9.0')}</Maximum-cost></Cost-info-type>": {"max_cost": EUROS},
    "<Copyright-compliance>si</Copyright-compliance>": {"copyright_compliance": "si"},
    "<Place-on-hold/>": {"place_on_hold": "yes"},
    "<Requester-note><Note>uno</Note></Requester-note>": {"note": "uno"},
    "<Requester-note><Note>uno</Note><Note>due</Note></Requester-note>": {"note": "uno\ndue"},
    '<Current-state state="F118"/>': {},
    '<Delivery-service DelivTyp="04">ill@a.example</Delivery-service>': {
        "delivery": Delivery(electronic="ill@a.example")
    },
    "<Delivery-address><Electronic-address>ill@a.example</Electronic-address></Delivery-address>": {
        "delivery": Delivery(electronic="ill@a.example")
    },
    "<Delivery-address><Postal-address><Street-and-number>Via 1</Street-and-number><City>Roma</City><Postal-code>"
    "00100</Postal-code><Region>RM</Region><Country>IT</Country></Postal-address></Delivery-address>": {
        "delivery": Delivery(
            postal=Postal(street="Via 1", city="Roma", postcode="00100", region="RM", country="IT")
        )
    },
    '<Requester-optional-messages CanSendRECEIVED="1" CanSendRETURNED="0" requesterSHIPPED="requires" '
    'requesterCHECKE-IN="desires"/>': {
        "optional_messages": OptionalMessages(
            can_send=("RECEIVED",), requires=("SHIPPED",), desires=("CHECKED_IN",)
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("written", REQUESTS, ids=lambda written: written[:40])
def test_each_element_of_a_request_has_its_field(written: str, hear: Hear) -> None:
    said = one(hear(request(written)))
    plain = one(hear(request()))
    for name, value in REQUESTS[written].items():
        assert getattr(said, name) == value
    changed = {name for name in vars(said) if getattr(said, name) != getattr(plain, name)}
    assert changed <= set(REQUESTS[written]) | {"extensions"}


def test_the_reader_of_a_request_is_its_client(hear: Hear) -> None:
    inner = "<Client-Id><Client-identifier>R 1</Client-identifier><Client-name>N N</Client-name></Client-Id>"
    said = one(hear(request().replace("<Client-Id/>", inner)))
    assert said.patron == Person(id="R 1", name="N N")


def test_what_has_no_field_is_kept_and_put_back(hear: Hear) -> None:
    inner = (
        day("Date-requester")
        + '<Urgente grado="2"><Motivo>esame</Motivo></Urgente>'
        + '<Delivery-service DelivTyp="07">corriere</Delivery-service>'
        + "<Copyright-compliance>uno</Copyright-compliance><Copyright-compliance>due</Copyright-compliance>"
    )
    item = (
        '<Item-Id><Title>T</Title><Medium-type Mtyp="a"/><Standard-number Standard-type="Q" Standard-code="1"/>'
        '<Standard-number Standard-type="I" Standard-code="1234567890"/></Item-Id>'
    )
    written = request(inner, item=item).replace(
        "<Client-Id/>", "<Client-Id><Email>a@b.example</Email></Client-Id>"
    )
    said = one(hear(written))
    assert {entry["at"] for entry in said.extensions} == {
        "Client-Id/Email", "Copyright-compliance[2]", "Date-requester", "Delivery-service", "Item-Id/Medium-type",
        "Item-Id/Standard-number", "Urgente",
    }  # fmt: skip
    again = xml_tree.document("ILL-Request", writing.tree(said))
    (element,) = root_of(again)
    back = reading.apdu(ApduType.ILL_REQUEST, xml_tree.tree(element))
    assert replace(back, requester=said.requester, responder=said.responder) == said
    assert b"<Motivo>esame</Motivo>" in again


@pytest.mark.parametrize(
    ("inner", "at", "expected"),
    [
        (day("Need-before-date", month=13), "Need-before-date", "calendar"),
        (day("Need-before-date", month=2, number=30), "Need-before-date", "calendar"),
        ("<Expiry-date><Date><Year>soon</Year></Date></Expiry-date>", "Expiry-date", "Year, Month and Day"),
        (f"<Cost-info-type><Maximum-cost>{AMOUNT.format('1.000,50')}</Maximum-cost></Cost-info-type>",
         "Cost-info-type", "amount"),
        (f"<Cost-info-type><Maximum-cost>{AMOUNT.format('poco')}</Maximum-cost></Cost-info-type>",
         "Cost-info-type", "amount"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_kept_with_what_was_expected(
    inner: str, at: str, expected: str, hear: Hear
) -> None:
    (entry,) = one(hear(request(inner))).extensions
    assert entry["at"] == at
    assert expected in entry["why"]


def test_an_unknown_kind_of_service_is_a_fault(hear: Hear) -> None:
    heard = hear(request(service="XX"))
    assert heard.apdus == ()
    assert "ILL-SERVICE-TYPE" in str(heard.faults[0])
