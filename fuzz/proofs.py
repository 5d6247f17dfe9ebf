"""The proofs of a letter's sender, asked as intake asks them: with a DNS that is silent, and with one that
knows the keys of the signed samples (tests/samples/signed)."""

from datetime import UTC, datetime

from mailproc.errors import TryLater
from mailproc.proof.authentication_results import dmarc
from mailproc.proof.dkim import verify

RELAY = "mx.library.example"
NOBODY = "ill@lender.example"
"""Who is asked about where the letter names no author."""
OURS = ("ill@library.example",)
AT = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
_RSA = (
    b"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDF33G1y/56yyGAT+M7YYdvXrYZ9aV9W24/jXL+VJZGQpz301/QhWmnAoCf7mYn"
    b"Jw2Ih1mNzsgxhN1mmxEWo1wTcG6rnPe/4iMecOG5kqJRpJQts8mDR9ZRtdWU206/k6STFj4hfLEXjpMxBZN9hsx5tyos8mZj2ueX"
    b"FiwcuzTPeQIDAQAB"
)
_RECORDS = {
    "mail._domainkey.lender.example": b"v=DKIM1; k=rsa; p=" + _RSA,
    "ed._domainkey.lender.example": b"v=DKIM1; k=ed25519; p=5R1MX0YI4Izh2/ef832NcKvcfGq8+FbGwWZ6gfexgg0=",
}


def held(raw: bytes, author: str) -> set[str]:
    """Names of the proofs that hold. Whatever the letter is, nothing may be raised."""
    who = author or NOBODY
    found = {"dkim"} if verify(raw, who, _RECORDS.get, AT, OURS).held else set()
    if dmarc(raw, who, RELAY, RELAY, OURS).held:
        found.add("dmarc")
    try:
        verify(raw, who, _silent, AT, OURS)
    except TryLater:  # the one exception that it may raise, and only without an answer
        found.add("later")
    return found


def _silent(_name: str) -> bytes | None:
    raise TryLater("no answer")
