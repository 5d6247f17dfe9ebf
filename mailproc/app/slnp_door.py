"""The door for SLNP as a channel: a listener, and the desk that answers."""

from collections.abc import Callable

from mailproc import config_load
from mailproc.app import slnp_files
from mailproc.app.build import App
from mailproc.app.slnp_desk import SlnpDesk
from mailproc.config import Partner
from mailproc.errors import Misconfigured
from mailproc.protocols.slnp.settings import door_partner
from mailproc.transport.incoming import Incoming
from mailproc.transport.slnp_in import SlnpListener


class SlnpIncoming(Incoming):
    name = "slnp"

    def __init__(self, app: App, partner: Partner) -> None:
        self._app = app
        self._desk = SlnpDesk(app, partner)
        self._listener: SlnpListener | None = None

    def start(self) -> tuple[str, int]:
        config = self._app.config
        listen = config.listen_slnp
        self._listener = SlnpListener(listen, self._desk.answer, slnp_files.tls_of(config))
        self._desk.call = self._listener.call
        try:
            return listen.host, self._listener.start()
        except Misconfigured as error:
            raise config_load.wrong(config, ("listen_slnp", "port"), str(error), listen.port) from None

    def stop(self) -> None:
        if self._listener is not None:
            self._listener.stop()

    def ask(self, alive: Callable[[], None]) -> None:
        if self._listener is not None:
            self._listener.call(alive)

    def committed(self) -> None:
        self._desk.committed()


def incoming(app: App) -> Incoming | None:
    partner = door_partner(app.config)
    return SlnpIncoming(app, partner) if app.config.listen_slnp.enabled and partner else None
