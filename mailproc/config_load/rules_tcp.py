"""What must hold for messages by TCP: [listen_tcp], and [partner.tcp] of each partner."""

import re
from collections.abc import Iterator
from ipaddress import ip_network

from mailproc.config import Config, Partner
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.config_load.value_checks import is_host, network_problems
from mailproc.mail.channel import TCP

_PLACE = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[^:\[\]]{1,253}):([0-9]{1,5})")
_SHA_256 = re.compile(r"[0-9a-fA-F]{64}|[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){31}")
PLACE = 'must be host and port, such as "ill.library.example:1611" or "[2001:db8::7]:1611"'


def problems(config: Config) -> Iterator[ConfigProblem]:
    yield from _listen(config)
    for position, partner in enumerate(config.partner):
        yield from _partner(config, partner, ("partner", position, "tcp"))


def _listen(config: Config) -> Iterator[ConfigProblem]:
    listen, loc = config.listen_tcp, ("listen_tcp",)
    if listen.public and not is_place(listen.public):
        yield ConfigProblem((*loc, "public"), PLACE, listen.public)
    if listen.enabled and not any(one.tcp.networks for one in config.partner):
        text = "nobody may connect: name the networks of at least one partner in its [partner.tcp]"
        yield ConfigProblem((*loc, "enabled"), text, listen.enabled)
    if bool(listen.tls_cert) != bool(listen.tls_clients):
        missing, given = ("tls_clients", "tls_cert") if listen.tls_cert else ("tls_cert", "tls_clients")
        text = f"is missing beside {given}: TLS there needs our certificate and those of the clients"
        yield ConfigProblem((*loc, missing), text, "")
    if listen.tls_key and not listen.tls_cert:
        yield ConfigProblem((*loc, "tls_key"), "needs tls_cert, its certificate", listen.tls_key)


def _partner(config: Config, partner: Partner, loc: Loc) -> Iterator[ConfigProblem]:
    tcp = partner.tcp
    yield from network_problems((*loc, "networks"), tcp.networks)
    if tcp.address and not is_place(tcp.address):
        yield ConfigProblem((*loc, "address"), PLACE, tcp.address)
    if not tcp.address and TCP in (partner.transport, partner.fallback):
        text = f'is needed by transport or fallback = "{TCP}": host and port of their system'
        yield ConfigProblem((*loc, "address"), text, "")
    if tcp.answer != "connect" and TCP not in (partner.transport, partner.fallback):
        yield ConfigProblem((*loc, "answer"), f'needs transport = "{TCP}"', tcp.answer)
    if tcp.certificate and not _SHA_256.fullmatch(tcp.certificate):
        text = "must be a SHA-256 in hexadecimal: openssl x509 -in FILE -noout -fingerprint -sha256"
        yield ConfigProblem((*loc, "certificate"), text, tcp.certificate)
    if tcp.certificate and not config.listen_tcp.tls_cert:
        yield ConfigProblem((*loc, "certificate"), "needs listen_tcp.tls_cert", tcp.certificate)
    if not tcp.tls and (tcp.tls_cert or tcp.tls_key or tcp.tls_authority):
        yield ConfigProblem((*loc, "tls"), "must be true for tls_cert, tls_key and tls_authority", tcp.tls)
    if tcp.tls_key and not tcp.tls_cert:
        yield ConfigProblem((*loc, "tls_cert"), "is missing: tls_key needs its certificate", "")
    yield from _everybody(partner, loc)


def _everybody(partner: Partner, loc: Loc) -> Iterator[ConfigProblem]:
    """An address is all that proves a partner there, unless it shows its certificate."""
    for position, network in enumerate(partner.tcp.networks):
        if network.endswith("/0") and not partner.tcp.certificate and _is_network(network):
            text = "holds every address, which proves nobody: name theirs, or their certificate"
            yield ConfigProblem((*loc, "networks", position), text, network)


def _is_network(text: str) -> bool:
    try:
        return bool(ip_network(text))
    except ValueError:
        return False


def is_place(text: str) -> bool:
    """Is it "host:port"?"""
    found = _PLACE.fullmatch(text)
    return bool(found) and is_host(found[1].strip("[]")) and 0 < int(found[2]) < 65536  # type: ignore[index]
