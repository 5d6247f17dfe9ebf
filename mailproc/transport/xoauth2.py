"""SASL XOAUTH2, which Microsoft and Google read alike: one answer with user and token.

It has no RFC; OAUTHBEARER (RFC 7628), which has one, is not offered by Microsoft. A server that refuses
sends a challenge that explains it, and waits for an empty answer before it says no.
"""

MECHANISM = "XOAUTH2"


class Answers:
    """To the challenges of one login, in order."""

    def __init__(self, user: str, token: str) -> None:
        self._left = [f"user={user}\1auth=Bearer {token}\1\1"]

    def to_octets(self, _challenge: bytes) -> bytes:
        return self.to_text().encode()

    def to_text(self, _challenge: bytes | None = None) -> str:
        return self._left.pop() if self._left else ""

    @property
    def longest(self) -> int:
        """Octets of what comes next, in base64."""
        return sum(4 * (len(one.encode()) // 3 + 1) for one in self._left)
