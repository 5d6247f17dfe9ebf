"""DKIM: letters of 2 kB with one signature, keys remembered; and what is asked of a letter without one."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from bench import letters
from bench.figures import Figures, Goal, Suite
from bench.parse import rate
from mailproc.mail.parse import parse
from mailproc.proof.dkim import verify

AUTHOR, OURS = "ill@college0.example", ("ill@library.example",)
LETTER = letters.plain(1, AUTHOR)
DER, PEM, PLAIN = serialization.Encoding.DER, serialization.Encoding.PEM, serialization.NoEncryption()

GOALS = (
    Goal("DKIM", "letters with one signature, RSA of 2048 bits", "rsa2048", "", 150),
    Goal("DKIM", "the same, RSA of 1024 bits", "rsa1024", "", 150),
    Goal("DKIM", "the same, Ed25519", "ed25519", "", 150),
    Goal("DKIM", "a letter that its author's domain did not sign, to parsing it", "unsigned", "parse", 1),
)


def by_rsa(bits: int) -> Callable[[], object]:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=bits)
    secret = key.private_bytes(PEM, serialization.PrivateFormat.TraditionalOpenSSL, PLAIN)
    public = key.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return verified(secret, b"rsa-sha256", b"k=rsa; p=" + base64.b64encode(public))


def by_ed25519() -> Callable[[], object]:
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    secret = base64.b64encode(key.private_bytes_raw())
    return verified(secret, b"ed25519-sha256", b"k=ed25519; p=" + base64.b64encode(public))


def verified(secret: bytes, algorithm: bytes, record: bytes) -> Callable[[], object]:
    """The letter signed by dkimpy, to be verified again and again."""
    now = datetime.now(UTC)
    field = dkim.sign(
        LETTER, b"mail", AUTHOR.partition("@")[2].encode(), secret,
        canonicalize=(b"relaxed", b"relaxed"), signature_algorithm=algorithm,
    )  # fmt: skip
    raw = field + LETTER
    assert verify(raw, AUTHOR, lambda _: record, now, OURS).held
    return lambda: verify(raw, AUTHOR, lambda _: record, now, OURS)


def measure() -> Figures:
    now = datetime.now(UTC)
    return {
        "rsa2048": rate(by_rsa(2048)),
        "rsa1024": rate(by_rsa(1024)),
        "ed25519": rate(by_ed25519()),
        "unsigned": rate(lambda: verify(LETTER, AUTHOR, lambda _: None, now, OURS)),
        "parse": rate(lambda: parse(LETTER)),
    }


SUITE = Suite(GOALS, measure)
