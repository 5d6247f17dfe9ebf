"""Shared by the listeners: their event loop, and the addresses of their clients."""

import asyncio
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from mailproc.errors import Misconfigured

Network = IPv4Network | IPv6Network


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop is optional: the same behaviour, half as fast again."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def client_host(peername: Any) -> str:
    """The client's IP address; an IPv4 one as such where the socket speaks IPv6."""
    if not peername:
        return ""
    address = str(peername[0]).partition("%")[0]
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return str(mapped or ip)


def network(text: str, key: str) -> Network:
    """Raise Misconfigured that begins with the key."""
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise Misconfigured(f"{key}: {error}") from None


def inside(host: str, networks: Iterable[Network]) -> bool:
    """Return whether the address is in one of the networks; what is no address is in none."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in one for one in networks)
