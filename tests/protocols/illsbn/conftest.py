"""The codec of a library in Italy, and the two ends of a document."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mailproc.config import Config, Library, Partner, PartnerIllsbn
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import Role
from mailproc.mail.letter import Letter, Part
from mailproc.protocols.codec import Decoded, Encoded, Wire
from mailproc.protocols.illsbn.codec import IllSbnCodec

US, THEM = "IT-XX0001", "IT-XX0002"
LIBRARY = Library(symbol=US, name="Biblioteca di prova", aliases=("IT-XX0009",))
PARTNER = Partner(symbol=THEM, address="ill@altra.example", codec="illsbn", transport="http")


class Silent:
    """This protocol has no templates."""

    def render(self, path: str, context: Mapping[str, Any]) -> str:
        raise AssertionError(path, context)


@pytest.fixture(scope="session")
def codec() -> IllSbnCodec:
    return IllSbnCodec.of(Config(library=LIBRARY, partner=(PARTNER,)))


@pytest.fixture(scope="session")
def say(codec: IllSbnCodec) -> Callable[..., Encoded]:
    def say(*apdus: Apdu, role: Role | None = None, **settings: Any) -> Encoded:
        partner = PARTNER.model_copy(update={"illsbn": PartnerIllsbn(**settings)})
        role = role or apdus[0].type.said_by or Role.REQUESTER
        return codec.encode(apdus, Wire(LIBRARY, partner, role), Silent())

    return say


@pytest.fixture(scope="session")
def hear(codec: IllSbnCodec) -> Callable[..., Decoded]:
    def hear(content: str | bytes | Encoded, media_type: str = "application/xml") -> Decoded:
        if isinstance(content, Encoded):
            assert content.body is not None, content.held
            return codec.decode(Letter(raw=b"", parts=content.body.parts))
        octets = content.encode() if isinstance(content, str) else content
        return codec.decode(Letter(raw=octets, parts=(Part(media_type, octets),)))

    return hear
