"""The folder of documents as the operator meets it: looked at before the service starts, and purged."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from mailproc import config_load, private
from mailproc.config import Config
from mailproc.config_load.problem import ConfigProblem
from mailproc.errors import LocalFault, TryLater
from mailproc.flow import document_retention
from mailproc.flow.context import Context
from mailproc.store import connections, document_files, store_identity
from mailproc.store.engine import Store

_log = logging.getLogger(__name__)

KEY = ("documents", "folder")


def problems(config: Config) -> Iterator[ConfigProblem]:
    """What is wrong with the folder that can be told without the store. Changes nothing.

    A folder that is not there is made with the first document. That of the default is tried if documents are
    sent on, or it is there.
    """
    name, base = config.documents.folder, config.file.parent
    folder = document_files.place(name, config.store.url, base)
    if name and (of := _used_for(folder, config)):
        yield ConfigProblem(KEY, f"{folder} is, or lies in, {of}; name a folder of its own", name)
    elif (name or config.documents.forward or os.path.lexists(folder)) and (
        why := private.unwritable(folder)
    ):
        yield ConfigProblem(KEY, f"documents cannot be written into {folder}: {why}", name)


def _used_for(folder: Path, config: Config) -> str:
    """Return what else the folder is used for; '' for nothing."""
    base, found = config.file.parent, folder.resolve()
    store = connections.file_of(connections.parse(config.store.url, base))
    own = base / "var" if store is None else store.parent
    if own.resolve().is_relative_to(found):
        return "the folder of the store or one above it"
    others = {"deliver.folder": config.deliver.folder, "templates.site": config.templates.site}
    named = ((key, (base / each).resolve()) for key, each in others.items() if each)
    return next((key for key, other in named if found.is_relative_to(other)), "")


def refuse_another(config: Config, context: Context, store: Store) -> None:
    """Raise Misconfigured if the folder bears the mark of another store, or the mark cannot be read."""
    with store.read() as connection:
        known = store_identity.known_id(connection)
    try:
        context.documents.refuse_another(known)
    except LocalFault as error:
        raise config_load.wrong(config, KEY, str(error), config.documents.folder) from None


def purge(store: Store, context: Context) -> int:
    """As ``document_retention.purge``; where the folder cannot be used, say so in the log and return 0."""
    try:
        return document_retention.purge(store, context)
    except (LocalFault, TryLater) as error:
        _log.error("no documents were deleted: %s", error)
        return 0
