"""A partner that is reached by TCP reads where both ends listen, before the addresses of mail."""

from datetime import datetime

import pytest

from mailproc.config import Config, Library, ListenTcp, Partner, PartnerTcp
from mailproc.ill.apdu import Recall, ReplyTo
from mailproc.ill.terms import Role, TransactionId
from mailproc.mail.channel import TCP
from mailproc.mail.received import letter
from mailproc.protocols.codec import Wire
from mailproc.protocols.iso10161.codec import Iso10161Codec

LIBRARY = Library(symbol="XX-LIBRARY", name="A Library", email="ill@library.example", aliases=("NUC:LIB",))
OURS = "ill.library.example:1611"
BY_MAIL = ReplyTo(
    address="ill@library.example", service="SMTP", encodings=("BER_IN_MIME",), aliases=("NUC:LIB",)
)
BY_TCP = ReplyTo(address=OURS, service="TCP/IP", encodings=("BER",), aliases=("NUC:LIB",))


@pytest.mark.parametrize(
    ("listen", "way", "entries"),
    [
        ({"enabled": True, "public": OURS}, {"transport": "tcp"}, (BY_TCP, BY_MAIL)),
        ({"enabled": True, "public": OURS}, {"fallback": "tcp"}, (BY_TCP, BY_MAIL)),
        ({"enabled": True, "public": OURS}, {}, (BY_MAIL,)),
        ({"enabled": False, "public": OURS}, {"transport": "tcp"}, (BY_MAIL,)),
        ({"enabled": True}, {"transport": "tcp"}, (BY_MAIL,)),
    ],
)
def test_our_messages_say_where_answers_go(
    listen: dict[str, object], way: dict[str, str], entries: tuple[ReplyTo, ...]
) -> None:
    codec = Iso10161Codec.of(Config(library=LIBRARY, listen_tcp=ListenTcp.model_validate(listen)))
    partner = Partner(
        symbol="XX-A", address="ill@a.example", codec="iso10161",
        tcp=PartnerTcp(address="a.example:1611"), **way,
    )  # fmt: skip
    said = Recall(
        sent_at=datetime(2026, 8, 5, 9),  # noqa: DTZ001  # the sender's wall time, as in an APDU
        transaction=TransactionId("XX-A", "G1", "1"),
    )
    encoded = codec.encode([said], Wire(LIBRARY, partner, Role.RESPONDER), None)  # type: ignore[arg-type]
    assert encoded.body is not None
    octets = encoded.body.parts[0].content
    (read,) = codec.decode(letter(octets, TCP)).apdus
    assert read.reply_to == entries
    assert (b"a.example:1611" in octets) is bool(way)
