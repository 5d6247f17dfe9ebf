"""Ports for servers that must be told theirs before they start."""

import socket
from contextlib import ExitStack


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has just now."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """As many such ports, each another."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
