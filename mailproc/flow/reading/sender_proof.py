"""Check which proof shows that a letter is from a partner, and why the others do not.

One proof of the partner's list is enough. Cheap proofs are checked first, and a proof that no list names is
not checked at all: a signature costs time, and its key needs DNS.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from ipaddress import ip_address, ip_network
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from mailproc import slow_work
from mailproc.config import Login, ProofName
from mailproc.errors import TryLater
from mailproc.flow.context import Context
from mailproc.flow.partners import Sender
from mailproc.sentence import Part, sentence, shortened

if TYPE_CHECKING:  # loaded where a signature is verified
    from mailproc.proof.dkim import KeySource

NOTE = 500
"""Longest text of a letter that is kept in a reason, in characters."""
MOST_REASONS = 10
"""Reasons that are kept of a letter."""


@dataclass(frozen=True)
class Proven:
    """The result of the checks.

    ``by``: the proof that held, '' if none did. ``reasons``: why each proof checked before it did not hold.
    """

    by: str
    reasons: tuple[Part, ...] = ()


class Speaker(Protocol):
    """A partner, or a form: whose letters are believed where a proof of theirs holds."""

    @property
    def networks(self) -> tuple[str, ...]: ...
    @property
    def login(self) -> Login | None: ...


class Evidence:
    """What may prove the sender of one letter. Each question is answered once, when it is first asked.

    An answer is '' if the proof holds, else the reason why not, for staff.
    """

    def __init__(
        self, sender: Sender, raw: bytes, at: datetime, context: Context, keys: "KeySource | None" = None
    ) -> None:
        self.sender = sender
        self._keys = keys
        self._raw = raw
        self._at = at
        self._context = context

    def network(self, partner: Speaker) -> Part:
        """Check the client's address. Never holds by IMAP, where the client is unknown."""
        sender = self.sender
        if not sender.channel.peer:
            return sentence("proof-door-without-peer", door=sender.door)
        if not inside(sender.peer, partner.networks):
            return sentence("proof-not-in-networks", peer=_client(sender))
        return self._somebody_else(partner)

    def login(self, partner: Speaker) -> Part:
        if not self.sender.channel.login:
            return sentence("proof-door-without-login", door=self.sender.door)
        if not self.sender.login:
            return sentence("proof-no-login")
        return self._somebody_else(partner)

    def dmarc(self, _partner: Speaker) -> Part:
        return self._not_by_our_relay or self._dmarc

    def dkim(self, _partner: Speaker) -> Part:
        """Check the signature. Raise TryLater if DNS gives no answer about the key."""
        return self._dkim

    def none(self, partner: Speaker) -> Part:
        return self._somebody_else(partner)

    def _somebody_else(self, partner: Speaker) -> Part:
        """Refuse a session that has logged in as another partner."""
        if not self.sender.login or (partner.login and partner.login.user == self.sender.login):
            return ""
        return sentence("proof-other-login")

    @cached_property
    def _not_by_our_relay(self) -> Part:
        """Return why the letter did not come from our relay; only what our relay writes counts."""
        sender, config = self.sender, self._context.config
        doors = config.proof.doors
        if doors and sender.door not in doors:
            return sentence("proof-door-not-listed", door=sender.door)
        if sender.login:
            return sentence("proof-own-server")
        if sender.channel.peer and config.proof.relay and not inside(sender.peer, config.proof.relay):
            return sentence("proof-not-our-relay", peer=_client(sender))
        theirs = [one.symbol for one in config.partner if inside(sender.peer, one.networks)]
        theirs += [one.name for one in config.form if inside(sender.peer, one.networks)]
        return sentence("proof-from-networks", partner=theirs[0]) if theirs else ""

    @cached_property
    def _dmarc(self) -> Part:
        from mailproc.proof.authentication_results import dmarc  # here: most letters ask for neither

        proof = self._context.config.proof
        received_by = proof.received_by or proof.authserv_id
        ours = self._context.mailed_to
        said = dmarc(self._raw, self.sender.header, proof.authserv_id, received_by, ours)
        return "" if said.held else said.reason

    @cached_property
    def _dkim(self) -> Part:
        from mailproc.proof.dkim import verify  # as above: cryptography takes its time to load

        keys, ours = self._keys or self._context.keys, self._context.mailed_to
        found = verify(self._raw, self.sender.header, keys, self._at, ours)
        return "" if found.held else found.reason


_QUESTIONS: Mapping[ProofName, Callable[[Evidence, Speaker], Part]] = {
    "network": Evidence.network,
    "login": Evidence.login,
    "dmarc": Evidence.dmarc,
    "dkim": Evidence.dkim,
    "none": Evidence.none,
}
"""In the order in which they are asked, the cheapest first. "none" comes last, so it never hides a real
proof."""


@slow_work.outside_writes
def proven(partner: Speaker, asked: tuple[ProofName, ...], evidence: Evidence) -> Proven:
    """Return which of the proofs in ``asked`` shows that the letter is from ``partner``.

    Raise TryLater if DNS gives no answer and no other proof holds.
    """
    if evidence.sender.channel.vouched or evidence.sender.channel.partner:
        return Proven(evidence.sender.door)
    reasons: list[Part] = []
    for name, question in _QUESTIONS.items():
        if name not in asked:
            continue
        try:
            why = question(evidence, partner)
        except TryLater as unanswered:
            if "none" not in asked:
                raise
            why = unanswered.said
        if not why:
            return Proven(name, tuple(reasons))
        reasons.append(sentence("proof-failed", proof=name, why=why))
    return Proven("", tuple(reasons) or (sentence("proof-none-configured"),))


def reasons_of(found: Mapping[str, Proven]) -> tuple[Part, ...]:
    """Return why no proof held, for each partner (by symbol) that may have sent the letter."""
    return tuple(shortened(one, NOTE) for one in islice(_reasons(found), MOST_REASONS))


def _reasons(found: Mapping[str, Proven]) -> Iterator[Part]:
    for symbol, one in found.items():
        for why in one.reasons:
            yield sentence("proof-of", partner=symbol, why=why) if len(found) > 1 else why


def _client(sender: Sender) -> Part:
    return sender.peer or sentence("proof-the-client")


def inside(peer: str, networks: tuple[str, ...]) -> bool:
    try:
        client = ip_address(peer)
    except ValueError:
        return False
    return any(client in ip_network(network, strict=False) for network in networks)
