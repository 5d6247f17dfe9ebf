"""Who wrote a letter: named where every reader of its From must find the same mailbox, else nobody."""

import time

import pytest

from mailproc.mail import addresses, headers
from mailproc.mail.defects import Defects
from mailproc.mail.parse import parse
from tests.mail.authors import ATTACKS, HEADERS, NOBODY, WELL_FORMED, E, P


def letter(field: str | bytes, *before: str) -> bytes:
    value = field if isinstance(field, bytes) else field.encode()
    fields = [*(one.encode() for one in before), b"Date: Thu, 01 Jan 2026 12:00:00 +0000", b"From:" + value]
    return b"\r\n".join([*fields, b"Subject: s", b"", b"body", b""])


def test_enough_shapes() -> None:
    assert len(WELL_FORMED) >= 60


@pytest.mark.parametrize(("field", "sender"), WELL_FORMED.items())
def test_a_well_formed_sender_is_named(field: str, sender: str) -> None:
    got = parse(letter(field))
    assert (got.sender, got.defects) == (sender, ())


@pytest.mark.parametrize("field", [*ATTACKS, *NOBODY])
def test_who_cannot_be_told_is_nobody(field: str | bytes) -> None:
    got = parse(letter(field))
    assert got.sender == ""
    assert got.defects


@pytest.mark.parametrize("raw", HEADERS.values(), ids=HEADERS)
def test_a_header_that_others_may_read_differently_names_nobody(raw: bytes) -> None:
    got = parse(raw)
    assert got.sender == ""
    assert got.defects


def test_no_from_is_no_defect() -> None:
    got = parse(b"Subject: s\nSender: partner@good.example\nResent-From: partner@good.example\n\nbody\n")
    assert (got.sender, got.defects) == ("", ())


@pytest.mark.parametrize(
    ("fields", "addresses_found", "noted"),
    [
        ([b"a@x.example, B@x.example"], ("a@x.example", "b@x.example"), False),
        (
            [b"staff: c@x.example, D <d@x.example>;, e@x.example"],
            ("c@x.example", "d@x.example", "e@x.example"),
            False,
        ),
        ([b"undisclosed-recipients:;"], (), False),
        ([b"<>"], (), False),
        ([b"a@x.example", b"a@x.example", b"b@x.example"], ("a@x.example", "b@x.example"), False),
        ([b"[ILL] Desk <a@x.example>, b@x.example"], ("a@x.example", "b@x.example"), False),
        ([b"a@x.example <a@x.example>"], ("a@x.example",), False),
        ([b"a@b <@x.example>, c@x.example"], ("c@x.example",), True),
        ([b"a @ <b>"], ("b",), False),
        ([b'"a <a@x.example>, b@x.example'], (), True),
        ([b"<@r.example:a@x.example>, b@x.example"], ("b@x.example",), True),
        ([b"Stra\xdfe <a@x.example>"], ("a@x.example",), False),
        ([b"x" * 20_000 + b", a@x.example"], (), True),
    ],
)
def test_recipients_are_read_as_far_as_they_can_be(
    fields: list[bytes], addresses_found: tuple[str, ...], noted: bool
) -> None:
    defects = Defects()
    assert addresses.mailboxes(fields, defects) == addresses_found
    assert bool(defects.as_tuple()) is noted


@pytest.mark.parametrize(
    ("path", "read"),
    [
        (f" <{P}>", P),
        (f" {P}", P),
        (" <>", ""),
        (" ", ""),
        (f" <{P}>, <{E}>", ""),
        (f" <{E}> <{P}>", ""),
        (f" <@bad.example:{P}>", ""),
        (" <evil@bad.example@good.example>", ""),
        (' <"evil@bad.example"@good.example>', ""),
        (f" <{P}> <{P}>", ""),
    ],
)
def test_the_return_path_is_one_address_or_nobody(path: str, read: str) -> None:
    raw = letter(f" {P}", f"Return-Path:{path}", f"Return-Path: <{E}>")
    assert parse(raw).return_path == read


PUMPS = (
    "(",
    "()",
    "(\\(",
    '"',
    '""',
    '"\\"',
    "\\",
    "<",
    "<>",
    "<@",
    ">",
    ":",
    "<:",
    "a:",
    ";",
    ",",
    "@",
    "a@",
    ".",
    "a ",
)
PUMPS += (" ", "\t", "\r\n ", "=?", "=?utf-8?q?", "=?utf-8?q?a?=", "=?utf-8?b?", "x", "\x00", "[", "é")


def seconds(pump: str, size: int) -> float:
    """The better of two, for one field of lists and one header of that size."""
    field = (pump * size)[:size].encode()
    raw = b"X:" + field + b"\r\nFrom:" + field + b"\r\n\r\n"
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        addresses.mailboxes([field], Defects())
        addresses.author([field], Defects())
        addresses.bare(field.decode("utf-8", "ignore"))
        headers.irregular(raw)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.costly
@pytest.mark.parametrize("pump", PUMPS)
def test_the_time_grows_no_faster_than_the_field(pump: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_OF_FIELD", "MOST_OF_AUTHOR"):
        monkeypatch.setattr(addresses, name, 1_000_000)
    monkeypatch.setattr(headers, "MOST_OF_HEADER", 10_000_000)
    small, large = seconds(pump, 2_000), seconds(pump, 16_000)
    assert large < 8 * 4 * max(small, 0.001)
