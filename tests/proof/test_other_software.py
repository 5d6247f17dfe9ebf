"""What other software signs, we hold; what we hold, other software holds: dkimpy, and Perl's Mail::DKIM."""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest

from mailproc.proof.dkim import verify
from tests.proof.signer import AUTHOR, DOMAIN, LETTER, SELECTOR, SIGNED, Key, signed
from tests.proof.verifier import OURS
from tests.servers.dns import NameServer
from tests.servers.mail_dkim import MailDkim

FORMS = ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"]
MUTATIONS = 30_000 if os.environ.get("REQUIRE_ALL") == "1" else 1_500

BODIES = {
    "empty": b"",
    "one line end": b"\r\n",
    "blank lines only": b"\r\n \r\n\t\r\n\r\n",
    "blanks at the end of lines": b"a \t \r\n b\t\r\n",
    "no line end at last": b"a\r\nlast",
    "blanks and no line end at last": b"a\r\nlast \t",
    "runs of blanks": b"a  b\t\tc \t d\r\n\r\n\r\ne",
    "eight bits": "Fährt ab – Ende\r\n".encode() * 3,
    "bare CR": b"a\rb\r\r\nc\r\n\r\r\n",
}


@pytest.fixture(scope="session")
def keys(nameserver: NameServer) -> Callable[[str], bytes | None]:
    """What the nameserver knows, without asking it."""
    return lambda name: next(iter(nameserver.answers[name].records)) if name in nameserver.answers else None


def holds(letter: bytes, keys: Callable[[str], bytes | None]) -> bool:
    return verify(letter, AUTHOR, keys, datetime.now(UTC), OURS).held


def as_sent(letter: bytes) -> bytes:
    """As a relay sends it: lines end in CRLF, the last too. The other two take that for granted."""
    letter = letter.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return letter if letter.endswith(b"\r\n") else letter + b"\r\n"


def with_body(body: bytes) -> bytes:
    return LETTER.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body


@pytest.mark.costly
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_what_mail_dkim_signs_holds(
    body: bytes, form: str, perl: MailDkim, key: Key, keys: Callable[[str], bytes | None], tmp_path: Path
) -> None:
    secret = tmp_path / "key.pem"
    secret.write_bytes(key.secret)
    letter = perl.sign(as_sent(with_body(body)), "rsa-sha256", form, DOMAIN, SELECTOR, secret)
    assert holds(letter, keys)
    assert perl.holds(letter, DOMAIN)
    assert not holds(letter.replace(b"Order 12", b"Order 13"), keys)


def test_what_mail_dkim_signs_with_ed25519_holds(
    perl: MailDkim, ed25519: Key, keys: Callable[[str], bytes | None], tmp_path: Path
) -> None:
    secret = tmp_path / "key"
    secret.write_bytes(ed25519.pkcs8)
    letter = perl.sign(LETTER, "ed25519-sha256", "relaxed/relaxed", DOMAIN, "ed", secret)
    assert holds(letter, keys)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_what_dkimpy_signs_holds(
    body: bytes, form: str, key: Key, keys: Callable[[str], bytes | None]
) -> None:
    letter = as_sent(with_body(body))
    head, _, tail = form.partition("/")
    field = dkim.sign(
        letter, SELECTOR.encode(), DOMAIN.encode(), key.secret,
        canonicalize=(head.encode(), tail.encode()),
        include_headers=SIGNED.encode().split(b":"),
    )  # fmt: skip
    assert holds(field + letter, keys)


@pytest.mark.parametrize("form", FORMS)
def test_what_our_tests_sign_mail_dkim_holds(form: str, perl: MailDkim, key: Key) -> None:
    """So a mistake shared by the verifier and the tests' own signer would show."""
    assert perl.holds(signed(LETTER, key, c=form), DOMAIN)


def test_whatever_is_held_mail_dkim_holds(
    perl: MailDkim, key: Key, ed25519: Key, keys: Callable[[str], bytes | None]
) -> None:
    """Signed letters, changed at random; never may we believe what it does not."""
    chance = random.Random(20261129)  # noqa: S311
    originals = [signed(LETTER, key, c=form) for form in FORMS]
    originals += [signed(LETTER, ed25519, c="relaxed/simple", s="ed")]
    held = 0
    for number in range(MUTATIONS):
        letter = mutated(originals[number % len(originals)], chance)
        if holds(letter, keys):
            held += 1
            assert perl.holds(as_sent(letter), DOMAIN), (letter, perl.verdict(as_sent(letter)))
    assert held > MUTATIONS // 50, "changes that matter to nobody are among them"


PIECES = [
    b" ",
    b"  ",
    b"\t",
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n ",
    b"\r\n\t",
    b"\x0b",
    b"\x0c",
    b"\0",
    b"\x85",
    b"\xa0",
    b";",
    b"=",
    b":",
    b"b=",
    b";b=",
    b" b=",
    b"; b=A",
    b"A",
    b"=3D",
    b"@",
    b"\\",
    b"From: x\r\n",
    b"Subject: x\r\n",
    b"X: y\r\n",
    b"h=from",
    b"l=0",
    b"; l=5",
    b"x=1;",
    b"; i=@lender.example",
    b"\r\n\r\n",
]


def mutated(letter: bytes, chance: random.Random) -> bytes:
    """One to three small changes: a piece put in, doubled or left out, often where it may not matter."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(letter) + 1)
        if chance.random() < 0.5:  # beside white space, signs of the syntax or line ends
            places = [n for n, octet in enumerate(letter) if octet in b" \t\r\n;:=/"]
            at = chance.choice(places) + chance.randrange(2)
        kind = chance.randrange(4)
        if kind < 2:
            letter = letter[:at] + chance.choice(PIECES) + letter[at:]
        elif kind == 2:
            letter = letter[:at] + letter[at + chance.randrange(1, 4) :]
        else:
            length = chance.randrange(1, 60)
            letter = letter[: at + length] + letter[at : at + length] + letter[at + length :]
    return letter
