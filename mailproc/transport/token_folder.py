"""Where access tokens are kept."""

from pathlib import Path

from mailproc.config import Config
from mailproc.store import connections

FOLDER = "tokens"


def place(config: Config) -> Path:
    """The folder beside the store's file; of a store on a server it is in var/ beside config.toml."""
    base = config.file.parent
    file = connections.file_of(connections.parse(config.store.url, base))
    return (base / "var" if file is None else file.parent) / FOLDER
