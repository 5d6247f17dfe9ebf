"""Whose letter it may be, by its addresses alone: a trick of writing makes it no partner's."""

import pytest

from mailproc.config import Config, Partner
from mailproc.flow.partners import Partners, Sender
from mailproc.mail.parse import parse
from tests.mail.authors import ATTACKS, HEADERS, NOBODY, E, P
from tests.mail.test_sender import letter

PARTNERS = (
    Partner(symbol="XX-ONE", address=P),
    Partner(
        symbol="XX-DOMAIN", address="ill@other.example", accepts_from=("@good.example", "Desk@Third.Example")
    ),
    Partner(symbol="XX-UTF8", address="büro@bücherei.example"),
)
TRICKS = [*(letter(value) for value in (*ATTACKS, *NOBODY)), *HEADERS.values()]


def claimed(header: str, envelope: str | None = None, door: str = "listener") -> list[str]:
    partners = Partners(Config.model_validate({"partner": PARTNERS}))
    return [one.symbol for one in partners.claimed_by(Sender(door, envelope, header))]


@pytest.mark.parametrize("raw", TRICKS)
def test_a_trick_of_writing_is_no_partner(raw: bytes) -> None:
    assert claimed(parse(raw).sender) == []
    assert claimed(parse(raw).sender, P) == []


@pytest.mark.parametrize(
    ("address", "symbols"),
    [
        (P, ["XX-ONE", "XX-DOMAIN"]),
        ("PARTNER@GOOD.example", ["XX-ONE", "XX-DOMAIN"]),
        ('"partner"@good.example', ["XX-ONE", "XX-DOMAIN"]),
        ("another@good.example", ["XX-DOMAIN"]),
        ('"ill desk"@good.example', ["XX-DOMAIN"]),
        ("desk@third.example", ["XX-DOMAIN"]),
        ("other@third.example", []),
        ("büro@bücherei.example", ["XX-UTF8"]),
        ("BüRO@Bücherei.example", ["XX-UTF8"]),
        ("bÜro@bücherei.example", []),  # only ASCII letters have no case
        (E, []),
        ("", []),
        ("partner", []),
        ("good.example", []),
        ("@good.example", []),
        ("x@sub.good.example", []),
        ("x@bad-good.example", []),
        ("evil@bad.example@good.example", []),
        ('"evil@bad.example"@good.example', []),
        ('"evil@bad.example@good.example', []),
        (f"<{P}>", []),
        (f"@bad.example:{P}", []),
        (f"{P}\0", []),
        (f"{P}.", []),
        (f"{P} (comment)", []),
        (f"{E},{P}", []),
        (f"{P},{E}", []),
        ('partner+"evil"@good.example', []),
        ("x" * 100_000 + "@good.example", []),
    ],
)
def test_an_address_is_of_whom_it_names_exactly(address: str, symbols: list[str]) -> None:
    assert claimed(address) == symbols
    assert claimed(address, P) == [one for one in symbols if one in ("XX-ONE", "XX-DOMAIN")]
    assert claimed(P, address) == [one for one in symbols if one in ("XX-ONE", "XX-DOMAIN")]


@pytest.mark.parametrize(
    ("envelope", "symbols"),
    [
        ("partner+O12.token@good.example", ["XX-ONE", "XX-DOMAIN"]),
        ('partner+"@evil"@good.example', []),
        ('"partner+x y"@good.example', ["XX-DOMAIN"]),
        ("partner+evil@bad.example", []),
    ],
)
def test_the_detail_of_an_envelope_is_cut_from_an_address_only(envelope: str, symbols: list[str]) -> None:
    assert claimed(P, envelope) == symbols
