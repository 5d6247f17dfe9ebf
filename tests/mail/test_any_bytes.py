"""The promise of parse: any bytes give a letter, and what the store cannot take is not in it."""

import json
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.mail import bounce
from mailproc.mail.compose import compose
from mailproc.mail.letter import Body, Letter, Part
from mailproc.mail.own_letters import own_ids
from mailproc.mail.parse import parse, readable
from tests.support.short_form import examples

GOOD = (
    compose(
        Body(
            "Łódź FILEREFNO 4711",
            (
                Part("text/plain", b"", text="99-0001\nQ7W8E9R\n\n\n\n\nTXLIB-1 S SED99\nŁódź\n"),
                Part(
                    "application/iso-10161-ill-1",
                    b"\x61\x82\x00\xff" * 30,
                    filename="Łódź.ber",
                    attachment=True,
                ),
            ),
        ),
        sender="ill@library.example",
        sender_name="Łukasz",
        to=["art@art.example"],
        message_id="a@library.example",
        date=datetime(2026, 1, 1, tzinfo=UTC),
        references=["b@art.example"],
    ),
    b"Return-Path: <>\r\nFrom: MAILER-DAEMON@relay.example\r\nSubject: =?utf-8?q?Undelivered?=\r\n"
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nsorry\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
    b"Final-Recipient: rfc822; art@art.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <a@library.example>\r\n\r\nx\r\n--b--\r\n",
    b"Content-Type: text/html; charset*0*=utf-8''%75; charset*1=tf-8; format=flowed\n"
    b"Date: Thu, 01 Jan 2026 12:00:00 +0200\n"
    b"Content-Transfer-Encoding: quoted-printable\n\n<p>a=3D=\nb &#8364;<br>\n",
)
SALT = [b"\0", b"\r", b"\n", b"\r\n", b"--b", b"=?", b"?=", b'"', b"(", b"<"]
SALT += [b">", b";", b"*", b"\xff", b"%", b":", b"\\"]
FIELDS = [b"Content-Type: ", b"multipart/mixed", b"; boundary=b", b"From: ", b"\n\n"]


def strings(letter: Letter) -> list[str]:
    found = [value for name in fields(letter) if isinstance(value := getattr(letter, name.name), str)]
    for part in letter.parts:
        found += [part.media_type, part.charset, part.filename, part.text or ""]
        found += [word for pair in part.parameters for word in pair]
    return [*found, *letter.in_reply_to, *letter.references, *letter.to, *letter.defects]


def check(raw: bytes) -> None:
    letter = parse(raw)
    assert letter.raw == raw
    assert letter.parts
    for one in strings(letter):
        assert "\0" not in one
        one.encode()  # no half of a character
    for line in (letter.subject, letter.message_id, letter.sender, *letter.to, *letter.in_reply_to):
        assert line.isprintable() or "\n" not in line
    assert letter.date is None or letter.date.utcoffset() is not None
    assert len(letter.defects) <= 50
    json.dumps(readable(letter))
    found = bounce.read(letter)
    assert found is None or found.kind in ("failed", "delayed", "delivered")
    assert all(own_ids(letter, ["ill@library.example"]))


@given(st.binary(max_size=2000))
def test_any_bytes(raw: bytes) -> None:
    check(raw)


@given(st.lists(st.sampled_from(SALT + FIELDS)))
def test_any_pieces(pieces: list[bytes]) -> None:
    check(b"".join(pieces))


@settings(max_examples=examples(300))
@given(
    st.sampled_from(GOOD), st.lists(st.tuples(st.integers(0, 5000), st.sampled_from(SALT), st.integers(0, 9)))
)
def test_good_letters_damaged(good: bytes, damages: list[tuple[int, bytes, int]]) -> None:
    raw = good
    for place, salt, cut in damages:
        at = place % (len(raw) + 1)
        raw = raw[:at] + salt + raw[at + cut :]
    check(raw)


@pytest.mark.parametrize("good", GOOD)
def test_good_letters_cut_off(good: bytes) -> None:
    for end in range(0, len(good), 7):
        check(good[:end])


@given(
    st.sampled_from(["From", "To", "Date", "Subject", "Content-Type", "Content-Disposition", "In-Reply-To"]),
    st.text(max_size=200),
)
def test_any_value_of_a_field(name: str, value: str) -> None:
    check(f"{name}: {value}\n\nbody".encode("utf-8", "replace"))
