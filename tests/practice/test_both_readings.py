"""The codec and the practice world, which share no code, understand each other."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from mailproc.config import Account, Config, Library, Partner, PartnerArtemail
from mailproc.ill.apdu import Apdu, Cancel, Delivery, IllRequest, Item, Postal
from mailproc.ill.terms import ApduType, Ref, Role, Service
from mailproc.mail.compose import compose
from mailproc.mail.parse import parse
from mailproc.practice import carrier
from mailproc.practice.british_library import CUSTOMER_CODE, british_library
from mailproc.practice.customer import Customer
from mailproc.practice.order_file import ReceivedOrderFile, read
from mailproc.practice.scripts import scripts
from mailproc.protocols.artemail.write.contracts import CONTRACTS
from mailproc.protocols.codec import Encoded, Wire
from mailproc.protocols.registry import load
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from tests.practice.conftest import SECRET, Happenings, file_letter, order

BL = Partner(
    symbol="PRACTICE-BL",
    address="orders@bl.practice.example",
    artemail=PartnerArtemail(
        account=(Account(direction="out", customer_code=CUSTOMER_CODE, password=SecretStr(SECRET["bl"])),)
    ),
)
CODEC = load(Config(partner=(BL,))).by_name("artemail")
TEMPLATES = Templates([shipped_folder()], CONTRACTS)


def written(*apdus: Apdu) -> tuple[Encoded, ReceivedOrderFile | None]:
    """What the codec writes for these, on the wire, as the practising British Library reads it."""
    day = date(2026, 8, 5)
    wire = Wire(Library(), BL, Role.REQUESTER, customer_code=CUSTOMER_CODE, file_ref="4711", today=day)
    encoded = CODEC.encode(apdus, wire, TEMPLATES)
    if encoded.body is None:
        return encoded, None
    raw = compose(
        encoded.body,
        sender="ill@library.example",
        sender_name="A Library",
        to=["orders@bl.practice.example"],
        message_id="1@library.example",
        date=datetime(2026, 8, 5, 12, tzinfo=UTC),
    )
    return encoded, read(CODEC.unmask(raw, SECRET["bl"]))


def wanted(number: str, title: str | None, *, delivery: Delivery | None = None) -> IllRequest:
    return IllRequest(
        ref=Ref(number=number), services=(Service.COPY,), item=Item(title=title), delivery=delivery
    )


def test_a_file_of_every_kind_is_read_as_it_was_meant() -> None:
    post = Delivery(
        postal=Postal(name="A Library", street="1 Any Street", city="ANYTOWN", postcode="AN1 1AA")
    )
    loan = IllRequest(
        ref=Ref(number="B3-1"), services=(Service.LOAN,), item=Item(title="A book", author="Marsh")
    )
    _, file = written(
        wanted("B1-1", "One", delivery=Delivery(electronic="reader@library.example")),
        wanted("B2-1", "Two", delivery=post),
        loan,
        Cancel(ref=Ref(number="B4-1"), note="Reader no longer needs it"),
    )
    assert file is not None
    assert (file.customer_code, file.password, file.file_ref) == (CUSTOMER_CODE, SECRET["bl"], "4711")
    assert [(each.number, each.service, each.cancels) for each in file.orders] == [
        ("B1-1", "COPY", False), ("B2-1", "COPY", False), ("B3-1", "LOAN", False), ("B4-1", "COPY", True),
    ]  # fmt: skip
    assert file.orders[0].address == ("reader@library.example",)
    assert "1 Any Street" in file.orders[1].address
    assert file.orders[2].lines[:2] == ("A book", "Marsh")


@given(st.lists(st.text(min_size=1, max_size=120), min_size=1, max_size=4))
def test_no_title_breaks_the_layout(titles: list[str]) -> None:
    apdus = [wanted(f"B{position}-1", title) for position, title in enumerate(titles, start=1)]
    encoded, file = written(*apdus)
    held = {each.index for each in encoded.held}
    expected = [apdu.ref.number for index, apdu in enumerate(apdus) if apdu.ref and index not in held]
    assert [each.number for each in file.orders] == expected if file else expected == []


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.words[0])
def test_the_codec_reads_what_is_answered(script: object, tell: Happenings) -> None:
    assert isinstance(script, type(scripts()[0]))
    bl = british_library(SECRET["bl"], tell)
    orders = [order("B1-1", script.words[0])]
    if "UNKNOWN" in script.words:  # a code that nobody knows is a report's only among known ones
        orders.append(order("B2-1", "NOT"))
    answers = bl.take(file_letter(*orders))
    for cue in script.cues:
        answers += bl.go("B1", cue)
    answers += bl.take(file_letter(order("B1-1", keywords="CANCEL")))
    for answer in answers:
        letter = parse(carrier.compose(answer))
        if "GARBAGE" in script.words and answer.kind == "report" and "NCANC" not in answer.text:
            assert not CODEC.recognise(letter) or not CODEC.decode(letter).apdus
            continue
        assert CODEC.recognise(letter), answer
        decoded = CODEC.decode(letter)
        known = decoded.unsure or decoded.apdus
        assert len(known) == 1, answer
        assert known[0].ref is not None
        assert known[0].ref.number in ("B1-1", "")


def test_the_customers_file_is_three_orders_to_the_codec(tell: Happenings) -> None:
    letter = parse(carrier.compose(Customer("CUST7QQ", tell).order("ill@library.example")))
    assert CODEC.recognise(letter)
    decoded = CODEC.decode(letter)
    assert [apdu.type for apdu in decoded.apdus] == [ApduType.ILL_REQUEST] * 3
    assert not decoded.faults
    assert decoded.credentials and decoded.credentials.password == "CUST7QQ"
