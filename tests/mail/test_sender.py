"""Who wrote a letter: named where every reader of its From must find the same mailbox, else nobody."""

import pytest

from mailproc.mail.parse import parse
from tests.mail.authors import ATTACKS, HEADERS, NOBODY, WELL_FORMED


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
