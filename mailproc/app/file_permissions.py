"""What of mailproc's files other users of this machine may read: said, and never changed."""

import glob
from collections.abc import Iterator
from pathlib import Path

from mailproc import config_load, private
from mailproc.config import Config
from mailproc.store import connections, document_files
from mailproc.transport import token_folder


def warnings(config: Config) -> Iterator[str]:
    """A sentence for each folder and file that is open to others, with what to do.

    A file in a folder that is closed is closed. What a group may read is the operator's choice: a secret of
    root that the service's group may read (0640) is well kept.
    """
    for file in config_load.secret_files(config):
        if private.is_open_to_others(file.parent) and private.is_open_to_others(file):
            yield f"{file} holds a secret and is open to every user of this machine: chmod o= it"
    store = connections.file_of(connections.parse(config.store.url, config.file.parent))
    if store is not None and private.is_open_to_others(store.parent):
        yield _sentence(store.parent, "700")
        for file in sorted(
            store.parent.glob(f"{glob.escape(store.name)}*")
        ):  # its log, its copies, its notes
            if private.is_open_to_others(file):
                yield _sentence(file, "600")
    kept = document_files.place(config.documents.folder, config.store.url, config.file.parent)
    if private.is_open_to_others(kept):
        yield _sentence(kept, "700")
    for tokens in (folder := token_folder.place(config), *sorted(folder.glob("*.json"))):
        if private.is_open_to_others(folder) and private.is_open_to_others(tokens):
            yield f"{tokens} is for the service alone, and open to every user of this machine: chmod go= it"
    if config.deliver.mode == "folder":
        yield from _of_letters(config.file.parent / config.deliver.folder)


def _of_letters(folder: Path) -> Iterator[str]:
    if not private.is_open_to_others(folder):
        return
    yield _sentence(folder, "700")
    if any(private.is_open_to_others(file) for file in folder.glob("*.eml")):  # one sentence for thousands
        yield f"letters in {folder} are open to every user of this machine: chmod 600 {folder}/*.eml"


def _sentence(path: Path, mode: str) -> str:
    return f"{path} is open to every user of this machine, and letters are kept in it: chmod {mode} it"
