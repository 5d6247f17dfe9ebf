"""What must hold for [hub] and [listen_http], and what of it is allowed and yet worth a word."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from mailproc.config import Config
from mailproc.config_load.problem import ConfigProblem
from mailproc.config_load.rules_transport import not_a_time
from mailproc.config_load.secret import ABSENT
from mailproc.config_load.value_checks import is_loopback, is_safe_url, is_url, network_problems

BY_HUB = "illsbn"
"""The codec of partners behind the hub."""
SHORTEST = 20
"""Letters of the secret path: nobody guesses it."""


def problems(config: Config) -> Iterator[ConfigProblem]:
    hub, listen = config.hub, config.listen_http
    if hub.url and not is_url(hub.url):  # it is never shown: a secret may stand in it
        yield ConfigProblem(("hub", "url"), "must be a URL that begins with https://")
    if wrong := not_a_time(config.schedule.hub):
        yield ConfigProblem(("schedule", "hub"), wrong, config.schedule.hub)
    yield from network_problems(("listen_http", "networks"), listen.networks)
    yield from network_problems(("listen_http", "proxies"), listen.proxies)
    if listen.enabled:
        yield from _open(config)


def _open(config: Config) -> Iterator[ConfigProblem]:
    listen = config.listen_http
    path = listen.path.get_secret_value()
    plain = path.isascii() and path.replace("-", "").replace("_", "").isalnum()
    if path != ABSENT and (len(path) < SHORTEST or not plain):
        text = f"must be a secret of at least {SHORTEST} letters, digits, - and _"
        yield ConfigProblem(("listen_http", "path"), text)
    if not listen.networks:
        yield ConfigProblem(("listen_http", "networks"), "must say from where the hub connects")
    if not is_loopback(listen.host) and not _named(config):
        text = f"a port on {listen.host} must know from where the hub connects"
        yield ConfigProblem(("listen_http", "networks"), text)


def _named(config: Config) -> bool:
    """Return whether networks says more than this machine."""
    from mailproc.config import ListenHttp

    return config.listen_http.networks != ListenHttp().networks


def warnings(config: Config) -> Iterator[str]:
    """Say what partners behind the hub lack, and who may read what is told."""
    hub, listen = config.hub, config.listen_http
    if hub.url and not is_safe_url(hub.url):
        host = urlsplit(hub.url).hostname
        yield f"hub.url: whoever is on the way to {host} reads who borrows what: use https"
    if any(network.endswith("/0") for network in listen.networks):
        yield "listen_http.networks: everybody may post there; the secret path alone keeps strangers out"
    if any(network.endswith("/0") for network in listen.proxies):
        yield "listen_http.proxies: everybody may claim there to post from networks: name your own proxy"
    behind = [one.symbol for one in config.partner if one.codec == BY_HUB]
    if behind and hub.url and not listen.enabled:
        yield "listen_http is off: what the hub posts is heard only when it is asked ([schedule] hub)"
    if behind and not hub.url:
        yield f"hub.url is empty: nothing can be sent to {', '.join(behind[:5])}"
