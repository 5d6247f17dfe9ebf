"""Words of a TX line that are no longer, or not, in use: read, kept, and taken for nothing else."""

import tomllib
from pathlib import Path

import pytest

from mailproc.ill.apdu import IllRequest
from mailproc.ill.terms import Service
from mailproc.mail.parse import parse
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.tables import word_tables

DATA = Path(word_tables.__file__).parent / "data"
OLD = [
    row["word"]
    for row in tomllib.loads((DATA / "keywords.toml").read_text("utf-8"))["keyword"]
    if row.get("legacy")
]
GAP = "\n" * 5


def orders(codec: ArtemailCodec, *lines: str, gap: str = GAP) -> list[IllRequest]:
    text = gap.join(["99-0002\nS3CR3TPW", *lines, "NNNN\n"])
    found = codec.decode(parse(b"Subject: Orders\n\n" + text.encode())).apdus
    return [apdu for apdu in found if isinstance(apdu, IllRequest)]


def test_there_are_some() -> None:
    assert {"LONDON", "FAX"} <= set(OLD)


@pytest.mark.parametrize("word", OLD)
def test_an_old_word_is_known_read_and_kept(word: str, codec: ArtemailCodec) -> None:
    (order,) = orders(codec, f"TXLIB-1 S {word.lower()} WLX\nA journal\n2019 VOL 1 PP 1-2")
    assert order.keywords == ("S", word, "WLX")
    assert codec.unknown_words(order) == ()


@pytest.mark.parametrize("word", OLD)
@pytest.mark.parametrize("form", ["LOAN", "SED99*24*"])
def test_an_old_word_does_not_hide_the_form(word: str, form: str, codec: ArtemailCodec) -> None:
    (order,) = orders(codec, f"TXLIB-1 S {word} {form}\nA book")
    wanted = Service.LOAN if form == "LOAN" else Service.COPY
    assert wanted in order.services


def test_a_copy_that_was_faxed_is_a_copy(codec: ArtemailCodec) -> None:
    (order,) = orders(codec, "TXLIB-1 FAX\nA journal\n2019 VOL 1 PP 1-2")
    assert order.services == (Service.COPY,)


@pytest.mark.parametrize("word", OLD)
def test_a_title_that_begins_with_tx_and_an_old_word_is_no_order(word: str, codec: ArtemailCodec) -> None:
    """These are words of the language too: they make no order of a line of text."""
    (order,) = orders(codec, f"TXLIB-1 S LOAN\n\nTX {word.lower()} a history\n1999", gap="\n\n")
    assert order.item.lines == (f"TX {word.lower()} a history", "1999")


@pytest.mark.parametrize("word", ["LONDON", "*MISS"])
def test_an_old_code_in_a_report_keeps_its_meaning(word: str, codec: ArtemailCodec) -> None:
    """Beside its number it is a reply, of which staff see what it meant; it moves no state."""
    decoded = codec.decode(parse(f"Subject: Replies\n\nLIB-1 {word}\nLIB-2 NOT\n".encode()))
    (kept,) = decoded.unsure
    assert kept.reply_code == word
    assert kept.note


def test_an_order_line_that_is_quoted_in_a_report_is_no_reply(codec: ArtemailCodec) -> None:
    decoded = codec.decode(parse(b"Subject: Replies\n\nLIB-2 NOT\nTXLIB-1 S LONDON\nTXLIB-3 S LOAN FAX\n"))
    assert decoded.unsure == ()


def test_unknown_words_are_named(codec: ArtemailCodec) -> None:
    (order,) = orders(codec, "TXLIB-1 S LOAN PURPLE LOAN*99* COPYRT\nA book")
    assert order.keywords == ("S", "LOAN", "PURPLE", "LOAN*99*", "COPYRT")
    assert codec.unknown_words(order) == ("PURPLE", "LOAN*99*")


def test_a_site_adds_a_word_of_its_own(overlaid) -> None:  # type: ignore[no-untyped-def]
    row = '[[keyword]]\nword = "PURPLE"\nkind = "instruction"\nconfidence = "seen"\nsource = "our letters"\n'
    codec = overlaid(row + "legacy = true\n")
    (order,) = orders(codec, "TXLIB-1 S PURPLE\nA book")
    assert codec.unknown_words(order) == ()
