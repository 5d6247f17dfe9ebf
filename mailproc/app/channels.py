"""The channels by which letters come in, as the table ``mail.channel`` names them."""

from importlib import import_module
from typing import cast

from mailproc.app.build import App
from mailproc.mail.channel import opened_channels
from mailproc.transport.incoming import Incoming, PolledPlace


def configured(app: App) -> list[Incoming]:
    """Every channel that config.toml opens, in the order of the table; none is started yet."""
    modules = (import_module(channel.opened_by) for channel in opened_channels())
    made = (cast(Incoming | None, module.incoming(app)) for module in modules)
    return [channel for channel in made if channel is not None]


def polls(app: App) -> list[PolledPlace]:
    """Every place that the service looks into."""
    return [poll for channel in configured(app) for poll in channel.polls()]
