"""Verify DKIM: does the domain of the author's address vouch for the letter? (RFC 6376, RFC 8301, RFC 8463)

dkimpy verifies the header and the signature. Its input is bounded and strictly checked here, because it
accepts more than a letter that changes a request may rely on, and some of its patterns take the square of a
stranger's text.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

import dkim

from mailproc import slow_work
from mailproc.errors import TryLater
from mailproc.proof import addressee, body_hash, header, public_key, signature
from mailproc.proof.header import Header, Irregular
from mailproc.proof.signature import Signature
from mailproc.sentence import Part, sentence

MOST_TRIED = 5

KeySource = Callable[[str], bytes | None]
"""Returns the TXT record of a DNS name, its strings joined; None if there is none (NXDOMAIN, no data).

Raises TryLater if DNS gives no answer.
"""

_silent = logging.Logger("dkimpy", logging.CRITICAL + 1)  # it logs what strangers write, as errors


@dataclass(frozen=True)
class Dkim:
    """``domain`` is d= of the signature that held, '' if none did; ``reason`` says why none did."""

    held: bool
    domain: str
    reason: Part


@dataclass
class _Body:
    """The body's hash in either form, computed when first needed."""

    octets: bytes
    made: dict[bool, bytes] = field(default_factory=dict)

    def hash(self, relaxed: bool) -> bytes:
        if relaxed not in self.made:
            self.made[relaxed] = body_hash.of(self.octets, relaxed)
        return self.made[relaxed]


@dataclass(frozen=True)
class _Asked:
    domain: str
    keys: KeySource
    at: datetime
    ours: Collection[str]


@slow_work.outside_writes
def verify(raw: bytes, author: str, keys: KeySource, at: datetime, ours: Collection[str]) -> Dkim:
    """Verify that the domain of ``author`` signed the letter, and that it was written to us.

    ``author`` is the bare lower-case address in From, ``ours`` are our own, one of which a signed To or Cc
    must name. The signing domain must be exactly the author's: which parent of a domain belongs to the same
    people is unknown without a list of public suffixes. ``at`` is when the letter came (aware): a signature
    may expire while it waits. Only keys of the author's domain are looked up, for at most ``MOST_TRIED``
    signatures, topmost first. Raise TryLater if no signature held and DNS gave no answer about one.
    """
    domain = author.rpartition("@")[2]
    if not domain or not domain.isascii():
        return _unproven(sentence("proof-no-author-domain"))
    try:
        found = header.split(raw)
    except Irregular as fault:
        return _unproven(sentence("proof-unverifiable", why=fault.said))
    fields = found.named(b"dkim-signature")
    if not fields:
        return _unproven(sentence("proof-no-signature"))
    aligned = [one for one in fields if signature.domain_of(one) == domain]
    if not aligned:
        return _unproven(sentence("proof-no-signature-of", domain=domain))
    return _first_that_holds(aligned[:MOST_TRIED], found, _Asked(domain, keys, at, ours))


def _first_that_holds(fields: list[header.HeaderField], found: Header, asked: _Asked) -> Dkim:
    body, reasons, waiting = _Body(found.body), list[Part](), None
    for one in fields:
        try:
            _check(signature.read(one, asked.at), found, body, asked)
        except Irregular as fault:
            reasons.append(fault.said)
        except TryLater as unanswered:
            waiting = waiting or unanswered
        else:
            return Dkim(held=True, domain=asked.domain, reason="")
    if waiting:
        raise waiting
    return _unproven(sentence("proof-signature-fails", domain=asked.domain, why=reasons[0]))


def _check(one: Signature, found: Header, body: _Body, asked: _Asked) -> None:
    """Raise Irregular if the signature does not hold. DNS is asked last."""
    if missing := signature.unsigned(one, found):
        raise Irregular(missing)
    if elsewhere := addressee.missing(found, asked.ours, one.signed):
        raise Irregular(elsewhere)
    if body.hash(one.relaxed) != one.body_hash:
        raise Irregular(sentence("proof-body-changed"))
    record = asked.keys(one.key_name)
    public_key.check(record, one)
    if not _signature_holds(one, found, record or b""):
        raise Irregular(sentence("proof-header-changed"))


def _signature_holds(one: Signature, found: Header, record: bytes) -> bool:
    """Return dkimpy's verdict on the canonical header, its hash, and the signature.

    Without bh=, because the body was compared; with the signed fields only, because it canonicalises all that
    it gets.
    """
    verifier = dkim.DKIM(logger=_silent)
    verifier.headers = [[each.name, each.value] for each in found.fields if each.key in one.signed]
    tags = {tag: value for tag, value in one.tags.items() if tag != b"bh"}
    signed_by = [one.field.name, one.field.value]
    try:
        held = verifier.verify_sig(tags, list(one.signed), signed_by, lambda *_, **__: record)
    except (dkim.DKIMException, ValueError):
        return False
    return held is True


def _unproven(reason: Part) -> Dkim:
    return Dkim(held=False, domain="", reason=reason)
