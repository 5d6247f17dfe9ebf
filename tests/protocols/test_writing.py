"""Orders on the wire: the very bytes, what is held and why, and what staff may do to the templates."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailproc.errors import LocalFault
from mailproc.ill.apdu import (
    Apdu,
    Cancel,
    ConditionalReply,
    Delivery,
    IllRequest,
    Item,
    Postal,
    Received,
    Renew,
    StatusQuery,
)
from mailproc.ill.terms import Ref, Service, TransactionId
from mailproc.mail.letter import Body, Letter
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.codec import Wire
from mailproc.templating.environment import Templates

ARTICLE = IllRequest(
    transaction=TransactionId("XX-LIBRARY", "B1", "1"),
    services=(Service.COPY,),
    item=Item(
        title="Journal of Imaginary Hydrology",
        volume_issue="12(3)",
        publication_date="2019",
        pagination="201-219",
        article_title="Tidal memory in braided estuaries and other waters",
        article_author="Okafor N; Łódź P",
        issn="1234-5679",
    ),
    delivery=Delivery(electronic="reader.one@example.org"),
)
BOOK = IllRequest(
    transaction=TransactionId("XX-LIBRARY", "B2", "1"),
    services=(Service.LOAN,),
    item=Item(title="Cartography of vanished rivers", author="Marsh, Eleanor", publisher="Fenland Press",
              place="Norwich", publication_date="1974", edition="2", isbn="9780000000002"),
    delivery=Delivery(postal=Postal(name="Engineering Librarian", street="1 Any Street", city="ANYTOWN",
                                    postcode="AN1 1AA")),
    keywords=("WLX", "SL"),
)  # fmt: skip
WITHDRAWN = Cancel(transaction=TransactionId("XX-LIBRARY", "B3", "2"), note="Reader no longer needs it")

FILE = """\
99-0001
XXXXXXX




TXLIB-B1-1 S SED99
Journal of Imaginary Hydrology
2019 VOL 12 PT 3 PP 201-219
Tidal memory in braided estuaries and ot
Okafor N; Lodz P
1234-5679




:DELIVER ABOVE ITEM TO:
reader.one@example.org




TXLIB-B2-1 SL LOAN WLX
Cartography of vanished rivers
Marsh, Eleanor
Fenland Press Norwich
1974 ED/PT: 2
9780000000002




:DELIVER ABOVE ITEM TO:
Engineering Librarian
1 Any Street
ANYTOWN
AN1 1AA




TXLIB-B3-2 CANCEL
Reader no longer needs it




NNNN
"""


def text_of(body: Body | None) -> str:
    assert body is not None
    return body.parts[0].text or ""


def test_an_order_file_is_this_text(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    encoded = codec.encode([ARTICLE, BOOK, WITHDRAWN], wire(file_ref="4711", prefix="LIB-"), templates)
    assert (encoded.held, encoded.lossy, encoded.secret_customer_code) == ((), (), "99-0001")
    assert text_of(encoded.body) == FILE
    assert encoded.body
    assert encoded.body.subject == "Order file FILEREFNO 4711"
    assert encoded.body.parts[0].charset == "us-ascii"


def test_a_long_title_may_be_wrapped(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    text = text_of(codec.encode([ARTICLE], wire(overflow="wrap"), templates).body)
    assert "\nTidal memory in braided estuaries and\nother waters\n" in text


def test_a_partner_of_few_lines_gets_few(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    text = text_of(codec.encode([ARTICLE], wire(max_lines=2), templates).body)
    assert "PP 201-219\n\n\n\n\n:DELIVER" in text


def titled(title: str | None) -> Apdu:
    return replace(BOOK, item=Item(title=title))


def to(delivery: Delivery, service: Service = Service.COPY) -> Apdu:
    return replace(ARTICLE, delivery=delivery, services=(service,))


def numbered(number: str, code: str = "") -> Apdu:
    return replace(BOOK, ref=Ref(code, number))


HELD = [
    (titled(None), "item.title", "needs a title"),
    (titled(" \t "), "item.title", "needs a title"),
    (titled("\ue000\ue001\ue002"), "item.title", "nothing readable"),
    (titled("\ue000\ue001 2"), "item.title", "nothing readable"),
    (titled("1974 VOL 3"), "item.title", "needs a title"),
    (replace(BOOK, item=Item(lines=("2003 VOL 3 PP 7", "An article"))), "item.title", "needs a title"),
    (numbered("LIB 1"), "ref.number", "is no number"),
    (numbered("LIB-" + "1" * 20), "ref.number", "is no number"),
    (numbered("LIB"), "ref.number", "is no number"),
    (numbered("ŁÓDŹ-1"), "ref.number", "is no number"),
    (numbered("LIB-1\nNNNN"), "ref.number", "is no number"),
    (replace(BOOK, transaction=None), "ref.number", "is no number"),
    (numbered("LIB-1", "99-0009"), "ref.customer_code", "another customer code"),
    (replace(BOOK, services=(Service.ESTIMATE,)), "services", "no word for ESTIMATE"),
    (replace(BOOK, keywords=("S", "PHOTO")), "keywords", "ask for COPY"),
    (replace(BOOK, keywords=("S", "LOAN", "CANCEL")), "keywords", "make a CANCEL of it"),
    (to(Delivery(electronic="no address")), "delivery.electronic", "no address of this kind"),
    (to(Delivery(electronic="a@b@example.org")), "delivery.electronic", "no e-mail address"),
    (to(Delivery(electronic="x" * 99 + "@example.org")), "delivery.electronic", "no e-mail address"),
    (to(Delivery(electronic="a@example.org b@example.org")), "delivery.electronic", "no e-mail address"),
    (to(Delivery(postal=Postal(name="a@b", city="X"))), "delivery.postal", "no address of this kind"),
    (to(Delivery(postal=Postal(name="A;B;C;D;E;F", city="G"))), "delivery.postal", "at most 6 lines"),
    (Renew(transaction=BOOK.transaction), "type", "no ARTEmail word for RENEW"),
    (StatusQuery(transaction=BOOK.transaction), "type", "no ARTEmail word for STATUS_QUERY"),
    (Received(transaction=BOOK.transaction), "type", "no ARTEmail word for RECEIVED"),
    (ConditionalReply(transaction=BOOK.transaction, answer=True), "type", "no ARTEmail word"),
]


@pytest.mark.parametrize(("bad", "field", "text"), HELD, ids=[f"{n}-{row[1]}" for n, row in enumerate(HELD)])
def test_a_bad_order_is_held_and_the_others_go(
    bad: Apdu, field: str, text: str, codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    encoded = codec.encode([ARTICLE, bad, WITHDRAWN], wire(), templates)
    assert [(each.index, each.field) for each in encoded.held] == [(1, field)]
    assert text in str(encoded.held[0].text)
    sent = text_of(encoded.body)
    assert [line for line in sent.split("\n") if line.startswith("TX")] == ["TXB1-1 S SED99", "TXB3-2 CANCEL"]


def test_letters_of_another_script_are_told_and_not_silently_altered(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    mixed = replace(BOOK, ref=Ref(number="B9-1"), item=Item(title="Rivers of 日本, mapped"))
    encoded = codec.encode([BOOK, mixed], wire(), templates)
    assert [(each.index, each.field) for each in encoded.lossy] == [(1, "item")]
    assert "Rivers of RiBen, mapped" in text_of(encoded.body)


@pytest.mark.parametrize(
    "title", ["TX-ray pictures", "NNNN", "nnnn", ":DELIVER ABOVE ITEM TO:", "tx 1 s loan"]
)
def test_no_line_of_text_can_split_the_file(
    title: str,
    codec: ArtemailCodec,
    templates: Templates,
    wire: Callable[..., Wire],
    as_letter: Callable[[Body | None], Letter],
) -> None:
    encoded = codec.encode([titled(title), WITHDRAWN], wire(), templates)
    assert f"\n- {title}\n" in text_of(encoded.body)
    assert len(codec.decode(as_letter(encoded.body)).apdus) == 2


def test_a_guard_word_that_guards_nothing_is_found_out(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    encoded = codec.encode([titled("NNNN")], wire(guard_word=":"), templates)
    assert (encoded.body, [(each.field, each.value) for each in encoded.held]) == (
        None,
        [("item.lines", True)],
    )


def test_renewals_and_chasers_go_where_their_words_are_known(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    way = wire(keywords={"cancel": "CANCEL", "renew": "RENEWIT", "chase": "CHASEIT"})
    apdus = [
        Renew(transaction=BOOK.transaction),
        StatusQuery(transaction=ARTICLE.transaction, note="Please look"),
    ]
    text = text_of(codec.encode(apdus, way, templates).body)
    assert "\n\nTXB2-1 RENEWIT\n\n" in text
    assert "\n\nTXB1-1 CHASEIT\nPlease look\n\n" in text


BROKEN_ORDERS = [
    ("TX{{ number }} {{ keywords | join(' ') }}\n", "item.lines"),  # no lines at all
    (
        "TX{{ number }}\n{% for line in lines %}{{ line }}\n{% endfor %}",
        "keywords",
    ),  # keywords and address lost
    (
        "TX {{ keywords | join(' ') }}\n{% for line in lines %}{{ line }}\n{% endfor %}",
        "ref.number",
    ),  # number lost
    (
        "TX{{ number | lower }} {{ keywords | join(' ') }}\n{% for line in lines %}{{ line }}\n{% endfor %}",
        "ref.number",
    ),
    (
        "TX{{ number }} {{ keywords | join(' ') }}\n{% for line in lines %}{{ line | upper }}\n{% endfor %}",
        "item.title",
    ),
    (
        "TX{{ number }} {{ keywords | join(' ') }}\n{% for line in lines %}{{ line }}\n{% endfor %}thanks\n",
        "item.lines",
    ),
    (
        "TX{{ number }} {{ keywords | join(' ') }}\n{% for line in lines %}{{ line }}\n{% endfor %}NNNN\n",
        "delivery.electronic",
    ),
    (
        "TX{{ number }} {{ keywords | join(' ') }}\n{% for line in lines %}{{ line }}\n{% endfor %}"
        "{% if address %}:DELIVER ABOVE ITEM TO:\nsomebody@example.org\n{% endif %}",
        "delivery.electronic",
    ),
    ("TX{{ number }} {{ keywords | join(' ') }}\n{% for line in lins %}{{ line }}\n{% endfor %}", "template"),
    ("TX{{ number", "template"),
]


@pytest.mark.parametrize(("text", "field"), BROKEN_ORDERS, ids=[field for _, field in BROKEN_ORDERS])
def test_a_template_that_loses_something_is_held_by_name(
    text: str,
    field: str,
    codec: ArtemailCodec,
    site: Callable[[str, str], Templates],
    wire: Callable[..., Wire],
) -> None:
    encoded = codec.encode([ARTICLE, WITHDRAWN], wire(), site("artemail/order.txt", text))
    assert [(each.index, each.field, each.value) for each in encoded.held] == [(0, field, False)]
    assert "TXB3-2 CANCEL" in text_of(encoded.body)
    assert "TXB1-1" not in text_of(encoded.body)


GAP = "\n\n\n\n\n"
ORDERS = "{% for order in orders %}" + GAP + "{{ order }}\n{% endfor %}"
HEAD = "{{ customer_code }}\n{{ password }}\n"
END = GAP + "NNNN\n"
FIRST = "{% for o in orders %}{% if loop.first %}" + GAP + "{{ o }}\n{% endif %}{% endfor %}"
CLOSE = "{% for o in orders %}\n{{ o }}\n{% endfor %}"
BROKEN_FRAMES = [
    ("{{ customer_code }}\nOURSECRET\n" + ORDERS + END, "frame"),
    ("{{ password }}\n{{ customer_code }}\n" + ORDERS + END, "frame"),
    ("Orders\n" + HEAD + ORDERS + END, "frame"),
    (HEAD + ORDERS + GAP, "frame"),
    (HEAD + ORDERS + END + "Regards\n", "frame"),
    (HEAD + ORDERS + "\nNNNN\n", "frame"),
    (HEAD + "\n" + ORDERS + END, "frame"),
    (HEAD + ORDERS + END + "\n\n\n\nNNNN\n", "frame"),
    (HEAD + CLOSE + END, "orders"),
    (HEAD + FIRST + END, "orders"),
    (HEAD + ORDERS + ORDERS + END, "orders"),
    ("{{ customer_cod }}\n", "template"),
]


@pytest.mark.parametrize(("text", "field"), BROKEN_FRAMES)
def test_a_broken_frame_holds_all(
    text: str,
    field: str,
    codec: ArtemailCodec,
    site: Callable[[str, str], Templates],
    wire: Callable[..., Wire],
) -> None:
    encoded = codec.encode([ARTICLE, WITHDRAWN], wire(), site("artemail/file.txt", text))
    assert (encoded.body, encoded.secret_customer_code) == (None, "")
    assert [(each.index, each.field) for each in encoded.held] == [(0, field), (1, field)]


def test_a_site_may_add_what_the_reader_does_not_mind(
    codec: ArtemailCodec, site: Callable[[str, str], Templates], wire: Callable[..., Wire]
) -> None:
    """Here: the keywords of a cancellation in another place of the same line."""
    own = site(
        "artemail/cancel.txt",
        "TX {{ number }}   {{ keyword }}\n{% for line in lines %}{{ line }}\n{% endfor %}",
    )
    encoded = codec.encode([WITHDRAWN], wire(), own)
    assert encoded.held == ()
    assert "TX B3-2   CANCEL" in text_of(encoded.body)


def test_without_a_customer_code_nothing_is_written(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    with pytest.raises(LocalFault, match="no customer code for XX-BL"):
        codec.encode([BOOK], replace(wire(), customer_code=""), templates)


def test_nothing_to_say_is_no_letter(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    assert codec.encode([], wire(), templates).body is None
