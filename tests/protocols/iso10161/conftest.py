"""The codec on the shipped dialects, and the two ends of a letter."""

from collections.abc import Callable

import pytest

from mailproc.config import Config, Library, Partner
from mailproc.ill.terms import Role
from mailproc.protocols.codec import Wire
from mailproc.protocols.iso10161.codec import Iso10161Codec


@pytest.fixture(scope="session")
def codec() -> Iso10161Codec:
    return Iso10161Codec.of(Config())


@pytest.fixture(scope="session")
def wire() -> Callable[..., Wire]:
    def make(role: Role = Role.REQUESTER, dialect: str = "", address: str = "") -> Wire:
        partner = Partner(symbol="XX-LENDER", address="ill@lender.example", codec="iso10161")
        library = Library(symbol="XX-LIBRARY", name="A Library", aliases=("NUC:LIB",))
        return Wire(library, partner, role, dialect=dialect, address=address)

    return make
