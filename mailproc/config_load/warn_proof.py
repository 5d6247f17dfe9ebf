"""What is allowed of a partner's proofs and yet worth a word."""

from collections.abc import Iterator
from ipaddress import ip_network

from mailproc.config import Config, Partner
from mailproc.config_load.value_checks import only_loopback

BY_LISTENER = frozenset({"network", "login"})
"""Proofs that only an SMTP session with us can give."""


def of_relay(config: Config) -> Iterator[str]:
    """Sentences about [proof] relay."""
    relay = [ip_network(one) for one in config.proof.relay]
    doors = [ip_network(one) for one in config.listen.networks]
    if relay and config.proof.doors and "listener" not in config.proof.doors:
        yield "proof.relay has no effect for mailboxes, and proof.doors does not name the listener"
    elif relay and config.listen.enabled:
        for one in relay:
            if not any(one.version == door.version and one.overlaps(door) for door in doors):
                yield f"proof.relay: {one} is not in listen.networks, so your relay is refused"


def warnings(config: Config, partner: Partner) -> Iterator[str]:
    """Sentences about one partner, without its name."""
    yield from _none(partner)
    yield from _never(config, partner)
    yield from _turned_away(config, partner)
    yield from _any_relay(config, partner)
    yield from _network(config, partner)
    if partner.networks and "network" not in partner.proof:
        yield 'networks have no effect without proof "network"'
    if partner.login is not None and "login" not in partner.proof:
        yield '[partner.login] has no effect without proof "login"'


def _none(partner: Partner) -> Iterator[str]:
    if not partner.proof:
        yield (
            'proof is not written: it counts as "none" while nothing is sent, so whoever writes its address'
            ' as the sender is believed; deliver.mode = "smtp" is refused until it is written'
        )
    elif "none" in partner.proof:
        yield 'proof "none": anybody who writes its address as the sender is accepted'
        if len(partner.proof) > 1:
            others = ", ".join(f'"{one}"' for one in partner.proof if one != "none")
            yield f'{others} beside "none" refuses nobody: remove "none" once the others hold'


def _network(config: Config, partner: Partner) -> Iterator[str]:
    if any(network.endswith("/0") for network in partner.networks):
        yield "networks contain every address: that proves nothing"
    if partner.proof == ("network",) and config.listen.enabled and config.mailbox:
        yield 'proof "network" never holds for a letter by IMAP: letters from a mailbox are shelved'


def _never(config: Config, partner: Partner) -> Iterator[str]:
    asked = set(partner.proof)
    if not asked or "none" in asked or not asked & BY_LISTENER:
        return
    if not config.listen.enabled:
        names = " and ".join(f'"{one}"' for one in partner.proof if one in BY_LISTENER)
        what = "all is shelved" if asked <= BY_LISTENER else "only the others count"
        yield f"proof {names} never holds for a letter by IMAP, and listen.enabled is false: {what}"


def _any_relay(config: Config, partner: Partner) -> Iterator[str]:
    """Where [proof] relay is not written, every client of the listener is taken for our relay."""
    listen, proof = config.listen, config.proof
    by_listener = listen.enabled and "listener" in (proof.doors or ("listener",))
    if "dmarc" not in partner.proof or not by_listener or proof.relay or only_loopback(listen.networks):
        return
    if sum(ip_network(one).num_addresses for one in listen.networks) > 1:
        yield (
            'proof "dmarc": every machine in listen.networks could write what your relay writes; name the'
            " networks of your relay in [proof] relay, or it alone in listen.networks"
        )


def _turned_away(config: Config, partner: Partner) -> Iterator[str]:
    """A client outside of [listen] networks gets 554 at once, partner or not."""
    if not config.listen.enabled:
        return
    if "login" in partner.proof and only_loopback(config.listen.networks):
        yield "listen.networks holds this machine only: no server of theirs can connect and log in"
    if "network" not in partner.proof:
        return
    doors = [ip_network(one) for one in config.listen.networks]
    theirs = [ip_network(one) for one in partner.networks]
    if not any(one.overlaps(door) for one in theirs for door in doors if one.version == door.version):
        yield "listen.networks holds none of its networks: its machines are refused by the listener"
