"""The password is nowhere but at the socket."""

import base64
import quopri
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Cancel
from mailproc.ill.terms import Ref
from mailproc.mail.compose import compose
from mailproc.mail.parse import parse
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.mask import MOST_PIECES, Masker
from mailproc.protocols.codec import Wire
from mailproc.templating.environment import Templates

SECRET = "Q7W8E9R"  # nobody's: found by its place
KNOWN = "S3CR3TPW"  # stands in the configuration of conftest
FILE = f"99-0001\r\n{SECRET}\r\n\r\n\r\n\r\n\r\nTX1 S LOAN\r\nA book\r\n\r\n\r\n\r\n\r\nNNNN\r\n"


def letter(body: bytes, head: str = "Content-Type: text/plain") -> bytes:
    return f"From: a@b.example\r\n{head}\r\n\r\n".encode() + body


def encoded(body: str, how: str) -> bytes:
    made = base64.encodebytes(body.encode()) if how == "base64" else quopri.encodestring(body.encode())
    return letter(made, f"Content-Type: text/plain\r\nContent-Transfer-Encoding: {how}")


INNER = encoded(FILE, "base64")
LETTERS = {
    "plain": letter(FILE.encode()),
    "line feeds": letter(FILE.replace("\r\n", "\n").encode()),
    "quoted": letter(FILE.replace("\r\n", "\r\n> ").encode()),
    "quoted twice": letter(FILE.replace("\r\n", "\r\n>> ").encode()),
    "below a covering note": letter(b"We send:\r\n\r\n" + FILE.encode()),
    "blank line between": letter(FILE.replace(SECRET, f"\r\n{SECRET}").encode()),
    "trailing blanks": letter(FILE.replace("99-0001", "99-0001  ").replace(SECRET, f"{SECRET} \t").encode()),
    "end of letter": letter(f"99-0001\r\n{SECRET}".encode()),
    "base64": INNER,
    "quoted-printable": encoded(FILE, "quoted-printable"),
    "soft line break": letter(
        FILE.replace(SECRET, "Q7W8=\r\nE9R").encode(),
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable",
    ),
    "html": letter(f"<p>99-0001<br>{SECRET}<br><br>TX1</p>".encode(), "Content-Type: text/html"),
    "html blocks": letter(f"<div>99-0001</div><div>{SECRET}</div>".encode(), "Content-Type: text/html"),
    "attached": letter(
        b"--=_b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--=_b\r\n" + INNER + b"\r\n--=_b--\r\n",
        'Content-Type: multipart/mixed; boundary="=_b"',
    ),
    "letter in a letter": letter(INNER, "Content-Type: message/rfc822"),
    "bounce": letter(
        b"--=_b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n--=_b\r\nContent-Type: message/rfc822\r\n\r\n"
        + INNER
        + b"\r\n--=_b--\r\n",
        'Content-Type: multipart/report; boundary="=_b"',
    ),
    "no part that it says": letter(FILE.encode(), "Content-Type: multipart/mixed; boundary=none"),
    "no header": b"\r\n" + FILE.encode(),
    "wrong encoding name": letter(FILE.encode(), "Content-Transfer-Encoding: x-unknown"),
    "strange password": letter(FILE.replace(SECRET, "p+a=s/s!").encode()),
}


@pytest.mark.parametrize("name", LETTERS)
def test_a_password_is_masked_wherever_a_file_hides(name: str, codec: ArtemailCodec) -> None:
    raw = LETTERS[name]
    shown = codec.mask(raw)
    for secret in (SECRET.encode(), b"p+a=s/s!", base64.b64encode(FILE.encode())[:20]):
        assert secret not in shown
    assert b"XXXXXXX" in shown
    assert SECRET not in "".join(part.text or "" for part in parse(shown).parts)
    assert codec.mask(shown) == shown


@pytest.mark.parametrize(
    "raw",
    [
        letter(b"REPLIES FOR 99-0001   05-08-2026\r\n\r\nLIB-1   NOT\r\n"),
        letter(b"Our code is 99-0001\r\nThanks\r\n"),
        letter(base64.encodebytes(bytes(range(256)) * 20), "Content-Transfer-Encoding: base64"),
        b"",
        b"\x00\xff" * 100,
    ],
)
def test_what_holds_no_password_is_shown_as_it_is(raw: bytes, codec: ArtemailCodec) -> None:
    assert codec.mask(raw) == raw


def test_a_configured_password_is_masked_wherever_it_stands(codec: ArtemailCodec) -> None:
    raw = letter(f"Your authorisation code {KNOWN} is wrong.".encode(), f"Subject: {KNOWN}")
    assert KNOWN.encode() not in codec.mask(raw)
    assert KNOWN not in repr(codec)
    assert b"cat" in Masker(["cat"]).letter(letter(b"a cat"))  # too short to be looked for everywhere


def test_only_the_socket_sees_the_password(
    codec: ArtemailCodec, templates: Templates, wire: Callable[..., Wire]
) -> None:
    encoded = codec.encode([Cancel(ref=Ref(number="LIB-1"))], wire(), templates)
    assert encoded.body
    raw = compose(
        encoded.body,
        sender="ill@library.example",
        sender_name="A Library",
        to=["art@xx-bl.example"],
        message_id="1@library.example",
        date=datetime(2026, 8, 5, tzinfo=UTC),
    )
    assert codec.mask(raw) == raw
    sent = codec.unmask(raw, SECRET)
    assert sent == raw.replace(b"\r\nXXXXXXX\r\n", f"\r\n{SECRET}\r\n".encode())
    assert sent.count(SECRET.encode()) == 1
    assert codec.mask(sent) == raw
    said = codec.decode(parse(sent))
    assert said.credentials
    assert said.credentials.password == SECRET
    assert SECRET not in repr(said)


@pytest.mark.parametrize("secret", ["", "two words", "a\r\nb", "x" * 65, "pässwort", "a\n"])
def test_a_secret_that_is_no_line_is_refused_and_not_repeated(secret: str, codec: ArtemailCodec) -> None:
    with pytest.raises(LocalFault) as refused:
        codec.unmask(letter(b"99-0001\r\nXXXXXXX\r\n"), secret)
    assert not secret or secret not in str(refused.value)


def test_a_letter_without_a_place_for_the_password_is_refused(codec: ArtemailCodec) -> None:
    with pytest.raises(LocalFault, match="no place for the password"):
        codec.unmask(letter(b"XXXXXXX\r\n"), SECRET)


HOSTILE = [
    b"hunter2",
    b"h\n",
    b"hunter2\n",
    b"h ",
    b"TX hunter22 ",
    b">",
    b"99-0001\n",
    b" ",
    b"99-0001<",
    b"<",
    b"\n",
    b"&nbsp;",
    b"--b\r\n",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_masking_twice_the_letter_takes_twice_the_time(piece: bytes, steady: Callable[..., None]) -> None:
    def raw(octets: int) -> bytes:
        body = b"99-0001\n" + piece * (octets // len(piece))
        return letter(body, "Content-Type: multipart/mixed; boundary=b")

    steady(Masker(["hunter22"]).letter, raw(50_000), raw(100_000))


SPLIT = {
    "over a line end": "S3CR\r\n3TPW",
    "over a bare line feed": "S3CR\n3TPW",
    "quoted": "S3C\r\n> R3TPW",
    "indented": "S3CR3T \r\n\tPW",
    "over three lines": "S3\nCR3\nTPW",
    "html": "S3CR<br>3TPW",
    "html, both": "S3CR<br />\r\n3TPW",
    "in lower case": KNOWN.lower(),
    "as a sentence begins": KNOWN.capitalize(),
    "in lower case, split": "s3cr\r\n3tpw",
}


@pytest.mark.parametrize("written", SPLIT.values(), ids=SPLIT)
def test_a_configured_password_is_masked_however_it_is_written(written: str, codec: ArtemailCodec) -> None:
    raw = letter(f"Your code\r\n\r\nis {written}, you see.\r\n".encode())
    shown = codec.mask(raw)
    assert shown.startswith(raw.partition(b"is ")[0])
    assert shown.endswith(b", you see.\r\n")
    for piece in re.findall("[A-Z0-9]{2,}", written, re.IGNORECASE):
        assert piece == "br" or piece.encode() not in shown.partition(b"\r\n\r\n")[2]
    assert shown.count(b"\n") == raw.count(b"\n")  # positions of faults are lines
    assert codec.mask(shown) == shown


UNSEEN = {"zero width": "\u200b", "word joiner": "\u2060", "soft hyphen": "\xad", "DEL": "\x7f",
          "control": "\x01", "direction": "\u202e", "byte order": "\ufeff",
          "line separator": "\u2028"}  # fmt: skip


@pytest.mark.parametrize("sign", UNSEEN.values(), ids=UNSEEN)
@pytest.mark.parametrize("how", ["plain", "base64"])
def test_what_a_reader_leaves_out_hides_no_password(sign: str, how: str, codec: ArtemailCodec) -> None:
    """The reader of files drops these characters, so the password is the customer's; and so it is masked."""
    file = f"99-0001\r\n{sign.join(KNOWN)}\r\n\r\nand {KNOWN[:3]}{sign}{KNOWN[3:]} here\r\n"
    raw = letter(file.encode()) if how == "plain" else encoded(file, "base64")
    shown = codec.mask(raw).decode().replace(sign, "")
    assert KNOWN not in shown
    assert "here" in shown


def test_words_with_a_blank_between_are_words() -> None:
    assert Masker(["ofthe"]).text("of the house, OF THE") == "of the house, OF THE"
    assert Masker(["ofthe"]).text("oftheir") == "XXXXXXXir"


SHORT = {
    "below the code": "99-0001\nK2\n\n\n\n\nTX1 S\nA book\nNNNN",
    "beside the code": "99-0001 K2\nand more",
    "on the TX line": "99-0001\nOTHER1\n\nTX1 S LOAN K2\nA book\nNNNN",
    "on the TX line, in lower case": "tx 1 s loan k2\nA book",
    "between commas": "TX1 S LOAN,K2\nTX2 S,K2,LOAN",
    "after a tag": "A line<br>TX1 S LOAN K2<br/>A book",
    "in a cell": "<td>&nbsp;TX1 K2</td><td>A book</td>",
    "on a quoted TX line": "> TX1 K2 S LOAN\n> A book",
}


@pytest.mark.parametrize("text", SHORT.values(), ids=SHORT)
def test_a_short_password_is_masked_where_a_file_has_its_place(text: str) -> None:
    shown = Masker(["K2"]).text(text)
    assert "K2" not in shown.upper()
    assert "XXXXXXX" in shown
    assert shown.count("\n") == text.count("\n")


def test_a_short_password_may_hold_a_comma() -> None:
    assert Masker(["a,b"]).text("TX1 S LOAN A,B") == "TX1 S LOAN XXXXXXX"


@pytest.mark.parametrize("between", ["\xa0", "&nbsp;"], ids=["sign", "name"])
def test_a_break_after_a_no_break_space_hides_no_password(between: str) -> None:
    half = f"{KNOWN[:3]}{between}\r\n{KNOWN[3:]}"
    for charset in ("utf-8", "latin-1"):
        shown = Masker([KNOWN]).letter(letter(half.encode(charset)))
        assert KNOWN[3:].encode() not in shown


def test_a_short_password_is_no_word_elsewhere() -> None:
    """The limit: of four letters or fewer it stands in too many words, and may be the number of an order."""
    said = "A book on K2 and K2s\nLIB-K2 NOT\nTXK2 S LOAN\nTX K2 S LOAN\nTX RZ K2 S LOAN"
    assert Masker(["K2"]).text(said) == said


def test_a_short_password_that_is_a_word_of_the_format_stays_one(codec: ArtemailCodec) -> None:
    """Who chose LOAN for a password still gets loans."""
    file = "99-0002\nLOAN\n\n\n\n\nTXLIB-1 S LOAN\nA book\n\n\n\n\nNNNN\n"
    (order,) = codec.decode(parse(letter(file.encode()))).apdus
    assert order.keywords == ("S", "LOAN")  # type: ignore[attr-defined]
    assert b"99-0002\nXXXXXXX\n" in codec.mask(letter(file.encode()))


def test_a_password_split_over_lines_is_kept_by_no_order(codec: ArtemailCodec) -> None:
    """Also not in another case; the lines stay where they were."""
    gap = "\n" * 5
    orders = ["TXLIB-1 S LOAN\nOn S3CR\n3TPW and s3cr3tpw", "TXLIB-2 S LOAN"]
    file = gap.join([f"99-0002\n{KNOWN}", *orders, "NNNN\n"])
    decoded = codec.decode(parse(letter(file.encode())))
    (order,) = decoded.apdus
    assert order.item.lines == ("On XXXXXXX", "XXXXXXX and XXXXXXX")  # type: ignore[attr-defined]
    assert [fault.position for fault in decoded.faults] == [14]


@pytest.mark.parametrize("sign", [b"\xad", b"\xa0"])
@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable"])
def test_an_unseen_character_in_another_charset_hides_no_password(sign: bytes, encoding: str) -> None:
    word = KNOWN[:4].encode() + sign + KNOWN[4:].encode()
    body = quopri.encodestring(word) if encoding == "quoted-printable" else word
    head = f"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    shown = Masker([KNOWN]).letter(head.encode() + b"caf\xe9 " + body)
    assert b"XXXX" in shown
    assert KNOWN[:4].encode() not in shown
    assert Masker([KNOWN]).letter(head.encode() + b"caf\xe9") == head.encode() + b"caf\xe9"


def test_what_stands_behind_more_parts_than_anybody_reads_is_not_shown() -> None:
    hidden = base64.b64encode(KNOWN.encode())
    last = b"Content-Transfer-Encoding: base64\r\n\r\n" + hidden + b"\r\n"
    pieces = [b"\r\n\r\n"] * (MOST_PIECES + 1) + [last]
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    raw = head + b"".join(b"--b\r\n" + piece for piece in pieces) + b"--b--\r\n"
    assert hidden not in Masker([KNOWN]).letter(raw)
