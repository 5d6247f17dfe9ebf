"""The proofs of a letter's sender, asked as intake asks them: with a DNS that is silent, and with one that
knows the keys of the signed samples (tests/samples/signed)."""

from datetime import UTC, datetime

from mailproc.errors import TryLater
from mailproc.proof.authentication_results import dmarc
from mailproc.proof.dkim import verify

RELAY = "mx.library.example"
NOBODY = "ill@lender.example"
"""Who is asked about where the letter names no author."""
AT = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
_RSA = (
    b"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD06GzLV+A+4z2O5SaxRNBcCoO3Yny7p3GhwB2B0FjowHAi7jTmr7p7w+fKO9eO"
    b"pl290heoI+GDX2uggo5dRz69s3xI1VT9mTm9I59FHIvpwuua4zLW0x3i/cFft3+cLxYPLKrvxsXOJn0PkPHmr7PlyYPTV3jv7Nre"
    b"oYHVLFiG/wIDAQAB"
)
_RECORDS = {
    "mail._domainkey.lender.example": b"v=DKIM1; k=rsa; p=" + _RSA,
    "ed._domainkey.lender.example": b"v=DKIM1; k=ed25519; p=TP9fPgDrH08M0czrUVe5Y8SDGYUlruZY36NVOjWOYJc=",
}


def held(raw: bytes, author: str) -> set[str]:
    """Names of the proofs that hold. Whatever the letter is, nothing may be raised."""
    who = author or NOBODY
    found = {"dkim"} if verify(raw, who, _RECORDS.get, AT).held else set()
    if dmarc(raw, who, RELAY, RELAY).held:
        found.add("dmarc")
    try:
        verify(raw, who, _silent, AT)
    except TryLater:  # the one exception that it may raise, and only without an answer
        found.add("later")
    return found


def _silent(_name: str) -> bytes | None:
    raise TryLater("no answer")
