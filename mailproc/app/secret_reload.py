"""Read the secrets of config.toml again (SIGHUP), while letters come and go."""

import logging
from collections.abc import Sequence

from mailproc import config_load
from mailproc.app import build
from mailproc.app.build import App
from mailproc.errors import Misconfigured
from mailproc.log import register_secret
from mailproc.transport.incoming import Incoming

_log = logging.getLogger(__name__)


def reload(app: App, channels: Sequence[Incoming]) -> None:
    """Use the secrets that stand there now, all or none of them; what else changed waits for the next start.

    One of the environment stays as it was when the service began. Connections that are open stay open.
    """
    config = app.config
    try:
        fresh = config_load.load(config.file, build.further)
        app.context.make_registry()  # its files may be broken meanwhile: known before anything changes
    except Misconfigured as error:
        _log.error("SIGHUP: all secrets stay as they were: %s", error)
        return
    for secret in config_load.secrets(fresh):
        register_secret(secret)
    found = config_load.take_secrets(config, fresh)
    app.context.renew_registry()
    for channel in channels:
        channel.secrets_changed()
    _log.info("SIGHUP: secrets were read again; changed: %s", ", ".join(found.taken) or "none")
    if found.left:
        _log.warning(
            "SIGHUP: not taken before a restart, as more of the same section has changed: %s",
            ", ".join(found.left),
        )
    if config != fresh:
        _log.warning("config.toml has other changes too: restart the service for them")
