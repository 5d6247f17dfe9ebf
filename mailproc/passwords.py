"""Hashes of passwords: argon2id, as PHC strings. A password itself is kept nowhere."""

import secrets
from collections.abc import Collection
from ipaddress import IPv6Address, ip_address, ip_network

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

LONGEST = 1024
"""Octets of a password."""

_DIGEST = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def hashed(password: str) -> str:
    """The hash that goes into config.toml. Costs 64 MiB and some 50 ms of two cores (RFC 9106, section 4)."""
    return PasswordHasher().hash(password)


def is_of(password: bytes, phc: str) -> bool:
    """Is ``phc`` the hash of ``password``? As slow as the hash was made to be: never on an event loop.

    Raises argon2's errors where the hash cannot be computed (no memory).
    """
    try:
        return PasswordHasher().verify(phc, password)
    except VerifyMismatchError:
        return False


def nobodys(hashes: Collection[str]) -> str:
    """A hash of no password at all, as costly as the costliest of ``hashes``: what is computed for a user
    who does not exist takes as long as for one who does."""
    like, _, digest = max(hashes, key=_cost).rpartition("$")
    return f"{like}${''.join(secrets.choice(_DIGEST) for _ in digest[:-1])}A"


def place(host: str) -> str:
    """Return whose guesses are counted together: of IPv6 a /64, as a customer has all addresses of one."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network(f"{host}/64", strict=False)) if isinstance(address, IPv6Address) else host


def network(host: str) -> str:
    """Return the network of an address: of IPv6 a /48, as a customer may have all places of one."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network(f"{host}/48", strict=False)) if isinstance(address, IPv6Address) else host


def _cost(phc: str) -> int:
    made = extract_parameters(phc)
    return made.memory_cost * made.time_cost
