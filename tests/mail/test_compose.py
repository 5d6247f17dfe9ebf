"""What is composed is one letter, the same every time, and reads back as what was meant."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailproc.errors import LocalFault
from mailproc.mail.compose import compose, domain_of, message_id
from mailproc.mail.headers import one_line
from mailproc.mail.letter import Body, Part
from mailproc.mail.parse import parse

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def text(words: str, **more: Any) -> Part:
    return Part("text/plain", b"", text=words, **more)


def letter(
    *parts: Part,
    subject: str = "s",
    sender: str = "ill@library.example",
    name: str = "",
    to: Sequence[str] = ("art@art.example",),
    **more: Any,
) -> bytes:
    given: dict[str, Any] = {"message_id": "a@library.example", "date": NOON} | more
    return compose(Body(subject, parts), sender=sender, sender_name=name, to=to, **given)


def header_of(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[0]


def test_a_plain_letter_to_the_byte() -> None:
    raw = letter(
        text("99-0001\nTX1\n"),
        subject="Order file FILEREFNO 4711",
        name="A Library",
        in_reply_to="q@art.example",
        references=["p@art.example", "q@art.example"],
        date=datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=1))),
    )
    assert raw == (
        b"From: A Library <ill@library.example>\r\n"
        b"To: art@art.example\r\n"
        b"Subject: Order file FILEREFNO 4711\r\n"
        b"Date: Thu, 01 Jan 2026 12:00:00 +0100\r\n"
        b"Message-ID: <a@library.example>\r\n"
        b"In-Reply-To: <q@art.example>\r\n"
        b"References: <p@art.example> <q@art.example>\r\n"
        b"Auto-Submitted: auto-generated\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=us-ascii\r\n"
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"99-0001\r\nTX1\r\n"
    )


@pytest.mark.parametrize(
    ("words", "label", "charset", "encoding"),
    [
        ("plain", "", "us-ascii", "7bit"),
        ("x" * 998, "", "us-ascii", "7bit"),
        ("x" * 999, "", "us-ascii", "quoted-printable"),
        ("bell \a", "", "us-ascii", "quoted-printable"),
        ("Straße", "", "utf-8", "quoted-printable"),
        ("汉字" * 40, "", "utf-8", "base64"),
        ("Straße", "iso-8859-1", "iso-8859-1", "quoted-printable"),
        ("it’s", "cp1252", "windows-1252", "quoted-printable"),
        ("A title of Łódź", "iso-8859-1", "utf-8", "quoted-printable"),
        ("plain", "utf-8", "utf-8", "7bit"),
        ("plain", "utf-16", "us-ascii", "7bit"),
        ("plain", "rot13\r\nBcc: x", "us-ascii", "7bit"),
    ],
)
def test_the_plainest_label_and_encoding_that_fit(
    words: str, label: str, charset: str, encoding: str
) -> None:
    raw = letter(text(words, charset=label))
    assert f"Content-Type: text/plain; charset={charset}\r\n".encode() in raw
    assert f"Content-Transfer-Encoding: {encoding}\r\n".encode() in raw
    assert parse(raw).text == words + "\n"


def as_sent(words: str) -> str:
    """What compose promises of a text: LF, no NUL, a last line end, "?" for half characters."""
    whole = words.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    whole = whole.encode("utf-8", "replace").decode()
    return whole if whole.endswith("\n") or not whole else whole + "\n"


ANY_TEXT = st.text(alphabet=st.characters(), max_size=400)
LINES = st.text(alphabet="TX \t\r\n.=-_Fromé汉\a\0\x1b", max_size=2000)


@given(ANY_TEXT | LINES)
def test_any_text_reads_back(words: str) -> None:
    assume(not words.replace("\0", "").startswith("\ufeff"))  # a byte order mark is no text
    raw = letter(text(words))
    got = parse(raw)
    assert got.text == as_sent(words)
    assert got.defects == ()


def test_a_name_like_an_encoded_word_is_shown_as_it_is_written() -> None:
    (author,) = parse(letter(text("words"), name="A =?utf-8?q?B?=")).authors
    assert author == "A =?utf-8?q?B?= <ill@library.example>"


@given(st.lists(ANY_TEXT | st.binary(max_size=300), min_size=2, max_size=5))
def test_any_parts_read_back(contents: list[str | bytes]) -> None:
    assume(not any(isinstance(one, str) and one.replace("\0", "").startswith("\ufeff") for one in contents))
    parts = [text(one) if isinstance(one, str) else Part("application/x-any", one) for one in contents]
    got = parse(letter(*parts))
    assert got.media_type == "multipart/mixed"
    assert got.defects == ()
    for sent, part in zip(contents, got.parts, strict=True):
        if isinstance(sent, str):
            assert part.text == as_sent(sent)
        else:
            assert part.content == sent


@given(ANY_TEXT, ANY_TEXT, LINES)
def test_any_words_in_a_header_stay_in_their_line(subject: str, name: str, words: str) -> None:
    raw = letter(text(words), subject=subject, name=name)
    got = parse(raw)
    assert got.subject == one_line(subject.encode("utf-8", "replace").decode())[:998]
    assert got.sender == "ill@library.example"
    assert got.to == ("art@art.example",)
    names = re.findall(rb"(?m)^([^ :]+):", header_of(raw))
    assert names == [
        b"From",
        b"To",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"Auto-Submitted",
        b"MIME-Version",
        b"Content-Type",
        b"Content-Transfer-Encoding",
    ]


@given(ANY_TEXT | LINES, ANY_TEXT, ANY_TEXT)
def test_what_leaves_is_clean_on_the_wire(words: str, subject: str, filename: str) -> None:
    part = Part("application/x-any", b"\xff\r\n\n", filename=filename, attachment=True)
    raw = letter(text(words), part, subject=subject, to=["a@b.example"] * 30)
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert max(map(len, header_of(raw).split(b"\r\n"))) <= 78


@given(ANY_TEXT)
def test_the_same_input_gives_the_same_bytes(words: str) -> None:
    parts = (text(words), Part("application/x-any", words.encode("utf-8", "replace")))
    assert letter(*parts) == letter(*parts)


INJECTIONS = [
    "x\r\nBcc: evil@bad.example",
    "x\nBcc: evil@bad.example",
    "x\rBcc: evil@bad.example",
    "x\r\n\r\nbody",
    "x\u2028Bcc: evil@bad.example",
    "x\x85Bcc: evil@bad.example",
    "x\0y",
]


@pytest.mark.parametrize("words", INJECTIONS)
def test_nothing_ends_a_header(words: str) -> None:
    part = text("body", filename=words, parameters=(("name", words),))
    raw = letter(part, subject=words, name=words, in_reply_to=words, references=[words])
    assert not re.search(rb"(?im)^bcc", raw)
    got = parse(raw)
    assert (got.in_reply_to, got.references, got.text) == ((), (), "body\n")
    assert got.subject == one_line(words)
    assert got.to == ("art@art.example",)


@pytest.mark.parametrize(
    "address",
    [
        *(f"a@b.example{words[1:]}" for words in INJECTIONS),
        "",
        "a",
        "a@",
        "@b.example",
        "a b@c.example",
        "a@b.example, c@d.example",
        "<a@b.example>",
        "a@b@c.example",
        "ä@b.example",
        "a@b..example",
        "a@b.example;c@d.example",
        "a" * 250 + "@b.example",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    for more in ({"to": [address]}, {"to": ["a@b.example", address]}, {"sender": address}):
        with pytest.raises(LocalFault, match="not an e-mail address") as fault:
            letter(text("x"), **more)
        assert str(fault.value).isprintable()


@pytest.mark.parametrize(
    "more",
    [
        {"to": []},
        {"message_id": "no at sign"},
        {"message_id": "a@b.example>\r\nBcc: x"},
        {"message_id": ""},
        {"auto_submitted": "x\r\nBcc: y"},
    ],
)
def test_what_cannot_be_written_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(LocalFault):
        letter(text("x"), **more)


@pytest.mark.parametrize(
    "part",
    [
        Part("text/plain\r\nBcc: x", b"", text="x"),
        Part("nonsense", b"x"),
        Part("a/b", b"x", parameters=(("na me", "x"),)),
        Part("a/b", b"x", parameters=(("x\r\nBcc: y", "x"),)),
    ],
)
def test_a_part_that_is_none_is_refused(part: Part) -> None:
    with pytest.raises(LocalFault):
        letter(part)


def test_a_naive_date_is_a_bug() -> None:
    with pytest.raises(ValueError, match="naive"):
        letter(text("x"), date=datetime(2026, 1, 1))  # noqa: DTZ001  # the case


def test_a_single_part_that_is_no_text_is_the_letter() -> None:
    part = Part(
        "application/iso-10161-ill-1",
        bytes(range(256)),
        parameters=(("transfer-encoding", "iso-8825-ber"), ("name", "ill.ber")),
    )
    got = parse(letter(part))
    assert got.media_type == "application/iso-10161-ill-1"
    assert got.parts[0].content == bytes(range(256))
    assert got.parts[0].parameters == part.parameters


@pytest.mark.parametrize("name", ["order.txt", 'a "b" \\ c.txt', "Łódź.txt", "Ł" * 80])
def test_names_of_files(name: str) -> None:
    got = parse(letter(text("x"), Part("application/x-any", b"y", filename=name, attachment=True)))
    assert (got.parts[1].filename, got.parts[1].attachment) == (re.split(r"[/\\]", name)[-1].strip(), True)


def test_a_boundary_in_the_text_changes_the_boundary() -> None:
    first = re.search(rb'boundary="([^"]+)"', letter(text("x"), text("y")))
    assert first is not None
    trap = f"--{first[1].decode()}--\n"
    got = parse(letter(text(trap), text("y")))
    assert [part.text for part in got.parts] == [trap, "y\n"]


def test_a_letter_without_parts_is_empty_text() -> None:
    assert parse(letter()).text == ""


def test_no_auto_submitted_on_request() -> None:
    assert b"Auto-Submitted" not in letter(text("x"), auto_submitted="")


def test_flowed_is_never_claimed() -> None:
    part = text("one \ntwo", parameters=(("format", "flowed"), ("charset", "utf-8")))
    got = parse(letter(part))
    assert (got.text, got.parts[0].parameters) == ("one \ntwo\n", (("charset", "utf-8"),))


@pytest.mark.parametrize(
    ("address", "domain"), [("a@B.example", "b.example"), ("a@b@c", "c"), ("nobody", ""), ("", "")]
)
def test_domain_of(address: str, domain: str) -> None:
    assert domain_of(address) == domain


def test_message_ids() -> None:
    assert message_id("library.example", "O12.1a2b") == "O12.1a2b@library.example"
    for domain, token in [
        ("", ""),
        ("b.example", "a b"),
        ("b.example", "a@c"),
        ("b>.example", "a"),
        ("ä", "a"),
    ]:
        with pytest.raises(LocalFault, match="Message-ID"):
            message_id(domain, token)
