"""Bibliographic lines by their place, addresses, and letters outside ASCII."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.ill.apdu import Delivery, Item, Postal
from mailproc.ill.terms import Service
from mailproc.protocols.artemail import address, citation
from mailproc.protocols.artemail.write.transliterate import Ascii, is_readable, to_ascii

PAGE = Path(__file__).parents[2] / "docs" / "protocols" / "artemail.md"
COPY, LOAN = Service.COPY, Service.LOAN
BOTH_WAYS = [
    (
        COPY,
        ["Journal of Dikes", "2019 VOL 12 PT 3 PP 1-9", "Tidal memory", "Okafor N", "1234-5679 XY12/3"],
        {"type": "SERIAL", "title": "Journal of Dikes", "publication_date": "2019", "volume_issue": "12(3)",
         "pagination": "1-9", "article_title": "Tidal memory", "article_author": "Okafor N",
         "issn": "1234-5679", "call_number": "XY12/3"},
    ),
    (
        COPY,
        ["The Oxbow Reader", "2015 PP 33-51", "Rivers", "Quill J", "9780000000002"],
        {"type": "MONOGRAPH", "title": "The Oxbow Reader", "publication_date": "2015", "pagination": "33-51",
         "article_title": "Rivers", "article_author": "Quill J", "isbn": "9780000000002"},
    ),
    (COPY, ["A title alone"], {"title": "A title alone"}),
    (COPY, ["Daily Dune", "2020"], {"title": "Daily Dune", "publication_date": "2020"}),
    (
        LOAN,
        ["Cartography", "Marsh, Eleanor", "Fenland Press", "1974 ED/PT: 2", "0-14-044930-3"],
        {"type": "MONOGRAPH", "title": "Cartography", "author": "Marsh, Eleanor",
         "publisher": "Fenland Press", "publication_date": "1974", "edition": "2", "isbn": "0-14-044930-3"},
    ),
    (LOAN, ["1984", "Orwell", "1949"],
     {"type": "MONOGRAPH", "title": "1984", "author": "Orwell", "publication_date": "1949"}),
]  # fmt: skip
READ = [
    (LOAN, ["2001 A SPACE ODYSSEY"], {"title": "2001 A SPACE ODYSSEY"}),
    (LOAN, ["Drains", " 1974  VOL 2 PT 3 "], {"volume_issue": "2(3)", "publication_date": "1974"}),
    (LOAN, ["Drains", "1974 3rd rev. ed."], {"title": "Drains", "edition": "3rd rev. ed."}),
    (COPY, ["Drains", "1974 12(3) 1-9"], {"title": "Drains", "volume_issue": "12(3) 1-9"}),
    (COPY, ["T", "1066 and all that", "Sellar"], {"article_title": "1066 and all that"}),
    (COPY, ["2003 VOL 3 PP 7", "An article"], {"title": None, "article_title": "An article"}),
    (COPY, ["T", "issn 1234-567x", "Art"], {"issn": "1234-567x", "article_title": "Art"}),
    (COPY, ["T", "9780000000002", "1234-5679"], {"publication_date": None, "isbn": "9780000000002"}),
    (COPY, ["T", "1234-5679 apples", "12345-678"], {"issn": "1234-5679", "article_title": "12345-678"}),
]  # fmt: skip


@pytest.mark.parametrize(("service", "lines", "fields"), BOTH_WAYS, ids=lambda value: str(value)[:30])
def test_an_item_is_written_as_it_is_read(service: Service, lines: list[str], fields: dict[str, str]) -> None:
    assert citation.read(lines, service) == Item(**fields, lines=tuple(lines))  # type: ignore[arg-type]  # fields of text
    assert citation.write(Item(**fields), service) == lines  # type: ignore[arg-type]  # the same


@pytest.mark.parametrize(("service", "lines", "fields"), READ, ids=lambda value: str(value)[:30])
def test_what_places_allow_is_read(service: Service, lines: list[str], fields: dict[str, str | None]) -> None:
    item = citation.read(lines, service)
    assert {name: getattr(item, name) for name in fields} == fields
    assert item.lines == tuple(lines)


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (Item(volume_issue="vol. 12, no. 3"), "VOL 12 PT 3"),
        (Item(volume_issue="12/3", pagination="4"), "VOL 12 PT 3 PP 4"),
        (Item(volume_issue="(3)"), "PT 3"),
        (Item(volume_issue="n.s. 3"), "VOL n.s. 3"),
        (Item(component_date="12 March 2019"), "2019 PT 12 March 2019"),
        (Item(publication_date="c1974"), "1974"),
        (Item(publication_date="n.d."), ""),
    ],
    ids=str,
)
def test_a_year_line_has_its_labels(item: Item, line: str) -> None:
    assert citation.write(item, COPY) == ([line] if line else [])


@given(lines=st.lists(st.text(max_size=60), max_size=12), service=st.sampled_from([COPY, LOAN]))
def test_any_lines_are_kept(lines: list[str], service: Service) -> None:
    assert citation.read(lines, service).lines == tuple(lines)


ADDRESSES = [
    (["reader@example.org"], Delivery(electronic="reader@example.org")),
    (["Desk"], Delivery(postal=Postal(name="Desk"))),
    (["Desk", "AN1 1AA"], Delivery(postal=Postal(name="Desk", postcode="AN1 1AA"))),
    (
        ["Desk", "1 Any Street", "ANYTOWN", "AN1 1AA", "UNITED KINGDOM"],
        Delivery(
            postal=Postal(
                name="Desk",
                street="1 Any Street",
                city="ANYTOWN",
                postcode="AN1 1AA",
                country="UNITED KINGDOM",
            )
        ),
    ),
    (
        ["Desk", "Dept of A", "Univ B", "1 Any Street", "ANYTOWN", "12345"],
        Delivery(
            postal=Postal(
                name="Desk",
                extended="Dept of A; Univ B",
                street="1 Any Street",
                city="ANYTOWN",
                postcode="12345",
            )
        ),
    ),
]


@pytest.mark.parametrize(("lines", "delivery"), ADDRESSES, ids=lambda value: str(value)[:40])
def test_an_address_is_written_as_it_is_read(lines: list[str], delivery: Delivery) -> None:
    assert address.read(lines) == delivery
    assert address.write(delivery, electronic="@" in lines[0]) == lines


MIXED = [
    (["reader@x.example", "Example Library", "Long Street", "Anytown"], "reader@x.example",
     Postal(name="Example Library", street="Long Street", city="Anytown")),
    (["Attn. R. Reader", "reader@x.example"], "reader@x.example", Postal(name="Attn. R. Reader")),
    (["Desk", "<reader@x.example>", "Anytown"], "reader@x.example", Postal(name="Desk", city="Anytown")),
    (["R. Reader <reader@x.example>"], "reader@x.example", Postal(name="R. Reader")),
    (["v@x.example>"], "v@x.example", None),
    (["E-mail: o'neil@x.example."], "o'neil@x.example", None),
    (["mailto:r@x"], "r@x", None),
    (["a@x.example", "b@x.example"], "a@x.example", Postal(name="b@x.example")),
    (["Desk", "mail to desk@x.example"], None, Postal(name="Desk", city="mail to desk@x.example")),
    (["a@b@x.example"], None, Postal(name="a@b@x.example")),
    (["@x.example"], None, Postal(name="@x.example")),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "electronic", "postal"), MIXED, ids=lambda value: str(value)[:40])
def test_an_e_mail_address_is_found_and_no_line_is_lost(
    lines: list[str], electronic: str | None, postal: Postal | None
) -> None:
    assert address.read(lines) == Delivery(electronic=electronic, postal=postal)


@pytest.mark.parametrize("text", ["r@x.example", "o'neil+ill@x.example", "a@b"])
def test_what_is_an_e_mail_address(text: str) -> None:
    assert address.is_email(text)
    for more in (f"{text}>", f"<{text}", f"{text}.", f"{text}, {text}", f"{text}@", f" {text}", f"to {text}"):
        assert not address.is_email(more)


@pytest.mark.parametrize(
    ("text", "ascii_text", "lost"),
    [
        ("Łódź", "Lodz", 0),
        ("Straße in Ærø", "Strasse in AEro", 0),
        ("Đặng Thị", "Dang Thi", 0),
        ("Þórr ıŞ", "Thorr iS", 0),
        ("“Quoted” – and…", '"Quoted" - and...', 0),
        ("Толстой, Щука", "Tolstoi, Shchuka", 0),
        ("Οδύσσεια", "Odysseia", 0),
        ("ﬁne ½", "fine 1/2", 0),
        ("a\r\nb\tc\x00d\u2028e  f", "a b c d e f", 0),
        ("日本 abc", "RiBen abc", 0),
        ("كتاب", "ktb", 0),
        ("\ue000 abc", "? abc", 1),
        ("", "", 0),
    ],
)
def test_no_base_letter_is_lost(text: str, ascii_text: str, lost: int) -> None:
    assert (to_ascii(text).text, to_ascii(text).lost) == (ascii_text, lost)


def test_the_page_says_what_becomes_of_other_scripts() -> None:
    said = re.findall("`([^`]+)` becomes `([^`]+)`", PAGE.read_text("utf-8"))
    assert [shown for _, shown in said] == [to_ascii(written).text for written, _ in said] != []
    assert all(to_ascii(written).romanised for written, _ in said)
    assert to_ascii("\ue000") == Ascii("?", lost=1)


@pytest.mark.parametrize(("title", "readable"), [("a\ue000", False), ("ab\ue000", True), ("بسم", True)])
def test_a_title_needs_more_letters_than_it_lost(title: str, readable: bool) -> None:
    assert is_readable(to_ascii(title)) is readable


@given(text=st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    made = to_ascii(text)
    assert made.text.isascii()
    assert made.text.isprintable() or not made.text
    assert made.text == " ".join(made.text.split())
    assert to_ascii(made.text).text == made.text


@pytest.mark.parametrize(
    ("title", "readable"),
    [("1984", True), ("日本", True), ("\ue000\ue001", False), ("\ue000 in art", True), ("?!", False)],
)
def test_a_title_must_keep_most_of_its_letters(title: str, readable: bool) -> None:
    assert is_readable(to_ascii(title)) is readable
