"""What of mailproc's files other users of this machine may read: said, and never changed."""

from collections.abc import Iterator
from pathlib import Path

from mailproc import private
from mailproc.app.build import House
from mailproc.config import Config


def warnings(house: House) -> Iterator[str]:
    """A sentence for each folder and file that is open to others, with what to do."""
    for path in _kept_in(house.config, house.store.path):
        if private.is_open_to_others(path):
            mode = "700" if path.is_dir() else "600"
            yield f"{path} is open to every user of this machine, and letters are kept in it: chmod {mode} it"


def _kept_in(config: Config, store: Path | None) -> Iterator[Path]:
    if store is not None:
        yield from (store.parent, store) if private.is_open_to_others(store.parent) else ()
    if config.deliver.mode == "folder":
        yield config.file.parent / config.deliver.folder
