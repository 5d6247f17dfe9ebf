"""Say of each port of ours whether it can be had, or whether the service that runs has it."""

import errno
import socket
from collections.abc import Callable, Iterator
from functools import partial

from mailproc.config import Config
from mailproc.config_load.rules_ports import LISTENERS
from mailproc.store.service_record import ServiceRecord

Attempt = Callable[[], str]


def attempts(config: Config, running: ServiceRecord | None) -> Iterator[tuple[str, Attempt]]:
    """Yield for each door that is open by config.toml its port's key, and how to try the port.

    ``running``: of the service that is alive on this machine; None where none is. Port 0 is any free one.
    An attempt returns what it found, and raises OSError for a port that cannot be had.
    """
    for name, place in named(config).items():
        section = getattr(config, name)
        ours = _has_it(running, name, place)
        yield f"{name}.port", partial(_tried, section.host, section.port, ours=ours)


def named(config: Config) -> dict[str, str]:
    """Return of each door that is open by config.toml, with a port that is named, its host and port."""
    sections = {name: getattr(config, name) for name in LISTENERS}
    return {name: f"{one.host}:{one.port}" for name, one in sections.items() if one.enabled and one.port}


def _has_it(running: ServiceRecord | None, name: str, place: str) -> bool:
    """Return whether the service opened this door here: config.toml may have changed since it began."""
    if running is None or (running.ports or {}).get(name) != place:
        return False
    return not {"web": running.desk_fault, "metrics": running.metrics_fault}.get(name)


def _tried(host: str, port: int, *, ours: bool) -> str:
    addresses = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    try:
        for family, _, _, _, address in addresses:
            _bind(family, address)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise OSError(error.errno, f"{host}:{port} cannot be had: {error.strerror}") from error
        if not ours:
            raise OSError(f"another program has {host}:{port}: end it, or name another port") from error
        return f"the service that runs has {host}:{port}"
    return f"{host}:{port} is free"


def _bind(family: int, address: tuple[str | int, ...] | tuple[int, bytes]) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as the doors do: a port just left is free
        probe.bind(address)
