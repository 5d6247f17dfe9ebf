"""The rules by which an order file is read, one after the other: what each forgives, and what it does not.

The letters around such texts (encodings, attachments, signatures) are among the samples.
"""

from collections.abc import Callable
from typing import Any

import pytest

from mailproc.ill.apdu import Apdu, Cancel, IllRequest
from mailproc.ill.terms import Service
from mailproc.mail.letter import Letter, Part
from mailproc.mail.parse import parse
from mailproc.protocols.artemail import citation
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.codec import Decoded

GAP = "\n" * 5
HEAD = "99-0001\nQ7W8E9R"


def file(*orders: str, gap: str = GAP, head: str = HEAD) -> str:
    return gap.join([head, *orders, "NNNN\n"])


def decoded(text: str, codec: ArtemailCodec) -> Decoded:
    return codec.decode(Letter(raw=b"", subject="", parts=(Part("text/plain", b"", text=text),)))


def told(apdu: Apdu) -> tuple[Any, ...]:
    """Number, words, lines of an order; number and note of an action."""
    assert apdu.ref
    if isinstance(apdu, IllRequest):
        return apdu.ref.number, " ".join(apdu.keywords), *apdu.item.lines
    return apdu.ref.number, apdu.type.name, apdu.note


ONE = [("LIB-1", "S LOAN", "A book", "Marsh, E")]
TWO = [*ONE, ("LIB-2", "S LOAN", "Another", "Quill, J")]
BOOK, OTHER = "TXLIB-1 S LOAN\nA book\nMarsh, E", "TXLIB-2 S LOAN\nAnother\nQuill, J"

RULES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    # the text
    "a byte order mark": ("\ufeff" + file(BOOK), ONE),
    "blank lines on top": ("\n \n\n" + file(BOOK), ONE),
    "blanks behind every line": (file(BOOK).replace("\n", " \t \n"), ONE),
    "every line quoted": ("> " + file(BOOK).strip().replace("\n", "\n> "), ONE),
    "every line quoted twice": (">> " + file(BOOK).strip().replace("\n", "\n>> "), ONE),
    "every line quoted, without a blank": (">" + file(BOOK).strip().replace("\n", "\n>"), ONE),
    "carriage returns alone": (file(BOOK).replace("\n", "\r"), ONE),
    # the end
    "nothing counts behind the first end": (file(BOOK) + file(OTHER, head=""), ONE),
    "the end in lower case, with blanks": (file(BOOK).replace("NNNN", " nnnn "), ONE),
    "a signature behind the end": (file(BOOK) + "-- \nSent from my phone", ONE),
    # the header
    "a blank line between code and password": (file(BOOK, head="99-0001\n\nQ7W8E9R"), ONE),
    "blanks around code and password": (file(BOOK, head="  99-0001 \n Q7W8E9R  "), ONE),
    "no blank line below the header": (f"{HEAD}\n{BOOK}\n\nNNNN\n", ONE),
    "no order at all": (file(), []),
    # where an order begins
    **{f"{many} blank lines": (file(BOOK, OTHER, gap="\n" * (many + 1)), TWO) for many in range(1, 8)},
    "blanks-only lines as gap": (file(BOOK, OTHER, gap="\n  \n \n\n\t\n"), TWO),
    "fewer blank lines before a later order": (file(f"{BOOK}\n\n{OTHER}"), TWO),
    "more blank lines before a later order": (file(f"{BOOK}\n\n\n\n\n\n\n\n{OTHER}"), TWO),
    "an empty line in an order, then an author with TX": (
        file("TXLIB-1 S LOAN\nA book\n\nTxillardegi", OTHER),
        [("LIB-1", "S LOAN", "A book", "Txillardegi"), TWO[1]],
    ),
    "an empty line in an order, then a title with TX": (
        file("TXLIB-1 S LOAN\n\nTX-ray pictures of dikes\n\nMarsh, E", OTHER),
        [("LIB-1", "S LOAN", "TX-ray pictures of dikes", "Marsh, E"), TWO[1]],
    ),
    "the same where the gap is one line": (
        file("TXLIB-1 S LOAN\n\nTX-ray pictures of dikes\n\nTxillardegi", OTHER, gap="\n\n"),
        [("LIB-1", "S LOAN", "TX-ray pictures of dikes", "Txillardegi"), TWO[1]],
    ),
    "a title with TX and no empty line": (
        file("TXLIB-1 S LOAN\nTX FILES: A HISTORY\nMarsh, E"),
        [("LIB-1", "S LOAN", "TX FILES: A HISTORY", "Marsh, E")],
    ),
    "no title, so an empty line below TX": (
        file("TXLIB-1 S SED99\n\n2019 VOL 12\nTidal memory"),
        [("LIB-1", "S SED99", "2019 VOL 12", "Tidal memory")],
    ),
    "a blanks-only line for what is missing": (
        file("TXLIB-1 S SED99\nDikes\n   \nTidal memory\n "),
        [("LIB-1", "S SED99", "Dikes", "Tidal memory")],
    ),
    # the TX line
    "lower case, a blank behind TX, one blank line": (
        "99-0001\nQ7W8E9R\n\ntx LIB-1  s loan\nOnly one blank line above\n\nNNNN\n-- \nSent from my phone",
        [("LIB-1", "S LOAN", "Only one blank line above")],
    ),
    "many blanks in it": (file("TX    LIB-1    S   LOAN  \nA book"), [("LIB-1", "S LOAN", "A book")]),
    "words in any order": (file("TXLIB-1 WLX LOAN S\nA book"), [("LIB-1", "WLX LOAN S", "A book")]),
    "an unknown word": (file("TXLIB-1 S PURPLE LOAN\nA book"), [("LIB-1", "S PURPLE LOAN", "A book")]),
    "a speed without its last star": (file("TXLIB-1 S SED99*2\nDikes"), [("LIB-1", "S SED99*2", "Dikes")]),
    "RZ with blanks is the mark": (file("TX RZ LIB-1 S COPYRT\nDikes"), [("LIB-1", "RZ S COPYRT", "Dikes")]),
    "RZ behind TX without a blank": (file("TXRZ LIB-1 S COPYRT\nDikes"), [("LIB-1", "RZ S COPYRT", "Dikes")]),
    "RZ glued to more is a number": (file("TXRZ-1 S\nDikes"), [("RZ-1", "S", "Dikes")]),
    "a number of digits alone": (file("TX4711 S LOAN\nA book"), [("4711", "S LOAN", "A book")]),
    "a cancellation with its reason": (
        file("TXLIB-1 CANCEL\nReader no longer\nneeds it"),
        [("LIB-1", "CANCEL", "Reader no longer needs it")],
    ),
    "a cancellation without one": (file("TXLIB-1 CANCEL"), [("LIB-1", "CANCEL", None)]),
    "a cancellation in lower case": (file("TXLIB-1 cancel\nno"), [("LIB-1", "CANCEL", "no")]),
    "the same number twice": (
        file(BOOK, BOOK.replace("A book", "B")),
        [ONE[0], ("LIB-1", "S LOAN", "B", "Marsh, E")],
    ),
}


@pytest.mark.parametrize(("text", "orders"), RULES.values(), ids=RULES)
def test_tolerated_variants(text: str, orders: list[tuple[Any, ...]], codec: ArtemailCodec) -> None:
    said = decoded(text, codec)
    assert [told(apdu) for apdu in said.apdus] == orders
    assert said.faults == ()
    assert said.credentials
    assert (said.credentials.customer_code, said.credentials.password) == ("99-0001", "Q7W8E9R")


FAULTS: dict[str, tuple[str, list[str]]] = {
    "no end": (f"{HEAD}{GAP}{BOOK}\n", ["not ended"]),
    "an end that is no line of its own": (f"{HEAD}{GAP}{BOOK}\nTHE NNNN\n", ["not ended"]),
    "TX alone": (file("TX\nA book"), ["no number"]),
    "a mark and no number": (file("TX RZ\nA book"), ["no number"]),
    "a word glued to TX": (file("TXSL SED99*2*\nDikes"), ["no number"]),
    "a word behind TX": (file("TX S LOAN\nA book"), ["no number"]),
    "it is known by its form and title": (
        file("TX LOAN\n  A   book "),
        ['an order of a loan, title "A book": it has no number'],
    ),
    "it is known by its first line": (
        file("TX CANCEL\nNot needed"),
        ['an order, beginning "Not needed": it has no number'],
    ),
    "it is known by its form alone": (
        file("TX S PHOTO\n:DELIVER ABOVE ITEM TO:\na@b.example"),
        ["an order of a copy: it has no number"],
    ),
    "no lines": (file("TXLIB-1 S LOAN"), ["no bibliographic lines"]),
    "a number of forty-one signs": (file(f"TX{'1' * 41} S\nDikes"), ["too long"]),
    "text and no order": (file("A book"), ["no line begins an order"]),
}


@pytest.mark.parametrize(("text", "faults"), FAULTS.values(), ids=FAULTS)
def test_variants_that_are_not_tolerated(text: str, faults: list[str], codec: ArtemailCodec) -> None:
    said = decoded(text, codec)
    assert said.apdus == ()
    assert [word for word, fault in zip(faults, said.faults, strict=True) if word in fault.text] == faults


@pytest.mark.parametrize("bad", ["TX\nA", "TX RZ\nA", "TXSL SED99\nA", "TXLIB-1 S", f"TX{'1' * 41}\nA"])
def test_a_fault_is_its_own_orders(bad: str, codec: ArtemailCodec) -> None:
    said = decoded(file(BOOK, bad, OTHER), codec)
    assert [told(apdu) for apdu in said.apdus] == TWO
    assert [fault.position for fault in said.faults] == [14]


@pytest.mark.parametrize(
    "text",
    [
        "Dear all\n" + file(BOOK),
        "I write:\n> " + file(BOOK).strip().replace("\n", "\n> "),
        file(BOOK, head="99-001\nQ7W8E9R"),
        file(BOOK, head="Q7W8E9R\n99-0001"),
        file(BOOK, head="99-0001\ntwo words"),
        "99-0001\nNNNN\n",
        "",
    ],
)
def test_what_is_no_order_file(text: str, codec: ArtemailCodec) -> None:
    """Somebody's letter that holds a file is for a person: who knows whether the file was meant."""
    assert codec.kind(Letter(raw=b"", subject="x", parts=(Part("text/plain", b"", text=text),))) is None


ADDRESSES: dict[str, tuple[str, str]] = {
    "e-mail": ("\n:DELIVER ABOVE ITEM TO:\nreader@example.org", "reader@example.org"),
    "e-mail below blank lines": ("\n:DELIVER ABOVE ITEM TO:\n\n \nreader@example.org", "reader@example.org"),
    "lower case, no last colon": ("\n: deliver above  item to\nreader@example.org", "reader@example.org"),
    "without a gap": (":DELIVER ABOVE ITEM TO:\nreader@example.org", "reader@example.org"),
    "postal": ("\n:DELIVER ABOVE ITEM TO:\nDesk\n1 Any Street\nANYTOWN\nAN1 1AA", "Desk"),
    "postal with an @ further down": ("\n:DELIVER ABOVE ITEM TO:\nDesk\nmail desk@example.org", "Desk"),
    "nothing": ("\n:DELIVER ABOVE ITEM TO:\n", ""),
    "none": ("", ""),
}


@pytest.mark.parametrize(("text", "where"), ADDRESSES.values(), ids=ADDRESSES)
def test_where_to_deliver(text: str, where: str, codec: ArtemailCodec) -> None:
    """The first line that is not blank tells e-mail from post."""
    (order,) = decoded(file(f"TXLIB-1 S SED99\nDikes\n{text}"), codec).apdus
    assert isinstance(order, IllRequest)
    assert order.item.lines == ("Dikes",)
    to = order.delivery
    assert (to and (to.electronic or (to.postal and to.postal.name))) == (where or None)


def test_an_address_ends_where_the_next_order_begins(codec: ArtemailCodec) -> None:
    text = file(f"TXLIB-1 S SED99\nDikes{GAP}:DELIVER ABOVE ITEM TO:\na@example.org", OTHER)
    first, second = decoded(text, codec).apdus
    assert isinstance(first, IllRequest) and isinstance(second, IllRequest)
    assert (first.delivery and first.delivery.electronic, second.delivery) == ("a@example.org", None)


@pytest.mark.parametrize(
    ("words", "services"),
    [
        ("S LOAN", ["LOAN"]),
        ("LOAN*24*", ["LOAN"]),
        *(
            (word, ["COPY"])
            for word in ("PHOTO", "PHOTO*24*", "SED99*2", "PTW", "PTW99", "PTW*48*", "FXBK99")
        ),
        ("PHOTO SED99", ["COPY"]),
        ("SED99 LOAN", ["COPY", "LOAN"]),
        ("S", ["COPY"]),
        ("", ["COPY"]),
    ],
)
def test_the_form_tells_loan_from_copy(words: str, services: list[str], codec: ArtemailCodec) -> None:
    (order,) = decoded(file(f"TXLIB-1 {words}\nDikes"), codec).apdus
    assert isinstance(order, IllRequest)
    assert list(order.services) == services


def test_the_default_form_is_a_sites_to_choose(overlaid: Callable[[str], ArtemailCodec]) -> None:
    (order,) = decoded(file("TXLIB-1 S\nDikes"), overlaid('default_service = "LOAN"\n')).apdus
    assert isinstance(order, IllRequest)
    assert order.services == (Service.LOAN,)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (" VOL 3  PP 7", {"volume_issue": "3", "pagination": "7"}),
        (" ED/PT: 3", {"edition": "3"}),
        ("1974   ED/PT:  2 ", {"publication_date": "1974", "edition": "2"}),
        ("2006  VOL 4   PT 2  PP 88-97 ", {"volume_issue": "4(2)", "pagination": "88-97"}),
        ("0-14-044930-X", {"isbn": "0-14-044930-X"}),
        ("014044930x", {"isbn": "014044930x"}),
        ("978-0-14-044930-3", {"isbn": "978-0-14-044930-3"}),
        ("1234-567X", {"issn": "1234-567X"}),
        ("1234-567x AB12/3", {"issn": "1234-567x", "call_number": "AB12/3"}),
    ],
)
def test_a_reply_line_is_recognised_by_its_form(line: str, fields: dict[str, str]) -> None:
    """As two writers in use leave it: blanks in front, behind and doubled."""
    item = citation.read(("Dikes", line), Service.LOAN)
    assert {name: getattr(item, name) for name in fields} == fields


@pytest.mark.parametrize("charset", ["iso-8859-1", "us-ascii", "utf-8", "koi8-r"])
def test_what_is_utf_8_is_read_as_utf_8_whatever_the_label(charset: str, codec: ArtemailCodec) -> None:
    """A writer in use labels it iso-8859-1, and adds a header of its own making."""
    head = f"Content-Type: text/plain; charset={charset}\nCharset: utf8\nSubject: Orders\n\n".encode()
    (order,) = codec.decode(parse(head + file("TXLIB-1 S LOAN\nŁódź, Öl und Straße").encode())).apdus
    assert isinstance(order, IllRequest)
    assert order.item.title == "Łódź, Öl und Straße"


def test_what_is_latin_1_is_read_as_windows_reads_it(codec: ArtemailCodec) -> None:
    head = b"Content-Type: text/plain; charset=iso-8859-1\nSubject: Orders\n\n"
    (order,) = codec.decode(parse(head + file("TXLIB-1 S LOAN\n“Öl” – 5 €").encode("cp1252"))).apdus
    assert isinstance(order, IllRequest)
    assert order.item.title == "“Öl” – 5 €"


def test_an_action_keeps_the_number_of_the_order(codec: ArtemailCodec) -> None:
    (cancel,) = decoded(file("TXLIB-1 CANCEL"), codec).apdus
    (order,) = decoded(file(BOOK), codec).apdus
    assert isinstance(cancel, Cancel)
    assert cancel.ref == order.ref
