"""The directory of partners, as configured: by symbol or alias, and by who a letter is from."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailproc.config import Account, Config, Partner
from mailproc.errors import LocalFault
from mailproc.ill.terms import Role
from mailproc.mail import addresses
from mailproc.mail.addresses import ascii_lower
from mailproc.mail.channel import Channel, of_door
from mailproc.mail.verp import without_detail
from mailproc.protocols import registry
from mailproc.sentence import sentence


@dataclass(frozen=True)
class Sender:
    """What is known of who brought a letter. Addresses are bare and lower case.

    ``door`` is "listener", a mailbox's name, or "inject" where staff vouch for it; ``peer`` is the client's
    IP address and ``login`` the user as whom it has logged in, '' where its channel knows none; ``envelope``
    is None where there was none (IMAP without Return-Path).
    """

    door: str
    envelope: str | None
    header: str
    peer: str = ""
    login: str = ""

    @property
    def channel(self) -> Channel:
        """What is known there of who brings a letter."""
        return of_door(self.door)


class Partners:
    """Symbols and addresses compare without regard to case."""

    def __init__(self, config: Config) -> None:
        self._all = config.partner
        self._by_symbol = {
            name.casefold(): partner
            for partner in config.partner
            for name in (*partner.aliases, partner.symbol)
        }

    def __iter__(self) -> Iterator[Partner]:
        return iter(self._all)

    def get(self, symbol: str) -> Partner | None:
        return self._by_symbol.get(symbol.casefold())

    def at(self, address: str) -> Partner | None:
        """The partner whose own address this is."""
        wanted = ascii_lower(address)
        return next((one for one in self._all if wanted and ascii_lower(one.address) == wanted), None)

    def known(self, symbol: str) -> Partner:
        """The partner of this symbol or alias; LocalFault names the known ones."""
        partner = self.get(symbol)
        if partner is None:
            known = ", ".join(one.symbol for one in self._all) or "none is configured"
            raise LocalFault(sentence("no-partner", partner=symbol, known=known))
        return partner

    def lender(self, symbol: str) -> Partner:
        """A partner whom we may ask; LocalFault says why not."""
        partner = self.known(symbol)
        if Role.RESPONDER not in partner.roles:
            raise LocalFault(sentence("no-lender", partner=partner.symbol))
        return partner

    def claimed_by(self, sender: Sender) -> tuple[Partner, ...]:
        """The partners whose ``accepts_from`` holds the envelope's and the header's address."""
        header, envelopes = addresses.bare(sender.header), _spellings(sender.envelope)
        return tuple(one for one in self._all if _accepts(one, header, envelopes))


def is_of_one(sender: Sender) -> bool:
    """Does the envelope, where there is one, name the author too (less a detail of its own)?"""
    envelopes = _spellings(sender.envelope)
    return not envelopes or addresses.bare(sender.header) in envelopes


def account(partner: Partner, direction: str, customer_code: str = "") -> Account | None:
    """The partner's account of that direction (and code, if one is named)."""
    for one in registry.accounts(partner):
        if one.direction == direction and customer_code in ("", one.customer_code):
            return one
    return None


def _accepts(partner: Partner, header: str, envelopes: list[str]) -> bool:
    allowed = [ascii_lower(one) for one in partner.accepts_from or (partner.address,)]
    return _matches(header, allowed) and (
        not envelopes or any(_matches(address, allowed) for address in envelopes)
    )


def _spellings(envelope: str | None) -> list[str]:
    """The envelope's sender, and the same without its detail; [] where there is none."""
    if envelope is None:
        return []
    address = addresses.bare(envelope)
    return [address, *(addresses.bare(one) for one in without_detail(address))]


def _matches(address: str, allowed: list[str]) -> bool:
    """Exact addresses; a whole domain only where it is written as one ("@lender.example").

    ``address`` is as ``addresses.bare`` writes it: with one "@", or none, and then it is nobody's.
    """
    local, _, domain = address.rpartition("@")
    return bool(local) and (address in allowed or f"@{domain}" in allowed)
