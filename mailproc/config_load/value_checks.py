"""The small shapes that several rules share: addresses, networks, hosts."""

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_interface, ip_network
from urllib.parse import urlsplit

from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.mail.addresses import is_sendable

ADDRESS = "must be an address such as ill@library.example"
HOST = "must be the name of the server alone: its port and its security have keys of their own"
LANGUAGE = 'must be a language such as "en"'
FALLBACK_LANGUAGE = "en"
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""A language as folders and files are named by it: "en", "de-AT"."""


def is_address(text: str) -> bool:
    """Can a letter be sent there? Nothing else is of use in config.toml."""
    return is_sendable(text)


def is_language(text: str) -> bool:
    """Of two or three letters: it names a folder of templates."""
    return text.isalpha() and 2 <= len(text) <= 3


def is_domain(text: str) -> bool:
    """A whole domain is written with its @, so that nobody writes one by mistake: "@lender.example"."""
    return text.startswith("@") and is_address(f"x{text}")


def is_host(text: str) -> bool:
    """A name or an address, without the port, the scheme or the path of a URL."""
    try:
        return bool(ip_address(text))
    except ValueError:
        return not re.search(r"[:/@\s\[\]]", text)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_url(text: str) -> bool:
    """Can it be asked? Http or https, with a host, and without a user: a password does not stand in this
    file."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    readable = text.isascii() and text.isprintable() and " " not in text and parts.username is None
    return readable and bool(parts.hostname) and parts.scheme in ("https", "http")


def is_safe_url(text: str) -> bool:
    """Secrets may go there: https, and http on this machine only."""
    parts = urlsplit(text)
    return is_url(text) and (parts.scheme == "https" or is_loopback(parts.hostname or ""))


def network_problems(loc: Loc, networks: tuple[str, ...]) -> Iterator[ConfigProblem]:
    for position, network in enumerate(networks):
        try:
            ip_network(network)
        except ValueError:
            yield ConfigProblem((*loc, position), _network(network), network)


def _network(text: str) -> str:
    """What to write instead of what is no network."""
    try:
        meant = ip_interface(text)
    except ValueError:
        return (
            "must be a network of numbers, such as 192.0.2.0/24 or 2001:db8::/32; 192.0.2.1/32 for one host"
        )
    host = f"{meant.ip}/{meant.max_prefixlen}"
    return f"has bits behind its mask: write {meant.network}, or {host} for one host"


def only_loopback(networks: tuple[str, ...]) -> bool:
    return all(ip_network(network).is_loopback for network in networks)
