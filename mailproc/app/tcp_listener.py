"""Our port for APDUs as a channel, built from the configuration."""

import ssl
from collections.abc import Callable

from mailproc import config_load
from mailproc.app.build import App
from mailproc.config import Config
from mailproc.errors import Misconfigured, RemoteFault
from mailproc.mail import received
from mailproc.mail.channel import TCP
from mailproc.store import unread_messages
from mailproc.transport.incoming import Incoming
from mailproc.transport.tcp_in import TcpListener
from mailproc.transport.tcp_waste import Waste
from mailproc.transport.tls import mutual_context


class TcpIncoming(Incoming):
    name = "tcp"

    def __init__(self, app: App) -> None:
        self._app = app
        self._listener: TcpListener | None = None

    def start(self) -> tuple[str, int]:
        app, listen = self._app, self._app.config.listen_tcp
        self._listener = TcpListener(
            listen, app.config.partner, app.keep, app.clock, app.lines, tls_of(app.config), waste_of(app)
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


def waste_of(app: App) -> Waste:
    """Judge by what intake counted, and by our own codecs."""

    def are_too_many(host: str) -> bool:
        with app.store.read() as connection:
            return unread_messages.are_too_many(connection, host, app.clock())

    def can_be_read(octets: bytes) -> bool:
        letter = received.letter(octets, TCP)
        codec = app.context.registry.recognise(letter)
        try:
            return codec is not None and bool(codec.decode(letter).apdus)
        except RemoteFault:
            return False
        except Exception:  # a bug of ours: the message is kept, and intake says so
            return True

    return Waste(are_too_many, can_be_read)


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
