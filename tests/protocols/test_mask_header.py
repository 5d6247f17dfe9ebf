"""A password in a header is masked however it is encoded: in the bytes as in what they decode to."""

import base64
import quopri
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.mail.parse import parse
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.mask import Masker

KNOWN = "S3CR3TPW"  # stands in the configuration of conftest
B64 = base64.b64encode(KNOWN.encode()).decode()
LONG = base64.b64encode(f"Your code {KNOWN} is wrong".encode()).decode()
UTF16 = base64.b64encode(KNOWN.encode("utf-16")).decode()
HEX = "".join(f"={ord(sign):02X}" for sign in KNOWN)
PERCENT = "".join(f"%{ord(sign):02x}" for sign in KNOWN)
FIELDS = {
    "base64": f"Subject: =?utf-8?b?{B64}?=",
    "base64 in more": f"Subject: x =?utf-8?B?{LONG}?= y",
    "quoted-printable": f"Subject: =?iso-8859-1?q?{HEX}?=",
    "another case": f"Subject: =?utf-8?q?{HEX.replace('=53', '=73')}?=",
    "two words": "Subject: =?utf-8?q?S3CR?= =?utf-8?q?3TPW?=",
    "two folded words": "Subject: =?utf-8?q?S3CR?=\r\n =?utf-8?b?M1RQVw==?=",
    "half of it": "Subject: S3CR=?utf-8?q?3TPW?=",
    "two octets a letter": f"Subject: =?utf-16?b?{UTF16}?=",
    "with a language": f"Subject: =?utf-8*en?b?{B64}?=",
    "a name": f"From: =?utf-8?b?{B64}?= <a@b.example>",
    "an address": f"From: =?utf-8?b?{B64}?=@b.example",
    "a quoted pair": 'From: "S3CR\\3TPW"@b.example',
    "a comment": "From: S3CR(x)3TPW@b.example",
    "To": f"To: a@b.example, =?utf-8?q?{HEX}?= <c@d.example>",
    "an unknown field": f"X-Anything: =?utf-8?q?{HEX}?=",
    "percent signs": f"List-Unsubscribe: <mailto:a@b.example?subject={PERCENT}>",
    "words in words": f"Subject: =?utf-8?b?{base64.b64encode(f'=?utf-8?b?{B64}?='.encode()).decode()}?=",
    "percent in words": f"Subject: =?utf-8?b?{base64.b64encode(PERCENT.encode()).decode()}?=",
    "a file's name": f"Content-Disposition: attachment; filename*=utf-8''{PERCENT}",
    "a file's name in pieces": 'Content-Disposition: attachment; filename*0="S3CR"; filename*1="3TPW.pdf"',
    "pieces out of order": "Content-Type: application/pdf; name*1=3TPW; x=y; name*0*=utf-8'en'S%33CR",
    "a file's name in words": f'Content-Type: application/pdf; name="=?utf-8?b?{B64}?="',
    "folded": "Content-Disposition: attachment;\r\n filename*0=S3CR;\r\n filename*1=3TPW",
}


@pytest.fixture
def letters() -> dict[str, bytes]:
    return {name: f"{field}\r\nDate: x\r\n\r\nbody\r\n".encode() for name, field in FIELDS.items()}


def hidden(shown: bytes) -> None:
    """Nobody finds it there, in whichever way they read it."""
    letter = parse(shown)
    read = [letter.subject, letter.sender, *letter.to, *(part.filename for part in letter.parts)]
    texts = [shown.decode("utf-8"), *read, quopri.decodestring(shown).decode("latin-1")]
    for secret in (KNOWN, B64, B64[:-3], HEX, PERCENT, "3TPW"):
        assert not any(secret.casefold() in text.casefold() for text in texts), (secret, shown)


@pytest.mark.parametrize("case", FIELDS)
def test_it_is_masked_by_what_it_decodes_to(
    case: str, letters: dict[str, bytes], codec: ArtemailCodec
) -> None:
    shown = codec.mask(letters[case])
    hidden(shown)
    assert b"XXXXXXX" in shown
    assert codec.mask(shown) == shown
    assert shown.endswith(b"\r\nDate: x\r\n\r\nbody\r\n")


@pytest.mark.parametrize("case", FIELDS)
def test_it_is_masked_in_a_part_and_in_a_letter_within(
    case: str, letters: dict[str, bytes], codec: ArtemailCodec
) -> None:
    part = (
        b"--b\r\n"
        + letters[case]
        + b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        + letters[case]
        + b"\r\n--b--"
    )
    shown = codec.mask(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part)
    hidden(shown)
    assert shown.count(b"XXXXXXX") >= 2


@pytest.mark.parametrize(
    "field",
    [
        "Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?= and =?x?q?bad?= =?utf-8?b?!!!?=",
        "Subject: 100% (in words) \\ * = ;",
        'Content-Type: application/pdf; name*0="a"; name*1="b"',
        f'From: "{quote("a b")}" (a (nested) comment) <a@b.example>',
    ],
)
def test_what_holds_no_secret_stays_as_it_is(field: str, codec: ArtemailCodec) -> None:
    raw = f"{field}\r\n\r\nbody\r\n".encode()
    assert codec.mask(raw) == raw


def test_a_boundary_stays_where_the_name_beside_it_is_masked(codec: ArtemailCodec) -> None:
    head = b'Content-Type: multipart/mixed; boundary="a b"; name*0=S3CR; name*1=3TPW\r\n\r\n'
    shown = codec.mask(head + b"--a b\r\n\r\none\r\n--a b\r\n\r\ntwo\r\n--a b--\r\n")
    assert [part.text for part in parse(shown).parts] == ["one", "two"]
    hidden(shown)


PIECES = (
    "=?utf-8?q?",
    "?=",
    "S3CR3TPW",
    "S3CR",
    "3TPW",
    "=53",
    "%53",
    "\\",
    "(",
    ")",
    ";",
    "*0=",
    "*1=",
    '"',
)
PIECES += (" ", "\r\n ", "x")


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_field_is_masked_and_masked_once(pieces: list[str]) -> None:
    raw = b"Subject: " + "".join(pieces).encode() + b"\r\n\r\n"
    masker = Masker([KNOWN])
    shown = masker.letter(raw)
    assert KNOWN not in parse(shown).subject
    assert KNOWN.encode() not in shown
    assert masker.letter(shown) == shown


PUMPS = (b"=?", b"=?a?b?", b"=?a?q?x?= ", b"%41", b"\\", b"(", b"(x)", b"; a*0=x", b";", b"\r\n x=?")


@pytest.mark.parametrize("pump", PUMPS)
def test_it_is_linear(pump: bytes) -> None:
    def cost(times: int) -> float:
        raw = b"Subject: " + pump * times + b"\r\n\r\n"
        begun = time.process_time()
        Masker([KNOWN]).letter(raw)
        return time.process_time() - begun

    cost(100)
    small, large = cost(5_000), cost(40_000)
    assert large < 40 * small + 0.5
