"""Whose message it is that came by TCP: the line proves it, and the message says it, both or nobody."""

from dataclasses import replace
from typing import Any

import pytest

from mailproc.config import Config, Library, Partner
from mailproc.config_tcp import PartnerTcp
from mailproc.flow.context import Context
from mailproc.flow.reading import wire_reading
from mailproc.ill.apdu import ForwardNotification, IllRequest, Item, Message, Received, Shipped
from mailproc.ill.terms import ApduType, Service, TransactionId
from mailproc.mail.channel import TCP, TCP_ANSWER
from mailproc.protocols import registry
from mailproc.protocols.iso10161 import writing
from mailproc.protocols.iso10161.ber import schema
from mailproc.store.rows import InboxLetter
from tests.transport.conftest import NOW

US = "XX-TOWN"
SHOWN = "ab" * 32
AT = NOW.replace(tzinfo=None)


def partner(symbol: str, *networks: str, **tcp: Any) -> Partner:
    return Partner(
        symbol=symbol, aliases=(f"NUC:{symbol}",), address="ill@a.example", codec="iso10161",
        transport="tcp", tcp=PartnerTcp(address="a.example:1611", networks=networks, **tcp),
    )  # fmt: skip


PARTNERS = (
    partner("XX-ONE", "192.0.2.1/32"),
    partner("XX-TWO", "192.0.2.2/32"),
    partner("XX-HOSTED", "198.51.100.0/24"),
    partner("XX-GUEST", "198.51.100.0/24"),
    partner("XX-TLS", "203.0.113.0/24", certificate=":".join(["AB"] * 32)),
    Partner(symbol="XX-MAIL", address="ill@mail.example", codec="iso10161", networks=("192.0.2.9/32",)),
)
CONFIG = Config(library=Library(symbol=US, aliases=("NUC:TOWN",)), partner=PARTNERS)
CONTEXT = Context(CONFIG, lambda: registry.load(CONFIG), lambda: None, lambda: NOW)  # type: ignore[arg-type, return-value]


def octets(requester: str, responder: str, initial: str = "") -> bytes:
    """A Message, which either side may say."""
    said = Message(
        sent_at=AT, transaction=TransactionId(initial or requester, "G1", "1"), note="x",
        requester=requester or None, responder=responder or None,
    )  # fmt: skip
    return schema.encode(ApduType.MESSAGE, writing.tree(said, writing.NOBODY))


def row(raw: bytes, peer: str, door: str = TCP, login: str = "", **more: Any) -> InboxLetter:
    known = {
        "id": 1, "door": door, "digest": "d", "received_at": NOW, "raw": raw, "peer": peer, "login": login,
        "state": "todo", "mail_from": "", "rcpt_to": "", "partner": "", "proof": "",
    }  # fmt: skip
    fields = dict.fromkeys(InboxLetter.__dataclass_fields__, "")
    return InboxLetter(**(fields | known | more))  # type: ignore[arg-type]


def read(raw: bytes, peer: str, **how: Any) -> tuple[str, str, str]:
    """The partner, its proof, and the code of why it is shelved."""
    reading = wire_reading.read(row(raw, peer, **how), CONTEXT)
    symbol = reading.partner.symbol if reading.partner else ""
    return symbol, reading.proof, getattr(reading.refused, "code", str(reading.refused))


@pytest.mark.parametrize(
    ("peer", "requester", "responder", "found"),
    [
        ("192.0.2.1", "XX-ONE", US, ("XX-ONE", "network", "")),
        ("192.0.2.1", US, "XX-ONE", ("XX-ONE", "network", "")),
        ("192.0.2.1", "NUC:XX-ONE", "NUC:TOWN", ("XX-ONE", "network", "")),
        ("192.0.2.2", "XX-ONE", US, ("XX-ONE", "", "unproven-because")),
        ("192.0.2.1", "XX-TWO", US, ("XX-TWO", "", "unproven-because")),
        ("192.0.2.3", "XX-ONE", US, ("XX-ONE", "", "unproven-because")),
        ("192.0.2.9", "XX-MAIL", US, ("XX-MAIL", "", "unproven-because")),
        ("198.51.100.7", "XX-HOSTED", US, ("XX-HOSTED", "network", "")),
        ("198.51.100.7", US, "XX-GUEST", ("XX-GUEST", "network", "")),
        ("198.51.100.7", "XX-ONE", US, ("XX-ONE", "", "unproven-because")),
        ("192.0.2.1", "XX-NOBODY", US, ("", "", "wire-no-partner")),
        ("192.0.2.1", US, US, ("", "", "wire-own-message")),
        ("192.0.2.1", US, "NUC:TOWN", ("", "", "wire-own-message")),
        ("192.0.2.1", US, "", ("XX-ONE", "network", "")),
        ("198.51.100.7", US, "", ("", "", "wire-no-speaker")),
        ("203.0.113.1", "XX-TLS", US, ("XX-TLS", "", "unproven-because")),
    ],
)
def test_line_and_speaker_prove_it_together(
    peer: str, requester: str, responder: str, found: tuple[str, str, str]
) -> None:
    assert read(octets(requester, responder), peer) == found


def test_a_certificate_proves_whose_it_is() -> None:
    raw = octets("XX-TLS", US)
    assert read(raw, "203.0.113.1", login=SHOWN) == ("XX-TLS", "certificate", "")
    assert read(raw, "203.0.113.1", login="cd" * 32)[1] == ""
    assert read(raw, "192.0.2.1", login=SHOWN)[1] == "", "from elsewhere"


def test_what_comes_back_on_our_call_is_of_whom_we_called() -> None:
    raw = octets(US, "XX-ONE")
    assert read(raw, "10.0.0.1", door=TCP_ANSWER, login="XX-ONE") == ("XX-ONE", "called", "")
    assert read(raw, "192.0.2.1", door=TCP_ANSWER, login="XX-TWO") == ("XX-ONE", "", "unproven-because")


@pytest.mark.parametrize(
    ("apdu", "symbol"),
    [
        (
            IllRequest(requester="XX-ONE", responder=US, services=(Service.LOAN,), item=Item(title="T")),
            "XX-ONE",
        ),
        (Received(requester="XX-ONE", responder=US, shipped_service=Service.LOAN), "XX-ONE"),
        (Received(responder=US), "XX-B"),
        (Shipped(requester=US, responder="XX-TWO", shipped_service=Service.LOAN), "XX-TWO"),
        (Shipped(requester=US), ""),
        (ForwardNotification(requester=US, responder="XX-NEXT", intermediary="XX-ONE"), "XX-ONE"),
        (Message(requester=US, responder="XX-TWO", note="x"), "XX-TWO"),
        (Message(requester="XX-TWO", responder=US, note="x"), "XX-TWO"),
    ],
)
def test_who_speaks_by_the_kind_of_message(apdu: Any, symbol: str) -> None:
    """Forward-Notification names the library that has the request now as its responder."""
    named = replace(apdu, transaction=TransactionId("XX-B", "G1", "1"))
    assert wire_reading.speaker(named, CONTEXT) == symbol


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (octets("XX-ONE", US)[:-1], "stream-cut-off"),
        (b"\x16\x03\x01\x02\x00", "stream-tls"),
        (b"GET / HTTP/1.1\r\n", "stream-http"),
        (b"\x61\x80" + b"\x30\x80" * 1500, "stream-depth"),
        (b"From: ill@a.example\r\n\r\nTX1", "stream-no-apdu"),
        (b"", "stream-cut-off"),
    ],
)
def test_what_is_no_message_is_the_lines_partners_and_answered_by_nothing(raw: bytes, code: str) -> None:
    reading = wire_reading.read(row(raw, "192.0.2.1"), CONTEXT)
    assert getattr(reading.refused, "code", "") == code
    assert reading.partner is not None
    assert (reading.partner.symbol, reading.proof) == ("XX-ONE", "network")
    assert not reading.decoded.faults, "no fault, so no report"


def test_what_cannot_be_read_inside_is_a_fault_of_the_lines_partner() -> None:
    broken = bytes.fromhex("61053003800102")
    assert read(broken, "192.0.2.1")[:2] == ("XX-ONE", "network")
    assert read(broken, "198.51.100.7") == ("", "", "wire-no-speaker")


def test_staff_may_release_it_as_a_partners() -> None:
    raw = octets("XX-NOBODY", US)
    assert read(raw, "192.0.2.1", proof="released", partner="XX-ONE") == ("XX-ONE", "released", "")
