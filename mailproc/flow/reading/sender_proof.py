"""Check which proof shows that a letter is from a partner, and why the others do not.

One proof of the partner's list is enough. Cheap proofs are checked first, and a proof that no list names is
not checked at all: a signature costs time, and its key needs DNS.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from mailproc import slow_work
from mailproc.config import Partner, ProofName
from mailproc.errors import TryLater
from mailproc.flow.context import Context
from mailproc.flow.partners import Sender

if TYPE_CHECKING:  # loaded where a signature is verified
    from mailproc.proof.dkim import KeySource

NOTE = 500
"""Longest text of the reasons that is kept, in characters."""


@dataclass(frozen=True)
class Proven:
    """The result of the checks.

    ``by``: the proof that held, '' if none did. ``reasons``: why each proof checked before it did not hold.
    """

    by: str
    reasons: tuple[str, ...] = ()


class Evidence:
    """What may prove the sender of one letter. Each question is answered once, when it is first asked.

    An answer is '' if the proof holds, else the reason why not, as text for staff.
    """

    def __init__(
        self, sender: Sender, raw: bytes, at: datetime, context: Context, keys: "KeySource | None" = None
    ) -> None:
        self.sender = sender
        self._keys = keys
        self._raw = raw
        self._at = at
        self._context = context

    def network(self, partner: Partner) -> str:
        """Check the client's address. Never holds by IMAP, where the client is unknown."""
        sender = self.sender
        if not sender.channel.peer:
            return f"the letter came by {sender.door}, where the client's address is not known"
        if not _inside(sender.peer, partner.networks):
            return f"{sender.peer or 'the client'} is in none of its networks"
        return self._somebody_else(partner)

    def login(self, partner: Partner) -> str:
        if not self.sender.channel.login:
            return f"the letter came by {self.sender.door}, where nobody logs in"
        if not self.sender.login:
            return "nobody had logged in"
        return self._somebody_else(partner)

    def dmarc(self, _partner: Partner) -> str:
        return self._not_by_our_relay or self._dmarc

    def dkim(self, _partner: Partner) -> str:
        """Check the signature. Raise TryLater if DNS gives no answer about the key."""
        return self._dkim

    def none(self, partner: Partner) -> str:
        return self._somebody_else(partner)

    def _somebody_else(self, partner: Partner) -> str:
        """Refuse a session that has logged in as another partner."""
        if not self.sender.login or (partner.login and partner.login.user == self.sender.login):
            return ""
        return "the session was logged in as another partner"

    @cached_property
    def _not_by_our_relay(self) -> str:
        """Return why the letter did not come from our relay; only what our relay writes counts."""
        sender, config = self.sender, self._context.config
        doors = config.proof.doors
        if doors and sender.door not in doors:
            return f"the letter came by {sender.door}, which is not in [proof] doors"
        if sender.login:
            return "the letter came from a partner's own server and not by our relay"
        if sender.channel.peer and config.proof.relay and not _inside(sender.peer, config.proof.relay):
            return f"{sender.peer or 'the client'} is not our relay"
        theirs = [one.symbol for one in config.partner if _inside(sender.peer, one.networks)]
        return f"the letter came from the networks of {theirs[0]} and not by our relay" if theirs else ""

    @cached_property
    def _dmarc(self) -> str:
        from mailproc.proof.authentication_results import dmarc  # here: most letters ask for neither

        proof = self._context.config.proof
        received_by = proof.received_by or proof.authserv_id
        ours = self._context.mailed_to
        said = dmarc(self._raw, self.sender.header, proof.authserv_id, received_by, ours)
        return "" if said.held else said.reason

    @cached_property
    def _dkim(self) -> str:
        from mailproc.proof.dkim import verify  # as above: cryptography takes its time to load

        keys, ours = self._keys or self._context.keys, self._context.mailed_to
        found = verify(self._raw, self.sender.header, keys, self._at, ours)
        return "" if found.held else found.reason


_QUESTIONS: Mapping[ProofName, Callable[[Evidence, Partner], str]] = {
    "network": Evidence.network,
    "login": Evidence.login,
    "dmarc": Evidence.dmarc,
    "dkim": Evidence.dkim,
    "none": Evidence.none,
}
"""In the order in which they are asked, the cheapest first. "none" comes last, so it never hides a real
proof."""


@slow_work.outside_writes
def proven(partner: Partner, asked: tuple[ProofName, ...], evidence: Evidence) -> Proven:
    """Return which of the proofs in ``asked`` shows that the letter is from ``partner``.

    Raise TryLater if DNS gives no answer and no other proof holds.
    """
    if evidence.sender.channel.vouched:
        return Proven(evidence.sender.door)
    reasons: list[str] = []
    for name, question in _QUESTIONS.items():
        if name not in asked:
            continue
        try:
            why = question(evidence, partner)
        except TryLater as unanswered:
            if "none" not in asked:
                raise
            why = str(unanswered)
        if not why:
            return Proven(name, tuple(reasons))
        reasons.append(f"{name}: {why}")
    return Proven("", tuple(reasons) or ("no proof is written for it in config.toml",))


def reasons_text(found: Mapping[str, Proven]) -> str:
    """Return why no proof held, for each partner (by symbol) that may have sent the letter."""
    return "; ".join(_reasons(found))[:NOTE]


def _reasons(found: Mapping[str, Proven]) -> Iterator[str]:
    for symbol, one in found.items():
        name = f"{symbol}: " if len(found) > 1 else ""
        yield from (f"{name}{reason}" for reason in one.reasons)


def _inside(peer: str, networks: tuple[str, ...]) -> bool:
    try:
        client = ip_address(peer)
    except ValueError:
        return False
    return any(client in ip_network(network, strict=False) for network in networks)
