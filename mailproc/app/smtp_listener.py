"""The SMTP listener as a channel, built from the configuration: certificate, recipients, logins."""

from collections.abc import Callable
from datetime import datetime

from mailproc import config_load
from mailproc.app.build import App
from mailproc.app.preflight import certificate
from mailproc.app.sender_authentication import logins
from mailproc.config import Config
from mailproc.errors import Misconfigured
from mailproc.flow.reading import bounced_letters
from mailproc.transport.incoming import Incoming, Keep
from mailproc.transport.smtp_handler import WentOut
from mailproc.transport.smtp_in import Listener


def opened(
    config: Config,
    keep: Keep,
    clock: Callable[[], datetime],
    room: Callable[[], bool] | None = None,
    went_out: WentOut | None = None,
) -> tuple[Listener, int]:
    """A listener that has begun, and its port. Raises Misconfigured with key and line."""
    files = certificate(config)
    listen = config.listen.model_copy(update={key: str(file) for key, file in files.items()})
    recipients = listen.recipients or (config.library.email,)
    listener = Listener(listen, recipients, keep, clock, logins(config), room, went_out)
    try:
        return listener, listener.start()
    except Misconfigured as error:
        why = str(error).partition(": ")[2]  # which keys it is about is said anyway
        raise config_load.wrong(config, ("listen", "port"), why, listen.port) from None


class SmtpIncoming(Incoming):
    name = "listener"

    def __init__(self, app: App) -> None:
        self._app = app
        self._listener: Listener | None = None

    def start(self) -> tuple[str, int]:
        app = self._app
        self._listener, port = opened(app.config, app.keep, app.clock, went_out=self._went_out)
        return app.config.listen.host, port

    def stop(self) -> None:
        if self._listener is not None:
            self._listener.stop()

    def ask(self, alive: Callable[[], None]) -> None:
        if self._listener is not None:
            self._listener.ask(alive)

    def secrets_changed(self) -> None:
        if self._listener is not None:
            self._listener.replace_logins(logins(self._app.config))

    def _went_out(self, address: str) -> bool:
        with self._app.store.read() as connection:
            return bool(bounced_letters.letter_with_sender(connection, address))


def incoming(app: App) -> Incoming | None:
    return SmtpIncoming(app) if app.config.listen.enabled else None
