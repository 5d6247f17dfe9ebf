"""Our port for APDUs as a channel, built from the configuration."""

import ssl
from collections.abc import Callable

from mailproc import config_load
from mailproc.app.build import App
from mailproc.config import Config
from mailproc.errors import Misconfigured
from mailproc.transport.incoming import Incoming
from mailproc.transport.tcp_in import TcpListener
from mailproc.transport.tls import mutual_context


class TcpIncoming(Incoming):
    name = "tcp"

    def __init__(self, app: App) -> None:
        self._app = app
        self._listener: TcpListener | None = None

    def start(self) -> tuple[str, int]:
        app, listen = self._app, self._app.config.listen_tcp
        self._listener = TcpListener(
            listen, app.config.partner, app.keep, app.clock, app.lines, tls_of(app.config)
        )
        try:
            return listen.host, self._listener.start()
        except Misconfigured as error:
            raise config_load.wrong(app.config, ("listen_tcp", "port"), str(error), listen.port) from None

    def stop(self) -> None:
        if self._listener is not None:
            self._listener.stop()

    def ask(self, alive: Callable[[], None]) -> None:
        if self._listener is not None:
            self._listener.ask(alive)


def tls_of(config: Config) -> ssl.SSLContext | None:
    """TLS with certificates of clients, where it is configured. Raise Misconfigured with key and line."""
    listen = config.listen_tcp
    if not listen.tls_cert:
        return None
    try:
        return mutual_context(*config.files(listen.tls_cert, listen.tls_key, listen.tls_clients))
    except Misconfigured as error:
        raise config_load.wrong(config, ("listen_tcp", "tls_cert"), str(error), listen.tls_cert) from None


def incoming(app: App) -> Incoming | None:
    return TcpIncoming(app) if app.config.listen_tcp.enabled else None
