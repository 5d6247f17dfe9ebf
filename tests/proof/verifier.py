"""A verifier to ask: a moment, keys in a table, and whether a letter is proven."""

from datetime import UTC, datetime

from mailproc.errors import TryLater
from mailproc.proof.dkim import Dkim, KeySource, verify
from tests.proof.signer import AUTHOR, DOMAIN, SELECTOR

OURS = ("ill@library.example",)
AT = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
NOW = int(AT.timestamp())
NAME = f"{SELECTOR}._domainkey.{DOMAIN}"


class Keys:
    """A KeySource that notes what it was asked; None stands for "DNS is silent"."""

    def __init__(self, records: dict[str, bytes | None]) -> None:
        self.records, self.asked = records, list[str]()

    def __call__(self, name: str) -> bytes | None:
        self.asked.append(name)
        if name in self.records and self.records[name] is None:
            raise TryLater("DNS is silent")
        return self.records.get(name)


def held(letter: bytes, keys: KeySource, author: str = AUTHOR) -> Dkim:
    return verify(letter, author, keys, AT, OURS)
