"""Awkward letters, as they come: what each field of the Letter says of them."""

from datetime import UTC, datetime, timedelta

import pytest

from mailproc.mail import headers
from mailproc.mail.parse import parse, readable


def letter(fields: str, body: bytes = b"") -> bytes:
    return fields.strip().replace("\n", "\r\n").encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("field", "subject"),
    [
        ("Subject: Order file FILEREFNO 4711", "Order file FILEREFNO 4711"),
        ("Subject: Order\n file\n\tFILEREFNO   4711 ", "Order file FILEREFNO 4711"),
        ("subject : spaced", "spaced"),
        ("Subject: =?utf-8?q?=C5=81=C3=B3d=C5=BA?=", "Łódź"),
        ("Subject: =?iso-8859-1?Q?Stra=DFe_1?=", "Straße 1"),
        ("Subject: =?ISO-8859-1*de?Q?Stra=DFe?=", "Straße"),
        ("Subject: a =?utf-8?q?b?= c", "a b c"),
        ("Subject: =?utf-8?b?w4?=\n =?utf-8?b?nA==?=", "Ü"),  # a character cut in two
        ("Subject: =?utf-8?q?a?= =?iso-8859-1?q?=DF?= b", "aß b"),
        ("Subject: =?utf-8?q?with blank?=", "with blank"),
        ("Subject: =?klingon-8?q?ab=FF?=", "abÿ"),
        ("Subject: =?utf-8?b?%%%?= =?utf-8?q?=3D=?=", "="),
        ("Subject: =?utf-8?q?a=0D=0ABcc:_x@y.example?=", "a Bcc: x@y.example"),
        ("Subject: =?utf-8?q?nul=00here=1B[31m?=", "nulhere [31m"),
        ("Subject: Grüße", "Grüße"),
        ("Subject: one\nSubject: two", "one"),
        ("Subject:", ""),
        ("X-Other: no subject", ""),
    ],
)
def test_subject_is_one_decoded_line(field: str, subject: str) -> None:
    assert parse(letter(field)).subject == subject


def test_subject_in_bytes_that_are_not_utf8() -> None:
    assert parse(b"Subject: Stra\xdfe\n\n").subject == "Straße"


def test_recipients_in_order_from_both_fields_and_groups() -> None:
    got = parse(letter("To: a@x.example,\n B@x.example\nTo: staff: c@x.example;"))
    assert got.to == ("a@x.example", "b@x.example", "c@x.example")


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("X: y", None),
        ("Return-Path: <>", ""),
        ("Return-Path: < >", ""),
        ("Return-Path: <A@b.example>", "a@b.example"),
        ("Return-Path: a@b.example", "a@b.example"),
        ("Return-Path: <last@b.example>\nReturn-Path: <first@b.example>", "last@b.example"),
    ],
)
def test_return_path(field: str, path: str | None) -> None:
    assert parse(letter(field)).return_path == path


@pytest.mark.parametrize(
    ("field", "ids"),
    [
        ("In-Reply-To: <a@b.example>", ("a@b.example",)),
        ("In-Reply-To: <a@b.example> <c@d.example>", ("a@b.example", "c@d.example")),
        ("In-Reply-To: Your letter of <a@b.example> last week", ("a@b.example",)),
        ("In-Reply-To: <very-\n long@b.example>", ("very-long@b.example",)),
        ("In-Reply-To: a@b.example c@d.example", ("a@b.example", "c@d.example")),
        ("In-Reply-To: no id at all", ("no id at all",)),
        ("In-Reply-To: <" + "x" * 900 + ">", ("x" * 250,)),
        ("In-Reply-To: <>", ()),
        ("In-Reply-To:", ()),
    ],
)
def test_ids_without_brackets_and_garbage_kept(field: str, ids: tuple[str, ...]) -> None:
    assert parse(letter(field)).in_reply_to == ids


def test_message_id_and_the_last_references() -> None:
    refs = " ".join(f"<{n}@b.example>" for n in range(300))
    got = parse(letter(f"Message-ID: <I@b.example>\nReferences: {refs}"))
    assert got.message_id == "I@b.example"
    assert (len(got.references), got.references[-1]) == (100, "299@b.example")


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("Thu, 01 Jan 2026 12:00:00 +0200", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("1 Jan 26 12:00 GMT", datetime(2026, 1, 1, 12, tzinfo=UTC)),
        ("Thu, 01 Jan 2026 12:00:00 -0000", datetime(2026, 1, 1, 12, tzinfo=UTC)),
        ("Thu, 01 Jan 2026 12:00:00", datetime(2026, 1, 1, 12, tzinfo=UTC)),
        ("Thu, 01 Jan 2026 12:00:00 +0100 (CET)", datetime(2026, 1, 1, 11, tzinfo=UTC)),
        ("Thu, 31 Feb 2026 12:00:00 +0000", None),
        ("Thu, 01 Jan 2026 12:00:00 +9999", None),
        ("31 Dec 9999 23:59:59 -2300", None),
        ("Thu, 99999999999999999999 Jan 2026 12:00:00", None),
        ("yesterday", None),
    ],
)
def test_date_is_aware_or_none(value: str, date: datetime | None) -> None:
    got = parse(letter(f"Date: {value}"))
    assert got.date == date
    assert got.defects == (() if date else ("a date that cannot be read",))


def test_date_keeps_the_zone_of_the_sender() -> None:
    got = parse(letter("Date: Thu, 01 Jan 2026 12:00:00 +0200")).date
    assert got is not None
    assert got.utcoffset() == timedelta(hours=2)


def test_words_of_automatic_letters() -> None:
    got = parse(letter("Auto-Submitted: Auto-Replied; owner-email=x@y.example\nPrecedence: Bulk (list)"))
    assert (got.auto_submitted, got.precedence) == ("auto-replied", "bulk")


@pytest.mark.parametrize(
    ("label", "content", "text"),
    [
        ("utf-8", "Łódź".encode(), "Łódź"),
        ("iso-8859-1", "Łódź".encode(), "Łódź"),  # UTF-8 under a wrong label
        ("iso-8859-1", b"it\x92s \x80 5", "it’s € 5"),  # windows-1252 under the label latin-1
        ("us-ascii", b"it\x92s", "it’s"),
        ("us-ascii (Plain text)", b"it\x92s", "it’s"),
        ("iso-8859-15", b"\xa4", "€"),
        ("koi8-r", b"\xeb\xce\xc9\xc7\xc1", "Книга"),
        ("iso-2022-jp", b"\x1b$B4A;z\x1b(B", "漢字"),
        ("utf-16le", "Łódź\n".encode("utf-16le"), "Łódź\n"),
        ("gb18030", "汉字".encode("gb18030"), "汉字"),
        ("klingon", b"\x80", "€"),
        ("rot13", b"\x80", "€"),
        ("punycode", b"\x80", "€"),
        ("utf-8", b"\xff\xfeA", "\ufffd\ufffdA"),
        ("utf-8", b"\xef\xbb\xbfBOM", "BOM"),
        ("utf-8", b"a\0b", "ab"),
        ("utf-8", b"a\r\nb\rc\nd", "a\nb\nc\nd"),
    ],
)
def test_characters_of_a_text(label: str, content: bytes, text: str) -> None:
    raw = letter(f"Content-Type: text/plain; charset={label}\nContent-Transfer-Encoding: 8bit", content)
    assert parse(raw).text == text


@pytest.mark.parametrize(
    ("label", "content", "defect"),
    [
        ("klingon", b"\x80", "unknown charset 'klingon', read as windows-1252"),
        ("utf-8", b"\xff", "bytes that are not utf-8, replaced"),
        ("utf-8", b"\0", "NUL characters left out"),
    ],
)
def test_what_was_wrong_is_noted(label: str, content: bytes, defect: str) -> None:
    assert parse(letter(f"Content-Type: text/plain; charset={label}", content)).defects == (defect,)


@pytest.mark.parametrize(
    ("encoding", "content", "expected"),
    [
        ("base64", b"aGVs\r\nbG8=\r\n", b"hello"),
        ("BASE64 ", b"aGVsbG8", b"hello"),
        ("base64", b"aGVs bG8=\r\n-- \r\na list's footer", b"hello"),
        ("base64", b"aGVsbG8hh", b"hello!"),
        ("base64", b"", b""),
        ("base64", b"====", b""),
        ("quoted-printable", b"a=3D=\r\nb=E9 =XY", b"a=b\xe9 =XY"),
        ("x-unheard-of", b"a=3D", b"a=3D"),
    ],
)
def test_transfer_encodings(encoding: str, content: bytes, expected: bytes) -> None:
    raw = letter(f"Content-Type: application/x-any\nContent-Transfer-Encoding: {encoding}", content)
    assert parse(raw).parts[0].content == expected


def test_a_transfer_encoding_that_nobody_knows_is_noted() -> None:
    raw = letter("Content-Type: text/plain\nContent-Transfer-Encoding: x-unheard-of", b"a=3D")
    assert parse(raw).defects == ("unknown transfer encoding 'x-unheard-of'",)


MIXED = letter(
    'Content-Type: multipart/mixed; boundary="b"',
    b"preamble\r\n--b\r\nContent-Type: multipart/alternative; boundary=bb\r\n\r\n"
    b"--bb\r\n\r\nplain\r\n--bb\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--bb--\r\nepilogue\r\n"
    b"--b  \r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: multipart/mixed; "
    b"boundary=x\r\n\r\n--x\r\n\r\n--x--\r\n\r\n--b\r\n"
    b"Content-Type: application/iso-10161-ill-1; transfer-encoding=iso-8825-ber; name=ill.ber\r\n"
    b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\nYYI=\r\n--b--\r\nend",
)


def test_leaves_of_a_tree_in_order() -> None:
    got = parse(MIXED)
    assert got.media_type == "multipart/mixed"
    assert [part.media_type for part in got.parts] == [
        "text/plain",
        "text/html",
        "message/rfc822",
        "application/iso-10161-ill-1",
    ]
    assert got.text == "plain"
    assert got.defects == ()


def test_an_attached_letter_keeps_its_very_bytes() -> None:
    inner = parse(MIXED).parts[2]
    assert inner.text is None
    assert inner.content.startswith(b"Subject: inner\r\n")
    assert inner.content.endswith(b"--x\r\n\r\n--x--\r\n")
    assert parse(inner.content).subject == "inner"


def test_parameters_and_name_of_a_part() -> None:
    part = parse(MIXED).parts[3]
    assert part.content == b"\x61\x82"
    assert part.parameters == (("transfer-encoding", "iso-8825-ber"), ("name", "ill.ber"))
    assert (part.filename, part.attachment) == ("ill.ber", True)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_do_not_matter(end: str) -> None:
    raw = MIXED.replace(b"\r\n", end.encode())
    assert [part.media_type for part in parse(raw).parts] == [part.media_type for part in parse(MIXED).parts]
    assert parse(raw).text == "plain"


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        ('attachment; filename="order; one.txt"', "order; one.txt"),
        ("attachment; filename=my order.txt", "my order.txt"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\Temp\\\\order.txt"', "order.txt"),
        ("attachment; filename*=utf-8''%C5%81%C3%B3d%C5%BA.txt", "Łódź.txt"),
        ("attachment; filename*0*=iso-8859-1'de'Stra%DF; filename*1=e.txt", "Straße.txt"),
        ('attachment; filename="=?utf-8?q?=C5=81?="', "Ł"),
        ('attachment; filename="a\\"b"', 'a"b'),
        ('attachment; filename="unclosed', "unclosed"),
        ("attachment; filename*=klingon''%FF", "ÿ"),
        ("attachment; filename=..", ""),
        ("attachment", ""),
    ],
)
def test_file_names(disposition: str, filename: str) -> None:
    raw = letter(f"Content-Type: text/plain\nContent-Disposition: {disposition}", b"x")
    assert parse(raw).parts[0].filename == filename


@pytest.mark.parametrize(
    ("content_type", "media_type"),
    [
        ("Text/PLAIN; charset=utf-8", "text/plain"),
        ("text", "text/plain"),
        ("a/b/c", "text/plain"),
        ("", "text/plain"),
        ("text / html", "text/html"),
        ("multipart/mixed", "multipart/mixed"),
    ],
)
def test_media_types(content_type: str, media_type: str) -> None:
    assert parse(letter(f"Content-Type: {content_type}", b"x")).media_type == media_type


@pytest.mark.parametrize(
    ("content_type", "body", "texts"),
    [
        ("multipart/mixed", b"words", ["words"]),
        ("multipart/mixed; boundary=b", b"words", ["words"]),
        ("multipart/mixed; boundary=b", b"see --b here", ["see --b here"]),
        ("multipart/mixed; boundary=b", b"--b\n\none\n--b\n\ntwo", ["one", "two"]),
        ("multipart/mixed; boundary=b", b"--b\n\none\n--bb\n\ntwo\n--b--", ["one\n--bb\n\ntwo"]),
        ("multipart/mixed; boundary=b", b"--b\nno header\n--b--", ["no header"]),
        ("multipart/mixed; boundary=b", b"--b\n--b\n\none\n--b--\n--b\n\nlate", ["", "one"]),
    ],
)
def test_broken_multiparts_lose_no_words(content_type: str, body: bytes, texts: list[str]) -> None:
    assert [part.text for part in parse(letter(f"Content-Type: {content_type}", body)).parts] == texts


def test_digest_holds_letters() -> None:
    raw = letter("Content-Type: multipart/digest; boundary=b", b"--b\n\nSubject: inner\n\nx\n--b--")
    assert [part.media_type for part in parse(raw).parts] == ["message/rfc822"]


def test_many_parts_are_cut() -> None:
    got = parse(letter("Content-Type: multipart/mixed; boundary=b", b"--b\n\nx\n" * 10_000))
    assert len(got.parts) < 500
    assert got.defects == ("more than 500 parts, the rest not read",)


def test_deep_parts_are_kept_unsplit() -> None:
    raw = b"Content-Type: text/plain\n\ndeepest"
    for level in range(2000):
        raw = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n%s\n--b%d--" % (
            level,
            level,
            raw,
            level,
        )
    got = parse(raw)
    assert got.defects == ("more than 10 levels of parts, the rest not split",)
    assert b"deepest" in got.parts[0].content


def test_a_long_header_is_cut_and_the_body_found() -> None:
    raw = b"Subject: first\nX-Long: " + b"x" * 1_000_000 + b"\nTo: late@b.example\n\nbody"
    got = parse(raw)
    assert (got.subject, got.to, got.text) == ("first", (), "body")
    assert got.defects == ("header too long, its end not read",)


@pytest.mark.parametrize(
    ("raw", "subject", "text"),
    [
        (b"", "", ""),
        (b"\n\nonly a body", "", "\nonly a body"),
        (b"only words\n\nmore", "", "only words\n\nmore"),
        (b"Subject: s\nno blank line\nbody", "s", "no blank line\nbody"),
        (b"Subject: s", "s", ""),
        (b"From a@b.example Thu Jan  1 00:00:00 2026\nSubject: s\n\nbody", "s", "body"),
        (b" continued nothing\nSubject: s\n\nbody", "", " continued nothing\nSubject: s\n\nbody"),
    ],
)
def test_where_the_header_ends(raw: bytes, subject: str, text: str) -> None:
    got = parse(raw)
    assert (got.subject, got.text) == (subject, text)


ORDER = "99-0001\nQ7W8E9R\n"


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain", ORDER, ORDER),
        ("text/html", "<p>99-0001<br>Q7W8E9R</p>", ORDER),
        (
            "multipart/mixed; boundary=b",
            "--b\nContent-Disposition: attachment\n\nattached\n"
            "--b\nContent-Type: text/html\n\n<p>body</p>\n--b--",
            "body\n",
        ),
        (
            "multipart/mixed; boundary=b",
            "--b\n\n \n--b\nContent-Disposition: attachment\n\nattached\n--b--",
            " ",
        ),
        ("application/pdf", "x", ""),
        (
            "multipart/alternative; boundary=b",
            "--b\nContent-Type: text/html\n\n<p>as a page</p>\n--b\n\nas text\n--b--",
            "as text",
        ),
    ],
)
def test_readable_is_the_body_however_written(content_type: str, body: str, text: str) -> None:
    assert readable(parse(letter(f"Content-Type: {content_type}", body.encode()))) == text


def test_a_text_that_is_only_attached_is_the_text() -> None:
    raw = letter(
        "Content-Type: multipart/mixed; boundary=b",
        b"--b\nContent-Type: application/pdf\n\nx\n"
        b"--b\nContent-Type: text/plain; name=o.txt\nContent-Disposition: attachment\n\nattached\n--b--",
    )
    assert readable(parse(raw)) == "attached"


def test_trace_fields_topmost_first() -> None:
    raw = letter("Authentication-Results: ours;\n dkim=pass\nX: y\nAuthentication-Results: theirs; dkim=pass")
    assert headers.named(raw, "authentication-results") == ("ours; dkim=pass", "theirs; dkim=pass")
    assert headers.named(raw, "Received-SPF") == ()
