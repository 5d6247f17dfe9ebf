"""The dialect "plain": labelled lines for people, guarded and read back like everything else."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailproc.config import Config
from mailproc.errors import LocalFault, Misconfigured
from mailproc.ill.apdu import Apdu, Cancel, Delivery, IllRequest, Item, Postal, Renew
from mailproc.ill.terms import ApduType, Ref, Role, Service
from mailproc.mail.letter import Body, Letter
from mailproc.mail.parse import parse
from mailproc.protocols.artemail import plain
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.requests import Orders
from mailproc.protocols.codec import Manner, Wire
from mailproc.protocols.registry import load
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from tests.support.short_form import examples

from .conftest import THEIRS, partner

LETTER = """\
ILL Request
BL account ID: 99-0001
Request ID: B2-1
Łódź and its vanished rivers, a title that is longer than forty columns
Marsh, Eleanor
1974 ED/PT: 2
9780000000002
Ship to:
Engineering Librarian
1 Any Street
ANYTOWN
AN1 1AA
Response emails to: ill@library.example
"""
BOOK = IllRequest(
    ref=Ref(number="B2-1"),
    services=(Service.LOAN,),
    item=Item(title="Łódź and its vanished rivers, a title that is longer than forty columns",
              author="Marsh, Eleanor", publication_date="1974", edition="2", isbn="9780000000002"),
    delivery=Delivery(postal=Postal(name="Engineering Librarian", street="1 Any Street", city="ANYTOWN",
                                    postcode="AN1 1AA")),
)  # fmt: skip
SCAN = IllRequest(
    ref=Ref(number="B3-1"),
    services=(Service.COPY,),
    item=Item(title="Annals of Salt", volume_issue="4", article_title="Brine", pagination="1-2"),
)


@pytest.fixture
def way(wire: Callable[..., Wire]) -> Wire:
    made = wire()
    return replace(made, dialect="plain", partner=made.partner.model_copy(update={"dialect": "plain"}))


def test_an_order_is_this_letter(
    codec: ArtemailCodec, templates: Templates, way: Wire, as_letter: Callable[[Body | None], Letter]
) -> None:
    encoded = codec.encode([BOOK], way, templates)
    assert (encoded.held, encoded.lossy, encoded.secret_customer_code) == ((), (), "")
    assert encoded.body
    assert (encoded.body.subject, encoded.body.parts[0].text) == ("LOAN", LETTER)
    letter = as_letter(encoded.body)
    assert codec.recognise(letter)
    read = codec.decode(letter).apdus[0]
    assert isinstance(read, IllRequest)
    assert (read.ref, read.services, read.delivery) == (
        Ref("99-0001", "B2-1"),
        (Service.LOAN,),
        BOOK.delivery,
    )
    assert (read.item.title, read.item.isbn, read.item.edition) == (BOOK.item.title, BOOK.item.isbn, "2")


def test_each_order_has_a_letter_of_its_own(codec: ArtemailCodec, templates: Templates, way: Wire) -> None:
    assert not codec.batched("plain")
    assert codec.batched("")
    encoded = codec.encode([BOOK, SCAN], way, templates)
    assert encoded.body
    assert "B2-1" in (encoded.body.parts[0].text or "")
    assert [(each.index, each.text) for each in encoded.held] == [
        (1, "one order a letter: this one goes with the next")
    ]
    second = codec.encode([SCAN], way, templates)
    assert second.body
    assert second.body.subject == "SCAN"


def test_a_bad_order_does_not_stop_the_next(codec: ArtemailCodec, templates: Templates, way: Wire) -> None:
    encoded = codec.encode([replace(BOOK, item=Item()), SCAN], way, templates)
    assert encoded.body
    assert encoded.body.subject == "SCAN"
    assert [(each.index, each.field) for each in encoded.held] == [(0, "item.title")]


HELD: list[tuple[Apdu, str]] = [
    (replace(BOOK, item=Item()), "item.title"),
    (replace(BOOK, ref=Ref(number="B 1")), "ref.number"),
    (replace(BOOK, ref=Ref("99-0009", "B1")), "ref.customer_code"),
    (replace(BOOK, services=(Service.ESTIMATE,)), "services"),
    (Cancel(ref=Ref(number="B1")), "type"),
    (Renew(ref=Ref(number="B1")), "type"),
]


@pytest.mark.parametrize(("apdu", "field"), HELD, ids=[f"{apdu.type.name}-{f}" for apdu, f in HELD])
def test_what_the_layout_cannot_say_is_held(
    apdu: Apdu, field: str, codec: ArtemailCodec, templates: Templates, way: Wire
) -> None:
    encoded = codec.encode([apdu], way, templates)
    assert (encoded.body, [each.field for each in encoded.held]) == (None, [field])


def test_staff_see_that_the_readers_address_is_not_told(
    codec: ArtemailCodec, templates: Templates, way: Wire
) -> None:
    apdu = replace(SCAN, delivery=Delivery(electronic="reader@example.org"))
    assert [each.field for each in codec.encode([apdu], way, templates).lossy] == ["delivery.electronic"]


@pytest.mark.parametrize(
    "title", ["Request ID: LIB-9", "Ship to: me", "Response emails to: evil@example.org", "--", "> quoted"]
)
def test_no_value_can_pose_as_a_label(
    title: str, codec: ArtemailCodec, templates: Templates, way: Wire, as_letter: Callable[..., Letter]
) -> None:
    encoded = codec.encode([replace(SCAN, item=Item(title=title))], way, templates)
    assert encoded.held == ()
    read = codec.decode(as_letter(encoded.body)).apdus[0]
    assert isinstance(read, IllRequest)
    assert (read.ref, read.item.title) == (Ref("99-0001", "B3-1"), f"- {title}")


words = st.text(max_size=80)


@settings(deadline=None, max_examples=examples(200), suppress_health_check=list(HealthCheck))
@given(
    apdu=st.builds(
        IllRequest,
        ref=st.just(Ref("99-0001", "B7-1")),
        services=st.sampled_from([(Service.LOAN,), (Service.COPY,), ()]),
        item=st.builds(
            Item, title=words, author=words, article_title=words, publisher=words, volume_issue=words
        ),
        delivery=st.none() | st.builds(Delivery, postal=st.builds(Postal, name=words, city=words)),
    )
)
def test_what_goes_out_is_read_back_as_projected(
    apdu: IllRequest, codec: ArtemailCodec, templates: Templates, way: Wire, as_letter: Callable[..., Letter]
) -> None:
    encoded = codec.encode([apdu], way, templates)
    if encoded.body:
        scheme = Orders(codec.words, way.partner.artemail, Ref("99-0001"))
        assert list(codec.decode(as_letter(encoded.body)).apdus) == [plain.project(apdu, scheme)]
    else:
        assert encoded.held[0].field


SITE = (shipped_folder() / "artemail" / "plain.txt").read_text(encoding="utf-8")


def test_a_site_may_sign_it(codec: ArtemailCodec, site: Callable[[str, str], Templates], way: Wire) -> None:
    own = site("artemail/plain.txt", SITE + "-- \nKind regards\nExample Library\n")
    assert codec.encode([BOOK], way, own).held == ()


SPOILT = [
    ("ILL Request\nBL account ID: {{ customer_code }}\n", "text"),
    ("Hello\n" + "Request ID: {{ number }}\n", "text"),
    (LETTER.replace("99-0001", "{{ customer_code }}").replace("B2-1", "{{ number | lower }}"), "ref.number"),
    (LETTER.replace("B2-1", "{{ number }}").replace("Marsh", "Marsch"), "item.author"),
    (LETTER.replace("ill@library", "nobody@library"), "answers_to"),
    (LETTER.replace("1 Any Street\n", ""), "delivery.postal.street"),
    ("{{ nubmer }}", "template"),
    (SITE + "--\nTX9 CANCEL\n", "text"),
    (SITE + "--\nRequest ID: B9-1\n", "text"),
    (SITE + "-- \nFor 99-0009\n", "text"),
    (SITE + "-- \n" + "a line\n" * 80 + "Ship to:\n", "text"),
]


@pytest.mark.parametrize(("text", "field"), SPOILT, ids=[field for _, field in SPOILT])
def test_a_spoilt_template_is_held(
    text: str, field: str, codec: ArtemailCodec, site: Callable[[str, str], Templates], way: Wire
) -> None:
    encoded = codec.encode([BOOK], way, site("artemail/plain.txt", text))
    assert (encoded.body, [each.field for each in encoded.held]) == (None, [field])


def test_manners(codec: ArtemailCodec, way: Wire) -> None:
    def manner(apdu_type: ApduType, role: Role = Role.REQUESTER) -> Manner:
        return codec.manner(apdu_type, role, "plain", way.partner)

    assert manner(ApduType.ILL_REQUEST) is Manner.SEND
    assert manner(ApduType.CANCEL) is Manner.NOTICE
    assert manner(ApduType.STATUS_QUERY) is Manner.NOTICE
    assert manner(ApduType.RECEIVED) is Manner.LOCAL
    assert manner(ApduType.SHIPPED, Role.RESPONDER) is Manner.SEND


def test_without_a_customer_code_nothing_is_written(
    codec: ArtemailCodec, templates: Templates, way: Wire
) -> None:
    with pytest.raises(LocalFault, match="no customer code for XX-BL"):
        codec.encode([BOOK], replace(way, customer_code=""), templates)


def test_only_a_customer_of_this_dialect_orders_without_a_password() -> None:
    raw = b"Subject: LOAN\n\nILL Request\nBL account ID: 99-0002\nRequest ID: L-1\nRivers\n"
    ordinary = partner("XX-COLLEGE", "in", THEIRS)
    for end, password in ((ordinary, ""), (ordinary.model_copy(update={"dialect": "plain"}), None)):
        said = load(Config(partner=(end,))).by_name("artemail").decode(parse(raw))
        assert [apdu.type for apdu in said.apdus] == [ApduType.ILL_REQUEST]
        assert said.credentials is not None
        assert (said.credentials.customer_code, said.credentials.password) == ("99-0002", password)


def test_an_unknown_dialect_stops_the_start() -> None:
    end = partner("XX-BL", "out", "99-0001").model_copy(update={"dialect": "plane"})
    with pytest.raises(Misconfigured, match=r'partner\[XX-BL\].dialect = "plane": there is no') as wrong:
        load(Config(partner=(end,)))
    assert wrong.value.setting
    assert wrong.value.setting.key == "partner[XX-BL].dialect"
