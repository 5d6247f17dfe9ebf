"""Addresses compare without regard to case in their ASCII letters alone, wherever they are compared: no other
address becomes a partner's or ours, and none of ours becomes another one."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from aiosmtpd.smtp import Envelope

from mailproc.config import Listen
from mailproc.flow.context import Context
from mailproc.flow.reading.letter_reading import with_envelope
from mailproc.mail import verp
from mailproc.mail.addresses import ascii_lower, author
from mailproc.mail.defects import Defects
from mailproc.mail.parse import parse
from mailproc.store import inbox, letters
from mailproc.store.inbox import NewLetter
from mailproc.transport.smtp_handler import SmtpHandler

KELVIN, DOTTED, SHARP, ACUTE = "\u212a", "\u0130", "ß", "É"
SPELLINGS = {
    "KATE@Bl.Example": "kate@bl.example",
    f"{KELVIN}ATE@bl.example": f"{KELVIN}ate@bl.example",
    f"{DOTTED}LL@bl.example": f"{DOTTED}ll@bl.example",
    f"Stra{SHARP}e@bl.example": f"stra{SHARP}e@bl.example",
    f"{ACUTE}MILE@bl.example": f"{ACUTE}mile@bl.example",
}
each = pytest.mark.parametrize(("written", "compared"), SPELLINGS.items())
TOKEN = "+O12." + 10 * "ab"


@each
def test_an_address(written, compared):
    assert ascii_lower(written) == compared


@each
def test_an_author(written, compared):
    assert author([f"<{written}>".encode()], Defects()) == compared


@each
def test_our_own_addresses(written, compared):
    config = SimpleNamespace(library=SimpleNamespace(email=written), listen=SimpleNamespace(recipients=[]))
    assert Context.addresses.func(SimpleNamespace(config=config)) == {compared}


@each
def test_the_envelope_of_the_listener(written, compared):
    row = SimpleNamespace(door="listener", mail_from=written)
    assert with_envelope(parse(b"Subject: x\r\n\r\nwords\r\n"), row).return_path == compared


@each
def test_the_address_of_a_letter_of_ours(written, compared):
    local, _, domain = written.partition("@")
    named, *_ = compared.split("@")
    assert verp.read(f"{local}{TOKEN}@{domain}") == (12, f"{named}@bl.example")


@pytest.mark.parametrize(("said", "taken"), [("KIOSK@us.example", True), (f"{KELVIN}iosk@us.example", False)])
def test_a_recipient(said, taken):
    clerk = SmtpHandler(Listen(), ["kiosk@us.example"], keep=None, clock=None)  # type: ignore[arg-type]
    envelope = Envelope()
    answer = asyncio.run(clerk.handle_RCPT(None, None, envelope, said, []))  # type: ignore[arg-type]
    assert answer.startswith("250" if taken else "550")


WHY = "unproven sender {}"


@pytest.mark.parametrize(
    ("lies", "asked", "found"),
    [
        (f"{ACUTE}mile@x.example", f"{ACUTE}mile@x.example", True),
        (f"{KELVIN}ate@x.example", "kate@x.example", False),
        ("kate@x.example", f"{KELVIN}ate@x.example", False),
        ("kate@x.example", "kate@x.example", True),
    ],
)
def test_what_lies_on_the_shelf_of_a_sender(store, lies, asked, found):
    """The same on both databases: neither's lower case is asked."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    letter = replace(NewLetter("listener", b"words", now), mail_from=lies)

    def shelve(connection):
        (kept,) = inbox.keep(connection, [letter])
        letters.settle(connection, kept.inbox_id, "shelved", codec="c", last_error=WHY.format(lies))
        return kept.inbox_id

    inbox_id = store.write(shelve)
    with store.read() as connection:
        assert letters.shelved_because(connection, [WHY.format(asked)], "c") == [inbox_id] * found
