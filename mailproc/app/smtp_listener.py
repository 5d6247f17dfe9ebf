"""Build the SMTP listener from the configuration: certificate, recipients, logins."""

from collections.abc import Callable
from datetime import datetime

from mailproc import config_load
from mailproc.app.preflight import certificate
from mailproc.app.sender_authentication import logins
from mailproc.config import Config
from mailproc.errors import Misconfigured
from mailproc.transport.smtp_groups import Keep
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
