"""Our address for the hub's messages as a channel, built from the configuration."""

from collections.abc import Callable

from mailproc import config_load
from mailproc.app.build import App
from mailproc.app.web_extra import http_server
from mailproc.config import Config
from mailproc.errors import Misconfigured
from mailproc.protocols.illsbn.institution_ids import same
from mailproc.transport.incoming import ChannelHost, Incoming


class HttpIncoming(Incoming):
    name = "http"

    def __init__(self, host: ChannelHost) -> None:
        config, listen = host.config, host.config.listen_http
        try:
            server = http_server()
        except Misconfigured as error:
            raise config_load.wrong(config, ("listen_http", "enabled"), str(error), "true") from None
        from mailproc.transport.hub_door import HubDoor, limits  # here: it needs the server

        door = HubDoor(listen, host.keep, host.clock, lambda isil: _is_ours(isil, config))
        self._config = config
        peers = (*listen.networks, *listen.proxies)
        self._server = server(
            door, listen.host, listen.port, limits(listen), listen.proxies, self.name, peers
        )

    def start(self) -> tuple[str, int]:
        listen = self._config.listen_http
        try:
            return self._server.start()
        except Misconfigured as error:
            raise config_load.wrong(self._config, ("listen_http", "port"), str(error), listen.port) from None

    def stop(self) -> None:
        self._server.stop()

    def ask(self, alive: Callable[[], None]) -> None:
        self._server.ask(alive)


def _is_ours(isil: str, config: Config) -> bool:
    return any(same(isil, ours) for ours in our_ids(config))


def our_ids(config: Config) -> tuple[str, ...]:
    """Return our codes as the hub may write them."""
    others = (one.illsbn.our_id for one in config.partner if one.illsbn.our_id)
    return (config.library.symbol, *config.library.aliases, *others)


def incoming(app: App) -> Incoming | None:
    return HttpIncoming(app) if app.config.listen_http.enabled else None
