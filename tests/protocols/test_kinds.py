"""Every kind of item as its lines, and the words that a partner wants on the TX line."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from mailproc.config import Config, DeliveryKeywords, Partner, PartnerArtemail
from mailproc.errors import Misconfigured
from mailproc.ill.apdu import Apdu, Cancel, IllRequest, Item
from mailproc.ill.terms import Ref, Service
from mailproc.mail.letter import Body, Letter
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.codec import Wire
from mailproc.protocols.registry import load
from mailproc.templating.environment import Templates

from .test_writing import ARTICLE, BOOK, text_of

AT = datetime(2026, 8, 5, 9)  # noqa: DTZ001  # the sender's wall time, as in an APDU

# --- every kind of item ---------------------------------------------------------------------------


KINDS: list[tuple[str, Service, Item, list[str]]] = [
    (
        "article",
        Service.COPY,
        Item(title="Annals of Salt", volume_issue="4(2)", publication_date="1999", pagination="10-19",
             article_title="What brine remembers", article_author="Abara C", issn="0000-0019",
             call_number="5"),
        ["Annals of Salt", "1999 VOL 4 PT 2 PP 10-19", "What brine remembers", "Abara C", "0000-0019 5"],
    ),
    (
        "book",
        Service.LOAN,
        Item(title="Cartography", subtitle="lost rivers", author="Marsh, Eleanor", publisher="Fenland Press",
             place="Norwich", publication_date="1974", edition="2", isbn="9780000000002"),
        ["Cartography: lost rivers", "Marsh, Eleanor", "Fenland Press Norwich", "1974 ED/PT: 2",
         "9780000000002"],
    ),
    (
        "chapter",
        Service.COPY,
        Item(title="The Oxbow Reader", publisher="Quay", place="Hull", publication_date="2015",
             pagination="33-51", article_title="Rivers that move", article_author="Quill J",
             isbn="978-0-00-000000-2"),
        ["The Oxbow Reader", "2015 PP 33-51", "Rivers that move", "Quill J", "978-0-00-000000-2"],
    ),
    (
        "conference paper",
        Service.COPY,
        Item(title="3rd Symposium on Reed Beds", component_date="12-14 May 2006", place="Leeds",
             publisher="Marsh Society", publication_date="2006", pagination="88-97",
             article_title="Reeds and their readers", article_author="Dewit A", isbn="9780000000002"),
        ["3rd Symposium on Reed Beds", "12-14 May 2006, Leeds, Marsh Society", "2006 PP 88-97",
         "Reeds and their readers", "Dewit A", "9780000000002"],
    ),
    (
        "thesis",
        Service.LOAN,
        Item(title="Sediment and sentiment", author="Banda, Grace", publisher="University of Anytown",
             publication_date="1987"),
        ["Sediment and sentiment", "Banda, Grace", "University of Anytown", "1987"],
    ),
    (
        "copy of a thesis",
        Service.COPY,
        Item(title="Sediment and sentiment", author="Banda, Grace", publisher="University of Anytown",
             publication_date="1987"),
        ["Sediment and sentiment", "Banda, Grace", "University of Anytown", "1987"],
    ),
    (
        "issue of a journal",
        Service.LOAN,
        Item(type="SERIAL", title="Annals of Salt", publisher="Brine", volume_issue="4(2)",
             publication_date="1999", issn="0000-0019"),
        ["Annals of Salt", "1999 VOL 4 PT 2", "0000-0019"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("service", "item", "lines"), [row[1:] for row in KINDS], ids=[r[0] for r in KINDS])
def test_an_item_is_these_lines_and_is_read_back(
    service: Service,
    item: Item,
    lines: list[str],
    codec: ArtemailCodec,
    templates: Templates,
    wire: Callable[..., Wire],
    as_letter: Callable[[Body | None], Letter],
) -> None:
    apdu = IllRequest(ref=Ref(number="B1-1"), services=(service,), item=item)
    encoded = codec.encode([apdu], wire(), templates)
    read = codec.decode(as_letter(encoded.body)).apdus[0]
    assert isinstance(read, IllRequest)
    assert list(read.item.lines) == lines
    for name in ("article_title", "article_author", "pagination", "isbn", "issn", "volume_issue", "edition"):
        assert getattr(read.item, name) == getattr(item, name), name
    assert (read.item.title or "").startswith(item.title or "?")
    if service is Service.LOAN:
        assert read.item.author == item.author


# --- a partner's words ----------------------------------------------------------------------------


def tx_line(encoded_text: str) -> str:
    return next(line for line in encoded_text.split("\n") if line.startswith("TX"))


WORDS = [
    (ARTICLE, {}, "TXB1-1 S SED99"),
    (ARTICLE, {"service": ""}, "TXB1-1 SED99"),
    (ARTICLE, {"service": "SW", "instructions": "WLX HOME"}, "TXB1-1 SW SED99 WLX HOME"),
    (ARTICLE, {"delivery": {"electronic": "PHOTO SED99*2*"}}, "TXB1-1 S PHOTO SED99*2*"),
    (replace(ARTICLE, keywords=("wlx", "copyrt")), {"instructions": "WLX"}, "TXB1-1 S SED99 WLX COPYRT"),
    (replace(ARTICLE, keywords=("COPYRT",)), {"rz_with_copyrt": True}, "TX RZ B1-1 S SED99 COPYRT"),
    (replace(ARTICLE, keywords=("COPYRT",)), {"rz_with_copyrt": False}, "TXB1-1 S SED99 COPYRT"),
    (replace(ARTICLE, keywords=("RZ", "COPYRT")), {}, "TX RZ B1-1 S SED99 COPYRT"),
    (replace(ARTICLE, keywords=("WLX",)), {"rz_with_copyrt": True}, "TXB1-1 S SED99 WLX"),
    (replace(ARTICLE, original_sent_at=AT), {"keywords": {"reapply": "again"}}, "TXB1-1 S SED99 AGAIN"),
    (replace(ARTICLE, original_sent_at=AT), {}, "TXB1-1 S SED99"),
    (replace(ARTICLE, keywords=("TEST",)), {"keywords": {"test": "TRIAL"}}, "TXB1-1 S SED99 TRIAL"),
]


@pytest.mark.parametrize(
    ("apdu", "words", "line"), WORDS, ids=[f"{n}-{row[2]}" for n, row in enumerate(WORDS)]
)
def test_words_are_the_requests_and_the_partners(
    apdu: Apdu,
    words: dict[str, Any],
    line: str,
    codec: ArtemailCodec,
    templates: Templates,
    wire: Callable[..., Wire],
) -> None:
    given = words | {"delivery": DeliveryKeywords(**words.get("delivery", {}))}
    encoded = codec.encode([apdu], wire(**given), templates)
    assert (encoded.held, tx_line(text_of(encoded.body))) == ((), line)


def test_a_test_order_without_its_word_is_never_sent(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    encoded = codec.encode([replace(BOOK, keywords=("test",))], wire(), templates)
    assert (encoded.body, [each.field for each in encoded.held]) == (None, ["keywords"])
    assert "no word for a test order" in encoded.held[0].text


def test_a_number_stands_once_in_a_file(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    other = replace(BOOK, item=Item(title="Another book"))
    end = Cancel(transaction=BOOK.transaction)
    encoded = codec.encode([BOOK, other, end], wire(), templates)
    assert [(each.index, each.field) for each in encoded.held] == [(1, "ref.number")]
    assert "\nTXB2-1 CANCEL\n" in text_of(encoded.body)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            {"chasse": "X"},
            r"XX-BL\].artemail.keywords.chasse: .*; there are cancel, renew, chase, reapply, test",
        ),
        ({"cancel": "STOP", "renew": "stop"}, "two actions have the same word 'STOP'"),
    ],
)
def test_words_that_cannot_be_told_apart_stop_the_start(words: dict[str, str], sentence: str) -> None:
    end = Partner(symbol="XX-BL", address="a@bl.example", artemail=PartnerArtemail(keywords=words))
    with pytest.raises(Misconfigured, match=sentence):
        load(Config(partner=(end,)))


@pytest.mark.parametrize("line", ["Best wishes", "99-0009", ":DELIVER ABOVE ITEM TO:", "TX99 CANCEL"])
def test_what_only_our_reader_tolerates_is_not_sent(
    line: str, codec: ArtemailCodec, site: Callable[[str, str], Templates], wire: Callable[..., Wire]
) -> None:
    own = site("artemail/cancel.txt", "TX{{ number }} {{ keyword }} " + line + "\n")
    encoded = codec.encode([Cancel(transaction=BOOK.transaction)], wire(), own)
    assert encoded.body is None
