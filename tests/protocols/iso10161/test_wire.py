"""The part is found wherever a system, a gateway or a person has put it, and written as RFC 2503 says."""

from datetime import UTC, datetime

import pytest

from mailproc.mail.compose import compose
from mailproc.mail.letter import Body
from mailproc.mail.parse import parse
from mailproc.protocols.iso10161 import wire

from .letters import CANCEL, HEADER, letter, multipart, part

TEXT = "Content-Type: text/plain\r\n\r\nPlease see below.\r\n"
BARE = part(CANCEL)
OCTETS = part(CANCEL, "application/octet-stream")
FORWARDED = "Content-Type: message/rfc822\r\n\r\n" + HEADER
PARAMETERS = 'application/iso-10161-ill-1; transfer-encoding="ISO-8825-BER"; name="ill.ber"'


def contents(raw: bytes) -> list[bytes]:
    return [one.content for one in wire.found(parse(raw))]


@pytest.mark.parametrize(
    "entity",
    [
        BARE,
        part(CANCEL, "Application/ISO-10161-ILL-1"),
        part(CANCEL, PARAMETERS),
        part(CANCEL, "application/iso-10161-ill-1", "Content-Disposition: attachment; filename=x.pdf"),
        OCTETS,
        part(CANCEL, 'application/octet-stream; name="winmail.dat"'),
        multipart(TEXT, BARE),
        multipart(BARE, TEXT),
        multipart(TEXT, OCTETS),
        multipart(TEXT, multipart(TEXT, BARE, boundary="b2"), TEXT),
        multipart(TEXT, BARE, subtype="alternative"),
        multipart(BARE, TEXT, subtype="signed"),
        FORWARDED + BARE,
        multipart(TEXT, FORWARDED + multipart(TEXT, BARE, boundary="b2")),
        multipart(TEXT, FORWARDED + multipart(FORWARDED + OCTETS, boundary="b2")),
        multipart("\r\n" + HEADER + BARE, subtype="digest"),
    ],
    ids=lambda entity: " ".join(entity.split())[:60],
)
def test_one_message_is_found(entity: str) -> None:
    assert contents(letter(entity)) == [CANCEL]


@pytest.mark.parametrize(
    "entity",
    [
        TEXT,
        part(CANCEL, "application/pdf"),
        part(CANCEL, "text/plain"),
        part(b"order form for a book", "application/octet-stream"),
        part(CANCEL[:-1], "application/octet-stream"),
        part(CANCEL[:5] + b"\x7f" + CANCEL[6:], "application/octet-stream"),
        part(b"a" * 99, "application/octet-stream"),
        part(b"", "application/octet-stream"),
        "Content-Type: text/plain\r\n\r\nContent-Type: application/iso-10161-ill-1\r\n\r\nYQ==\r\n",
    ],
    ids=lambda entity: " ".join(entity.split())[:60],
)
def test_none_is_found(entity: str) -> None:
    assert contents(letter(entity)) == []


def test_a_part_that_says_what_it_is_is_found_whatever_it_holds() -> None:
    assert contents(letter(part(b"no APDU at all"))) == [b"no APDU at all"]


def test_several_parts_are_several_messages_in_their_order() -> None:
    other = CANCEL.replace(b"B12", b"B13")
    entity = multipart(TEXT, part(other), FORWARDED + BARE, part(other, "application/octet-stream"))
    assert contents(letter(entity)) == [other, CANCEL, other]


def test_letters_within_letters_have_an_end() -> None:
    for levels in range(6):
        found = contents(letter(FORWARDED * levels + BARE))
        assert found == ([CANCEL] if levels <= wire.MOST_LEVELS else [])


def test_a_letter_has_at_most_so_many_messages() -> None:
    assert len(contents(letter(multipart(*[BARE] * 100)))) == wire.MOST_PARTS


def test_not_every_part_is_guessed_at() -> None:
    wrong = part(CANCEL[:5] + b"\x7f" + CANCEL[6:], "application/octet-stream")
    for wrongs in range(6):
        found = contents(letter(multipart(*[wrong] * wrongs, OCTETS, BARE)))
        assert found == ([CANCEL, CANCEL] if wrongs < wire.MOST_GUESSES else [CANCEL])


@pytest.mark.parametrize("said", ["auto-replied", "Auto-Replied; vacation"])
def test_what_an_automatic_reply_quotes_is_not_said_again(said: str) -> None:
    header = f"{HEADER}Auto-Submitted: {said}\r\n"
    assert contents(letter(multipart(TEXT, FORWARDED + BARE), header)) == []
    assert contents(letter(multipart(TEXT, BARE), header)) == [CANCEL]


def test_a_system_that_says_auto_generated_forwards_like_anybody() -> None:
    header = f"{HEADER}Auto-Submitted: auto-generated\r\n"
    assert contents(letter(multipart(TEXT, FORWARDED + BARE), header)) == [CANCEL]


def test_the_encoding_is_told_as_the_part_says_it() -> None:
    entity = multipart(
        BARE, part(CANCEL, PARAMETERS), part(CANCEL, "application/iso-10161-ill-1; transfer-encoding=edifact")
    )
    assert [one.encoding for one in wire.found(parse(letter(entity)))] == ["", wire.ENCODING, "edifact"]


def test_a_part_is_written_as_rfc_2503_says() -> None:
    raw = compose(
        Body("ILL Cancel B12/1", (wire.part(CANCEL),)),
        sender="ill@library.example",
        sender_name="A Library",
        to=["ill@lender.example"],
        message_id="1@library.example",
        date=datetime(2026, 8, 5, 9, 30, tzinfo=UTC),
    )
    head, _, content = raw.partition(b"\r\n\r\n")
    unfolded = head.replace(b"\r\n ", b" ")
    assert (
        b'Content-Type: application/iso-10161-ill-1; transfer-encoding="iso-8825-ber"; name="ill.ber"\r\n'
        b"Content-Transfer-Encoding: base64"
    ) in unfolded
    assert max(len(line) for line in content.split(b"\r\n")) <= 76
    assert contents(raw) == [CANCEL]
