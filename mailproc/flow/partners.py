"""The directory of partners, as configured: by symbol or alias, and by the sender of a letter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailproc.config import Account, Config, Library, Partner
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
    """What is known of the sender of a letter. Addresses are bare and in lower case.

    ``door`` is "listener", a mailbox's name, or "inject" if staff vouch for the letter. ``peer`` is the
    client's IP address and ``login`` its user, '' if the channel knows none. ``envelope`` is None if there
    was none (IMAP without Return-Path).
    """

    door: str
    envelope: str | None
    header: str
    peer: str = ""
    login: str = ""

    @property
    def channel(self) -> Channel:
        """What this channel knows of the sender."""
        return of_door(self.door)


class Partners:
    """The partners. Symbols and addresses are compared ignoring case."""

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
        """Return the partner whose own address this is."""
        wanted = ascii_lower(address)
        return next((one for one in self._all if wanted and ascii_lower(one.address) == wanted), None)

    def known(self, symbol: str) -> Partner:
        """Return the partner with this symbol or alias. Raise LocalFault that names the known ones."""
        partner = self.get(symbol)
        if partner is None:
            known = ", ".join(one.symbol for one in self._all) or "none is configured"
            raise LocalFault(sentence("no-partner", partner=symbol, known=known))
        return partner

    def lender(self, symbol: str) -> Partner:
        """Return a partner that we may ask. Raise LocalFault that says why not."""
        partner = self.known(symbol)
        if Role.RESPONDER not in partner.roles:
            raise LocalFault(sentence("no-lender", partner=partner.symbol))
        return partner

    def borrower(self, symbol: str) -> Partner:
        """Return a partner that may ask us. Raise LocalFault that says why not."""
        partner = self.known(symbol)
        if Role.REQUESTER not in partner.roles:
            raise LocalFault(sentence("no-borrower", partner=partner.symbol))
        return partner

    def claimed_by(self, sender: Sender) -> tuple[Partner, ...]:
        """Return the partners whose ``accepts_from`` holds the addresses of envelope and header.

        By a door for one partner it is that one.
        """
        if sender.channel.partner:
            return tuple(one for one in self._all if one.symbol == sender.login)
        return tuple(one for one in self._all if accepts(one.accepts_from or (one.address,), sender))


def is_library(symbol: str | None, library: Library) -> bool:
    """Return whether ``symbol`` is the library's symbol or one of its aliases."""
    names = {one.casefold() for one in (library.symbol, *library.aliases)}
    return bool(symbol) and str(symbol).casefold() in names


def is_of_one(sender: Sender) -> bool:
    """Return whether the envelope, if there is one, names the author too (its own detail aside)."""
    envelopes = _spellings(sender.envelope)
    return not envelopes or addresses.bare(sender.header) in envelopes


def account(partner: Partner, direction: str, customer_code: str = "") -> Account | None:
    """Return the partner's account of that direction (and code, if one is given)."""
    for one in registry.accounts(partner):
        if one.direction == direction and customer_code in ("", one.customer_code):
            return one
    return None


def accepts(addresses_taken: Sequence[str], sender: Sender) -> bool:
    """Return whether letters with this header and envelope are taken from one of these addresses."""
    header, envelopes = addresses.bare(sender.header), _spellings(sender.envelope)
    allowed = [ascii_lower(one) for one in addresses_taken]
    return _matches(header, allowed) and (
        not envelopes or any(_matches(address, allowed) for address in envelopes)
    )


def _spellings(envelope: str | None) -> list[str]:
    """Return the envelope's sender, with and without its detail; [] if there is none."""
    if envelope is None:
        return []
    address = addresses.bare(envelope)
    return [address, *(addresses.bare(one) for one in without_detail(address))]


def _matches(address: str, allowed: list[str]) -> bool:
    """Match exact addresses, and a whole domain only if it is written as one ("@lender.example").

    ``address`` is as ``addresses.bare`` writes it: with one "@", or without any, which matches nothing.
    """
    local, _, domain = address.rpartition("@")
    return bool(local) and (address in allowed or f"@{domain}" in allowed)
