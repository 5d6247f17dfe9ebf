"""Files of certificates and keys that config.toml names must be there."""

from collections.abc import Iterator, Mapping

from mailproc import private
from mailproc.config import Config
from mailproc.config_load.problem import ConfigProblem, Loc


def unreadable(config: Config, loc: Loc, named: Mapping[str, str]) -> Iterator[ConfigProblem]:
    """Name each file that cannot be read under its own key. ``named``: files by their keys, '' for none."""
    base = config.file.parent
    for key, name in named.items():
        if name and (why := private.unreadable(base / name)):
            text = f"{base / name} cannot be read: {why}; {cure(config)}"
            yield ConfigProblem((*loc, key), text, name)


def cure(config: Config) -> str:
    """Return how files are named."""
    return f"name files below {config.file.parent}, or whole paths"
