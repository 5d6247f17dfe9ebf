"""No two listeners of ours have one port: the second could not start, and the service with it."""

from collections.abc import Iterator

from mailproc.config import Config
from mailproc.config_load.problem import ConfigProblem
from mailproc.config_load.value_checks import is_loopback

LISTENERS = ("listen", "metrics", "listen_tcp", "listen_slnp", "listen_http", "web")


CALLED = ("listen_tcp", "listen_slnp", "listen_http", "web")
"""Of these the ones that others call at a port that they were told."""


def warnings(config: Config) -> Iterator[str]:
    """Say which doors nobody will find."""
    for name in CALLED:
        section = getattr(config, name)
        if section.enabled and not section.port:
            yield f"{name}.port is 0: each start takes another port, which nobody was told: name one"
    yield from _relays(config)


def _relays(config: Config) -> Iterator[str]:
    """A relay on this machine has its port already, such as the one of `mailproc practice`."""
    relay = config.deliver
    if relay.mode != "smtp" or not is_loopback(relay.host):
        return
    for name in LISTENERS:
        section = getattr(config, name)
        if section.enabled and section.port == relay.port:
            yield f"{name}.port is deliver.port too: on one machine only one can have {relay.port}"


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Name the later of two sections that are on; port 0 is any free one."""
    used: dict[int, str] = {}
    for name in LISTENERS:
        section = getattr(config, name)
        if not section.enabled or not section.port:
            continue
        if section.port in used:
            text = f"is {used[section.port]}.port too; name another"
            yield ConfigProblem((name, "port"), text, section.port)
        used.setdefault(section.port, name)
