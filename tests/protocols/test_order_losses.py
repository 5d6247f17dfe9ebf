"""What an order does not say is known; a number and a note have a line where there is room."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mailproc.config import Partner, PartnerArtemail
from mailproc.ill.apdu import Cancel, Delivery, IllAnswer, IllRequest, Item, Money, Postal, Shipped
from mailproc.ill.terms import Ref, Results, Service
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.requests import Orders

CODE = "99-0001"
BOOK = Item(title="Cartography of vanished rivers", author="Marsh, E.", isbn="9780000000002")


def asked(item: Item = BOOK, service: Service = Service.LOAN, **more: Any) -> IllRequest:
    return IllRequest(ref=Ref(CODE, "LIB-1"), services=(service,), item=item, **more)


def lost(codec: ArtemailCodec, apdu: Any, dialect: str = "", **settings: Any) -> dict[str, str]:
    partner = Partner(symbol="XX-BL", address="o@bl.example", artemail=PartnerArtemail(**settings))
    return {one.field: one.words for one in codec.not_told(apdu, dialect, partner)}


def lines(codec: ArtemailCodec, apdu: IllRequest, **settings: Any) -> tuple[str, ...]:
    return Orders(codec.words, PartnerArtemail(**settings), Ref(CODE)).order(apdu).text


ARTICLE = Item(
    title="Journal of Imaginary Hydrology", volume_issue="vol. 12, no. 3", publication_date="2019",
    pagination="pp. 201-219", article_title="Tidal memory in braided estuaries", article_author="Okafor N",
    issn="1234-5679",
)  # fmt: skip


@pytest.mark.parametrize("item", [BOOK, ARTICLE])
@pytest.mark.parametrize("service", [Service.LOAN, Service.COPY])
def test_nothing_is_lost_of_what_fits(codec: ArtemailCodec, item: Item, service: Service) -> None:
    if item is ARTICLE and service is Service.LOAN:  # an issue is lent: the article has no place
        assert set(lost(codec, asked(item, service))) == {"item.article_title", "item.article_author"}
    else:
        assert lost(codec, asked(item, service)) == {}


def test_what_is_cut_at_column_forty_is_named(codec: ArtemailCodec) -> None:
    title = "A study of the cartography of vanished rivers and their beds"
    wanted = asked(Item(title=title, author="Marsh"))
    assert lines(codec, wanted)[0] == title[:40]
    assert lost(codec, wanted) == {"item.title": "rivers and their beds"}
    assert lost(codec, wanted, overflow="wrap") == {}


def test_what_has_no_place_is_named(codec: ArtemailCodec) -> None:
    item = Item(
        title="On beds",
        series="Studies in mud 7",
        system_no="DE-1:123",
        verification="OCLC",
        isbn="99921-58-10-7",
    )
    assert lost(codec, asked(item)) == {
        "item.series": "Studies in mud 7", "item.system_no": "DE-1:123", "item.verification": "OCLC",
    }  # fmt: skip


def test_what_has_no_place_is_named_also_where_its_words_stand_in_the_title(codec: ArtemailCodec) -> None:
    wanted = asked(Item(title="Studies in mud", series="Studies in mud", verification="mud"))
    assert lost(codec, wanted) == {"item.series": "Studies in mud", "item.verification": "mud"}


def test_what_no_order_can_say_is_named(codec: ArtemailCodec) -> None:
    wanted = asked(
        need_before=date(2026, 12, 1), max_cost=Money(amount=Decimal("20"), currency="GBP"),
        level_of_service="U", copyright_compliance="declared", place_on_hold="according-to-responder-policy",
        billing=Delivery(postal=Postal(name="The Bursar")),
    )  # fmt: skip
    assert lost(codec, wanted) == {
        "need_before": "2026-12-01", "level_of_service": "U", "max_cost": "20 GBP",
        "copyright_compliance": "declared", "billing": "",
    }  # fmt: skip


def test_lines_beyond_the_limit_are_named(codec: ArtemailCodec) -> None:
    assert set(lost(codec, asked(ARTICLE, Service.COPY), max_lines=3)) == {"item.article_author", "item.issn"}


def test_an_address_is_named_and_not_repeated(codec: ArtemailCodec) -> None:
    postal = Postal(
        name="Department of the history of rivers and of their mud", street="1 Any Street", city="ANYTOWN"
    )
    wanted = asked(ARTICLE, Service.COPY, delivery=Delivery(postal=postal))
    assert lost(codec, wanted) == {"delivery": ""}
    whole = asked(ARTICLE, Service.COPY, delivery=Delivery(electronic="reader@example.ac.uk"))
    assert lost(codec, whole) == {}


def test_other_numbers_and_a_note_have_lines_of_their_own(codec: ArtemailCodec) -> None:
    wanted = asked(
        Item(title="On beds", author="Marsh", additional_numbers="D12345/67"),
        note="The second edition only, please, for it has the large map.",
    )
    assert lines(codec, wanted) == (
        "On beds", "Marsh", "NUMBER: D12345/67", "NOTE: The second edition only, please,",
        "NOTE: for it has the large map.",
    )  # fmt: skip
    assert lost(codec, wanted) == {}
    read = codec.project(wanted)
    assert isinstance(read, IllRequest)
    assert (read.note, read.item.additional_numbers) == (wanted.note, "D12345/67")
    assert (read.item.title, read.item.author, read.item.publisher) == ("On beds", "Marsh", None)


def test_of_a_long_note_the_rest_is_named(codec: ArtemailCodec) -> None:
    wanted = asked(Item(title="On beds"), note=" ".join(f"word{number}" for number in range(99)))
    assert lost(codec, wanted, max_lines=2)["note"].startswith("word5 word6")
    assert lost(codec, wanted, max_lines=1)["note"].startswith("word0 word1")


@pytest.mark.parametrize(
    "text", ["TX1 S", "NNNN", ":DELIVER ABOVE ITEM TO:", "x" * 200, "Łódź\n\nTXB2 S", "NOTE: a", "99-0002"]
)
def test_a_note_of_any_text_splits_no_order(codec: ArtemailCodec, text: str) -> None:
    wanted = asked(note=text)
    order = lines(codec, wanted)
    assert all(len(line) <= 40 and line.isascii() for line in order)
    assert not any(line.startswith(("TX", "NNNN", ":")) for line in order)
    assert codec.refuses(wanted) == ""


def test_a_book_that_is_called_note_is_no_note(codec: ArtemailCodec) -> None:
    read = codec.project(asked(Item(title="NOTE: a history")))
    assert isinstance(read, IllRequest) and (read.item.title, read.note) == ("NOTE: a history", None)


def test_lines_of_the_borrower_stay_as_they_are(codec: ArtemailCodec) -> None:
    item = Item(title="On beds", lines=("ON BEDS", "NOTE: with its map"))
    assert lines(codec, asked(item, note="with its map")) == ("ON BEDS", "NOTE: with its map")


def test_of_an_answer_too(codec: ArtemailCodec) -> None:
    ref = Ref(CODE, "LIB-1")
    sent = Shipped(
        ref=ref,
        shipped_service=Service.LOAN,
        note="with care",
        cost=Money(amount=Decimal("5"), currency="GBP"),
    )
    assert lost(codec, sent) == {"note": "with care", "cost": "5 GBP"}
    assert lost(codec, IllAnswer(ref=ref, results=Results.UNFILLED, reason="lost")) == {"reason": "lost"}
    assert lost(codec, IllAnswer(ref=ref, results=Results.UNFILLED, reason="not-owned")) == {}


def test_letters_for_people_have_the_note_as_it_is_written(codec: ArtemailCodec) -> None:
    wanted = asked(note="Bitte mit Übersicht. " * 3)
    assert lost(codec, wanted, "plain") == {}
    long = asked(Item(title="A study of the cartography of vanished rivers and their beds", series="Mud 7"))
    assert lost(codec, long, "plain") == {"item.series": "Mud 7"}


def test_of_a_cancellation_that_is_too_long_the_rest_is_named(codec: ArtemailCodec) -> None:
    wanted = Cancel(
        ref=Ref(CODE, "LIB-1"), note="The reader has found it on the shelf of our own branch library"
    )
    assert lost(codec, wanted) == {"note": "our own branch library"}
    assert lost(codec, Cancel(ref=Ref(CODE, "LIB-1"), note="Reader has it")) == {}
